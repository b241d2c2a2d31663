"""What samples say: estimates with intervals, calibration, and risk against coverage."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

Statistic = Callable[[Floats], Floats]
"""Of samples (m, n, k), each a row a question, to a figure a sample; NaN for nothing to measure."""

RESAMPLES = 1_000
LEVEL = 0.95
BINS = 10

# Confidences that differ by less are one: sums of 64-bit floats come out so in another order.
_SAME = 1e-9


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
    order of the rows. It is widened to hold the value itself, which a biased statistic such as
    the calibration error may otherwise fall out of.

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


def mean(samples: Floats) -> Floats:
    """The statistic that is the mean of the first column."""
    found: Floats = samples[..., 0].mean(axis=-1)
    return found


def quantile(share: float) -> Statistic:
    """The statistic below which that share of the values lies, interpolated between two of them.

    Args:
        share: From 0 to 1.

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
    """The questions whose confidence lies from ``low`` up to ``high``."""

    low: float
    high: float
    count: int
    confidence: float  # their mean confidence
    true: float  # the share of them for which what the confidence speaks of is so


def reliability(rows: Floats) -> list[Bin]:
    """Ten bins of equal width over the confidence; those without a question are left out.

    Args:
        rows: (n, 2), confidence from 0 to 1 and truth, which is 0 or 1.
    """
    return [
        Bin(place / BINS, (place + 1) / BINS, int(count), confidence / count, true / count)
        for place, (count, confidence, true) in enumerate(_binned(rows).tolist())
        if count
    ]


def calibration_error(rows: Floats) -> float:
    """The expected calibration error: how far confidence and truth lie apart in a mean bin."""
    if not len(rows):
        return math.nan
    _, confidence, true = _binned(rows).T
    return float(np.abs(confidence - true).sum() / len(rows))


def _binned(rows: Floats) -> Floats:
    """(BINS, 3): how many questions are in a bin, and the sums of their confidence and truth."""
    places = np.minimum((rows[:, 0] * BINS).astype(int), BINS - 1)
    summed = (np.ones(len(rows)), *rows.T)
    return np.column_stack([np.bincount(places, values, minlength=BINS) for values in summed])


@dataclass(frozen=True, slots=True)
class Point:
    """What a threshold gives."""

    threshold: float  # questions of this confidence or more are answered
    coverage: float  # the share of all questions that are then answered
    risk: float  # the share of the answers that are wrong


def risk_coverage(rows: Floats) -> list[Point]:
    """The curve: a point for every confidence that occurs, the highest first.

    Args:
        rows: (n, 2), confidence, and 1 where an answer is wrong, 0 where it is right.
    """
    return [
        Point(confidence, answered / len(rows), wrong / answered)
        for confidence, answered, wrong in _surest(rows).tolist()
    ]


def risk_area(rows: Floats) -> float:
    """The area under that curve (AURC): the mean risk when the surest 1, 2, ... n are answered.

    Where confidences are equal, any of them may come first: their errors are spread evenly.
    """
    if not len(rows):
        return math.nan
    _, ends, wrong = _surest(rows).T
    answered = np.arange(1, len(rows) + 1)
    errors = np.interp(answered, np.append(0, ends), np.append(0, wrong))
    return float((errors / answered).mean())


def least_risk_area(rows: Floats) -> float:
    """The same if every right answer were surer than every wrong one: no order does better."""
    return risk_area(np.column_stack([1 - rows[:, 1], rows[:, 1]]))


def _surest(rows: Floats) -> Floats:
    """(m, 3), the highest of m confidences first: it, and the answers and errors down to it."""
    confidence, wrong = rows[np.argsort(-rows[:, 0], kind="stable")].T
    last = np.flatnonzero(np.append(-np.diff(confidence) > _SAME, True))
    return np.column_stack([confidence[last], last + 1, wrong.cumsum()[last]])
