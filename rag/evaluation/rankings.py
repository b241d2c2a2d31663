"""The quality of rankings, measured on a retrieval test collection."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ir_measures
from ir_measures import AP, RR, R, nDCG

from rag.corpus import Corpus
from rag.evaluation.statistics import Estimate, estimate, mean, quantile
from rag.question import UnusableQuestion
from rag.question_files import Line

DEPTH = 100
"""Articles of a ranking; what lies deeper counts as not found."""

MEASURES = {
    "ndcg_at_10": nDCG @ 10,
    "map": AP,
    "mrr_at_10": RR @ 10,
    "recall_at_1": R @ 1,
    "recall_at_5": R @ 5,
    "recall_at_10": R @ 10,
    "recall_at_100": R @ 100,
}


@dataclass(frozen=True, slots=True)
class Ranked:
    """A query, the keys of the articles found for it, best first, and how long that took."""

    query: Line
    keys: tuple[str, ...]
    milliseconds: float


@dataclass(frozen=True, slots=True)
class Result:
    """How good the ranking for a query is."""

    ranked: Ranked
    relevant: Mapping[str, int]  # the documents that are relevant, with their grades
    values: dict[str, float]  # each of ``MEASURES``

    @property
    def ranks(self) -> dict[str, int | None]:
        """The place of each relevant document, from 1; None for one that was not found."""
        places = {key: rank for rank, key in enumerate(self.ranked.keys, 1)}
        return {key: places.get(key) for key in self.relevant}


@dataclass(frozen=True, slots=True)
class RankingEvaluation:
    """How well the articles of a collection were found."""

    results: tuple[Result, ...]  # in the order of the queries
    measures: dict[str, Estimate]  # the means of ``MEASURES``, then times

    @property
    def worst(self) -> list[Result]:
        """Queries whose ranking is not perfect, the worst first."""
        flawed = [result for result in self.results if result.values["ndcg_at_10"] < 1]
        return sorted(flawed, key=lambda r: (r.values["ndcg_at_10"], r.values["map"]))

    def as_json(self) -> dict[str, Any]:
        """The evaluation as JSON values."""
        return {
            "queries": len(self.results),
            "depth": DEPTH,
            "measures": {name: found.as_json() for name, found in self.measures.items()},
            "results": [
                {
                    "id": result.ranked.query.id,
                    "question": result.ranked.query.question,
                    **{name: round(value, 4) for name, value in result.values.items()},
                    "ranks": result.ranks,
                    "milliseconds": round(result.ranked.milliseconds, 1),
                }
                for result in self.results
            ],
        }


def rank(corpus: Corpus, queries: Iterable[Line]) -> Iterator[Ranked]:
    """Ranks articles for each query; for one that cannot be searched there are none.

    Args:
        corpus: What is searched.
        queries: In the order in which the rankings come.
    """
    corpus.prepare()
    for query in queries:
        started = time.perf_counter()
        try:
            found = corpus.rank(query.question, DEPTH, history=query.history)
        except UnusableQuestion:
            found = []
        milliseconds = 1000 * (time.perf_counter() - started)
        # Articles of several folders may share a key, which is then ranked once.
        keys = dict.fromkeys(stored.article.key for stored, _ in found)
        yield Ranked(query, tuple(keys), milliseconds)


def evaluate_ranking(
    rankings: Sequence[Ranked], relevant: Mapping[str, Mapping[str, int]]
) -> RankingEvaluation:
    """Measures rankings.

    Args:
        rankings: One or more.
        relevant: For the id of each query its relevant documents, with grades above 0.
    """
    judged = {str(each.query.id): dict(relevant[str(each.query.id)]) for each in rankings}
    # The place is the score, so that what is measured is the order that a person sees.
    run = {
        str(each.query.id): {key: float(-place) for place, key in enumerate(each.keys)}
        for each in rankings
    }
    values = {name: dict.fromkeys(MEASURES, 0.0) for name in judged}
    names = {measure: name for name, measure in MEASURES.items()}
    for found in ir_measures.iter_calc(list(names), judged, run):
        values[found.query_id][names[found.measure]] = found.value
    results = [
        Result(each, judged[str(each.query.id)], values[str(each.query.id)]) for each in rankings
    ]
    measures = {
        name: estimate([result.values[name] for result in results], mean, len(results))
        for name in MEASURES
    }
    times = [each.milliseconds for each in rankings]
    measures["latency_p50_ms"] = estimate(times, quantile(0.5), len(times))
    measures["latency_p95_ms"] = estimate(times, quantile(0.95), len(times))
    return RankingEvaluation(tuple(results), measures)
