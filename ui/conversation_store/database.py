"""The SQLite file that keeps conversations: connections, transactions, what its rows hold."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from filelock import FileLock

from index.database import digest
from index.disk import logged, readable
from index.errors import OnRecordError
from index.readers.encoding import scrub
from rag.types import Answer

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
        if version != SCHEMA_VERSION:
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


# Characters of a title: one line of a list. Of a reason: a paragraph.
TITLE_CHARS = 120
REASON_CHARS = 2_000


DAMAGED = "Damaged where it is kept"


class NoSuchConversation(OnRecordError):
    """There is no such conversation, it is another person's (nobody is told which) or damaged."""


@dataclass(frozen=True, slots=True)
class Summary:
    """A conversation as a list shows it."""

    id: str  # sixteen hexadecimal digits, not to be guessed
    # The name given, else the first question, cut to ``TITLE_CHARS``; ``DAMAGED`` if the row is not
    # as it was written.
    title: str
    asked_at: datetime | None  # when its last turn was; none if a row is not as it was written
    turns: int  # how many questions it holds
    excerpt: str = ""  # after a search, the words found in it, else ""


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and its answer."""

    id: int  # its number, never used again
    question: str
    answer: Answer  # one that says so, if the turn is not as it was written
    asked_at: datetime | None  # none if it is not
    liked: bool | None = None  # what the reader thought of the answer; None if nothing was said
    reason: str = ""  # why, in the reader's words


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a reader thought of an answer, with all that is needed to judge it again.

    It stays when the turn is asked anew and goes when the conversation is deleted.
    """

    turn: int  # the id of the turn
    user: str
    liked: bool
    reason: str
    given_at: datetime
    # The turns before it, oldest first, as ``Corpus.ask`` takes them.
    history: tuple[dict[str, str], ...]
    question: str
    answer: Answer  # with its passages: ``citations``, or ``nearest`` of a refusal


def signed_columns(alias: str, table: str) -> str:
    """The digest and the columns of a table under an alias."""
    return ", ".join(f"{alias}.{name}" for name in f"digest, {WRITTEN[table]}".split(", "))


# The columns of each value, in order; an excerpt may follow those of ``summary``.
SUMMARY = (
    "(SELECT count(*) FROM turns t WHERE t.conversation = c.pk) AS turns,"
    " (SELECT t.asked_at FROM turns t WHERE t.conversation = c.pk ORDER BY t.pk DESC LIMIT 1)"
    f" AS asked_at, {signed_columns('c', 'conversations')}"
)
TURN = f"{signed_columns('t', 'turns')}, {signed_columns('f', 'feedback')}"
FEEDBACK = f"{signed_columns('c', 'conversations')}, {signed_columns('f', 'feedback')}"
_CONVERSATION_WIDTH, _TURN_WIDTH = (
    1 + len(WRITTEN[table].split(",")) for table in ("conversations", "turns")
)

_NOT_SHOWN = (
    "This question and its answer are damaged where they are kept, and not shown. A backup brings"
    " them back: onrecord restore FILE"
)


def sound(row: tuple[Any, ...]) -> bool:
    """Whether a row, after its digest, is as it was written."""
    return bool(row[0] == digest(*row[1:]))


def summary(row: tuple[Any, ...]) -> Summary:
    """Reads a row of ``SUMMARY``."""
    turns, asked_at, written = row[0], row[1], row[2 : 2 + _CONVERSATION_WIDTH]
    _, _, id_, _, title, _, _ = written
    if not sound(written):
        return Summary(str(id_), DAMAGED, None, int(turns))
    excerpt = " ".join(row[-1].split()) if len(row) > 2 + len(written) else ""
    moment = None
    with suppress(ValueError):  # of a turn that is damaged
        moment = datetime.fromisoformat(asked_at)
    return Summary(id_, title, moment, int(turns), excerpt)


def turn(row: tuple[Any, ...], conversation: int) -> Turn:
    """Reads a row of ``TURN`` that a conversation has; what is damaged of it is not in it."""
    asked, given = row[:_TURN_WIDTH], row[_TURN_WIDTH:]
    _, pk, of, question, said, _, asked_at = asked
    if not sound(asked) or of != conversation:
        unread = Answer(question=DAMAGED, query="", answered=False, text=_NOT_SHOWN, kind="about")
        return Turn(pk, DAMAGED, unread, None)
    judged = sound(given) and given[1] == pk
    return Turn(
        pk,
        question,
        answer(said),
        datetime.fromisoformat(asked_at),
        bool(given[3]) if judged else None,
        given[4] if judged else "",
    )


def feedback(row: tuple[Any, ...]) -> Feedback | None:
    """Reads a row of ``FEEDBACK``; None if it is damaged."""
    conversation, given = row[:_CONVERSATION_WIDTH], row[_CONVERSATION_WIDTH:]
    if not sound(conversation) or not sound(given):
        return None
    user = conversation[3]
    _, turn, _, liked, reason, given_at, history, question, said = given
    return Feedback(
        turn,
        user,
        bool(liked),
        reason,
        datetime.fromisoformat(given_at),
        tuple(json.loads(history)),
        question,
        answer(said),
    )


def answer(kept: str) -> Answer:
    """Reads an answer that ``as_json`` wrote."""
    return Answer.from_json(json.loads(kept))


def as_title(given: str) -> str:
    """A title on one line, cut to ``TITLE_CHARS``."""
    line = " ".join(scrub(given).split())
    return line if len(line) <= TITLE_CHARS else f"{line[: TITLE_CHARS - 1].rstrip()}…"


def as_json(value: object) -> str:
    """A value of lists, objects and text."""
    return scrub(json.dumps(value, ensure_ascii=False))


def as_moment(given: datetime | None = None) -> str:
    """A moment to the second, in UTC; None for now."""
    moment = given.astimezone(UTC) if given else datetime.now(UTC)
    return moment.isoformat(timespec="seconds")
