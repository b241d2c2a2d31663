"""The row under an answer: what can be done with it."""

from __future__ import annotations

import re
from dataclasses import replace

from tests.ui.fake_corpus import FakeCorpus
from ui.page.chat import Turn, acts_html, messages, respond, stop
from ui.templating import static


def last(question):
    return list(respond(FakeCorpus(), question))[-1]


def done(turns, **options):
    """What can be done with each answer, the actions of each in order."""
    shown = [each["content"] for each in messages(turns, **options) if each["role"] == "assistant"]
    return [" ".join(re.findall(r'class="acts of&#45;\d ([\w ]*)"', each)) for each in shown]


def test_only_what_can_be_done_is_offered():
    assert done([]) == []
    assert done(last("what next?")) == ["copy retry edit"]
    [turn] = last("what next?")
    assert done([replace(turn, kept=7)]) == ["copy save judge retry edit"]
    assert done(last("last week")) == ["copy retry edit wide"]
    assert done(last("break")) == ["retry edit"]
    growing = next(respond(FakeCorpus(), "break later"))
    assert done(growing) == [""]
    assert done(stop(growing)) == ["retry edit"]
    asked = replace(turn, answer=replace(turn.answer, heading="Timeline: x."))
    assert done([asked]) == ["copy retry edit plain"]


def test_earlier_answers_can_be_copied_judged_and_asked_otherwise_and_what_failed_cannot():
    [turn] = last("what next?")
    [failed] = last("break")
    kept = replace(turn, kept=7, liked=False)
    assert done([turn, failed, kept, turn]) == [
        "copy edit",
        "",
        "copy judge disliked edit",
        "copy retry edit",
    ]


def test_an_alert_is_offered_for_a_question_with_what_was_searched():
    [turn] = last("what <next>?")
    assert done([turn], alerts=True) == ["copy alert retry edit"]
    assert ">what &#60;next&#62;&#63; Kremlin</div>" in acts_html(0, turn)
    brief = replace(turn, answer=replace(turn.answer, kind="brief"))
    assert done([brief], alerts=True) == ["copy retry edit"]


def test_the_script_knows_everything_that_can_be_done():
    known = {*re.findall(r"^  (\w+): .*button\(", static("actions.js"), re.MULTILINE)}
    [turn] = last("what next?")
    answer = replace(turn.answer, heading="Timeline: x.")
    [all_] = done([replace(turn, answer=answer, kept=7, confined=True)], alerts=True)
    assert known == {*all_.split()}
    assert acts_html(0, Turn("", "", "")) == ""
