"""What is kept: conversations, their turns, and what readers thought of the answers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from index.database import digest
from index.errors import OnRecordError
from index.readers.encoding import scrub
from rag.types import Answer
from ui.conversation_store.database import WRITTEN

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
    created_at: datetime | None  # none if the row is not as it was written
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


def of(alias: str, table: str) -> str:
    """The digest and the columns of a table under an alias.

    Args:
        alias: What the query calls the table.
        table: The table's name.
    """
    return ", ".join(f"{alias}.{name}" for name in f"digest, {WRITTEN[table]}".split(", "))


# The columns of each value, in order; an excerpt may follow those of ``summary``.
SUMMARY = (
    f"(SELECT count(*) FROM turns t WHERE t.conversation = c.pk) AS turns,"
    f" {of('c', 'conversations')}"
)
TURN = f"{of('t', 'turns')}, {of('f', 'feedback')}"
FEEDBACK = f"{of('c', 'conversations')}, {of('f', 'feedback')}"
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
    turns, written = row[0], row[1 : 1 + _CONVERSATION_WIDTH]
    _, _, id_, _, title, _, created_at = written
    if not sound(written):
        return Summary(str(id_), DAMAGED, None, int(turns))
    excerpt = " ".join(row[-1].split()) if len(row) > 1 + len(written) else ""
    return Summary(id_, title, datetime.fromisoformat(created_at), int(turns), excerpt)


def turn(row: tuple[Any, ...], conversation: int) -> Turn:
    """Reads a row of ``TURN`` that a conversation has; what is damaged of it is not in it.

    Args:
        row: As SQLite gives it.
        conversation: The pk of its conversation.
    """
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


def as_text(given: str) -> str:
    """Text that SQLite can keep: a lone surrogate becomes U+FFFD."""
    return scrub(given)


def as_title(given: str) -> str:
    """A title on one line, cut to ``TITLE_CHARS``."""
    line = " ".join(as_text(given).split())
    return line if len(line) <= TITLE_CHARS else f"{line[: TITLE_CHARS - 1].rstrip()}…"


def as_json(value: object) -> str:
    """A value of lists, objects and text."""
    return as_text(json.dumps(value, ensure_ascii=False))


def as_moment(given: datetime | None = None) -> str:
    """A moment to the second, in UTC; None for now."""
    moment = given.astimezone(UTC) if given else datetime.now(UTC)
    return moment.isoformat(timespec="seconds")
