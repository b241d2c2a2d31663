"""Conversations and what readers thought of the answers, kept in SQLite beside the index."""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock

from index.errors import OnRecordError
from index.readers.encoding import scrub
from index.words import WORD
from rag.answer import Answer

FILE = "chats.sqlite3"
SCHEMA_VERSION = 1

# Characters of a title: one line of a list. Of a reason: a paragraph.
TITLE_CHARS = 120
REASON_CHARS = 2_000

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
_SUMMARY = "c.id, c.title, c.created_at, (SELECT count(*) FROM turns t WHERE t.conversation = c.pk)"


class ChatsUnusable(OnRecordError):
    """The file that keeps conversations cannot be used."""


class NoSuchConversation(OnRecordError):
    """There is no such conversation, or it is another person's: nobody is told which."""


@dataclass(frozen=True, slots=True)
class Summary:
    """A conversation as a list shows it.

    Attributes:
        id: Sixteen hexadecimal digits, not to be guessed.
        title: The name given, else the first question, cut to ``TITLE_CHARS``.
        turns: How many questions it holds.
        excerpt: After a search, the words found in it, else "".
    """

    id: str
    title: str
    created_at: datetime
    turns: int
    excerpt: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and its answer.

    Attributes:
        id: Its number, never used again.
        liked: What the reader thought of the answer; None if nothing was said.
        reason: Why, in the reader's words.
    """

    id: int
    question: str
    answer: Answer
    asked_at: datetime
    liked: bool | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a reader thought of an answer, with all that is needed to judge it again.

    It stays when the turn is asked anew and goes when the conversation is deleted.

    Attributes:
        turn: The id of the turn.
        history: The turns before it, oldest first, as ``Corpus.ask`` takes them.
        answer: With its passages: ``citations``, or ``nearest`` of a refusal.
    """

    turn: int
    user: str
    liked: bool
    reason: str
    given_at: datetime
    history: tuple[dict[str, str], ...]
    question: str
    answer: Answer


class Chats:
    """The conversations of an index's readers. Threads and processes may share the file.

    ``user`` is the name that somebody signed in with, "" where nobody signs in. What is not the
    user's own cannot be read, changed or found.
    """

    def __init__(self, directory: Path) -> None:
        """Opens what is kept in an index folder, and makes the file if there is none.

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
    def _transaction(self, kind: str = "IMMEDIATE") -> Iterator[sqlite3.Connection]:
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

    # conversations

    def create(self, user: str = "", title: str = "") -> str:
        """Begins a conversation; gives its id. Its first question becomes its title."""
        id_ = secrets.token_hex(8)
        named = _line(title, TITLE_CHARS)
        with self._transaction() as db:
            done = db.execute(
                "INSERT INTO conversations (id, user, title, named, changed, created_at)"
                " SELECT ?, ?, ?, ?, coalesce(max(changed), 0) + 1, ? FROM conversations",
                (id_, _text(user), named, bool(named), _now()),
            )
            db.execute(
                "INSERT INTO words (rowid, title, said) VALUES (?, ?, '')", (done.lastrowid, named)
            )
        return id_

    def append(
        self, conversation: str, answer: Answer, user: str = "", asked_at: datetime | None = None
    ) -> int:
        """Adds a turn; gives its id.

        Raises:
            NoSuchConversation: the user has none with this id.
        """
        moment = asked_at.astimezone(UTC).isoformat(timespec="seconds") if asked_at else _now()
        question = _text(answer.question)
        with self._transaction() as db:
            pk = self._pk(conversation, user)
            done = db.execute(
                "INSERT INTO turns (conversation, question, answer, said, asked_at)"
                " VALUES (?, ?, ?, ?, ?)",
                (pk, question, _json(answer.as_json()), _text(answer.text), moment),
            )
            db.execute(
                "UPDATE conversations SET"
                " changed = (SELECT max(changed) + 1 FROM conversations),"
                " title = CASE WHEN title = '' THEN ? ELSE title END WHERE pk = ?",
                (_line(question, TITLE_CHARS), pk),
            )
            self._reword(pk)
        return int(done.lastrowid or 0)

    def cut(self, conversation: str, turn: int, user: str = "") -> None:
        """Removes a turn and all after it: what is asked again, or otherwise, takes their place.

        Raises:
            NoSuchConversation: the user has none with this id.
        """
        with self._transaction() as db:
            pk = self._pk(conversation, user)
            db.execute("DELETE FROM turns WHERE conversation = ? AND pk >= ?", (pk, turn))
            self._retitle(pk)
            self._reword(pk)

    def conversations(self, user: str = "") -> list[Summary]:
        """The user's conversations, the one with the newest turn first; none without a turn."""
        with self._transaction("DEFERRED") as db:
            rows = db.execute(
                f"SELECT {_SUMMARY} AS turns FROM conversations c WHERE c.user = ? AND turns > 0"
                " ORDER BY c.changed DESC",
                (_text(user),),
            ).fetchall()
        return [_summary(row) for row in rows]

    def title(self, conversation: str, user: str = "") -> str:
        """The name of a conversation, or its first question.

        Raises:
            NoSuchConversation: the user has none with this id.
        """
        with self._transaction("DEFERRED") as db:
            pk = self._pk(conversation, user)
            row = db.execute("SELECT title FROM conversations WHERE pk = ?", (pk,)).fetchone()
        return str(row[0])

    def turn_ids(self, conversation: str, user: str = "") -> list[int]:
        """The ids of a conversation's turns, oldest first.

        Raises:
            NoSuchConversation: the user has none with this id.
        """
        with self._transaction("DEFERRED") as db:
            rows = db.execute(
                "SELECT pk FROM turns WHERE conversation = ? ORDER BY pk",
                (self._pk(conversation, user),),
            ).fetchall()
        return [int(pk) for (pk,) in rows]

    def load(self, conversation: str, user: str = "") -> list[Turn]:
        """The turns of a conversation, oldest first.

        Raises:
            NoSuchConversation: the user has none with this id.
        """
        with self._transaction("DEFERRED") as db:
            rows = db.execute(
                "SELECT t.pk, t.question, t.answer, t.asked_at, f.liked, f.reason"
                " FROM turns t LEFT JOIN feedback f ON f.turn = t.pk"
                " WHERE t.conversation = ? ORDER BY t.pk",
                (self._pk(conversation, user),),
            ).fetchall()
        return [
            Turn(
                pk,
                question,
                Answer.from_json(json.loads(answer)),
                datetime.fromisoformat(asked_at),
                None if liked is None else bool(liked),
                reason or "",
            )
            for pk, question, answer, asked_at, liked, reason in rows
        ]

    def rename(self, conversation: str, title: str, user: str = "") -> None:
        """Gives a conversation a name; an empty one gives it back its first question.

        Raises:
            NoSuchConversation: the user has none with this id.
        """
        named = _line(title, TITLE_CHARS)
        with self._transaction() as db:
            pk = self._pk(conversation, user)
            db.execute(
                "UPDATE conversations SET title = ?, named = ? WHERE pk = ?",
                (named, bool(named), pk),
            )
            self._retitle(pk)
            self._reword(pk)

    def delete(self, conversation: str, user: str = "") -> None:
        """Deletes a conversation with its turns and the feedback on them, past restoring.

        Raises:
            NoSuchConversation: the user has none with this id.
        """
        with self._transaction() as db:
            pk = self._pk(conversation, user)
            db.execute("DELETE FROM words WHERE rowid = ?", (pk,))
            db.execute("DELETE FROM conversations WHERE pk = ?", (pk,))

    def search(self, words: str, user: str = "") -> list[Summary]:
        """The user's conversations that hold every word, in titles, questions and answers.

        Letter case, accents and English endings do not count, and the last word may be unfinished.
        Best first; all of them, newest first, if there is no word.
        """
        wanted = [f'"{word}"' for word in WORD.findall(_text(words))]
        if not wanted:
            return self.conversations(user)
        with self._transaction("DEFERRED") as db:
            rows = db.execute(
                f"SELECT {_SUMMARY} AS turns, snippet(words, -1, '', '', '…', 16)"
                " FROM words JOIN conversations c ON c.pk = words.rowid"
                " WHERE words MATCH ? AND c.user = ? AND turns > 0"
                " ORDER BY bm25(words, 4.0, 1.0), c.changed DESC",
                (f"{' '.join(wanted)}*", _text(user)),
            ).fetchall()
        return [_summary(row) for row in rows]

    # feedback

    def judge(self, turn: int, liked: bool | None, reason: str = "", user: str = "") -> None:
        """Keeps what the reader thought of an answer; None takes it back.

        Raises:
            NoSuchConversation: no conversation of the user has this turn.
        """
        with self._transaction() as db:
            row = db.execute(
                "SELECT t.conversation, t.question, t.answer FROM turns t"
                " JOIN conversations c ON c.pk = t.conversation WHERE t.pk = ? AND c.user = ?",
                (turn, _text(user)),
            ).fetchone()
            if row is None:
                raise NoSuchConversation("this answer is not kept any more; ask again")
            db.execute("DELETE FROM feedback WHERE turn = ?", (turn,))
            if liked is None:
                return
            history = self._history(row[0], turn)
            why = _text(reason).strip()[:REASON_CHARS]
            db.execute(
                "INSERT INTO feedback (turn, conversation, liked, reason, given_at, history,"
                " question, answer) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (turn, row[0], liked, why, _now(), _json(history), row[1], row[2]),
            )

    def feedback(self, user: str | None = None) -> list[Feedback]:
        """What was said of answers, in the order in which they were given.

        Args:
            user: None for everybody's.
        """
        with self._transaction("DEFERRED") as db:
            rows = db.execute(
                "SELECT f.turn, c.user, f.liked, f.reason, f.given_at, f.history, f.question,"
                " f.answer FROM feedback f JOIN conversations c ON c.pk = f.conversation"
                " WHERE ?1 IS NULL OR c.user = ?1 ORDER BY f.turn",
                (user,),
            ).fetchall()
        return [
            Feedback(
                turn,
                whose,
                bool(liked),
                reason,
                datetime.fromisoformat(given_at),
                tuple(json.loads(history)),
                question,
                Answer.from_json(json.loads(answer)),
            )
            for turn, whose, liked, reason, given_at, history, question, answer in rows
        ]

    # inside a transaction

    def _pk(self, conversation: str, user: str) -> int:
        row = self._db.execute(
            "SELECT pk FROM conversations WHERE id = ? AND user = ?",
            (_text(conversation), _text(user)),
        ).fetchone()
        if row is None:
            raise NoSuchConversation("there is no such conversation; it may have been deleted")
        return int(row[0])

    def _history(self, pk: int, before: int) -> list[dict[str, str]]:
        rows = self._db.execute(
            "SELECT question, answer FROM turns WHERE conversation = ? AND pk < ? ORDER BY pk",
            (pk, before),
        )
        return [
            {"role": role, "content": content}
            for question, answer in rows
            for role, content in (
                ("user", question),
                ("assistant", Answer.from_json(json.loads(answer)).on_record),
            )
        ]

    def _retitle(self, pk: int) -> None:
        """The first question as the title of a conversation that nobody named."""
        row = self._db.execute(
            "SELECT question FROM turns WHERE conversation = ? ORDER BY pk LIMIT 1", (pk,)
        ).fetchone()
        self._db.execute(
            "UPDATE conversations SET title = ? WHERE pk = ? AND NOT named",
            (_line(row[0], TITLE_CHARS) if row else "", pk),
        )

    def _reword(self, pk: int) -> None:
        """What a conversation is found by."""
        rows: Sequence[tuple[str, str]] = self._db.execute(
            "SELECT question, said FROM turns WHERE conversation = ? ORDER BY pk", (pk,)
        ).fetchall()
        self._db.execute(
            "UPDATE words SET said = ?, title = (SELECT title FROM conversations WHERE pk = ?2)"
            " WHERE rowid = ?2",
            ("\n".join(part for row in rows for part in row), pk),
        )


def _summary(row: Sequence[str]) -> Summary:
    id_, title, created_at, turns, *found = row
    excerpt = " ".join(found[0].split()) if found else ""
    return Summary(id_, title, datetime.fromisoformat(created_at), int(turns), excerpt)


def _text(given: str) -> str:
    """Text that SQLite can keep: a lone surrogate becomes U+FFFD."""
    return scrub(given)


def _line(given: str, longest: int) -> str:
    line = " ".join(_text(given).split())
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"


def _json(value: object) -> str:
    return _text(json.dumps(value, ensure_ascii=False))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
