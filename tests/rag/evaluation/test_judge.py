"""One answer, held against what is expected of it."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.judge import complete, is_verbatim, judge, stated
from tests.rag.builders import corpus_of
from tests.rag.evaluation.judgements import answer, asked, judged, unanswerable
from tests.rag.fake_model import FakeModel

RAIN = "Rain fell on Kyiv on Friday. Trams stood still for three hours in the whole city."
SNOW = "Snow lay in Oslo on Monday. The harbour froze, and boats stayed at the quay all day."
NEWS = {"rain.txt": RAIN, "snow.txt": {"text": SNOW, "published": "2026-03-02"}}


@pytest.mark.parametrize(
    ("wording", "claim", "found"),
    [
        ("rain fell", "In Kyiv, Rain\n fell.", True),
        ("Lee's", "It was Lee’s dock.", True),
        ('"no"', "She said “no”.", True),
        ("advis", "He let advisers travel.", True),
        ("rain fell", "Rain never fell.", False),
        ("30", "It took 30 days.", True),
        ("30", "It took 130 days.", False),
        ("30", "It took 30,000 men.", False),
        ("30", "It took 1,30 days.", False),
        ("30", "It took 30, and then 31.", True),
        ("30%", "It fell by 30%.", True),
        ("£24", "They borrowed £24m.", True),
        ("£24", "They borrowed £24.5m.", False),
    ],
)
def test_a_fact_is_stated_in_one_of_its_wordings(wording, claim, found):
    question = asked(facts=(("of no use", wording),))
    assert stated(question, answer((claim, "a"))) == (found,)


def test_a_fact_is_stated_in_one_claim_and_not_across_two():
    question = asked(facts=(("rain fell",), ("snow lay",)))
    assert stated(question, answer(("Rain", "a"), ("fell. Snow lay.", "a"))) == (False, True)


@given(
    st.text(min_size=1).filter(str.strip), st.text("x. ", max_size=5), st.text("x. ", max_size=5)
)
def test_what_is_said_word_for_word_is_stated(wording, before, after):
    space = " " if wording[0].isdigit() or wording[-1].isdigit() else ""
    said = f"{before}{space}x {wording} x{space}{after}"
    assert stated(asked(facts=((wording,),)), answer((said, "a"))) == (True,)


def test_complete_is_every_fact_and_an_expected_article_first():
    question = asked(docs=("a", "b"), facts=(("rain",), ("snow",)))
    assert complete(question, answer(("Rain.", "b"), ("Snow.", "x")))
    assert not complete(question, answer(("Rain.", "x"), ("Snow.", "a")))
    assert not complete(question, answer(("Rain.", "a")))
    assert not complete(question, answer())
    assert complete(replace(question, docs=()), answer(("Rain and snow.", "x")))
    assert complete(replace(question, facts=()), answer(("Hail.", "a")))


@pytest.mark.parametrize(
    ("question", "said", "outcome", "failed"),
    [
        (asked(), answer(("Rain fell.", "a")), "complete", False),
        (asked(), answer(("Snow lay.", "a")), "incomplete", True),
        (asked(), answer(), "wrongly refused", True),
        (unanswerable(), answer(), "rightly refused", False),
        (unanswerable(), answer(("Rain fell.", "a")), "wrongly answered", True),
    ],
)
def test_outcomes(question, said, outcome, failed):
    found = judged(question, said)
    assert (found.outcome, found.failed) == (outcome, failed)


def test_a_quote_that_is_not_there_is_a_failure_of_a_complete_answer():
    found = judged(asked(), answer(("Rain fell.", "a")), verbatim=[False])
    assert (found.outcome, found.failed) == ("complete", True)


@pytest.fixture
def corpus(tmp_path, fake):
    """A corpus of rain and snow whose threshold is what a test makes of it."""
    return corpus_of(tmp_path, fake, NEWS, threshold=0.0)[0]


def with_threshold(corpus, threshold):
    corpus.settings = corpus.settings.model_copy(update={"threshold": threshold})
    return corpus


SNOW_ASKED = asked("s", question="When did snow lay in Oslo?", docs=("snow",), facts=(("Monday",),))


def test_a_question_is_asked_and_its_quotes_are_looked_up(corpus):
    (found,) = judge(corpus, [SNOW_ASKED])
    assert (found.outcome, found.problem) == ("complete", "")
    assert found.answer.citations
    assert set(found.verbatim) == {True}
    assert found.candidate is found.answer
    assert found.milliseconds > 0


def test_a_refusal_is_judged_by_what_it_kept_back(corpus):
    (found,) = judge(with_threshold(corpus, 1.0), [SNOW_ASKED])
    assert found.outcome == "wrongly refused"
    assert (found.candidate.answered, found.right) == (True, True)
    assert found.candidate.confidence == found.answer.confidence
    assert corpus.settings.threshold == 1.0


def test_no_language_model_hears_of_what_a_refusal_kept_back(corpus):
    model = corpus.model = FakeModel("Snow lay on Monday [1].")
    (found,) = judge(with_threshold(corpus, 1.0), [SNOW_ASKED])
    assert (found.answer.answered, found.candidate.answered) == (False, True)
    assert found.candidate.answerer == "quotes"
    assert model.prompts == []
    assert corpus.model is model


def test_a_scope_that_was_given_up_is_given_up_for_the_candidate_too(corpus):
    scoped = replace(SNOW_ASKED, question="When did rain fall in March 2026?")
    (found,) = judge(with_threshold(corpus, 1.0), [scoped], date(2026, 4, 1))
    assert found.answer.scope is not None
    assert not found.answer.scope.applied
    assert found.candidate.confidence == found.answer.confidence
    assert found.candidate.citations


def test_a_question_that_cannot_be_asked_counts_as_refused(corpus):
    (found,) = judge(corpus, [asked("x", question="what is it?")])
    assert found.outcome == "wrongly refused"
    assert found.problem.startswith("the question holds only words")
    assert found.candidate is found.answer
    assert not found.right


def test_earlier_turns_are_used(corpus):
    before = ({"role": "user", "content": "Where did snow lay in Oslo?"},)
    (found,) = judge(corpus, [replace(SNOW_ASKED, question="And when?", history=before)])
    assert found.outcome == "complete"


def test_a_quote_is_verbatim_only_where_it_says(corpus):
    citation = corpus.ask("When did snow lay in Oslo?").citations[0]
    assert is_verbatim(corpus, citation)
    assert not is_verbatim(corpus, replace(citation, start=citation.start + 1))
    assert not is_verbatim(corpus, replace(citation, quote=citation.quote.lower()))
    assert not is_verbatim(corpus, replace(citation, quote="", end=citation.start))
    assert not is_verbatim(corpus, replace(citation, article_id="0" * 16))
