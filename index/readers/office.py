"""Documents of office programs: Word, OpenDocument, presentations, Rich Text Format, e-books.

Most are zip archives of XML, read within bounds and without entities.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date
from io import BytesIO
from urllib.parse import unquote

from lxml import etree

from index.article import Article, Skipped
from index.readers.assembly import Assembly
from index.readers.encoding import Refused, within_bounds
from index.readers.fields import Particulars, particulars, past_day
from index.readers.files import Reader, SourceFile, signed, zip_names
from index.readers.markup import Node, first_heading, parsed, text_of, write_markup

# Of a part in XML. Five million characters of text have 30 MB of it in Word's.
MAX_PART = 100_000_000
OASIS = "{urn:oasis:names:tc:opendocument:xmlns:"
DUBLIN = "{http://purl.org/dc/elements/1.1/}"
TERMS = "{http://purl.org/dc/terms/}"


class Package:
    """An open archive whose parts are a document."""

    def __init__(self, file: SourceFile, kind: str) -> None:
        """An archive.

        Raises:
            Refused: The file is damaged, empty or too large.
        """
        self.kind = kind
        self._unpacked = file.unpacked
        try:
            self._zip = zipfile.ZipFile(BytesIO(file.data()))
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise Refused(self.damaged(str(error))) from error
        self.names = frozenset(self._zip.namelist())

    def damaged(self, what: str) -> str:
        """The reason why it is not read."""
        return (
            f"the file is damaged and is not {self.kind} ({what.rstrip('.').lower()}); save it anew"
        )

    def read(self, name: str) -> bytes:
        """The bytes of a part.

        Raises:
            Refused: It is not there, has a password, is damaged or is too large.
        """
        if name not in self.names:
            raise Refused(self.damaged(f"it has no {name}"))
        if self._zip.getinfo(name).flag_bits & 1:
            raise Refused(f"{self.kind} is encrypted; save it without a password")
        try:
            with self._zip.open(name) as part:
                data = part.read(MAX_PART + 1)
        except Exception as error:  # of each compression another
            raise Refused(self.damaged(str(error))) from error
        if len(data) > MAX_PART:
            raise Refused(
                f"the document's {name} has more than {MAX_PART:,} bytes; split the document"
            )
        self._unpacked.take(len(data))
        return data

    def tree(self, name: str) -> Node:
        """The root of a part in XML.

        Raises:
            Refused: As for ``read``, or it is no XML.
        """
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
        )
        try:
            return etree.fromstring(self.read(name), parser)
        except etree.XMLSyntaxError as error:
            raise Refused(self.damaged(f"{name}: {error.msg}")) from error

    def text(self, name: str, *tags: str) -> str | None:
        """The text of the first of some elements that a part has; None without part or element."""
        if name not in self.names:
            return None
        tree = self.tree(name)
        found = (tree.find(f".//{tag}") for tag in tags)
        return next((node.text for node in found if node is not None and node.text), None)


def _holding(part: str) -> Callable[[SourceFile, bytes], bool]:
    """The ``recognises`` of a kind whose archives have a certain part."""
    return lambda file, head: part in (zip_names(file, head) or ())


def _properties(package: Package, name: str, *made: str) -> tuple[Particulars, date | None]:
    """What a document's properties say of it: title, author and language, and when it was made."""
    known = particulars(
        {
            "title": package.text(name, f"{DUBLIN}title"),
            "author": package.text(name, f"{META}initial-creator", f"{DUBLIN}creator"),
            "language": package.text(name, f"{DUBLIN}language"),
        }
    )
    return known, past_day(package.text(name, *made))


def _as_markup(
    tree: Node, names: Mapping[str, str], *, unseen: Collection[str], words: str = "", box: str = ""
) -> Node:
    """A part's tree, changed: elements of HTML in place of its own; those that are HTML's stay.

    Args:
        tree: The part.
        names: What HTML calls its elements, "p" or "td"; for a sign, the sign itself. Others stand
            inside a line.
        unseen: The elements that are not in the text.
        words: The one that holds all words, where only one does.
        box: The one that is a box of text, which is anchored in a paragraph and stands below it.
    """
    for each in reversed(list(tree.iter(box)) if box else []):
        above = list(each.iterancestors())
        line = next((node for node in above if names.get(node.tag) == "p"), None)
        if line is not None and not any(node.tag in unseen for node in above):
            line.addnext(each)
            each.tag = "div"
    for node in tree.iter("*"):
        tag = node.tag
        if words and tag != words:
            node.text = node.tail = None
        if tag in unseen:
            node.tag = "script"
        elif tag.startswith("{"):
            name = names.get(tag, "span")
            node.tag = name if name.isalnum() else "span"
            node.text = node.text if name.isalnum() else name
    return tree


W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
BODY = "word/document.xml"
NOTES = {"word/footnotes.xml", "word/endnotes.xml"}
# What is not in the text: what was deleted, how a field is made, and what an older Word would show
# in place of what is there already.
WORD_UNSEEN = {
    *(f"{W}{tag}" for tag in ("del", "moveFrom", "instrText", "delText", "rPr", "pPr")),
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",
}
WORD_NAMES = {
    **{f"{W}p": "p", f"{W}tbl": "table", f"{W}tr": "tr", f"{W}tc": "td"},
    **{f"{W}tab": " ", f"{W}br": " ", f"{W}cr": " ", f"{W}noBreakHyphen": "-"},
}
LIST = re.compile(r"list|liste|aufz", re.I)
TITLE = re.compile(r"title$", re.I)


def _read_docx(file: SourceFile) -> Iterator[Article | Skipped]:
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
        write_markup(_as_markup(part, WORD_NAMES, unseen=WORD_UNSEEN, words=f"{W}t", box=box), text)
    known, made = _properties(package, "docProps/core.xml", f"{TERMS}created")
    known["title"] = (text_of(title) if title is not None else "") or known["title"]
    yield text.article(file, known, made)


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


DOCX = Reader("a Word document", (".docx",), _read_docx, _holding(BODY))


TEXT, TABLE, OFFICE, META = (f"{OASIS}{name}:1.0}}" for name in ("text", "table", "office", "meta"))
DRAWING = f"{OASIS}drawing:1.0}}"
ODT_UNSEEN = {
    *(f"{TEXT}{tag}" for tag in ("tracked-changes", "note", "sequence-decls")),
    f"{OFFICE}annotation",
    f"{DRAWING}frame",
}
ODT_NAMES = {
    **{f"{TEXT}p": "p", f"{TEXT}h": "p", f"{TEXT}list": "ul", f"{TEXT}list-item": "li"},
    **{f"{TABLE}table": "table", f"{TABLE}table-row": "tr", f"{TABLE}table-cell": "td"},
    **{f"{TEXT}{tag}": " " for tag in ("s", "tab", "line-break")},
}
ODT_KIND = "an OpenDocument text"
MIME = b"mimetypeapplication/vnd.oasis.opendocument.text"


def _read_odt(file: SourceFile) -> Iterator[Article | Skipped]:
    """The article that an OpenDocument text holds, with what its properties say of it."""
    package = Package(file, ODT_KIND)
    manifest = "META-INF/manifest.xml"
    if manifest in package.names and b"encryption-data" in package.read(manifest):
        raise Refused(f"{ODT_KIND} is encrypted; save it without a password")
    body = package.tree("content.xml").find(f"{OFFICE}body/{OFFICE}text")
    text = Assembly()
    if body is not None:
        notes = list(body.iter(f"{TEXT}note-body"))
        shown = _as_markup(body, ODT_NAMES, unseen=ODT_UNSEEN, box=f"{DRAWING}text-box")
        for part in (shown, *notes):
            write_markup(part, text)
    known, made = _properties(package, "meta.xml", f"{META}creation-date", f"{DUBLIN}date")
    yield text.article(file, known, made)


def _is_odt(file: SourceFile, head: bytes) -> bool:
    return MIME in head[:200] or (head.startswith(b"PK\x03\x04") and file.extension == ".odt")


ODT = Reader(ODT_KIND, (".odt",), _read_odt, _is_odt)


A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
SLIDE_NAMES = {f"{A}p": "p", f"{A}tbl": "table", f"{A}tr": "tr", f"{A}tc": "td", f"{A}br": " "}
MAIN = "ppt/presentation.xml"
PAGE_MARKS = {"sldNum", "ftr", "dt", "hdr"}  # placeholders for what every slide repeats


def _read_pptx(file: SourceFile) -> Iterator[Article | Skipped]:
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
    known, made = _properties(package, "docProps/core.xml", f"{TERMS}created")
    if known["title"] in ("", "PowerPoint Presentation"):
        known["title"] = title
    yield text.article(file, known, made)


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
    write_markup(_as_markup(slide, SLIDE_NAMES, unseen=(), words=f"{A}t"), text)
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


PPTX = Reader("a PowerPoint presentation", (".pptx",), _read_pptx, _holding(MAIN))


EPUB_KIND = "an EPUB book"
CONTAINER = "META-INF/container.xml"
CONTAINED = "{urn:oasis:names:tc:opendocument:xmlns:container}rootfile"
OPF = "{http://www.idpf.org/2007/opf}"
LONGEST_LABEL = 60  # characters of a chapter's heading that are a place


def _read_epub(file: SourceFile) -> Iterator[Article | Skipped]:
    """The book that a file holds, as one article."""
    package = Package(file, EPUB_KIND)
    if "META-INF/encryption.xml" in package.names and b"EncryptedKey" in package.read(
        "META-INF/encryption.xml"
    ):
        raise Refused(f"{EPUB_KIND} is encrypted; get one without copy protection")
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


EPUB_MIME = b"mimetypeapplication/epub+zip"
EPUB = Reader(EPUB_KIND, (".epub",), _read_epub, lambda file, head: EPUB_MIME in head[:200])


SIGNATURE = b"{\\rtf"
INFO = re.compile(r"\{\\(title|author)\s((?:[^{}\\]|\\.)*)\}", re.S)
MADE = re.compile(r"\{\\creatim\\yr(\d{4})\\mo(\d{1,2})\\dy(\d{1,2})")
INFO_CHARACTERS = 20_000  # the information stands at the head


def _read_rtf(file: SourceFile) -> Iterator[Article | Skipped]:
    """The article that an RTF file holds, with what its information says of it."""
    data = file.data()
    if not data.lstrip().startswith(SIGNATURE):
        raise Refused("the file is damaged and is not RTF; save it anew")
    source = within_bounds(data.decode("cp1252", "replace").replace("\r", ""))
    text = Assembly()
    rows: list[list[str]] = []
    for line in [*_plain(source).split("\n"), ""]:
        if line.rstrip().endswith("|"):
            rows.append([cell.strip() for cell in line.rstrip().rstrip("|").split("|")])
            continue
        text.table(rows)
        rows = []
        bullet = re.match(r"\s*[•·▪\uf0b7]\s*", line)
        (text.item if bullet else text.write)(line[bullet.end() :] if bullet else line)
    head = source[:INFO_CHARACTERS]
    told = {name: _plain(f"{{\\rtf1 {value}}}") for name, value in INFO.findall(head)}
    yield text.article(file, particulars(told), _made(head))


def _plain(rtf: str) -> str:
    from striprtf.striprtf import rtf_to_text

    return str(rtf_to_text(rtf, errors="replace"))  # type: ignore[no-untyped-call]


def _made(head: str) -> date | None:
    try:
        found = MADE.search(head)
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


RTF = Reader("an RTF document", (".rtf",), _read_rtf, signed(SIGNATURE))
