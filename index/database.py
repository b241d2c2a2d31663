"""What a ledger needs of its database, SQLite or PostgreSQL; conditions on it, digests of rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from hashlib import blake2b
from typing import Any, Protocol

from index.errors import IndexDamaged

Row = tuple[Any, ...]


class Rows(Protocol):
    """What a statement gives."""

    def fetchone(self) -> Any:  # noqa: ANN401
        """The next row; None when there is none."""

    def fetchall(self) -> list[Any]:
        """The rows that are left."""

    def __iter__(self) -> Iterator[Any]:
        """The rows, one after another."""


class Executes(Protocol):
    """What runs a statement that takes no values."""

    def execute(self, sql: str, /) -> Rows:
        """Runs it."""


class Database(Protocol):
    """The database of a ledger: SQLite (``index.disk``) or PostgreSQL.

    Threads may share it. SQL is what both understand, with ``?`` for values.
    """

    @property
    def place(self) -> str:
        """Where it is, as a person may be told."""

    def execute(self, sql: str, values: Sequence[object] = ()) -> Rows:
        """Runs one statement.

        Args:
            sql: The statement, ``?`` for each value.
            values: What stands in the place of its placeholders.
        """

    def executemany(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """Runs one statement for every row of values.

        Args:
            sql: The statement, ``?`` for each value.
            rows: The values of each run.
        """

    def each(self, sql: str) -> Iterable[Any]:
        """The rows of a query of which there may be too many to hold."""

    def number(self, table: str, count: int = 1) -> int:
        """The first of so many pks to come: one more than any row of the table ever had.

        Args:
            table: The table's name.
            count: How many pks are wanted.
        """

    def numbered(self, table: str) -> None:
        """Notes the pks of rows that were stored under numbers of their own; in ``write()``."""

    def schema(self) -> str | None:
        """The version of the tables; None when there are none of ours."""

    def read(self) -> AbstractContextManager[None]:
        """One snapshot: what is read inside is of one moment. May be nested."""

    def write(self) -> AbstractContextManager[None]:
        """One transaction: all of it is stored, or nothing."""

    def integrity(self) -> list[str]:
        """What the database itself says is wrong with its tables."""

    def settle(self) -> None:
        """What is to be done after a commit."""

    def replaced(self) -> bool:
        """Whether another database took its place since it was opened."""

    def damaged(self, how: str) -> IndexDamaged:
        """What is told of tables that are not as they were written, with the remedy."""

    def close(self) -> None:
        """Closes this thread's connection; the others close with their threads."""


DIGEST_BYTES = 16


def digest(*values: object) -> bytes:
    """Sixteen bytes that depend on every value, its type and its place.

    Values are what SQLite hands out: text, bytes, numbers and None.

    >>> digest("a", "bc") == digest("ab", "c")
    False
    """
    parts = [
        value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")
        for value in values
    ]
    form = ",".join(
        f"{type(value).__name__} {len(part)}" for value, part in zip(values, parts, strict=True)
    )
    return blake2b(b"\n".join((form.encode(), *parts)), digest_size=DIGEST_BYTES).digest()


FIELDS = ("id", "uri", "key", "title", "author", "publisher", "published", "language", "url")

Condition = tuple[str, list[str]]  # SQL, and the values of its question marks


def compared(key: str, operator: str, *values: object) -> Condition:
    """A comparison of a field with a value, or by ``IN`` or ``NOT IN`` with any number of them.

    An article without the field never matches. Publishers are compared without regard to letter
    case. SQLite's ``lower`` knows it in ASCII alone; the ledger's own function knows it in any
    alphabet and takes four times as long (300,000 articles: 0.36 s instead of 0.09 s).

    Args:
        key: The field's name.
        operator: "=", ">=", "IN" and so on.
        *values: What it is compared with.

    Raises:
        ValueError: an article has no such field.

    >>> compared("language", "=", "en")
    ('language = ?', ['en'])
    """
    if key not in FIELDS:
        raise ValueError(f"filter on {key!r}: an article has {', '.join(FIELDS)}")
    written = [written_as(value) for value in values]
    column, mark = key, "?"
    if key == "publisher":
        column, mark = "caseless(publisher)", "caseless(?)"
        if all(value.isascii() for value in written):
            column, mark = "lower(publisher)", "lower(?)"
    marks = ", ".join([mark] * len(values))
    return f"{column} {operator} " + (f"({marks})" if operator.endswith("IN") else marks), written


def joined(conditions: Sequence[Condition], word: str = "AND") -> Condition:
    """Conditions that all hold, or one of which does; none are always true.

    Args:
        conditions: Any number of them.
        word: "AND" or "OR".
    """
    if not conditions:
        return "TRUE", []
    return (
        "(" + f" {word} ".join(part for part, _ in conditions) + ")",
        [value for _, values in conditions for value in values],
    )


def written_as(value: object) -> str:
    """A value as the ledger writes it."""
    if isinstance(value, datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)
