"""An answer that went through JSON is the same answer."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.answer_text import sentence
from rag.types import SURE, Answer, Citation, Claim, Scope, Short
from tests.rag.builders import cited

TEXT = st.text(max_size=20)
DAY = st.none() | st.dates()
SHARE = st.floats(0, 1).map(lambda share: round(share, 4))


@st.composite
def citations(draw, number):
    quote = draw(TEXT)
    return cited(
        number,
        quote,
        title=draw(TEXT),
        publisher=draw(st.none() | TEXT),
        author=draw(st.none() | TEXT),
        published=draw(DAY),
        url=draw(st.none() | TEXT),
        place=draw(st.none() | TEXT),
    )


@st.composite
def answers(draw):
    numbered = tuple(draw(citations(n)) for n in range(1, 1 + draw(st.integers(0, 3))))
    some = st.lists(st.sampled_from(numbered), max_size=3) if numbered else st.just([])
    claims = st.builds(
        Claim,
        text=TEXT,
        status=st.sampled_from(["supported", "unsupported", "unchecked"]),
        support=SHARE,
        citations=some.map(tuple),
        reason=TEXT,
    )
    scopes = st.builds(
        Scope,
        after=DAY,
        before=DAY,
        publisher=st.none() | TEXT,
        because=st.lists(TEXT, min_size=1, max_size=2).map(tuple),
        counted_from=DAY,
        applied=st.booleans(),
    )
    shorts = st.builds(
        Short, text=TEXT, citation=st.integers(1, 3), start=st.integers(0), end=st.integers(0)
    )
    return Answer(
        id=draw(st.none() | st.integers() | TEXT),
        question=draw(TEXT),
        query=draw(TEXT),
        answered=draw(st.booleans()),
        text=draw(TEXT),
        claims=tuple(draw(st.lists(claims, max_size=3))),
        citations=numbered,
        nearest=tuple(draw(citations(n)) for n in range(draw(st.integers(0, 2)))),
        answerer=draw(TEXT),
        kind=draw(st.sampled_from(["fact", "smalltalk"])),
        shorts=tuple(draw(st.lists(shorts, max_size=2))),
        reason=draw(TEXT),
        confidence=draw(SHARE),
        timings={"retrieve_ms": 1.5},
        scope=draw(st.none() | scopes),
        usage={"prompt_tokens": draw(st.integers(0))},
        note=draw(TEXT),
    )


@given(answers())
@settings(deadline=None)
def test_an_answer_comes_back_from_json(answer):
    assert Answer.from_json(json.loads(json.dumps(answer.as_json()))) == answer


def test_a_scope_comes_back_but_for_what_was_not_searched_for():
    scope = Scope(
        date(2025, 5, 12),
        None,
        "The Post",
        because=("last week",),
        aside=("last week",),
        counted_from=date(2025, 5, 18),
    )
    back = Scope.from_json(scope.as_json())
    assert back.aside == ()
    assert back.sentence == scope.sentence


def test_the_first_short_answer_is_the_one_and_only_an_unsure_answer_may_answer():
    first = Short(text="Rain", citation=1, start=0, end=4)
    other = Short(text="fell", citation=1, start=5, end=9)
    answer = Answer(question="q", query="q", answered=True, text="Rain fell.", confidence=0.4)
    value = replace(answer, shorts=(first, other)).as_json()
    assert value["short"] == {"text": "Rain", "citation": 1, "start": 0, "end": 4}
    assert [each["text"] for each in value["shorts"]] == ["Rain", "fell"]
    assert (answer.as_json()["short"], answer.as_json()["shorts"]) == (None, [])
    surer = replace(answer, confidence=SURE)
    refused = replace(answer, answered=False)
    assert [each.as_json()["may_answer"] for each in (answer, surer, refused)] == [
        True,
        False,
        False,
    ]


def test_what_was_kept_before_there_were_short_answers_is_still_read():
    value = Answer(question="q", query="q", answered=True, text="Rain fell.").as_json()
    for name in ("kind", "short", "shorts", "may_answer", "reason"):
        del value[name]
    back = Answer.from_json(value)
    assert (back.kind, back.shorts, back.reason) == ("fact", (), "")


@pytest.mark.parametrize(
    ("words", "said"),
    [("", ""), ("it rained", "It rained."), (" It did. ", "It did."), ("did it?", "Did it?")],
)
def test_words_become_a_sentence(words, said):
    assert sentence(words) == said


@pytest.mark.parametrize(
    "read", [Answer.from_json, Citation.from_json, Scope.from_json, Short.from_json]
)
@pytest.mark.parametrize("given_", [{}, {"citations": None}, None, [], "text"])
def test_what_is_none_is_refused(read, given_):
    with pytest.raises(ValueError, match=r"not an? (short )?(answer|citation|scope) as JSON"):
        read(given_)


def test_a_claim_that_cites_what_is_not_there_is_refused():
    answer = Answer(question="q", query="q", answered=True, text="Rain fell.").as_json()
    claim = {"text": "Rain fell.", "status": "supported", "support": 1, "reason": ""}
    with pytest.raises(ValueError, match="not an answer as JSON"):
        Answer.from_json(answer | {"claims": [claim | {"citations": [1]}]})
