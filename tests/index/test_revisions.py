"""What differs between two texts of an article, and when each was current."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import ledger as ledger_of
from index.article import MOST, Article, Change, changes
from index.build import Builder
from index.engine import open_ledger

FROST = Article(
    uri="a",
    key="a",
    title="Frost",
    text="It froze on Monday. Vines died in 3 villages. Nobody was hurt.",
)


def test_fields_and_sentences_that_changed_are_told():
    later = replace(
        FROST,
        title="Frost kills vines",
        author="Ada Writer",
        text="It froze on Monday. Vines died in 14 villages. Nobody was hurt. Help is on its way.",
    )
    assert changes(FROST, later) == [
        Change("title", "Frost", "Frost kills vines"),
        Change("author", "", "Ada Writer"),
        Change("text", "Vines died in 3 villages.", "Vines died in 14 villages."),
        Change("text", "", "Help is on its way."),
    ]
    assert changes(FROST, FROST) == []


def test_what_is_too_long_to_compare_is_told_as_a_whole():
    long = replace(FROST, text="It rained once more. " * (MOST + 1))
    assert changes(FROST, long) == [Change("text", "3 sentences", f"{MOST + 1} sentences")]


words = st.lists(st.sampled_from(["It froze.", "Vines died.", "It rained."]), max_size=8)


@given(words, words)
def test_a_text_that_differs_has_a_change_and_one_that_does_not_has_none(old, new):
    before, after = (replace(FROST, text=" ".join(each)) for each in (old, new))
    assert bool(changes(before, after)) == (old != new)


def test_each_revision_knows_its_days(tmp_path, fake, monkeypatch):
    days = iter(f"2026-05-0{n}T12:00:00+00:00" for n in range(1, 9))
    monkeypatch.setattr(ledger_of, "_now", lambda: next(days))
    builder = Builder(tmp_path, fake)
    for text in ("It froze.", "It froze.", "It froze hard."):
        builder.add([], [replace(FROST, text=text)])
    builder.add([], [], ["a"])
    ledger = open_ledger(tmp_path)
    with ledger.read():
        found = [
            (
                r.article.revision,
                r.article.current,
                r.article.article.text,
                r.stored.day,
                r.ended.day,
            )
            for r in ledger.history("a")
        ]
    # The second one ended on the third day: storing asks for the day when the first one ends.
    assert [row[:3] for row in found] == [(1, False, "It froze."), (2, False, "It froze hard.")]
    assert found[0][3] < found[0][4] <= found[1][4]
    ledger.close()


@pytest.mark.parametrize("name", ["a", "b"])
def test_what_was_withdrawn_can_be_removed_for_good(tmp_path, fake, name):
    builder = Builder(tmp_path, fake)
    builder.add([], [FROST, replace(FROST, uri="b", key="b", text="Snow lay in Oslo.")])
    builder.add([], [], ["a"])
    assert builder.remove([name]).removed == [name]
    ledger = open_ledger(tmp_path)
    with ledger.read():
        assert ledger.history(name) == []
    ledger.close()
