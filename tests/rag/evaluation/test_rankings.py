"""Rankings, against figures worked out by hand."""

from math import log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.evaluation import DEPTH, MEASURES, Ranked, evaluate_ranking, rank
from rag.question_files import Line
from tests.rag.builders import corpus_of


def ranked(name, *keys, milliseconds=10.0):
    return Ranked(Line(1, name, f"What of {name}?"), keys, milliseconds)


def test_every_measure_by_hand():
    found = evaluate_ranking(
        [ranked("q1", "x", "a", "y", "b"), ranked("q2", "c", milliseconds=30.0)],
        {"q1": {"a": 1, "b": 1, "z": 1}, "q2": {"c": 2}},
    )
    ideal = 1 + 1 / log2(3) + 1 / log2(4)
    first = {
        "ndcg_at_10": (1 / log2(3) + 1 / log2(5)) / ideal,
        "map": (1 / 2 + 2 / 4) / 3,
        "mrr_at_10": 1 / 2,
        "recall_at_1": 0.0,
        "recall_at_5": 2 / 3,
        "recall_at_10": 2 / 3,
        "recall_at_100": 2 / 3,
    }
    assert list(first) == list(MEASURES)
    assert found.results[0].values == pytest.approx(first)
    assert found.results[1].values == dict.fromkeys(MEASURES, 1.0)
    for name, value in first.items():
        assert found.measures[name].value == pytest.approx((value + 1) / 2)
        assert found.measures[name].count == 2
    assert found.measures["latency_p50_ms"].value == 20.0
    assert found.results[0].ranks == {"a": 2, "b": 4, "z": None}
    assert [result.ranked.query.id for result in found.worst] == ["q1"]


def test_nothing_found_counts_as_nothing():
    found = evaluate_ranking([ranked("q1")], {"q1": {"a": 1}})
    assert found.results[0].values == dict.fromkeys(MEASURES, 0.0)
    assert found.as_json()["results"] == [
        {
            "id": "q1",
            "question": "What of q1?",
            **dict.fromkeys(MEASURES, 0.0),
            "ranks": {"a": None},
            "milliseconds": 10.0,
        }
    ]


def test_places_beyond_ten_count_for_recall_and_map_alone():
    keys = [f"x{n}" for n in range(10)]
    values = evaluate_ranking([ranked("q", *keys, "a")], {"q": {"a": 1}}).results[0].values
    assert values["ndcg_at_10"] == values["mrr_at_10"] == values["recall_at_10"] == 0.0
    assert (values["map"], values["recall_at_100"]) == (pytest.approx(1 / 11), 1.0)


@given(
    st.lists(st.sampled_from("abcdefghijklmn"), unique=True),
    st.sets(st.sampled_from("abcxyz"), min_size=1),
)
def test_measures_lie_between_nothing_and_one_and_recall_grows(keys, relevant):
    wanted = {"q": dict.fromkeys(sorted(relevant), 1)}
    values = evaluate_ranking([ranked("q", *keys)], wanted).results[0].values
    assert all(0 <= value <= 1 + 1e-9 for value in values.values())
    recall = [values[f"recall_at_{k}"] for k in (1, 5, 10, 100)]
    assert recall == sorted(recall)
    assert recall[-1] == pytest.approx(len(relevant & set(keys)) / len(relevant))


def test_queries_are_searched_with_what_was_asked_before(tmp_path, fake):
    articles = {"rain.txt": "Rain fell on Kyiv.", "snow.txt": "Snow lay in Oslo."}
    corpus, _ = corpus_of(tmp_path, fake, articles)
    before = ({"role": "user", "content": "Where did snow lie in Oslo?"},)
    lines = [Line(1, "q1", "Kyiv rain"), Line(2, "q2", "And there?", before), Line(3, "q3", "the")]
    found = list(rank(corpus, lines))
    assert [each.keys[:1] for each in found] == [("rain",), ("snow",), ()]
    assert all(len(each.keys) <= DEPTH for each in found)
