"""Sitemaps -> the pages that they list, the newest first, and further sitemaps."""

from __future__ import annotations

import gzip
import io
import zlib
from typing import Any

from lxml import etree

from index.web.addresses import joined
from index.web.listed import Listing, Page, Unreadable, stated_day

HEAD = 4096
ROOTS = (b"<urlset", b"<sitemapindex")
MOST_PAGES = 50_000  # of one sitemap, as the protocol has it


def unzipped(body: bytes, most: int) -> bytes:
    """A sitemap that lies on its server as .xml.gz, without its packing.

    Raises:
        Unreadable: it is damaged, or has more than ``most`` bytes.
    """
    if not body.startswith(b"\x1f\x8b"):
        return body
    try:
        with gzip.open(io.BytesIO(body)) as packed:
            plain = packed.read(most + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise Unreadable("it is packed and damaged") from error
    if len(plain) > most:
        raise Unreadable(f"it has more than {most:,} bytes when unpacked")
    return plain


def is_sitemap(body: bytes) -> bool:
    """Whether bytes are a sitemap, or an index of sitemaps."""
    head = body[:HEAD].lower()
    return any(root in head for root in ROOTS)


def read_sitemap(body: bytes, url: str) -> Listing:
    """The pages that a sitemap lists, those that changed last first, and the sitemaps.

    Raises:
        Unreadable: it is broken so that nothing of it can be read.
    """
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
                        published=stated_day(known.get("publication_date")),
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
