"""The quality of answers, measured on a golden set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rag.answer import Answer, Citation
from rag.evaluation import squad
from rag.evaluation.judge import Judgement, cites_right_first
from rag.evaluation.statistics import (
    Bin,
    Estimate,
    Floats,
    Point,
    calibration_error,
    each,
    estimate,
    least_risk_area,
    quantile,
    ratio,
    reliability,
    risk_area,
    risk_coverage,
)


def _share(found: Sequence[bool]) -> tuple[int, int]:
    return sum(found), len(found)


def _complete(given: Judgement) -> tuple[int, int]:
    return _share([given.outcome == "complete"] if given.question.answerable else [])


def _facts(given: Judgement) -> tuple[int, int]:
    return _share(given.stated if given.question.answerable else [])


def _precision(given: Judgement) -> tuple[int, int]:
    judged = given.question.answerable and given.question.docs
    cited = given.answer.citations if judged else ()
    return _share([citation.key in given.question.docs for citation in cited])


def _recall(given: Judgement) -> tuple[int, int]:
    cited = {citation.key for citation in given.answer.citations}
    docs = given.question.docs if given.question.answerable else ()
    return _share([doc in cited for doc in docs])


def _first(given: Judgement) -> tuple[int, int]:
    judged = given.question.answerable and given.question.docs and given.answer.answered
    return _share([cites_right_first(given.question, given.answer)] if judged else [])


def _verbatim(given: Judgement) -> tuple[int, int]:
    return _share(given.verbatim)


def _short(given: Judgement, near: Callable[[str, str], float]) -> tuple[float, int]:
    """How near the best short answer comes to one of those expected; a refusal has none."""
    expected = given.question.short if given.question.answerable else ()
    short = given.answer.short
    best = max((near(each, short.text) for each in expected), default=0.0) if short else 0.0
    return best, bool(expected)


def _short_exact(given: Judgement) -> tuple[float, int]:
    return _short(given, squad.exact)


def _short_f1(given: Judgement) -> tuple[float, int]:
    return _short(given, squad.f1)


def _may_answer(given: Judgement) -> tuple[int, int]:
    return _share([given.answer.may] if given.answer.answered else [])


def _supported(given: Judgement) -> tuple[int, int]:
    checked = [claim.status for claim in given.answer.claims if claim.status != "unchecked"]
    return _share([status == "supported" for status in checked])


def _refusal_precision(given: Judgement) -> tuple[int, int]:
    return _share([] if given.answer.answered else [not given.question.answerable])


def _refusal_recall(given: Judgement) -> tuple[int, int]:
    return _share([] if given.question.answerable else [not given.answer.answered])


def _false_answers(given: Judgement) -> tuple[int, int]:
    return _share([] if given.question.answerable else [given.answer.answered])


def _wrong_refusals(given: Judgement) -> tuple[int, int]:
    return _share([not given.answer.answered] if given.question.answerable else [])


SHARES: Mapping[str, Callable[[Judgement], tuple[float, int]]] = {
    "complete_answers": _complete,
    "fact_recall": _facts,
    "short_exact": _short_exact,
    "short_f1": _short_f1,
    "citation_precision": _precision,
    "citation_recall": _recall,
    "first_citation_right": _first,
    "verbatim_rate": _verbatim,
    "supported_claims": _supported,
    "may_answer": _may_answer,
    "wrong_refusal_rate": _wrong_refusals,
    "false_answer_rate": _false_answers,
    "refusal_precision": _refusal_precision,
    "refusal_recall": _refusal_recall,
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
class Evaluation:
    """How well the questions of a golden set were answered.

    Attributes:
        judgements: In the order of the set.
        threshold: The confidence from which a question was answered.
        measures: Over all questions: ``SHARES``, then lengths, times, and how good confidence is.
        kinds: The shares for each kind of question, in the order of the set.
        follow_ups: The shares for questions that have a history; None when there is none.
        calibration: Confidence against the share of questions that are answerable.
        curve: For every threshold, how much is answered and how much of that is not complete or
            ought to be refused.
        least_area: The area under that curve if the order by confidence were perfect.
    """

    judgements: tuple[Judgement, ...]
    threshold: float
    measures: dict[str, Estimate]
    kinds: dict[str, Group]
    follow_ups: Group | None
    calibration: list[Bin]
    curve: list[Point]
    least_area: float

    @property
    def outcomes(self) -> Counter[str]:
        """How many questions came to which outcome."""
        return Counter(given.outcome for given in self.judgements)

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
            "follow_ups": self.follow_ups.as_json() if self.follow_ups else None,
            "calibration": [bin_.as_json() for bin_ in self.calibration],
            "risk_coverage": {
                "points": [point.as_json() for point in self.curve],
                "least_area": round(self.least_area, 4),
            },
            "results": [_result(given) for given in self.judgements],
        }


def evaluate(judgements: Sequence[Judgement], threshold: float) -> Evaluation:
    """Measures what was judged.

    Args:
        judgements: One or more.
        threshold: The confidence from which the questions were answered.
    """
    confidence = [given.candidate.confidence for given in judgements]
    answerable = [given.question.answerable for given in judgements]
    wrong = [not given.right for given in judgements]
    calibration, risk = _columns(confidence, answerable), _columns(confidence, wrong)
    answers = [given.answer for given in judgements if given.answer.answered]
    claims = _columns([len(answer.claims) for answer in answers])
    words = _columns([_words(answer) for answer in answers])
    times = _columns([given.milliseconds for given in judgements])
    count = len(judgements)
    measures = shares(judgements) | {
        "claims_median": estimate(claims, quantile(0.5), len(answers)),
        "claims_most": estimate(claims, quantile(1), len(answers)),
        "words_median": estimate(words, quantile(0.5), len(answers)),
        "words_most": estimate(words, quantile(1), len(answers)),
        "latency_p50_ms": estimate(times, quantile(0.5), count),
        "latency_p95_ms": estimate(times, quantile(0.95), count),
        "calibration_error": estimate(calibration, each(calibration_error), count),
        "risk_coverage_area": estimate(risk, each(risk_area), count),
    }
    earlier = [given for given in judgements if given.question.history]
    kinds = dict.fromkeys(given.question.kind for given in judgements if given.question.kind)
    return Evaluation(
        judgements=tuple(judgements),
        threshold=threshold,
        measures=measures,
        kinds={
            kind: _group([given for given in judgements if given.question.kind == kind])
            for kind in kinds
        },
        follow_ups=_group(earlier) if earlier else None,
        calibration=reliability(calibration),
        curve=risk_coverage(risk),
        least_area=least_risk_area(risk),
    )


def shares(judgements: Sequence[Judgement]) -> dict[str, Estimate]:
    """Each of ``SHARES`` over the questions."""
    found = {}
    for name, counted in SHARES.items():
        rows = np.array([counted(given) for given in judgements], dtype=np.float64).reshape(-1, 2)
        found[name] = estimate(rows, ratio, int(rows[:, 1].sum()))
    return found


def _group(judgements: Sequence[Judgement]) -> Group:
    return Group(len(judgements), shares(judgements))


def _columns(*columns: Sequence[float]) -> Floats:
    return np.column_stack([np.array(column, dtype=np.float64) for column in columns])


def _words(answer: Answer) -> int:
    return sum(len(claim.text.split()) for claim in answer.claims)


def _badness(given: Judgement) -> tuple[float, float, int]:
    order = ("wrongly answered", "wrongly refused", "incomplete")
    rank = order.index(given.outcome) if given.outcome in order else len(order)
    if given.outcome == "wrongly answered":
        within = -given.answer.confidence
    elif given.outcome == "wrongly refused":
        within = 0.0 if given.right else 1.0
    else:
        within = -len(given.missing) / max(1, len(given.stated))
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
        "not_verbatim": [_place(c) for c, ok in _checked(given) if not ok],
        "milliseconds": round(given.milliseconds, 1),
    }


def _checked(given: Judgement) -> list[tuple[Citation, bool]]:
    return list(zip(given.answer.citations, given.verbatim, strict=True))


def _place(citation: Citation) -> dict[str, Any]:
    return {"key": citation.key, "start": citation.start, "end": citation.end}
