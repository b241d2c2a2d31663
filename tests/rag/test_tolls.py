"""How many were killed, hurt or are missing is told as the newest report of the event has it."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.reading.evidence import gather
from rag.reading.tolls import with_newest
from tests.fakes import FakeReader
from tests.rag.builders import evidence, passage, stored

FIRST = date(2025, 3, 1)
SINKS = (
    "HOLM - The ferry Ada Lund sank off Cape Rook on Friday, killing seven people and leaving four"
    " missing. Two lifeboats picked up 41 survivors. Nine people were hurt."
)
FOUND = "Divers off Cape Rook found two bodies. That brings the dead of the Ada Lund to nine."
CHARGED = "The captain of the Ada Lund was charged over Cape Rook and the death of eleven people."
OTHER = "The tanker Ida Brand sank off Port Ellis in 1987, killing 30 people and hurting nobody."


class Now:
    """A generation of some articles, every one of which a search finds."""

    def __init__(self, *articles):
        self._articles = {article.pk: article for article in articles}
        self.search_index = self.article_words = self

    def search(self, stems, top_k, allowed=None):
        assert {"ada", "lund"} <= stems.keys()
        return [(pk, 1.0) for pk in self._articles if allowed is None or pk in allowed][:top_k]

    def articles(self, pks):
        return {pk: self._articles[pk] for pk in pks}


def reports(*texts):
    return [
        stored(text, number, published=FIRST + timedelta(days=3 * number))
        for number, text in enumerate(texts)
    ]


def told(asked, first, *later, at=0):
    articles = reports(first, *later)
    found = [evidence(articles[0], at, 1.0), *gather(asked, [passage(articles[0])], FakeReader())]
    return with_newest(asked, found, Now(*articles), None), articles


@pytest.mark.parametrize(
    "asked",
    ["how many people died?", "what is the death toll", "how many were killed", "number of dead"],
)
def test_the_newest_count_comes_first_and_the_first_one_behind_it(asked):
    found, articles = told(asked, SINKS, FOUND, CHARGED, OTHER)
    assert (found[0].article, found[0].index, found[0].short) == (articles[2], 0, "eleven")
    assert (found[1].article, found[1].index) == (articles[0], 0)
    assert found[0].log_odds > found[1].log_odds


@pytest.mark.parametrize(
    ("asked", "later", "at"),
    [
        ("how many died?", "Ida Rook lost two who died on the Ada Lund off Cape Rook.", 0),  # fewer
        ("how many died?", OTHER, 0),
        ("how many died?", "Off Cape Rook the Ada Lund had 30 passengers. Some died.", 0),
        ("how many died?", "The Ada Lund sank off Cape Rook. Three per cent, or 3%, died.", 0),
        ("how many lifeboats were there?", CHARGED, 1),
        ("who died?", CHARGED, 0),
        ("how many were hurt?", CHARGED, 2),
    ],
)
def test_what_counts_something_else_does_not_come_first(asked, later, at):
    found, articles = told(asked, SINKS, later, at=at)
    assert (found[0].article, found[0].index) == (articles[0], at)


def test_those_missing_become_fewer():
    later = "Of the Ada Lund's crew two men are missing off Cape Rook."
    found, articles = told("how many are missing?", SINKS, later)
    assert (found[0].article, found[0].short) == (articles[1], "two")


def test_an_earlier_report_and_one_that_may_not_be_used_change_nothing():
    first, later = reports(CHARGED, SINKS.replace("seven", "seventeen"))
    asked, now = "how many died?", Now(first, later)
    found = [evidence(later, 0, 1.0)]
    assert with_newest(asked, found, now, None) == found
    found = [evidence(first, 0, 1.0)]
    assert [e.article for e in with_newest(asked, found, now, None)] == [later, first]

    class Allowed:
        articles = frozenset({first.pk})

    assert with_newest(asked, found, now, Allowed()) == found


@given(st.lists(st.integers(1, 99), min_size=1, max_size=6))
def test_no_count_is_put_before_a_higher_one_or_invented(counts):
    texts = [f"Off Cape Rook the Ada Lund sank, killing {n} people." for n in counts]
    found, articles = told("how many died?", *texts)
    assert found[0].article in articles
    higher = [n for n in counts[1:] if n > counts[0]]
    expected = higher[-1] if higher else counts[0]
    assert f"killing {expected} people" in found[0].text
