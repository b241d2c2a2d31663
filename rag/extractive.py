"""The extractive answerer: an answer put together from the articles' own sentences."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from index.text.words import content_stems
from rag.answer_text import attribution, extractive_text, refusal
from rag.question import Question
from rag.quote_context import citation, numbered, quote_span
from rag.reading.evidence import Evidence
from rag.reading.reader import Reader
from rag.reading.retriever_reader import POSSIBLE, Found, reason
from rag.types import Answer, Citation, Claim, Short
from rag.verify import verify

# How far below the best sentence, in log odds, a further one may lie: where one thing is asked,
# and where several are ("what preconditions", "which cities"); the least probability of one; what
# it gains right beside a chosen one; and what one of another article loses (a sentence that says
# the same is cited beside the first all the same). Tried over 284 answerable questions on the
# sample corpus and on five scraped articles, nothing refused: complete answers 199 with 1.42 claims
# on average; ONE 1.5 and SEVERAL 2 give 197 with 1.33, ONE 2.5, SEVERAL 3.5 and FURTHER 0.1 give
# 206 with 1.82. Over 332 such questions FURTHER 0.17 instead of 0.2 gives 229 instead of 227 with
# 1.50 claims instead of 1.43. Over 525, with stories and TIME, ONE 1.2 instead of 1.8 gives 357
# instead of 364 with 1.40 claims instead of 1.51; OTHER_ARTICLE 2 leaves out other accounts.
ONE, SEVERAL, FURTHER, BESIDE, OTHER_ARTICLE = 1.8, 3.0, 0.17, 1.0, 1.0

# What a sentence gains that sets a condition when one is asked for. Reports first say that there
# are conditions and name them paragraphs later, in words that the question does not have, so they
# are also asked for in those (``Question.asked_as_told``). On one scraped article both
# conditions follow from 1.0 on.
SETS_CONDITION = 1.5

# How sure it is that the best sentence answers: what its log odds count, and how far they are above
# those of the best sentence that is not quoted, AHEAD_MOST at most. A logistic regression on the
# 286 answers to facts of tests/golden (sample and users): 0.45 of the wrong ones and 0.63 of those
# to questions that no article answers are below 0.5, of the right ones 0.10; without AHEAD and at
# as many right ones 0.36 and 0.78. On 518 answers on paragraphs of SQuAD to questions in other
# words (written/passages_apart.jsonl) 0.46, 0.47 and 0.16. Tried beside them without gain: how far
# the best sentence of another article is behind, the mean of the next five, the place of the
# passage in the search, cosines, shared words, and whether a name or number is given where one is
# asked for.
BEST, AHEAD, CERTAIN, AHEAD_MOST = 0.5, 0.25, -0.1, 6.0

# Share of the threshold from which on a part of a question is answered.
PART = 0.8

# How far below the best short answer, in log odds, that of a further sentence may lie.
SHORT = 4.0

# Two sentences that share so much of the smaller one's words say the same.
SAME = 0.8

# Other articles cited for a claim beside its own, at most.
COPIES = 2

_CONDITION = re.compile(
    r"\bonly (?:[\w ]{1,30} )?(?:if|when|once|after)\b|\bunless\b|\bas long as\b|\bon condition\b"
    r"|\bprovided that\b|\bmust\b|\b(?:has|have|had|needs?|needed) to\b"
    r"|\b(?:hinges?|depends?|conditional|contingent) (?:up)?on\b"
    r"|\b(?:insist|demand|requir|stipulat)(?:s|es|ed|ing)?\b",
    re.I,
)
_PRONOUN = re.compile(r"(?:he|she|they|it|him|her|them|his|their|its|who|this|that)", re.I)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


@dataclass(slots=True)
class _Choice:
    """A claim in the making.

    Attributes:
        best: The sentence that it is made for.
        first: The first sentence that is quoted for it; ``last`` is the one after the last.
        copies: Sentences of other articles that say the same.
    """

    best: Evidence
    first: int
    last: int
    copies: list[Evidence] = field(default_factory=list)

    @classmethod
    def of(cls, evidence: Evidence) -> _Choice:
        first, last = quote_span(evidence.article, evidence.index)
        before = evidence.article.sentences[first - 1] if first else None
        if _says_who(evidence) and before and not before.heading:
            first -= 1  # whom the pronoun means stands there
        return cls(evidence, first, last)

    def holds(self, evidence: Evidence) -> bool:
        """Whether a sentence is quoted by this claim already."""
        same = self.best.article.pk == evidence.article.pk
        return same and self.first <= evidence.index < self.last


def answer(
    meant: Question, found: Found, threshold: float, max_claims: int, reader: Reader
) -> Answer:
    """The answer in the articles' own sentences, or the refusal.

    Args:
        meant: The question.
        found: What the articles say to it.
        threshold: The confidence from which on it is an answer.
        max_claims: At most so many claims.
        reader: Tells whether another article says the same.
    """
    answered = bool(found.whole) and found.confidence >= threshold
    beside = () if answered else nearest(found.whole)
    why = _why(found, beside) if not answered else ""
    told, untold = _told(meant, found, threshold)
    composed = compose(
        told if answered else [],
        several=meant.several,
        conditions=meant.conditions,
        max_claims=max_claims,
        reader=reader,
    )
    return Answer(
        question=meant.text,
        query=meant.query,
        answered=answered,
        text=extractive_text(composed.claims) if answered else refusal(beside, why),
        nearest=beside,
        reason=why,
        confidence=found.confidence,
        certainty=_certainty(found, composed.citations),
        note=f"The articles do not tell: {untold}." if answered and untold else "",
        **composed._asdict(),
    )


def _certainty(found: Found, quoted: Sequence[Citation]) -> float:
    """The probability that the best sentence answers, beside those that are not quoted."""
    if found.by_words or not quoted:
        return found.confidence
    best = max(part[0].log_odds for part in found.parts if part)
    held = [(c.article_id, range(c.start, c.end)) for c in quoted]
    left = (
        e.log_odds
        for e in found.whole
        if not any(e.article.id == id_ and e.sentence.start in chars for id_, chars in held)
    )
    ahead = min(best - next(left, -math.inf), AHEAD_MOST)
    return 1 / (1 + math.exp(-(BEST * best + AHEAD * ahead + CERTAIN)))


def _why(found: Found, shown: Sequence[Citation]) -> str:
    """What the nearest article and those shown lack, and what stands in its place if it is told.

    "" if there is nothing that all of them lack.
    """
    ids = {citation.article_id for citation in shown}
    texts = [e.article.article.text.casefold() for e in found.whole if e.article.id in ids]
    lacks = next(
        (each for each in found.untrue if not any(each.said.casefold() in t for t in texts)), None
    )
    if lacks is None:
        return ""
    beside = bool(found.whole) and lacks.instead in _around(found.whole[0])
    return reason(lacks if beside else replace(lacks, instead=""))


def _around(best: Evidence) -> str:
    """The words of a sentence with the two before it and the one after."""
    sentences = best.article.sentences[max(0, best.index - 2) : best.index + 2]
    return " ".join(best.article.article.text[s.start : s.end] for s in sentences)


def _told(meant: Question, found: Found, threshold: float) -> tuple[list[list[Evidence]], str]:
    """The evidence for those parts of a question that are answered, and the others as asked."""
    least = PART * threshold
    known = [sure >= least for sure in found.sure]
    if not any(known) or all(known):
        return found.parts, ""
    # What answers one part may well answer another: "€90 billion over the next two years".
    quoted = {part[0].place for part, is_known in zip(found.parts, known, strict=True) if is_known}
    known = [
        is_known or bool(part and part[0].place in quoted and part[0].log_odds > POSSIBLE)
        for part, is_known in zip(found.parts, known, strict=True)
    ]
    told = [part for part, is_known in zip(found.parts, known, strict=True) if is_known]
    asked = [part.asked for part, is_known in zip(meant.parts, known, strict=True) if not is_known]
    return told, " and ".join(f"“{words.rstrip('?,. ')}”" for words in asked)


def compose(
    parts: Sequence[Sequence[Evidence]],
    *,
    several: bool,
    max_claims: int,
    reader: Reader,
    conditions: bool = False,
) -> Composed:
    """The claims of an answer, their citations and the short answers.

    Args:
        parts: For each part of the question its evidence, most probable first; one for a plain
            question.
        several: Whether the question asks for several things.
        max_claims: At most so many claims.
        reader: Tells whether another article says the same.
        conditions: Whether it asks for conditions.
    """
    choices: list[_Choice] = []
    for evidence in parts:
        if evidence and not _absorbed(choices, evidence[0]) and len(choices) < max_claims:
            choices.append(_Choice.of(evidence[0]))
    if len(parts) == 1:
        below = SEVERAL if several or conditions else ONE
        _extend(choices, parts[0], below, max_claims, conditions)
    elif len(choices) < len(parts):  # one sentence is the best for two parts
        first = choices[0].best.article.pk if choices else 0
        further = [e for evidence in parts for e in evidence if e.article.pk == first]
        _extend(choices, further, SEVERAL, min(len(parts), max_claims), conditions)
    citations: list[Citation] = []
    claims, shorts = [], []
    for choice in _in_order(choices):
        own = citation(choice.best.article, choice.first, choice.last)
        lines = own.quote.splitlines()
        text = "\n".join(" ".join(line.split()) for line in lines if line.strip())
        copies = [citation(e.article, *quote_span(e.article, e.index)) for e in choice.copies]
        cited = [own, *(copy for copy in copies if _supports(copy, choice.best.text, reader))]
        marked = tuple(dict.fromkeys(numbered(citations, item) for item in cited))
        claims.append(Claim(text=text, status="supported", support=1.0, citations=marked))
        shorts.append((choice.best, marked[0].number))
    return Composed(tuple(claims), tuple(citations), tuple(_shorts(shorts)))


class Composed(NamedTuple):
    """What an answer is made of."""

    claims: tuple[Claim, ...] = ()
    citations: tuple[Citation, ...] = ()
    shorts: tuple[Short, ...] = ()


def _says_who(evidence: Evidence) -> bool:
    """Whether the short answer is a pronoun."""
    return _PRONOUN.fullmatch(evidence.short) is not None


def _shorts(best: Sequence[tuple[Evidence, int]]) -> list[Short]:
    """The short answer of each claim that has one, surest first."""
    ranked = sorted(best, key=lambda pair: -pair[0].reading.margin)
    least = ranked[0][0].reading.margin - SHORT if ranked else 0.0
    return [
        Short(
            text=evidence.short,
            citation=number,
            start=evidence.reading.start,
            end=evidence.reading.end,
        )
        for evidence, number in ranked
        if evidence.reading.margin >= least and evidence.short and not _says_who(evidence)
    ]


def _supports(copy: Citation, said: str, reader: Reader) -> bool:
    """Whether another article says what a sentence says, in its own words."""
    context = attribution([copy])
    return verify(said, [copy.quote], reader, context=context).status == "supported"


def growing(answer: Answer) -> Iterator[Answer]:
    """A quoting answer by a claim more at a time; the last one is whole."""
    for count in range(1, len(answer.claims)):
        claims = answer.claims[:count]
        cited = {citation.number for claim in claims for citation in claim.citations}
        yield replace(
            answer,
            claims=claims,
            citations=tuple(c for c in answer.citations if c.number in cited),
            shorts=tuple(s for s in answer.shorts if s.citation in cited),
            text=extractive_text(claims),
        )
    yield answer


def nearest(evidence: Sequence[Evidence], count: int = 3) -> tuple[Citation, ...]:
    """For a refusal: the best sentence of each of the nearest stories, as what it is."""
    best: dict[int, Evidence] = {}
    for item in evidence:
        best.setdefault(item.article.story, item)
    chosen = list(best.values())[:count]
    return tuple(
        citation(e.article, e.index, e.index + 1, number) for number, e in enumerate(chosen, 1)
    )


def _extend(
    choices: list[_Choice],
    evidence: Sequence[Evidence],
    below: float,
    max_claims: int,
    conditions: bool,
) -> None:
    """Adds what is nearly as probable as the best, until the next lies too far below."""
    if not choices:
        return
    least = max(choices[0].best.log_odds - below, math.log(FURTHER / (1 - FURTHER)))
    left = list(evidence)
    while left and len(choices) < max_claims:
        best = max(left, key=lambda item: _worth(choices, item, conditions))
        left.remove(best)
        if _absorbed(choices, best):
            continue
        if _worth(choices, best, conditions) < least:
            break
        choices.append(_Choice.of(best))


def _worth(choices: list[_Choice], item: Evidence, conditions: bool) -> float:
    """Log odds of a sentence, and what its place beside the chosen ones adds or takes."""
    mine = [c for c in choices if c.best.article.pk == item.article.pk]
    if not mine:
        return item.log_odds - OTHER_ARTICLE
    beside = not conditions and any(
        item.index in (choice.last, choice.first - 1) for choice in mine
    )
    listed = ":" in choices[0].best.text  # the first sentence names them itself
    sets = conditions and not listed and _CONDITION.search(item.text)
    return item.log_odds + (BESIDE if beside else 0.0) + (SETS_CONDITION if sets else 0.0)


def _absorbed(choices: list[_Choice], item: Evidence) -> bool:
    """Whether a chosen claim says this already; another article's sentence is then cited too."""
    for choice in choices:
        if choice.holds(item):
            return True
        if says_the_same(choice.best.text, item.text):
            articles = {e.article.pk for e in (choice.best, *choice.copies)}
            if item.article.pk not in articles and len(choice.copies) < COPIES:
                choice.copies.append(item)
            return True
    return False


def says_the_same(one: str, other: str) -> bool:
    """Whether two texts have most words of the shorter in common, and all numbers."""
    first, second = set(content_stems(one)), set(content_stems(other))
    shared = len(first & second) >= SAME * max(1, min(len(first), len(second)))
    return shared and set(_NUMBER.findall(one)) == set(_NUMBER.findall(other))


def _in_order(choices: list[_Choice]) -> list[_Choice]:
    """Articles in the order of their best sentence, quotations in the order of the article.

    Quotations that overlap become one.
    """
    rank: dict[int, int] = {}
    for choice in choices:
        rank.setdefault(choice.best.article.pk, len(rank))
    ordered = sorted(choices, key=lambda c: (rank[c.best.article.pk], c.first, c.last))
    merged: list[_Choice] = []
    for choice in ordered:
        before = merged[-1] if merged else None
        same = before is not None and before.best.article.pk == choice.best.article.pk
        if before is not None and same and choice.first < before.last:
            before.last = max(before.last, choice.last)
            before.copies += choice.copies
        else:
            merged.append(choice)
    return merged
