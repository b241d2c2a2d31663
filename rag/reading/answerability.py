"""Whether the corpus answers a question: how sure that is, and what the question takes as given."""

from __future__ import annotations

import math
from collections.abc import Sequence

from index.article import Article
from rag.facts import Lacking, lacking
from rag.question import without_quotations
from rag.reading.evidence import Evidence

# The log odds that the best sentence answers, what counts for each thing that the question states
# and its article lacks, and the level: a logistic regression (benchmarks/calibrate.py), the level
# that at which a threshold of 0.35 refuses few answered questions of tests/golden.
# Tried and left out, as the reading model knows better since it was trained on news in other words
# than the question's: the cosine of the nearest passage and the share of the question's words, by
# idf, that are not said where it answers. AUC between questions that 161 stories of 1989 answer
# and that they do not: 0.615 with both, 0.749 without; tests/golden/users.jsonl 0.922 and 0.936,
# sample.jsonl 0.929 and 0.922.
EVIDENCE, FALSE, LEVEL = 1.0, -1.0, 1.4

# More that is not true says no more.
MOST_UNTRUE = 2

# Log odds beyond these say no more.
FLOOR, CEILING = -12.0, 12.0


def confidence(evidence: Sequence[Evidence], untrue: int = 0) -> float:
    """The probability, from 0 to 1, that the corpus holds the answer.

    Args:
        evidence: Most probable first; none gives 0.
        untrue: How much of what the question states the best article does not hold.
    """
    if not evidence:
        return 0.0
    best = min(max(evidence[0].log_odds, FLOOR), CEILING)
    total = EVIDENCE * best + FALSE * min(untrue, MOST_UNTRUE) + LEVEL
    return 1 / (1 + math.exp(-total))


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
