"""Whether the corpus answers at all, by signals that can be told by hand."""

import math

import pytest

from rag.abstain import CEILING, FLOOR, LEVEL, SIGNALS, WEIGHTS, confidence, signals
from rag.retrieve import Query
from tests.rag.making import evidence, stored

ONE = {"idf": lambda stem: 1.0}


def told(fake, question, found, **given):
    return dict(
        zip(SIGNALS, signals(Query.of(question, fake), found, **(ONE | given)), strict=True)
    )


def test_no_evidence_gives_no_confidence(fake):
    assert confidence(Query.of("Did it rain?", fake), [], **ONE) == 0.0


def test_a_question_without_words_gives_no_confidence(fake):
    found = [evidence(stored("Rain fell."), 0, 9.0)]
    assert confidence(Query.of("What is it?", fake), found, **ONE) == 0.0


def test_confidence_weighs_the_signals(fake):
    found = [evidence(stored("Rain fell on Oslo."), 0, 0.7, margin=2.0)]
    values = signals(Query.of("Did it rain on Kyiv?", fake), found, **ONE)
    total = sum(w * v for w, v in zip(WEIGHTS, values, strict=True)) + LEVEL
    given = confidence(Query.of("Did it rain on Kyiv?", fake), found, **ONE)
    assert given == pytest.approx(1 / (1 + math.exp(-total)))


def test_surer_evidence_is_never_less_confidence(fake):
    query = Query.of("Did rain fall?", fake)
    given = [
        confidence(query, [evidence(stored("Rain fell."), 0, odds, margin=odds)], **ONE)
        for odds in (-9.0, -3.0, 0.0, 3.0, 9.0)
    ]
    assert given == sorted(given)
    assert given[0] < given[-1]


def test_signals_of_the_evidence(fake):
    best, other = stored("Rain fell. Trams stood still.", 1), stored("Snow lay.", 2)
    found = [evidence(best, 0, 1.0, cosine=0.3), evidence(other, 0, 0.5, cosine=0.8)]
    values = told(fake, "Did rain fall?", found)
    assert (values["log_odds"], values["cosine"]) == (1.0, 0.8)


def test_certainty_stays_finite(fake):
    rain = stored("Rain fell.")
    assert told(fake, "rain", [evidence(rain, 0, 1e9)])["log_odds"] == CEILING
    assert told(fake, "rain", [evidence(rain, 0, -1e9)])["log_odds"] == FLOOR


def test_what_is_not_true_of_the_article_takes_confidence_away(fake):
    query = Query.of("Did rain fall?", fake)
    found = [evidence(stored("Rain fell."), 0, 3.0)]
    given = [confidence(query, found, **ONE, untrue=n) for n in (0, 1, 2, 5)]
    assert given[0] > given[1] > given[2] == given[3]


def test_words_that_are_not_said_where_it_answers_count_by_idf(fake):
    best, other = stored("Rain fell.", 1, title="Kyiv today"), stored("Oslo slept.", 2)
    found = [evidence(best, 0, 1.0), evidence(other, 0, 0.0)]
    weights = {"rain": 1.0, "kyiv": 2.0, "oslo": 5.0}
    assert told(fake, "rain in Kyiv or Oslo", found, idf=weights.get)["unsaid"] == 5 / 8
    assert told(fake, "rain", found, idf=lambda stem: 0.0)["unsaid"] == 0.0


def test_words_said_elsewhere_in_the_article_are_unsaid_where_it_answers(fake):
    article = stored("Rain fell. One. Two. Three. Kyiv slept.")
    assert told(fake, "rain Kyiv", [evidence(article, 0, 1.0)])["unsaid"] == 0.5
