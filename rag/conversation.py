"""One chat: earlier turns in, an answer that grows out."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from rag.answer import Answer
from rag.filters import NO_FILTERS, Filters


class Answerer(Protocol):
    """What a chat needs of a corpus."""

    def stream(
        self,
        question: str,
        *,
        history: Sequence[Mapping[str, str]] = (),
        filters: Filters = NO_FILTERS,
        scope: bool = True,
        plain: bool = False,
    ) -> Iterator[Answer]:
        """Answers a question asked after earlier turns, or refuses to; the last one is whole."""


class Conversation:
    """The turns of one chat with a corpus; not for several threads at once."""

    def __init__(self, corpus: Answerer, history: Sequence[Mapping[str, str]] = ()) -> None:
        self._corpus = corpus
        self._history = [dict(turn) for turn in history]

    @property
    def history(self) -> list[dict[str, str]]:
        """The turns so far, oldest first."""
        return [dict(turn) for turn in self._history]

    def ask(
        self,
        question: str,
        *,
        filters: Filters = NO_FILTERS,
        scope: bool = True,
        plain: bool = False,
    ) -> Answer:
        """Answers a question in the light of the turns before it.

        Args:
            question: As typed.
            filters: As for ``Corpus.ask``; likewise ``scope`` and ``plain``.
            scope: See there.
            plain: See there.

        Raises:
            UnusableQuestion: it is empty, too long, or has no word to search for.
        """
        whole = self.stream(question, filters=filters, scope=scope, plain=plain)
        return deque(whole, maxlen=1)[0]

    def stream(
        self,
        question: str,
        *,
        filters: Filters = NO_FILTERS,
        scope: bool = True,
        plain: bool = False,
    ) -> Iterator[Answer]:
        """The same, as an answer that grows; the last one is whole, and becomes a turn."""
        answer = None
        for answer in self._corpus.stream(
            question, history=self._history, filters=filters, scope=scope, plain=plain
        ):
            yield answer
        if answer:
            self._history.append({"role": "user", "content": answer.question})
            self._history.append({"role": "assistant", "content": answer.on_record})
