"""Presentations (.pptx): slide by slide, with the speaker's notes; the slide is the place."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from index.article import Article, Skipped
from index.readers.assembly import Assembly
from index.readers.files import SourceFile
from index.readers.markup import Node, text_of, write_markup
from index.readers.office.package import TERMS, Package, as_markup, holding, properties
from index.readers.reader import Reader

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
NAMES = {f"{A}p": "p", f"{A}tbl": "table", f"{A}tr": "tr", f"{A}tc": "td", f"{A}br": " "}
MAIN = "ppt/presentation.xml"
PAGE_MARKS = {"sldNum", "ftr", "dt", "hdr"}  # placeholders for what every slide repeats


def read_pptx(file: SourceFile) -> Iterator[Article | Skipped]:
    """The article that a presentation holds, with what its properties say of it."""
    package = Package(file, "a PowerPoint presentation")
    text = Assembly()
    title = ""
    slides = _related(package, MAIN)
    for number, slide in enumerate(package.tree(MAIN).iter(f"{P}sldId"), 1):
        part = slides.get(slide.get(f"{R}id", ""), "")
        if part not in package.names:
            continue
        text.place(f"slide {number}")
        shown = package.tree(part)
        if shown.get("show") == "0":
            continue
        headline = _write(shown, text)
        title = title or headline
        for notes in _related(package, part).values():
            if notes.startswith("ppt/notesSlides/") and notes in package.names:
                _write(package.tree(notes), text)
    known = properties(package, "docProps/core.xml", created=(f"{TERMS}created",))
    if known["title"] in ("", "PowerPoint Presentation"):
        known["title"] = title
    yield text.article(file, known)


def _write(slide: Node, text: Assembly) -> str:
    """Writes what a slide shows; gives its title."""
    heads: list[Node] = []
    for shape in slide.iter(f"{P}sp"):
        mark = shape.find(f"{P}nvSpPr/{P}nvPr/{P}ph")
        kind = mark.get("type", "body") if mark is not None else ""
        if kind in PAGE_MARKS:
            shape.tag = "script"
            continue
        paragraphs = [p for p in shape.iter(f"{A}p") if "".join(p.itertext()).strip()]
        heads = heads or (paragraphs if "itle" in kind else [])
        if kind in ("body", "obj") and len(paragraphs) > 1:
            for paragraph in paragraphs:
                paragraph.tag = "li"
    write_markup(as_markup(slide, NAMES, unseen=(), words=f"{A}t"), text)
    return " ".join(map(text_of, heads))


def _related(package: Package, part: str) -> dict[str, str]:
    """The parts to which a part refers, by the ids that it calls them by."""
    folder, name = posixpath.split(part)
    links = f"{folder}/_rels/{name}.rels"
    if links not in package.names:
        return {}
    return {
        link.get("Id", ""): posixpath.normpath(posixpath.join(folder, link.get("Target", "")))
        if not link.get("Target", "").startswith("/")
        else link.get("Target", "")[1:]
        for link in package.tree(links)
        if link.get("TargetMode") != "External"
    }


READER = Reader("a PowerPoint presentation", (".pptx",), read_pptx, holding(MAIN))
