"""Figures from samples, against figures worked out by hand."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from rag.evaluation import estimate, quantile, ratio

# Parts and wholes of some questions.
SHARE = st.floats(0, 1, allow_nan=False)
PAIRS = st.lists(st.tuples(SHARE, st.sampled_from([0.0, 1.0])), min_size=1, max_size=30)
ROWS = PAIRS.map(lambda pairs: np.array(pairs))
STATISTICS = [ratio, quantile(0.5)]


def rows(*pairs):
    return np.array(pairs, dtype=float)


# estimates


def test_a_ratio_is_of_sums_and_not_of_questions():
    found = estimate(rows((1, 1), (0, 3)), ratio, 4)
    assert (found.value, found.count) == (0.25, 4)
    assert (found.low, found.high) == (0.0, 1.0)


def test_what_cannot_be_measured_is_not_a_number_and_null_in_json():
    for found in (estimate(rows((0, 0)), ratio, 0), estimate(np.empty((0, 2)), ratio, 0)):
        assert math.isnan(found.value)
        assert found.as_json() == {"value": None, "low": None, "high": None, "count": 0}


def test_an_interval_is_that_of_the_binomial():
    # 50 of 100: the 2.5 % and 97.5 % quantiles of a binomial are 40 and 60.
    found = estimate(rows(*[(1, 1)] * 50, *[(0, 1)] * 50), ratio, 100)
    assert found.value == 0.5
    assert found.low == pytest.approx(0.40, abs=0.015)
    assert found.high == pytest.approx(0.60, abs=0.015)


def test_resamples_without_a_denominator_are_left_out():
    found = estimate(rows((1, 2), (0, 0), (0, 0)), ratio, 2)
    assert (found.value, found.low, found.high) == (0.5, 0.5, 0.5)


def test_an_interval_holds_the_value_of_a_biased_statistic():
    found = estimate([0.0] * 99 + [1.0], quantile(1), 100)
    assert (found.value, found.low, found.high) == (1.0, 0.0, 1.0)


@settings(deadline=None, max_examples=20)
@given(ROWS, st.randoms(use_true_random=False))
def test_estimates_do_not_depend_on_the_order_and_intervals_hold_them(found, random):
    order = list(range(len(found)))
    random.shuffle(order)
    for statistic in STATISTICS:
        first, again = (estimate(r, statistic, 0) for r in (found, found[order]))
        assert str(first) == str(again)
        assert math.isnan(first.value) or first.low <= first.value <= first.high


@given(arrays.arrays(np.float64, (5, 4, 2), elements=st.integers(0, 9).map(float)))
def test_statistics_treat_samples_apart(samples):
    for statistic in STATISTICS:
        together = statistic(samples)
        apart = [statistic(sample[np.newaxis])[0] for sample in samples]
        np.testing.assert_array_almost_equal(together, apart)
