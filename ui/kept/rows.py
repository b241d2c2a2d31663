"""Between the values that are kept and the rows of the file."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from index.readers.encoding import scrub
from rag.types import Answer
from ui.kept.values import TITLE_CHARS, Feedback, Summary, Turn

# The columns of each value, in order; ``summary`` takes an excerpt after its own, if there is one.
SUMMARY = (
    "c.id, c.title, c.created_at,"
    " (SELECT count(*) FROM turns t WHERE t.conversation = c.pk) AS turns"
)
TURN = "t.pk, t.question, t.answer, t.asked_at, f.liked, f.reason"
FEEDBACK = "f.turn, c.user, f.liked, f.reason, f.given_at, f.history, f.question, f.answer"


def summary(row: tuple[Any, ...]) -> Summary:
    """Reads a row of ``SUMMARY``."""
    id_, title, created_at, turns, *found = row
    excerpt = " ".join(found[0].split()) if found else ""
    return Summary(id_, title, datetime.fromisoformat(created_at), int(turns), excerpt)


def turn(row: tuple[Any, ...]) -> Turn:
    """Reads a row of ``TURN``."""
    pk, question, said, asked_at, liked, reason = row
    return Turn(
        pk,
        question,
        answer(said),
        datetime.fromisoformat(asked_at),
        None if liked is None else bool(liked),
        reason or "",
    )


def feedback(row: tuple[Any, ...]) -> Feedback:
    """Reads a row of ``FEEDBACK``."""
    turn, user, liked, reason, given_at, history, question, said = row
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
