"""What an answer is made of, whatever it is shown as: its remarks, its paragraphs, its sources."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from rag.answer_text import MAY, REFUSAL, UNSUPPORTED, over, sentence
from rag.types import Answer, Citation, Claim


def remarks(answer: Answer) -> Iterator[str]:
    """What stands above an answer: how it was searched, who phrased it, whether it is sure."""
    if answer.reworded:
        yield f"Searched for: {answer.query}"
    if answer.scope:
        yield answer.scope.sentence
    if answer.note:
        yield answer.note
    if answer.answered and answer.answerer != "quotes":
        yield f"Phrased by {answer.answerer}, each sentence checked."
    if answer.may:
        yield MAY
    if answer.heading:
        yield answer.heading


def refusal(answer: Answer) -> str:
    """The words of a refusal with its reason, without the passages."""
    return f"{REFUSAL} {sentence(answer.reason)}".rstrip()


def paragraphs(answer: Answer) -> list[tuple[str, str, list[Claim]]]:
    """The claims that stand together: under what caution, and over whose name.

    What is quoted stands under who published it, or the day, the side or the item that it is of;
    what a language model wrote is prose, and apart from it what the articles do not say.
    """
    if answer.answerer == "quotes":
        said = groupby(answer.claims, key=over)
        return [("", who, list(claims)) for who, claims in said]
    prose = [claim for claim in answer.claims if claim.status != "unsupported"]
    apart = [claim for claim in answer.claims if claim.status == "unsupported"]
    return [part for part in (("", "", prose), (UNSUPPORTED, "", apart)) if part[2]]


def sources(answer: Answer) -> list[tuple[int, Citation]]:
    """The citations of an answer, or the nearest passages of a refusal, with their numbers."""
    if answer.refused:
        return list(enumerate(answer.nearest, 1))
    return [(citation.number, citation) for citation in answer.citations]
