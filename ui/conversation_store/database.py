"""The SQLite file that keeps conversations: its tables, connections and transactions."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

from filelock import FileLock

from index.connection import logged, readable
from index.database import digest
from index.errors import OnRecordError

FILE = "chats.sqlite3"
SCHEMA_VERSION = 2

# What of a row its digest is over: all but the order of conversations, and what is computed.
WRITTEN = {
    "conversations": "pk, id, user, title, named, created_at",
    "turns": "pk, conversation, question, answer, said, asked_at",
    "feedback": "turn, conversation, liked, reason, given_at, history, question, answer",
}

WORDS = """
CREATE VIRTUAL TABLE words USING fts5 (
    title, said, tokenize = 'porter unicode61 remove_diacritics 2'
)
"""


class ChatsUnusable(OnRecordError):
    """The file that keeps conversations cannot be used."""


class Database:
    """An open file of conversations. Threads and processes may share it."""

    def __init__(self, directory: Path) -> None:
        """Opens the file in a folder, and makes it if there is none.

        Raises:
            ChatsUnusable: it cannot be read or written.
        """
        self.path = directory / FILE
        self._local = threading.local()
        try:
            with FileLock(self.path.with_suffix(".lock"), timeout=30):
                self._prepare()
        except (OSError, sqlite3.Error) as error:
            raise self._unusable(error) from error

    def _prepare(self) -> None:
        if not self.path.exists():
            if logged(self.path):  # SQLite would put it into the new file
                raise self._lost(f"is gone, and its last changes lie in {FILE}-wal", "that")
            self._make()
        elif not self.path.stat().st_size:  # SQLite takes it for a new one
            raise self._lost("is empty and should hold conversations", "it")
        db = self._db
        db.execute("PRAGMA journal_mode = WAL")
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if version == 1:
            with self.transaction() as db:
                for table in WRITTEN:
                    db.execute(f"ALTER TABLE {table} ADD COLUMN digest BLOB NOT NULL DEFAULT x''")
                    sign(db, table)
                db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        elif version != SCHEMA_VERSION:
            self.close()
            raise ChatsUnusable(
                f"{self.path}: has schema {version} and this onrecord reads schema"
                f" {SCHEMA_VERSION}; update onrecord, or move the file away to start anew"
            )

    def _make(self) -> None:
        """Makes the file whole before it has its name."""
        making = self.path.with_suffix(".making")
        making.unlink(missing_ok=True)
        # Readable by nobody else; SQLite gives the files beside it the same rights.
        os.close(os.open(making, os.O_RDWR | os.O_CREAT, 0o600))
        schema = (files("ui.conversation_store") / "schema.sql").read_text("utf-8")
        db = sqlite3.connect(making)
        try:
            db.executescript(
                f"BEGIN; {schema} {WORDS}; PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
            )
        finally:
            db.close()
        making.rename(self.path)

    @property
    def _db(self) -> sqlite3.Connection:
        db: sqlite3.Connection | None = getattr(self._local, "db", None)
        if db is None:
            db = sqlite3.connect(self.path, isolation_level=None, timeout=30)
            db.text_factory = readable
            db.execute("PRAGMA foreign_keys = ON")
            self._local.db = db
        return db

    def close(self) -> None:
        """Closes this thread's connection; the others close with their threads."""
        if db := getattr(self._local, "db", None):
            db.close()
            del self._local.db

    @contextmanager
    def transaction(self, kind: str = "IMMEDIATE") -> Iterator[sqlite3.Connection]:
        """One transaction on this thread's connection: all of it is stored, or nothing.

        Raises:
            ChatsUnusable: SQLite fails.
        """
        db = self._db
        try:
            db.execute(f"BEGIN {kind}")
            yield db
            db.commit()
        except BaseException as error:
            db.rollback()
            if isinstance(error, sqlite3.Error):
                raise self._unusable(error) from error
            raise

    def _lost(self, how: str, what: str) -> ChatsUnusable:
        return ChatsUnusable(
            f"{self.path}: {how}; bring back a backup with: onrecord restore FILE, or move {what}"
            " away to start anew"
        )

    def _unusable(self, error: Exception) -> ChatsUnusable:
        why = " ".join(str(error).split())  # SQLite quotes damaged names, line ends and all
        return ChatsUnusable(
            f"{self.path}: conversations cannot be kept here ({why}); make room on the disk or the"
            " folder writable; if the file is damaged, bring back a backup with: onrecord restore"
            " FILE, or move it away"
        )


def sign(
    db: sqlite3.Connection, table: str, where: str = "1", values: tuple[object, ...] = ()
) -> None:
    """Gives rows of a table the digest of what they hold.

    Args:
        db: An open connection, in a transaction.
        table: The table's name.
        where: Which rows, as SQL.
        values: What stands in the place of its placeholders.
    """
    columns = WRITTEN[table]
    key = columns.partition(",")[0]
    found = db.execute(f"SELECT {columns} FROM {table} WHERE {where}", values).fetchall()
    db.executemany(
        f"UPDATE {table} SET digest = ? WHERE {key} = ?", [(digest(*row), row[0]) for row in found]
    )
