"""Figures from samples, against figures worked out by hand."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from rag.evaluation.statistics import (
    calibration_error,
    each,
    estimate,
    least_risk_area,
    mean,
    quantile,
    ratio,
    reliability,
    risk_area,
    risk_coverage,
)

# Confidence and outcome of some questions.
SHARE = st.floats(0, 1, allow_nan=False)
PAIRS = st.lists(st.tuples(SHARE, st.sampled_from([0.0, 1.0])), min_size=1, max_size=30)
ROWS = PAIRS.map(lambda pairs: np.array(pairs))
STATISTICS = [ratio, mean, quantile(0.5), each(calibration_error), each(risk_area)]


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
    # Confidences that are exactly right: no resample is, and all of their errors are greater.
    found = rows(*[(n / 4, k < n) for n in (1, 2, 3) for k in range(4)] * 10)
    error = estimate(found, each(calibration_error), 120)
    assert (error.value, error.low) == (0.0, 0.0)
    assert error.high > 0.05


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
    for statistic in STATISTICS[:3]:
        together = statistic(samples)
        apart = [statistic(sample[np.newaxis])[0] for sample in samples]
        np.testing.assert_array_almost_equal(together, apart)


# calibration


def test_calibration_error_by_hand():
    # In [0.1, 0.2): mean confidence 0.15, none true; in [0.9, 1]: 0.95, one of two true.
    found = rows((0.1, 0), (0.2 - 1e-6, 0), (0.9, 1), (1.0, 0))
    assert calibration_error(found) == pytest.approx(0.5 * 0.15 + 0.5 * 0.45, abs=1e-6)
    low, high = reliability(found)
    assert (low.low, low.high, low.count, low.true) == (0.1, 0.2, 2, 0.0)
    assert (high.low, high.high, high.count, high.true) == (0.9, 1.0, 2, 0.5)
    assert high.confidence == pytest.approx(0.95)


def test_confidence_that_means_what_it_says_has_no_error():
    assert calibration_error(rows((0.5, 1), (0.5, 0), (1, 1), (0, 0))) == 0.0


def test_nothing_has_no_calibration_and_no_area():
    assert math.isnan(calibration_error(np.empty((0, 2))))
    assert math.isnan(risk_area(np.empty((0, 2))))


@given(ROWS)
def test_bins_hold_every_question_and_say_the_same_as_the_error(found):
    bins = reliability(found)
    assert sum(b.count for b in bins) == len(found)
    assert [b.low for b in bins] == sorted({b.low for b in bins})
    assert all(b.low - 1e-9 <= b.confidence <= b.high + 1e-9 for b in bins)
    error = sum(b.count * abs(b.confidence - b.true) for b in bins) / len(found)
    assert calibration_error(found) == pytest.approx(error)
    assert 0 <= error <= 1


# risk and coverage


def test_the_curve_by_hand():
    found = rows((0.9, 0), (0.5, 1), (0.5, 0), (0.1, 1))
    points = [(p.threshold, p.coverage, p.risk) for p in risk_coverage(found)]
    assert points == [(0.9, 0.25, 0.0), (0.5, 0.75, 1 / 3), (0.1, 1.0, 0.5)]
    # Of the two at 0.5 either may come first: half an error each.
    assert risk_area(found) == pytest.approx((0 + 0.5 / 2 + 1 / 3 + 2 / 4) / 4)
    assert least_risk_area(found) == pytest.approx((0 + 0 + 1 / 3 + 2 / 4) / 4)


def test_confidences_that_differ_by_rounding_are_one():
    (point,) = risk_coverage(rows((0.1 + 0.2, 1), (0.3, 0)))
    assert (point.coverage, point.risk) == (1.0, 0.5)


@given(ROWS)
def test_areas_lie_between_the_best_order_and_all_wrong(found):
    least, area = least_risk_area(found), risk_area(found)
    assert -1e-9 <= least <= area + 1e-9 <= 1 + 2e-9
    points = risk_coverage(found)
    assert points[-1].coverage == 1.0
    assert points[-1].risk == pytest.approx(found[:, 1].mean())
    assert [p.threshold for p in points] == sorted({p.threshold for p in points}, reverse=True)
