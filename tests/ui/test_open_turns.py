"""The turns of open pages: held under their sessions, few of them, and none out of its time."""

from __future__ import annotations

from ui.page.chat import OpenTurns, Turn

ONE, TWO = Turn("one", "1", "1"), Turn("two", "2", "2")


def test_a_page_has_its_own_turns():
    held = OpenTurns(9)
    held.begin("a", [ONE])
    held.begin("b", [TWO])
    assert (held.get("a"), held.get("b"), held.get("c")) == ([ONE], [TWO], None)
    held.drop("a")
    held.drop("c")
    assert (held.get("a"), len(held)) == (None, 1)


def test_an_answer_that_was_stopped_comes_too_late():
    held = OpenTurns(9)
    first = held.begin("a", [])
    held.grow("a", first, [ONE])
    held.begin("a", [TWO])
    held.grow("a", first, [ONE])
    assert held.get("a") == [TWO]


def test_of_too_many_pages_the_one_that_began_longest_ago_is_let_go():
    held = OpenTurns(2)
    run = held.begin("a", [ONE])
    for page in ("b", "a", "c"):
        held.begin(page, [TWO])
    assert (held.get("a"), held.get("b"), held.get("c")) == ([TWO], None, [TWO])
    held.grow("b", run, [ONE])  # an answer that was under way
    assert held.get("b") == [ONE]
