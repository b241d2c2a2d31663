"""A reply as it comes: a sentence at a time, what each cites, and what is shown of it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from index.text.sentences import split_sentences
from index.text.words import WORD, Phrases, content_stems
from rag.generative.prompt import CANNOT_ANSWER, plain

# Characters and sentences after which a reply is no answer to one question, and is stopped.
LONGEST_REPLY = 12_000
MOST_SENTENCES = 20

# Words of the next sentence that must be there before the one before it is surely complete: an
# abbreviation is told from a full stop by what comes after it.
_AHEAD = 2

_PHRASES = Phrases("rag.generative")
_OVER = _PHRASES.compiled("over")
_OPENER, _SMALL_TALK, _REFUSAL, _PREFIX, _ACCORDING = (
    _PHRASES.compiled(name, re.I) for name in "opener small_talk refusal prefix according".split()
)

# What cites passages: "[1]", "[1, 3-4]", "[Passage 2]", "[^1]", "【1†source】", a link's too; in
# parentheses, which may hold an age or a paragraph of a law, only at the end of what it supports.
_KEY = r"(?:(?:sources?|passages?|articles?)\s*:?\s*)?[#^]?\d{1,9}"
_KEYS = rf"{_KEY}(?:\s*(?:,|;|&|and|to|[-–])\s*{_KEY})*"
_MARKER = re.compile(
    rf"\^?[\[【]\s*({_KEYS})\s*(?:†[^\]】]*)?[\]】](?:\([^()\s]*\)|:(?=\s|$))?", re.I
)
_PARENTHESISED = re.compile(rf"(?<!\S)\(\s*({_KEYS})\s*\)(?=[.,;:!?\[【(]|\s*$)", re.I)
_RANGE = re.compile(r"(\d+)(?:\s*(?:to|[-–])\D*(\d+))?", re.I)
_AFTER_STOP = re.compile(
    r"(?<=\S)([.?!][\"”’')*_]*)((?:[ \t]?(?:\^?\[[^\[\]\n]{1,40}\](?:\([^()\s]*\))?"
    r"|【[^】\n]{1,40}】|\(\d{1,2}\)))+)(?=\s|$)"
)
# What is left at the end when a marker, a tag or a link is still to come.
_HALF = re.compile(
    r"(?:<[^<>]{0,300}|!?\[[^\]]{0,300}(?:\]\([^()\s]{0,500})?|【[^】]{0,40}|\([^)]{0,24}|[!^])$"
)
_LISTED = re.compile(r"^\s*(?:[-*•–—+]\s+|\(?\d{1,2}[.)]\s+(?=\D))+")
_RAISED = re.compile(r"(?<=[.!?”\"])[⁰¹²³⁴⁵⁶⁷⁸⁹]+\s*$")  # of which passage, the check finds out
_STOP = re.compile(r"[.!?…。！？\n]")
_ENDED = re.compile(r"[.!?…。！？][\"”’')\]]*$")


class ReplyReader:
    """Cuts a reply into sentences, each handed out when it is surely complete."""

    def __init__(self) -> None:
        self.over = False  # whether the rest of the reply is not worth waiting for
        self.restarts = 0  # how often all that was handed out turned out to have been a thought
        self._raw = ""
        self._seen = ""
        self._taken = 0
        self._looked = 0
        self._count = 0

    @property
    def tail(self) -> str:
        """What was said after the last complete sentence, without half a marker or a tag."""
        return _HALF.sub("", self._seen[self._taken :]).strip()

    def feed(self, piece: str) -> list[str]:
        """The sentences that a further piece of text completes, with their markers."""
        self._raw += piece
        seen, over = visible(self._raw)
        if not seen.startswith(self._seen[: self._taken]):
            self._taken = self._looked = self._count = 0
            self.restarts += 1
        self._seen = seen
        found: list[str] = []
        for place in range(self._looked, len(seen)):
            if seen[place].isspace():
                found += self._cut(place)
        self._looked = len(seen)
        self._count += len(found)
        self.over = over or self._count >= MOST_SENTENCES or len(self._raw) > LONGEST_REPLY
        return found

    def finish(self, *, complete: bool) -> list[str]:
        """The last sentences, but for one that was cut off before the model ended the reply."""
        found = _sentences(_in_form(self._seen[self._taken :]))
        self._taken = len(self._seen)
        if found and (self.over or not complete) and not _ENDED.search(found[-1]):
            found.pop()
        return found[: MOST_SENTENCES - self._count]

    def _cut(self, place: int) -> list[str]:
        """The sentences that are complete once everything before a white space is known."""
        block = self._seen[self._taken : place]
        if not _STOP.search(block):
            return []
        block = _in_form(block)
        if re.search(r"\n[ \t]*$", block) and self._seen[place] == "\n":
            self._taken = place
            return _sentences(block)
        spans = _spans(block)
        if len(spans) < 2:
            return []
        last = spans[-1][0]
        ahead = 1 if "\n" in block[spans[-2][1] : last] else _AHEAD
        if len(WORD.findall(block, last)) < ahead:
            return []
        self._taken += last
        return [block[start:end] for start, end in spans[:-1]]


def _in_form(block: str) -> str:
    """The same characters with markers before the stop that they follow."""
    return _AFTER_STOP.sub(r"\2\1", block)


def _sentences(block: str) -> list[str]:
    return [block[start:end] for start, end in _spans(block)]


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
    """A reply without the model's thoughts, and whether there is nothing more to wait for.

    Thoughts end with a tag that the prompt may have opened. What goes on in another role, or is no
    prose but JSON, is not read.

    >>> visible("<think>Well, rain.</think>Rain fell.")
    ('Rain fell.', False)
    """
    text = raw.rpartition("</think>")[2].partition("<think>")[0].lstrip()
    if text.startswith(("{", "[{")):
        return "", True
    if over := _OVER.search(text):
        return text[: over.start()], True
    return text, False


_UNCLOSED = re.compile(r"<[a-z/!?][^<>]*$|!?\[[^\[\]]*\]\([^()]*$|!\[[^\]]*$|<!--.*$", re.I | re.S)
_LEFTOVER = re.compile(r"\]\([^()\s]*\)?|!\[|<\|[^<>|]*\|?>?")
_WITHIN_LINK = re.compile(r"(?<=[!\]])[*_`~]+(?=[\[(])")
_EMPHASIS = re.compile(r"\*{1,3}|(?<![^\W_])_{1,3}(?=\S)|(?<=\S)_{1,3}(?![^\W_])|`+|~~")
_QUOTED = re.compile(r"^\s*(?:>+\s*)+")
_WHICH = re.compile(r"\b(?:not|no|n['’]t|none|cannot|neither|silent|insufficient|lacks?)\b", re.I)
_TITLED = re.compile(r"^\s*(?:#{1,6}\s|\*\*[^*]+\*\*:?\s*$|-{3,})")


def wording(sentence: str) -> str:
    """A sentence as it is shown: no markup, no links, no images, no "Answer:" in front.

    >>> wording("**Answer:** Based on the passages, rain <b>fell</b> ![x](http://a.b/c).")
    'Rain fell.'
    """
    text, before = sentence, ""
    while text != before:  # marks taken away may leave others side by side: "]*(" is then "]("
        before = text
        text = plain(_UNCLOSED.sub("", _WITHIN_LINK.sub("", text)))
        text = _LEFTOVER.sub(" ", _UNCLOSED.sub("", text))
        text = " ".join(_EMPHASIS.sub("", _QUOTED.sub("", text)).split())
    text = text.replace("<", "‹").replace(">", "›")
    for pattern in (_PREFIX, _OPENER):
        bare = pattern.sub("", text.strip(), count=1)
        if bare != text.strip():
            text = bare[:1].upper() + bare[1:]
    return re.sub(r" ([.,;:!?](?:\s|$))", r"\1", " ".join(text.split()))


def refuses(text: str) -> bool:
    """Whether a sentence says that the passages hold no answer, or that none will be given."""
    if text.rstrip(".!") == CANNOT_ANSWER.rstrip("."):
        return True
    return bool(
        _REFUSAL.match(text) and (_WHICH.search(text) or text.lower().startswith(("i", "sorry")))
    )


def says_nothing(sentence: str, text: str, question: str, sources: Collection[str] = ()) -> bool:
    """Whether a sentence states nothing: manners, a heading, a question, a list of sources.

    Args:
        sentence: As the model wrote it.
        text: Its wording.
        question: What was asked.
        sources: The names under which passages were shown; a line of only those is no claim.
    """
    words = _words(text)
    if not words or words == _words(question):
        return True
    if text.rstrip("”\"’')").endswith(("?", ":")) or _TITLED.match(sentence):
        return True
    if _SMALL_TALK.search(text):
        return True
    stems = set(content_stems(text))
    named = any(stems <= set(content_stems(source)) for source in sources)
    return bool(stems) and named and not re.search(r"[.!]$", text)


def _words(text: str) -> list[str]:
    """Its words, as two texts are compared."""
    return [word for word in WORD.findall(text.lower()) if not word.isdigit()]


@dataclass(frozen=True, slots=True)
class Marked:
    """A sentence of a reply, and what it cites."""

    text: str  # the sentence without its markers, and without what numbers it in a list
    keys: tuple[int, ...]  # the passages that it cites, each once, in the order of its markers


def resolve(text: str, count: int) -> Marked:
    """Takes the markers out of a sentence; those of no passage are dropped.

    The model was shown ``count`` passages, numbered from 1.

    >>> resolve("- Rain fell [1, 3-4] on Kyiv【9†source】.", 5)
    Marked(text='Rain fell on Kyiv.', keys=(1, 3, 4))
    """
    keys: list[int] = []

    def take(found: re.Match[str]) -> str:
        keys.extend(_known(found[1], count))
        return ""

    def take_known(found: re.Match[str]) -> str:
        return take(found) if list(_known(found[1], count)) else found[0]

    text = _MARKER.sub(take, _RAISED.sub("", _LISTED.sub("", text)))
    text = _PARENTHESISED.sub(take_known, text)
    if said := _ACCORDING.match(text):
        take(said)
        text = text[said.end() :]
        text = text[:1].upper() + text[1:]
    return Marked(_tidy(text), tuple(dict.fromkeys(keys)))


def _known(inside: str, count: int) -> Iterator[int]:
    """The passages that a marker names, a range's too; nothing for those that there are not."""
    for first, last in _RANGE.findall(inside):
        low, high = sorted((int(first), int(last or first)))
        yield from range(max(1, low), min(count, high) + 1)


def _tidy(text: str) -> str:
    """A text without the gaps that markers leave."""
    text = re.sub(r"[(\[]\s*(?:see)?\s*(?:,\s*)*[)\]]", " ", text)
    text = re.sub(r"\s+", " ", text).strip()
    text = re.sub(r"(?:\s*,)+(?=\s*[.!?])", "", text)
    text = re.sub(r" +([.,;:!?](?:\s|$|[”\"’']))", r"\1", text)
    return re.sub(r"([.!?])(?:\s*\1)+$", r"\1", text) if not text.endswith("...") else text
