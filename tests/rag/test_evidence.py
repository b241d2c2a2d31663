"""Which sentences of the passages answer the question, by features that can be told by hand."""

import json
from importlib.resources import files

import numpy as np
import pytest

from index.words import content_stems, stem
from rag import evidence as room
from rag.evidence import FEATURES, default_model, gather
from rag.logistic import Logistic
from rag.retrieve import Query
from tests.rag.making import evidence, passage, signs, stored

COLUMN = {name: number for number, name in enumerate(FEATURES)}


def model_of(**coefficients):
    """A model that adds up the features named, and looks at no other."""
    count = len(FEATURES)
    weights = np.zeros(count)
    for name, weight in coefficients.items():
        weights[COLUMN[name]] = weight
    return Logistic(np.zeros(count), np.ones(count), weights, 0.0)


def gathered(fake, question, passages, idf=lambda stem: 1.0, **coefficients):
    query = Query.of(question, fake)
    return gather(query, passages, signs(fake, passages), idf, model_of(**coefficients))


def by_index(found, name):
    return {e.index: e.features[COLUMN[name]] for e in found}


def test_nothing_is_found_in_no_passages(fake):
    assert gathered(fake, "Did it rain?", []) == []


def test_headings_and_questions_are_no_evidence(fake):
    text = (
        "## Rain in Kyiv\n\nRain fell on Kyiv. Did rain fall on Kyiv? “Rain on Kyiv?” asked Tembo."
        " “Who knows of rain on Kyiv?”\n\nRain fell again."
    )
    article = stored(text)
    found = gathered(fake, "Did rain fall on Kyiv?", [passage(article)], coverage=1.0)
    assert sorted(e.text for e in found) == [
        "Rain fell again.",
        "Rain fell on Kyiv.",
        "“Rain on Kyiv?” asked Tembo.",
    ]


def test_only_headings_and_questions_give_nothing(fake):
    article = stored("Did rain fall on Kyiv?")
    assert gathered(fake, "rain on Kyiv", [passage(article)], coverage=1.0) == []


def test_most_probable_first_and_ties_in_the_order_of_the_ledger(fake):
    two, one = stored("Snow lay. Rain fell.", 2), stored("Rain came. Hail hit. Rain went.", 1)
    found = gathered(fake, "rain", [passage(two), passage(one)], coverage=2.0)
    assert [(e.article.pk, e.index, e.log_odds) for e in found] == [
        (1, 0, 2.0),
        (1, 2, 2.0),
        (2, 1, 2.0),
        (1, 1, 0.0),
        (2, 0, 0.0),
    ]


def test_a_sentence_of_two_passages_is_judged_once_in_the_better_of_them(fake):
    article = stored("Rain fell. Snow lay. Hail hit.")
    first = passage(article, 7, first=1, last=3, cosine=0.9)
    second = passage(article, 8, first=0, last=2, cosine=0.1)
    found = gathered(fake, "snow", [first, second], coverage=1.0)
    assert [(e.index, e.passage.chunk.pk) for e in found] == [(1, 7), (0, 8), (2, 7)]


def test_coverage_is_the_share_of_the_questions_words_by_idf(fake):
    article = stored("Rain fell on Kyiv. Trams stood. Kyiv slept.", title="Trams of Oslo")
    idf = {stem("rain"): 3.0, stem("Kyiv"): 1.0, stem("Oslo"): 4.0}
    found = gathered(fake, "rain in Kyiv or Oslo", [passage(article)], idf.get, coverage=1.0)
    assert by_index(found, "coverage") == {0: 4 / 8, 1: 0.0, 2: 1 / 8}
    assert by_index(found, "coverage_context") == {0: 8 / 8, 1: 8 / 8, 2: 5 / 8}


def test_words_that_weigh_nothing_cover_nothing(fake):
    found = gathered(fake, "rain", [passage(stored("Rain fell."))], lambda stem: 0.0, late=1.0)
    assert by_index(found, "coverage") == {0: 0.0}


@pytest.mark.parametrize(
    ("question", "kind", "expected"),
    [
        ("When did rain fall?", "time", {0: 1.0, 1: -1.0, 2: -1.0}),
        ("How many boats came?", "number", {0: -1.0, 1: 1.0, 2: -1.0}),
        ("Who shut the gate?", "person", {0: 1.0, 1: -1.0, 2: 1.0}),
        ("Who shut the gate with Tembo on Friday?", "person", {0: -1.0, 1: -1.0, 2: -1.0}),
        ("Where did rain fall?", "time", {0: 0.0, 1: 0.0, 2: 0.0}),
    ],
)
def test_the_kind_of_answer_is_for_a_sentence_or_against_it(fake, question, kind, expected):
    article = stored("Rain fell on Friday. Boats came for 640. The gate was shut by Tembo.")
    assert by_index(gathered(fake, question, [passage(article)]), kind) == expected


def test_the_kind_asked_for_is_that_of_the_question_and_not_of_the_turn_before(fake):
    query = Query.of("When did rain fall? And Tembo?", fake, len("When did rain fall? "))
    found = [passage(stored("Rain fell on Friday."))]
    judged = gather(query, found, signs(fake, found), lambda stem: 1.0, model_of())
    assert by_index(judged, "time") == {0: 0.0}


def test_matches_are_the_nearest_tokens_of_the_sentence_itself(fake):
    article = stored("Rain fell. Snow lay. Hail hit.")
    found = [passage(article)]
    query = Query.of("rain snow", fake)
    kept = signs(fake, found)
    vectors = kept[1].vectors()
    judged = gather(query, found, kept, lambda stem: 1.0, model_of())
    for item in judged:
        own = vectors[2 * item.index : 2 * item.index + 2]
        assert item.matches == pytest.approx((query.tokens @ own.T).max(axis=1).clip(min=0))
    matches = {e.index: e.matches for e in judged}
    assert matches[0][0] > 0.7 > matches[0][1]
    assert matches[1][1] > 0.7 > matches[1][0]
    assert by_index(judged, "late") == pytest.approx({n: m.mean() for n, m in matches.items()})
    assert by_index(judged, "late_low") == pytest.approx({n: m.min() for n, m in matches.items()})
    assert by_index(judged, "late_after") == pytest.approx(
        {
            0: matches[0].mean(),
            1: np.maximum(matches[1], matches[0]).mean(),
            2: np.maximum(matches[2], matches[1]).mean(),
        }
    )


def test_offsets_of_tokens_count_from_the_passages_start(fake):
    article = stored("Kyiv slept at noon. Rain fell. Snow lay. Hail hit.")
    found = gathered(fake, "snow", [passage(article, first=1)], late=1.0)
    assert found[0].text == "Snow lay."
    assert by_index(found, "late")[2] > 0.7


def test_pooled_is_the_cosine_with_the_mean_of_the_tokens(fake):
    article = stored("Rain fell on Kyiv. Snow lay.")
    found = [passage(article)]
    query = Query.of("rain fell", fake)
    kept = signs(fake, found)
    judged = gather(query, found, kept, lambda stem: 1.0, model_of())
    mean = kept[1].vectors()[:4].mean(axis=0)
    expected = mean @ query.encoding.vector / np.linalg.norm(mean)
    assert by_index(judged, "pooled")[0] == pytest.approx(expected, rel=1e-5)


def test_a_probability_is_the_log_odds_squashed():
    article = stored("Rain fell.")
    assert evidence(article, 0, 0.0).probability == 0.5
    assert evidence(article, 0, 1e6).probability == pytest.approx(1.0)
    assert 0 < evidence(article, 0, -1e6).probability < 1e-20


def test_the_model_that_comes_along_was_fitted_for_these_features():
    assert len(default_model().coefficients) == len(FEATURES)
    assert gather.__defaults__ == (None,)


def test_a_model_file_of_other_features_is_refused(monkeypatch):
    text = files("rag").joinpath("evidence.json").read_text(encoding="utf-8")
    assert json.loads(text)["features"] == list(FEATURES)
    monkeypatch.setattr(room, "FEATURES", FEATURES[1:])
    default_model.cache_clear()
    try:
        with pytest.raises(ValueError, match=r"the model was fitted for \['late', .*\], not \["):
            default_model()
    finally:
        default_model.cache_clear()


def test_the_default_model_prefers_the_sentence_that_answers(fake):
    article = stored("Trams stood still. Rain fell on Kyiv on Friday. The gate held.")
    found = [passage(article)]
    query = Query.of("When did rain fall on Kyiv?", fake)
    judged = gather(query, found, signs(fake, found), lambda stem: 1.0)
    assert judged[0].text == "Rain fell on Kyiv on Friday."
    assert content_stems(judged[0].text)[0] == stem("rain")
