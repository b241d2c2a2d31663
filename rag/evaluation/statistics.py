"""What samples say: a figure, and the interval in which chance alone could move it."""

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
