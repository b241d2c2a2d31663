"""Does the corpus answer this question at all? A probability, and a threshold to hold it to."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache

import numpy as np

from index.words import content_stems, is_content
from rag.evidence import Evidence
from rag.logistic import Logistic
from rag.retrieve import Query

# What the whole of the evidence is judged by, in the order of the coefficients.
#
# On XQuAD, false answers where 0.92 are answered: 0.139 without "lead", 0.117 with it; uncapped
# 0.125; 0.121 with the lead of the passages' scores, which a second story on the subject takes
# away, 0.114 with both. More were tried (every evidence feature of the best sentence, BM25
# unscaled, lengths, whether the kind asked for is missing: 0.005 less for 30 features; gradient
# boosting: more; a learned interaction of the question's and the sentence's tokens, fitted on
# 11,877 other pairs: no less).
FEATURES = (
    "best",  # log odds of the best sentence
    "three",  # log odds of the mean probability of the best three
    "cosine",  # of the question and the nearest passage
    "article_low",  # mean over the worst matched third of the question's tokens, best article
    "article_worst",  # the worst matched of them
    "absent",  # share, by idf, of the question's words that the best article does not hold
    "names_absent",  # share of the question's names that it does not hold
    "lead",  # of the best sentence over that of the next story, in log odds; at most LEAD
)

# Log odds; a lead above it says no more. Tried on XQuAD: 3 and none give more false answers.
LEAD = 4.0

_NAME = re.compile(r"[^\W\d_][\w’'-]*")


@cache
def default_model() -> Logistic:
    """The model that comes with onrecord."""
    return Logistic.shipped("abstain", FEATURES)


def confidence(
    query: Query,
    evidence: Sequence[Evidence],
    idf: Callable[[str], float],
    model: Logistic | None = None,
) -> float:
    """The probability, from 0 to 1, that the corpus holds the answer.

    Args:
        query: The question as searched.
        evidence: Most probable first; none gives 0.
        idf: As for ``rag.evidence.gather``.
        model: None for the one that comes with onrecord.
    """
    if not evidence or not query.stems:
        return 0.0
    row = np.array([features(query, evidence, idf)])
    return float((model or default_model()).probabilities(row)[0])


def features(
    query: Query, evidence: Sequence[Evidence], idf: Callable[[str], float]
) -> list[float]:
    """One value for each of ``FEATURES``; ``evidence`` holds at least one sentence."""
    best = evidence[0]
    same = [e for e in evidence if e.article.pk == best.article.pk]
    matches = np.sort(np.maximum.reduce([e.matches for e in same]))
    weights = {word: count * idf(word) for word, count in query.stems.items()}
    held = set(content_stems(f"{best.article.article.title} {best.article.article.text}"))
    absent = sum(w for word, w in weights.items() if word not in held) / (
        sum(weights.values()) or 1
    )
    names = _names(query.text)
    return [
        best.log_odds,
        _log_odds(sum(e.probability for e in evidence[:3]) / 3),
        max(e.passage.cosine for e in evidence),
        float(matches[: max(1, len(matches) // 3)].mean()),
        float(matches[0]),
        absent,
        sum(name not in held for name in names) / len(names) if names else 0.0,
        _lead(evidence),
    ]


def _lead(evidence: Sequence[Evidence]) -> float:
    """How far the best sentence is ahead of any other story's; nan if there is no other.

    A copy in another outlet is the same story and takes nothing from it.
    """
    best: dict[int, float] = {}
    for item in evidence:
        best.setdefault(item.article.story, item.log_odds)
    first, *others = best.values()
    return min(first - others[0], LEAD) if others else float("nan")


def _names(question: str) -> list[str]:
    """The stems of the capitalised words of a question, its first word left out."""
    words = _NAME.findall(question)[1:]
    if all(word.isupper() for word in words):
        return []
    return [
        stemmed
        for word in words
        if _is_name(word)
        for stemmed in content_stems(word.split("’")[0].split("'")[0])
    ]


def _is_name(word: str) -> bool:
    return word[0].isupper() and is_content(word)


def _log_odds(probability: float) -> float:
    bounded = min(max(probability, 1e-6), 1 - 1e-6)
    return float(np.log(bounded / (1 - bounded)))
