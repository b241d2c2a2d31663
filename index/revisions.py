"""What differs between two texts that one article had."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher

from index.article import Article
from index.text.sentences import split_sentences

FIELDS = ("title", "author", "publisher", "published", "language", "url", "sources")

# Sentences of two texts that are compared one with another; what is longer is told as a whole,
# since the comparison takes time as the square of them.
MOST = 2_000


@dataclass(frozen=True, slots=True)
class Change:
    """A difference: a field of an article that is another, or a stretch of its text."""

    field: str  # the name of the field; "text" for a stretch of the text
    before: str  # what was there, "" if nothing was
    after: str  # what is there now, "" if nothing is


def changes(before: Article, after: Article) -> list[Change]:
    """What changed from one text to the next: fields first, then sentences in their order.

    Args:
        before: The earlier text, with its particulars.
        after: The later one.
    """
    found = [
        Change(name, _told(getattr(before, name)), _told(getattr(after, name)))
        for name in FIELDS
        if getattr(before, name) != getattr(after, name)
    ]
    if before.text == after.text:
        return found
    old, new = _sentences(before.text), _sentences(after.text)
    if max(len(old), len(new)) > MOST:
        return [*found, Change("text", f"{len(old)} sentences", f"{len(new)} sentences")]
    steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    stretches = [
        Change("text", " ".join(old[a:b]), " ".join(new[c:d]))
        for step, a, b, c, d in steps
        if step != "equal"
    ]
    return found + (stretches or [Change("text", "", "only the space between sentences differs")])


def _sentences(text: str) -> list[str]:
    return [" ".join(text[s.start : s.end].split()) for s in split_sentences(text)]


def _told(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)
