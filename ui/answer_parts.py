"""What an answer is made of, whatever shows it: remarks, paragraphs, sources, short answers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from rag.answer_text import MAY, REFUSAL, UNSUPPORTED, over, sentence
from rag.types import Answer, Citation, Claim, Short

ITEMIZED = ("timeline", "brief", "list")
"""Kinds of replies that are lists."""


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

    What is quoted stands under who published it, or the day, the side or the item that it is of,
    in a list by itself where none of these is known;
    what a language model wrote is prose, and apart from it what the articles do not say.
    """
    if answer.answerer == "quotes":
        said = [(who, list(claims)) for who, claims in groupby(answer.claims, key=over)]
        return [
            ("", who, part)
            for who, claims in said
            for part in (
                [[each] for each in claims] if answer.kind in ITEMIZED and not who else [claims]
            )
        ]
    prose = [claim for claim in answer.claims if claim.status != "unsupported"]
    apart = [claim for claim in answer.claims if claim.status == "unsupported"]
    return [part for part in (("", "", prose), (UNSUPPORTED, "", apart)) if part[2]]


def sources(answer: Answer) -> list[tuple[int, Citation]]:
    """The citations of an answer, or the nearest passages of a refusal, with their numbers."""
    if answer.refused:
        return list(enumerate(answer.nearest, 1))
    return [(citation.number, citation) for citation in answer.citations]


Span = tuple[int, int]


def in_claim(claim: Claim, shorts: Sequence[Short]) -> list[Span]:
    """The stretches of a claim's text that are short answers, in order.

    A claim that is a quote holds them where the quote does. In a claim that a language model wrote
    they are known by the words, if these occur once.
    """
    if claim.status == "unsupported":
        return []
    cited = {citation.number: citation for citation in claim.citations}
    mine = [short for short in shorts if short.citation in cited]
    found = (_place(claim.text, cited[short.citation], short) for short in mine)
    return sorted(span for span in found if span)


def in_text(answer: Answer) -> list[Span]:
    """The stretches of an answer's text that are short answers, in order."""
    found, at = [], 0
    for claim in answer.claims:
        place = answer.text.find(claim.text, at)
        if place >= 0:
            found += [(place + low, place + high) for low, high in in_claim(claim, answer.shorts)]
            at = place + len(claim.text)
    return found


def carried(span: Span, source: str, target: str) -> Span | None:
    """A stretch of a text in another text that differs from it in white space alone.

    None for a stretch of white space.

    Args:
        span: In the source.
        source: The text in which it stands.
        target: The text in which it is looked for.
    """
    before, inside = _visible(source[: span[0]]), _visible(source[slice(*span)])
    places = [at for at, character in enumerate(target) if not character.isspace()]
    return (places[before], places[before + inside - 1] + 1) if inside else None


def pieces(
    text: str, spans: Sequence[Span], low: int = 0, high: int | None = None
) -> Iterator[tuple[str, bool]]:
    """A text from one offset to another in pieces, each with whether it lies in a span.

    Args:
        text: It need not be read from its beginning to its end.
        spans: In order; they may overlap and lie outside.
        low: Where to begin.
        high: Where to end; None for the end of the text.
    """
    high = len(text) if high is None else high
    for first, last in spans:
        first, last = max(low, first), min(high, last)
        if first < last:
            yield text[low:first], False
            yield text[first:last], True
            low = last
    yield text[low:high], False


def _place(text: str, cited: Citation, short: Short) -> Span | None:
    if not cited.start <= short.start < short.end <= cited.end:
        return None
    if "".join(text.split()) == "".join(cited.quote.split()):
        return carried((short.start - cited.start, short.end - cited.start), cited.quote, text)
    words = r"\s+".join(re.escape(word) for word in short.text.split())
    found = [match.span() for match in re.finditer(rf"(?<!\w){words}(?!\w)", text)]
    return found[0] if words and len(found) == 1 else None


def _visible(text: str) -> int:
    return sum(not character.isspace() for character in text)
