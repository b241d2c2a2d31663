"""The table of a corpus: what each row says, and how rows are found and sorted."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rag.builders import article, corpus_of
from ui.library.listing import COLUMNS, Row, ordered, rows

RAIN = "Rain fell on the harbour all night and the sirens sounded at ten o'clock in Ropewalk. " * 5


def row(title="t", publisher="", published=None, **fields):
    day = date.fromisoformat(published) if published else None
    values = {"id": "0", "uri": "u", "revision": 1, "copies": 0, "characters": 10}
    return Row(title=title, publisher=publisher, published=day, **(values | fields))


@pytest.fixture
def corpus(tmp_path, fake):
    made, builder = corpus_of(
        tmp_path / "index",
        fake,
        {
            "old.txt": {"text": RAIN, "publisher": "The Post", "published": "2026-01-31"},
            "copy.txt": {"text": RAIN, "publisher": "Wire", "published": "2026-03-01"},
            "none.txt": {"text": "Snow fell on Corran.", "title": "Snow"},
        },
    )
    builder.put([article("none.txt", {"text": "Snow fell on Corran twice.", "title": "Snow"})])
    return made


def test_a_row_says_what_the_article_is(corpus):
    found = rows(corpus.articles())
    assert [(r.uri, r.title, r.publisher, r.copies, r.revision, r.characters) for r in found] == [
        ("copy.txt", f"{RAIN[:64]} …", "Wire", 1, 1, len(RAIN)),
        ("none.txt", "Snow", "", 0, 2, 26),
        ("old.txt", f"{RAIN[:64]} …", "The Post", 1, 1, len(RAIN)),
    ]
    assert [r.id for r in found] == [a.id for a in corpus.articles()]


def test_an_article_without_a_headline_is_called_by_its_first_words(tmp_path, fake):
    corpus, _ = corpus_of(
        tmp_path / "index",
        fake,
        {"a.txt": "Hail.\n\nIt hit Paris.", "b.txt": "水" * 300},
    )
    assert [r.title for r in rows(corpus.articles())] == ["Hail. It hit Paris.", f"{'水' * 70} …"]


def test_what_a_column_does_not_know_comes_last_either_way():
    found = [row("b", "Post", "2026-01-01"), row("a", "", None), row("C", "wire", "2026-02-01")]
    assert [r.title for r in ordered(found)] == ["C", "b", "a"]
    assert [r.title for r in ordered(found, descending=False)] == ["b", "C", "a"]
    assert [r.title for r in ordered(found, "title", descending=False)] == ["a", "b", "C"]
    assert [r.title for r in ordered(found, "publisher")] == ["C", "b", "a"]


ROWS = st.builds(
    row,
    title=st.text(max_size=3),
    publisher=st.sampled_from(["", "Post", "post", "Wire"]),
    published=st.none() | st.dates().map(date.isoformat),
    uri=st.text(max_size=3),
    revision=st.integers(1, 3),
    copies=st.integers(0, 2),
    characters=st.integers(0, 9),
)


@settings(deadline=None)
@given(st.lists(ROWS), st.sampled_from(COLUMNS), st.booleans(), st.randoms())
def test_sorting_loses_no_row_and_does_not_depend_on_the_order_before(
    found, column, descending, chance
):
    once = ordered(found, column, descending=descending)
    assert sorted(map(repr, once)) == sorted(map(repr, found))
    mixed = [*found]
    chance.shuffle(mixed)
    again = ordered(mixed, column, descending=descending)
    shown = [(getattr(r, column), r.published, r.uri) for r in once]
    assert [(getattr(r, column), r.published, r.uri) for r in again] == shown
