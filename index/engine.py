"""The engine of a folder (SQLite, FAISS, tantivy), and which engine keeps the index of a place."""

from __future__ import annotations

import sqlite3
from contextlib import AbstractContextManager, suppress
from pathlib import Path

from typing_extensions import override

from index import damage, search_index
from index.article import Article
from index.database import Place, is_database
from index.disk import MAKING, Connections, alone, create, damaged, logged, put, recognise
from index.errors import IndexDamaged, IndexMismatch, IndexMissing, OnRecordError
from index.ledger import SCHEMA_VERSION, Ledger
from index.search_index import SearchIndex, SearchIndexDamaged
from index.storage import Engine

LEDGER = "ledger.sqlite"


def open_ledger(directory: Path) -> Ledger:
    """Opens the ledger of an index.

    Raises:
        IndexMissing: there is none in the folder.
        IndexMismatch: it has another schema.
        IndexDamaged: it is past reading.
    """
    path = directory / LEDGER
    if not path.is_file():
        raise IndexMissing(
            f"{directory}: there is no index here; make one with: onrecord add SOURCE"
            f" --index {directory}"
        )
    recognise(path)
    ledger = Ledger(Connections(path))
    found = ledger.database.schema()
    if found == str(SCHEMA_VERSION):
        return ledger
    if found is None or not found.isdecimal():
        raise damaged(path, "holds no index of onrecord")
    remedy = (
        "use the onrecord that made it"
        if int(found) < SCHEMA_VERSION
        else "a newer onrecord made it; update onrecord"
    )
    raise IndexMismatch(
        f"{directory}: the index has schema {found} and this onrecord reads schema"
        f" {SCHEMA_VERSION}; {remedy}"
    )


class Embedded(Engine):
    """An index in a folder; its search files are made anew for each generation."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._ledger = directory / LEDGER
        self._making = directory / MAKING / LEDGER
        self._root = directory / search_index.FOLDER

    @property
    def place(self) -> str:
        """The folder."""
        return str(self.directory)

    def made(self) -> bool:
        """Whether there is a ledger."""
        return self._ledger.is_file()

    def open(self) -> Ledger:
        """See ``open_ledger``."""
        return open_ledger(self.directory)

    def alone(self) -> AbstractContextManager[None]:
        """Holds the lock of the folder."""
        return alone(self.directory)

    def create(self, manifest: dict[str, str]) -> None:
        """Makes the ledger whole before it has its name."""
        if logged(self._ledger):  # SQLite would put it into the new ledger
            raise damaged(self._ledger, f"is gone, and its last changes lie in {LEDGER}-wal")
        create(self._making, manifest).close()
        self._making.rename(self._ledger)

    def harmed(self, ledger: Ledger) -> bool:
        """Whether a row is not as it was written."""
        with ledger.read():
            return bool(damage.find(ledger))

    def rescue(self, manifest: dict[str, str]) -> tuple[Ledger, list[Article], list[str]]:
        """Makes a ledger beside the damaged one."""
        again, lost = damage.rescue(self._ledger, self._making, manifest)
        return Ledger(Connections(self._making)), again, lost

    def put(self, rescued: Ledger) -> Path | None:
        """Puts it in the damaged one's place, which is kept."""
        rescued.close()
        return put(self._making, self._ledger)

    @override
    def learn(self, ledger: Ledger, dimension: int, token: str, before: str = "") -> None:
        SearchIndex.write(ledger, dimension, token, self._root, before)

    def relearn(self, ledger: Ledger) -> None:
        """Makes the search files of the committed generation again."""
        with ledger.read():
            manifest = ledger.manifest()
            if manifest["generation"] != "0":
                self.learn(ledger, int(manifest["dimension"]), manifest["token"])

    def search_index(self, ledger: Ledger, manifest: dict[str, str]) -> SearchIndex:
        """Opens the search files, or makes what they hold in memory."""
        token = manifest["token"]
        try:
            return SearchIndex.open(self._root, token)
        except SearchIndexDamaged:
            # Readers take no lock: what they mend for themselves stays in memory, and
            # ``onrecord check --repair`` or the next build puts it back on disk.
            return SearchIndex.build(ledger, int(manifest["dimension"]), token)

    def faults(self, ledger: Ledger, manifest: dict[str, str]) -> tuple[list[str], list[str]]:
        """What is wrong with the rows, and with the search files."""
        wrong = damage.told(damage.find(ledger))
        if manifest["generation"] != "0":
            try:
                search_index.verify(self._root, manifest["token"])
            except SearchIndexDamaged as error:
                return wrong, [str(error)]
        return wrong, []

    def size(self) -> int:
        """The bytes of its files; one that is taken away meanwhile counts nothing."""
        total = 0
        for path in (*self.directory.glob("ledger.*"), *self._root.rglob("*")):
            with suppress(FileNotFoundError):
                total += path.stat().st_size if path.is_file() else 0
        return total

    def prune(self, token: str) -> None:
        """Deletes the search files of other generations."""
        search_index.prune(self._root, token)


def engine_at(place: Place) -> Engine:
    """The engine of a place.

    Raises:
        OnRecordError: it is a database, and its driver is not installed.
    """
    if not is_database(place):
        return Embedded(Path(place))
    try:
        from index.postgres.engine import Postgres
    except ImportError as error:
        raise OnRecordError(
            f"an index in PostgreSQL needs a driver ({error}); install it with: pip install"
            " 'onrecord[postgres]'"
        ) from error
    return Postgres(str(place))


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
