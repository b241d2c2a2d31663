"""Files of XML: saved feeds, and stories as agencies archive them (NITF, Reuters' corpora)."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from lxml import etree

from index.article import Article, Skipped
from index.readers.assembly import Assembly
from index.readers.encoding import Refused, scrub, tidy, within_bounds
from index.readers.fields import one_line
from index.readers.files import Reader, SourceFile
from index.readers.html.articles import with_times
from index.readers.html.names import stated_by_hand
from index.readers.markup import without_markup

FEED = re.compile(rb".{0,2000}?<(?:rss|feed|rdf:RDF)\b", re.DOTALL)
STORY = re.compile(rb".{0,2000}?<(?:nitf|newsitem)\b", re.DOTALL)
# Where a story has its particulars, the surest first.
PLACES = {
    "title": ("//hedline/hl1", "//headline", "//title"),
    "author": ("//byline/person", "//byline", "//byttl"),
    "date": ("//@date.publication", "//story.date/@norm", "//date.issue/@norm", "/newsitem/@date"),
    "publisher": ("//doc.copyright/@holder", "//distributor"),
    "language": ("/*/@xml:lang",),
    "url": ("//doc-id/@ex-ref",),
}


def _read(file: SourceFile) -> Iterator[Article | Skipped]:
    """The entries of a feed, or the story of a file."""
    data = file.data()
    if FEED.match(data):
        yield from _entries(file, data)
    elif STORY.match(data):
        yield _story(file, data)
    else:
        reason = "the file is neither a feed nor a story in NITF; save its text as a .txt file"
        yield Skipped(file.uri, reason, fault=False)


def entries(data: bytes, headers: dict[str, str] | None = None) -> tuple[list[dict[str, Any]], str]:
    """What each entry of an RSS or Atom feed tells, by name; and what is broken of it, or ""."""
    import feedparser

    # As a stream: a string would be taken for the name of a file or for an address.
    found = feedparser.parse(io.BytesIO(data), response_headers=headers)
    told = [
        {
            "id": entry.get("id") or entry.get("link"),
            "title": without_markup(entry.get("title") or ""),
            "author": entry.get("author"),
            # feedparser gives the day of publication for that of a change that is not told.
            "date": entry.get("published") or dict.get(entry, "updated"),
            "updated": dict.get(entry, "updated"),
            "publisher": (entry.get("source") or {}).get("title") or found.feed.get("title"),
            "language": found.feed.get("language"),
            "url": entry.get("link"),
            "summary": entry.get("summary") or "",
            "content": "\n".join(part.get("value", "") for part in entry.get("content", ())),
        }
        for entry in found.entries
    ]
    return told, str(found.bozo_exception) if found.bozo else ""


def _entries(file: SourceFile, data: bytes) -> Iterator[Article | Skipped]:
    """The articles of a feed; of an entry without its article, what is said of it."""
    found, _ = entries(data)
    if not found:
        raise Refused("the feed has no entries; save the pages of its articles")
    for number, told in enumerate(found, 1):
        key = one_line(told["id"]) or str(number)
        raw = told["content"] or told["summary"]
        if text := tidy(without_markup(raw)).strip():
            fields = {name: told[name] for name in PLACES}
            yield _article(file, f"{file.uri}#{key}", key, text, raw, fields)
        else:
            yield Skipped(f"{file.uri}#{key}", "the entry has no text; save its own page")


def _story(file: SourceFile, data: bytes) -> Article:
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False
    )
    tree = etree.fromstring(data, parser)
    if tree is None:
        raise Refused("the file is no XML; save its text as a .txt file")
    text = Assembly()
    for line in tree.xpath("//body.content//p | //body.content//hl2 | //text//p"):
        text.write(" ".join("".join(line.itertext()).split()))
    fields = {name: _first(tree, places) for name, places in PLACES.items()}
    if not text.text:
        raise Refused("the story has no text; leave it out")
    raw = data.decode("utf-8", "replace")
    return _article(file, file.uri, file.key, text.text, raw, fields)


def _first(tree: Any, places: tuple[str, ...]) -> str:  # noqa: ANN401 (lxml ships no types)
    found = (part for place in places for part in tree.xpath(place))
    lines = (each if isinstance(each, str) else "".join(each.itertext()) for each in found)
    return next(filter(None, (" ".join(line.split()) for line in lines)), "")


def _article(
    file: SourceFile, uri: str, key: str, text: str, raw: str, fields: dict[str, Any]
) -> Article:
    known, notes = stated_by_hand(fields)
    text, raw = within_bounds(text), scrub(raw)
    article = Article(uri=uri, key=key, text=text, raw=raw, root=file.root, **known)
    return with_times(replace(article, notes=tuple(notes)))


READER = Reader("a feed or a story in XML", (".xml", ".rss", ".atom", ".nitf"), _read, many=True)
