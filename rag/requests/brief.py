"""A brief: the sentences most central to a subject, over all articles that tell of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.ledger import StoredArticle
from rag.extent import words_of
from rag.quote import says_the_same
from rag.requests.material import Line, Material, order_of, telling

# Sentences of a brief, at least if there are any, and at most.
FEWEST, MOST = 5, 8

# Articles that it is drawn from, and sentences of each that are weighed.
STORIES, SENTENCES = 12, 8

# What a sentence's nearness to the subject counts beside its nearness to all the others (its
# centrality), and what it gains by being the first or second of its article: news begins with it.
SUBJECT, CENTRAL, LEAD = 0.6, 0.4, (0.25, 0.12)

# Two sentences whose cosine is higher tell the same.
SAME = 0.72


@dataclass(frozen=True, slots=True)
class _Candidate:
    article: StoredArticle
    index: int
    place: int  # among those of its article that tell something


def brief(material: Material, most: int = MOST) -> list[Line]:
    """The sentences, by day of publication, those of one article together.

    Each story is told once: a sentence that says what a chosen one says is left out, and its
    article is cited beside that one.
    """
    stories = material.stories()[:STORIES]
    found = [c for article in stories for c in _candidates(material, article)]
    if not found:
        return []
    vectors = material.encode([words_of(c.article, c.index) for c in found])
    lines: dict[int, Line] = {}
    for number in _ranked(material, found, vectors):
        one = found[number]
        same = next((n for n in lines if _same(found, vectors, n, number)), None)
        if same is not None:
            lines[same] = _cited_too(lines[same], one)
        elif len(lines) < most:
            lines[number] = Line(one.article, one.index)
    return sorted(lines.values(), key=lambda line: order_of(line.article, line.index))


def _candidates(material: Material, article: StoredArticle) -> list[_Candidate]:
    indexes = [*telling(article)]
    return [_Candidate(article, index, place) for place, index in enumerate(indexes[:SENTENCES])]


def _ranked(
    material: Material, found: Sequence[_Candidate], vectors: NDArray[np.float32]
) -> list[int]:
    """The candidates, most central first."""
    centre = vectors.mean(axis=0)
    centre /= np.linalg.norm(centre) or 1.0
    scores = CENTRAL * (vectors @ centre)
    if material.subject:
        scores = scores + SUBJECT * (vectors @ material.embedder.encode_query(material.subject))
    for number, one in enumerate(found):
        if one.place < len(LEAD):
            scores[number] += LEAD[one.place] * (material.nearness.get(one.article.pk, 1.0))
    return [int(n) for n in np.argsort(-scores, kind="stable")]


def _same(found: Sequence[_Candidate], vectors: NDArray[np.float32], one: int, other: int) -> bool:
    if float(vectors[one] @ vectors[other]) >= SAME:
        return True
    first, second = found[one], found[other]
    return says_the_same(
        words_of(first.article, first.index), words_of(second.article, second.index)
    )


def _cited_too(line: Line, other: _Candidate) -> Line:
    """The line with another article beside it that says the same word for word, or nearly."""
    theirs = {line.article.pk, *(article.pk for article, _ in line.copies)}
    if other.article.pk in theirs or len(line.copies) > 1:
        return line
    if not says_the_same(line.text, words_of(other.article, other.index)):
        return line
    return Line(line.article, line.index, line.label, (*line.copies, (other.article, other.index)))
