"""A brief: the sentences most central to a subject, over all articles that tell of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.ledger import StoredArticle
from index.text.names import alike
from index.text.words import WORD, content_stems
from rag.extractive import says_the_same
from rag.quote_context import same_paragraph, words_of
from rag.requests.material import (
    ITEM,
    OPENING,
    Line,
    Material,
    corrects,
    opening,
    order_of,
    quoted,
    telling,
)

# Sentences of a brief at most; more than the fewest only if they score such a share of the best.
FEWEST, MOST, SHARE = 5, 8, 0.75

# Articles that it is drawn from, and sentences of each that are weighed.
STORIES, SENTENCES = 12, 8

# What a sentence's nearness to the subject counts beside its nearness to all the others (its
# centrality), what the share of the subject's words that it or the opening of its article holds,
# and what it gains by being the first or second of its article: news begins with it.
SUBJECT, CENTRAL, WORDS, LEAD = 0.6, 0.4, 0.4, (0.25, 0.12)

# An article that opens with less of the subject's words is told of in the sentences that hold more.
HELD = 0.5

# What a sentence holds of them that names all of it.
WHOLE = 0.95

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
    of_each = [_candidates(material, article) for article in _stories(material)]
    # Where one names all of the subject at once, those that name less of it tell of another.
    named = any(named >= WHOLE for _, named in of_each)
    found = [c for candidates, own in of_each if own >= HELD or not named for c in candidates]
    if not found:
        return []
    vectors = material.encode([words_of(c.article, c.index) for c in found])
    lines: dict[int, Line] = {}
    ranked = _ranked(material, found, vectors)
    leads = found[0].place == 0 and material.share(opening(found[0].article)) >= HELD
    if leads and material.subject:  # what the nearest article begins with is the news
        ranked = sorted(ranked, key=lambda one: one[0] != 0)
    for number, share in ranked:
        one = found[number]
        same = next((n for n in lines if _same(found, vectors, n, number)), None)
        if same is not None:
            lines[same] = _cited_too(lines[same], one)
        elif len(lines) < (most if share >= SHARE else min(most, FEWEST)):
            lines[number] = Line(one.article, one.index)
    return sorted(lines.values(), key=lambda line: order_of(line.article, line.index))


def _stories(material: Material) -> Sequence[StoredArticle]:
    """What is told of; what corrects a report tells little but what was wrong in it."""
    told = material.stories()
    return _naming(material, [a for a in told if not corrects(a)] or told)[:STORIES]


def _naming(material: Material, stories: Sequence[StoredArticle]) -> Sequence[StoredArticle]:
    """The articles that hold a name of the subject, or another of its bearer; all, if none does."""
    known = material.now.search_index.vocabulary
    names = [word.lower() for word in WORD.findall(material.subject) if known.is_name(word.lower())]
    naming = [
        article
        for article in stories
        if any(alike(name, word) for name in names for word in _words(article))
    ]
    return naming or stories


def _words(article: StoredArticle) -> set[str]:
    """The words with a capital, in lower case: "the crane barge" is no Crane."""
    text = f"{article.article.title} {article.article.text}"
    return {word.lower() for word in WORD.findall(text) if word[0].isupper()}


def _candidates(material: Material, article: StoredArticle) -> tuple[list[_Candidate], float]:
    """The first sentences of an article; those on the subject, if it begins with something else.

    With how much of the subject's words what it opens with holds, or a sentence, at most.
    """
    # An item of a list says little without the others.
    indexes = [n for n in telling(article) if not ITEM.match(words_of(article, n).lstrip())]
    begins = " ".join(words_of(article, index) for index in indexes[:OPENING])
    if (
        material.weights
        and material.share(begins) < HELD
        and not _titled(material, article, begins)
    ):
        shares = {n: material.share(quoted(article, n)) for n in indexes}
        on = [n for n in indexes if shares[n] >= HELD]
        beside = {n + 1 for n in on if same_paragraph(article, n)}
        # A subject that an article tells of in other words is anywhere in it.
        indexes = [n for n in indexes if n in beside or n in on] or indexes
        own = max(shares.values(), default=0.0)
        return [_Candidate(article, n, len(LEAD)) for n in indexes[:SENTENCES]], own
    return [_Candidate(article, n, place) for place, n in enumerate(indexes[:SENTENCES])], 1.0


def _titled(material: Material, article: StoredArticle, begins: str) -> bool:
    """Whether the title names the subject, and the beginning is what it says."""
    title, told = {*content_stems(article.article.title)}, {*content_stems(begins)}
    named = material.share(article.article.title) >= HELD
    return named and 2 * len(title & told) >= len(title - material.weights.keys())


def _ranked(
    material: Material, found: Sequence[_Candidate], vectors: NDArray[np.float32]
) -> list[tuple[int, float]]:
    """The candidates, most central first, each with its share of the most central one's score."""
    centre = vectors.mean(axis=0)
    centre /= np.linalg.norm(centre) or 1.0
    scores = CENTRAL * (vectors @ centre)
    if material.subject:
        scores = scores + SUBJECT * (vectors @ material.embedder.encode_query(material.subject))
    opened = {c.article.pk: material.share(opening(c.article)) for c in found}
    own = [material.share(quoted(c.article, c.index)) for c in found]
    scores = scores + WORDS * np.array(
        [max(share, opened[c.article.pk]) for share, c in zip(own, found, strict=True)]
    )
    for number, one in enumerate(found):
        if one.place < len(LEAD):
            scores[number] += LEAD[one.place] * (material.nearness.get(one.article.pk, 1.0))
    best = float(scores.max())
    return [(int(n), float(scores[n]) / best) for n in np.argsort(-scores, kind="stable")]


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
