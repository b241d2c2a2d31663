"""Web pages: the article that a page is about, found by trafilatura."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any, TypeAlias

from index.article import Article
from index.readers.dates import parse_date
from index.readers.encoding import Refused, decode, tidy
from index.readers.fields import language_code, one_line
from index.readers.files import SourceFile
from index.readers.text import BLANK

if TYPE_CHECKING:
    from trafilatura.settings import Document

for _name in ("trafilatura", "htmldate"):
    # What is wrong with a page is told once, as the reason why it was skipped.
    logging.getLogger(_name).addHandler(logging.NullHandler())

Node: TypeAlias = Any  # an lxml element; lxml ships no types
EXTENSIONS = (".html", ".htm", ".xhtml")
CHARSET = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]+)|\A\s*<\?xml[^>]{0,200}?encoding\s*="
    rb"\s*[\"']([\w.:-]+)",
    re.IGNORECASE,
)
XML_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")
LANGUAGE = re.compile(r"<html[^>]*?\s(?:xml:)?lang\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)
CHARSET_BYTES = 4096  # browsers look no further than 1024
STOPS = (".", "!", "?", "…", "।", "۔")
CJK_STOPS = "。！？"
MIN_WORDS = 5  # of a sentence; menus and lists of links have shorter lines without a stop
MIN_CHARACTERS = 200  # of a paragraph in a script without stops, such as Thai
NO_ARTICLE = "the page holds no article, only links or a menu; save the article's own page"


def read_html(file: SourceFile, data: bytes) -> Article:
    """The article that a web page holds, with the title, author and date that it states.

    Headings and list items are lines of their own; menus, teasers and comments are left out.

    Raises:
        Refused: The file is binary or blank, or the page holds no article.
    """
    charset = CHARSET.search(data[:CHARSET_BYTES])
    declared = (charset[1] or charset[2]).decode("ascii", "replace") if charset else None
    raw = decode(data, declared)
    if not tidy(raw).strip():
        raise Refused(BLANK)
    page = _extracted(raw)
    text = tidy("\n\n".join(_blocks(page.body))).strip("\n")
    if not any(map(_is_prose, text.split("\n"))):
        raise Refused(NO_ARTICLE)
    language = LANGUAGE.search(raw)
    return Article(
        uri=file.uri,
        key=file.key,
        text=text,
        raw=raw,
        title=one_line(page.title) or "",
        author=(one_line(page.author) or "").replace("; ", ", ") or None,
        publisher=one_line(page.sitename),
        published=parse_date(page.date),
        language=language_code(page.language or (language[1] if language else None)),
        url=one_line(page.url),
        root=file.root,
    )


def _is_prose(line: str) -> bool:
    words = [word.rstrip("\"'”’»)") for word in line.split()]
    return (
        (len(words) >= MIN_WORDS and any(word.endswith(STOPS) for word in words))
        or any(stop in line for stop in CJK_STOPS)
        or len(line) >= MIN_CHARACTERS
    )


def _extracted(raw: str) -> Document:
    import trafilatura  # 0.2 s, and only web pages need it

    try:
        page = trafilatura.bare_extraction(
            XML_DECLARATION.sub("", raw),
            include_comments=False,
            with_metadata=True,
            # Without this htmldate takes any date on the page, such as that of the copyright.
            date_extraction_params={"extensive_search": False, "original_date": True},
        )
    except Exception as error:  # any of a page's oddities may surface here, from lxml upwards
        raise Refused(
            f"the page cannot be parsed ({type(error).__name__}); mend its HTML"
        ) from error
    if page is None or isinstance(page, dict) or page.body is None:
        raise Refused(NO_ARTICLE)
    return page


def _blocks(element: Node) -> list[str]:
    """The paragraphs, headings, lists and tables of an extracted body, in their order."""
    blocks: list[str] = []
    for child in element:
        if child.tag == "list":
            blocks.append("\n".join(f"- {_words(item)}" for item in child if _words(item)))
        elif child.tag == "table":
            rows = ([_words(cell) for cell in row if _words(cell)] for row in child)
            blocks.append("\n".join(" | ".join(row) for row in rows if row))
        elif child.tag in ("quote", "div") and len(child) and not (child.text or "").strip():
            blocks += _blocks(child)
        else:
            blocks.append(_lines(child))
        if child.tail and child.tail.strip():
            blocks.append(" ".join(child.tail.split()))
    return [block for block in blocks if block]


def _lines(element: Node) -> str:
    """An element's text; its line breaks are kept, other white space is not."""
    if element.tag == "code":
        return "".join(element.itertext()).strip("\n")
    parts = [element.text or ""]
    for child in element:
        parts += ["\n" if child.tag == "lb" else _lines(child), child.tail or ""]
    whole = "".join("\n" if part == "\n" else re.sub(r"\s+", " ", part) for part in parts)
    return "\n".join(line.strip() for line in whole.split("\n")).strip()


def _words(element: Node) -> str:
    return " ".join("".join(element.itertext(with_tail=False)).split())
