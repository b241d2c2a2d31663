"""Where accounts differ."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from rag.reading.reader import default_reader
from rag.requests.conflicts import differ

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
