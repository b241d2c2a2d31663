"""A turn that asks for the reason of what was told, and sentences that answer another question."""

from __future__ import annotations

import re
from collections.abc import Callable

from rag.dialogue.followup import WHY
from rag.dialogue.small_talk import bare
from rag.question import Question
from rag.reading.evidence import Evidence
from rag.types import Answer, AskRequest

ASKS_WHY = re.compile(r"\bwhy\b", re.I)
"""What asks for a reason."""
_REASON = re.compile(
    r"\b(?:because|after|since|so that|(?:due|owing) to|amid|following|in (?:order|protest)|while)"
    r"\b",
    re.I,
)
# What a question asks for, before what is told of that: "which of them did Kyiv reject".
_ASKED = re.compile(
    r"^\W*(?:how (?:many|much) |(?:which|what|whom)\b[^?]*? (?=(?:did|does|do|has|have|had|will"
    r"|would|is|are|was|were)\b))",
    re.I,
)


# Whoever did it: "who turned it down".
_WHO = re.compile(r"\W*who (?!(?:is|are|was|were|did|does|do|has|have|had|will|would)\b)", re.I)

# What is asked to have been done, and what says only that it may be.
_DONE = re.compile(r"\W*(?:did|has|have|had)\b", re.I)
_YET = re.compile(r"\b(?:already|yet|ever)\b", re.I)
_MAY_BE = re.compile(
    r"\b(?:ready|prepared|willing|hop(?:es?|ing)|plan(?:s|ning)?|wants?|due|set|expected|intends?"
    r"|would like) to\b",
    re.I,
)


def not_yet(asked: str) -> Callable[[Evidence], bool]:
    """Tells whether a sentence says only that what is asked to have been done may be.

    "Ready to talk" says no more, asked "did they already speak".
    """
    if not _DONE.match(asked) or _MAY_BE.search(asked):
        return lambda _: False
    whole = _YET.search(asked) is not None
    return lambda each: _MAY_BE.search(each.text if whole else each.short) is not None


def asked_why(meant: Question, asked: AskRequest) -> Answer | None:
    """The reply before, if a turn asks for nothing but its reason: "and why?"; else None.

    Of a refusal there is none: what is not told has no reason in the articles.
    """
    reply = asked.history[-1].reply if asked.history else ""
    if not (isinstance(reply, Answer) and reply.kind == "fact"):
        return None
    return reply if _asks_reason(meant) else None


def _asks_reason(meant: Question) -> bool:
    return WHY.fullmatch(bare(meant.spelt)) is not None


def of_nothing(meant: Question, asked: AskRequest) -> bool:
    """Whether a turn asks for nothing but the reason of what the articles do not tell."""
    reply = asked.history[-1].reply if asked.history else ""
    return isinstance(reply, Answer) and not reply.answered and _asks_reason(meant)


def why(meant: Question, told: Answer) -> str:
    """The question why what was told is so, as it was completed, else of what was asked before."""
    if not meant.before:
        return meant.asked
    before = told.query.rsplit("? ", 1)[-1]
    if (who := _WHO.match(before)) and told.short:
        before = f"{told.short.text} {before[who.end() :]}"
    return before if ASKS_WHY.search(before) else f"why {_ASKED.sub('', before)}"


def no_reason_of(asked: str, told: Answer) -> Callable[[Evidence], bool]:
    """Tells whether a sentence cannot be why what was told is so.

    It is of another article, or was told and gives no reason, or that for which was asked before,
    or was told only for the sentence behind it to be understood.
    """
    shorts, again = [each.text for each in told.shorts], ASKS_WHY.search(asked)
    known = frozenset(c.article_id for c in told.citations)
    cited = {c.number: c for c in told.citations}
    answers = [(cited[s.citation], s.start) for s in told.shorts[:1] if s.citation in cited]

    def no_reason(each: Evidence) -> bool:
        if each.article.id not in known:
            return True
        begin, end, article = each.sentence.start, each.sentence.end, each.article.id
        if any(c.article_id == article and c.start <= begin < end <= at for c, at in answers):
            return True
        said = " ".join(each.text.split()) in " ".join(told.text.split())
        same = again or any(each.short in s or s in each.short for s in shorts)
        return said and bool(same or not _REASON.search(each.text))

    return no_reason
