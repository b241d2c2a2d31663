"""Whether the corpus answers at all, by features that can be told by hand."""

import json
import math
from importlib.resources import files

import numpy as np
import pytest

from rag import abstain as room
from rag.abstain import FEATURES, LEAD, confidence, default_model, features
from rag.logistic import Logistic
from rag.retrieve import Query
from tests.rag.making import evidence, stored

ONE = {"idf": lambda stem: 1.0}


def told(fake, question, found, **given):
    return dict(zip(FEATURES, features(Query.of(question, fake), found, **(ONE | given)), strict=1))


def test_no_evidence_gives_no_confidence(fake):
    assert confidence(Query.of("Did it rain?", fake), [], **ONE) == 0.0


def test_a_question_without_words_gives_no_confidence(fake):
    found = [evidence(stored("Rain fell."), 0, 9.0)]
    assert confidence(Query.of("What is it?", fake), found, **ONE) == 0.0


def test_confidence_is_the_models_probability(fake):
    found = [evidence(stored("Rain fell."), 0, 0.7)]
    first = np.zeros(len(FEATURES))
    first[0] = 2.0
    model = Logistic(np.zeros(len(FEATURES)), np.ones(len(FEATURES)), first, 0.1)
    given = confidence(Query.of("Did it rain?", fake), found, **ONE, model=model)
    assert given == pytest.approx(1 / (1 + math.exp(-1.5)))
    assert isinstance(given, float)


def test_features_of_the_evidence(fake):
    best, other = stored("Rain fell. Trams stood still.", 1), stored("Snow lay.", 2)
    found = [
        evidence(best, 0, 1.0, cosine=0.3, matches=(0.9, 0.1, 0.2)),
        evidence(other, 0, 0.0, cosine=0.8, matches=(1.0, 1.0, 1.0)),
        evidence(best, 1, -1.0, cosine=0.3, matches=(0.2, 0.4, 0.1)),
        evidence(other, 0, -9.0, cosine=0.1, matches=(1.0, 1.0, 1.0)),
    ]
    values = told(fake, "Did rain fall?", found)
    mean = sum(1 / (1 + math.exp(-x)) for x in (1.0, 0.0, -1.0)) / 3
    assert values["best"] == 1.0
    assert values["three"] == pytest.approx(math.log(mean / (1 - mean)))
    assert values["cosine"] == 0.8
    assert values["article_low"] == pytest.approx(0.2)
    assert values["article_worst"] == pytest.approx(0.2)


def test_less_than_three_sentences_count_as_three(fake):
    values = told(fake, "Did it rain?", [evidence(stored("Rain fell."), 0, 0.0)])
    assert values["three"] == pytest.approx(math.log((1 / 6) / (5 / 6)))


def test_certainty_stays_finite(fake):
    found = [evidence(stored("Rain fell."), 0, 1e9) for _ in range(3)]
    found.append(evidence(stored("Snow lay.", 2), 0, -1e9))
    assert all(math.isfinite(v) for v in told(fake, "Did it rain?", found).values())


def test_the_worst_third_of_the_tokens(fake):
    found = [evidence(stored("Rain fell."), 0, 0.0, matches=(0.6, 0.1, 0.2, 0.9, 0.5, 0.4))]
    values = told(fake, "Did it rain?", found)
    assert values["article_low"] == pytest.approx(0.15)
    assert values["article_worst"] == pytest.approx(0.1)


def test_words_that_the_best_article_lacks_count_by_idf(fake):
    best, other = stored("Rain fell.", 1, title="Kyiv today"), stored("Oslo slept.", 2)
    found = [evidence(best, 0, 1.0), evidence(other, 0, 0.0)]
    weights = {"rain": 1.0, "kyiv": 2.0, "oslo": 5.0}
    values = told(fake, "rain in Kyiv or Oslo", found, idf=weights.get)
    assert values["absent"] == 5 / 8
    assert told(fake, "rain", found, idf=lambda stem: 0.0)["absent"] == 0.0


@pytest.mark.parametrize(
    ("question", "share"),
    [
        ("Did Tembo meet Dunmore in Kyiv?", 1 / 3),
        ("Kremlin rain in Tembo’s Kyiv?", 0.0),
        ("Did Tembo's boats reach O'Hara?", 1 / 2),
        ("did it rain?", 0.0),
        ("Did The Post print it?", 1.0),
        ("DID DUNMORE MEET KREMLIN AIDES?", 0.0),
        ("Whom?", 0.0),
        ("Did the Kyiv-Oslo train run?", 1 / 2),
    ],
)
def test_names_that_the_best_article_lacks(fake, question, share):
    found = [evidence(stored("Rain fell on Kyiv, said Tembo."), 0, 1.0)]
    assert told(fake, question, found)["names_absent"] == pytest.approx(share)


def test_the_lead_is_over_the_next_story_and_not_over_a_copy(fake):
    rain, copy = stored("Rain fell.", 1), stored("Rain fell.", 2, story=1)
    snow = stored("Snow lay. It froze.", 3)
    found = [evidence(rain, 0, 2.0), evidence(copy, 0, 1.5), evidence(snow, 1, 0.5)]
    assert told(fake, "Did it rain?", [*found, evidence(snow, 0, -3.0)])["lead"] == 1.5


def test_a_lead_is_no_more_than_so_much_and_unknown_without_another_story(fake):
    rain, snow = stored("Rain fell.", 1), stored("Snow lay.", 2)
    found = [evidence(rain, 0, 9.0), evidence(snow, 0, -9.0)]
    assert told(fake, "Did it rain?", found)["lead"] == LEAD
    assert math.isnan(told(fake, "Did it rain?", found[:1])["lead"])
    assert 0 < confidence(Query.of("Did it rain?", fake), found[:1], **ONE) < 1


def test_the_model_that_comes_along_was_fitted_for_these_features(monkeypatch):
    text = files("rag").joinpath("abstain.json").read_text(encoding="utf-8")
    assert json.loads(text)["features"] == list(FEATURES)
    assert len(default_model().coefficients) == len(FEATURES)
    monkeypatch.setattr(room, "FEATURES", FEATURES[::-1])
    default_model.cache_clear()
    try:
        with pytest.raises(ValueError, match=r"the model was fitted for \['best', .*\], not \['le"):
            default_model()
    finally:
        default_model.cache_clear()
