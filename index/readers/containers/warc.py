"""Web archives (.warc): the article of each page that was fetched, named by its address."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from io import BytesIO
from typing import Any

from index.article import Article, Skipped
from index.readers.encoding import Refused
from index.readers.files import SourceFile
from index.readers.reader import Member, Reader

PAGES = {"text/html": ".html", "application/xhtml+xml": ".html", "application/pdf": ".pdf"}
FOUND = "200"


def read_warc(file: SourceFile) -> Iterator[Skipped | Member]:
    """The articles of the pages that a web archive holds; a later copy of a page is passed over.

    The day of an article is the one that its page states, never that of the fetching.

    Raises:
        Refused: The file is no web archive, or damaged from its beginning.
    """
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    seen: set[str] = set()
    records = 0
    with file.open() as stream:
        try:
            for record in ArchiveIterator(stream, check_digests=False):
                records += 1
                address = record.rec_headers.get_header("WARC-Target-URI") or ""
                kind = _kind(record)
                if not kind or not address or address in seen:
                    continue
                seen.add(address)
                content = record.content_stream().read(file.max_bytes + 1)
                if file.unpacked:
                    file.unpacked.take(len(content))
                uri = f"{file.uri}#{address}"
                page = file.member(f"page{kind}", partial(BytesIO, content), uri)
                yield Member(page, described=partial(_addressed, address=address, uri=uri))
        except (ArchiveLoadFailed, EOFError, OSError) as error:
            if records:
                yield Skipped(
                    file.uri, "the web archive is damaged or cut off; what stands before is read"
                )
                return
            raise Refused("the file is no web archive, or damaged; get it anew") from error
    if not seen:
        raise Refused("the web archive holds no page that was found; give another one")


def _addressed(article: Article, address: str, uri: str) -> Article:
    key = address + article.uri.removeprefix(uri)  # one of several has its number
    return replace(article, key=key, url=article.url or address)


def _kind(record: Any) -> str:  # noqa: ANN401 (warcio has no types)
    """The extension for what a record holds; "" if that is no page that was fetched."""
    headers = record.http_headers
    if record.rec_type not in ("response", "resource"):
        return ""
    if headers is None:
        told = record.rec_headers.get_header("Content-Type") or ""
    elif headers.get_statuscode() == FOUND:
        told = headers.get_header("Content-Type") or ""
    else:
        told = ""
    return PAGES.get(told.partition(";")[0].strip().lower(), "")


def _is_warc(file: SourceFile, head: bytes) -> bool:
    return head.startswith(b"WARC/")


READER = Reader("a web archive", (".warc",), read_warc, _is_warc, many=True)
