"""The SQLite file that keeps conversations: its tables, connections and transactions."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

from index.errors import OnRecordError

FILE = "chats.sqlite3"
SCHEMA_VERSION = 1

_SCHEMA = """
CREATE TABLE conversations (
    pk INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE, user TEXT NOT NULL, title TEXT NOT NULL, named INTEGER NOT NULL,
    changed INTEGER NOT NULL, created_at TEXT NOT NULL
);
CREATE INDEX conversations_by_user ON conversations (user, changed);
CREATE TABLE turns (
    pk INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation INTEGER NOT NULL REFERENCES conversations (pk) ON DELETE CASCADE,
    question TEXT NOT NULL, answer TEXT NOT NULL, said TEXT NOT NULL, asked_at TEXT NOT NULL
);
CREATE INDEX turns_by_conversation ON turns (conversation);
CREATE TABLE feedback (
    turn INTEGER PRIMARY KEY,
    conversation INTEGER NOT NULL REFERENCES conversations (pk) ON DELETE CASCADE,
    liked INTEGER NOT NULL, reason TEXT NOT NULL, given_at TEXT NOT NULL,
    history TEXT NOT NULL, question TEXT NOT NULL, answer TEXT NOT NULL
);
CREATE INDEX feedback_by_conversation ON feedback (conversation);
CREATE VIRTUAL TABLE words USING fts5 (
    title, said, tokenize = 'porter unicode61 remove_diacritics 2'
);
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
        # Readable by nobody else; SQLite gives the files beside it the same rights.
        os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
        db = self._db
        db.execute("PRAGMA journal_mode = WAL")
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if version == 0:
            db.executescript(f"BEGIN; {_SCHEMA} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;")
        elif version != SCHEMA_VERSION:
            self.close()
            raise ChatsUnusable(
                f"{self.path}: has schema {version} and this onrecord reads schema"
                f" {SCHEMA_VERSION}; update onrecord, or move the file away to start anew"
            )

    @property
    def _db(self) -> sqlite3.Connection:
        db: sqlite3.Connection | None = getattr(self._local, "db", None)
        if db is None:
            db = sqlite3.connect(self.path, isolation_level=None, timeout=30)
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

    def _unusable(self, error: Exception) -> ChatsUnusable:
        return ChatsUnusable(
            f"{self.path}: conversations cannot be kept here ({error}); make the folder writable,"
            " or move the file away if it is damaged"
        )
