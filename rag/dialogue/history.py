"""The turns of a chat: what is looked back at, and the chat that they are of."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Protocol, Unpack

from index.readers.encoding import scrub
from rag.types import Answer, AskRequest, How, Said, Turn, as_turns, messages_of

# A program may send a million characters. A turn leans on one of the last three that ask something;
# what it means was said early in a reply (2,000 characters are the longest question).
MESSAGES = 20
QUESTION_CHARS = 2_000
REPLY_CHARS = 4_000


def turns_of(history: Iterable[Said]) -> list[Turn]:
    """The last turns of a chat, each so far as it is read, oldest first."""
    found: list[Turn] = []
    left = MESSAGES
    for question, reply in reversed(as_turns(history)):
        left -= 1 + bool(reply)
        if left < 0:
            break
        asked = " ".join(scrub(question[:QUESTION_CHARS]).split())
        said = scrub(reply[:REPLY_CHARS]) if isinstance(reply, str) else reply
        found.append(Turn(asked, said))
    return found[::-1]


class Answerer(Protocol):
    """What a chat needs of a corpus."""

    def stream(self, question: str | AskRequest, **how: Unpack[How]) -> Iterator[Answer]:
        """Answers a question asked after earlier turns, or refuses to; the last one is whole."""


class Conversation:
    """The turns of one chat with a corpus; not for several threads at once."""

    def __init__(self, corpus: Answerer, history: Iterable[Said] = ()) -> None:
        self._corpus = corpus
        self._turns = as_turns(history)

    @property
    def turns(self) -> tuple[Turn, ...]:
        """The turns so far, oldest first, each with its answer."""
        return self._turns

    @property
    def history(self) -> list[dict[str, str]]:
        """The turns so far as messages, oldest first."""
        return messages_of(self._turns)

    def ask(self, question: str, **how: Unpack[How]) -> Answer:
        """As ``Corpus.ask`` in the light of the turns before it, which are this chat's own.

        Raises:
            UnusableQuestion: it is empty, too long, or has no word to search for.
        """
        return deque(self.stream(question, **how), maxlen=1)[0]

    def stream(self, question: str, **how: Unpack[How]) -> Iterator[Answer]:
        """As ``ask``, as an answer that grows; the last one is whole, and becomes a turn."""
        answer = None
        how["history"] = self._turns
        for answer in self._corpus.stream(question, **how):
            yield answer
        if answer:
            self._turns = (*self._turns, Turn(answer.question, answer))
