"""What an address gave: articles, by the readers of files, or the pages of a feed or sitemap."""

from __future__ import annotations

import gzip
import io
import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from lxml import etree

from index.article import Article, Skipped
from index.boilerplate.clean import clean_article
from index.readers.fields import one_line, past_day
from index.readers.files import SourceFile
from index.readers.source import read_file
from index.readers.xml import entries
from index.web.addresses import joined, site_of
from index.web.fetch import Fetched

HEAD = 4096  # bytes; comments and declarations may stand before the first element
FEEDS = (b"<rss", b"<feed", b"<rdf:rdf")
SITEMAPS = (b"<urlset", b"<sitemapindex")
JSON_FEED = b"jsonfeed.org/version/"
MOST_PAGES = 50_000  # of one sitemap, as the protocol has it


class Unreadable(Exception):
    """A feed or a sitemap that is broken; the message says how."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page that is listed, and what is said of it there."""

    url: str  # its address, in canonical form
    mark: str = ""  # what changes when the page does, as the list tells it; "" if it does not
    title: str = ""
    author: str | None = None
    publisher: str | None = None
    published: date | None = None
    content: str = ""  # the article as HTML, where a feed holds all of it; "" elsewhere


@dataclass(frozen=True, slots=True)
class Listing:
    """What a list holds."""

    pages: tuple[Page, ...] = ()  # in the order of the list
    lists: tuple[str, ...] = ()  # the addresses of further lists; a sitemap index has them


def listing(body: bytes, url: str, kind: str = "") -> Listing | None:
    """What a feed or a sitemap lists; None if it is neither.

    Args:
        body: What lies at an address.
        url: The address.
        kind: Its content type, as the server told it.

    Raises:
        Unreadable: it is broken so that nothing of it can be read.
    """
    head = body[:HEAD].lower()
    if any(root in head for root in SITEMAPS):
        return _sitemap(body, url)
    if body.lstrip()[:1] == b"{" and JSON_FEED in body[:HEAD].replace(b"\\/", b"/"):
        return _json_feed(body, url)
    if any(root in head for root in FEEDS) and b"<html" not in head:
        found, fault = entries(body, {"content-type": kind, "content-location": url})
        if not found and fault:
            raise Unreadable(f"the feed is broken ({one_line(fault)})")
        return _pages(found, url)
    return None


def unzipped(body: bytes, most: int) -> bytes:
    """A sitemap that lies on its server as .xml.gz, without its packing.

    Raises:
        Unreadable: it is damaged, or has more than ``most`` bytes.
    """
    if not body.startswith(b"\x1f\x8b"):
        return body
    try:
        plain = gzip.GzipFile(fileobj=io.BytesIO(body)).read(most + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise Unreadable("it is packed and damaged") from error
    if len(plain) > most:
        raise Unreadable(f"it has more than {most:,} bytes when unpacked")
    return plain


def _json_feed(body: bytes, url: str) -> Listing:
    try:
        feed = json.loads(body)
        found = [
            {
                "url": item.get("url") or item.get("external_url"),
                "updated": item.get("date_modified"),
                "title": item.get("title"),
                "author": item.get("authors") or [item.get("author")],
                "publisher": feed.get("title"),
                "date": item.get("date_published") or item.get("date_modified"),
                "content": item.get("content_html"),
            }
            for item in feed["items"]
        ]
        return _pages(found, url)
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError) as error:
        raise Unreadable(f"the feed is broken ({type(error).__name__})") from error


def _pages(found: list[dict[str, Any]], base: str) -> Listing:
    """The pages of a feed's entries; those without an address are none."""
    pages = (
        Page(
            link,
            mark=str(told["updated"] or ""),
            title=one_line(told["title"]) or "",
            author=one_line(told["author"]),
            publisher=one_line(told["publisher"]),
            published=past_day(told["date"]),
            content=str(told["content"] or ""),
        )
        for told in found
        if told["url"] and (link := joined(base, str(told["url"])))
    )
    return Listing(tuple(pages))


def _sitemap(body: bytes, url: str) -> Listing:
    """The pages that a sitemap lists, those that changed last first, and the sitemaps."""
    pages: list[Page] = []
    lists: list[tuple[str, str]] = []
    # Entities of its own no sitemap needs; nothing is loaded for one.
    walk = etree.iterparse(
        io.BytesIO(body), tag=("{*}url", "{*}sitemap"), recover=True, resolve_entities=False,
        load_dtd=False, no_network=True, huge_tree=False,
    )  # fmt: skip
    try:
        for _, element in walk:
            known = _fields(element)
            place = element.findtext("{*}loc")  # images of a page have theirs
            link = joined(url, place) if place else None
            mark = known.get("lastmod", "")
            if link and etree.QName(element).localname == "sitemap":
                lists.append((mark, link))
            elif link and len(pages) < MOST_PAGES:
                pages.append(
                    Page(
                        link,
                        mark=mark,
                        title=known.get("title", ""),
                        publisher=known.get("name") or None,
                        published=past_day(known.get("publication_date")),
                    )
                )
            element.clear()
    except etree.XMLSyntaxError as error:
        if not pages and not lists:
            raise Unreadable(f"the sitemap is broken ({error.msg})") from error
    pages.sort(key=lambda page: page.mark, reverse=True)
    lists.sort(key=lambda pair: pair[0], reverse=True)
    return Listing(tuple(pages), tuple(link for _, link in lists))


def _fields(element: Any) -> dict[str, str]:  # noqa: ANN401 (lxml ships no types)
    """The text of what lies in an entry, by its name without a namespace; the first one counts."""
    found: dict[str, str] = {}
    for part in element.iter():
        if isinstance(part.tag, str) and (text := " ".join((part.text or "").split())):
            found.setdefault(etree.QName(part).localname, text)
    return found


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


def as_read(found: Fetched, body: bytes, max_bytes: int) -> Iterator[Article | Skipped]:
    """The articles that an address holds as the readers of files give them, not cleaned.

    Args:
        found: What the address gave.
        body: What lay there.
        max_bytes: The size of the largest article.
    """
    name = f"page{_extension(found, body)}"
    content = partial(io.BytesIO, body)
    file = SourceFile(Path(name), name, "", max_bytes, content=content, charset=found.charset)
    for item in read_file(file):
        if isinstance(item, Skipped):
            yield Skipped(found.url, _with_feed(item.reason, body, found.url))
            continue
        if number := item.uri.removeprefix(name):  # one of several on the page
            uri, url = found.url + number, item.url or found.url
        else:
            uri = url = _own_address(item.url, found.url)
        yield replace(item, uri=uri, key=uri, url=url, root="")


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
    for item in as_read(found, body, max_bytes):
        if isinstance(item, Skipped):
            yield item
        else:
            yield _described(item if item.cleaned else clean_article(item), page)


def _described(article: Article, page: Page | None) -> Article:
    """An article with what its list says of it where nothing was known."""
    if page is None:
        return article
    names = ("title", "author", "publisher", "published")
    return replace(article, **{n: getattr(article, n) or getattr(page, n) for n in names})


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


def _with_feed(reason: str, body: bytes, url: str) -> str:
    """Why a page gives no article, and where its feed is, if it names one."""
    for link in _FEED.finditer(body):
        href = _HREF.search(link[0])
        if href and _ALTERNATE.search(link[0]):
            address = joined(url, href[1].decode("utf-8", "replace").replace("&amp;", "&"))
            if address:
                return f"{reason}; its feed is {address}"
    return reason
