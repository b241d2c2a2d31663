"""What is kept: conversations, their turns, and what readers thought of the answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from index.errors import OnRecordError
from rag.types import Answer

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
