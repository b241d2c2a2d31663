"""What keeps an index: a folder of this machine, or a PostgreSQL database."""

from __future__ import annotations

import re
import sqlite3
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import parse_qsl, urlsplit

from index.errors import IndexDamaged, OnRecordError

if TYPE_CHECKING:
    from index.article import Article
    from index.ledger import Ledger
    from index.search_index import SearchIndex


Place = Path | str
"""Where an index is: a folder, or the address of a database."""

SCHEMES = ("postgresql://", "postgres://")


class Engine(Protocol):
    """One index, where it is kept. Readers open it; a builder writes to it, alone."""

    @property
    def place(self) -> str:
        """Where it is, as a person may be told."""

    def made(self) -> bool:
        """Whether there is an index."""

    def open(self) -> Ledger:
        """Its ledger.

        Raises:
            IndexMissing, IndexMismatch, IndexDamaged: see the classes.
        """

    def alone(self) -> AbstractContextManager[None]:
        """The time in which no other process writes.

        Raises:
            IndexBusy: another one does.
            IndexUnwritable: nothing can be written.
        """

    def create(self, manifest: dict[str, str]) -> None:
        """Makes an empty index."""

    def update(self) -> None:
        """Brings the tables of an earlier onrecord up to date."""

    def harmed(self, ledger: Ledger) -> bool:
        """Whether the ledger has to be made anew of what is whole before anything is added."""

    def rescue(self, manifest: dict[str, str]) -> tuple[Ledger, list[Article], list[str]]:
        """Makes a ledger of what is whole.

        Args:
            manifest: What it says of itself where the damaged one cannot tell.

        Returns:
            The ledger, the articles that have to be stored again, the uris of those that are lost.
        """

    def put(self, rescued: Ledger) -> Path | None:
        """Puts such a ledger in the place of the damaged one; gives where that is kept."""

    def forget(self, ledger: Ledger, uris: list[str]) -> None:
        """Takes articles out of what is searched, before the ledger changes; in ``write()``.

        Args:
            ledger: The rows of the index, the one source of truth.
            uris: Of the articles that go.
        """

    def learn(self, ledger: Ledger, dimension: int, token: str) -> None:
        """Has all that the ledger holds found, as the generation ``token``; in ``write()``.

        Args:
            ledger: The rows of the index, the one source of truth.
            dimension: The length of each vector.
            token: What names the generation.
        """

    def relearn(self, ledger: Ledger) -> None:
        """Makes what is searched of the committed generation again from the ledger."""

    def search_index(self, ledger: Ledger, manifest: dict[str, str]) -> SearchIndex:
        """What is searched of the generation that the ledger shows now; in ``read()``.

        Args:
            ledger: The rows of the index, the one source of truth.
            manifest: What the index says of itself.
        """

    def faults(self, ledger: Ledger, manifest: dict[str, str]) -> tuple[list[str], list[str]]:
        """What is wrong with the ledger, and with what is searched; in ``read()``.

        Args:
            ledger: The rows of the index, the one source of truth.
            manifest: What the index says of itself.
        """

    def size(self) -> int:
        """The bytes that it takes."""

    def prune(self, token: str) -> None:
        """Lets go of what no generation but this one needs."""


def engine_at(place: Place) -> Engine:
    """The engine of a place.

    Raises:
        OnRecordError: it is a database, and its driver is not installed.
    """
    if not is_database(place):
        from index.embedded import Embedded

        return Embedded(Path(place))
    try:
        from index.postgres.engine import Postgres
    except ImportError as error:
        raise OnRecordError(
            f"an index in PostgreSQL needs a driver ({error}); install it with: pip install"
            " 'onrecord[postgres]'"
        ) from error
    return Postgres(str(place))


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


def faults(place: Place) -> tuple[list[str], list[str]]:
    """Reads everything and says what is wrong, one sentence a fault.

    Returns:
        The faults of the ledger, and those of what is searched, which is made again from it.

    Raises:
        IndexMissing, IndexMismatch: see the classes.
    """
    engine = engine_at(place)
    try:
        ledger = engine.open()
        with ledger.read():
            return engine.faults(ledger, ledger.manifest())
    except (IndexDamaged, sqlite3.DatabaseError) as error:
        return [f"the ledger is damaged: {str(error).partition(';')[0]}"], []
