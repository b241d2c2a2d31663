"""Conversations and what readers thought of the answers, kept in SQLite beside the index."""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from index.readers.encoding import scrub
from index.text.words import WORD
from rag.types import Answer, messages_of
from rag.types import Turn as Said
from ui.conversation_store import database
from ui.conversation_store.database import (
    FILE,
    REASON_CHARS,
    WORDS,
    WRITTEN,
    ChatsUnusable,
    Database,
    Feedback,
    NoSuchConversation,
    Summary,
    Turn,
    as_json,
    as_moment,
    as_title,
    sign,
)


class ConversationStore:
    """The conversations of an index's readers. Threads and processes may share the file.

    ``user`` is the name that somebody signed in with, "" where nobody signs in. What is not the
    user's own cannot be read, changed or found: what takes the id of a conversation raises
    NoSuchConversation where the user has none with it, and all raise ChatsUnusable when SQLite
    fails.
    """

    def __init__(self, directory: Path) -> None:
        """Opens what is kept in an index folder, and makes the file if there is none.

        Raises:
            ChatsUnusable: it cannot be read or written.
        """
        self._database = Database(directory)

    def turn_to(self, directory: Path) -> None:
        """Goes on with what is kept in another index folder.

        Raises:
            ChatsUnusable: as for the first one, which stays.
        """
        self._database = Database(directory)

    def close(self) -> None:
        """Closes this thread's connection; the others close with their threads."""
        self._database.close()

    # conversations

    def create(self, user: str = "", title: str = "") -> str:
        """Begins a conversation; gives its id. Its first question becomes its title."""
        id_ = secrets.token_hex(8)
        named = as_title(title)
        with self._database.transaction() as db:
            done = db.execute(
                "INSERT INTO conversations (id, user, title, named, changed, created_at)"
                " SELECT ?, ?, ?, ?, coalesce(max(changed), 0) + 1, ? FROM conversations",
                (id_, scrub(user), named, bool(named), as_moment()),
            )
            db.execute(
                "INSERT INTO words (rowid, title, said) VALUES (?, ?, '')", (done.lastrowid, named)
            )
            sign(db, "conversations", "pk = ?", (done.lastrowid,))
        return id_

    def append(
        self, conversation: str, answer: Answer, user: str = "", asked_at: datetime | None = None
    ) -> int:
        """Adds a turn; gives its id.

        Args:
            conversation: Its id.
            answer: With its question.
            user: Whose they are; "" without sign-in.
            asked_at: When; None for now.
        """
        moment, question = as_moment(asked_at), scrub(answer.question)
        with self._database.transaction() as db:
            pk = _pk(db, conversation, user)
            done = db.execute(
                "INSERT INTO turns (conversation, question, answer, said, asked_at)"
                " VALUES (?, ?, ?, ?, ?)",
                (pk, question, as_json(answer.as_json()), scrub(answer.text), moment),
            )
            sign(db, "turns", "pk = ?", (done.lastrowid,))
            db.execute(
                "UPDATE conversations SET"
                " changed = (SELECT max(changed) + 1 FROM conversations),"
                " title = CASE WHEN title = '' THEN ? ELSE title END WHERE pk = ?",
                (as_title(question), pk),
            )
            sign(db, "conversations", "pk = ?", (pk,))
            _reword(db, pk)
        return int(done.lastrowid or 0)

    def cut(self, conversation: str, turn: int, user: str = "") -> None:
        """Removes a turn and all after it: what is asked again, or otherwise, takes their place.

        Args:
            conversation: Its id.
            turn: The id of the first turn that goes.
            user: Whose they are; "" without sign-in.
        """
        with self._database.transaction() as db:
            pk = _pk(db, conversation, user)
            db.execute("DELETE FROM turns WHERE conversation = ? AND pk >= ?", (pk, turn))
            _retitle(db, pk)
            _reword(db, pk)

    def conversations(self, user: str = "") -> list[Summary]:
        """The user's conversations, the one with the newest turn first; none without a turn."""
        with self._database.transaction("DEFERRED") as db:
            found = db.execute(
                f"SELECT {database.SUMMARY} FROM conversations c WHERE c.user = ? AND turns > 0"
                " ORDER BY asked_at DESC, c.changed DESC",
                (scrub(user),),
            ).fetchall()
        return [database.summary(row) for row in found]

    def newest(self, user: str = "") -> str:
        """The id of the conversation that was changed last; "" for none."""
        with self._database.transaction("DEFERRED") as db:
            found = db.execute(
                "SELECT id FROM conversations WHERE user = ? ORDER BY changed DESC LIMIT 1",
                (scrub(user),),
            ).fetchone()
        return str(found[0]) if found else ""

    def title(self, conversation: str, user: str = "") -> str:
        """The name of a conversation, or its first question."""
        with self._database.transaction("DEFERRED") as db:
            found = _found(db, conversation, user)
        return str(found[4])

    def turn_ids(self, conversation: str, user: str = "") -> list[int]:
        """The ids of a conversation's turns, oldest first."""
        with self._database.transaction("DEFERRED") as db:
            found = db.execute(
                "SELECT pk FROM turns WHERE conversation = ? ORDER BY pk",
                (_pk(db, conversation, user),),
            ).fetchall()
        return [int(pk) for (pk,) in found]

    def load(self, conversation: str, user: str = "") -> list[Turn]:
        """The turns of a conversation, oldest first."""
        with self._database.transaction("DEFERRED") as db:
            pk = _pk(db, conversation, user)
            return _turns(db, pk)

    def rename(self, conversation: str, title: str, user: str = "") -> None:
        """Gives a conversation a name; an empty one gives it back its first question.

        Args:
            conversation: Its id.
            title: The name.
            user: Whose they are; "" without sign-in.
        """
        named = as_title(title)
        with self._database.transaction() as db:
            pk = _pk(db, conversation, user)
            db.execute(
                "UPDATE conversations SET title = ?, named = ? WHERE pk = ?",
                (named, bool(named), pk),
            )
            _retitle(db, pk)
            _reword(db, pk)

    def delete(self, conversation: str, user: str = "") -> None:
        """Deletes a conversation with its turns and the feedback on them, past restoring."""
        with self._database.transaction() as db:
            pk = _pk(db, conversation, user, damaged=True)
            db.execute("DELETE FROM words WHERE rowid = ?", (pk,))
            db.execute("DELETE FROM conversations WHERE pk = ?", (pk,))

    def search(self, words: str, user: str = "") -> list[Summary]:
        """The user's conversations that hold every word, in titles, questions and answers.

        Letter case, accents and English endings do not count, and the last word may be unfinished.
        Best first; all of them, newest first, if there is no word.
        """
        wanted = [f'"{word}"' for word in WORD.findall(scrub(words))]
        if not wanted:
            return self.conversations(user)
        with self._database.transaction("DEFERRED") as db:
            found = db.execute(
                f"SELECT {database.SUMMARY}, snippet(words, -1, '', '', '…', 16)"
                " FROM words JOIN conversations c ON c.pk = words.rowid"
                " WHERE words MATCH ? AND c.user = ? AND turns > 0"
                " ORDER BY bm25(words, 4.0, 1.0), asked_at DESC, c.changed DESC",
                (f"{' '.join(wanted)}*", scrub(user)),
            ).fetchall()
        return [database.summary(row) for row in found]

    # feedback

    def judge(self, turn: int, liked: bool | None, reason: str = "", user: str = "") -> None:
        """Keeps what the reader thought of an answer; None takes it back.

        Args:
            turn: Its id.
            liked: Whether it was right.
            reason: In the reader's words.
            user: Whose they are; "" without sign-in.

        Raises:
            NoSuchConversation: no conversation of the user has this turn.
        """
        with self._database.transaction() as db:
            row = db.execute(
                f"SELECT {database.signed_columns('t', 'turns')} FROM turns t"
                " JOIN conversations c ON c.pk = t.conversation WHERE t.pk = ? AND c.user = ?",
                (turn, scrub(user)),
            ).fetchone()
            if row is None or not database.sound(row):
                raise NoSuchConversation("this answer is not kept any more; ask again")
            _, _, pk, question, answer, *_ = row
            db.execute("DELETE FROM feedback WHERE turn = ?", (turn,))
            if liked is None:
                return
            history = _history(db, pk, turn)
            why = scrub(reason).strip()[:REASON_CHARS]
            db.execute(
                "INSERT INTO feedback (turn, conversation, liked, reason, given_at, history,"
                " question, answer) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (turn, pk, liked, why, as_moment(), as_json(history), question, answer),
            )
            sign(db, "feedback", "turn = ?", (turn,))

    def feedback(self, user: str | None = None) -> list[Feedback]:
        """What was said of answers, in the order in which they were given; nothing damaged.

        ``user`` is None for everybody's.
        """
        with self._database.transaction("DEFERRED") as db:
            found = db.execute(
                f"SELECT {database.FEEDBACK} FROM feedback f"
                " JOIN conversations c ON c.pk = f.conversation"
                " WHERE ?1 IS NULL OR c.user = ?1 ORDER BY f.turn",
                (user,),
            ).fetchall()
        return [given for row in found if (given := database.feedback(row))]

    def damage(self) -> list[str]:
        """What is not as it was written, a sentence each."""
        with self._database.transaction("DEFERRED") as db:
            wrong = [
                f"{_NAMED[table]} {row[1]} is not as it was written"
                for table, columns in WRITTEN.items()
                for row in db.execute(f"SELECT digest, {columns} FROM {table} NOT INDEXED")
                if not database.sound(row)
            ]
            checked = [line for (line,) in db.execute("PRAGMA integrity_check")]
        wrong += [f"the file is damaged: {line}" for line in checked if line != "ok"]
        try:
            with self._database.transaction() as db:
                db.execute("INSERT INTO words (words, rank) VALUES ('integrity-check', 0)")
        except ChatsUnusable:
            wrong.append("what conversations are found by is damaged")
        return wrong

    def reword(self) -> None:
        """Makes what conversations are found by again from what is kept of them."""
        with self._database.transaction() as db:
            db.execute("DROP TABLE words")
            db.execute(WORDS)
            for (pk,) in db.execute("SELECT pk FROM conversations").fetchall():
                db.execute("INSERT INTO words (rowid, title, said) VALUES (?, '', '')", (pk,))
                _reword(db, pk)


def damage(directory: Path, *, repair: bool = False) -> list[str]:
    """What is not as it was written of all conversations kept in a folder, a sentence each.

    ``repair`` mends first what can be made again.
    """
    found = []
    for path in sorted((*directory.glob(FILE), *directory.glob(f"*/{FILE}"))):
        if not os.access(path.parent, os.W_OK):
            continue  # SQLite keeps its locks beside the file, which is not used either then
        try:
            chats = ConversationStore(path.parent)
            wrong = chats.damage()
            if wrong and repair:
                chats.reword()
                wrong = chats.damage()
            found += [f"{path}: {what}" for what in wrong]
            chats.close()
        except ChatsUnusable as error:
            found.append(str(error).partition(";")[0])
    return found


_NAMED = {"conversations": "conversation", "turns": "turn", "feedback": "feedback on turn"}

# inside a transaction


def _found(
    db: sqlite3.Connection, conversation: str, user: str, *, damaged: bool = False
) -> tuple[Any, ...]:
    """The digest and row of a user's conversation; a damaged one only if it may be."""
    row: tuple[Any, ...] | None = db.execute(
        f"SELECT digest, {WRITTEN['conversations']} FROM conversations WHERE id = ? AND user = ?",
        (scrub(conversation), scrub(user)),
    ).fetchone()
    if row is None:
        raise NoSuchConversation("there is no such conversation; it may have been deleted")
    if not damaged and not database.sound(row):
        raise NoSuchConversation(
            "this conversation is damaged where it is kept; bring back a backup with: onrecord"
            " restore FILE"
        )
    return row


def _pk(db: sqlite3.Connection, conversation: str, user: str, *, damaged: bool = False) -> int:
    return int(_found(db, conversation, user, damaged=damaged)[1])


def _turns(db: sqlite3.Connection, pk: int) -> list[Turn]:
    found = db.execute(
        f"SELECT {database.TURN} FROM turns t LEFT JOIN feedback f ON f.turn = t.pk"
        " WHERE t.conversation = ? ORDER BY t.pk",
        (pk,),
    ).fetchall()
    return [database.turn(row, pk) for row in found]


def _history(db: sqlite3.Connection, pk: int, before: int) -> list[dict[str, str]]:
    return messages_of(
        Said(turn.question, turn.answer)
        for turn in _turns(db, pk)
        if turn.id < before and turn.asked_at
    )


def _retitle(db: sqlite3.Connection, pk: int) -> None:
    """The first question as the title of a conversation that nobody named."""
    row = db.execute(
        "SELECT question FROM turns WHERE conversation = ? ORDER BY pk LIMIT 1", (pk,)
    ).fetchone()
    db.execute(
        "UPDATE conversations SET title = ? WHERE pk = ? AND NOT named",
        (as_title(row[0]) if row else "", pk),
    )
    sign(db, "conversations", "pk = ?", (pk,))


def _reword(db: sqlite3.Connection, pk: int) -> None:
    """What a conversation is found by."""
    found: Sequence[tuple[str, str]] = db.execute(
        "SELECT question, said FROM turns WHERE conversation = ? ORDER BY pk", (pk,)
    ).fetchall()
    db.execute(
        "UPDATE words SET said = ?, title = (SELECT title FROM conversations WHERE pk = ?2)"
        " WHERE rowid = ?2",
        ("\n".join(part for row in found for part in row), pk),
    )
