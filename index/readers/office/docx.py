"""Word documents (.docx): paragraphs, lists and tables in their order, notes at the end."""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.article import Article, Skipped
from index.readers.assembly import Assembly
from index.readers.files import SourceFile
from index.readers.markup import Node, text_of, write_markup
from index.readers.office.package import TERMS, Package, as_markup, holding, properties
from index.readers.reader import Reader

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
BODY = "word/document.xml"
NOTES = {"word/footnotes.xml", "word/endnotes.xml"}
# What is not in the text: what was deleted, how a field is made, and what an older Word would show
# in place of what is there already.
UNSEEN = {
    *(f"{W}{tag}" for tag in ("del", "moveFrom", "instrText", "delText", "rPr", "pPr")),
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",
}
NAMES = {
    **{f"{W}p": "p", f"{W}tbl": "table", f"{W}tr": "tr", f"{W}tc": "td"},
    **{f"{W}tab": " ", f"{W}br": " ", f"{W}cr": " ", f"{W}noBreakHyphen": "-"},
}
LIST = re.compile(r"list|liste|aufz", re.I)
TITLE = re.compile(r"title$", re.I)


def read_docx(file: SourceFile) -> Iterator[Article | Skipped]:
    """The article that a Word document holds, with what its properties say of it."""
    package = Package(file, "a Word document")
    styles = _styles(package)
    body = package.tree(BODY)
    title = None
    for paragraph in body.iter(f"{W}p"):
        style, listed = _style(paragraph, styles)
        if TITLE.search(style) and title is None:
            title = paragraph
            paragraph.tag = "title"
        elif listed:
            paragraph.tag = "li"
    text = Assembly()
    for part in (body, *map(package.tree, sorted(NOTES & package.names, reverse=True))):
        box = f"{W}txbxContent"
        write_markup(as_markup(part, NAMES, unseen=UNSEEN, words=f"{W}t", box=box), text)
    known = properties(package, "docProps/core.xml", created=(f"{TERMS}created",))
    known["title"] = (text_of(title) if title is not None else "") or known["title"]
    yield text.article(file, known)


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
