"""A web page becomes its article."""

from datetime import date

import pytest

from index.article import Article, Skipped
from index.boilerplate.clean import clean_article
from index.readers.source import file_of
from tests.index.documents import read_source

PAGE = """<!doctype html><html lang="en-GB"><head><meta charset="{charset}">
<title>Harbour bridge reopens | The Daily Gull</title>
<link rel="canonical" href="https://gull.example/2025/05/18/bridge">
<meta property="og:site_name" content="The Daily Gull"><meta name="author" content="Ann Lee">
<meta property="article:published_time" content="2025-05-18T10:00:00Z"></head><body>
<nav><a href="/">Home</a> <a href="/sport">Sport</a></nav>
<article><h1>Harbour bridge reopens</h1>
<p>The harbour bridge reopened on Sunday after two years of repairs, the city&nbsp;said. Cars
crossed it from noon on and <b>many</b> people came to watch.</p>
<h2>What it cost</h2>
<p>The repairs cost 40 million euros, as much as a café. The council will publish its
<a href="/x">own report</a> in June, a spokesman said on Sunday.<br>It was late.</p>
<ul><li>Two lanes for cars</li><li>One lane for bicycles</li></ul>
<blockquote><p>"We are very glad and not a little proud", said the mayor on Sunday.</p></blockquote>
<table><tr><th>Year</th><th>Cost</th></tr><tr><td>2023</td><td>10 million</td></tr></table>
<p>Trams will follow in the autumn, when the rails have been laid and tested for a month. Until
then buses go round by the old road.</p></article>
<footer>© 2019 The Daily Gull</footer></body></html>"""

TEXT = """Harbour bridge reopens

The harbour bridge reopened on Sunday after two years of repairs, the city said. Cars crossed it \
from noon on and many people came to watch.

What it cost

The repairs cost 40 million euros, as much as a café. The council will publish its own report in \
June, a spokesman said on Sunday.
It was late.

- Two lanes for cars
- One lane for bicycles

"We are very glad and not a little proud", said the mayor on Sunday.

Year: 2023; Cost: 10 million.

Trams will follow in the autumn, when the rails have been laid and tested for a month. Until then \
buses go round by the old road."""


def only(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    (found,) = read_source(path)
    return found


@pytest.mark.parametrize("name", ["a.html", "a.htm", "a.xhtml"])
def test_a_page_is_its_article(tmp_path, name):
    raw = PAGE.format(charset="utf-8")
    assert only(tmp_path / name, raw) == Article(
        uri=name, key="a", text=TEXT, raw=raw, title="Harbour bridge reopens", author="Ann Lee",
        publisher="The Daily Gull", published=date(2025, 5, 18), language="en",
        url="https://gull.example/2025/05/18/bridge", root=str(tmp_path),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("charset", "encoding"),
    [
        ("iso-8859-1", "cp1252"),
        ("windows-1257", "cp1257"),
        ("utf-16", "utf-16"),
        ("latin1", "utf-8"),
        ("no-such-charset", "utf-8"),
    ],
)
def test_the_charset_of_a_page_counts(tmp_path, charset, encoding):
    assert only(tmp_path / "a.html", PAGE.format(charset=charset).encode(encoding)).text == TEXT


def test_a_charset_of_seven_bits_counts(tmp_path):
    japanese = "東京の橋が日曜日に再開した。市長が述べた。" * 10
    page = f'<html><head><meta charset="iso-2022-jp"></head><body><p>{japanese}</p></body></html>'
    assert only(tmp_path / "a.html", page.encode("iso-2022-jp")).text == japanese


def test_an_xhtml_declaration_is_no_hindrance(tmp_path):
    raw = '<?xml version="1.0" encoding="utf-8"?>\n' + PAGE.format(charset="utf-8")
    assert only(tmp_path / "a.xhtml", raw).text == TEXT


@pytest.mark.parametrize(
    "page",
    [
        "<html><body><ul><li><a href='/'>Home</a></li><li><a href='/s'>Sport</a></li></ul></body>",
        "<html><head><title>Gull</title></head><body><div><a href='/'>Home</a></div></body></html>",
        "<html></html>",
        "just words",
    ],
)
def test_a_page_without_an_article_is_skipped(tmp_path, page):
    assert only(tmp_path / "a.html", page) == Skipped(
        "a.html", "the page holds no article, only links or a menu; save the article's own page"
    )


def test_a_date_is_not_taken_from_the_copyright(tmp_path):
    raw = (
        PAGE.format(charset="utf-8")
        .replace("2025-05-18T10:00:00Z", "soon")
        .replace("/2025/05/18", "")
    )
    assert only(tmp_path / "a.html", raw).published is None


def story(n, *, heading="h2", link=True, time=True, paragraphs=2):
    """An article on a page with others."""
    head = (
        f"<a href='https://gull.example/a/{n}'>Story number {n}</a>"
        if link
        else f"Story number {n}"
    )
    when = (
        f"<p>By Ann Lee{n}, <time datetime='2026-05-0{n}'>{n} May 2026</time></p>" if time else ""
    )
    body = "".join(
        f"<p>In story {n} the council of Tarn decided on matter {m} on Wednesday evening.</p>"
        for m in range(paragraphs)
    )
    return f"<article><{heading}>{head}</{heading}>{when if time else ''}{body}</article>"


def page_of(*parts, title="Thursday's edition"):
    return (
        f"<html lang='en'><head><title>{title}</title><meta property='og:site_name' content='Gull'>"
        f"</head><body><main>{''.join(parts)}</main></body></html>"
    )


def test_three_articles_on_a_page_are_three(tmp_path):
    (tmp_path / "a.html").write_text(page_of(*(story(n) for n in (1, 2, 3))))
    found = [clean_article(article) for article in read_source(tmp_path)]
    assert [(a.uri, a.key, a.title, a.url) for a in found] == [
        (f"a.html#{n}", f"a#{n}", f"Story number {n}", f"https://gull.example/a/{n}")
        for n in (1, 2, 3)
    ]
    assert [(a.published, a.publisher, a.language) for a in found] == [
        (date(2026, 5, n), "Gull", "en") for n in (1, 2, 3)
    ]
    for n, article in enumerate(found, 1):
        assert article.text.split("\n\n") == [
            f"In story {n} the council of Tarn decided on matter {m} on Wednesday evening."
            for m in (0, 1)
        ]
    assert [file_of(article.uri) for article in found] == ["a.html"] * 3


def test_a_short_article_keeps_its_paragraphs(tmp_path):
    page = page_of(story(1, heading="h1", link=False), title="Story number 1")
    assert clean_article(only(tmp_path / "a.html", page)).text.split("\n\n") == [
        f"In story 1 the council of Tarn decided on matter {m} on Wednesday evening."
        for m in (0, 1)
    ]


def test_a_short_article_in_one_part_keeps_its_breaks(tmp_path):
    body = (
        "The crane was sold on Monday, it said.<br><br>It was old.<br>Nobody will miss it, it said."
    )
    page = f"<html><body><div><h1>Crane sold</h1><div>{body}</div></div></body></html>"
    article = clean_article(only(tmp_path / "a.html", page))
    lines = [
        "The crane was sold on Monday, it said.",
        "",
        "It was old.",
        "Nobody will miss it, it said.",
    ]
    assert (article.title, article.text.split("\n")) == ("Crane sold", lines)


def test_the_page_of_an_article_is_known_by_it_though_another_follows(tmp_path):
    page = page_of(story(1, heading="h1", link=False), story(2), title="Story number 1 - Gull")
    (tmp_path / "a.html").write_text(page)
    assert [(a.uri, a.title) for a in read_source(tmp_path)] == [
        ("a.html", "Story number 1"), ("a.html#2", "Story number 2"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "parts",
    [
        ["<h1>Thursday's edition</h1>", *(story(n, link=False, time=False) for n in (1, 2, 3))],
        [story(1), *(story(n, paragraphs=1) for n in (2, 3))],
        [story(1), f"<div class='related'>{story(2)}</div>"],
        [story(1), f"<div id='comments'>{story(2)}</div>"],
        [f"<div class='liveblog'>{story(1)}{story(2)}</div>"],
    ],
    ids=["chapters", "teasers", "related", "comments", "live"],
)
def test_what_is_no_article_of_its_own(tmp_path, parts):
    article = only(tmp_path / "a.html", page_of(*parts))
    assert (article.uri, "In story 1 the council" in article.text) == ("a.html", True)


def test_a_live_blog_is_read_in_its_order_with_every_time(tmp_path):
    entry = (
        "<article class='live-entry'><time>{0}</time><h3>Report {1}</h3>"
        "<p>So many as {1} people were seen at the bridge of Lannick, they said.</p></article>"
    )
    times = [("15:40", 4), ("12:05", 3), ("09:10", 2)]
    page = page_of(
        "<h1>Bridge down: live</h1><p>The old road bridge over the Lann fell into the river on "
        "Thursday morning.</p><div>",
        *(entry.format(*each) for each in times), "</div>", title="Bridge down: live",
    )  # fmt: skip
    article = only(tmp_path / "a.html", page)
    for time, n in times:
        assert article.place_at(article.text.index(f"So many as {n}")) == time
    assert article.place_at(0) is None
    assert clean_article(article).text.split("\n\n") == [
        "The old road bridge over the Lann fell into the river on Thursday morning.",
        *(
            line
            for time, n in times
            for line in (
                f"{time} Report {n}",
                f"So many as {n} people were seen at the bridge of Lannick, they said.",
            )
        ),
    ]


@pytest.mark.parametrize(
    "told", ["{0}", "{0} Report {1}", "{0}am – Report {1}", "<a>{0}</a> Report {1}"]
)
def test_times_that_stand_in_headings_alone_are_those_of_the_entries_below(tmp_path, told):
    entry = (
        f"<h2>{told}</h2><p>So many as {{1}} people were seen at the bridge of Lannick.</p>"
        "<p>Of them {1} went on to the ferry, which was late by some minutes.</p>"
    )
    times = [("11:40", 4), ("10:05", 3), ("9:10", 2)]
    page = page_of(
        "<h1>Bridge down</h1><p>The old road bridge over the Lann fell into the river on "
        "Thursday morning.</p>",
        *(entry.format(*each) for each in times),
        title="Bridge down",
    )
    article = only(tmp_path / "a.html", page)
    assert [place.removesuffix("am") for _, place in article.places] == [each[0] for each in times]
    for time, n in times:
        assert article.place_at(article.text.index(f"So many as {n}")).startswith(time)
        assert article.place_at(article.text.index(f"Of them {n}")).startswith(time)
    assert ("Report 4" in article.text) == ("Report" in told)
    assert article.text.startswith("The old road bridge over the Lann fell")


def test_two_times_in_headings_make_no_entries(tmp_path):
    part = "<h2>{0}:30 to the harbour</h2><p>The ferry of Lannick takes an hour to the harbour.</p>"
    article = only(tmp_path / "a.html", page_of("<h1>Ferries</h1>", part.format(8), part.format(9)))
    assert article.places == ()
    assert "8:30 to the harbour" in article.text
