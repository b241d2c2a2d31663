"""How the page answers, without a server."""

from __future__ import annotations

import re
from datetime import date
from itertools import count, repeat

import pytest

from rag.types import Filters
from tests.ui.fake_corpus import PLAIN, QUOTE, SPANNING, FakeCorpus, cite, claim, reply
from ui.page.app import build_app
from ui.page.chat import (
    Turn,
    last_asked,
    messages,
    open_source,
    respond,
    stop,
)
from ui.page.render import boxed_html
from ui.templating import escape


def last(corpus, question, turns=()):
    return list(respond(corpus, question, turns))[-1]


def test_an_answer_grows_behind_its_question():
    seen = list(respond(FakeCorpus(), "what next?"))
    assert [len(turns) for turns in seen] == [1] * len(seen)
    assert "Reading the record" in seen[0][0].html
    assert seen[-1][0].question == "what next?"
    assert seen[-1][0].text == f"{QUOTE} [1] Both sides agreed to an exchange. [2]"


def test_an_answer_that_does_not_grow_is_seldom_shown_again(monkeypatch):
    said = reply("q", claim("The first words.", cite(PLAIN, QUOTE)), answerer="a-model")
    clock = count(step=0.1)
    monkeypatch.setattr("ui.page.chat.time.monotonic", lambda: next(clock))

    class Slow(FakeCorpus):
        def conversation(self, history=()):
            talk = super().conversation(history)
            talk.stream = lambda question, **options: repeat(said, 200)
            return talk

    growing = [turns for turns in respond(Slow(), "q") if turns[-1].text and turns[-1].growing]
    assert 10 <= len(growing) <= 25  # 200 pieces in 20 s: at every snapshot it were 100 and more


def test_the_next_question_knows_the_turns_before_it_as_plain_text():
    corpus = FakeCorpus()
    first = last(corpus, "what next?")
    last(corpus, "and then?", first)
    assert corpus.histories == [
        [],
        [
            {"role": "user", "content": "what next?"},
            {"role": "assistant", "content": first[0].text},
        ],
    ]


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("long", "The question has 2,001 characters; ask about one thing."),
        ("break", "The answer could not be made; the server's log says why."),
    ],
)
def test_what_went_wrong_is_one_sentence(question, said):
    turns = last(FakeCorpus(), question)
    assert turns[-1].html == f'<div class="problem">{escape(said)}</div>'
    assert turns[-1].text == ""


def test_nothing_is_asked_with_an_empty_box():
    turns = last(FakeCorpus(), "what next?")
    assert list(respond(FakeCorpus(), "   ", turns)) == [turns]


def test_a_failed_turn_is_no_history():
    corpus = FakeCorpus()
    last(corpus, "what next?", last(corpus, "break"))
    assert corpus.histories[-1] == []


def test_what_an_answer_had_said_before_it_broke_stays_on_the_page():
    turn = last(FakeCorpus(), "break later")[-1]
    assert "A first sentence" in turn.html
    assert 'class="problem"' in turn.html


def test_stopping_keeps_what_was_said():
    said = Turn("q", "A sentence.", "<div>A sentence.</div>")
    assert (
        stop([said])[-1].html
        == f'<div>A sentence.</div><div class="stopped">{escape("Stopped.")}</div>'
    )
    assert stop([]) == []


def test_retry_asks_the_last_question_again_without_its_turn():
    turns = [Turn("one", "1", "1"), Turn("two", "2", "2")]
    assert last_asked(turns) == ("two", turns[:1])


def test_a_question_of_some_articles_can_be_asked_of_all():
    turns = last(FakeCorpus(), "last week")
    assert turns[-1].confined
    assert escape("Only articles published 12–18 May 2025 (“last <week>”).") in turns[-1].html
    turns = list(respond(FakeCorpus(), "last week", last_asked(turns)[1], scope=False))[-1]
    assert [turn.text for turn in turns] == ["Of all time. [1]"]
    assert not turns[-1].confined
    assert 'class="scope"' not in turns[-1].html


def test_of_a_question_that_was_asked_of_all_there_is_no_more_to_ask():
    turns = last(FakeCorpus(), "in vain")
    assert escape("Nothing of Wire answers this; all articles were searched.") in turns[-1].html
    assert not turns[-1].confined


def test_an_article_opens_without_words_to_mark():
    page = open_source(FakeCorpus(), PLAIN.id)
    assert page.startswith("<article>")
    assert escape(QUOTE) in page
    assert "<mark" not in page
    assert "Back to the list" in page


def state(turns):
    """What the last message says of itself."""
    return re.findall(r'class="state ([^"]*)"', messages(turns)[-1]["content"])


def test_the_last_message_says_whether_it_grows():
    assert [state(turns) for turns in respond(FakeCorpus(), "endless-not")] == [
        ["growing"],
        ["still"],
    ]
    assert state(last(FakeCorpus(), "break")) == ["still"]
    grown = next(turns for turns in respond(FakeCorpus(), "break later") if turns[-1].text)
    assert state(grown) == ["growing"]
    assert state(stop(grown)) == ["still"]
    turns = last(FakeCorpus(), "what next?")
    everything = "".join(m["content"] for m in messages([*turns, *turns]))
    assert everything.count('class="state') == 1


def test_turns_become_messages_in_order():
    roles = [m["role"] for m in messages([Turn("one", "1", "1"), Turn("", "", "problem")])]
    assert roles == ["user", "assistant", "assistant"]


def test_a_citation_opens_its_article_at_its_words():
    start = PLAIN.text.index(QUOTE)
    page = open_source(FakeCorpus(), f"{PLAIN.id}-{start}-{start + len(QUOTE)}")
    assert page.count("<mark>") == 1


def test_the_other_quotes_of_an_article_come_with_it():
    talks = "The talks were the first since March 2022."
    spans = [(PLAIN.text.index(said), len(said)) for said in (QUOTE, talks)]
    ref = ",".join(f"{start}-{start + length}" for start, length in spans)
    page = open_source(FakeCorpus(), f"{PLAIN.id}-{ref}")
    assert (page.count("<mark>"), page.count('<mark class="other">')) == (1, 1)
    assert "not in this article" in open_source(FakeCorpus(), f"{PLAIN.id}-{ref},9-999999")


def test_the_short_answers_come_with_their_quotes():
    start, words = PLAIN.text.index(QUOTE), PLAIN.text.index("specific agreements")
    ref = f"{start}-{start + len(QUOTE)}~{words}-{words + 8}~{words + 9}-{words + 19}"
    page = open_source(FakeCorpus(), f"{PLAIN.id}-{ref},0-3")
    assert re.findall('<strong class="short">(.*?)</strong>', page) == ["specific", "agreements"]
    assert (page.count("<mark>"), page.count('<mark class="other">')) == (1, 1)
    assert "not in this article" in open_source(FakeCorpus(), f"{PLAIN.id}-0-3~9-999999")


def test_a_question_is_asked_of_the_articles_that_were_chosen():
    corpus = FakeCorpus()
    typed = {"publisher": "Wire", "after": "May 2025", "before": "2025-05-18"}
    turns = list(respond(corpus, "what next?", (), typed))[-1]
    everything = list(respond(corpus, "what next?"))[-1]
    chosen = Filters(date(2025, 5, 1), date(2025, 5, 18), "Wire")
    assert corpus.filters == [chosen, Filters()]
    said = "1 of 3 articles: Wire, since 1 May 2025, until 18 May 2025"
    assert f'<p class="scope">{escape(said)}</p>' in turns[-1].html
    assert (turns[-1].confined, everything[-1].confined) == (True, False)


def test_a_day_that_is_none_is_told_and_nothing_is_asked():
    corpus = FakeCorpus()
    turn = list(respond(corpus, "what next?", (), {"after": "Mayday"}))[-1][-1]
    assert corpus.histories == []
    assert "“Mayday” is not a date" in turn.html
    assert (turn.question, turn.text) == ("what next?", "")  # to be retried; no history


def test_an_article_without_a_title_goes_by_its_opening_words():
    said = "One line. The second line begins and the third ends it. The rest."
    assert cite(SPANNING, "The second line begins").title == said
    assert escape(said) in open_source(FakeCorpus(), SPANNING.id)


def test_an_address_that_leads_nowhere_is_no_link():
    assert 'class="original"' in open_source(FakeCorpus(), PLAIN.id)
    assert 'class="original"' not in open_source(FakeCorpus(), PLAIN.id, original=False)


@pytest.mark.parametrize(
    "ref",
    [
        f"{PLAIN.id}-0-3,",
        f"{PLAIN.id}-0-3-4-5",
        f"{PLAIN.id}~0-3",
        f"{PLAIN.id}-0-3~",
        f"{PLAIN.id},0-3",
        "",
        None,
        "x",
        "../../etc/passwd-0-1",
        "unknown-0-1",
        f"{PLAIN.id}-5-5",
        f"{PLAIN.id}-0-999999",
    ],
)
def test_any_other_address_is_refused_in_a_sentence(ref):
    page = open_source(FakeCorpus(), ref)
    assert page.startswith('<div class="problem">')
    assert "<mark>" not in page


def test_an_article_of_another_corpus_is_missed_in_words():
    said = "This article is not in the corpus that is open: it was removed, or is in another one."
    assert open_source(FakeCorpus(), "unknown-0-1") == boxed_html("problem", said)


def test_the_page_is_built_with_what_the_corpus_holds():
    app = build_app(FakeCorpus(), notice=lambda who: "A notice.")
    assert app.title == "onrecord"
    values = [str(block.value) for block in app.blocks.values() if hasattr(block, "value")]
    assert any("3 articles" in value and escape("A notice.") in value for value in values)
