"""A web page becomes its article."""

from datetime import date

import pytest

from index.article import Article, Skipped
from index.readers import read_source

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
