"""From the reply to a request to the answer that is given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag import quote
from rag.politeness import SMALL_TALK
from rag.question import Question
from rag.requests.kinds import TALK
from rag.requests.material import Line, composed
from rag.requests.reply import Desk, Reply, about, reply_to
from rag.requests.request import Request
from rag.types import Answer


def answered(meant: Question, request: Request, desk: Desk) -> tuple[Answer, Sequence[Line]] | None:
    """The answer to a request for more than a fact, and what it is made of.

    Args:
        meant: The request as meant.
        request: The same taken apart.
        desk: What it is answered with.

    Returns:
        None if it is better asked as a question for a fact.
    """
    asked = Answer(question=meant.text, query=meant.query, answered=False, text="")
    if request.kind in TALK:
        said = SMALL_TALK if request.kind == "smalltalk" else about(desk.now)
        return replace(asked, text=said, kind=request.kind), ()
    if request.kind == "fact" or not (reply := reply_to(request, desk)):
        return None
    sure = 1.0 if reply.lines else 0.0
    asked = replace(asked, answered=bool(reply.lines), confidence=sure)
    return as_reply(asked, request.kind, reply), reply.lines


def as_reply(asked: Answer, kind: str, reply: Reply) -> Answer:
    """An answer with the lines of a reply to a request, or its refusal.

    Args:
        asked: The answer without its claims.
        kind: One of ``KINDS``.
        reply: What it is answered with.
    """
    if not reply.lines:
        text = quote.refusal((), reply.heading)
        return replace(asked, kind=kind, text=text, reason=reply.heading)
    claims, citations = composed(reply.lines)
    text = f"{reply.heading}\n\n{quote.answer_text(claims)}"
    return replace(
        asked,
        kind=kind,
        heading=reply.heading,
        text=text,
        claims=claims,
        citations=citations,
        shorts=(),
    )
