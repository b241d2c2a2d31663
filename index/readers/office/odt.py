"""OpenDocument texts (.odt): headings, paragraphs, lists and tables in their order, notes last."""

from __future__ import annotations

from collections.abc import Iterator

from index.article import Article, Skipped
from index.readers.assembly import Assembly
from index.readers.encoding import Refused
from index.readers.files import SourceFile
from index.readers.office.package import DUBLIN, Node, Package, properties
from index.readers.reader import Reader

NAMES = "{urn:oasis:names:tc:opendocument:xmlns:"
TEXT, TABLE, OFFICE, META = (f"{NAMES}{name}:1.0}}" for name in ("text", "table", "office", "meta"))
UNSEEN = {f"{TEXT}tracked-changes", f"{OFFICE}annotation", f"{TEXT}note", f"{TEXT}sequence-decls"}
BREAKS = {f"{TEXT}{tag}": " " for tag in ("s", "tab", "line-break")}
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
        _write(body, text)
        for note in body.iter(f"{TEXT}note-body"):
            for paragraph in note.iter(f"{TEXT}p"):
                text.write(_text(paragraph))
    made = (f"{META}creation-date", f"{DUBLIN}date")
    yield text.article(file, properties(package, "meta.xml", created=made))


def _write(parent: Node, text: Assembly, *, listed: bool = False) -> None:
    for child in parent:
        if child.tag in (f"{TEXT}p", f"{TEXT}h"):
            (text.item if listed else text.write)(_text(child))
            for box in child.iter("{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}text-box"):
                _write(box, text)
        elif child.tag == f"{TABLE}table":
            text.table(_rows(child))
        elif child.tag not in UNSEEN:
            _write(child, text, listed=listed or child.tag == f"{TEXT}list")


def _text(node: Node) -> str:
    parts = [node.text or ""]
    for child in node:
        if child.tag in BREAKS:
            parts.append(BREAKS[child.tag])
        elif child.tag not in UNSEEN and not child.tag.endswith("}frame"):
            parts.append(_text(child))
        parts.append(child.tail or "")
    return "".join(parts)


def _rows(table: Node) -> list[list[str]]:
    return [
        [
            " ".join(_text(p) for p in cell.iter(f"{TEXT}p", f"{TEXT}h"))
            for cell in row.iter(f"{TABLE}table-cell")
        ]
        for row in table.iter(f"{TABLE}table-row")
    ]


def _is_odt(file: SourceFile, head: bytes) -> bool:
    return MIME in head[:200] or (head.startswith(b"PK\x03\x04") and file.extension == ".odt")


READER = Reader(KIND, (".odt",), read_odt, _is_odt)
