"""What samples say: estimates with intervals, calibration, and risk against coverage."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

Statistic = Callable[[Floats], Floats]
"""Of samples (m, n, k), each a row a question, to a figure a sample; NaN for nothing to measure."""

RESAMPLES = 1_000
LEVEL = 0.95
BINS = 10

# Numbers held at a time while resampling: a test collection has thousands of queries.
_AT_ONCE = 1_000_000

# Confidences that differ by less are one: sums of 64-bit floats come out so in another order.
_SAME = 1e-9


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and the interval that resampling the questions gives for it.

    Attributes:
        value: NaN where nothing was there to measure.
        low: The lower end of the 95 % interval; never above ``value``.
        high: The upper end; never below ``value``.
        count: How many things the figure is a share or a mean of: questions, facts, citations.
    """

    value: float
    low: float
    high: float
    count: int

    def as_json(self) -> dict[str, float | int | None]:
        """The estimate as JSON values; null for what could not be measured."""
        ends = {"value": self.value, "low": self.low, "high": self.high}
        rounded = {name: None if math.isnan(v) else round(v, 4) for name, v in ends.items()}
        return {**rounded, "count": self.count}


def estimate(rows: Floats, statistic: Statistic, count: int) -> Estimate:
    """A statistic of questions, with its bootstrap percentile interval.

    The interval is that of the middle 95 % of resamples, the same on every run and whatever the
    order of the rows. It is widened to hold the value itself, which a biased statistic such as
    the calibration error may otherwise fall out of.

    Args:
        rows: (n, k), a row a question: resampled whole.
        statistic: What is estimated.
        count: Handed on.
    """
    ordered = rows[np.lexsort(rows.T)]
    value = float(statistic(ordered[np.newaxis])[0]) if len(rows) else math.nan
    if math.isnan(value):
        return Estimate(math.nan, math.nan, math.nan, count)
    generator = np.random.default_rng(0)
    step = max(1, _AT_ONCE // rows.size)
    found = []
    for first in range(0, RESAMPLES, step):
        size = (min(step, RESAMPLES - first), len(rows))
        found.append(statistic(ordered[generator.integers(len(rows), size=size)]))
    values = np.concatenate(found)
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


def mean(samples: Floats) -> Floats:
    """The statistic that is the mean of the first column."""
    found: Floats = samples[..., 0].mean(axis=-1)
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


def each(figure: Callable[[Floats], float]) -> Statistic:
    """The statistic that is a figure of rows (n, k), one sample after the other."""
    return lambda samples: np.array([figure(rows) for rows in samples])


@dataclass(frozen=True, slots=True)
class Bin:
    """The questions whose confidence lies from ``low`` up to ``high``.

    Attributes:
        confidence: Their mean confidence.
        true: The share of them for which what the confidence speaks of is so.
    """

    low: float
    high: float
    count: int
    confidence: float
    true: float

    def as_json(self) -> dict[str, Any]:
        """The bin as JSON values."""
        names = ("low", "high", "confidence", "true")
        return {"count": self.count} | {name: round(getattr(self, name), 4) for name in names}


def reliability(rows: Floats) -> list[Bin]:
    """Ten bins of equal width over the confidence; those without a question are left out.

    Args:
        rows: (n, 2), confidence from 0 to 1 and truth, which is 0 or 1.
    """
    places = np.minimum((rows[:, 0] * BINS).astype(int), BINS - 1)
    return [
        Bin(
            low=place / BINS,
            high=(place + 1) / BINS,
            count=int(np.count_nonzero(places == place)),
            confidence=float(rows[places == place, 0].mean()),
            true=float(rows[places == place, 1].mean()),
        )
        for place in np.unique(places).tolist()
    ]


def calibration_error(rows: Floats) -> float:
    """The expected calibration error: how far confidence and truth lie apart in a bin, on average.

    Args:
        rows: As for ``reliability``.
    """
    if not len(rows):
        return math.nan
    places = np.minimum((rows[:, 0] * BINS).astype(int), BINS - 1)
    apart = np.bincount(places, weights=rows[:, 0] - rows[:, 1], minlength=BINS)
    return float(np.abs(apart).sum() / len(rows))


@dataclass(frozen=True, slots=True)
class Point:
    """What a threshold gives.

    Attributes:
        threshold: Questions of this confidence or more are answered.
        coverage: The share of all questions that are then answered.
        risk: The share of the answers that are wrong.
    """

    threshold: float
    coverage: float
    risk: float

    def as_json(self) -> dict[str, float]:
        """The point as JSON values."""
        return {name: round(getattr(self, name), 4) for name in ("threshold", "coverage", "risk")}


def risk_coverage(rows: Floats) -> list[Point]:
    """The curve: a point for every confidence that occurs, the highest first.

    Args:
        rows: (n, 2), confidence, and 1 where an answer is wrong, 0 where it is right.
    """
    points = []
    answered = wrong = 0.0
    for confidence, size, errors in _ties(rows):
        answered += size
        wrong += errors
        points.append(Point(confidence, answered / len(rows), wrong / answered))
    return points


def risk_area(rows: Floats) -> float:
    """The area under that curve (AURC): the mean risk when the surest 1, 2, ... n are answered.

    Where confidences are equal, any of them may come first: their errors are spread evenly.

    Args:
        rows: As for ``risk_coverage``.
    """
    if not len(rows):
        return math.nan
    confidence, wrong = rows[np.argsort(-rows[:, 0], kind="stable")].T
    answered = np.arange(1, len(rows) + 1)
    ends = np.flatnonzero(np.append(-np.diff(confidence) > _SAME, True)) + 1
    errors = np.interp(answered, np.append(0, ends), np.append(0.0, wrong.cumsum()[ends - 1]))
    return float((errors / answered).mean())


def least_risk_area(rows: Floats) -> float:
    """The same if every right answer were surer than every wrong one: no order does better."""
    return risk_area(np.column_stack([1 - rows[:, 1], rows[:, 1]]))


def _ties(rows: Floats) -> list[tuple[float, int, float]]:
    """Confidence, number of questions and number of errors, the highest confidence first."""
    groups: list[tuple[float, int, float]] = []
    for confidence, wrong in rows[np.argsort(-rows[:, 0], kind="stable")].tolist():
        if groups and groups[-1][0] - confidence <= _SAME:
            groups[-1] = (confidence, groups[-1][1] + 1, groups[-1][2] + wrong)
        else:
            groups.append((confidence, 1, wrong))
    return groups
