"""The question as asked, and the question as meant."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from index.errors import OnRecordError
from index.readers.encoding import scrub
from index.words import content_stems
from rag.scope import Scope

# A question of one line is some 200 characters; the embedding model reads about 1,000.
MAX_QUESTION_CHARS = 2_000

_PART = re.compile(
    r",?\s+(?:and|but)\s+(?=(?:who|whom|whose|what|which|when|where|why|how|did|does|do|is|are|was"
    r"|were|has|have|had|will|would|can|could|on what|at what|in what|by how|for how|to whom)\b)"
    r"|\?\s+(?=\w)|;\s+",
    re.I,
)


class UnusableQuestion(OnRecordError, ValueError):
    """There is nothing to search for in the question."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question, and what is searched for it.

    Attributes:
        text: The question as asked.
        query: The question as searched: completed from the turns before it, if it leans on them.
        asked_from: Where in ``query`` the question itself begins; by default so that it ends
            both.
        said: The answers before, if it asks for what they left unsaid.
    """

    text: str
    query: str
    asked_from: int | None = None
    said: str = ""

    @property
    def leans(self) -> bool:
        """Whether it had to be completed from earlier turns."""
        return self.query != self.text

    @property
    def asking(self) -> tuple[int, int]:
        """Where in ``query`` the question itself stands, without what went before."""
        start = len(self.query) - len(self.text) if self.asked_from is None else self.asked_from
        return start, len(self.query)

    def without(self, words: Scope) -> Question:
        """The question as searched within a scope, whose own words say nothing of what is asked.

        The same question if nothing else is left of it.
        """
        start, _ = self.asking
        before, asked = words.without(self.query[:start]), words.without(self.query[start:])
        if not content_stems(asked):
            return self
        before = f"{before} ".lstrip()
        return replace(self, query=before + asked, asked_from=len(before))

    @property
    def parts(self) -> list[tuple[int, int]]:
        """Where in ``query`` the parts of the question stand; one for a plain question.

        >>> q = "What did Kyiv propose, and how did Moscow answer?"
        >>> [q[a:b] for a, b in Question(q, q).parts]
        ['What did Kyiv propose', 'how did Moscow answer?']
        """
        start, end = self.asking
        cuts = [(m.start(), m.end()) for m in _PART.finditer(self.query, start)]
        edges = [start, *(edge for cut in cuts for edge in cut), end]
        spans = list(zip(edges[::2], edges[1::2], strict=True))
        return [(a, b) for a, b in spans if content_stems(self.query[a:b])] or [(start, end)]


def understand(text: str, history: Sequence[Mapping[str, str]] = ()) -> Question:
    """What to search for a question asked after the turns of ``history``.

    Args:
        text: The question as typed.
        history: Earlier turns, oldest first: {"role": "user" or "assistant", "content": "..."}.

    Raises:
        UnusableQuestion: it is empty, too long, or without a word to search for.
    """
    question = " ".join(scrub(text).split())
    if not question:
        raise UnusableQuestion("the question is empty; type what you want to know")
    if len(question) > MAX_QUESTION_CHARS:
        raise UnusableQuestion(
            f"the question has {len(question):,} characters and {MAX_QUESTION_CHARS:,} can be"
            " read; ask about one thing at a time"
        )
    from rag.dialogue.followup import complete

    meant = complete(question, _turns(history))
    before = f"{meant.before} ".lstrip()
    query = before + meant.turns[-1]
    if not content_stems(query):
        raise UnusableQuestion(
            "the question holds only words like “the” and “what”; name whom or what it is about"
        )
    return Question(question, query, len(before), meant.said)


def _turns(history: Sequence[Mapping[str, str]]) -> list[tuple[str, str]]:
    """What was asked and what was replied, oldest first; "" where there was no reply."""
    turns: list[tuple[str, str]] = []
    for turn in history:
        said = scrub(turn["content"])
        if turn.get("role") == "user" and said.strip():
            turns.append((" ".join(said.split()), ""))
        elif turn.get("role") == "assistant" and turns:
            turns[-1] = (turns[-1][0], said)
    return turns
