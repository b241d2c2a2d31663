"""Which articles a question confines itself to; and that a wrong guess costs no answer."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.periods import periods
from rag.time_and_source import scope
from rag.types import Filters, Scope
from tests.rag.builders import article, corpus_of

TODAY = date(2025, 5, 20)  # a Tuesday
NEWEST = date(2025, 5, 19)
OLDEST = date(2024, 1, 5)
PUBLISHERS = (
    "The Lantern Gazette",
    "The Halvermouth Courier",
    "The Estuary Post",
    "Evening Post",
    "Northline",
    "TIME",
)
TALKS = date(2025, 5, 16)


def event(words):
    return TALKS if "talks" in words else None


def found(question, *, today=TODAY, newest=NEWEST, publishers=PUBLISHERS):
    return scope(
        question,
        today=today,
        newest=newest,
        oldest=OLDEST,
        publishers=publishers,
        find_event=event,
    )


# The question, the days of publication, and the words that say so.
DATED = [
    ("What happened yesterday?", "2025-05-19", "2025-05-20", "yesterday"),
    ("Who spoke the day before yesterday?", "2025-05-18", "2025-05-19", "the day before yesterday"),
    ("What did the mayor say last week?", "2025-05-12", "2025-05-18", "last week"),
    ("Who resigned this week?", "2025-05-19", "2025-05-20", "this week"),
    ("Who resigned this month?", "2025-05-01", "2025-05-20", "this month"),
    ("What happened last month?", "2025-04-01", "2025-04-30", "last month"),
    ("What did Kyiv win last year?", "2024-01-01", "2025-01-07", "last year"),
    ("What changed in the last ten days?", "2025-05-11", "2025-05-20", "in the last ten days"),
    ("What happened in the past 24 hours?", "2025-05-19", "2025-05-20", "in the past 24 hours"),
    ("Who left over the past two weeks?", "2025-05-07", "2025-05-20", "over the past two weeks"),
    ("Who left during the last year?", "2024-05-21", "2025-05-20", "during the last year"),
    ("What happened three days ago?", "2025-05-17", "2025-05-18", "three days ago"),
    ("Who struck two weeks ago?", "2025-05-03", "2025-05-09", "two weeks ago"),
    ("Who died two months ago?", "2025-03-01", "2025-04-07", "two months ago"),
    ("Who spoke last Friday?", "2025-05-16", "2025-05-17", "last Friday"),
    ("What happened since Monday?", "2025-05-19", None, "since Monday"),
    ("What happened over the weekend?", "2025-05-17", "2025-05-19", "over the weekend"),
    ("Who met before the weekend?", None, "2025-05-16", "before the weekend"),
    ("Who has met since the weekend?", "2025-05-17", None, "since the weekend"),
    ("What did Kyiv propose in February?", "2025-02-01", "2025-03-07", "in February"),
    ("What did Kyiv propose in June?", "2024-06-01", "2024-07-07", "in June"),
    ("What has been said since March?", "2025-03-01", None, "since March"),
    ("Who was elected in May 2024?", "2024-05-01", "2024-06-07", "in May 2024"),
    ("Who may resign in May?", "2025-05-01", "2025-06-07", "in May"),
    ("Who met in early May?", "2025-05-01", "2025-06-07", "in early May"),
    ("WHO MET ON 18 MAY?", "2025-05-18", "2025-05-25", "ON 18 MAY"),
    ("Who met on 18th of May 2025?", "2025-05-18", "2025-05-25", "on 18th of May 2025"),
    ("Who met on May 18, 2025?", "2025-05-18", "2025-05-25", "on May 18, 2025"),
    ("Who met on 2025-05-16?", "2025-05-16", "2025-05-23", "on 2025-05-16"),
    ("Who met on 3 Sept?", "2024-09-03", "2024-09-10", "on 3 Sept"),
    ("Who was elected in 2024?", "2024-01-01", "2025-01-07", "in 2024"),
    ("What was agreed before March 2025?", None, "2025-03-07", "before March 2025"),
    ("What was agreed until March 2025?", None, "2025-04-07", "until March 2025"),
    ("Who left after March 2025?", "2025-04-01", None, "after March 2025"),
    ("Who left after 18 May?", "2025-05-18", None, "after 18 May"),
    ("Who won from 3 to 10 May?", "2025-05-03", "2025-05-17", "from 3 to 10 May"),
    ("Who won from 3–10 May?", "2025-05-03", "2025-05-17", "from 3–10 May"),
    ("Who won from March to May?", "2025-03-01", "2025-06-07", "from March to May"),
    (
        "Who won between March and May 2025?",
        "2025-03-01",
        "2025-06-07",
        "between March and May 2025",
    ),
    (
        "What has changed since the Istanbul talks?",
        "2025-05-16",
        None,
        "since the Istanbul talks",
    ),
    ("Who left before the Istanbul talks?", None, "2025-05-16", "before the Istanbul talks"),
]

# The question, the publisher, and the words that make it the source.
SOURCED = [
    ("According to The Lantern Gazette, who leads?", 0, "According to The Lantern Gazette"),
    ("who leads according to the lantern gazette?", 0, "according to the lantern gazette"),
    ("What did the Gazette report?", 0, "the Gazette"),
    ("Has the Gazette said why?", 0, "the Gazette"),
    ("The Lantern Gazette reported a strike; where?", 0, "The Lantern Gazette"),
    ("Who is blamed in the Courier?", 1, "the Courier"),
    ("How did the Courier's report differ?", 1, "the Courier's"),
    ("Why was it reported by the Courier?", 1, "the Courier"),
    ("Which articles from Northline name Falk?", 4, "Northline"),
    ("What did the Evening Post write?", 3, "the Evening Post"),
    ("Is it in TIME?", 5, "TIME"),
]

# Questions that are about all articles.
UNCONFINED = [
    "Who leads the Harbour Union?",
    "Where do trams run today?",
    "How many died in 1945?",
    "Who will win in 2030?",
    "What happened on 30 February?",
    "What did the May 2025 talks bring?",
    "How much was last year's budget?",
    "Is it worse than last year?",
    "Did rents change from last year to this year?",
    "What happened in the last week of the war?",
    "How many came in March, and how many in April?",
    "May the council resign?",
    "Who will march on the palace?",
    "Who resigned after the barrier failed?",
    "What has happened since the match?",
    "What did the Post report?",
    "What did the Gazette and the Courier report?",
    "Who owns The Lantern Gazette?",
    "Who bought shares in the Gazette?",
    "Who was sacked from the Gazette?",
    "Who sued the Gazette?",
    "What does the Gazette's owner say?",
    "What was the price in the Gazette building?",
    "Was the ferry in time?",
    "What did the paper report?",
]


@pytest.mark.parametrize(("question", "after", "before", "words"), DATED)
def test_days_of_publication(question, after, before, words):
    got = found(question)
    assert (got.after and got.after.isoformat(), got.before and got.before.isoformat()) == (
        after,
        before,
    )
    assert (got.because, got.publisher, got.counted_from) == ((words,), None, None)


@pytest.mark.parametrize(("question", "number", "words"), SOURCED)
def test_the_publisher_that_is_the_source(question, number, words):
    assert found(question) == Scope(publisher=PUBLISHERS[number], because=(words,), aside=(words,))


@pytest.mark.parametrize("question", UNCONFINED)
def test_what_confines_nothing(question):
    assert found(question) == Scope()
    assert not found(question)


def test_a_period_and_a_publisher():
    got = found("What did the Gazette report last week?")
    assert (got.after, got.before) == (date(2025, 5, 12), date(2025, 5, 18))
    assert (got.publisher, got.because) == ("The Lantern Gazette", ("last week", "the Gazette"))
    assert got.sentence == (
        "Only articles of The Lantern Gazette published 12–18 May 2025"
        " (“last week”, “the Gazette”)."
    )


def test_a_beginning_and_an_end_are_one_period():
    got = found("What was said since March 2025 and until 4 April 2025?")
    assert (got.after, got.before) == (date(2025, 3, 1), date(2025, 4, 11))
    assert got.because == ("since March 2025", "until 4 April 2025")
    assert found("What was said since April 2025 or before March 2024?") == Scope()


def test_an_archive_counts_from_its_newest_article():
    got = found("Who resigned last week?", today=date(2026, 11, 22))
    assert (got.after, got.before) == (date(2025, 5, 12), date(2025, 5, 18))
    assert got.sentence == (
        "Only articles published 12–18 May 2025 (“last week”, counted from the newest article,"
        " 19 May 2025)."
    )
    assert found("Who resigned in June?", today=date(2025, 11, 22)).after == date(2024, 6, 1)
    assert found("Who resigned today?", today=date(2026, 11, 22)) == Scope()
    # A date with its year lies where it lies.
    assert found("Who resigned in June 2026?", today=date(2026, 11, 22)) == Scope()


def test_without_dates_or_publishers_there_is_no_scope():
    assert found("What did the Gazette report last week?", newest=None).because == ("the Gazette",)
    assert found("What did the Gazette report last week?", publishers=()).because == ("last week",)


def test_an_event_stays_in_what_is_searched():
    got = found("What has Kyiv said since the Istanbul talks?")
    assert got.without("What has Kyiv said since the Istanbul talks?") == (
        "What has Kyiv said since the Istanbul talks?"
    )
    question = "According to the Gazette, who resigned last week, and why?"
    assert found(question).without(question) == "who resigned, and why?"


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ((date(2025, 5, 18), date(2025, 5, 18)), "Only articles published on 18 May 2025 (“x”)."),
        (
            (date(2025, 4, 28), date(2025, 5, 4)),
            "Only articles published 28 April – 4 May 2025 (“x”).",
        ),
        (
            (date(2024, 12, 30), date(2025, 1, 5)),
            "Only articles published 30 December 2024 – 5 January 2025 (“x”).",
        ),
        ((date(2025, 5, 18), None), "Only articles published since 18 May 2025 (“x”)."),
        ((None, date(2025, 5, 18)), "Only articles published until 18 May 2025 (“x”)."),
    ],
)
def test_a_period_in_words(days, said):
    assert Scope(*days, because=("x",)).sentence == said


def test_a_scope_that_did_not_answer_says_so():
    got = Scope(date(2025, 2, 1), date(2025, 2, 28), because=("in February",), applied=False)
    assert got.sentence == (
        "Nothing published 1–28 February 2025 answers this; all articles were searched."
    )
    got = replace(got, publisher="Northline")
    assert got.sentence == (
        "Nothing of Northline published 1–28 February 2025 answers this; all articles were"
        " searched."
    )


PIECES = st.sampled_from(
    [
        *"what did the Gazette report in since before after until from to last this".split(),
        *"and past ten 24 days hours week month ago yesterday weekend Friday May March".split(),
        *"Feb 18 31 2024 2025-05-18 2025-13-99 0000 9999".split(),
        *"Northline according by talks Istanbul ? , – ' ’s".split(),
    ]
)


@given(
    st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=14).map(" ".join)),
    st.dates(),
    st.dates(),
    st.lists(st.text(max_size=12), max_size=4),
)
def test_whatever_is_asked(question, today, newest, publishers):
    names = (*PUBLISHERS, *publishers)
    got = scope(question, today=today, newest=newest, publishers=names, find_event=event)
    assert all(words and words in question for words in got.because)
    assert set(got.aside) <= set(got.because)
    assert bool(got) is bool(got.after or got.before or got.publisher)
    if got.after and got.before:
        assert got.after <= got.before
    assert got.publisher is None or got.publisher in names
    assert got.sentence.endswith(".")
    json.dumps(got.as_json())
    for period in periods(question, today, OLDEST, newest):
        assert period.words in question


# Asked of a corpus

NEWS = {
    "old.txt": {
        "text": "Rain fell on Kyiv on Friday.",
        "published": "2025-02-01",
        "publisher": "The Star",
    },
    "new.txt": {
        "text": "Rain fell on Kyiv on Monday.",
        "published": "2025-05-13",
        "publisher": "The Post",
    },
    "talks.txt": {
        "text": "Peace talks began in Oslo.",
        "published": "2025-03-01",
        "publisher": "The Post",
    },
    "undated.txt": "Rain fell on Kyiv on Tuesday.",
}


@pytest.fixture
def corpus(tmp_path, fake):
    return corpus_of(tmp_path / "index", fake, NEWS, threshold=0)[0]


def keys(answer):
    return {c.key for c in answer.citations}


def test_only_what_the_question_is_about_is_asked(corpus):
    answer = corpus.ask("Where did rain fall last week?", today=TODAY)
    assert keys(answer) == {"new"}
    assert answer.as_json()["scope"] == {
        "after": "2025-05-12",
        "before": "2025-05-18",
        "publisher": None,
        "because": ["last week"],
        "counted_from": None,
        "applied": True,
    }
    assert answer.query == "Where did rain fall last week?"
    assert keys(corpus.ask("Where did rain fall, according to the Star?")) == {"old"}
    before = corpus.ask("Where did rain fall before the peace talks?")
    after = corpus.ask("Where did rain fall after the peace talks?")
    assert (before.scope.before, after.scope.after) == (date(2025, 3, 1), date(2025, 3, 1))
    assert "new" not in keys(before)
    assert "old" not in keys(after)


@pytest.fixture
def all_said(monkeypatch):
    """Every sentence that answers alike is said, of whichever article."""
    monkeypatch.setattr("rag.reading.evidence.BEHIND", 0.0)
    monkeypatch.setattr("rag.extractive.OTHER_ARTICLE", 0.0)


def test_without_scope_all_articles_are_asked(corpus, all_said):
    answer = corpus.ask("Which rains fell last week?", today=TODAY, scope=False)
    assert answer.scope is None
    assert answer.as_json()["scope"] is None
    assert "undated" in keys(answer)


def test_a_question_that_names_nothing_has_no_scope(corpus):
    assert corpus.ask("Where did rain fall?").scope is None
    assert corpus.ask("Where did rain fall since the great flood of Paris?").scope is None


def test_filters_win_over_what_the_question_says(corpus, all_said):
    dated = Filters(after=date(2025, 1, 1))
    answer = corpus.ask("Where did rain fall last week?", today=TODAY, filters=dated)
    assert answer.scope is None
    assert "old" in keys(answer)
    answer = corpus.ask(
        "Where did rain fall, according to the Star?", filters=Filters(publisher="the post")
    )
    assert (answer.scope, keys(answer)) == (None, {"new"})
    answer = corpus.ask(
        "Where did rain fall in the Star?", today=TODAY, filters=Filters(before=date(2025, 1, 1))
    )
    assert (answer.scope.publisher, answer.scope.after) == ("The Star", None)


def test_a_scope_that_does_not_answer_is_lifted(sample_corpus):
    question = "Who resigned as harbour commissioner, according to the Continental Observer?"
    answer = sample_corpus.ask(question)
    assert answer.answered
    assert "Lucan Fairweather" in answer.text
    assert answer.scope.applied is False
    assert answer.scope.publisher == "The Continental Observer"
    assert answer.citations[0].publisher != "The Continental Observer"


def test_a_month_in_which_it_did_not_happen_is_a_reason_to_refuse(sample_corpus):
    answer = sample_corpus.ask("Who resigned as harbour commissioner in December 2025?")
    assert (answer.answered, answer.scope.applied) == (False, False)
    assert "December 2025" in answer.reason


def test_a_scope_helps_where_the_article_does_not_repeat_the_date(sample_corpus):
    answer = sample_corpus.ask("Who resigned in April 2026?")
    assert answer.scope.applied
    assert "Lucan Fairweather resigned" in answer.text
    assert all(date(2026, 4, 1) <= c.published <= date(2026, 5, 7) for c in answer.citations)


def test_a_follow_up_has_the_scope_of_what_it_leans_on(corpus):
    history = [{"role": "user", "content": "Where did rain fall last week?"}]
    answer = corpus.ask("And when was that?", history=history, today=TODAY)
    assert answer.scope.because == ("last week",)
    assert keys(answer) == {"new"}


def test_the_days_of_a_new_generation_are_seen(tmp_path, fake):
    corpus, builder = corpus_of(tmp_path / "index", fake, NEWS, threshold=0)
    assert corpus.ask("What did the Herald report?").scope is None
    builder.put([article("hail.txt", {"text": "Hail hit Paris.", "publisher": "The Herald"})])
    assert corpus.ask("Where did hail fall, according to the Herald?").scope.publisher == (
        "The Herald"
    )


def test_the_ledger_knows_the_days_and_publishers_of_what_is_current(corpus):
    with corpus._store.reading() as now:
        assert now.ledger.publication() == (
            date(2025, 2, 1),
            date(2025, 5, 13),
            ("The Post", "The Star"),
        )
