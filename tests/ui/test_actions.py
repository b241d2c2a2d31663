"""The row under the last answer: what can be done, and what was."""

from __future__ import annotations

import re
from dataclasses import replace

from tests.ui.fake_corpus import FakeCorpus
from ui.page.chat import ACTIONS, Turn, actions_html, acts_html, messages, respond, stop
from ui.templating import static


def last(question):
    return list(respond(FakeCorpus(), question))[-1]


def done(turns, **options):
    return re.findall('data-do="([a-z]*)"', actions_html(turns, **options))


def test_only_what_can_be_done_is_offered():
    assert done([]) == []
    assert done(last("what next?")) == ["copy", "retry", "edit"]
    kept = ["copy", "webpage", "markdown", "good", "bad", "retry", "edit"]
    assert done(last("what next?"), kept=True) == kept
    assert done(last("last week")) == ["copy", "retry", "edit", "wide"]
    assert done(last("break"), kept=True) == ["retry", "edit"]
    growing = next(respond(FakeCorpus(), "break later"))
    assert done(growing, kept=True) == []
    assert done(stop(growing), kept=True) == ["retry", "edit"]
    [turn] = last("what next?")
    asked = replace(turn, answer=replace(turn.answer, heading="Timeline: x."))
    assert done([asked]) == ["copy", "retry", "edit", "plain"]


def test_a_judgement_is_pressed_and_asks_why_only_then():
    [turn] = last("what next?")
    assert "Why" not in actions_html([turn], kept=True)
    row = actions_html([replace(turn, liked=False)], kept=True)
    pressed = dict(re.findall('data-do="([a-z]*)" aria-pressed="([a-z]*)"', row))
    assert pressed == {"good": "false", "bad": "true"}
    assert 'aria-label="Why"' in row


def test_the_script_knows_every_button():
    [known] = re.findall(r"const known = \[(.*?)\]", static("actions.js"))
    assert {name.strip(' "') for name in known.split(",")} == set(ACTIONS)


def test_earlier_answers_can_be_copied_and_asked_otherwise_and_what_failed_cannot():
    [turn] = last("what next?")
    failed = last("break")[0]
    shown = [each["content"] for each in messages([turn, failed, turn, turn], acts_html)]
    acts = [re.findall(r'<button type="button" class="([\w ]+ of-\d)">', each) for each in shown]
    assert acts == [[], ["copy of-0", "edit of-0"], [], [], [], ["copy of-2", "edit of-2"], [], []]


def test_an_alert_is_offered_for_a_question_with_what_was_searched():
    [turn] = last("what <next>?")
    row = actions_html([turn], alerts=True)
    assert re.findall('data-do="([a-z]*)"', row) == ["copy", "alert", "retry", "edit"]
    assert 'data-text="what &#60;next&#62;&#63; Kremlin"' in row
    brief = replace(turn, answer=replace(turn.answer, kind="brief"))
    assert "alert" not in done([brief], alerts=True)


def test_earlier_answers_that_are_kept_can_be_judged():
    [turn] = last("what next?")
    kept = replace(turn, kept=7, liked=False)
    assert re.findall(r'class="([^"]+)"', acts_html(1, kept))[1:] == [
        "copy of-1",
        "good of-1",
        "bad of-1 pressed",
        "why of-1",
        "edit of-1",
    ]


def test_what_became_of_a_press_is_text():
    row = actions_html([Turn("q", "", "")], said="<b>${x}")
    assert ">&#60;b&#62;&#36;&#123;x&#125;</span>" in row
