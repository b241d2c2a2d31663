"""Which articles the reader chose: words as filters, and what they leave."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from index.errors import OnRecordError
from rag.periods import span
from rag.types import NO_FILTERS, Filters
from tests.ui.fake_corpus import FakeCorpus
from ui.page.filters import in_words, left_by, narrowed, offered

NEWEST = date(2025, 5, 18)  # of the fake corpus


@pytest.mark.parametrize("chosen", [None, {}, "x", [1], {"after": None}, {"publisher": "  "}])
def test_no_choice_is_no_filter(chosen):
    assert narrowed(FakeCorpus(), chosen) == NO_FILTERS
    assert in_words(FakeCorpus(), NO_FILTERS) == ""


@pytest.mark.parametrize(
    ("typed", "first", "last"),
    [
        (" 2025-05-18 ", date(2025, 5, 18), date(2025, 5, 18)),
        ("18 May 2025", date(2025, 5, 18), date(2025, 5, 18)),
        ("May 2025", date(2025, 5, 1), date(2025, 5, 31)),
        ("2025", date(2025, 1, 1), date(2025, 12, 31)),
        # Nothing was published in the week before today: the newest article's day counts.
        ("last  week", date(2025, 5, 5), date(2025, 5, 11)),
    ],
)
def test_a_day_may_be_words(typed, first, last):
    assert narrowed(FakeCorpus(), {"after": typed}) == Filters(first, None, None)
    assert narrowed(FakeCorpus(), {"before": typed}) == Filters(None, last, None)


def test_words_are_counted_from_the_day_that_they_are_typed():
    assert span("yesterday", NEWEST) == (NEWEST - timedelta(1), NEWEST)
    assert span("this month", NEWEST) == (date(2025, 5, 1), NEWEST)


@pytest.mark.parametrize("typed", ["soon", "2025-02-30", "31 June 2025", "9" * 300, "next week"])
def test_a_day_that_is_none_is_left_by(typed):
    with pytest.raises(
        OnRecordError, match="is not a date; write 2025-05-18, May 2025 or last week"
    ):
        narrowed(FakeCorpus(), {"after": typed})
    assert set(left_by(FakeCorpus(), {"before": typed})) == {"problem"}


def test_days_in_the_wrong_order_are_left_by():
    chosen = {"after": "2025-05-02", "before": "2025-05-01"}
    said = "2 May 2025 is after 1 May 2025; exchange the two days."
    assert left_by(FakeCorpus(), chosen) == {"problem": said}


def test_what_a_choice_leaves_is_said_with_a_chip_for_each_field():
    assert left_by(FakeCorpus(), {}) == {"left": "3 of 3 articles", "chips": []}
    chosen = {"publisher": "Wire", "after": "May 2025"}
    assert left_by(FakeCorpus(), chosen) == {
        "left": "1 of 3 articles",
        "chips": [("publisher", "Wire"), ("after", "since 1 May 2025")],
    }
    said = "1 of 3 articles: Wire, since 1 May 2025"
    assert in_words(FakeCorpus(), narrowed(FakeCorpus(), chosen)) == said


def test_publishers_are_offered_with_counts_and_months_newest_first():
    given = offered(FakeCorpus())
    assert ("Wire", 1) in given["publishers"]
    assert given["months"] == ["last week", "last month", "May 2025"]
