"""What is taken away holds the answer with its sources, and nothing of theirs is markup."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from rag.answer_text import MAY, NEAREST, REFUSAL, UNSUPPORTED, refusal
from rag.types import Scope
from tests.ui.fake_corpus import EVIL, HOSTILE, PLAIN, QUOTE, cite, claim, reply, short
from ui.conversation_store.database import Turn
from ui.export import copy_text, markdown, page
from ui.templating import escape

ASKED = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
EXCHANGE = "Both sides agreed to an exchange."
TWO = replace(
    reply(
        "What has to come first?",
        claim(QUOTE, cite(PLAIN, QUOTE)),
        claim(EXCHANGE, cite(PLAIN, EXCHANGE, 2)),
    ),
    text=f"The Daily Record, 18 May 2025: {QUOTE} [1] {EXCHANGE} [2]",
)
REFUSED = replace(
    reply("Who won?"),
    answered=False,
    text=refusal((cite(PLAIN, EXCHANGE),)),
    nearest=(cite(PLAIN, EXCHANGE),),
)
EVIL_ANSWER = reply(HOSTILE, claim(HOSTILE, cite(EVIL, HOSTILE)), query=f"again {HOSTILE}")
SOURCE = "Kremlin signals a meeting is possible, The Daily Record, Ada Writer, 18 May 2025"


def turn(answer, number=1):
    return Turn(number, answer.question, answer, ASKED)


class Page(HTMLParser):
    """The tags of a page with their attributes, and its text without that of its sheet."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.said, self._skip = [], [], False
        self.feed(html)
        self.text = " ".join("".join(self.said).split())

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._skip = tag in ("style", "title")

    def handle_endtag(self, tag):
        self._skip = False

    def handle_data(self, data):
        if not self._skip:
            self.said.append(data)


def test_a_copied_answer_is_its_words_and_its_sources():
    assert copy_text(TWO) == (
        f"The Daily Record, 18 May 2025: {QUOTE} [1] {EXCHANGE} [2]\n\nSources\n"
        f"[1] {SOURCE}\n    “{QUOTE}”\n    https://news.example/kremlin?a=1&b=2\n"
        f"[2] {SOURCE}\n    “{EXCHANGE}”\n    https://news.example/kremlin?a=1&b=2\n"
    )


def test_a_copied_refusal_says_what_its_passages_are():
    assert copy_text(REFUSED) == (
        f"{REFUSAL}\n\n{NEAREST}\n"
        f"[1] {SOURCE}\n    “{EXCHANGE}”\n    https://news.example/kremlin?a=1&b=2\n"
    )


def test_the_reason_of_a_refusal_is_taken_along():
    why = "nobody won: *both* lost"
    refused = replace(REFUSED, reason=why, text=refusal(REFUSED.nearest, why))
    said = f"{REFUSAL} Nobody won: *both* lost."
    assert copy_text(refused).startswith(f"{said}\n\n{NEAREST}\n[1]")
    assert f"**{REFUSAL} Nobody won: \\*both\\* lost.**" in markdown("t", [turn(refused)])
    assert said in Page(page("t", [turn(refused)])).text


def test_the_words_that_answer_are_bold_and_in_plain_text_are_not():
    words = "specific agreements,” Peskov"
    told = replace(TWO, shorts=(short(TWO.citations[0], words), short(TWO.citations[1], EXCHANGE)))
    assert f"“Such a summit can only happen after **{words}** said. \\[1\\] **{EXCHANGE}**" in (
        markdown("t", [turn(told)])
    )
    html = page("t", [turn(told)])
    assert re.findall("<strong>(.*?)</strong>", html) == [escape(words), escape(EXCHANGE)]
    assert Page(html).text == Page(page("t", [turn(TWO)])).text
    assert copy_text(told) == copy_text(TWO)


def test_what_to_beware_of_is_copied_too():
    scope = Scope(date(2025, 5, 12), date(2025, 5, 18), because=("last week",))
    doubtful = replace(TWO, query="first Kremlin?", scope=scope, confidence=0.3, note="A note.")
    above = copy_text(doubtful).split("\n\n")[:4]
    assert above == ["Searched for: first Kremlin?", scope.sentence, "A note.", MAY]


def test_copied_text_cannot_be_reordered_or_hidden():
    bent = replace(TWO, text="left \u202eright\u2066 \x07bell\u2028line", citations=())
    assert copy_text(bent) == "left right bell line\n"


def test_a_conversation_as_markdown():
    assert markdown("The summit", [turn(TWO)]) == (
        "# The summit\n\n## What has to come first?\n\n*Asked 1 March 2026, 12:30 UTC*\n\n"
        f"**The Daily Record, 18 May 2025:** {QUOTE} \\[1\\] {EXCHANGE} \\[2\\]\n\n### Sources\n\n"
        f"1. {SOURCE} <https://news.example/kremlin?a=1&b=2>\n   > {QUOTE}\n\n"
        f"2. {SOURCE} <https://news.example/kremlin?a=1&b=2>\n   > {EXCHANGE}\n"
    )


def test_nothing_in_markdown_is_markup_but_ours():
    html = (
        MarkdownIt("commonmark", {"html": True})
        .enable("table")
        .render(markdown(HOSTILE, [turn(EVIL_ANSWER)]))
    )
    found = Page(html)
    ours = {"h1", "h2", "h3", "p", "em", "strong", "ol", "li", "blockquote"}
    assert {tag for tag, _ in found.tags} <= ours
    assert found.text.count(" ".join(HOSTILE.split())) >= 5


ODD = st.text(alphabet=st.sampled_from("\\`*_{}[]<>#|~&$@!:+-=.)1ah \n/"), max_size=40)


@given(ODD)
def test_markdown_reads_as_the_text_does(text):
    quiet = replace(TWO, claims=(claim(text),), citations=(), answerer="a-model")
    html = MarkdownIt("commonmark", {"html": True}).render(markdown("t", [turn(quiet)]))
    last = html.rstrip().split("<p>")[-1]
    wanted = " ".join(text.split())
    if wanted:
        assert Page(last).text == wanted


@given(ODD, ODD, ODD)
def test_a_short_answer_in_markdown_adds_bold_and_nothing_else(before, words, after):
    text = f"{before} x{words}x {after}"
    own = replace(cite(PLAIN, QUOTE), quote=text, start=0, end=len(text))
    told = replace(TWO, claims=(claim(text, own),), citations=(), answerer="a-model")
    told = replace(told, shorts=(short(own, f"x{words}x"),))
    html = MarkdownIt("commonmark", {"html": True}).render(markdown("t", [turn(told)]))
    last = html.rstrip().split("<p>")[-1]
    assert Page(last).text == " ".join(f"{text} [1]".split())
    assert [tag for tag, _ in Page(last).tags] == ["strong"]


def test_a_conversation_as_a_page_needs_nothing_and_its_markers_lead_to_its_sources():
    html = page("The summit", [turn(TWO), turn(REFUSED, 2)])
    found = Page(html)
    assert not re.search(r"<(?:script|link|img|iframe|object)\b|url\(|@import", html)
    assert "default-src 'none'" in html
    hrefs = [attrs["href"] for tag, attrs in found.tags if attrs.get("class") == "cite"]
    ids = {attrs["id"] for _, attrs in found.tags if "id" in attrs}
    assert hrefs == ["#source-1-1", "#source-1-2"]
    assert ids == {"source-1-1", "source-1-2", "source-2-1"}
    assert "color-scheme: light dark" in html
    assert "light-dark(" in html
    assert "@media print" in html
    assert found.text == (
        "Kept with onrecordThe summitWhat has to come first?Asked 1 March 2026, 12:30 UTC"
        f"The Daily Record, 18 May 2025: {QUOTE} [1] {EXCHANGE} [2]"
        f"{SOURCE} https://news.example/kremlin?a=1&b=2{QUOTE}"
        f"{SOURCE} https://news.example/kremlin?a=1&b=2{EXCHANGE}"
        f"Who won?Asked 1 March 2026, 12:30 UTC{REFUSAL}{NEAREST}"
        f"{SOURCE} https://news.example/kremlin?a=1&b=2{EXCHANGE}"
    )


def test_a_hostile_conversation_is_text_in_a_page():
    found = Page(page(HOSTILE, [turn(EVIL_ANSWER)]))
    said = " ".join(HOSTILE.split())
    assert found.text.count(said) >= 5
    assert {tag for tag, _ in found.tags} <= {
        *("html", "head", "meta", "title", "style", "body", "main", "section"),
        *("h1", "h2", "p", "b", "span", "a", "ol", "li", "blockquote"),
    }
    assert not any(name.startswith("on") for _, attrs in found.tags for name in attrs)
    assert not [a["href"] for t, a in found.tags if t == "a" and not a["href"].startswith("#")]


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        (None, None),
        ("https://a.example/x y(1)<b>", "https://a.example/x%20y%281%29%3Cb%3E"),
        ("https://a.example/%20?q=a&b", "https://a.example/%20?q=a&b"),
    ],
)
def test_only_web_addresses_become_links(url, shown):
    answer = replace(TWO, citations=(replace(TWO.citations[0], url=url),))
    links = [a["href"] for t, a in Page(page("t", [turn(answer)])).tags if t == "a"]
    assert links == ["#source-1-1", "#source-1-2", *([shown] if shown else [])]
    assert (shown or "<") in markdown("t", [turn(answer)]) or shown is None


@pytest.mark.parametrize("write", [markdown, page])
def test_what_the_articles_do_not_say_stands_apart_with_the_reason(write):
    wrong = replace(claim("Macron spoke."), status="unsupported", reason="no Macron there")
    written = reply("q", wrong, claim(QUOTE, cite(PLAIN, QUOTE)), answerer="a-model")
    html = write("t", [turn(written)])
    text = html.replace("&#58;", ":").replace("&#46;", ".").replace("&#44;", ",")
    order = ["Phrased by a", QUOTE[:20], UNSUPPORTED, "Macron spoke.", "no Macron there"]
    assert sorted(order, key=text.index) == order
