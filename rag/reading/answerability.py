"""Whether the corpus answers a question: how sure that is, and what the question takes as given."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from index.article import Article
from index.generation import Generation
from index.text.words import content_stems
from rag.facts import Lacking, lacking
from rag.question import without_quotations
from rag.reading.evidence import Evidence
from rag.retrieve import Query

# What the decision is made by, in the order of ``WEIGHTS``.
SIGNALS = (
    "log_odds",  # of the best sentence
    "cosine",  # of the question and the nearest passage
    "unsaid",  # share, by idf, of the question's words that the best sentence, its neighbours and
    # the title do not hold
    "untrue",  # names, numbers and dates that the question states and the best article lacks
)
# Logistic regression on XQuAD, MTRAGUN and two articles of SQuAD 2.0, each with its right articles
# and without (benchmarks/calibrate.py), but for three. The cosine's 3.0 is a choice between them:
# 0.5 gives XQuAD 0.069 false answers where 0.92 are answered, 3.0 gives 0.081, 4.4 gives 0.087;
# MTRAGUN has 0.696, 0.609 and 0.576. What is not true counts more than the -0.8 fitted: these sets
# ask little of it. The level is that at which a threshold of 0.35 refuses few answered questions of
# tests/golden: complete 59 of 86 and 95 of 145, refused wrongly 2 and 13, rightly 11 of 27 and 22
# of 46; 0.4 more of it gives 57 and 89, 7 and 26, 14 and 30.
# Tried and left out, as no collection gained 0.002 of AUC: margin and relevance of their own, the
# best sentence of another story, the share of words that the whole article lacks, and the support
# head on question and short answer as a claim.
WEIGHTS = (0.417, 3.0, -1.0, -1.2)
LEVEL = -0.49

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


def signals(
    query: Query,
    evidence: Sequence[Evidence],
    idf: Callable[[str], float],
    untrue: int = 0,
) -> list[float]:
    """One value for each of ``SIGNALS``.

    Args:
        query: The question as searched.
        evidence: Most probable first; none gives the lowest values.
        idf: What a stem's presence says, the rarer the more.
        untrue: How much of what the question states the best article does not hold.
    """
    if not evidence:
        return [FLOOR, 0.0, 1.0, 0.0]
    best = evidence[0]
    weights = {word: count * idf(word) for word, count in query.stems.items()}
    article = best.article.article
    return [
        min(max(best.log_odds, FLOOR), CEILING),
        max(e.passage.cosine for e in evidence),
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


def inverse_frequency(now: Generation) -> Callable[[str], float]:
    """The idf of BM25 (Robertson and Spärck Jones) over the chunks; unknown words weigh most."""
    words = now.search_index.chunk_words
    count = len(words)

    def idf(stem: str) -> float:
        frequency = words.frequency(stem)
        return math.log(1 + (count - frequency + 0.5) / (frequency + 0.5))

    return idf


# A word that a hurried question leaves without its capital is a name only from this length on.
LONG = 5


def mismatches(question: str, article: Article, typed: str = "") -> list[Lacking]:
    """What a question states that neither an article nor its day of publication holds.

    Args:
        question: As meant, names with their capitals.
        article: The article that would answer it.
        typed: The question as typed; if it has no capitals, short names are not judged.
    """
    held = f"{article.title}. {article.text} {article.publisher or ''} {article.author or ''}"
    # Words between quotation marks are looked for as words, by the search.
    found = lacking(without_quotations(question), held, article.published)
    if typed.islower():
        found = [f for f in found if f.kind != "name" or len(f.said) >= LONG]
    return found


def reason(found: Lacking) -> str:
    """What a refusal says of a mismatch.

    Args:
        found: What the article that was found lacks.

    >>> reason(Lacking("date", "1984", "1987"))
    'the articles speak of 1987, not of 1984'
    """
    if found.instead:
        return f"the articles speak of {found.instead}, not of {found.said}"
    return f"the articles found do not speak of {found.said}"
