"""What the terminal shows of an answer: bold where it can, the same words where it cannot."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.answer_text import MAY, refusal
from rag.types import Answer
from tests.ui.fake_corpus import PLAIN, QUOTE, SPANNING, cite, claim, reply, short
from ui import output

LONG = "The talks were the first since March 2022. Both sides agreed to an exchange."


@pytest.fixture
def shown(capsys, monkeypatch):
    """What is printed of an answer, in a terminal with colours or elsewhere."""

    def show(answer, *, terminal=False):
        monkeypatch.delenv("NO_COLOR", raising=False)
        monkeypatch.setenv("TERM", "xterm")
        if terminal:
            monkeypatch.setenv("FORCE_COLOR", "1")
        else:
            monkeypatch.delenv("FORCE_COLOR", raising=False)
        output.answer(answer, as_json=False)
        return capsys.readouterr().out

    return show


def test_short_answers_are_bold_in_a_terminal_and_change_nothing_elsewhere(shown):
    own, other = cite(PLAIN, QUOTE), cite(PLAIN, LONG, 2)
    answer = reply("q", claim(QUOTE, own), claim(LONG, other))
    shorts = (short(own, "specific agreements"), short(other, "talks were"))
    bold = "\x1b[1m{}\x1b[0m".format
    told = shown(replace(answer, shorts=shorts), terminal=True)
    assert bold("specific agreements") in told
    assert f"{bold('talks')}\n{bold('were')} the first" in told
    assert shown(replace(answer, shorts=shorts)) == shown(answer)
    assert shown(answer, terminal=True) == shown(answer)
    assert "specific agreements,” Peskov said. [1]" in shown(answer)


def test_words_after_what_no_terminal_shows_are_still_the_right_ones(shown):
    quote = "The second line begins\nand the third ends it."
    own = cite(SPANNING, quote)
    bent = claim(f"\x07\u202e{quote}", own)
    answer = replace(reply("q", bent), shorts=(short(own, "third"),))
    assert "and the \x1b[1mthird\x1b[0m ends it." in shown(answer, terminal=True)


def test_markup_of_an_article_is_text(shown):
    answer = reply("q", claim("It [bold]rained[/bold] :smile: on [link=x]Kyiv[/link]."))
    assert shown(answer, terminal=True) == (
        "It [bold]rained[/bold] :smile: on [link=x]Kyiv[/link].\n"
    )


def test_what_may_answer_is_opened_as_that(shown):
    answer = replace(reply("q", claim("Rain fell.")), confidence=0.4)
    assert shown(answer) == f"{MAY}\n\nRain fell.\n"


def test_a_refusal_gives_its_reason(shown):
    near = (cite(PLAIN, LONG),)
    why = "the articles speak of 2022, not of 2021"
    answer = Answer(question="q", query="q", answered=False, text=refusal(near, why), reason=why)
    assert shown(answer) == (
        "The articles do not answer this. The articles speak of 2022, not of 2021. Nearest\n"
        "passages:\n"
        "“The talks were the first since March 2022. Both sides agreed to an exchange.” (The\n"
        "Daily Record, 18 May 2025)\n"
    )
