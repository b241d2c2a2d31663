"""The quality of answers on a golden set, and of rankings on a test collection.

Each figure has the interval in which chance alone could move it.
"""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import ir_measures
import numpy as np
from ir_measures import AP, RR, R, nDCG
from numpy.typing import ArrayLike, NDArray

from rag.corpus import Corpus
from rag.judge import (
    Judgement,
    cites_right_first,
    exact,
    f1,
)
from rag.question import UnusableQuestion
from rag.question_files import Line
from rag.reply_measures import reply_precision, reply_recall

Floats = NDArray[np.float64]

Statistic = Callable[[Floats], Floats]
"""Of samples (m, n, k), each a row a question, to a figure a sample; NaN for nothing to measure."""

RESAMPLES = 1_000
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and the interval that resampling the questions gives for it."""

    value: float  # naN where nothing was there to measure
    low: float  # the lower end of the 95 % interval; never above ``value``
    high: float  # the upper end; never below ``value``
    count: int  # how many things the figure is a share or a mean of: questions, facts, citations

    def as_json(self) -> dict[str, float | int | None]:
        """The estimate as JSON values; null for what could not be measured."""
        ends = {"value": self.value, "low": self.low, "high": self.high}
        rounded = {name: None if math.isnan(v) else round(v, 4) for name, v in ends.items()}
        return {**rounded, "count": self.count}


def estimate(rows: ArrayLike, statistic: Statistic, count: int) -> Estimate:
    """The value of a statistic over questions, with its bootstrap percentile interval.

    The interval is that of the middle 95 % of resamples, the same on every run and whatever the
    order of the rows. It is widened to hold the value itself, which a biased statistic such as a
    maximum may otherwise fall out of.

    Args:
        rows: (n, k), a row a question: resampled whole; or (n,), one figure a question.
        statistic: What is estimated.
        count: Handed on.
    """
    given = np.asarray(rows, dtype=np.float64)
    ordered = given.reshape(len(given), -1) if given.size else np.empty((0, 1))
    ordered = ordered[np.lexsort(ordered.T)]
    value = float(statistic(ordered[np.newaxis])[0]) if len(ordered) else math.nan
    if math.isnan(value):
        return Estimate(math.nan, math.nan, math.nan, count)
    generator = np.random.default_rng(0)
    drawn = generator.integers(len(ordered), size=(RESAMPLES, len(ordered)))
    values = statistic(ordered[drawn])
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(values[~np.isnan(values)], [tail, 1 - tail])
    return Estimate(value, min(float(low), value), max(float(high), value), count)


def ratio(samples: Floats) -> Floats:
    """The statistic that is the sum of the first column over that of the second.

    >>> ratio(np.array([[[1.0, 2.0], [2.0, 2.0]]]))
    array([0.75])
    """
    part, whole = np.moveaxis(samples.sum(axis=-2), -1, 0)
    found: Floats = np.divide(part, whole, out=np.full(part.shape, math.nan), where=whole != 0)
    return found


def quantile(share: float) -> Statistic:
    """The statistic below which that share of the values lies, interpolated between two of them.

    >>> quantile(0.5)(np.array([[[1.0], [2.0], [4.0], [8.0]]]))
    array([3.])
    """

    def statistic(samples: Floats) -> Floats:
        found: Floats = np.quantile(samples[..., 0], share, axis=-1)
        return found

    return statistic


def _of(found: Iterable[bool]) -> tuple[int, int]:
    """How many hold, of how many."""
    each = list(found)
    return sum(each), len(each)


def _citations(given: Judgement, *, wanted: bool) -> tuple[int, int]:
    """The cited articles that are expected, of those cited or, if ``wanted``, of those expected."""
    docs = given.question.docs if given.question.answerable else ()
    keys = [citation.key for citation in given.answer.citations] if docs else []
    return _of(doc in keys for doc in docs) if wanted else _of(key in docs for key in keys)


def _short(given: Judgement, near: Callable[[str, str], float]) -> tuple[float, int]:
    """How near the best short answer comes to one of those expected; a refusal has none."""
    expected = given.question.short if given.question.answerable else ()
    short = given.answer.short
    best = max((near(each, short.text) for each in expected), default=0.0) if short else 0.0
    return best, bool(expected)


def _first(given: Judgement) -> tuple[int, int]:
    judged = given.question.answerable and given.question.docs and given.answer.answered
    return _of([cites_right_first(given.question, given.answer)] if judged else [])


def _answerable(given: Judgement, *found: bool) -> tuple[int, int]:
    return _of(found if given.question.answerable else ())


def _unanswerable(given: Judgement, *found: bool) -> tuple[int, int]:
    return _of(() if given.question.answerable else found)


SHARES: Mapping[str, Callable[[Judgement], tuple[float, int]]] = {
    "complete_answers": lambda given: _answerable(given, given.outcome == "complete"),
    "fact_recall": lambda given: _answerable(given, *given.stated),
    "request_recall": lambda given: _of(reply_recall(given.question.wanted, given.answer)),
    "request_precision": lambda given: _of(reply_precision(given.question.wanted, given.answer)),
    "short_exact": lambda given: _short(given, exact),
    "short_f1": lambda given: _short(given, f1),
    "citation_precision": lambda given: _citations(given, wanted=False),
    "citation_recall": lambda given: _citations(given, wanted=True),
    "first_citation_right": _first,
    "verbatim_rate": lambda given: _of(given.verbatim),
    "supported_claims": lambda given: _of(
        claim.status == "supported" for claim in given.answer.claims if claim.status != "unchecked"
    ),
    "may_answer": lambda given: _of([given.answer.may] if given.answer.answered else []),
    "wrong_refusal_rate": lambda given: _answerable(given, not given.answer.answered),
    "false_answer_rate": lambda given: _unanswerable(given, given.answer.answered),
    "refusal_precision": lambda given: _of(
        [] if given.answer.answered else [not given.question.answerable]
    ),
    "refusal_recall": lambda given: _unanswerable(given, not given.answer.answered),
}
"""What is counted for a question, of how much; a measure is the sum of the one over the other."""


@dataclass(frozen=True, slots=True)
class Group:
    """The measures of some of the questions."""

    questions: int
    measures: dict[str, Estimate]

    def as_json(self) -> dict[str, Any]:
        """The group as JSON values."""
        return {"questions": self.questions, "measures": _as_json(self.measures)}


@dataclass(frozen=True, slots=True)
class Threshold:
    """What a threshold gives."""

    threshold: float  # questions of this confidence or more are answered
    answered: int
    wrong: int  # answers that are not complete, or that ought to be refusals


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How well the questions of a golden set were answered."""

    judgements: tuple[Judgement, ...]  # in the order of the set
    threshold: float  # the confidence from which a question was answered
    measures: dict[str, Estimate]  # over all questions: ``SHARES``, then times
    kinds: dict[str, Group]  # the shares for each kind of question, in the order of the set

    @property
    def outcomes(self) -> Counter[str]:
        """How many questions came to which outcome."""
        return Counter(given.outcome for given in self.judgements)

    @property
    def thresholds(self) -> list[Threshold]:
        """What other thresholds would give, and the one in use, from the lowest on."""
        found = []
        for threshold in sorted({n / 10 for n in range(10)} | {self.threshold}):
            held = [each for each in self.judgements if each.candidate.confidence >= threshold]
            wrong = sum(not each.right for each in held)
            found.append(Threshold(threshold, len(held), wrong))
        return found

    @property
    def failures(self) -> list[Judgement]:
        """What went wrong, the worst first.

        Answers that ought to be refusals, the surest first; refusals that ought to be answers,
        those first whose answer would have been complete; the rest by the share of facts missing.
        """
        return sorted((given for given in self.judgements if given.failed), key=_badness)

    def as_json(self) -> dict[str, Any]:
        """The evaluation as JSON values."""
        return {
            "threshold": self.threshold,
            "questions": len(self.judgements),
            "answerable": sum(given.question.answerable for given in self.judgements),
            "outcomes": dict(self.outcomes),
            "measures": _as_json(self.measures),
            "kinds": {kind: group.as_json() for kind, group in self.kinds.items()},
            "thresholds": list(map(asdict, self.thresholds)),
            "results": [_result(given) for given in self.judgements],
        }


def evaluate(judgements: Sequence[Judgement], threshold: float) -> Evaluation:
    """Measures what was judged.

    There is one judgement or more; ``threshold`` is the confidence from which on they were
    answered.
    """
    measures = _shares(judgements) | _times([given.milliseconds for given in judgements])
    kinds = dict.fromkeys(given.question.kind for given in judgements if given.question.kind)
    return Evaluation(
        judgements=tuple(judgements),
        threshold=threshold,
        measures=measures,
        kinds={
            kind: _group([given for given in judgements if given.question.kind == kind])
            for kind in kinds
        },
    )


def _times(milliseconds: Sequence[float]) -> dict[str, Estimate]:
    return {
        "latency_p50_ms": estimate(milliseconds, quantile(0.5), len(milliseconds)),
        "latency_p95_ms": estimate(milliseconds, quantile(0.95), len(milliseconds)),
    }


def _shares(judgements: Sequence[Judgement]) -> dict[str, Estimate]:
    """Each of ``SHARES`` over the questions."""
    counted = {name: [share(given) for given in judgements] for name, share in SHARES.items()}
    return {
        name: estimate(rows, ratio, sum(whole for _, whole in rows))
        for name, rows in counted.items()
    }


def _group(judgements: Sequence[Judgement]) -> Group:
    return Group(len(judgements), _shares(judgements))


def _badness(given: Judgement) -> tuple[float, float, int]:
    order = ("wrongly answered", "wrongly refused", "incomplete")
    rank = order.index(given.outcome) if given.outcome in order else len(order)
    within = {
        "wrongly answered": -given.answer.confidence,
        "wrongly refused": 0.0 if given.right else 1.0,
    }.get(given.outcome, -len(given.missing) / max(1, len(given.stated)))
    return rank, within, given.question.number


def _as_json(measures: Mapping[str, Estimate]) -> dict[str, Any]:
    return {name: found.as_json() for name, found in measures.items()}


def _result(given: Judgement) -> dict[str, Any]:
    """A question with what a person needs to see why it came to its outcome."""
    question, answer = given.question, given.answer
    return {
        "id": question.id,
        "question": question.question,
        "kind": question.kind or None,
        "answerable": question.answerable,
        "outcome": given.outcome,
        "confidence": round(answer.confidence, 4),
        "right_if_answered": given.right,
        "text": answer.text,
        "short": answer.short.text if answer.short else None,
        "expected_short": list(question.short),
        "may_answer": answer.may,
        "missing": [list(fact) for fact in given.missing] if question.answerable else [],
        "docs": list(question.docs),
        "cited": list(dict.fromkeys(citation.key for citation in answer.citations)),
        "not_verbatim": [
            {"key": citation.key, "start": citation.start, "end": citation.end}
            for citation, found in zip(answer.citations, given.verbatim, strict=True)
            if not found
        ],
        "milliseconds": round(given.milliseconds, 1),
    }


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

    Rankings come in the order of the queries.
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

    There is one ranking or more; ``relevant`` has the grades, above 0, of documents for the id of a
    query.
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
        name: estimate([(result.values[name], 1) for result in results], ratio, len(results))
        for name in MEASURES
    }
    return RankingEvaluation(
        tuple(results), measures | _times([each.milliseconds for each in rankings])
    )
