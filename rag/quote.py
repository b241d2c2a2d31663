"""The quoting answerer: an answer put together from the articles' own sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from index.ledger import StoredArticle
from index.words import content_stems
from rag.answer import Citation, Claim
from rag.evidence import Evidence

REFUSAL = "The articles do not answer this."

# How probable a further sentence must be, as a share of the best one's odds.
FURTHER = 0.35

# Two sentences that share so much of the smaller one's words say the same.
SAME = 0.8

# A sentence that opens like this is understood only after the one before it.
_NEEDS_BEFORE = re.compile(
    r"^[“\"‘']?(?:He|She|It|They|This|That|These|Those|His|Her|Its|Their|But|However|Instead|Yet"
    r"|In return|In response|In turn|The same|Such|Both|Neither|One of them|The latter|The former"
    r"|Another|As a result|Therefore|So|Thus|Even so|Still|Meanwhile|Nevertheless|Also|And|Or"
    r"|Then|There|According to (?:him|her|them))\b"
)


@dataclass(slots=True)
class _Choice:
    """A claim in the making: the sentences that say it, the best one first."""

    evidence: list[Evidence]


def compose(
    ranked: Sequence[Sequence[Evidence]], max_claims: int
) -> tuple[tuple[Claim, ...], tuple[Citation, ...]]:
    """The claims of an answer and their citations.

    Args:
        ranked: For each part of the question its evidence, most probable first.
        max_claims: At most so many claims.
    """
    choices = _chosen(ranked, max_claims)
    citations: list[Citation] = []
    claims = []
    for choice in _in_order(choices):
        cited = [_citation(e, 0) for e in choice.evidence]
        numbers = [_number(citations, citation) for citation in cited]
        claims.append(
            Claim(
                text=" ".join(cited[0].quote.split()),
                status="supported",
                support=1.0,
                citations=tuple(citations[n - 1] for n in dict.fromkeys(numbers)),
            )
        )
    return tuple(claims), tuple(citations)


def answer_text(claims: Sequence[Claim]) -> str:
    """What a person reads: each claim with its markers, introduced by who published it and when."""
    lines: list[str] = []
    said_by = ""
    for claim in claims:
        markers = "".join(f" [{citation.number}]" for citation in claim.citations)
        who = attribution(claim.citations)
        if lines and who == said_by:
            lines[-1] += f" {claim.text}{markers}"
        else:
            lines.append(f"{who}: {claim.text}{markers}" if who else f"{claim.text}{markers}")
        said_by = who
    return "\n\n".join(lines)


def attribution(citations: Sequence[Citation]) -> str:
    """Who published a claim and when, as far as it is known: "The Post, 3 March 2026"."""
    names = list(dict.fromkeys(c.publisher for c in citations if c.publisher))
    days = sorted({c.published for c in citations if c.published})
    who = " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)
    return ", ".join(part for part in (who, _day(days[0]) if days else "") if part)


def nearest(evidence: Sequence[Evidence], count: int = 3) -> tuple[Citation, ...]:
    """For a refusal: the best sentence of each of the nearest articles, as what it is."""
    best: dict[int, Evidence] = {}
    for item in evidence:
        best.setdefault(item.article.pk, item)
    return tuple(_citation(e, n) for n, e in enumerate(list(best.values())[:count], 1))


def refusal(nearest_passages: Sequence[Citation]) -> str:
    """What a person reads when the corpus does not hold the answer."""
    if not nearest_passages:
        return REFUSAL
    lines = [f"“{' '.join(c.quote.split())}” ({_named(c)})" for c in nearest_passages]
    return "\n".join([f"{REFUSAL} What comes nearest, and is no answer:", *lines])


def _named(citation: Citation) -> str:
    said = attribution([citation])
    return said or citation.title or citation.key


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _chosen(ranked: Sequence[Sequence[Evidence]], max_claims: int) -> list[_Choice]:
    """The sentences worth saying: the best for each part, then what is nearly as probable."""
    choices: list[_Choice] = []
    for evidence in ranked:
        if evidence and not _joined(choices, evidence[0]):
            choices.append(_Choice([evidence[0]]))
    for evidence in ranked:
        if not evidence:
            continue
        floor = FURTHER * _odds(evidence[0])
        for item in evidence[1:]:
            if _odds(item) < floor:
                break
            if _joined(choices, item):
                continue
            if len(choices) < max_claims:
                choices.append(_Choice([item]))
    return choices[:max_claims]


def _joined(choices: list[_Choice], item: Evidence) -> bool:
    """Whether a chosen claim says this already; another article's sentence is then cited too."""
    for choice in choices:
        first = choice.evidence[0]
        if (first.article.pk, first.index) == (item.article.pk, item.index):
            return True
        if _says_the_same(first.text, item.text):
            articles = {e.article.pk for e in choice.evidence}
            if item.article.pk not in articles and len(articles) < 3:
                choice.evidence.append(item)
            return True
    return False


def _says_the_same(one: str, other: str) -> bool:
    first, second = set(content_stems(one)), set(content_stems(other))
    return len(first & second) >= SAME * max(1, min(len(first), len(second)))


def _in_order(choices: list[_Choice]) -> list[_Choice]:
    """Articles in the order of their best sentence, sentences in the order of the article."""
    rank: dict[int, int] = {}
    for choice in choices:
        rank.setdefault(choice.evidence[0].article.pk, len(rank))
    return sorted(choices, key=lambda c: (rank[c.evidence[0].article.pk], c.evidence[0].index))


def _citation(evidence: Evidence, number: int) -> Citation:
    """The sentence, with the one before it where it cannot be understood alone."""
    stored, sentence = evidence.article, evidence.sentence
    text = stored.article.text
    start = _start(stored, evidence.index)
    return Citation(
        number=number,
        article_id=stored.id,
        key=stored.article.key,
        uri=stored.article.uri,
        title=stored.article.title,
        publisher=stored.article.publisher,
        author=stored.article.author,
        published=stored.article.published,
        url=stored.article.url,
        start=start,
        end=sentence.end,
        quote=text[start : sentence.end],
    )


def _start(stored: StoredArticle, index: int) -> int:
    text, sentence = stored.article.text, stored.sentences[index]
    if index and _NEEDS_BEFORE.match(text[sentence.start : sentence.end]):
        before = stored.sentences[index - 1]
        if not before.heading and "\n\n" not in text[before.end : sentence.start]:
            return before.start
    return sentence.start


def _number(citations: list[Citation], wanted: Citation) -> int:
    """The number of a citation among those made, which it joins if it is new."""
    for known in citations:
        same = (known.article_id, known.start, known.end)
        if same == (wanted.article_id, wanted.start, wanted.end):
            return known.number
    number = len(citations) + 1
    citations.append(replace(wanted, number=number))
    return number


def _odds(evidence: Evidence) -> float:
    return evidence.probability / max(1e-9, 1 - evidence.probability)
