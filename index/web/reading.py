"""From what an address gave to articles, by the readers that files have."""

from __future__ import annotations

import codecs
import re
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx

from index.article import Article, Skipped
from index.boilerplate.clean import clean_article
from index.readers import Source
from index.web.addresses import joined, site_of
from index.web.fetch import Fetched
from index.web.lists import Page

_KINDS = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "application/x-ndjson": ".jsonl",
    "application/jsonl": ".jsonl",
    "application/pdf": ".pdf",
    "application/epub+zip": ".epub",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
}
_HTML = re.compile(rb"\s*<(?:!doctype|html|head|body|\?xml|!--)", re.I)
_FEED = re.compile(rb"<link\b[^>]{0,999}\bapplication/(?:rss|atom)\+xml\b[^>]{0,999}>", re.I)
_HREF = re.compile(rb"\bhref\s*=\s*[\"']?([^\"'\s>]{1,2000})", re.I)
_ALTERNATE = re.compile(rb"\brel\s*=\s*[\"']?[^\"'>]*\balternate\b", re.I)
_MARKED = (".html", ".txt", ".md")  # read as text, and so by a charset


def articles_of(
    found: Fetched, body: bytes, page: Page | None, max_bytes: int
) -> Iterator[Article | Skipped]:
    """The articles that an address holds, cleaned, each under its own address.

    Args:
        found: What the address gave.
        body: What lay there.
        page: What the list says of it that it stands in.
        max_bytes: The size of the largest article.
    """
    name = f"page{_extension(found, body)}"
    with tempfile.TemporaryDirectory(prefix="onrecord-") as folder:
        path = Path(folder) / name
        path.write_bytes(_in_utf8(body, found.charset) if name.endswith(_MARKED) else body)
        try:
            items = list(Source.at(path, max_bytes).articles())
        except Exception as error:  # a page of strangers ends no build
            items = [Skipped(name, f"the page cannot be read ({type(error).__name__})")]
    for item in items:
        if isinstance(item, Skipped):
            yield Skipped(found.url, _with_feed(item.reason, body, found.url))
            continue
        article = item if item.cleaned else clean_article(item)
        if number := item.uri.removeprefix(name):  # one of several on the page
            uri, url = found.url + number, item.url or found.url
        else:
            uri = url = _own_address(item.url, found.url)
        yield _described(replace(article, uri=uri, key=uri, url=url, root=""), page)


def _described(article: Article, page: Page | None) -> Article:
    """An article with what its list says of it where nothing was known."""
    if page is None:
        return article
    return replace(
        article,
        title=article.title or page.title,
        author=article.author or page.author,
        publisher=article.publisher or page.publisher,
        published=article.published or page.published,
    )


def _own_address(stated: str | None, found: str) -> str:
    """The address that a page states as its own, if that can be: on its site, and a page there.

    >>> _own_address("https://a.example/1", "https://www.a.example/1?from=feed")
    'https://a.example/1'
    >>> _own_address("https://a.example/", "https://a.example/1")
    'https://a.example/1'
    """
    own = joined(found, stated) if stated else None
    if own is None or site_of(own) != site_of(found):
        return found
    if httpx.URL(own).path == "/" != httpx.URL(found).path:
        return found
    return own


def _extension(found: Fetched, body: bytes) -> str:
    """The kind of file that a body would be saved as."""
    if body.startswith(b"%PDF-"):
        return ".pdf"
    if known := _KINDS.get(found.kind):
        return ".html" if known == ".txt" and _HTML.match(body) else known
    ending = Path(httpx.URL(found.url).path).suffix.lower()
    return ".html" if _HTML.match(body) or not ending else ending


def _in_utf8(body: bytes, charset: str | None) -> bytes:
    """A body in UTF-8, if its server told its encoding and that can be true.

    What is valid UTF-8, or has a byte order mark, is left alone: the readers see it, and servers
    name Latin-1 for everything.
    """
    if charset is None or body.startswith(
        (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    ):
        return body
    try:
        body.decode("utf-8")
        if not body.isascii() or b"\x1b" not in body:  # ISO-2022-JP is ASCII
            return body
    except UnicodeDecodeError:
        pass
    try:
        text = body.decode(charset)
    except (LookupError, UnicodeDecodeError, ValueError):
        return body
    return codecs.BOM_UTF8 + text.encode("utf-8", "replace")


def _with_feed(reason: str, body: bytes, url: str) -> str:
    """Why a page gives no article, and where its feed is, if it names one."""
    for link in _FEED.finditer(body):
        href = _HREF.search(link[0])
        if href and _ALTERNATE.search(link[0]):
            address = joined(url, href[1].decode("utf-8", "replace").replace("&amp;", "&"))
            if address:
                return f"{reason}; its feed is {address}"
    return reason
