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
    """A conversation as a list shows it.

    Attributes:
        id: Sixteen hexadecimal digits, not to be guessed.
        title: The name given, else the first question, cut to ``TITLE_CHARS``; ``DAMAGED`` if the
            row is not as it was written.
        created_at: None if the row is not as it was written.
        turns: How many questions it holds.
        excerpt: After a search, the words found in it, else "".
    """

    id: str
    title: str
    created_at: datetime | None
    turns: int
    excerpt: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and its answer.

    Attributes:
        id: Its number, never used again.
        answer: One that says so, if the turn is not as it was written.
        asked_at: None if it is not.
        liked: What the reader thought of the answer; None if nothing was said.
        reason: Why, in the reader's words.
    """

    id: int
    question: str
    answer: Answer
    asked_at: datetime | None
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
