"""The page for everyone: by axe's rules, by keyboard alone, on a phone, in the dark, on paper."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from tests.e2e.browsing import (
    NARROW,
    PHONE,
    anew,
    ask,
    browser_wanted,
    chats_shown,
    darken,
    faults_on_a_phone,
    rest,
    until,
    violations,
)
from tests.ui.fake_corpus import PLAIN, QUOTE, FakeCorpus, cite, claim, reply
from tests.ui.reporting import about, hostile_answers
from ui.conversation_store.database import Turn
from ui.conversation_store.store import ConversationStore
from ui.export import page as exported_page
from ui.page.app import build_app, launch
from ui.report import page as report_page

pytestmark = browser_wanted


EXCHANGE = "Both sides agreed to an exchange."
KEPT = reply("What was agreed?", claim(EXCHANGE, cite(PLAIN, EXCHANGE)))
LONG = (
    f"https://news.example/{'verylongpath' * 20} {'Donaudampfschifffahrt' * 8} "
    "ما الذي قاله المتحدث باسم الحكومة عن الاتفاق بين الجانبين؟ "
    f"{'اتفاق' * 40}"
)


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    chats = ConversationStore(tmp_path_factory.mktemp("kept"))
    chats.append(chats.create(), KEPT)
    return chats


@pytest.fixture(scope="module")
def served(kept):
    app = build_app(
        FakeCorpus(),
        notice=lambda who: "Articles that were written for this test.",
        suggestions=lambda: ("What next?", "How many people were evacuated from the Old Dock?"),
        further=lambda answer: ("Who agreed to an exchange?", "What was the first since 2022?"),
        chats=kept,
    )
    yield launch(app, port=0)
    app.close()


@pytest.fixture(scope="module")
def opened(visit_once, served):
    return visit_once(served)


@pytest.fixture
def page(opened):
    return anew(opened)


GROUND = {"light": "rgb(250, 248, 244)", "dark": "rgb(25, 24, 21)"}


def is_as_dark_as(page, scheme):
    expect(page.locator("body")).to_have_css("background-color", GROUND[scheme])


def states(page):
    """Brings the page from one main state to the next, and names each."""
    button = page.get_by_role
    page.locator("#suggestions button").first.wait_for()
    yield "first view"
    ask(page, "what next?")
    page.locator("#further button").first.wait_for()
    yield "answer"
    page.locator("#chat a.cite").first.click()
    page.locator("#reader mark").first.wait_for()
    yield "article"
    button("button", name="Close the article").click()
    ask(page, "refuse")
    page.locator("#chat .refusal").wait_for()
    yield "refusal"
    button("button", name="Which articles").click()
    page.get_by_label("Published from").fill("soon")
    page.locator("#narrow .problem").wait_for()
    yield "filters, one of them wrong"
    page.get_by_label("Published from").fill("May 2025")
    button("button", name="since 1 May 2025").wait_for()
    yield "filters as chips"
    button("button", name="since 1 May 2025").click()
    button("button", name="Which articles").click()
    chats_shown(page)
    button("button", name="Rename").click()
    page.get_by_role("textbox", name="Name of this chat").wait_for()
    yield "earlier chats"
    button("button", name="Delete").click()
    button("button", name="Undo").wait_for()
    yield "a chat deleted"
    button("button", name="Undo").click()
    button("button", name="Undo").wait_for(state="detached")
    chats_shown(page, page.viewport_size["width"] > PHONE["width"])
    ask(page, "perhaps")
    ask(page, "doubt")
    button("button", name="Not helpful").last.click()
    page.get_by_role("textbox", name="Why").fill("It cites another year's article.")
    yield "doubt, and a judgement"
    button("button", name="Edit the question").last.click()
    button("button", name="Cancel edit").click()
    button("button", name="Cancel edit").wait_for(state="hidden")
    ask(page, LONG)
    page.locator("#further button").first.wait_for()
    yield "long words"
    ask(page, "evil")
    page.locator("#chat .searched", has_text="evil.example").wait_for()
    page.locator("#chat a.cite").last.click()
    page.locator("#reader h2", has_text="Evil").wait_for()
    yield "hostile article"
    button("button", name="Close the article").click()
    page.get_by_role("textbox", name="Question").fill("endless")
    page.keyboard.press("Enter")
    button("button", name="Stop").wait_for()
    yield "growing answer"
    button("button", name="Stop").click()
    page.locator("#chat .stopped").wait_for()


def test_axe_finds_no_grave_violation_in_any_state(visit, served):
    page = visit(served, reduced_motion="reduce")  # no colour is caught on its way to another
    is_as_dark_as(page, "light")
    found = {state: problems for state in states(page) if (problems := violations(page))}
    assert found == {}
    darken(page)
    assert violations(page, ["color-contrast"]) == []
    print(*violations(page, ["best-practice"]), sep="\n")  # told, and no more


def test_nor_on_a_phone_where_nothing_scrolls_sideways_and_targets_have_24_pixels(visit, served):
    phone = {"viewport": PHONE, "has_touch": True, "is_mobile": True}
    page = visit(served, color_scheme="dark", reduced_motion="reduce", **phone)
    is_as_dark_as(page, "dark")
    assert faults_on_a_phone(page, states(page)) == {}
    darken(page, "light")
    is_as_dark_as(page, "light")
    assert violations(page, ["color-contrast"]) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_taken_away_passes_axe(visit, tmp_path, scheme):
    moment = datetime(2026, 3, 1, tzinfo=UTC)
    unsupported = reply("And?", claim("No.", cite(PLAIN, QUOTE), status="unsupported"))
    refused = replace(reply("Who won?"), answered=False, nearest=(cite(PLAIN, QUOTE),))
    answers = (KEPT, replace(unsupported, answerer="a-model"), refused)
    turns = [Turn(place, each.question, each, moment) for place, each in enumerate(answers, 1)]
    written = {
        "conversation.html": exported_page(LONG, turns),
        "report.html": report_page(about(notes=["Beware."]), hostile_answers()),
    }
    for name, html in written.items():
        (tmp_path / name).write_text(html, encoding="utf-8")
        page = visit((tmp_path / name).as_uri(), color_scheme=scheme, viewport=NARROW)
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


# The keyboard alone


class Keyboard:
    """A person without a mouse: what has the focus is seen and named at every step."""

    def __init__(self, page):
        self.page = page

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text):
        self.page.keyboard.type(text)

    @property
    def at(self):
        """What has the focus, as a screen reader names it: role and name."""
        return self.page.locator(":focus").aria_snapshot().partition("\n")[0].removeprefix("- ")

    def go(self, wanted, key="Tab"):
        """Presses Tab, or another key, until something has the focus."""
        passed = []
        while not passed or not passed[-1].startswith(wanted):
            assert len(passed) < 50, f"{wanted} was not reached: {passed}"
            self.press(key)
            passed.append(self.seen())

    def reaches(self, wanted):
        """Waits until this has the focus, and is seen to have it."""
        until(lambda: self.at.startswith(wanted))
        assert self.seen().startswith(wanted)

    def back(self, wanted):
        self.go(wanted, "Shift+Tab")

    def seen(self):
        """What has the focus; fails if that is not to be seen, or has no name."""
        if self.page.evaluate("document.activeElement === document.body"):
            return "the end of the page"
        ringed = self.page.locator(":focus").evaluate(
            """e => { const field = e.closest("#ask, #chats label");
                const ring = (drawn) => drawn.outlineStyle !== "none"
                    && parseFloat(drawn.outlineWidth) >= 1;
                const around = field && getComputedStyle(field);
                return ring(getComputedStyle(e))
                    || around !== null && (ring(around) || around.boxShadow !== "none");
            }"""
        )
        at = self.at
        assert ringed, f"no ring around {at}"
        assert re.search(r'"[^"]|: ?\S', at), f"no name: {at}"
        return at

    def stays(self, name=""):
        """Waits until the focus is in the question box, or on a button that came back in time."""
        self.page.wait_for_function(
            """name => { const at = document.activeElement;
                return at.matches("#ask textarea")
                    || name && at.checkVisibility() && at.textContent.trim() === name; }""",
            arg=name,
        )


@pytest.fixture
def keys(page):
    return Keyboard(page)


def shown(page, selector, text):
    page.locator(selector, has_text=text).last.wait_for()


def answered(page, question, place):
    page.locator("#chat .asked").nth(place).wait_for()
    expect(page.locator("#chat .asked").nth(place)).to_have_text(question)
    page.get_by_role("button", name="Retry").wait_for()
    page.locator("#further button").first.wait_for()
    rest(page)


def test_from_the_question_to_the_cited_words_and_back_by_keyboard(keys):
    page = keys.page
    page.locator("#suggestions button").first.wait_for()
    keys.go('textbox "Question"')
    keys.type("what next?")
    keys.press("Enter")
    answered(page, "what next?", 0)
    keys.back('link "Citation 1"')
    expect(page.locator("#peek")).to_contain_text(QUOTE)
    expect(page.locator("#peek")).to_be_visible()
    keys.press("Escape")
    expect(page.locator("#peek")).to_be_hidden()
    keys.press("Enter")
    page.locator("#reader mark:focus", has_text=QUOTE).wait_for()
    keys.seen()
    expect(page.get_by_role("region", name=PLAIN.title).locator("mark:focus")).to_have_count(1)
    keys.press("j")
    page.locator("#reader mark:focus", has_text=EXCHANGE).wait_for()
    keys.press("k")
    page.locator("#reader mark:focus", has_text=QUOTE).wait_for()
    keys.back('link "Back to the answer"')
    keys.press("Enter")
    keys.reaches('link "Citation 1"')
    keys.go('link "Citation 2"')
    keys.press("Enter")
    page.locator("#reader mark:focus", has_text=EXCHANGE).wait_for()
    keys.back('button "‹ Previous"')
    keys.press("Enter")
    page.locator("#reader mark:focus", has_text=QUOTE).wait_for()  # it was the last
    keys.press("Escape")
    keys.reaches('link "Citation 1"')
    keys.go('button "Who agreed to an exchange?"')
    keys.press("Enter")
    answered(page, "Who agreed to an exchange?", 1)
    keys.stays("Who agreed to an exchange?")


def test_choosing_articles_stopping_and_asking_again_by_keyboard(keys):
    page = keys.page
    page.locator("#suggestions button").first.wait_for()
    keys.go('textbox "Question"')
    keys.go('button "Which articles"')
    assert "[expanded]" not in keys.at
    keys.press("Enter")
    page.locator("#narrow").get_by_label("Publisher").wait_for()
    keys.reaches('button "Which articles" [expanded]')
    keys.go('combobox "Publisher"')
    keys.press("T")  # of one publisher, the Daily Record; more letters would have to be fast
    shown(page, "#narrow .left", "1 of 3 articles:")
    keys.back('textbox "Question"')
    keys.type("endless")
    keys.press("Enter")
    shown(page, "#chat .words", "The first words.")
    keys.go('button "Stop"')
    keys.press("Enter")
    page.locator("#chat .stopped").wait_for()
    keys.stays()
    rest(page)
    keys.type("count")
    keys.press("Enter")
    answered(page, "count", 1)
    first = page.locator("#chat .words").last.text_content()
    rest(page)
    keys.go('button "Retry"')
    keys.press("Enter")
    shown(page, "#chat .words", f"After {first}")
    keys.stays("Retry")
    keys.go('button "New chat"')
    keys.press("Enter")
    page.locator("#chat .asked").first.wait_for(state="detached")
    keys.stays()


def test_an_earlier_chat_is_opened_named_and_deleted_by_keyboard(keys, kept):
    page = keys.page
    chat = kept.create(title="To be deleted")
    kept.append(chat, KEPT)
    page.reload()
    page.locator("#suggestions button").first.wait_for()
    keys.go('button "To be deleted')
    keys.press("Enter")
    shown(page, "#chat .asked", KEPT.question)
    keys.go('button "Rename"')
    keys.press("Enter")
    keys.reaches('textbox "Name of this chat"')
    keys.type("Gone soon")
    keys.press("Enter")
    page.get_by_role("button", name="Gone soon").wait_for()
    keys.reaches('button "Rename"')
    keys.go('button "Delete"')
    keys.press("Enter")
    page.locator("#earlier [data-do=restored]:focus").wait_for()
    until(lambda: chat not in {each.id for each in kept.conversations()})
    expect(page.locator("#chat .asked")).to_have_count(0)
    keys.reaches('button "Undo"')
    keys.press("Enter")
    shown(page, "#chat .asked", KEPT.question)
    until(lambda: "Gone soon" in {each.title for each in kept.conversations()})


# What the reader's system asks for


def test_a_question_whose_reply_closes_the_source_stays_at_the_top(page):
    for _ in range(3):
        ask(page, "what next?")
    page.locator("#reader mark").first.wait_for()
    ask(page, "refuse")
    page.locator("#reader .sheet").wait_for(state="hidden")
    page.wait_for_function(
        """() => {
            const top = (e) => e.getBoundingClientRect().top;
            const asked = [...document.querySelectorAll("#chat .asked")].at(-1);
            const far = top(asked) - top(document.querySelector("#conversation"));
            return far >= 0 && far < 60;
        }"""
    )


def test_a_marker_stays_with_the_last_word_and_accounts_stand_two_by_two(page):
    ask(page, "what next?")
    page.locator("#reader mark").first.wait_for()
    apart = """() => [...document.querySelectorAll("#chat a.cite")].filter((cite) => {
        const words = [...cite.parentElement.querySelector(".words").getClientRects()].at(-1);
        return cite.getBoundingClientRect().top > words.bottom;
    }).length"""
    for width in range(900, 1300, 30):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(apart) == 0, width
    page.get_by_role("button", name="Close the article").click()
    tops = page.locator("#chat .answer").evaluate(
        """(answer) => {
            answer.classList.add("disagreement");
            const claims = answer.querySelector(".claims");
            const one = claims.firstElementChild.outerHTML;
            claims.innerHTML = one.repeat(4);
            return [...claims.children].map((each) => each.getBoundingClientRect().top);
        }"""
    )
    assert tops[0] == tops[1] < tops[2] == tops[3]
    page.locator("#chat a.cite").first.click()  # else it stays closed for who closed it


def test_an_earlier_question_is_asked_otherwise_in_the_place_of_what_followed(page):
    for question in ("what next?", "perhaps", "refuse"):
        ask(page, question)
    edit = page.get_by_role("button", name="Edit the question")
    expect(edit).to_have_count(3)
    edit.nth(1).click()
    page.get_by_role("button", name="Cancel edit").wait_for()
    box = page.get_by_role("textbox", name="Question")
    expect(box).to_have_value("perhaps")
    page.get_by_role("button", name="Cancel edit").click()
    expect(page.locator("#chat .asked")).to_have_count(3)
    edit.nth(1).click()
    page.get_by_role("button", name="Cancel edit").wait_for()
    box.fill("doubt")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Cancel edit").wait_for(state="hidden")
    page.get_by_role("button", name="Retry").wait_for()
    expect(page.locator("#chat .asked")).to_have_text(["what next?", "doubt"])


def test_no_motion_and_the_readers_own_colours_where_these_are_wished(page):
    page.emulate_media(reduced_motion="reduce", forced_colors="active")
    ask(page, "what next?")
    moving = """() => [...document.querySelectorAll("#masthead *, #desk *")].filter((e) => {
        const { animationName, transitionDuration } = getComputedStyle(e);
        return animationName !== "none" || /[1-9]/.test(transitionDuration);
    }).map((e) => e.outerHTML.slice(0, 120))"""
    assert page.evaluate(moving) == []
    page.locator("#chat a.cite").first.click()
    page.locator("#reader mark").first.wait_for()
    drawn = "(e, name) => getComputedStyle(e)[name]"
    mark, other = page.locator("#reader mark").first, page.locator("#reader mark.other")
    expect(other).to_have_css("text-decoration-line", "underline")
    until(
        lambda: mark.evaluate(drawn, "backgroundColor") != other.evaluate(drawn, "backgroundColor")
    )
    # The article that was opened takes the focus when it comes.
    page.wait_for_function("document.activeElement.closest('#reader')")
    page.get_by_role("textbox", name="Question").focus()
    expect(page.locator("#ask")).to_have_css("outline-style", "solid")
    expect(page.locator("#chat a.cite").last).to_have_css("border-style", "solid")


def test_on_paper_there_is_the_conversation_and_nothing_to_press(page):
    darken(page)
    for question in ("what next?", "refuse", "doubt", "perhaps"):
        ask(page, question)
    page.locator("#chat a.cite").first.click()
    page.locator("#reader mark").first.wait_for()
    said = page.locator("#chat :is(.asked, .answer, .refusal)")
    expect(said).to_have_count(8)
    words = said.all_inner_texts()
    page.emulate_media(media="print")
    assert said.all_inner_texts() == words
    expect(page.get_by_role("button")).to_have_count(0)
    expect(page.get_by_role("textbox")).to_have_count(0)
    expect(page.locator("#reader")).to_be_hidden()
    cut = """() => [...document.querySelectorAll("#desk, #desk :has(#chat .asked), #chat")]
        .filter((e) => e.scrollHeight > e.clientHeight + 1).map((e) => e.id)"""
    assert page.evaluate(cut) == []
    ink = page.locator("#chat .words").first.evaluate("e => getComputedStyle(e).color")
    assert ink == "rgb(0, 0, 0)"
