"""A document's text put together from its blocks, and the places where they stood."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.article import Article, Place
from index.readers.bounds import within_bounds
from index.readers.encoding import Refused, tidy
from index.readers.fields import Particulars
from index.readers.files import SourceFile
from index.readers.rows import lines

PARAGRAPH, LINE, SPACE = "\n\n", "\n", " "
NO_TEXT = "the document holds no text; save its text as a .txt file or leave it out"

# The letters that fonts join; a search for "office" does not find "oﬃce".
LIGATURES = {
    **dict(zip(range(0xFB00, 0xFB07), ("ff", "fi", "fl", "ffi", "ffl", "st", "st"), strict=True)),
    0x00A0: " ",
}
SPACES = re.compile(r"\s+")


def line(text: str) -> str:
    """Text as one tidy line, ligatures as letters."""
    return SPACES.sub(" ", tidy(text).translate(LIGATURES)).strip()


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

    def item(self, text: str) -> None:
        """Adds an item of a list."""
        if words := line(text):
            listing = self._listing
            self.write(
                words if words.startswith("- ") else f"- {words}", (PARAGRAPH, LINE)[listing]
            )
            self._listing = True

    def table(self, rows: Sequence[Sequence[str]]) -> None:
        """Adds a table, a row a line that can be read alone."""
        before = PARAGRAPH
        for row in lines([[line(cell) for cell in row] for row in rows]):
            self.write(row, before)
            before = LINE

    @property
    def text(self) -> str:
        """All that was written."""
        return "".join(self._parts)

    def article(self, file: SourceFile, known: Particulars, uri: str = "") -> Article:
        """The article of a file.

        Raises:
            Refused: There is no text, or too much of it.
        """
        text = within_bounds(self.text)
        if not text:
            raise Refused(NO_TEXT)
        return Article(
            uri=uri or file.uri,
            key=file.key,
            text=text,
            raw=text,
            root=file.root,
            places=tuple(self.places),
            cleaned=bool(self.places),
            **known,
        )
