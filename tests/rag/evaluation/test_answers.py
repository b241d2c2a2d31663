"""The measures of answers, against figures worked out by hand."""

import json
import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.evaluation import SHARES, evaluate
from rag.types import Short
from tests.rag.evaluation.judgements import answer, asked, judged, unanswerable

RAIN = ("Rain fell on it.", "a")

# Eight questions with every outcome.
JUDGED = [
    judged(asked("good", kind="who"), answer(RAIN, confidence=0.9), milliseconds=10),
    judged(
        asked("half", docs=("a", "b"), facts=(("rain fell",), ("snow",)), kind="who"),
        answer(RAIN, ("Hail.", "x"), confidence=0.8),
        verbatim=[True, False],
        milliseconds=20,
    ),
    judged(asked("wrong first", kind="why"), answer(("Rain fell.", "x"), RAIN, confidence=0.7)),
    judged(asked("kept back"), candidate=answer(RAIN, confidence=0.3)),
    judged(asked("lost", history=({"role": "user", "content": "?"},))),
    judged(unanswerable("no 1")),
    judged(unanswerable("no 2"), candidate=answer(RAIN, confidence=0.2)),
    judged(unanswerable("no 3"), answer(RAIN, confidence=0.95), milliseconds=90),
]


def test_every_share_by_hand():
    found = evaluate(JUDGED, 0.35).measures
    short = ("short_exact", "short_f1", "request_recall", "request_precision")
    assert all(math.isnan(found[name].value) and not found[name].count for name in short)
    named = [name for name in SHARES if name not in short]
    assert {name: (found[name].value, found[name].count) for name in named} == {
        "complete_answers": (pytest.approx(1 / 5), 5),
        "fact_recall": (pytest.approx(3 / 6), 6),
        "citation_precision": (pytest.approx(3 / 5), 5),
        "citation_recall": (pytest.approx(3 / 6), 6),
        "first_citation_right": (pytest.approx(2 / 3), 3),
        "verbatim_rate": (pytest.approx(5 / 6), 6),
        "supported_claims": (1.0, 6),
        "may_answer": (0.0, 4),
        "wrong_refusal_rate": (pytest.approx(2 / 5), 5),
        "false_answer_rate": (pytest.approx(1 / 3), 3),
        "refusal_precision": (pytest.approx(2 / 4), 4),
        "refusal_recall": (pytest.approx(2 / 3), 3),
    }


def shortly(words, **fields):
    """A judgement of a question with two expected short answers, answered by these words."""
    given = answer(RAIN, confidence=0.45)
    shorts = [Short(text=each, citation=1, start=0, end=len(each)) for each in words]
    return judged(asked(short=("28 April", "Tuesday"), **fields), replace(given, shorts=(*shorts,)))


def test_short_answers_by_hand():
    judgements = [
        shortly(["tuesday."]),
        shortly(["on 28 April", "Tuesday"]),
        shortly(["Ann"]),
        shortly([]),
        judged(asked(short=("Tuesday",))),
        judged(asked(), answer(RAIN)),
        shortly(["Tuesday"], answerable=False),
    ]
    found = evaluate(judgements, 0.35)
    measures = found.measures
    assert (measures["short_exact"].value, measures["short_exact"].count) == (1 / 5, 5)
    assert measures["short_f1"].value == pytest.approx((1 + 4 / 5) / 5)
    assert (measures["may_answer"].value, measures["may_answer"].count) == (5 / 6, 6)
    first, *_, last = found.as_json()["results"]
    assert (first["short"], first["expected_short"]) == ("tuesday.", ["28 April", "Tuesday"])
    assert (first["may_answer"], last["short"]) == (True, "Tuesday")


def test_times_by_hand():
    found = evaluate(JUDGED, 0.35).measures
    assert found["latency_p50_ms"].value == 10.0
    assert found["latency_p95_ms"].value == pytest.approx(20 + 0.65 * 70)


def test_confidence_is_judged_where_a_refusal_hides_the_answer_too():
    found = evaluate(JUDGED, 0.35)
    confidence = sorted((each.candidate.confidence for each in JUDGED), reverse=True)
    assert confidence == [0.95, 0.9, 0.8, 0.7, 0.3, 0.2, 0.1, 0.1]
    # Right are the second and the fifth of these.
    given = {each.threshold: (each.answered, each.wrong) for each in found.thresholds}
    assert given == {
        0.0: (8, 6),
        0.1: (8, 6),
        **{0.2: (6, 4), 0.3: (5, 3), 0.35: (4, 3), 0.4: (4, 3), 0.5: (4, 3), 0.6: (4, 3)},
        **{0.7: (4, 3), 0.8: (3, 2), 0.9: (2, 1)},
    }


def test_kinds_are_measured_on_their_own():
    found = evaluate(JUDGED, 0.35)
    assert [(kind, group.questions) for kind, group in found.kinds.items()] == [
        ("who", 2),
        ("why", 1),
    ]
    assert found.kinds["who"].measures["complete_answers"].value == 0.5
    assert math.isnan(found.kinds["who"].measures["refusal_recall"].value)


def test_the_worst_comes_first():
    surer = judged(unanswerable("no 4"), answer(RAIN, confidence=0.99))
    unquoted = judged(asked("unquoted"), answer(RAIN), verbatim=[False])
    names = [each.question.id for each in evaluate([*JUDGED, surer, unquoted], 0.35).failures]
    assert names == ["no 4", "no 3", "kept back", "lost", "half", "wrong first", "unquoted"]


def test_a_claim_that_was_not_checked_is_not_counted():
    given = answer(RAIN, RAIN, RAIN)
    marks = ("supported", "unsupported", "unchecked")
    claims = tuple(replace(c, status=mark) for c, mark in zip(given.claims, marks, strict=True))
    measures = evaluate([judged(asked(), replace(given, claims=claims))], 0.35).measures
    assert (measures["supported_claims"].value, measures["supported_claims"].count) == (0.5, 2)


def test_json_holds_all_of_it_and_no_value_that_json_lacks():
    value = evaluate(JUDGED, 0.35).as_json()
    json.dumps(value, allow_nan=False)
    assert (value["threshold"], value["questions"], value["answerable"]) == (0.35, 8, 5)
    assert sum(value["outcomes"].values()) == 8
    assert list(value) == [
        *("threshold", "questions", "answerable", "outcomes", "measures", "kinds", "thresholds"),
        "results",
    ]
    half = value["results"][1]
    assert half["missing"] == [["snow"]]
    assert half["cited"] == ["a", "x"]
    assert half["not_verbatim"] == [{"key": "x", "start": 0, "end": 5}]


def test_a_set_of_refusals_alone_has_no_complete_answers():
    found = evaluate([judged(unanswerable())], 0.35)
    json.dumps(found.as_json(), allow_nan=False)
    assert math.isnan(found.measures["complete_answers"].value)
    assert found.measures["refusal_recall"].value == 1.0
    assert found.failures == []


@settings(deadline=None, max_examples=20)
@given(st.lists(st.sampled_from(JUDGED), min_size=1, max_size=12), st.randoms())
def test_measures_are_shares_and_do_not_depend_on_the_order(judgements, random):
    shuffled = random.sample(judgements, len(judgements))
    first, again = (evaluate(each, 0.35).measures for each in (judgements, shuffled))
    assert str(first) == str(again)
    for name in SHARES:
        found = first[name]
        assert math.isnan(found.value) or 0 <= found.low <= found.value <= found.high <= 1 + 1e-9
    both = first["false_answer_rate"].value + first["refusal_recall"].value
    assert math.isnan(both) or both == pytest.approx(1)


def test_replies_to_requests_by_hand():
    wanted = {"items": ["Bern", ["Oslo", "Kristiania"], "Rome"]}
    listed = asked("list", docs=(), facts=(), wanted=wanted)
    told = asked(
        "day", docs=(), facts=(), wanted={"events": [{"day": "spring", "words": ["rain"]}]}
    )
    found = evaluate(
        [
            judged(listed, answer(("Rain in Bern", "a"), ("Snow in Kristiania", "b"))),
            judged(told, answer(("Rain fell", "a"), ("Snow fell", "a"))),
        ],
        0.35,
    )
    measured = found.measures["request_recall"], found.measures["request_precision"]
    assert [(m.value, m.count) for m in measured] == [(0.75, 4), (0.5, 2)]
    assert [given.outcome for given in found.judgements] == ["incomplete", "incomplete"]
    whole = judged(listed, answer(("Rain in Bern, Oslo and Rome", "a")))
    assert evaluate([whole], 0.35).judgements[0].outcome == "complete"
