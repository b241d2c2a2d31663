"""Short answers against expected ones, by hand and by what always holds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.judge import exact, f1


@pytest.mark.parametrize(
    ("expected", "said", "same", "near"),
    [
        ("the Harbour Union", "Harbour union.", 1, 1),
        ("£90 billion", "“90 billion”", 1, 1),
        ("28 April", "on 28 April", 0, 4 / 5),
        ("Lucan Fairweather", "Lucan", 0, 2 / 3),
        ("no no no", "no", 0, 1 / 2),
        ("Theodore an anthem", "theodore anthem", 1, 1),
        ("Monday", "Tuesday", 0, 0),
        ("the", "", 1, 1),
        ("the", "rain", 0, 0),
    ],
)
def test_short_answers_by_hand(expected, said, same, near):
    assert (exact(expected, said), f1(expected, said)) == (same, pytest.approx(near))


TEXT = st.text(alphabet="ab the,.“", max_size=20)


@given(TEXT, TEXT)
def test_both_measures_are_symmetric_and_what_is_exact_is_near(one, other):
    assert exact(one, other) == exact(other, one)
    assert f1(one, other) == f1(other, one)
    assert exact(one, other) <= f1(one, other) <= 1
    assert exact(one, one) == f1(one, one) == 1
