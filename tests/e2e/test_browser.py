"""The page in a real Chromium: asking, reading, and what a hostile article cannot do."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest

from rag.answer import MAY, NEAREST, REFUSAL
from tests.e2e.browsing import ask, browser_wanted, elsewhere, rest, until
from tests.ui.fake_corpus import HOSTILE, PLAIN, QUOTE, FakeCorpus
from tests.ui.reporting import about, hostile_answers
from ui.keeping import Chats
from ui.report.page import page as report_page
from ui.sample import NOTICE, SUGGESTIONS
from ui.web import build_app, launch

pytestmark = browser_wanted
HEADLINE = "what preconditions did the Kremlin set?"


@pytest.fixture(scope="module")
def real(sample_corpus):
    app = build_app(sample_corpus, notice=lambda: NOTICE, suggestions=lambda: SUGGESTIONS)
    yield launch(app, port=0)
    app.close()


@pytest.fixture(scope="module")
def fake():
    app = build_app(FakeCorpus())
    yield launch(app, port=0)
    app.close()


def in_view(page, selector):
    return page.evaluate(
        """selector => {
            const box = document.querySelector(selector).getBoundingClientRect();
            return box.top >= 0 && box.bottom <= innerHeight && box.left >= 0
                && box.right <= innerWidth;
        }""",
        selector,
    )


def test_the_headline_question_from_typing_to_the_quoted_words(visit, real, sample_corpus):
    page = visit(real)
    ask(page, HEADLINE)
    expected = sample_corpus.ask(HEADLINE)
    words = page.locator("#chat .words").all_text_contents()
    assert words == [claim.text for claim in expected.claims]
    page.locator("#chat a.cite", has_text=re.compile("^1$")).first.click()
    page.locator("#reader mark").first.wait_for()
    assert page.locator("#reader mark").all_text_contents() == [expected.citations[0].quote]
    assert page.locator("#reader h2").text_content() == expected.citations[0].title
    page.wait_for_function("document.querySelector('#reader mark').getBoundingClientRect().top > 0")
    assert in_view(page, "#reader mark")
    assert elsewhere(page) == set()


def test_a_suggestion_is_asked_with_a_click(visit, real):
    page = visit(real)
    page.get_by_role("button", name=SUGGESTIONS[0]).click()
    page.locator("#chat a.cite").first.wait_for()
    assert page.locator("#chat .asked").all_text_contents() == [SUGGESTIONS[0]]


def test_a_question_on_another_topic_is_refused(visit, real):
    page = visit(real)
    ask(page, "What is the price of Brent crude?")
    refusal = page.locator("#chat .refusal")
    refusal.wait_for()
    assert refusal.locator("p").first.text_content() == "The articles do not answer this."
    assert page.locator("#chat a.cite").count() == 0
    refusal.locator("a.passage").first.click()
    page.locator("#reader mark").first.wait_for()


def test_enter_on_a_focused_marker_opens_the_article_at_words_far_from_its_top(visit, fake):
    page = visit(fake)
    ask(page, "what next?")
    assert page.locator("#chat a.cite").all_text_contents() == ["1", "2"]
    page.locator("#chat a.cite").first.focus()
    page.keyboard.press("Enter")
    page.locator("#reader mark").first.wait_for()
    assert page.locator("#reader mark:not(.other)").all_text_contents() == [QUOTE]
    page.wait_for_function(
        """() => { const box = document.querySelector('#reader mark').getBoundingClientRect();
                   return box.top >= 0 && box.bottom <= innerHeight; }"""
    )
    details = page.locator("#reader .byline .details").text_content()
    assert details.strip() == "The Daily Record · Ada Writer · 18 May 2025"
    assert page.locator("#reader a.original").get_attribute("href") == PLAIN.url


def test_citations_are_stepped_through_by_button_and_key(visit, fake):
    page = visit(fake)
    ask(page, "what next?")
    exchange = "Both sides agreed to an exchange."
    page.locator("#chat a.cite").first.click()
    page.locator("#reader mark").first.wait_for()
    assert page.locator("#reader mark.other").all_text_contents() == [exchange]
    count = page.locator("#reader .count")
    assert count.text_content() == "Citation 1 of 2"
    assert page.get_by_role("button", name="Previous").is_disabled()
    page.get_by_role("button", name="Next").click()
    page.locator("#reader mark:not(.other)", has_text=exchange).wait_for()
    assert count.text_content() == "Citation 2 of 2"
    assert page.locator("#reader mark.other").all_text_contents() == [QUOTE]
    page.keyboard.press("k")
    page.locator("#reader mark:not(.other)", has_text=QUOTE).wait_for()
    assert page.locator("#chat a.cite[aria-current]").all_text_contents() == ["1"]


def test_a_marker_shows_its_quote_to_the_mouse_and_to_the_keyboard(visit, fake):
    page = visit(fake)
    ask(page, "what next?")
    peek = page.locator("#peek")
    page.locator("#chat a.cite").first.hover()
    peek.wait_for()
    assert peek.text_content() == f"“{QUOTE}” – {PLAIN.title}, The Daily Record"
    page.keyboard.press("Escape")
    assert not peek.is_visible()
    page.locator("#chat a.cite").last.focus()
    peek.wait_for()
    assert "Both sides agreed" in peek.text_content()


def test_a_question_of_some_articles_is_asked_of_all_with_a_click(visit, fake):
    page = visit(fake)
    ask(page, "last week")
    said = "Only articles published 12–18 May 2025 (“last <week>”)."
    assert page.locator("#chat .scope").all_text_contents() == [said]
    assert page.locator("#chat .words").all_text_contents() == ["Of last week."]
    page.get_by_role("button", name="All articles").click()
    page.locator("#chat .words", has_text="Of all time.").wait_for()
    page.get_by_role("button", name="Retry").wait_for()
    assert page.locator("#chat .asked").all_text_contents() == ["last week"]
    assert page.locator("#chat .scope").count() == 0
    assert not page.get_by_role("button", name="All articles").is_visible()


def test_what_may_answer_says_so_and_its_short_answer_is_bold_here_and_in_the_article(visit, fake):
    page = visit(fake)
    ask(page, "perhaps")
    answer = page.locator("#chat .answer.may")
    assert answer.inner_text().startswith(f"{MAY}\n")
    weight = "e => Number(getComputedStyle(e).fontWeight)"
    words = "specific agreements"
    short = answer.locator(".claim strong.short")
    assert short.all_text_contents() == [words]
    assert short.evaluate(weight) > answer.locator(".words").evaluate(weight)
    assert answer.locator(".words").text_content() == QUOTE
    page.locator("#chat a.cite").click()
    mark = page.locator("#reader mark")
    mark.wait_for()
    assert mark.all_text_contents() == [QUOTE]
    assert mark.locator("strong").all_text_contents() == [words]
    assert mark.locator("strong").evaluate(weight) > mark.evaluate(weight)
    page.reload()
    page.locator("#reader mark strong", has_text=words).wait_for()


def test_a_refusal_tells_its_reason_as_text(visit, fake):
    page = visit(fake)
    ask(page, "refuse")
    told = page.locator("#chat .refusal").locator("p").all_text_contents()
    why = "The articles speak of <2022>, not of 2021."
    assert told == [REFUSAL, why, NEAREST]


def test_retry_asks_the_last_question_again(visit, fake):
    page = visit(fake)
    ask(page, "doubt")
    ask(page, "count")
    first = page.locator("#chat .words").last.text_content()
    page.get_by_role("button", name="Retry").click()
    page.locator("#chat .words", has_text=f"After {first}").wait_for()
    assert page.locator("#chat .asked").all_text_contents() == ["doubt", "count"]


def test_an_unsupported_claim_is_marked(visit, fake):
    page = visit(fake)
    ask(page, "doubt")
    assert page.locator("#chat .unsupported .words").all_text_contents() == ["Peskov agreed."]


def test_a_hostile_article_runs_nothing_and_requests_nothing(visit, fake):
    page = visit(fake)
    ask(page, "evil")
    page.locator("#chat a.cite").first.click()
    page.locator("#reader mark").first.wait_for()
    assert page.evaluate("window.hacked") is None
    assert page.dialogs == []
    assert elsewhere(page) == set()
    hostile = "script, iframe, style, img, form, details, [onerror], [href^='javascript']"
    assert page.locator("#chat .message").locator(hostile).count() == 0
    assert page.locator("#reader .view").locator(hostile).count() == 0


def test_stop_ends_a_growing_answer(visit, fake):
    page = visit(fake)
    box = page.get_by_role("textbox", name="Question")
    box.wait_for()
    box.fill("endless")
    box.press("Enter")
    page.locator("#chat .words", has_text="The first words.").wait_for()
    page.get_by_role("button", name="Stop").click()
    page.locator("#chat .stopped").wait_for()
    assert page.locator("#chat .words").all_text_contents() == ["The first words."]


def test_a_phone_shows_no_sideways_scrolling(visit, real):
    page = visit(real, viewport={"width": 390, "height": 844})
    ask(page, HEADLINE)
    page.locator("#chat a.cite").first.click()
    page.locator("#reader mark").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.wait_for_function(
        "document.querySelector('#reader mark').getBoundingClientRect().top < innerHeight"
    )


def test_a_chat_is_kept_over_a_reload_and_a_restart(visit, tmp_path):
    chats = Chats(tmp_path)
    app = build_app(FakeCorpus(), chats=chats)
    address = launch(app, port=0)
    page = visit(address)
    ask(page, "what next?")
    page.get_by_role("button", name="Not helpful").click()
    page.locator("#judged", has_text="Thank you").wait_for()
    [given] = chats.feedback()
    assert (given.question, given.liked) == ("what next?", False)
    page.reload()
    page.locator("#chat a.cite").first.wait_for()
    assert page.locator("#chat .asked").all_text_contents() == ["what next?"]
    app.close()
    app = build_app(FakeCorpus(), chats=chats)
    page.goto(launch(app, port=urlsplit(address).port))
    page.locator("#chat a.cite").first.wait_for()
    ask(page, "and then?")
    assert page.locator("#chat .asked").all_text_contents() == ["what next?", "and then?"]
    page.get_by_role("button", name="Earlier chats").click()
    page.get_by_role("radio").first.wait_for()
    rest(page)
    with page.expect_download() as file:
        page.get_by_role("button", name="Save as Markdown").click()
    assert QUOTE[1:20] in file.value.path().read_text(encoding="utf-8")
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Delete this chat?").click()
    page.locator("#chat .asked").first.wait_for(state="detached")
    assert chats.conversations() == []
    app.close()


def test_a_page_that_the_server_let_go_of_goes_on_from_what_is_kept(visit, tmp_path):
    chats = Chats(tmp_path)
    app = build_app(FakeCorpus(), chats=chats)
    page = visit(launch(app, port=0))
    sessions = app.state_holder.session_data
    try:
        ask(page, "what next?")
        sessions.clear()
        ask(page, "and then?")
        assert page.locator("#chat .asked").all_text_contents() == ["what next?", "and then?"]
        [kept] = chats.conversations()
        assert [turn.question for turn in chats.load(kept.id)] == ["what next?", "and then?"]
        other = visit(page.url)
        ask(other, "what else?")
        assert len(sessions) == 2
        page.close()
        ask(other, "and what else?")
        until(lambda: len(sessions) == 1)
    finally:
        app.close()


def test_edit_gives_the_question_back(visit, fake):
    page = visit(fake)
    ask(page, "what next?")
    page.get_by_role("button", name="Edit").click()
    page.locator("#chat .asked").wait_for(state="detached")
    assert page.get_by_role("textbox", name="Question").input_value() == "what next?"


def test_only_the_articles_that_were_chosen_are_asked(visit, fake):
    page = visit(fake)
    page.get_by_role("button", name="Which articles").click()
    page.get_by_label("Published from").fill("18 May")
    page.locator("#left .problem").wait_for()
    page.get_by_label("Published from").fill("2025-05-18")
    page.locator("#left", has_text="All 3 articles are asked.").wait_for()
    ask(page, "what next?")
    assert page.locator("#chat a.cite").count() == 2


def test_two_people_do_not_see_each_others_chats(visit, fake):
    one, other = visit(fake), visit(fake)
    ask(one, "the first person's question")
    ask(other, "the other person's question")
    assert one.locator("#chat .asked").all_text_contents() == ["the first person's question"]
    assert other.locator("#chat .asked").all_text_contents() == ["the other person's question"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_report_reads_on_a_phone_without_scripts_and_loads_nothing(visit, tmp_path, scheme):
    place = tmp_path / "report.html"
    place.write_text(report_page(about(name=HOSTILE, notes=[HOSTILE]), hostile_answers()))
    read = visit(
        place.as_uri(),
        viewport={"width": 390, "height": 800},
        java_script_enabled=False,
        color_scheme=scheme,
    )
    assert read.requested == [place.as_uri()]
    assert read.dialogs == []
    assert read.locator(".failure .question").count() == 4
    assert read.locator(".failure .question").first.inner_text().startswith("<script>")
    for chart in read.locator("svg.chart").all():
        box = chart.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
    assert read.locator("main").bounding_box()["width"] <= 390
    paper = read.locator("body").evaluate("body => getComputedStyle(body).backgroundColor")
    assert (paper == "rgb(250, 248, 244)") == (scheme == "light")
