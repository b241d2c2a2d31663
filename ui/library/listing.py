"""The articles of a corpus as a table has them: searched, sorted, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from index.ledger import Listed

Column = Literal["title", "publisher", "published", "characters", "revision", "copies"]
COLUMNS: tuple[Column, ...] = get_args(Column)


@dataclass(frozen=True, slots=True)
class Row:
    """An article of the table."""

    id: str  # opens it
    uri: str
    title: str  # its headline, else its first words
    publisher: str
    published: date | None
    revision: int  # 1 for the first text under its uri
    copies: int  # how many other articles print the same story
    characters: int  # of its cleaned text
    language: str = ""

    @property
    def searched(self) -> str:
        """What is known of it in one text without letter case, to look for words in."""
        day = self.published.isoformat() if self.published else ""
        return f"{self.title}\n{self.publisher}\n{day}\n{self.uri}".casefold()


@dataclass(frozen=True, slots=True)
class Figures:
    """What an index holds, and how large it is."""

    articles: int
    stories: int  # articles that print the same text are one
    publishers: int
    characters: int
    oldest: date | None  # the first day of publication; None if no article has one, as ``newest``
    newest: date | None
    bytes: int  # of its folder on disk, without the conversations that are kept there


def rows(found: Sequence[Listed]) -> list[Row]:
    """The table, in the order of the articles."""
    sizes = Counter(listed.story for listed in found)
    return [
        Row(
            id=listed.id,
            uri=listed.uri,
            title=listed.title or _first_words(listed.opening) or listed.key,
            publisher=listed.publisher or "",
            published=listed.published,
            revision=listed.revision,
            copies=sizes[listed.story] - 1,
            characters=listed.characters,
            language=listed.language or "",
        )
        for listed in found
    ]


def ordered(
    found: Iterable[Row], column: Column = "published", *, descending: bool = True
) -> list[Row]:
    """The rows by a column, in any letter case; what that leaves alike newest first, then by uri.

    What a column does not know stands last either way.

    Args:
        found: The rows.
        column: By what they are sorted.
        descending: Whether the last comes first.
    """
    listed = sorted(found, key=lambda row: (row.uri, str(getattr(row, column))))
    listed.sort(key=lambda row: row.published or date.min, reverse=True)
    known = [row for row in listed if getattr(row, column) not in ("", None)]
    known.sort(key=lambda row: _value(row, column), reverse=descending)
    return known + [row for row in listed if getattr(row, column) in ("", None)]


def figures(size: int, found: Sequence[Listed]) -> Figures:
    """The counts and the size of an index with these articles.

    Args:
        size: Its bytes.
        found: All that the index holds.
    """
    days = [listed.published for listed in found if listed.published]
    return Figures(
        articles=len(found),
        stories=len({listed.story for listed in found}),
        publishers=len({listed.publisher for listed in found if listed.publisher}),
        characters=sum(listed.characters for listed in found),
        oldest=min(days, default=None),
        newest=max(days, default=None),
        bytes=size,
    )


def _first_words(opening: str) -> str:
    line = opening.strip().partition("\n")[0].strip()
    return f"{line.rsplit(' ', 1)[0]} …" if len(line) == len(opening.strip()) and line else line


def _value(row: Row, column: Column) -> str | int | date:
    value: str | int | date = getattr(row, column)
    return value.casefold() if isinstance(value, str) else value
