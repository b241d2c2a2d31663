"""Whether the corpus answers a question at all."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from index.generation import Generation
from index.words import content_stems
from rag.evidence import Evidence
from rag.retrieve import Query

# What the decision is made by, in the order of ``WEIGHTS``.
SIGNALS = (
    "log_odds",  # of the best sentence
    "margin",  # of its short answer, over there being none in its passage
    "relevance",  # of the best sentence
    "second",  # log odds of the best sentence of another story
    "cosine",  # of the question and the nearest passage
    "absent",  # share, by idf, of the question's words that the best article does not hold
    "unsaid",  # the same of the best sentence, its neighbours and the title
    "untrue",  # names, numbers and dates that the question states and the best article lacks
)
WEIGHTS = (0.3, 0.25, -0.1, -0.1, 5.0, -0.2, -1.3, -2.0)
LEVEL = -2.5

# More that is not true says no more.
MOST_UNTRUE = 2.0

# Log odds beyond these say no more.
FLOOR, CEILING = -12.0, 12.0


def confidence(
    query: Query,
    evidence: Sequence[Evidence],
    idf: Callable[[str], float],
    untrue: int = 0,
) -> float:
    """The probability, from 0 to 1, that the corpus holds the answer.

    Args:
        query: The question as searched.
        evidence: Most probable first; none gives 0.
        idf: What a stem's presence says, the rarer the more.
        untrue: How much of what the question states the best article does not hold.
    """
    if not evidence or not query.stems:
        return 0.0
    values = signals(query, evidence, idf, untrue)
    total = sum(w * v for w, v in zip(WEIGHTS, values, strict=True)) + LEVEL
    return 1 / (1 + math.exp(-total))


# Tried and left out: the reader's support head on question and short answer as a claim, beside the
# sentence that holds it (weight -0.06 of a log odd on XQuAD and SQuAD 2.0, AUC unchanged).


def signals(
    query: Query,
    evidence: Sequence[Evidence],
    idf: Callable[[str], float],
    untrue: int = 0,
) -> list[float]:
    """One value for each of ``SIGNALS``."""
    if not evidence:
        return [FLOOR, FLOOR, FLOOR, FLOOR, 0.0, 1.0, 1.0, 0.0]
    best = evidence[0]
    others = [e.log_odds for e in evidence if e.article.story != best.article.story]
    weights = {word: count * idf(word) for word, count in query.stems.items()}
    article = best.article.article
    return [
        _bounded(best.log_odds),
        _bounded(best.reading.margin),
        _bounded(best.reading.relevance),
        _bounded(others[0]) if others else FLOOR,
        max(e.passage.cosine for e in evidence),
        _missing(weights, f"{article.title} {article.text}"),
        _missing(weights, f"{article.title} {near(best)}"),
        min(float(untrue), MOST_UNTRUE),
    ]


def near(best: Evidence) -> str:
    """The words of a sentence with the two before it and the one after."""
    sentences = best.article.sentences[max(0, best.index - 2) : best.index + 2]
    return " ".join(best.article.article.text[s.start : s.end] for s in sentences)


def _missing(weights: Mapping[str, float], text: str) -> float:
    held = set(content_stems(text))
    total = sum(weights.values()) or 1.0
    return sum(w for word, w in weights.items() if word not in held) / total


def _bounded(log_odds: float) -> float:
    return min(max(log_odds, FLOOR), CEILING)


def inverse_frequency(now: Generation) -> Callable[[str], float]:
    """The idf of BM25 (Robertson and Spärck Jones) over the chunks; unknown words weigh most."""
    words = now.derived.chunk_words
    count = len(words)

    def idf(stem: str) -> float:
        frequency = words.frequency(stem)
        return math.log(1 + (count - frequency + 0.5) / (frequency + 0.5))

    return idf
