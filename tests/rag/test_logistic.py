"""A logistic model over named features, told by hand."""

import json
import math

import numpy as np
import pytest

from rag.logistic import Logistic

FILE = {
    "features": ["near", "new"],
    "means": [1.0, 10.0],
    "deviations": [2.0, 5.0],
    "coefficients": [3.0, -1.0],
    "intercept": 0.5,
}


def test_features_are_standardised_weighed_and_summed():
    model = Logistic.read(json.dumps(FILE), ("near", "new"))
    rows = np.array([[1.0, 10.0], [3.0, 10.0], [1.0, 15.0], [5.0, 0.0]])
    assert model.log_odds(rows).tolist() == [0.5, 3.5, -0.5, 0.5 + 6.0 + 2.0]
    assert model.probabilities(rows).tolist() == pytest.approx(
        [1 / (1 + math.exp(-x)) for x in (0.5, 3.5, -0.5, 8.5)]
    )


def test_a_value_that_is_not_known_counts_as_the_mean():
    model = Logistic.read(json.dumps(FILE), ("near", "new"))
    known = [[float(model.means[0]), 15.0]]
    assert model.log_odds(np.array([[np.nan, 15.0]])) == model.log_odds(np.array(known))


def test_no_rows_give_no_values():
    model = Logistic.read(json.dumps(FILE), ("near", "new"))
    assert model.log_odds(np.empty((0, 2))).tolist() == []


def test_a_probability_stays_one_where_the_sum_runs_away():
    model = Logistic.read(json.dumps(FILE), ("near", "new"))
    found = model.probabilities(np.array([[1e9, 0.0], [-1e9, 0.0]]))
    assert found[0] == pytest.approx(1.0)
    assert found[1] == pytest.approx(0.0)
    assert np.isfinite(found).all()


@pytest.mark.parametrize("features", [("new", "near"), ("near",), ("near", "new", "more")])
def test_a_model_of_other_features_is_refused(features):
    with pytest.raises(ValueError, match=r"the model was fitted for \['near', 'new'\], not \['ne"):
        Logistic.read(json.dumps(FILE), features)
