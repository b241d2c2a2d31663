"""Web pages: the article that a page is about, found by trafilatura."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from itertools import islice

from lxml import etree, html

from index.article import PARTICULARS, Article, Skipped
from index.readers.encoding import Refused, decode_telling, letters, tidy, within_bounds
from index.readers.files import SourceFile
from index.readers.html.articles import (
    MIN_ENTRIES,
    entries,
    heading_of,
    join_times,
    live_text,
    separate,
    time_of,
    timed,
    wall,
    with_times,
)
from index.readers.html.metadata import Stated, joined, stated
from index.readers.html.names import is_url
from index.readers.html.pruning import (
    CERTAIN,
    MAX_CELL,
    OFFER,
    Removed,
    beside,
    plain_layout,
    prune,
)
from index.readers.markup import LINE_MARK, PARAGRAPH_MARK, Node, text_of
from index.readers.text import BLANK

for _name in ("trafilatura", "htmldate"):
    # What is wrong with a page is told once, as the reason why it was skipped.
    logging.getLogger(_name).addHandler(logging.NullHandler())

EXTENSIONS = (".html", ".htm", ".xhtml")
CHARSET = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]+)|\A\s*<\?xml[^>]{0,200}?encoding\s*="
    rb"\s*[\"']([\w.:-]+)",
    re.IGNORECASE,
)
XML_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")
# As browsers read it: a quotation mark opens a value, and nothing else.
ATTRIBUTE = re.compile(
    r"[\s/]*+[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|(?![\"'])[^\s>]++))?+"
)
TAG = re.compile(rf"(<[a-zA-Z][^\s/>]*+)(?:{ATTRIBUTE.pattern})*+")
# The parser and trafilatura take time as the square of these. A page of many attributes is read
# without them; 50,000 elements in one another's place take 15 s at worst, and of the pages of the
# web, 99 of 100 have less than 10,000.
# With more elements the slow ways out of a page that is hard to read (justext) are left out: what
# they cost grows with the square of the paragraphs.
MANY_ELEMENTS = 5_000
MAX_ATTRIBUTES = 500
MAX_ELEMENTS = 50_000
MAX_CHILDREN = 20_000
CHARSET_BYTES = 4096  # browsers look no further than 1024
# Of trafilatura's elements, those that HTML calls otherwise.
TAGS = dict(zip("head quote list item row cell lb code".split(),
                "h2 blockquote ul li tr td br pre".split(), strict=True))  # fmt: skip
# What stands inside these trafilatura runs together, and the lines of preformatted text. Marks in
# the text keep them apart.
HOLDERS = ("li", "dd", "dt", "td", "th", "blockquote", "pre")
HELD = (*HOLDERS, *"p div section h1 h2 h3 h4 h5 h6 ul ol dl table tr figure figcaption".split())
STOPS = (".", "!", "?", "…", "।", "۔")
CJK_STOPS = "。！？"
FEW_WORDS = 80  # of an article; with fewer the page is read once more, with nothing taken away
MIN_WORDS = 5  # of a sentence; menus and lists of links have shorter lines without a stop
MIN_CHARACTERS = 200  # of a paragraph in a script without stops, such as Thai
ONLY_FREE = (
    "as far as the page shows it without a subscription; save it when signed in for the rest"
)
HOLDS_ALL = ("article", "main", "section", "div", "td", "body")
MAX_SAME = 50  # of these that are compared
NO_ARTICLE = "the page holds no article, only links or a menu; save the article's own page"


def read_page(file: SourceFile) -> Iterator[Article | Skipped]:
    """The article that a web page holds, or each of several, as ``read_html`` reads it.

    Raises:
        Refused: As there.
    """
    raw, doubt = _decoded(file.data(), file.charset)
    tree = _parsed(raw)
    page = stated(tree)
    parts = [] if page.live or file.extension not in EXTENSIONS else separate(tree)
    if not parts:
        yield _read(file, raw, doubt, tree, page)
    for number, part in enumerate(parts, 1):
        title = text_of(heading_of(part))
        try:
            article = _of_several(file, doubt, part, page, number)
        except Refused as refusal:
            yield Skipped(f"{file.uri}#{number}", f"{title}: {refusal}", fault=False)
        else:
            yield article


def _of_several(file: SourceFile, doubt: str, part: Node, page: Stated, number: int) -> Article:
    """One of the articles of a page; what the page states counts for that which has its title."""
    heading = heading_of(part)
    links = (heading.get("href"), *heading.xpath("ancestor::a/@href | .//a/@href"))
    link = joined(page.url, next(filter(None, links), None))
    own = html.document_fromstring("<html><body></body></html>")
    own.body.append(deepcopy(part))
    heading_of(own.body).tag = "h1"
    title = text_of(heading)
    known = stated(own)
    known = replace(
        page if title == page.title else known,
        title=title,
        url=page.url if title == page.title else link if link and is_url(link) else None,
        publisher=page.publisher,
        language=page.language,
    )
    article = _read(file, html.tostring(part, encoding="unicode"), doubt, own, known)
    if title == page.title:
        return article
    return replace(article, uri=f"{file.uri}#{number}", key=f"{file.key}#{number}")


def read_html(file: SourceFile, data: bytes) -> Article:
    """The article that a web page holds, with the title, author and date that it states.

    Headings and list items are lines of their own; menus, teasers and comments are left out.

    Raises:
        Refused: The file is binary or blank, or the page holds no article.
    """
    raw, doubt = _decoded(data)
    tree = _parsed(raw)
    return _read(file, raw, doubt, tree, stated(tree))


def _decoded(data: bytes, charset: str | None = None) -> tuple[str, str]:
    """A page's source, and what is in doubt about its encoding, of which a server told one."""
    if not charset and (told := CHARSET.search(data[:CHARSET_BYTES])):
        charset = (told[1] or told[2]).decode("ascii", "replace")
    raw, doubt = decode_telling(data, charset)
    if not tidy(raw).strip():
        raise Refused(BLANK)
    return raw, doubt


def _read(file: SourceFile, raw: str, doubt: str, tree: Node, known: Stated) -> Article:
    """The article of a tree that is pruned and laid out for it, with what its page states."""
    removed = prune(tree, known.title, known.author)
    asides = beside(tree)
    parts = entries(tree)
    live = bool(parts) and (known.live or len(parts) >= MIN_ENTRIES)
    times = list(map(time_of, parts)) if live else []
    if live or known.live:
        join_times(tree, parts)
    if live:
        text = within_bounds(live_text(parts))
    else:
        plain_layout(tree)
        text = _article_text(tree)
    certain = sum(len(each.text) for each in removed if each.reason in CERTAIN) if text else 0
    few = len(text.split()) < FEW_WORDS
    if few and len(whole := _article_text(_parsed(raw))) > 2 * len(text) + certain:
        text, removed = whole, []  # what was taken away was not around the article
    held = letters(text)
    removed += [aside for aside in asides if letters(aside.text) not in held]
    if reason := wall(text, known.title, tree):
        raise Refused(reason)
    if not any(map(_is_prose, text.split("\n"))):
        raise Refused(NO_ARTICLE)
    article = Article(
        uri=file.uri,
        key=file.key,
        text=text,
        raw=raw,
        root=file.root,
        notes=tuple(_notes(known, removed, doubt)),
        **{name: getattr(known, name) for name in PARTICULARS},
    )
    return timed(article, times) if times else with_times(article)


def _notes(known: Stated, removed: list[Removed], doubt: str) -> Iterator[tuple[str, str]]:
    """Where each field is from, what was left out and why, and what is in doubt of the text."""
    yield from known.origins.items()
    yield from (("removed", f"{each.reason}: {each.text}") for each in removed)
    if doubt:
        yield "text", doubt
    if any(each.reason == OFFER for each in removed):
        yield "text", ONLY_FREE


def _article_text(tree: Node) -> str:
    """The article's text as trafilatura finds it in a page; "" if it finds none."""
    _mark(tree)
    page = _extracted(tree)
    if page is None:
        return ""
    for element in page.iter():
        element.tag = TAGS.get(element.tag, element.tag)
    text = text_of(page)
    if "\n" not in text:  # of a short article trafilatura gives all words in one line
        least = len(letters(text))
        parts = (p for p in tree.iter(*HOLDS_ALL) if least <= len(p.text_content()) <= 3 * least)
        shown = (text_of(part) for part in islice(parts, MAX_SAME))
        same = (each for each in shown if letters(each) == letters(text))
        text = next(same, text)
    return within_bounds(text)


def _is_prose(line: str) -> bool:
    words = [word.rstrip("\"'”’»)") for word in line.split()]
    return (
        (len(words) >= MIN_WORDS and any(word.endswith(STOPS) for word in words))
        or any(stop in line for stop in CJK_STOPS)
        or len(line) >= MIN_CHARACTERS
    )


def _parsed(raw: str) -> Node:
    """The page as a tree that is not too large to be read."""
    from trafilatura.utils import load_html  # 0.2 s, and only web pages need it

    tree = load_html(TAG.sub(_shortened, XML_DECLARATION.sub("", raw)))
    if tree is None:
        raise Refused(NO_ARTICLE)
    children = [len(element) for element in tree.iter()]
    if len(children) > MAX_ELEMENTS or max(children) > MAX_CHILDREN:
        raise Refused(
            f"the page has {len(children):,} elements, {max(children):,} of them in one, and"
            f" {MAX_ELEMENTS:,} and {MAX_CHILDREN:,} can be read; save the article by itself"
        )
    return tree


def _mark(tree: Node) -> None:
    """Marks the breaks of a page that would be lost."""
    for element in tree.iter("pre"):
        for part in element.iter():
            part.text = part.text and part.text.strip("\n").replace("\n", LINE_MARK)
            if part is not element:
                tail = (part.tail or "").replace("\n", LINE_MARK)
                part.tail = LINE_MARK + tail if part.tag == "br" else tail
        etree.strip_tags(element, "br")
    for element in tree.iter(HELD):
        if next(element.iterancestors(HOLDERS), None) is not None:
            element.text = f"{PARAGRAPH_MARK}{element.text or ''}"
            element.tail = f"{PARAGRAPH_MARK}{element.tail or ''}"
    for cell in tree.iter("td", "th"):
        if (
            cell.find(".//table") is None
            and cell.find(".//li//a") is None
            and len(cell.text_content()) <= MAX_CELL
        ):
            for item in cell.iter("li", "dt", "dd"):
                item.text = f"{item.text[0]}- {item.text[1:].lstrip()}"
            etree.strip_tags(cell, *HELD)


def _shortened(tag: re.Match[str]) -> str:
    """A tag without what follows its first attributes."""
    whole = tag[0]
    if len(whole) < 2 * MAX_ATTRIBUTES:
        return whole
    attributes = ATTRIBUTE.finditer(whole, len(tag[1]))
    following = next(islice(attributes, MAX_ATTRIBUTES, None), None)
    return whole[: following.start()] if following else whole


def _extracted(tree: Node) -> Node | None:
    import trafilatura

    try:
        page = trafilatura.bare_extraction(
            tree,
            include_comments=False,
            with_metadata=False,
            fast=sum(1 for _ in tree.iter()) > MANY_ELEMENTS,
        )
    except Exception as error:  # any of a page's oddities may surface here, from lxml upwards
        raise Refused(
            f"the page cannot be parsed ({type(error).__name__}); mend its HTML"
        ) from error
    return None if page is None or isinstance(page, dict) else page.body
