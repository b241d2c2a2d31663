"""Articles over time: every dated one is in one bar, and the chart says in words what it draws."""

from __future__ import annotations

import re
from datetime import date
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ui.library.listing import Row
from ui.library.view import MOST_BARS, OTHERS, UNNAMED, chart, timeline
from ui.templating import render


def row(publisher="", published=None):
    day = date.fromisoformat(published) if published else None
    return Row("0", "u", "t", publisher, day, revision=1, copies=0, characters=1)


def test_months_without_articles_are_bars_too():
    told = timeline(
        [row("Post", "2025-11-30"), row("", "2026-02-01"), row("Post", "2026-02-28"), row()]
    )
    assert (told.kind, told.names, told.undated) == ("month", ("Post", UNNAMED), 1)
    assert [(bar.label, bar.counts) for bar in told.bars] == [
        ("2025-11", (1, 0)),
        ("2025-12", (0, 0)),
        ("2026-01", (0, 0)),
        ("2026-02", (1, 1)),
    ]


@pytest.mark.parametrize(
    ("first", "kind", "count", "labels"),
    [
        ("2020-02-01", "quarter", 28, ["2020 Q1", "2026 Q4"]),
        ("1990-02-01", "year", 37, ["1990", "2026"]),
        ("1955-02-01", "decade", 8, ["1950–1959", "2020–2029"]),
        ("0001-01-01", "century", 21, ["0–99", "2000–2099"]),
    ],
)
def test_a_longer_time_has_longer_bars(first, kind, count, labels):
    told = timeline([row("Post", first), row("Post", "2026-12-31")])
    assert (told.kind, len(told.bars)) == (kind, count)
    assert [told.bars[0].label, told.bars[-1].label] == labels


def test_small_publishers_are_one_part():
    found = [row(f"P{n}", "2026-01-01") for n in range(9) for _ in range(9 - n)]
    told = timeline(found)
    assert told.names == ("P0", "P1", "P2", "P3", "P4", OTHERS)
    assert told.bars[0].counts == (9, 8, 7, 6, 5, 4 + 3 + 2 + 1)


@settings(deadline=None)
@given(st.lists(st.tuples(st.dates(), st.sampled_from("abcdefgh")), min_size=1))
def test_every_dated_article_is_in_one_bar(given_):
    told = timeline([row(name, day.isoformat()) for day, name in given_])
    assert sum(sum(bar.counts) for bar in told.bars) == len(given_)
    assert told.kind == "century" or len(told.bars) <= MOST_BARS


def test_the_chart_says_in_words_what_it_draws():
    told = timeline(
        [row("<b>Post", "2026-01-01"), row("<b>Post", "2026-03-01"), row("W", "2026-03-02")]
    )
    drawn = ElementTree.fromstring(chart(told))
    assert drawn.get("aria-label") == (
        "Articles by month and publisher. 2026-01: <b>Post 1; 2026-03: <b>Post 1, W 1."
    )
    parts = [(r.get("class"), r[0].text) for r in drawn.iter("rect")]
    assert parts == [
        ("part0", "2026-01, <b>Post: 1"),
        ("part0", "2026-03, <b>Post: 1"),
        ("part1", "2026-03, W: 1"),
    ]
    heights = [float(r.get("height")) for r in drawn.iter("rect")]
    assert heights[0] == pytest.approx(heights[2])
    assert re.findall(r'class="(part\d)"', render("legend.html", names=told.names)) == [
        "part0",
        "part1",
    ]


def test_without_days_there_is_no_chart():
    assert chart(timeline([row("Post")])) == chart(timeline([])) == ""
