"""OpenDocument texts (.odt): headings, paragraphs, lists and tables in their order, notes last."""

from __future__ import annotations

from collections.abc import Iterator

from index.article import Article, Skipped
from index.readers.assembly import Assembly
from index.readers.encoding import Refused
from index.readers.files import SourceFile
from index.readers.markup import write_markup
from index.readers.office.package import DUBLIN, Package, as_markup, properties
from index.readers.reader import Reader

NAMES = "{urn:oasis:names:tc:opendocument:xmlns:"
TEXT, TABLE, OFFICE, META = (f"{NAMES}{name}:1.0}}" for name in ("text", "table", "office", "meta"))
DRAWING = f"{NAMES}drawing:1.0}}"
UNSEEN = {
    *(f"{TEXT}{tag}" for tag in ("tracked-changes", "note", "sequence-decls")),
    f"{OFFICE}annotation",
    f"{DRAWING}frame",
}
MARKUP = {
    **{f"{TEXT}p": "p", f"{TEXT}h": "p", f"{TEXT}list": "ul", f"{TEXT}list-item": "li"},
    **{f"{TABLE}table": "table", f"{TABLE}table-row": "tr", f"{TABLE}table-cell": "td"},
    **{f"{TEXT}{tag}": " " for tag in ("s", "tab", "line-break")},
}
KIND = "an OpenDocument text"
MIME = b"mimetypeapplication/vnd.oasis.opendocument.text"


def read_odt(file: SourceFile) -> Iterator[Article | Skipped]:
    """The article that an OpenDocument text holds, with what its properties say of it."""
    package = Package(file, KIND)
    manifest = "META-INF/manifest.xml"
    if manifest in package.names and b"encryption-data" in package.read(manifest):
        raise Refused(f"{KIND} is encrypted; save it without a password")
    body = package.tree("content.xml").find(f"{OFFICE}body/{OFFICE}text")
    text = Assembly()
    if body is not None:
        notes = list(body.iter(f"{TEXT}note-body"))
        for part in (as_markup(body, MARKUP, unseen=UNSEEN, box=f"{DRAWING}text-box"), *notes):
            write_markup(part, text)
    made = (f"{META}creation-date", f"{DUBLIN}date")
    yield text.article(file, properties(package, "meta.xml", created=made))


def _is_odt(file: SourceFile, head: bytes) -> bool:
    return MIME in head[:200] or (head.startswith(b"PK\x03\x04") and file.extension == ".odt")


READER = Reader(KIND, (".odt",), read_odt, _is_odt)
