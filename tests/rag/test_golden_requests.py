"""The labelled requests and turns, held to the conventions of their files.

What a label means: "how many people" of a fact that an article states is a fact, "how many
articles" a count; who said a given quotation is a fact, what somebody said a quotation. What two
sides want is compared, what two accounts say of one thing is disagreement. A subject leaves out
publishers and dates: they say where to look. Of quotations it is what was spoken about, of a
comparison what the sides are compared on; the speaker and the sides have fields of their own.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from rag.question_files import records

GOLDEN = Path(__file__).parent.parent / "golden"
KINDS, FOLLOWUPS, UNRELATED = (
    [record.fields for record in records(GOLDEN / f"{name}.jsonl")]
    for name in ("kinds", "followups", "unrelated")
)
OWN_FIELD = {"comparison": {"sides"}, "quotes": {"speaker"}}  # beside those of every kind
NAMES = (
    "fact list count brief timeline comparison disagreement latest quotes search about smalltalk"
).split()


def _turn(fields):
    return (*fields["history"], fields["question"])


def test_every_request_has_the_fields_of_its_kind():
    for fields in KINDS:
        expected = {"request", "kind", "subject", "part"} | OWN_FIELD.get(fields["kind"], set())
        assert set(fields) == expected, fields
        assert fields["kind"] in NAMES, fields
        assert fields["part"] in ("make", "test"), fields


def test_subjects_sides_and_speakers_are_words_of_the_request():
    for fields in KINDS:
        sides = fields.get("sides", [])
        assert len(sides) != 1, fields
        for words in (fields["subject"], fields.get("speaker", ""), *sides):
            assert words in fields["request"], fields
            assert words == words.strip(), fields


def test_twenty_requests_of_each_kind_are_kept_apart():
    apart = Counter(fields["kind"] for fields in KINDS if fields["part"] == "test")
    assert apart == dict.fromkeys(NAMES, 20)


def test_there_are_enough_requests_of_every_kind():
    kinds = Counter(fields["kind"] for fields in KINDS)
    assert len(KINDS) >= 420
    assert kinds["fact"] >= 80
    assert min(kinds.values()) >= 30


def test_half_of_the_pairs_are_follow_ups():
    assert Counter(fields["follow_up"] for fields in FOLLOWUPS) == {True: 50, False: 50}


def test_only_a_follow_up_is_searched_in_other_words():
    for fields in FOLLOWUPS:
        assert set(fields) == {"history", "question", "follow_up", "alone"}, fields
        assert (fields["alone"] != fields["question"]) is fields["follow_up"], fields


def test_sixty_unrelated_turns_follow_twenty_conversations():
    for fields in UNRELATED:
        assert set(fields) == {"history", "question"}, fields
    assert len(UNRELATED) == 60
    assert set(Counter(tuple(fields["history"]) for fields in UNRELATED).values()) == {3}
    assert {len(fields["history"]) for fields in UNRELATED} == {2, 3}


@pytest.mark.parametrize("turns", [FOLLOWUPS, UNRELATED], ids=["followups", "unrelated"])
def test_every_turn_comes_after_one_to_three_questions(turns):
    for fields in turns:
        assert 1 <= len(fields["history"]) <= 3, fields
        assert all(said.strip() for said in _turn(fields)), fields


@pytest.mark.parametrize(
    "asked",
    [
        [fields["request"] for fields in KINDS],
        [" | ".join(_turn(fields)) for fields in FOLLOWUPS],
        [fields["question"] for fields in UNRELATED],
    ],
    ids=["kinds", "followups", "unrelated"],
)
def test_nothing_is_asked_twice(asked):
    times = Counter(" ".join(words.casefold().split()) for words in asked)
    assert [words for words, n in times.items() if n > 1] == []
