"""The corpus page in a real Chromium: articles found, read, added, asked about and removed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.sync_api import expect

from index.web.fetch import Fetcher
from tests.e2e.browsing import (
    PHONE,
    ask,
    browser_wanted,
    darken,
    elsewhere,
    faults_on_a_phone,
    until,
    violations,
)
from tests.newsite import Site
from tests.rag.builders import article, corpus_of
from tests.ui.serving import PASSWORD
from ui.alerts import Alerts, Match
from ui.library.adding import Editor
from ui.library.view import READ_ONLY, Terms
from ui.page.app import build_app, launch
from ui.server.api import build_api
from ui.server.auth import User, Users

pytestmark = browser_wanted

EVIL = "<img src=x onerror=alert(1)>"
FERRY = (
    b"---\ntitle: Ferry to Corran stays in port\npublisher: The Tide\npublished: 2026-04-02\n---\n"
    b"The ferry to Corran stays in port until Thursday.\n\n"
    b"The gale tore 40 metres off the pier, said the harbour master, Ines Kolb.\n"
)
ARTICLES = {
    "hail.txt": {
        "text": "Hail the size of walnuts broke 300 greenhouses in Riga.",
        "title": "Hail in Riga",
        "publisher": "Wire",
        "published": "2026-03-01",
    },
    "bread.txt": {
        "text": "Bread will cost nine crowns from Monday, the bakers of Brno said.",
        "title": "Bread dearer",
        "publisher": "The Crumb",
        "published": "2026-01-31",
    },
    "evil.txt": {"text": f"Nobody may run this. {EVIL}", "title": EVIL, "publisher": EVIL},
}


@pytest.fixture
def corpus(tmp_path, embedder):
    made, _ = corpus_of(tmp_path / "index", embedder, ARTICLES)
    return made


@pytest.fixture
def address(corpus):
    fetch = Fetcher(max_bytes=10**6, allow_private=True)
    editor = Editor(corpus, corpus.directory, max_bytes=10**6, fetch=fetch)
    app = build_app(corpus, terms=lambda: Terms(add=True, remove=True, megabytes=1))
    yield launch(app, port=0, programs=build_api(corpus, editor=editor))
    app.close()


def library(visit, address, **options):
    """The corpus page, its table shown."""
    page = visit(address, **options)
    page.get_by_role("tab", name="Corpus").click()
    page.locator(".library table").wait_for()
    return page


def titles(page):
    return page.locator(".library tbody .title a")


def test_the_table_is_searched_narrowed_sorted_and_opened(visit, address):
    page = library(visit, address)
    box = page.get_by_label("Find articles")
    box.fill("hail OR crowns")
    page.get_by_text("1–2 of 2 found among 3").wait_for()
    expect(page.locator(".library .excerpt mark")).to_have_text(["Hail", "crowns"])
    crumb = page.get_by_role("button", name="The Crumb 1")
    crumb.click()
    page.get_by_text("1–1 of 1 found among 3").wait_for()
    expect(titles(page)).to_have_text(["Bread dearer"])
    expect(box).to_have_value('hail OR crowns publisher:"The Crumb"')
    expect(crumb).to_have_attribute("aria-pressed", "true")
    crumb.click()
    page.get_by_text("1–2 of 2 found among 3").wait_for()
    expect(box).to_have_value("hail OR crowns")
    box.fill("")
    expect(titles(page)).to_have_text(["Hail in Riga", "Bread dearer", EVIL])
    page.get_by_role("button", name="Article", exact=True).click()
    page.locator('.library th.title[aria-sort="ascending"]').wait_for()
    expect(titles(page)).to_have_text([EVIL, "Bread dearer", "Hail in Riga"])
    page.wait_for_function("document.activeElement.textContent === 'Article'")
    box.fill("crumb")
    page.get_by_text("1–1 of 1 found among 3").wait_for()
    expect(titles(page)).to_have_text(["Bread dearer"])
    page.get_by_role("link", name="Bread dearer").click()
    page.locator("#reader h2", has_text="Bread dearer").wait_for()
    expect(page.locator("#reader mark")).to_have_count(0)
    chart = page.get_by_role("img", name="Articles by month and publisher.")
    assert "2026-03: Wire 1" in chart.get_attribute("aria-label")
    assert (page.dialogs, elsewhere(page)) == ([], set())


def test_an_upload_is_asked_about_and_a_link_is_fetched(visit, address):
    page = library(visit, address)
    page.get_by_text("Add articles").click()
    page.get_by_label("Files").set_input_files(
        [
            {"name": "ferry.md", "mimeType": "text/markdown", "buffer": FERRY},
            {"name": f"{EVIL}.pdf", "mimeType": "application/pdf", "buffer": b"%PDF"},
        ]
    )
    page.get_by_role("button", name="Add files").click()
    page.get_by_text("1 added, 1 skipped.").wait_for()
    damaged = "the PDF is damaged and cannot be opened; get or save it anew"
    told = ["Ferry to Corran stays in port added", f"upload/{EVIL}.pdf skipped: {damaged}"]
    expect(page.locator(".results li")).to_have_text(told)
    page.get_by_text("4 articles on the record.").wait_for()
    expect(titles(page).first).to_have_text("Ferry to Corran stays in port")
    page.get_by_role("tab", name="Ask").click()
    page.get_by_role("button", name="Which articles").click()
    page.locator("#narrow option", has_text="The Tide (1)").wait_for(state="attached")
    ask(page, "Who is the harbour master?")
    page.locator("#reader mark").first.wait_for()
    expect(page.locator("#reader mark").first).to_contain_text("Ines Kolb")
    page.get_by_role("tab", name="Corpus").click()
    with Site() as site:
        site.page("/harbour", "Harbour to close")
        label = "Address of an article, a feed or a sitemap"
        page.get_by_label(label).fill(f"{site.address}/harbour")
        page.get_by_role("button", name="Add a link").click()
        page.get_by_text("1 added.").wait_for()
    expect(titles(page).filter(has_text="Harbour to close")).to_have_count(1)
    page.locator(".library .results a").click()
    page.locator("#reader").get_by_role("heading", name="Harbour to close").wait_for()
    assert (page.dialogs, elsewhere(page)) == ([], set())


@pytest.mark.parametrize(
    ("said", "then"),
    [("Start your own corpus", 1), ("Add to a copy of the sample", 4)],
)
def test_of_the_sample_it_is_asked_first_where_to_add(visit, corpus, tmp_path, said, then):
    editor = Editor(corpus, tmp_path / "own", corpus.turn_to, max_bytes=10**6)
    terms = lambda: Terms(add=True, copies=corpus.directory != tmp_path / "own")  # noqa: E731
    app = build_app(corpus, terms=terms)
    try:
        page = library(visit, launch(app, port=0, programs=build_api(corpus, editor=editor)))
        page.get_by_text("Add articles").click()
        file = {"name": "ferry.md", "mimeType": "text/markdown", "buffer": FERRY}
        page.get_by_label("Files").set_input_files([file])
        page.get_by_role("button", name="Add files").click()
        dialog = page.get_by_role("dialog", name="Where to add")
        dialog.wait_for()
        assert violations(page) == []
        page.get_by_role("button", name="Cancel").click()
        dialog.wait_for(state="hidden")
        expect(page.locator(".library .results")).to_be_hidden()
        page.get_by_text("3 articles on the record.").wait_for()
        page.get_by_role("button", name="Add files").click()
        page.get_by_role("button", name=said).click()
        page.get_by_text("1 added.").wait_for()
        page.get_by_text(f"{then} article{'s' * (then > 1)} on the record.").wait_for()
    finally:
        app.close()


def test_pasted_text_is_added_and_taken_out_and_what_is_gone_already_is_told(
    visit, address, corpus
):
    page = library(visit, address)
    page.get_by_text("Add articles").click()
    page.get_by_label("Headline").fill("Fog in Oslo")
    page.get_by_label("Text", exact=True).fill("Fog closed the airport of Oslo for nine hours.")
    page.get_by_role("button", name="Add text").click()
    page.get_by_text("1 added.").wait_for()
    page.locator(".results a", has_text="Fog in Oslo").click()
    page.locator("#reader h2", has_text="Fog in Oslo").wait_for()
    expect(page.get_by_label("Headline")).to_have_value("")

    page.get_by_label("Choose Fog in Oslo").check()
    page.get_by_role("button", name="Remove 1").click()
    page.get_by_role("button", name="Keep").click()
    assert len(corpus.articles()) == 4
    page.get_by_label("Choose Bread dearer").check()
    page.get_by_role("button", name="Remove 2").click()
    page.get_by_role("button", name="Remove for good").click()
    page.get_by_text("2 removed.").wait_for()
    expect(titles(page)).to_have_text(["Hail in Riga", EVIL])
    until(lambda: [a.uri for a in corpus.articles()] == ["evil.txt", "hail.txt"])
    page.get_by_text("2 articles on the record.").wait_for()
    corpus.builder(corpus.directory).remove(["hail.txt"])
    page.get_by_label("Choose Hail in Riga").check()
    page.get_by_role("button", name="Remove 1").click()
    page.get_by_role("button", name="Remove for good").click()
    page.locator(".results .problem", has_text="no article has this uri, key or id").wait_for()
    page.get_by_text("1–1 of 1").wait_for()


def test_a_name_gives_its_articles_and_is_asked_about(visit, address, corpus):
    texts = ("Hail fell on Brno, Ada Lund said.", "Ada Lund said that Brno will be dry.")
    corpus.builder(corpus.directory).put(
        [article(f"lund-{n}.txt", text) for n, text in enumerate(texts)]
    )
    page = library(visit, address)
    page.get_by_role("button", name="Ada Lund 2").click()
    page.get_by_text("1–2 of 2 found among 5").wait_for()
    expect(page.get_by_label("Find articles")).to_have_value('"Ada Lund"')
    asks = page.locator(".library .facets .asks")
    expect(asks).to_have_text(["Brief", "Quotations"])  # of what is dated, no timeline
    page.locator(".library tbody .title a").first.click()
    heading = page.locator("#reader h2").bounding_box()
    bar = page.locator("#reader .steps").bounding_box()
    assert heading["y"] >= bar["y"] + bar["height"]
    assert violations(page) == []
    page.get_by_role("button", name="Quotations").click()
    page.locator("#chat .asked", has_text="What did Ada Lund say?").wait_for()
    page.get_by_role("button", name="Retry").wait_for()
    expect(page.locator("#chat .answer")).to_contain_text("Ada Lund said that Brno will be dry.")
    page.wait_for_function("document.activeElement.closest('#ask') !== null")


def test_an_alert_is_kept_tells_what_is_new_and_goes_and_comes_back(visit, address, corpus):
    page = visit(address)
    ask(page, "What will bread cost in Vienna?")
    page.get_by_role("button", name="Alert me of new articles on this").click()
    kept = (
        "Kept. New articles on “What will bread cost in Vienna?” will be told under Corpus, Alerts."
    )
    page.locator("#chat .told", has_text=kept).wait_for()
    page.get_by_role("tab", name="Corpus").click()
    page.get_by_label("Find articles").fill("hail")
    page.get_by_role("button", name="Alert me of new articles with these words").click()
    shown = page.locator(".library .alerts")
    shown.get_by_text("Kept. New articles on “hail”").wait_for()
    expect(shown.locator("li b")).to_have_text(["What will bread cost in Vienna?", "hail"])
    page.get_by_label("Find articles").fill("hail publisher:Wire")
    page.get_by_role("button", name="Alert me of new articles with").wait_for(state="hidden")

    match = Match(
        "hail", "bread.txt", corpus.articles()[0].id, EVIL, None, None, None, "", 0, "2026-05-05"
    )
    alerts = Alerts(corpus.directory)
    alerts.record(alerts.all()[1], [match], 3)
    page.reload()
    page.get_by_role("tab", name="Corpus").click()
    shown.locator("summary .new", has_text="1 new").wait_for()
    shown.locator("summary").click()
    shown.locator("summary .new").wait_for(state="hidden")
    expect(shown.locator("li p", has_text=EVIL).locator("b")).to_have_text("New")
    until(lambda: [match.seen for match in alerts.matches()] == [True])
    expect(shown.get_by_role("link", name="As a feed (RSS)")).to_have_attribute(
        "href", "alerts.rss"
    )
    assert violations(page) == []

    page.keyboard.press("Tab")
    page.get_by_role("button", name="Remove the alert hail").press("Enter")
    undo = shown.get_by_role("button", name="Undo")
    undo.wait_for()
    until(lambda: [each.text for each in alerts.all()] == ["What will bread cost in Vienna?"])
    expect(undo).to_be_focused()
    page.keyboard.press("Enter")
    shown.locator("li b", has_text="hail").wait_for()
    until(lambda: [match.title for match in alerts.matches()] == [EVIL])
    assert (page.dialogs, elsewhere(page)) == ([], set())


def test_no_timeline_is_offered_of_what_has_no_date(visit, tmp_path, embedder):
    undated = {"crane.txt": {"text": "The crane was taken down, and the city sold it for scrap."}}
    app = build_app(corpus_of(tmp_path / "undated", embedder, undated)[0])
    try:
        page = visit(launch(app, port=0))
        page.get_by_role("button", name="Ask", exact=True).wait_for()
        assert page.get_by_role("button", name="Timeline").is_hidden()
        assert page.get_by_role("button", name="Which articles").is_hidden()  # all are alike
    finally:
        app.close()


def test_each_room_has_the_article_that_was_opened_in_it(visit, address):
    page = visit(address)
    page.get_by_role("button", name="Timeline").wait_for()
    title = page.locator("#reader h2")
    page.get_by_role("tabpanel", name="Ask").get_by_role("link", name="Hail in Riga").click()
    title.get_by_text("Hail in Riga").wait_for()
    page.get_by_role("tab", name="Corpus").click()
    title.wait_for(state="hidden")
    page.get_by_role("tabpanel", name="Corpus").get_by_role("link", name="Bread dearer").click()
    title.get_by_text("Bread dearer").wait_for()
    page.evaluate("document.querySelector('#welcome ul').outerHTML += ''")  # it was drawn anew
    page.get_by_role("tab", name="Ask").press("Enter")
    title.get_by_text("Hail in Riga").wait_for()
    assert page.get_by_role("tab", name="Ask").evaluate("e => e === document.activeElement")
    assert page.locator("#welcome a[aria-current]").text_content() == "Hail in Riga"


def test_readers_who_may_not_change_it_are_offered_nothing(visit, corpus):
    app = build_app(corpus, terms=lambda: READ_ONLY)
    try:
        page = library(visit, launch(app, port=0, programs=build_api(corpus)))
        expect(page.get_by_text("Add articles")).to_be_hidden()
        expect(page.locator(".library input[type=checkbox]")).to_have_count(0)
    finally:
        app.close()


def test_who_signed_in_sees_their_own_alerts_and_an_admin_those_of_all(visit, corpus):
    one = User.with_password("ada", PASSWORD)
    ada, root = replace(one, role="editor"), replace(one, name="root", role="admin")
    for who in ("ada", "bea"):
        Alerts(corpus.directory, who).add(f"hail for {who}", 0)
    editor = Editor(corpus, corpus.directory, max_bytes=10**6)
    app = build_app(corpus, terms=lambda: Terms(add=True, remove=True, megabytes=1))
    doors = build_api(corpus, Users([ada, root]), editor=editor)
    try:
        address = launch(app, port=0, programs=doors)
        seen = {}
        for who in ("ada", "root"):
            sign = {"username": who, "password": PASSWORD}
            page = library(visit, address, http_credentials=sign)
            page.locator(".library .alerts summary").click()
            shown = page.locator(".library .alerts li p:has(b)")
            seen[who] = [" ".join(each.split()) for each in shown.all_inner_texts()]
            expect(page.locator(".library tbody input")).to_have_count(3 if who == "root" else 0)
        assert seen == {
            "ada": ["hail for ada Remove"],
            "root": ["hail for ada of ada Remove", "hail for bea of bea Remove"],
        }
        page.get_by_role("button", name="Remove the alert hail for bea").click()
        page.locator(".library .gone", has_text="“hail for bea” was removed.").wait_for()
        page.get_by_role("button", name="Undo").click()
        page.locator(".library .gone", has_text="“hail for bea” is back.").wait_for()
        assert [" ".join(each.split()) for each in shown.all_inner_texts()] == seen["root"]
    finally:
        app.close()


def states(page):
    """Brings the corpus page from one main state to the next, and names each."""
    yield "table"
    page.get_by_text("Add articles").click()
    yield "forms"
    page.get_by_label("Headline").fill("Donaudampfschifffahrt" * 8)
    page.get_by_label("Text", exact=True).fill("Fog closed the airport of Oslo for nine hours.")
    page.get_by_role("button", name="Add text").click()
    page.get_by_text("1 added.").wait_for()
    yield "a long headline added"
    page.get_by_label("Choose Bread dearer").check()
    page.get_by_role("button", name="Remove 1").click()
    yield "whether to remove"
    page.get_by_role("button", name="Add files").click()
    page.get_by_text("Choose files first.").wait_for()
    yield "nothing chosen"


def test_axe_finds_no_grave_violation(visit, address):
    page = library(visit, address, reduced_motion="reduce")
    found = {state: problems for state in states(page) if (problems := violations(page))}
    assert found == {}
    darken(page)
    assert violations(page, ["color-contrast"]) == []


def test_on_a_phone_nothing_stands_over_the_edge_and_targets_have_24_pixels(visit, address):
    phone = {"viewport": PHONE, "has_touch": True, "is_mobile": True}
    page = library(visit, address, color_scheme="dark", reduced_motion="reduce", **phone)
    assert faults_on_a_phone(page, states(page)) == {}


def test_the_keyboard_is_enough(visit, address, corpus):
    page = visit(address)
    press = page.keyboard.press
    page.get_by_role("textbox", name="Question").wait_for()
    page.get_by_role("tab", name="Ask").focus()
    press("Tab")
    page.wait_for_function("document.activeElement.textContent.trim() === 'Corpus'")
    press("Enter")
    page.locator(".library table").wait_for()
    reached = []
    for _ in range(24):
        press("Tab")
        name = page.evaluate(
            """() => { const e = document.activeElement; return e.getAttribute("aria-label")
                || e.labels?.[0]?.textContent.trim() || e.textContent.trim(); }"""
        )
        reached.append(name)
        if name == "Choose Bread dearer":
            break
    assert reached[:3] == ["Alerts", "Add articles", "Find articles"]
    assert reached[-1] == "Choose Bread dearer"
    press("Space")
    page.get_by_role("button", name="Remove 1").focus()
    press("Enter")
    page.wait_for_function("document.activeElement.textContent === 'Keep'")
    press("Shift+Tab")
    press("Enter")
    page.get_by_text("1 removed.").wait_for()
    page.get_by_role("link", name="Hail in Riga").focus()
    press("Enter")
    page.locator("#reader h2", has_text="Hail in Riga").wait_for()
    page.get_by_role("link", name="Back to the list").focus()
    press("Enter")
    page.wait_for_function("document.activeElement.textContent === 'Hail in Riga'")
    until(lambda: [a.uri for a in corpus.articles()] == ["evil.txt", "hail.txt"])
