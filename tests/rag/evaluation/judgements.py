"""Golden questions, answers and judgements made by hand."""

from __future__ import annotations

from rag.judge import Judgement
from rag.question_files import GoldenQuestion
from rag.types import Answer
from tests.rag.builders import cited, claim


def asked(name="q", **fields):
    """A question on the dock, which article "a" answers with one fact."""
    values = {
        "number": 1,
        "id": name,
        "question": f"What of {name}?",
        "docs": ("a",),
        "facts": (("rain fell",),),
    }
    return GoldenQuestion(**(values | fields))


def unanswerable(name="n", **fields):
    """A question that no article answers."""
    return asked(name, **({"docs": (), "facts": (), "answerable": False} | fields))


def answer(*said, confidence=0.9):
    """An answer of claims, each (text, key...); without claims a refusal."""
    claims, citations = [], []
    for text, *keys in said:
        mine = [cited(len(citations) + n, text, key=key) for n, key in enumerate(keys, 1)]
        citations += mine
        claims.append(claim(text, *mine))
    return Answer(
        question="?",
        query="?",
        answered=bool(claims),
        text=" ".join(text for text, *_ in said) or "No.",
        claims=tuple(claims),
        citations=tuple(citations),
        confidence=confidence if claims else 0.1,
    )


def judged(question, given=None, *, candidate=None, verbatim=None, milliseconds=10.0):
    """A judgement; without an answer the question was refused."""
    given = given or answer()
    return Judgement(
        question,
        given,
        candidate or given,
        tuple(verbatim) if verbatim is not None else (True,) * len(given.citations),
        milliseconds,
    )
