"""One chat: earlier turns in, an answer that grows out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from rag.answer import Answer
from rag.quote import answer_text


class Answerer(Protocol):
    """What a chat needs of a corpus."""

    def ask(self, question: str, *, history: Sequence[Mapping[str, str]] = ()) -> Answer:
        """Answers a question asked after earlier turns, or refuses to."""


class Conversation:
    """The turns of one chat with a corpus; not for several threads at once."""

    def __init__(self, corpus: Answerer, history: Sequence[Mapping[str, str]] = ()) -> None:
        self._corpus = corpus
        self._history = [dict(turn) for turn in history]

    @property
    def history(self) -> list[dict[str, str]]:
        """The turns so far, oldest first."""
        return [dict(turn) for turn in self._history]

    def ask(self, question: str) -> Answer:
        """Answers a question in the light of the turns before it.

        Raises:
            UnusableQuestion: it is empty, too long, or has no word to search for.
        """
        answer = self._corpus.ask(question, history=self._history)
        self._history.append({"role": "user", "content": answer.question})
        self._history.append({"role": "assistant", "content": answer.text})
        return answer

    def stream(self, question: str) -> Iterator[Answer]:
        """The same, as an answer that grows by a claim at a time; the last one is whole."""
        answer = self.ask(question)
        for count in range(1, len(answer.claims)):
            claims = answer.claims[:count]
            cited = {citation.number for claim in claims for citation in claim.citations}
            yield replace(
                answer,
                claims=claims,
                citations=tuple(c for c in answer.citations if c.number in cited),
                text=answer_text(claims),
            )
        yield answer
