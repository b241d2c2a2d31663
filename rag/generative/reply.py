"""A reply as it comes: what is meant for the reader of it, a sentence at a time."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from index.text.sentences import split_sentences
from index.text.words import WORD, Phrases, content_stems
from rag.generative.prompt import CANNOT_ANSWER, SYSTEM, plain

# Characters and sentences after which a reply is no answer to one question, and is stopped.
LONGEST_REPLY = 12_000
MOST_SENTENCES = 20

# Characters without the end of a sentence after which none is expected.
LONGEST_SENTENCE = 2_500

# How often the same is said before the reply is stopped; for a phrase, over that many characters.
REPEATS = 3
REPEATED_CHARS = 60

# Words of the next sentence that must be there before the one before it is surely complete: an
# abbreviation is told from a full stop by what comes after it.
_AHEAD = 2

_PHRASES = Phrases("rag.generative")
_OVER, _LABELS = _PHRASES.compiled("over"), _PHRASES.told["labels"].replace("\n", "")
_OPENER, _SMALL_TALK, _REFUSAL, _PREFIX, _ACCORDING, _SAYS, _TRAILING = (
    _PHRASES.compiled(name, re.I)
    for name in "opener small_talk refusal prefix according says trailing".split()
)
_THOUGHTS = "think|thinking|thoughts?|reasoning|reflection|scratchpad|analysis"
_THOUGHT = re.compile(
    rf"<({_THOUGHTS})\b[^<>]*>.*?</\1\s*>|\[(THINK)\].*?\[/THINK\]|◁think▷.*?◁/think▷", re.I | re.S
)
_THOUGHT_ENDS = re.compile(rf"</(?:{_THOUGHTS})\s*>|\[/THINK\]|◁/think▷", re.I)
_THOUGHT_BEGINS = re.compile(rf"<(?:{_THOUGHTS})\b[^<>]*>?|\[THINK\]|◁think▷", re.I)
_CHANNEL = re.compile(r"<\|channel\|>\s*(\w+)[^<]*<\|message\|>")
_PARTIAL = re.compile(
    r"(?:<(?:[a-z/!|][^<>]{0,300})?|\[/?T?H?I?N?K?|◁/?\w{0,6}|!(?:\[[^\]\n]{0,300}(?:\](?:\([^()\s]{0,500})?)?)?"
    r")$",
    re.I,
)
# What is no text; tags that hold the number of a passage are left for the markers.
_ASIDE = re.compile(
    r"!\[[^\]\n]*\]\([^()\n]*(?:\([^()]*\)[^()\n]*)*\)|<(script|style)\b.*?(?:</\1\s*>|$(?![\s\S]))|<!--.*?-->"
    r"|</?(?!(?:sup|cite|ref|source|citation|passage|doc|article|co?)\b|\d)[a-z][^<>]{0,300}>",
    re.I | re.S,
)
# An object in place of prose is no answer that anybody could read.
_JSON = re.compile(r"\s*(?:```\w*\s*)?(?:\{\s*(?:[\"'}\n]|$)|\[\s*[{\"'])")
_STOP = re.compile(r"[.!?…。！？\n]")
_MARKERS = (
    r"(?:[ \t]?(?:\^?\[[^\[\]\n]{1,40}\](?:\([^()\s]*\))?|【[^【】\n]{1,40}】|\([\d,;–\- ]{1,12}\)"
    r"|<sup>[^<>]{1,20}</sup>))+"
)
_AFTER_STOP = re.compile(rf"(?<=\S)((?:[.?]|!(?!\[[^\]]*\]\())[\"”’')*_]*)({_MARKERS})(?=\s|$)")


class ReplyReader:
    """Cuts a reply into sentences, each handed out when it is surely complete."""

    def __init__(self) -> None:
        self.over = False  # whether the rest of the reply is not worth waiting for
        self.restarts = 0  # how often all that was handed out turned out to have been a thought
        self._raw = ""
        self._seen = ""
        self._taken = 0
        self._looked = 0
        self._said: dict[str, int] = {}

    @property
    def tail(self) -> str:
        """What was said after the last complete sentence."""
        return self._seen[self._taken :].strip()

    def feed(self, piece: str) -> list[str]:
        """The sentences that a further piece of text completes, with their markers."""
        self._raw += piece
        self._see(held_back=True)
        found: list[str] = []
        for place in range(self._looked, len(self._seen)):
            if self._seen[place].isspace():
                found += self._cut(place)
        self._looked = len(self._seen)
        self._judge()
        return found

    def finish(self, *, complete: bool) -> list[str]:
        """The last sentences, but for one that was cut off before the model ended the reply."""
        complete = complete and not self.over
        self._see(held_back=False)
        block = _in_form(self._seen[self._taken :])
        self._taken = len(self._seen)
        found = [block[start:end] for start, end in _spans(block)]
        if found and not complete and not re.search(r"[.!?…。！？][\"”’')\]]*$", found[-1]):
            found.pop()
        return self._new(found)

    def _see(self, *, held_back: bool) -> None:
        """Takes notice of what has come; a tag that may be half there is held back."""
        seen, over = visible(self._raw)
        if _JSON.match(seen):
            seen, over = "", True
        if held_back and not over and (half := _PARTIAL.search(seen)):
            seen = seen[: half.start()]
        if not seen.startswith(self._seen[: self._taken]):
            self._taken = self._looked = 0
            self._said = {}
            self.restarts += 1
        self._looked = min(self._looked, len(seen))
        self._seen = seen
        self.over = self.over or over

    def _cut(self, place: int) -> list[str]:
        """The sentences that are complete once everything before a white space is known."""
        block = self._seen[self._taken : place]
        if not _STOP.search(block):
            return []
        block = _in_form(block)
        spans = _spans(block)
        if re.search(r"\n[ \t]*$", block) and self._seen[place] == "\n":
            self._taken = place
            return self._new([block[start:end] for start, end in spans])
        if len(spans) < 2:
            return []
        last = spans[-1][0]
        ahead = 1 if "\n" in block[spans[-2][1] : last] else _AHEAD
        if len(WORD.findall(block, last)) < ahead:
            return []
        self._taken += last
        return self._new([block[start:end] for start, end in spans[:-1]])

    def _new(self, sentences: list[str]) -> list[str]:
        """Those that have not been said before."""
        found = []
        for sentence in sentences:
            said = " ".join(WORD.findall(sentence.lower()))
            self._said[said] = self._said.get(said, 0) + 1
            self.over = self.over or self._said[said] >= REPEATS
            if self._said[said] == 1 and len(self._said) <= MOST_SENTENCES:
                found.append(sentence)
        self.over = self.over or len(self._said) >= MOST_SENTENCES
        return found

    def _judge(self) -> None:
        """Finds out whether the reply goes round in circles or will not end."""
        tail = self._seen[self._taken :]
        self.over = (
            self.over
            or len(self._raw) > 2 * LONGEST_REPLY
            or len(self._seen) > LONGEST_REPLY
            or len(tail) > LONGEST_SENTENCE
            or _circles(tail[-REPEATED_CHARS * REPEATS * 2 :])
        )


def _in_form(block: str) -> str:
    """The same characters with markers before the stop that they follow, and no wrapped lines."""
    return _AFTER_STOP.sub(r"\2\1", re.sub(r"(?<!\n)\n(?=[a-z])", " ", block))


def _spans(block: str) -> list[tuple[int, int]]:
    """Where the sentences of a block are; a line without a stop is not taken for a heading."""
    spans = []
    start = 0
    for line in block.split("\n"):
        ended = line if re.search(r"[.!?…。！？:][\"”’')\]*_]*\s*$", line) else f"{line.rstrip()}."
        for sentence in split_sentences(ended):
            end = min(sentence.end, len(line.rstrip()))
            if end > sentence.start:
                spans.append((start + sentence.start, start + end))
        start += len(line) + 1
    return spans


def visible(raw: str) -> tuple[str, bool]:
    """A reply without the model's thoughts, and whether it has begun to play other roles.

    >>> visible("<think>Well, rain.</think>Rain fell.")
    ('Rain fell.', False)
    """
    if not any(mark in raw for mark in "<[◁\n"):
        return raw.lstrip(), False  # most replies, at every piece
    if "<|channel|>" in raw:
        last = list(_CHANNEL.finditer(raw))
        raw = raw[last[-1].end() :] if last and last[-1][1] == "final" else ""
    text = _THOUGHT.sub("", raw)
    if ends := list(_THOUGHT_ENDS.finditer(text)):
        text = text[ends[-1].end() :]
    if begins := _THOUGHT_BEGINS.search(text):
        text = text[: begins.start()]
    text = text.lstrip()
    if "<" in text or "![" in text:
        text = _ASIDE.sub("", text)
    if over := _OVER.search(text):
        return text[: over.start()], True
    return text, False


def _circles(tail: str) -> bool:
    """Whether a text ends in the same few words over and over."""
    for length in range(1, len(tail) // REPEATS + 1):
        times = max(REPEATS, -(-REPEATED_CHARS // length))
        if len(tail) >= times * length and tail.endswith(tail[-length:] * times):
            return bool(tail[-length:].strip())
    return False


_UNCLOSED = re.compile(r"<[a-z/!?][^<>]*$|!?\[[^\[\]]*\]\([^()]*$|!\[[^\]]*$|<!--.*$", re.I | re.S)
_LEFTOVER = re.compile(r"\]\([^()\s]*\)?|!\[|<\|[^<>|]*\|?>?|\[/?[A-Z]{3,}\]")
_WITHIN_LINK = re.compile(r"(?<=[!\]])[*_`~]+(?=[\[(])")
_EMPHASIS = re.compile(r"\*{1,3}|(?<![^\W_])_{1,3}(?=\S)|(?<=\S)_{1,3}(?![^\W_])|`+|~~")
_QUOTED = re.compile(r"^\s*(?:>+\s*)+")
_TABLE = re.compile(r"\s*\|[\s:|-]*")
_WHICH = re.compile(r"\b(?:not|no|n['’]t|none|cannot|neither|silent|insufficient|lacks?)\b", re.I)
_TITLED = re.compile(r"^\s*(?:#{1,6}\s|\*\*[^*]+\*\*:?\s*$|__[^_]+__:?\s*$|={3,}|-{3,})")
# Words of a sentence from which on it is the prompt's own, if the prompt holds it.
_ECHO = 4


def wording(sentence: str) -> str:
    """A sentence as it is shown: no markup, no links, no images, no "Answer:" in front.

    >>> wording("**Answer:** Based on the passages, rain <b>fell</b> ![x](http://a.b/c).")
    'Rain fell.'
    """
    text, before = sentence, ""
    while text != before:  # marks taken away may leave others side by side: "]*(" is then "]("
        before = text
        text = _unmarked(text)
    text = text.replace("<", "‹").replace(">", "›")
    for pattern in (_PREFIX, _OPENER):
        bare = pattern.sub("", text.strip(), count=1)
        if bare != text.strip():
            text = bare[:1].upper() + bare[1:]
    text = re.sub(r" ([.,;:!?](?:\s|$))", r"\1", " ".join(text.split()))
    return text.strip(" |")


def _unmarked(text: str) -> str:
    """A text with the marks taken away that are there now."""
    text = plain(_UNCLOSED.sub("", _WITHIN_LINK.sub("", text)))
    text = _LEFTOVER.sub(" ", _UNCLOSED.sub("", text))
    return " ".join(_EMPHASIS.sub("", _TABLE.sub(" ", _QUOTED.sub("", text))).split())


def refuses(text: str) -> bool:
    """Whether a sentence says that the passages hold no answer, or that none will be given."""
    if text.rstrip(".!") == CANNOT_ANSWER.rstrip("."):
        return True
    return bool(
        _REFUSAL.match(text) and (_WHICH.search(text) or text.lower().startswith(("i", "sorry")))
    )


def says_nothing(sentence: str, text: str, question: str, sources: Collection[str] = ()) -> bool:
    """Whether a sentence states nothing: manners, a heading, a question, the prompt over again.

    Args:
        sentence: As the model wrote it.
        text: Its wording.
        question: What was asked.
        sources: The names under which passages were shown; a line of only those is no claim.
    """
    words = _words(text)
    echoed = len(words.split()) >= _ECHO and f" {words} " in f" {_words(SYSTEM)} "
    if not words or echoed or words == _words(question):
        return True
    if text.rstrip("”\"’')").endswith(("?", ":")) or _TITLED.match(sentence):
        return True
    if _SMALL_TALK.search(text):
        return True
    stems = set(content_stems(text))
    named = any(stems <= set(content_stems(source)) for source in sources)
    return bool(stems) and named and not re.search(r"[.!]$", text)


def _words(text: str) -> str:
    """Its words, as two texts are compared."""
    return " ".join(word for word in WORD.findall(text.lower()) if not word.isdigit())


_LABEL = re.compile(rf"\b(?:{_LABELS}|see|from|numbers?|nos?|ids?)\b|\b[spne](?=\d)|[#№^:.]", re.I)
_NAMED = re.compile(rf"\b(?:{_LABELS})\b", re.I)
_JOIN = re.compile(r"\b(?:and|or)\b|[,;/&+|]", re.I)
_DASHES = "-‐‑‒–—~"
_KEYS = re.compile(rf"\s*(?:\d+|[{_DASHES}]|\bto\b|,|\s)*\d\s*,?\s*", re.I)
_TOKEN = re.compile(rf"\d+|[{_DASHES}]+|\bto\b", re.I)

_IMAGE = re.compile(r"!\[[^\[\]\n]*\]\([^()]*\)")
_TAGGED = re.compile(r"<(sup|cite|ref|citation|source)\b[^<>]*>\s*([^<>]{1,40}?)\s*</\1\s*>", re.I)
_DOUBLED = re.compile(r"\[\s*(\[[^\[\]]{1,60}\](?:\s*,?\s*\[[^\[\]]{1,60}\])*)\s*\]")
_BRACKETED = re.compile(
    r"\^?[\[【［〔⟦]([^\[\]【】［］〔〕⟦⟧\n]{1,80})[\]】］〕⟧](?:\([^()\s]{0,500}\)|:(?=\s|$))?"
)
_PARENTHESISED = re.compile(r"[(（]([^()（）\n]{1,60})[)）]")
# A footnote's mark behind a sentence: which passage is meant, the check finds out.
_RAISED = re.compile(r"(?<=[.!?”\"])[⁰¹²³⁴⁵⁶⁷⁸⁹]+\s*$")
_ENUMERATED = re.compile(r"^\s*(?:[-*•–]\s+)?\(?\d{1,2}\)\s+(?=\S)|^\s*\d{1,2}\.\s+(?=\D)")
_BULLET = re.compile(r"^\s*(?:[-*•–—+]\s+)+")
_EMPTY = re.compile(rf"[(\[（]\s*(?:(?:see|cf\.?|{_LABELS})\s*:?\s*)?[)\]）]", re.I)


@dataclass(frozen=True, slots=True)
class Marked:
    """A sentence of a reply, and what it cites."""

    text: str  # the sentence without its markers, and without what numbers it in a list
    keys: tuple[int, ...]  # the passages that it cites, each once, in the order of its markers
    removed: int = 0  # markers of passages that do not exist


def resolve(text: str, count: int) -> Marked:
    """Takes the markers out of a sentence.

    Args:
        text: The sentence as the model wrote it.
        count: How many passages it was shown; they are numbered from 1.

    >>> resolve("Rain fell [1, 3-4] on Kyiv【9†source】.", 5)
    Marked(text='Rain fell on Kyiv.', keys=(1, 3, 4), removed=1)
    """
    found = _Found(count)
    text = _BULLET.sub("", text)
    text = _ENUMERATED.sub("", text)
    text = _IMAGE.sub(" ", _RAISED.sub("", text))
    text = _TAGGED.sub(r"[\2]", text)
    text = _DOUBLED.sub(r"\1", text)
    text = _BRACKETED.sub(lambda m: found.take(m[1], m[0]), text)
    text = _PARENTHESISED.sub(lambda m: found.take_doubtful(m, text), text)
    for pattern in (_ACCORDING, _SAYS):
        if said := pattern.match(text):
            found.take(said[1], "")
            rest = text[said.end() :]
            text = rest[:1].upper() + rest[1:]
    if said := _TRAILING.search(text):
        found.take(said[1], "")
        text = text[: said.start()] + (said[2] if text[: said.start()][-1:] not in ".!?" else "")
    return Marked(_tidy(text), tuple(dict.fromkeys(found.keys)), found.removed)


def _tidy(text: str) -> str:
    """A text without the gaps that markers leave."""
    text = _EMPTY.sub(" ", text)
    text = re.sub(r"\s+", " ", text).strip()
    text = re.sub(r"(?:\s*,)+(?=\s*[.!?])", "", text)
    text = re.sub(r" +([.,;:!?](?:\s|$|[”\"’']))", r"\1", text)
    return re.sub(r"([.!?])(?:\s*\1)+$", r"\1", text) if not text.endswith("...") else text


class _Found:
    """The keys found so far in a sentence."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.keys: list[int] = []
        self.removed = 0

    def reads(self, inside: str) -> bool:
        """Whether there is nothing but keys between two brackets."""
        return bool(_KEYS.fullmatch(_bare(inside)))

    def take(self, inside: str, otherwise: str) -> str:
        """What stands in place of a marker: nothing, or the text itself if it is none."""
        if not self.reads(inside):
            return otherwise
        for low, high in _ranges(_bare(inside)):
            first, last = max(1, low), min(self.count, high)
            self.keys += range(first, last + 1)
            self.removed += low < first or high > last
        return ""

    def take_doubtful(self, found: re.Match[str], text: str) -> str:
        """As ``take``, for parentheses, which may hold an age, a year or a paragraph of a law."""
        inside, bare = found[1], _bare(found[1])
        if not self.reads(inside):
            return found[0]
        before, after = text[: found.start()], text[found.end() :].lstrip()
        named = bool(_NAMED.search(inside))
        if not named and (not before.strip() or re.search(r"[^\W_]$", before)):
            return found[0]
        known = all(low >= 1 and high <= self.count for low, high in _ranges(bare))
        ends = not after or after[0] in '.,;:!?([【”"'
        small = all(high < 100 for _, high in _ranges(bare))
        return self.take(inside, "") if named or known or (ends and small) else found[0]


def _bare(inside: str) -> str:
    """What stands between brackets, without labels: "Source 1 and 2" -> "  1 , 2"."""
    inside = unicodedata.normalize("NFKC", inside.partition("†")[0])
    return _JOIN.sub(",", _LABEL.sub(" ", inside))


def _ranges(bare: str) -> Iterator[tuple[int, int]]:
    """The keys as ranges, both ends included; nine digits are more than any passage has."""
    tokens: list[str] = _TOKEN.findall(bare)
    place = 0
    while place < len(tokens):
        if not tokens[place].isdigit():
            place += 1
            continue
        low = high = int(tokens[place][:9])
        if place + 2 < len(tokens) and not tokens[place + 1].isdigit():
            high = int(tokens[place + 2][:9]) if tokens[place + 2].isdigit() else low
            place += 2
        yield min(low, high), max(low, high)
        place += 1
