"""A document's text put together from its blocks, and the places where they stood."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import zip_longest

from index.article import Article, Place
from index.boilerplate import rules
from index.readers.encoding import Refused, tidy, within_bounds
from index.readers.fields import Particulars
from index.readers.files import SourceFile

PARAGRAPH, LINE, SPACE = "\n\n", "\n", " "
NO_TEXT = "the document holds no text; save its text as a .txt file or leave it out"

HEAD_LINES = 8  # of a text, among which its day is looked for
LONGEST_HEAD = 60  # characters; what is longer at the top of a column is text
LONGEST_CELL = 400  # what holds more is a layout of blocks, not a table
YEAR = re.compile(r"(?:19|20)\d\d(?:[/–-]\d{2,4})?")
FIGURE = re.compile(r"[\W_]*\d[\d\s.,:/%–-]*\W*")
# Behind the figure a unit is read with it: of 12 questions on three tables the reading model named
# the right cell 7 times, 4 where the unit stood in the head, and the right row 9 times, 8 before.
UNIT = re.compile(r"(.*\S)\s*\((?=[^()]*[^\W\d]|[%£$€¥])([^()]{1,24})\)")


def line(text: str) -> str:
    """Text as one tidy line."""
    return " ".join(tidy(text).split())


class Assembly:
    """Gathers a document's text, block after block."""

    def __init__(self) -> None:
        self.places: list[Place] = []
        self.length = 0
        self._parts: list[str] = []
        self._label: str | None = None
        self._listing = False

    def place(self, label: str) -> None:
        """Says where all stands that is written from here on, until the next place."""
        self._label = label

    def write(self, text: str, before: str = PARAGRAPH) -> None:
        """Adds text as one line, after a break of one's choice; nothing, if there is none."""
        if not (words := line(text)):
            return
        if self._parts:
            self._parts.append(before)
            self.length += len(before)
        if self._label is not None:
            self.places.append((self.length, self._label))
            self._label = None
        self._parts.append(words)
        self.length += len(words)
        self._listing = False

    def item(self, text: str, bullet: str = "- ") -> None:
        """Adds an item of a list."""
        if words := line(text):
            listed = words if words.startswith(bullet) else f"{bullet}{words}"
            self.write(listed, LINE if self._listing else PARAGRAPH)
            self._listing = True

    def table(self, rows: Sequence[Sequence[str]]) -> None:
        """Adds a table, a row a line that can be read alone."""
        before = PARAGRAPH
        for row in sentences_of([[line(cell) for cell in row] for row in rows]):
            self.write(row, before)
            before = LINE

    @property
    def text(self) -> str:
        """All that was written."""
        return "".join(self._parts)

    def article(self, file: SourceFile, known: Particulars, made: date | None = None) -> Article:
        """The article of a file, with what the document says of itself.

        Args:
            file: Where it is read from.
            known: What is known of it.
            made: When the document was made: the day of an article that tells none, as a guess.

        Raises:
            Refused: There is no text, or too much of it.
        """
        text = within_bounds(self.text)
        if not text:
            raise Refused(NO_TEXT)
        notes = []
        if made and not known["published"]:
            head = text.split("\n")[:HEAD_LINES]
            told = next(filter(None, (rules.dated(s)[1] or rules.dateline(s) for s in head)), None)
            known = {**known, "published": told or made}
            notes = [] if told else [("published", "when the file was made, a guess")]
        return Article(
            uri=file.uri,
            key=file.key,
            text=text,
            raw=text,
            root=file.root,
            places=tuple(self.places),
            cleaned=bool(self.places),
            notes=tuple(notes),
            **known,
        )


def sentences_of(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """A line for each row; under heads, each cell after the head of its column.

    >>> list(sentences_of([["Country", "2026"], ["Ruritania", "4.1 million t"]]))
    ['Country: Ruritania; 2026: 4.1 million t.']
    """
    filled = [row for row in rows if any(row)]
    if any(len(cell) > LONGEST_CELL for row in filled for cell in row):
        yield from (cell for row in filled for cell in row if cell)
        return
    full = [row for row in filled if any(row[1:])]
    heads = full[0] if _has_heads(full) else None
    for row in filled:
        if heads is None or row not in full:  # one cell over all columns is a caption
            yield " | ".join(cell for cell in row if cell)
        elif row is not heads:
            yield _headed(heads, row)


def _has_heads(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row names the columns: short, each once, and no figures but years."""
    if len(rows) < 2 or len(rows[0]) < 2:
        return False
    first = rows[0]
    named = [head for head in first if head]
    return (
        len(named) >= len(first) - 1
        and all(first[1:])
        and len(set(first)) == len(first)
        and all(len(head) <= LONGEST_HEAD for head in named)
        and all(
            YEAR.fullmatch(UNIT.sub(r"\1", head)) or not FIGURE.fullmatch(head) for head in named
        )
    )


def _headed(heads: Sequence[str], row: Sequence[str]) -> str:
    """A row as a sentence: "Country: Ruritania; Year: 2026."."""
    said = [_cell(head, cell) for head, cell in zip_longest(heads, row, fillvalue="") if cell]
    whole = "; ".join(said)
    return whole if whole.endswith((".", "!", "?")) else f"{whole}."


def _cell(head: str, cell: str) -> str:
    """A cell behind its head, and a figure before the unit that its head has in brackets.

    >>> _cell("Exports (million t)", "4.1"), _cell("Buyer (main)", "Egypt")
    ('Exports: 4.1 million t', 'Buyer (main): Egypt')
    """
    if (unit := UNIT.fullmatch(head)) and FIGURE.fullmatch(cell):
        return f"{unit[1]}: {cell} {unit[2]}"
    return f"{head}: {cell}" if head else cell
