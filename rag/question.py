"""The question as asked, and the question as meant."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from index.errors import OnRecordError
from index.readers.encoding import scrub
from index.words import content_stems

# A question of one line is some 200 characters; the embedding model reads about 1,000.
MAX_QUESTION_CHARS = 2_000

# Characters of earlier turns that are searched too: the model must still read the question.
EARLIER_CHARS = 500

# A turn that opens or asks in one of these ways leans on what was said before.
_LEANS = re.compile(
    r"^(?:and|but|or|so|then|also|what about|how about|why|why not|since when|until when|how so"
    r"|over|by|in|at|for|from|to|with|which one|who else|what else|where else)\b"
    r"|\b(?:he|him|his|she|her|hers|it|its|they|them|their|theirs|that|this|those|these|there"
    r"|then|instead|one|ones|former|latter|same|other|others|else|again|so)\b",
    re.I,
)

# A question of fewer content words leans too. MTRAGUN, nDCG@10 when the turn before is searched as
# well for: no turn 0.876; fewer than 3 words, or a word above 0.912; 4 0.917; 6 0.923; every turn
# 0.926. Above 4 a change of topic is searched for under the old one, which that set does not hold.
_SHORT = 4
_NAMES = re.compile(r"(?<=\w\W)[A-Z]\w")
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
        query: The question as searched: with the turn before it, if it leans on that.
    """

    text: str
    query: str

    @property
    def asking(self) -> tuple[int, int]:
        """Where in ``query`` the question itself stands, without what went before."""
        return len(self.query) - len(self.text), len(self.query)

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
    before = _turn_before(history)
    query = f"{before} {question}" if before and leans(question) else question
    if not content_stems(query):
        raise UnusableQuestion(
            "the question holds only words like “the” and “what”; name whom or what it is about"
        )
    return Question(question, query)


def leans(question: str) -> bool:
    """Whether a question needs the turn before it to be understood.

    A short one does, unless it names somebody or something itself.

    >>> leans("Over how many years?"), leans("Who leads the Harbour Union?")
    (True, False)
    """
    if _LEANS.search(question):
        return True
    words = len(content_stems(question))
    return words < _SHORT and (words < 2 or not _NAMES.search(question))


def _turn_before(history: Sequence[Mapping[str, str]]) -> str:
    """What the person asked before, back to the last turn that stood alone."""
    asked = [" ".join(scrub(t["content"]).split()) for t in history if t.get("role") == "user"]
    turns: list[str] = []
    for turn in reversed(asked[-3:]):
        turns.insert(0, turn)
        if not leans(turn):
            break
    return " ".join(turns)[-EARLIER_CHARS:]
