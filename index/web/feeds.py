"""Feeds -> the articles that they list: RSS and Atom by feedparser, JSON Feed."""

from __future__ import annotations

import io
import json
from typing import Any

from index.readers.fields import one_line
from index.web.addresses import joined
from index.web.listed import Listing, Page, Unreadable, stated_day

HEAD = 4096  # bytes; comments and declarations may stand before the first element
ROOTS = (b"<rss", b"<feed", b"<rdf:rdf")
JSON_FEED = "jsonfeed.org/version/"


def is_feed(body: bytes) -> bool:
    """Whether bytes are a feed in XML.

    >>> is_feed(b"<?xml version='1.0'?><rss version='2.0'>")
    True
    """
    head = body[:HEAD].lower()
    return any(root in head for root in ROOTS) and b"<html" not in head


def is_json_feed(body: bytes) -> bool:
    """Whether bytes are a JSON Feed."""
    return body.lstrip()[:1] == b"{" and JSON_FEED.encode() in body[:HEAD].replace(b"\\/", b"/")


def read_feed(body: bytes, url: str, kind: str = "") -> Listing:
    """The articles that an RSS or Atom feed lists.

    Args:
        body: The feed.
        url: Where it was found.
        kind: Its content type, as the server told it.

    Raises:
        Unreadable: it is broken so that no entry of it can be read.
    """
    import feedparser

    # As a stream: a string would be taken for the name of a file or for an address.
    found = feedparser.parse(
        io.BytesIO(body), response_headers={"content-type": kind, "content-location": url}
    )
    if not found.entries and found.bozo:
        raise Unreadable(f"the feed is broken ({one_line(str(found.bozo_exception))})")
    name = one_line(found.feed.get("title"))
    pages = (_page(entry, url, name) for entry in found.entries)
    return Listing(tuple(page for page in pages if page))


def _page(entry: Any, base: str, name: str | None) -> Page | None:  # noqa: ANN401 (feedparser's)
    link = joined(base, str(entry.get("link") or ""))
    if not entry.get("link") or link is None:
        return None
    return Page(
        link,
        # feedparser gives the day of publication for that of a change that is not told.
        mark=dict.get(entry, "updated") or "",
        title=one_line(entry.get("title")) or "",
        author=one_line(entry.get("author")),
        publisher=name,
        published=stated_day(entry.get("published") or dict.get(entry, "updated")),
        content="\n".join(part.get("value", "") for part in entry.get("content", ())),
    )


def read_json_feed(body: bytes, url: str) -> Listing:
    """The articles that a JSON Feed lists.

    Raises:
        Unreadable: it is no JSON, or no feed.
    """
    try:
        feed = json.loads(body)
        items = feed["items"]
        return Listing(
            tuple(page for item in items if (page := _json_page(item, url, feed.get("title"))))
        )
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError) as error:
        raise Unreadable(f"the feed is broken ({type(error).__name__})") from error


def _json_page(item: dict[str, Any], base: str, name: object) -> Page | None:
    link = joined(base, str(item.get("url") or item.get("external_url") or ""))
    if not (item.get("url") or item.get("external_url")) or link is None:
        return None
    authors = item.get("authors") or [item.get("author")]
    return Page(
        link,
        mark=str(item.get("date_modified") or ""),
        title=one_line(item.get("title")) or "",
        author=one_line(authors),
        publisher=one_line(name),
        published=stated_day(item.get("date_published") or item.get("date_modified")),
        content=str(item.get("content_html") or ""),
    )
