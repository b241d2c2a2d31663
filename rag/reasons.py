"""A turn that asks for nothing but the reason of what was told: what it asks, and what is none."""

from __future__ import annotations

import re
from collections.abc import Callable

from rag.dialogue.followup import WHY
from rag.dialogue.small_talk import bare
from rag.question import Question
from rag.reading.evidence import Evidence
from rag.types import Answer, AskRequest

_ASKS_WHY = re.compile(r"\bwhy\b", re.I)
_WHO = re.compile(r"\W*who (?P<rest>.+)", re.I)
_WHAT = re.compile(
    r"\W*(?:what|which \w+) (?P<rest>(?:did|does|do|has|have|is|are|was|were) .+)", re.I
)
_REASON = re.compile(
    r"\b(?:because|after|since|so that|(?:due|owing) to|amid|following|in (?:order|protest))\b",
    re.I,
)
_HOW = re.compile(r"^\W*how (?:many|much) ", re.I)


def asked_why(meant: Question, asked: AskRequest) -> Answer | None:
    """The reply before, if a turn asks for nothing but its reason: "and why?"; else None.

    Args:
        meant: The question as meant.
        asked: As it was asked, with the turns before it.
    """
    reply = asked.history[-1].reply if asked.history else ""
    if not (isinstance(reply, Answer) and reply.kind == "fact" and reply.claims):
        return None
    return reply if WHY.fullmatch(bare(meant.spelt)) else None


def why(asked: str, told: Answer) -> str:
    """The question why what was told is so, after it was asked in so many words.

    Args:
        asked: The question before.
        told: What was replied to it.
    """
    short = [each.text for each in told.shorts[:1]]
    if short and (found := _WHO.match(asked)):
        return f"why {short[0]} {found['rest']}"
    if short and (found := _WHAT.match(asked)):
        return f"why {found['rest'].rstrip('?. ')} {short[0]}"
    return asked if _ASKS_WHY.search(asked) else f"why {_HOW.sub('', asked)}"


def no_reason_of(asked: str, told: Answer) -> Callable[[Evidence], bool]:
    """Tells whether a sentence cannot be why what was told is so.

    It is of another article, or was told and gives no reason, or that for which was asked before.

    Args:
        asked: The question before.
        told: What was replied to it.
    """
    shorts, again = [each.text for each in told.shorts], _ASKS_WHY.search(asked)
    known = frozenset(c.article_id for c in told.citations)

    def no_reason(each: Evidence) -> bool:
        if each.article.id not in known:
            return True
        said = " ".join(each.text.split()) in " ".join(told.text.split())
        same = again or any(each.short in s or s in each.short for s in shorts)
        return said and bool(same or not _REASON.search(each.text))

    return no_reason
