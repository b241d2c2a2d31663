"""Electronic books (.epub): one chapter after the other; the chapter is the place."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from urllib.parse import unquote

from index.article import Article, Skipped
from index.readers.assembly import Assembly
from index.readers.encoding import Refused
from index.readers.fields import particulars
from index.readers.files import SourceFile
from index.readers.markup import first_heading, parsed, write_markup
from index.readers.office.package import DUBLIN, Package
from index.readers.reader import Reader

KIND = "an EPUB book"
CONTAINER = "META-INF/container.xml"
CONTAINED = "{urn:oasis:names:tc:opendocument:xmlns:container}rootfile"
OPF = "{http://www.idpf.org/2007/opf}"
LONGEST_LABEL = 60  # characters of a chapter's heading that are a place


def read_epub(file: SourceFile) -> Iterator[Article | Skipped]:
    """The book that a file holds, as one article."""
    package = Package(file, KIND)
    if "META-INF/encryption.xml" in package.names and b"EncryptedKey" in package.read(
        "META-INF/encryption.xml"
    ):
        raise Refused(f"{KIND} is encrypted; get one without copy protection")
    root = package.tree(CONTAINER).find(f".//{CONTAINED}")
    opf = root.get("full-path", "") if root is not None else ""
    book = package.tree(opf)
    folder = posixpath.dirname(opf)
    parts = {item.get("id"): item for item in book.iter(f"{OPF}item")}
    text = Assembly()
    number = 0
    for entry in book.iter(f"{OPF}itemref"):
        item = parts.get(entry.get("idref"))
        if item is None or "nav" in item.get("properties", "").split():
            continue
        name = posixpath.normpath(posixpath.join(folder, unquote(item.get("href", ""))))
        if name not in package.names or "html" not in item.get("media-type", "html"):
            continue
        chapter = parsed(package.read(name))
        heading = first_heading(chapter)
        label = f"“{heading}”" if 0 < len(heading) <= LONGEST_LABEL else f"part {number + 1}"
        before = text.length
        text.place(label)
        write_markup(chapter, text)
        number += text.length > before
    known = particulars(
        {
            "title": book.findtext(f".//{DUBLIN}title"),
            "author": [node.text for node in book.iter(f"{DUBLIN}creator")],
            "publisher": book.findtext(f".//{DUBLIN}publisher"),
            "date": book.findtext(f".//{DUBLIN}date"),
            "language": book.findtext(f".//{DUBLIN}language"),
        }
    )
    yield text.article(file, known)


def _is_epub(file: SourceFile, head: bytes) -> bool:
    return b"mimetypeapplication/epub+zip" in head[:200]


READER = Reader(KIND, (".epub",), read_epub, _is_epub)
