"""A reply as it comes: what is meant for the reader of it, a sentence at a time."""

from __future__ import annotations

import re

from index.text.sentences import split_sentences
from index.text.words import WORD

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

_THOUGHTS = "think|thinking|thoughts?|reasoning|reflection|scratchpad|analysis"
_THOUGHT = re.compile(
    rf"<({_THOUGHTS})\b[^<>]*>.*?</\1\s*>|\[(THINK)\].*?\[/THINK\]|◁think▷.*?◁/think▷", re.I | re.S
)
_THOUGHT_ENDS = re.compile(rf"</(?:{_THOUGHTS})\s*>|\[/THINK\]|◁/think▷", re.I)
_THOUGHT_BEGINS = re.compile(rf"<(?:{_THOUGHTS})\b[^<>]*>?|\[THINK\]|◁think▷", re.I)
_CHANNEL = re.compile(r"<\|channel\|>\s*(\w+)[^<]*<\|message\|>")
_OVER = re.compile(
    r"<\|(?:im_end|im_start|eot_id|end|endoftext|eom_id|return|start|user|assistant|system)\|>|</s>"
    r"|<(?:end|start)_of_turn>|\[/?INST\]|<\|start_header_id\|>"
    r"|\n\s*(?:#+\s*)?(?:User|Human|Question|Q|Instruction)\s*:"
)
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
