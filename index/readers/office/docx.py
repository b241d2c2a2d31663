"""Word documents (.docx): paragraphs, lists and tables in their order, notes at the end."""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.article import Article, Skipped
from index.readers.assembly import Assembly
from index.readers.files import SourceFile
from index.readers.office.package import TERMS, Node, Package, holding, properties
from index.readers.reader import Reader

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
BODY = "word/document.xml"
# What is not in the text: what was deleted, how a field is made, and what an older Word would show
# in place of what is there already.
UNSEEN = {
    *(f"{W}{tag}" for tag in ("del", "moveFrom", "instrText", "delText", "rPr", "pPr")),
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",
}
BREAKS = {f"{W}tab": " ", f"{W}br": " ", f"{W}cr": " ", f"{W}noBreakHyphen": "-"}
LIST = re.compile(r"list|liste|aufz", re.I)
TITLE = re.compile(r"title$", re.I)


def read_docx(file: SourceFile) -> Iterator[Article | Skipped]:
    """The article that a Word document holds, with what its properties say of it."""
    package = Package(file, "a Word document")
    styles = _styles(package)
    body = Assembly()
    title = ""
    for kind, block in _blocks(package.tree(BODY).find(f"{W}body")):
        if kind == "table":
            body.table(_rows(block))
            continue
        text, boxed = _text(block)
        style, listed = _style(block, styles)
        if TITLE.search(style) and not title:
            title = " ".join(text.split())
        elif listed:
            body.item(text)
        else:
            body.write(text)
        for paragraph in boxed:
            body.write(_text(paragraph)[0])
    for part in ("word/footnotes.xml", "word/endnotes.xml"):
        if part in package.names:
            for note in package.tree(part).iter(f"{W}p"):
                body.write(_text(note)[0])
    known = properties(package, "docProps/core.xml", created=(f"{TERMS}created",))
    known["title"] = title or known["title"]
    yield body.article(file, known)


def _blocks(parent: Node | None) -> Iterator[tuple[str, Node]]:
    """The paragraphs and tables below an element, in their order, whatever wraps them."""
    for child in () if parent is None else parent:
        if child.tag == f"{W}p":
            yield "paragraph", child
        elif child.tag == f"{W}tbl":
            yield "table", child
        elif child.tag not in UNSEEN:
            yield from _blocks(child)


def _text(paragraph: Node) -> tuple[str, list[Node]]:
    """The text of a paragraph, and the paragraphs of text boxes that are anchored in it."""
    parts: list[str] = []
    boxed: list[Node] = []

    def gather(node: Node) -> None:
        for child in node:
            if child.tag == f"{W}t":
                parts.append(child.text or "")
            elif child.tag in BREAKS:
                parts.append(BREAKS[child.tag])
            elif child.tag == f"{W}txbxContent":
                boxed.extend(child.iter(f"{W}p"))
            elif child.tag not in UNSEEN:
                gather(child)

    gather(paragraph)
    return "".join(parts), boxed


def _rows(table: Node) -> list[list[str]]:
    rows: list[list[str]] = []
    for row in table.iter(f"{W}tr"):
        if next(row.iterancestors(f"{W}tbl")) is table:
            cells = (
                " ".join(_text(p)[0] for p in cell.iter(f"{W}p"))
                for cell in row.iter(f"{W}tc")
                if next(cell.iterancestors(f"{W}tr")) is row
            )
            rows.append([" ".join(cell.split()) for cell in cells])
    return rows


def _styles(package: Package) -> dict[str, tuple[str, bool]]:
    """For each style's id its name, and whether its paragraphs are items of a list."""
    if "word/styles.xml" not in package.names:
        return {}
    found: dict[str, tuple[str, bool]] = {}
    for style in package.tree("word/styles.xml").iter(f"{W}style"):
        name = style.find(f"{W}name")
        named = name.get(f"{W}val", "") if name is not None else ""
        listed = style.find(f"{W}pPr/{W}numPr") is not None and not named.startswith("heading")
        found[style.get(f"{W}styleId", "")] = named, listed or bool(LIST.match(named))
    return found


def _style(paragraph: Node, styles: dict[str, tuple[str, bool]]) -> tuple[str, bool]:
    style = paragraph.find(f"{W}pPr/{W}pStyle")
    name, listed = (
        styles.get(style.get(f"{W}val", ""), ("", False)) if style is not None else ("", False)
    )
    numbered = paragraph.find(f"{W}pPr/{W}numPr") is not None and not name.startswith("heading")
    return name, listed or numbered


READER = Reader("a Word document", (".docx",), read_docx, holding(BODY))
