"""Where an index is; what a ledger needs of its database; conditions, and digests of rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import date
from hashlib import blake2b
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

from index.errors import IndexDamaged

Place = Path | str
"""Where an index is: a folder, or the address of a database."""

SCHEMES = ("postgresql://", "postgres://")

Row = tuple[Any, ...]


class Database(Protocol):
    """The database of a ledger: SQLite (``index.disk``) or PostgreSQL.

    Threads may share it. SQL is what both understand, with ``?`` for values.
    """

    @property
    def place(self) -> str:
        """Where it is, as a person may be told."""

    def execute(self, sql: str, values: Sequence[object] = ()) -> Any:  # noqa: ANN401 (the rows, as the driver gives them)
        """Runs one statement."""

    def executemany(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """Runs one statement for every row of values."""

    def each(self, sql: str) -> Iterable[Any]:
        """The rows of a query of which there may be too many to hold."""

    def number(self, table: str, count: int = 1) -> int:
        """The first of so many pks to come: one more than any row of the table ever had."""

    def numbered(self, table: str) -> None:
        """Notes the pks of rows that were stored under numbers of their own, if need be."""
        return

    def schema(self) -> str | None:
        """The version of the tables; None when there are none of ours.

        Raises:
            IndexDamaged: they are past reading.
        """

    def read(self) -> AbstractContextManager[None]:
        """One snapshot: what is read inside is of one moment. May be nested.

        Raises:
            IndexDamaged: the tables are not as they were written.
            IndexUnreachable: the server does not answer.
        """

    def write(self) -> AbstractContextManager[None]:
        """One transaction: all of it is stored, or nothing. The caller holds the build lock.

        Raises:
            IndexDamaged, IndexUnreachable: as for ``read``.
            IndexUnwritable: the disk is full, or may not be written.
        """

    def integrity(self) -> list[str]:
        """What the database itself says is wrong with its tables."""
        return []

    def settle(self) -> None:
        """What is to be done after a commit."""
        return

    def replaced(self) -> bool:
        """Whether another database took its place since it was opened."""
        return False

    def damaged(self, how: str) -> IndexDamaged:
        """What is told of tables that are not as they were written, with the remedy."""

    def close(self) -> None:
        """Closes this thread's connection; the others close with their threads."""


def folder_of(place: Place) -> Path:
    """The folder for what is kept beside an index, such as chats and what was fetched.

    >>> folder_of("postgresql://desk:secret@db.example/news?schema=wire").as_posix()
    '.onrecord/db.example-news-wire'
    """
    if not is_database(place):
        return Path(place)
    url = urlsplit(str(place))
    query = dict(parse_qsl(url.query))
    parts = (url.hostname or "local", url.port, url.path.strip("/"), query.get("schema"))
    return Path(".onrecord") / "-".join(
        re.sub(r"[^\w.]+", "_", str(part)) for part in parts if part
    )


def is_database(place: Place) -> bool:
    """Whether a place is the address of a database.

    >>> is_database("postgresql://localhost/news"), is_database("archive")
    (True, False)
    """
    return str(place).startswith(SCHEMES)


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
    return blake2b(b"\n".join((form.encode(), *parts)), digest_size=16).digest()


def insert(db: Database, table: str, columns: str, rows: Iterable[Sequence[object]]) -> None:
    """Stores rows in a table.

    Args:
        db: Where the table is.
        table: Its name.
        columns: The names of columns, as in "pk, text".
        rows: What is stored under them.
    """
    marks = ", ".join("?" * len(columns.split(",")))
    db.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)


FIELDS = ("id", "uri", "key", "title", "author", "publisher", "published", "language", "url")

Condition = tuple[str, list[str]]  # SQL, and the values of its question marks


def compared(key: str, operator: str, value: date | str) -> Condition:
    """A comparison of a field with a value; an article without the field never matches.

    Publishers are compared without regard to letter case. SQLite's ``lower`` knows it in ASCII
    alone; the ledger's own function knows it in any alphabet and takes four times as long (300,000
    articles: 0.36 s instead of 0.09 s).

    Args:
        key: The field's name.
        operator: "=", ">=" and so on.
        value: What it is compared with.

    Raises:
        ValueError: an article has no such field.

    >>> compared("language", "=", "en")
    ('language = ?', ['en'])
    """
    if key not in FIELDS:
        raise ValueError(f"filter on {key!r}: an article has {', '.join(FIELDS)}")
    written = str(value)  # a day as ISO 8601 has it
    if key != "publisher":
        return f"{key} {operator} ?", [written]
    plain = "lower" if written.isascii() else "caseless"
    return f"{plain}(publisher) {operator} {plain}(?)", [written]


def joined(conditions: Sequence[Condition]) -> Condition:
    """Conditions that all hold; none are always true."""
    if not conditions:
        return "TRUE", []
    return (
        f"({' AND '.join(part for part, _ in conditions)})",
        [value for _, values in conditions for value in values],
    )
