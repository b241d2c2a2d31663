"""Whether the corpus answers at all, and whether what a question takes as given is so."""

import math
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.article import Article
from rag.reading.retriever_reader import (
    CEILING,
    EVIDENCE,
    FLOOR,
    LEVEL,
    confidence,
    mismatches,
    reason,
)
from tests.rag.builders import evidence, stored

RAIN = stored("Rain fell.")


def test_no_evidence_gives_no_confidence():
    assert confidence([]) == 0.0


def test_confidence_weighs_the_best_sentence():
    found = [evidence(RAIN, 0, 0.7), evidence(RAIN, 0, 0.2)]
    assert confidence(found) == pytest.approx(1 / (1 + math.exp(-(EVIDENCE * 0.7 + LEVEL))))


def test_surer_evidence_is_never_less_confidence():
    given = [confidence([evidence(RAIN, 0, odds)]) for odds in (-9.0, -3.0, 0.0, 3.0, 9.0)]
    assert given == sorted(given)
    assert given[0] < given[-1]


def test_certainty_stays_finite():
    assert confidence([evidence(RAIN, 0, 1e9)]) == confidence([evidence(RAIN, 0, CEILING)])
    assert confidence([evidence(RAIN, 0, -1e9)]) == confidence([evidence(RAIN, 0, FLOOR)])


def test_what_is_not_true_of_the_article_takes_confidence_away():
    given = [confidence([evidence(RAIN, 0, 3.0)], untrue=n) for n in (0, 1, 2, 4)]
    assert given == sorted(given, reverse=True)
    assert len(set(given)) == 4


TEXT = (
    "Commissioner Ines Tembo of Uganda's rail board told the European Union on 4 March that the"
    " Kampala line would cost $412 million and open in 1987. Volodymyr Zelenskyy and British"
    " ministers welcomed it. Thirty engineers from Berlin start on Monday."
)
ARTICLE = Article(
    text=TEXT,
    uri="a.txt",
    key="a",
    title="Kampala line",
    publisher="The Lantern Gazette",
    published=date(1986, 3, 6),
)


def said(question, typed=""):
    return [(found.kind, found.said) for found in mismatches(question, ARTICLE, typed)]


@pytest.mark.parametrize(
    "question",
    [
        "What did Tembo say about the Kampala line?",
        "How much would the line cost in Uganda?",
        "When did the Ugandan line open?",
        "What did the EU hear in March 1986?",
        "What did Zelensky welcome?",
        "What did the UK say?",
        "How many Germans start on Monday?",
        "what does the Lantern Gazette say about 30 engineers",
        "Who will pay the 412 million dollars?",
        "Does it open in 1987?",
        "What happened on 4 March?",
        "Who called it “a line to Nairobi”?",
        "why does it cost so much",
    ],
)
def test_what_the_article_or_its_day_holds_is_true(question):
    assert said(question) == []


@pytest.mark.parametrize(
    ("question", "wrong"),
    [
        ("Does the line open in 1984?", [("date", "1984")]),
        ("Where in Tanzania does the line run?", [("name", "Tanzania")]),
        ("What did Amina Okello say about the Kampala line?", [("name", "Amina Okello")]),
        ("Why do 45 engineers start?", [("number", "45")]),
        ("What happened on 7 June?", [("date", "7 June")]),
        ("What did the French say in Geneva?", [("name", "French"), ("name", "Geneva")]),
    ],
)
def test_what_neither_holds_is_told(question, wrong):
    assert said(question) == wrong


def test_what_the_article_says_instead_is_told():
    (year,) = mismatches("Does the line open in 1984?", ARTICLE)
    assert reason(year) == "the articles speak of 1987, not of 1984"
    (place,) = mismatches("Where in Tanzania does the line run?", ARTICLE)
    assert reason(place) == "the articles found do not speak of Tanzania"


def test_short_names_of_a_question_typed_without_capitals_are_not_judged():
    assert said("how many Pows were freed", "how many pows were freed") == []
    assert said("what did Merkel say", "what did merkel say") == [("name", "Merkel")]


@settings(deadline=None, max_examples=200)
@given(st.lists(st.sampled_from(TEXT.split()), min_size=1, max_size=8))
def test_a_question_in_the_words_of_the_article_states_nothing_false(words):
    asked = " ".join(word.strip(".,") for word in words)
    names = [found for found in mismatches(asked, ARTICLE) if found.kind == "name"]
    assert names == []
