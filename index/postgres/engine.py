"""The engine for many processes and machines: an index in PostgreSQL with pgvector."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import psycopg
from psycopg import errors, sql
from psycopg.pq import TransactionStatus
from typing_extensions import override

from index import damage
from index.article import Article
from index.database import Database
from index.errors import (
    IndexBusy,
    IndexDamaged,
    IndexMismatch,
    IndexMissing,
    IndexUnreachable,
    IndexUnwritable,
)
from index.ledger import SCHEMA_VERSION, Ledger
from index.postgres import search
from index.search_index import SearchIndex
from index.storage import Engine

SCHEMA = "onrecord"
"""The schema that an index lies in unless its address names another: ``?schema=desk``."""

# Seconds until a server that does not answer is given up.
_PATIENCE = "10"

# Rows that are fetched at once of a query whose rows may be too many to hold.
_AT_ONCE = 500

_CURSORS = itertools.count()

_REFUSED = (
    psycopg.errors.DiskFull,
    psycopg.errors.InsufficientPrivilege,
    psycopg.errors.ReadOnlySqlTransaction,
)


class Connections(Database):
    """The connections to one index. A thread has its own; they close with their threads."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        self.name = query.pop("schema", SCHEMA)
        options = f"?{urlencode(query, quote_via=quote)}" if query else ""
        self._url = f"{parts.scheme}://{parts.netloc}{parts.path}{options}"
        host = parts.netloc.rpartition("@")[2]
        named = f"?schema={self.name}" if self.name != SCHEMA else ""
        self._place = f"{parts.scheme}://{host}{parts.path}{named}"
        self._local = threading.local()

    @property
    @override
    def place(self) -> str:
        return self._place

    @property
    def db(self) -> psycopg.Connection[tuple[Any, ...]]:
        """This thread's connection; a new one if the one before was cut."""
        db: psycopg.Connection[tuple[Any, ...]] | None = getattr(self._local, "db", None)
        return db if db is not None and not db.closed else self._connect()

    def _connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        with self._told():
            try:
                db = psycopg.connect(
                    self._url,
                    autocommit=True,
                    connect_timeout=_PATIENCE,
                    application_name="onrecord",
                )
            except psycopg.ProgrammingError as error:  # the address is none
                raise psycopg.OperationalError(str(error)) from error
            db.execute(sql.SQL("SET search_path = {}, public").format(sql.Identifier(self.name)))
        self._local.db = db
        return db

    @override
    def execute(self, sql: str, values: Sequence[object] = ()) -> Any:
        return self.db.execute(_marked(sql), values or None)

    @override
    def executemany(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        with self.db.cursor() as cursor:
            cursor.executemany(_marked(sql), rows)

    @override
    def each(self, sql: str) -> Iterator[tuple[Any, ...]]:
        with self.db.cursor(name=f"each_{next(_CURSORS)}") as rows:
            rows.itersize = _AT_ONCE
            yield from rows.execute(_marked(sql))

    @override
    def number(self, table: str, count: int = 1) -> int:
        row = self.execute(
            "UPDATE numbers SET last = last + ? WHERE name = ? RETURNING last", (count, table)
        ).fetchone()
        return int(row[0]) - count + 1

    @override
    def numbered(self, table: str) -> None:
        if table in ("articles", "chunks"):
            self.execute(
                f"UPDATE numbers SET last = greatest(last, (SELECT max(pk) FROM {table}))"
                " WHERE name = ?",
                (table,),
            )

    def schema(self) -> str | None:
        """The version of the tables; None when there are none."""
        with self.read():
            named = "SELECT to_regclass(quote_ident(?) || '.manifest')"
            if not self.execute(named, (self.name,)).fetchone()[0]:
                return None
            row = self.execute("SELECT value FROM manifest WHERE name = 'schema'").fetchone()
        return str(row[0]) if row else None

    @override
    @contextmanager
    def read(self) -> Iterator[None]:
        if self.db.info.transaction_status != TransactionStatus.IDLE:
            yield
            return
        with self._told():
            begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
            try:
                db = self.db
                db.execute(begin)
            except psycopg.OperationalError:  # the server was started anew since
                db = self._connect()
                db.execute(begin)
            try:
                yield
            finally:
                _roll_back(db)

    @override
    @contextmanager
    def write(self) -> Iterator[None]:
        with self._told():
            db = self.db
            db.execute("BEGIN")
            try:
                yield
                db.execute("COMMIT")
            except BaseException:
                _roll_back(db)
                raise

    @contextmanager
    def alone(self) -> Iterator[None]:
        """The time in which no other session writes: it ends with this thread's connection.

        Raises:
            IndexBusy: another one does.
        """
        with self._told():
            mine = (f"onrecord {self.name}",)
            took = "SELECT pg_try_advisory_lock(hashtextextended(?, 0))"
            if not self.execute(took, mine).fetchone()[0]:
                raise IndexBusy(
                    f"{self.place}: another process is writing to this index; wait until it has"
                    " finished, then run the command again"
                )
            try:
                yield
            finally:
                if not self.db.closed:
                    self.execute("SELECT pg_advisory_unlock(hashtextextended(?, 0))", mine)

    def damaged(self, how: str) -> IndexDamaged:
        """Tables that are not as they were written, with a remedy that takes nothing away."""
        return IndexDamaged(f"{self.place} {how}; bring back a backup of the database")

    def close(self) -> None:
        """Closes this thread's connection; the others close with their threads."""
        if db := getattr(self._local, "db", None):
            db.close()
            del self._local.db

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What the server says of itself, in a sentence with the remedy."""
        try:
            yield
        except _REFUSED as error:
            raise IndexUnwritable(
                f"{self.place}: nothing can be written here ({_said(error)}); make room, or let"
                " this user write, and run the command again; what was indexed before is unharmed"
            ) from error
        except psycopg.OperationalError as error:
            raise IndexUnreachable(
                f"{self.place}: the database cannot be used ({_said(error)}); see that its server"
                " runs, and that the address names it, the user and the password"
            ) from error


def _marked(statement: str) -> str:
    """A statement with the driver's marks for values; ours are put together from constants."""
    return statement.replace("?", "%s")


def _roll_back(db: psycopg.Connection[tuple[Any, ...]]) -> None:
    if not db.closed and db.info.transaction_status != TransactionStatus.IDLE:
        db.execute("ROLLBACK")


def _said(error: psycopg.Error) -> str:
    return " ".join(str(error).split())


class Postgres(Engine):
    """An index in a schema of a database.

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

    @override
    def rescue(self, manifest: dict[str, str]) -> tuple[Ledger, list[Article], list[str]]:
        raise self._db.damaged("is damaged")

    @override
    def forget(self, ledger: Ledger, uris: list[str]) -> None:
        search.forget(ledger, uris)

    @override
    def learn(self, ledger: Ledger, dimension: int, token: str, before: str = "") -> None:
        search.learn(ledger, dimension)

    def relearn(self, ledger: Ledger) -> None:
        """Adds all anew, in one transaction."""
        with ledger.write():
            search.empty(self._db)
            search.learn(ledger, int(ledger.manifest()["dimension"]))

    @override
    def search_index(self, ledger: Ledger, manifest: dict[str, str]) -> SearchIndex:
        return search.opened(self._db, manifest["token"])

    @override
    def faults(self, ledger: Ledger, manifest: dict[str, str]) -> tuple[list[str], list[str]]:
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
