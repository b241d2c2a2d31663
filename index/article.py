"""The published thing, what identifies it, and what differs between two texts of it."""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_right
from dataclasses import asdict, dataclass, field
from datetime import date
from difflib import SequenceMatcher

from index.text.sentences import split_sentences

LONGEST_OPENING = 70
"""Characters of an article's first words where they stand for its title."""

Place = tuple[int, str]
"""Where a stretch of a text begins (an offset into it), and what it is called: (812, "p. 4")."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A published text and what is known about its publication."""

    # Names the article in the index: its path relative to the source it came from, its url, or
    # ``FILE#ID`` for a record of a JSONL file.
    uri: str
    # Names the article in runs, answers and golden sets: the record's own id, the file's name
    # without its extension, or the url.
    key: str
    text: str  # the cleaned text; every offset in onrecord counts characters of this
    raw: str = ""  # the source as it was read, before cleaning
    title: str = ""  # the headline, or "" when there is none
    author: str | None = None
    publisher: str | None = None
    published: date | None = None  # the day of publication
    # An ISO 639-1 code: as the source states it, else, of a stored article, as its words tell it.
    language: str | None = None
    url: str | None = None  # where the original can be read
    sources: tuple[str, ...] = ()  # names the article itself lists as its sources
    root: str = ""  # the folder or address that ``uri`` is relative to
    # Whether the source says that its text was cleaned before, and is taken as it is.
    cleaned: bool = False
    # What the reader found and did, as ``onrecord add --explain`` tells it: where a field comes
    # from, ("published", "JSON-LD datePublished"), what was left out and why. They are not stored.
    notes: tuple[tuple[str, str], ...] = field(default=(), compare=False)
    # The pages, slides, chapters or time codes of the source, in the order of the text, for a
    # source that has them. Its text is ``cleaned``, so that their offsets hold.
    places: tuple[Place, ...] = ()

    @property
    def id(self) -> str:
        """Sixteen hexadecimal digits that depend on the uri and all that a reader sees.

        ``raw``, ``root``, ``cleaned`` and ``notes`` are left out: a page whose menu changed, or a
        corpus that moved to another folder, is the same article.
        """
        seen = asdict(self)
        del seen["raw"], seen["root"], seen["cleaned"], seen["notes"]
        if not self.places:  # so that most articles have the id that they had before there were any
            del seen["places"]
        canonical = json.dumps(seen, sort_keys=True, ensure_ascii=False, default=str)
        return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()[:16]

    @property
    def headline(self) -> str:
        r"""What the article is called: its title, else the words with which its text begins.

        >>> Article(uri="a.txt", key="a", text="Rain fell.\nAll day.").headline
        'Rain fell. All day.'
        """
        return self.title or opening(self.text) or self.key

    def place_at(self, offset: int) -> str | None:
        """What the place is called that holds a character of the text; None if none does.

        >>> Article(uri="", key="", text="One. Two.", places=((0, "p. 1"), (5, "p. 2"))).place_at(7)
        'p. 2'
        """
        number = bisect_right(self.places, offset, key=lambda place: place[0])
        return self.places[number - 1][1] if number else None


def opening(text: str) -> str:
    """The words with which a text begins, for want of a title."""
    words = " ".join(text[: 4 * LONGEST_OPENING].split())
    if len(words) <= LONGEST_OPENING:
        return words
    return words[:LONGEST_OPENING].rsplit(" ", 1)[0].rstrip(",;:–—-") + " …"


@dataclass(frozen=True, slots=True)
class Skipped:
    """A source that gave no article."""

    uri: str  # the file, or the file and line, that was skipped
    reason: str  # one sentence without a full stop: the cause and the remedy
    # False for a file that was passed over because of its kind, in a folder that holds articles
    # too.
    fault: bool = True


PARTICULARS = ("title", "author", "publisher", "published", "language", "url")
"""What is known about an article besides its text."""

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
    """What changed from one text to the next: fields first, then sentences in their order."""
    found = [
        Change(name, _told(getattr(before, name)), _told(getattr(after, name)))
        for name in (*PARTICULARS, "sources")
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
