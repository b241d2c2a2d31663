"""A PostgreSQL database as threads share it: a connection each, snapshots and transactions."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, LiteralString
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import psycopg
from psycopg import sql
from psycopg.pq import TransactionStatus

from index.errors import (
    IndexBusy,
    IndexDamaged,
    IndexUnreachable,
    IndexUnwritable,
    OnRecordError,
)

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


class Connections:
    """The connections to one index. A thread has its own; they close with their threads."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        self.name = query.pop("schema", SCHEMA)
        options = f"?{urlencode(query, quote_via=quote)}" if query else ""
        self._url = f"{parts.scheme}://{parts.netloc}{parts.path}{options}"
        host = parts.netloc.rpartition("@")[2]
        named = f"?schema={self.name}" if self.name != SCHEMA else ""
        self.place = f"{parts.scheme}://{host}{parts.path}{named}"
        self._local = threading.local()

    @property
    def db(self) -> psycopg.Connection[tuple[Any, ...]]:
        """This thread's connection; a new one if the one before was cut."""
        db: psycopg.Connection[tuple[Any, ...]] | None = getattr(self._local, "db", None)
        return db if db is not None and not db.closed else self._connect()

    def _connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        with self._told(self._unwritable):
            try:
                db = psycopg.connect(
                    self._url,
                    autocommit=True,
                    connect_timeout=_PATIENCE,
                    application_name="onrecord",
                )
            except psycopg.ProgrammingError as error:  # the address is none
                raise psycopg.OperationalError(str(error)) from error
            db.execute(
                sql.SQL("SET search_path = {}, public").format(sql.Identifier(self.name)),
            )
        self._local.db = db
        return db

    def execute(self, statement: str, values: Sequence[object] = ()) -> Any:  # noqa: ANN401
        """Runs one statement.

        Args:
            statement: The statement, ``%s`` for each value.
            values: What stands in the place of its placeholders.
        """
        return self.db.execute(_marked(statement), values or None)

    def executemany(self, statement: str, rows: Iterable[Sequence[object]]) -> None:
        """Runs one statement for every row of values.

        Args:
            statement: The statement, ``%s`` for each value.
            rows: The values of each run.
        """
        with self.db.cursor() as cursor:
            cursor.executemany(_marked(statement), rows)

    def each(self, statement: str) -> Iterator[tuple[Any, ...]]:
        """The rows of a query of which there may be too many to hold; in ``read()``."""
        with self.db.cursor(name=f"each_{next(_CURSORS)}") as rows:
            rows.itersize = _AT_ONCE
            yield from rows.execute(_marked(statement))

    def number(self, table: str, count: int = 1) -> int:
        """The first of so many pks to come; in ``write()``.

        Args:
            table: The table's name.
            count: How many pks are wanted.
        """
        row = self.execute(
            "UPDATE numbers SET last = last + ? WHERE name = ? RETURNING last", (count, table)
        ).fetchone()
        return int(row[0]) - count + 1

    def numbered(self, table: str) -> None:
        """Notes the pks of rows that were stored under numbers of their own; in ``write()``."""
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

    @contextmanager
    def read(self) -> Iterator[None]:
        """One snapshot: what is read inside is of one moment. May be nested.

        Raises:
            IndexUnreachable: the server does not answer.
        """
        if self.db.info.transaction_status != TransactionStatus.IDLE:
            yield
            return
        with self._told(self._unwritable):
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
                _end(db, "ROLLBACK")

    @contextmanager
    def write(self) -> Iterator[None]:
        """One transaction: all of it is stored, or nothing. The caller holds ``alone()``.

        Raises:
            IndexUnreachable: the server does not answer.
            IndexUnwritable: its disk is full, or this user may not write.
        """
        with self._told(self._unwritable):
            db = self.db
            db.execute("BEGIN")
            try:
                yield
                db.execute("COMMIT")
            except BaseException:
                _end(db, "ROLLBACK")
                raise

    @contextmanager
    def alone(self) -> Iterator[None]:
        """The time in which no other session writes: it ends with this thread's connection.

        Raises:
            IndexBusy: another one does.
        """
        with self._told(self._unwritable):
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

    def integrity(self) -> list[str]:
        """Nothing: PostgreSQL has checksums of its pages."""
        return []

    def settle(self) -> None:
        """Nothing: what was committed is in its place."""

    def replaced(self) -> bool:
        """Never: what is restored has another token."""
        return False

    def damaged(self, how: str) -> IndexDamaged:
        """Tables that are not as they were written, with a remedy that takes nothing away."""
        return IndexDamaged(f"{self.place} {how}; bring back a backup of the database")

    def close(self) -> None:
        """Closes this thread's connection; the others close with their threads."""
        if db := getattr(self._local, "db", None):
            db.close()
            del self._local.db

    @contextmanager
    def _told(self, refused: Callable[[str], OnRecordError]) -> Iterator[None]:
        """What the server says of itself, in a sentence with the remedy."""
        try:
            yield
        except _REFUSED as error:
            raise refused(_said(error)) from error
        except psycopg.OperationalError as error:
            raise IndexUnreachable(
                f"{self.place}: the database cannot be used ({_said(error)}); see that its server"
                " runs, and that the address names it, the user and the password"
            ) from error

    def _unwritable(self, why: str) -> OnRecordError:
        return IndexUnwritable(
            f"{self.place}: nothing can be written here ({why}); make room, or let this user"
            " write, and run the command again; what was indexed before is unharmed"
        )


def _marked(statement: str) -> str:
    """A statement with the driver's marks for values; ours are put together from constants."""
    return statement.replace("?", "%s")


def _end(db: psycopg.Connection[tuple[Any, ...]], how: LiteralString) -> None:
    if not db.closed and db.info.transaction_status != TransactionStatus.IDLE:
        db.execute(how)


def _said(error: psycopg.Error) -> str:
    return " ".join(str(error).split())
