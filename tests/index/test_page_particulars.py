"""What a page states about its article, and where it states it."""

import json
from datetime import date
from pathlib import Path

import pytest

from index.boilerplate.clean import clean_article
from index.readers import fields
from index.readers.files import SourceFile
from index.readers.html.page import read_html

DAY = date(2026, 2, 11)
BODY = (
    "<p>The last ferry across the sound will leave an hour later from April on, the operator said "
    "on Wednesday. Islanders had asked for the change since the autumn.</p>"
) * 3


def read(head="", top="", title="Ferry sails an hour later", lang="en", bottom="", above=""):
    page = (
        f"<html lang='{lang}'><head><title>{title}</title>{head}</head><body>"
        f"{above}<article><h1>Ferry sails an hour later</h1>{top}{BODY}</article>{bottom}"
    )
    return clean_article(read_html(SourceFile(Path("a.html"), "a.html", "/"), page.encode()))


def ld(*things):
    return f'<script type="application/ld+json">{json.dumps(list(things))}</script>'


def article(**fields):
    return {"@type": "NewsArticle", "headline": "Ferry sails an hour later", **fields}


def origin(found, name):
    return dict(found.notes).get(name)


DATES = {
    "JSON-LD": (ld(article(datePublished="2026-02-11T10:00:00Z")), "", "JSON-LD datePublished"),
    "meta": (
        '<meta property="article:published_time" content="2026-02-11T10:00:00+01:00">', "",
        "meta article:published_time",
    ),
    "epoch": ('<meta name="pubdate" content="1770811200">', "", "meta pubdate"),
    "microdata": ("", '<meta itemprop="datePublished" content="2026-02-11">',
                  "microdata datePublished"),
    "time": ("", '<time datetime="2026-02-11">Wednesday</time>', "time datetime"),
    "German": ("", '<span class="date">Mittwoch, 11. Februar 2026</span>', "date shown"),
    "Russian": ("", "<p>11 февраля 2026 г., 10:30</p>", "date shown"),
    "Chinese": ("", "<div>2026年2月11日 08:30</div>", "date shown"),
    "url": ('<link rel="canonical" href="https://g.example/2026/02/11/ferry">', "",
            "the url, a guess"),
    "not the change": (
        "", '<time class="updated" datetime="2026-03-01">1 March</time>'
        '<time class="published" datetime="2026-02-11">11 February</time>', "time datetime",
    ),
    "as printed": (
        ld(article(datePublished="2026-02-12T02:10:00Z")),
        '<div class="date">February 11, 2026</div>',
        "as printed; JSON-LD datePublished counts by UTC",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("head", "top", "where"), DATES.values(), ids=DATES)
def test_the_day_is_found_and_where(head, top, where):
    found = read(head, top)
    assert (found.published, origin(found, "published")) == (DAY, where)


@pytest.mark.parametrize("part", ["<div class='modal-open'>", "<form>", "<aside>"])
def test_a_part_that_holds_the_headline_is_the_article_whatever_it_is_called(part):
    page = f"<html><body>{part}<h1>Ferry</h1><time datetime='2026-02-11'>Wed</time>{BODY}</body>"
    assert read_html(SourceFile(Path("a.html"), "a.html", "/"), page.encode()).published == DAY


@pytest.mark.parametrize(
    ("head", "top", "bottom"),
    [
        ("", '<time>05/06/2026</time>', ""),
        ('<meta name="date" content="05/06/2026">', "", ""),
        ('<meta name="date" content="1970-01-01">', "", ""),
        ('<meta name="date" content="soon">', "", ""),
        (ld(article(datePublished="2093-01-01")), "", ""),
        ("", "", "<footer>© 2026 Gull. <time datetime='2026-02-11'>Today</time></footer>"),
        ("", "", "<div class='related'><time datetime='2026-02-11'>1d</time> Swans</div>"),
        ("", "<p class='update'>Updated: 11 February 2026</p>", ""),
    ],
    ids="ambiguous,ambiguous meta,1970,words,to come,footer,other,updated".split(","),
)  # fmt: skip
def test_no_day_is_invented(head, top, bottom):
    found = read(head, top, bottom=bottom)
    assert found.published == (DAY if "update" in top else None)


@pytest.mark.parametrize(
    ("head", "top", "written"),
    [
        ("", "<time>05/06/2026</time>", "05/06/2026"),
        ('<meta name="date" content="05/06/2026">', "", "05/06/2026"),
        (ld(article(datePublished="1970-01-01T00:00:00Z")), "", "1970-01-01T00:00:00Z"),
        ("", "<p class='date'>2 hours ago</p>", None),
    ],
)
def test_a_day_that_is_left_out_is_told(head, top, written):
    notes = [what for name, what in read(head, top).notes if name == "published"]
    assert notes == ([f"left out, as it is no certain day: {written}"] if written else [])


def test_the_day_at_the_head_of_every_page_is_not_the_articles():
    above = "<div class='top'><span class='date'>11 February 2026</span></div>"
    assert read(above=above).published is None


def test_an_ambiguous_day_is_read_as_the_pages_language_writes_it():
    for lang, day in (("de", date(2026, 6, 5)), ("en-GB", date(2026, 6, 5)),
                      ("en-US", date(2026, 5, 6)), ("en", None), ("ja", None)):  # fmt: skip
        assert read('<meta name="date" content="05/06/2026">', lang=lang).published == day


def test_a_day_to_come_is_no_day(monkeypatch):
    class Early(date):
        @classmethod
        def today(cls):
            return date(2026, 2, 1)

    head = '<meta name="date" content="2026-02-11">'
    assert read(head).published == DAY
    monkeypatch.setattr(fields, "date", Early)
    assert read(head).published is None


AUTHORS = {
    "JSON-LD": (ld(article(author={"@type": "Person", "name": "Ann Lee"})), "", "Ann Lee"),
    "several": (ld(article(author=[{"name": "Ann Lee"}, {"name": "Bo Ek"}])), "",
                "Ann Lee, Bo Ek"),
    "by reference": (
        ld({"@graph": [article(author={"@id": "#1"}),
                       {"@type": "Person", "@id": "#1", "name": "Ann Lee"}]}), "", "Ann Lee",
    ),
    "a person before the firm": (
        ld(article(author={"@type": "Organization", "name": "Gull Post"})),
        "<p class='byline'>By <a>Ann Lee</a>, Correspondent</p>", "Ann Lee",
    ),
    "German": ("", "<div class='autor'>Von Jörg Hasenbein</div>", "Jörg Hasenbein"),
    "Arabic": ("", "<div class='author'>بقلم سلمى الحداد</div>", "سلمى الحداد"),
    "Chinese": ("", "<div class='author'>作者：林若溪</div>", "林若溪"),
    "a line": ("", "<p>By Ann Lee and Bo Ek | 11 February 2026</p>", "Ann Lee, Bo Ek"),
    "with its place": ("", "<p class='byline'>By Ann Lee, Washington</p>", "Ann Lee"),
    "with the day of a change": (
        "", "<p class='byline'>By Ann Lee Updated 3 May 2025</p>", "Ann Lee",
    ),
    "in a sentence": (
        "", "<p class='byline'>Ann Lee is a reporter and writes about boats.</p>", "Ann Lee",
    ),
    "with a picture's": ("", "<p class='byline'>Text: Ann Lee; Foto: Bo Ek</p>", "Ann Lee"),
    "a link to write": ('<meta name="author" content="Email Ann Lee">', "", "Ann Lee"),
    "a link to more": ('<meta name="author" content="View all posts by Ann Lee">', "", "Ann Lee"),
    "a small label": ('<meta name="author" content="von Kathrin">', "", "Kathrin"),
    "a name that begins so": ('<meta name="author" content="Von Trotta">', "", "Von Trotta"),
    "who put it there": ('<meta name="author" content="Veröffentlicht von HansG">', "", "HansG"),
    "a label for both": ("", "<p class='author'>Autor/in: Ann Lee</p>", "Ann Lee"),
    "a heading": ('<meta name="author" content="About the Author - Ann Lee">', "", "Ann Lee"),
    "a label of the day": ('<meta name="author" content="Published by Ann Lee">', "", "Ann Lee"),
    "after a word": (
        '<meta name="author" content="Redaktion">', "<a rel='author'>Ann Lee</a>", "Ann Lee",
    ),
    **{
        word: (f'<meta name="author" content="{word}">', "", None)
        for word in ("admin", "Administrator", "Posted", "Follow", "Datum", "Username", "Monday",
                     "Februar", "11 February 2026", "https://facebook.com/gull", "@gull",
                     "desk@gull.example", ".push", "[email protected]", "Article by",
                     "Veröffentlicht am", "Redaktion", "Фото из Инстаграма",
                     "Ferry sails an hour later")
    },
}  # fmt: skip


@pytest.mark.parametrize(("head", "top", "name"), AUTHORS.values(), ids=AUTHORS)
def test_authors_are_people(head, top, name):
    assert read(head, top).author == name


PUBLISHERS = {
    "site name": ('<meta property="og:site_name" content="Gull Post">', "Gull Post"),
    "JSON-LD": (ld(article(publisher={"@type": "Organization", "name": "Gull Post"})),
                "Gull Post"),
    "a url": ('<meta property="og:site_name" content="https://www.gullpost.example/">',
              "gullpost.example"),
    "a name before a url": (
        '<meta property="og:site_name" content="gullpost.example">'
        + ld(article(publisher={"name": "Gull Post"})), "Gull Post",
    ),
    "a profile": ('<meta property="article:publisher" content="https://www.facebook.com/gull">',
                  None),
    "a handle": ('<meta name="publisher" content="@gull">', None),
    "a copyright": ('<meta name="publisher" content="© 2026 Gull Post. All rights reserved.">',
                    None),
    "the title": ('<meta property="og:site_name" content="Ferry sails an hour later">', None),
    "the host": ('<link rel="canonical" href="https://www.gullpost.example/ferry">',
                 "gullpost.example"),
}  # fmt: skip


@pytest.mark.parametrize(("head", "name"), PUBLISHERS.values(), ids=PUBLISHERS)
def test_publishers_are_names(head, name):
    assert read(head).publisher == name


@pytest.mark.parametrize(
    ("shown", "title"),
    [
        ("Ferries run later | Gull Post", "Ferries run later"),
        ("Ferries run later - Gull Post", "Ferries run later"),
        ("Gull Post: Ferries run later", "Ferries run later"),
        ("Ferries run later | gullpost.example", "Ferries run later"),
        ("Ferries run later « Gull Post", "Ferries run later"),
        ("Ferries run later (Gull Post)", "Ferries run later"),
        ("Ferries run later | News | Gull Post", "Ferries run later"),
        ("Ferries run later | News", "Ferries run later | News"),
        ("Ferries run later (again)", "Ferries run later (again)"),
        ("Ferries | a history", "Ferries | a history"),
        ("Ferries: a history", "Ferries: a history"),
    ],
)
def test_a_title_loses_its_publisher_and_nothing_else(shown, title):
    page = (
        f"<html><head><title>{shown}</title><meta property='og:title' content='{shown}'>"
        "<meta property='og:site_name' content='Gull Post'><link rel='canonical' "
        f"href='https://gullpost.example/f'></head><body><article>{BODY}</article></body></html>"
    )
    found = read_html(SourceFile(Path("a.html"), "a.html", "/"), page.encode())
    assert found.title == title


def test_of_a_live_blog_the_whole_counts():
    updates = [
        {"@type": "BlogPosting", "headline": "First boat sails", "author": {"name": "Bo Ek"},
         "datePublished": "2026-02-13T10:00:00Z"}
    ]  # fmt: skip
    live = {
        "@type": "LiveBlogPosting", "headline": "Ferry sails an hour later",
        "datePublished": "2026-02-11T08:00:00Z", "author": {"name": "Ann Lee"},
        "liveBlogUpdate": updates,
    }  # fmt: skip
    entry = "<h3>First boat sails</h3><p><time datetime='2026-02-13T10:00'>10:00</time></p>" + BODY
    found = read(ld(live), entry)
    assert (found.published, found.author) == (DAY, "Ann Lee")
    assert found.title == "Ferry sails an hour later"
    assert "10:00" in found.text


def test_an_entry_of_a_live_blog_keeps_its_time():
    lines = [f"The boat number {n} sailed with forty people on board, it said." for n in range(4)]
    entries = "".join(
        f"<article class='live-entry'><header><time datetime='2026-02-11T1{n}:00Z'>1{n}:00</time>"
        f"<h3>Boat {n} sails</h3></header><p>{line}</p></article>"
        for n, line in enumerate(lines)
    )
    text = read("", entries).text
    for n, line in enumerate(lines):
        assert f"1{n}:00 Boat {n} sails\n\n{line}" in text


def test_an_entry_is_told_by_its_time_in_whatever_element():
    lines = [f"The boat number {n} sailed with forty people on board, it said." for n in range(3)]
    entries = "".join(
        f"<li class='timeline-item'><strong>1{n}:00</strong><p>{line}</p></li>"
        for n, line in enumerate(lines)
    )
    found = read("", f"<ul>{entries}</ul>")
    assert [place for _, place in found.places] == ["10:00", "11:00", "12:00"]
    assert "\n\n".join(f"1{n}:00 {line}" for n, line in enumerate(lines)) in found.text


@pytest.mark.parametrize("name", ["Ada Lund", "Linda Vonk", "Luigi Di Maio", "Von Trier"])
def test_a_name_is_not_a_label(name):
    assert read(f'<meta name="author" content="{name}">').author == name
    assert read(f'<meta name="author" content="Von {name}">').author == name


def test_commas_that_json_forbids_are_passed_over():
    script = (
        '<script type="application/ld+json">{"@type": "NewsArticle",'
        ' "datePublished": "2026-02-11",}</script>'
    )
    assert read(script).published == DAY
