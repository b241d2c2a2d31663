"""The engine for many processes and machines: an index in PostgreSQL with pgvector."""

from __future__ import annotations

from contextlib import AbstractContextManager
from importlib.resources import files
from pathlib import Path

from psycopg import errors

from index import damage
from index.article import Article
from index.errors import IndexMismatch, IndexMissing, IndexUnwritable
from index.ledger import SCHEMA_VERSION, Ledger
from index.postgres import search
from index.postgres.connection import Connections
from index.search_index import SearchIndex


class Postgres:
    """An index in a schema of a database; ``index.engine.Engine`` says what its methods promise.

    What is searched stands in tables beside the ledger's, and changes in the same transaction; a
    reader's snapshot shows one generation of both.
    """

    def __init__(self, url: str) -> None:
        self._db = Connections(url)

    @property
    def place(self) -> str:
        """The address, without the password."""
        return self._db.place

    def made(self) -> bool:
        """Whether the schema has our tables."""
        return self._db.schema() is not None

    def open(self) -> Ledger:
        """The ledger."""
        found = self._db.schema()
        if found is None:
            raise IndexMissing(
                f"{self.place}: there is no index here; make one with: onrecord add SOURCE --index"
                f" {self.place}"
            )
        if found != str(SCHEMA_VERSION):
            raise IndexMismatch(
                f"{self.place}: the index has schema {found} and this onrecord reads schema"
                f" {SCHEMA_VERSION}; use the onrecord that made it, or update onrecord"
            )
        return Ledger(self._db)

    def alone(self) -> AbstractContextManager[None]:
        """Holds an advisory lock."""
        return self._db.alone()

    def create(self, manifest: dict[str, str]) -> None:
        """Makes schema and tables in one transaction; the extension, if this user may."""
        with self._db.write():
            try:
                self._db.execute("CREATE EXTENSION IF NOT EXISTS vector SCHEMA public")
            except (errors.InsufficientPrivilege, errors.FeatureNotSupported) as error:
                raise IndexUnwritable(
                    f"{self.place}: the extension vector (pgvector) is not there; have it"
                    " installed, and made with: CREATE EXTENSION vector"
                ) from error
            self._db.execute(f'CREATE SCHEMA IF NOT EXISTS "{self._db.name}"')
            schema = (files("index.postgres") / "schema.sql").read_text("utf-8")
            tables = schema.format(dimension=int(manifest["dimension"]))
            for statement in filter(str.strip, tables.split(";")):
                self._db.execute(statement)
            Ledger(self._db).begin(manifest)

    def update(self) -> None:
        """Nothing: there is no earlier schema yet."""

    def harmed(self, ledger: Ledger) -> bool:
        """Never: a damaged row is not shown, ``check`` names it, and a backup brings it back."""
        return False

    def rescue(self, manifest: dict[str, str]) -> tuple[Ledger, list[Article], list[str]]:
        """Not here."""
        raise self._db.damaged("is damaged")

    def put(self, rescued: Ledger) -> Path | None:
        """Not here."""
        raise self._db.damaged("is damaged")

    def forget(self, ledger: Ledger, uris: list[str]) -> None:
        """Takes the articles of these uris out of what is searched.

        Args:
            ledger: The rows of the index, the one source of truth.
            uris: Of the articles that go.
        """
        search.forget(ledger, uris)

    def learn(self, ledger: Ledger, dimension: int, token: str) -> None:
        """Adds what is not searched yet.

        Args:
            ledger: The rows of the index, the one source of truth.
            dimension: The length of each vector.
            token: What names the generation.
        """
        search.learn(ledger, dimension)

    def relearn(self, ledger: Ledger) -> None:
        """Adds all anew, in one transaction."""
        with ledger.write():
            search.empty(self._db)
            search.learn(ledger, int(ledger.manifest()["dimension"]))

    def search_index(self, ledger: Ledger, manifest: dict[str, str]) -> SearchIndex:
        """Tables to search.

        Args:
            ledger: The rows of the index, the one source of truth.
            manifest: What the index says of itself.
        """
        return search.opened(self._db, manifest["token"])

    def faults(self, ledger: Ledger, manifest: dict[str, str]) -> tuple[list[str], list[str]]:
        """What is wrong with the rows, and with what is searched.

        Args:
            ledger: The rows of the index, the one source of truth.
            manifest: What the index says of itself.
        """
        found = damage.find(ledger)
        lacking, left = search.missing(self._db)
        told = []
        if lacking > found.chunks:  # what is damaged is not searched
            told.append(f"{lacking} of what is stored is not found by a search")
        if left:
            told.append(f"{left} of what is searched is not stored")
        return damage.told(found), told

    def size(self) -> int:
        """The bytes of its tables and their indexes."""
        (total,) = self._db.execute(
            "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0) FROM pg_class c"
            " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = ? AND relkind = 'r'",
            (self._db.name,),
        ).fetchone()
        return int(total)

    def prune(self, token: str) -> None:
        """Nothing: what is searched has one generation at a time."""
