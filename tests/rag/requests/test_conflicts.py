"""Whether two accounts of one thing can both hold."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from rag.reading.reader import default_reader
from rag.requests.accounts import comparable
from rag.requests.conflicts import days_differ, differ
from tests.rag.builders import stored

PAIRS = Path(__file__).parent.parent.parent / "golden" / "conflicts.jsonl"
FLOOR_RECALL, FLOOR_PRECISION = 0.7, 0.9


@pytest.fixture(scope="module")
def told(embedder):
    found = []
    for line in PAIRS.read_text("utf-8").splitlines():
        pair = json.loads(line)
        one, other = pair["a"], pair["b"]
        near = float(np.dot(*embedder.encode_passages([one, other])))
        found.append((pair, differ(one, other, near, default_reader())))
    return found


def test_conflicts_are_found_and_what_only_looks_like_one_is_not(told):
    right = [pair["id"] for pair, why in told if why and pair["conflict"]]
    false = [pair["id"] for pair, why in told if why and not pair["conflict"]]
    missed = [pair["id"] for pair, why in told if not why and pair["conflict"]]
    assert len(right) >= FLOOR_RECALL * (len(right) + len(missed)), missed
    assert len(right) >= FLOOR_PRECISION * (len(right) + len(false)), false


def test_what_differs_is_named_rightly(told):
    wrong = [
        (pair["id"], why) for pair, why in told if why and pair["conflict"] and why != pair["why"]
    ]
    assert wrong == []


def test_what_differs_shares_enough_words_to_be_compared(told):
    for pair, why in told:
        if why:
            places = [(stored(pair[side], pk), 0) for pk, side in ((1, "a"), (2, "b"))]
            assert comparable(places).tolist() == [[False, True], [False, False]], pair["id"]


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        ("The first offer was refused.", "The second offer was accepted.", ""),
        ("At least 20 people were hurt.", "Twenty-three people were hurt.", ""),
        ("The council voted for the plan.", "The council did not vote for the plan.", "polarity"),
        ("Forty people were hurt there.", "Fifty people were hurt there.", "number"),
    ],
)
def test_differ(one, other, why):
    assert differ(one, other, 0.9, default_reader()) == why


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ("About 870 people left their homes.", "640 people left their homes.", "number"),
        ("About 700 people left their homes.", "640 people left their homes.", ""),
        ("Over 600 people left their homes.", "640 people left their homes.", ""),
        ("Over 700 people left their homes.", "640 people left their homes.", "number"),
    ],
)
def test_a_vague_number_is_a_range(one, other, apart):
    assert differ(one, other, 0.9, default_reader()) == apart


def test_the_same_clause_on_another_day_differs():
    one = "The owners met relatives of the dead for the first time on Thursday, 18 September."
    other = "He met relatives of the dead for the first time on {}, and he said nothing."
    days = date(2025, 9, 20), date(2025, 9, 30)
    assert days_differ(one, other.format("19 September"), days)
    assert not days_differ(one, other.format("18 September"), days)
    assert not days_differ(one, "He resigned on 19 September, and he said nothing.", days)
    dateline = "HARROW, Sept 20 (VNA) - Relatives of the dead met the owners for the first time."
    assert not days_differ(one, dateline, days)
