"""HTML, and whatever was turned into it, as a document's text: nothing of it is left out."""

from __future__ import annotations

import html
import re
from typing import Any, TypeAlias

from lxml import etree
from lxml import html as trees

from index.readers.assembly import LINE, PARAGRAPH, Assembly

Node: TypeAlias = Any  # an lxml element; lxml ships no types

BLOCKS = set(
    "address article aside blockquote body caption center dd details div dl dt figcaption figure"
    " footer form h1 h2 h3 h4 h5 h6 header hr html li main nav ol p pre section summary table tbody"
    " td tfoot th thead tr ul".split()
)
UNSEEN = set("script style head title template noscript svg math object iframe button".split())
KNOWN = re.compile(
    r"</?(?:p|br|div|span|h[1-6]|ul|ol|li|dl|dt|dd|a|b|strong|em|i|u|s|del|code|q|cite|table|thead"
    r"|tbody|tr|td|th|blockquote|img|figure|figcaption|section|article|pre|hr|sup|sub|small|script"
    r"|style|iframe)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
STRAY = re.compile(rf"<(?!{KNOWN.pattern[1:]})", re.IGNORECASE)
ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
# Breaks inside a text, as characters for private use, which no page means to show.
LINE_MARK, PARAGRAPH_MARK = "\ue001", "\ue000"
MARKS = {LINE_MARK: LINE, PARAGRAPH_MARK: PARAGRAPH}
MARKED = re.compile(f"([{LINE_MARK}{PARAGRAPH_MARK}])")


def parsed(markup: bytes | str) -> Node:
    """(X)HTML as a tree, whatever is wrong with it; bytes are UTF-8."""
    encoded = markup if isinstance(markup, bytes) else markup.encode("utf-8", "replace")
    try:
        return trees.document_fromstring(encoded, parser=trees.HTMLParser(encoding="utf-8"))
    except etree.ParserError:  # there is nothing in it
        return trees.Element("html")


def first_heading(tree: Node) -> str:
    """The first heading of a tree that holds words, or ""."""
    return next(filter(None, map(text_of, tree.iter("h1", "h2", "h3"))), "")


def word_count(text: str | None) -> int:
    """How many words a text has, two characters being one in a script without spaces."""
    words = (text or "").split()
    return sum(max(1, len(word) // 2) if word[0] > "\u2e7f" else 1 for word in words)


def without_markup(text: str) -> str:
    r"""A text whose HTML, if it holds any, became lines; any other text as it is.

    >>> without_markup("<p>It rained.<br>Then &amp; now.</p><ul><li>One</li><li>Two</li></ul>")
    'It rained.\nThen & now.\n\n- One\n- Two'
    >>> without_markup("a < b and c > d"), without_markup("Rock &amp; roll")
    ('a < b and c > d', 'Rock & roll')
    """
    return text_of(parsed_text(text)) if KNOWN.search(text) else unescaped(text)


def unescaped(text: str) -> str:
    """A text with the characters that its entities stand for."""
    return ENTITY.sub(lambda found: html.unescape(found[0]), text)


def parsed_text(text: str) -> Node:
    """HTML inside a text as a tree; what only looks like a tag stays words, comments go."""
    return parsed(STRAY.sub("&lt;", without_comments(text)))


def without_comments(text: str) -> str:
    """The text around HTML comments; one that never ends is text."""
    parts: list[str] = []
    at = 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start + 4)) >= 0:
        parts.append(text[at:start])
        at = end + len("-->")
    return "".join([*parts, text[at:]])


def text_of(tree: Node) -> str:
    """The text of a tree of (X)HTML."""
    text = Assembly()
    write_markup(tree, text)
    return text.text


def write_markup(tree: Node, text: Assembly) -> None:
    """Adds the text of a tree of (X)HTML to a document's."""
    writer = _Writer(text)
    writer.inside(tree)
    writer.end(PARAGRAPH)


class _Writer:
    """Goes through a tree and writes each run of inline text as one block."""

    def __init__(self, text: Assembly) -> None:
        self.text = text
        self.run: list[str] = []
        self.bullet = ""  # of an item whose first words are still to come
        self.before = PARAGRAPH

    def inside(self, node: Node) -> None:
        self.inline(node.text, lines=node.tag == "pre")
        for number, child in enumerate(node):
            if not isinstance(child.tag, str) or child.tag in UNSEEN:
                pass
            elif child.tag == "br":
                self.end(LINE)
            elif child.tag in BLOCKS:
                self.end(PARAGRAPH)
                if child.tag == "li":
                    first = int(node.get("start", "1")) if node.get("start", "1").isdecimal() else 1
                    self.bullet = f"{first + number}. " if node.tag == "ol" else "- "
                (self.table if child.tag == "table" else self.inside)(child)
                self.end(PARAGRAPH)
                self.bullet = "" if child.tag == "li" else self.bullet
            else:
                self.inside(child)
            self.inline(child.tail, lines=node.tag == "pre")

    def inline(self, words: str | None, *, lines: bool) -> None:
        for part in MARKED.split((words or "").replace("\n", LINE_MARK if lines else "\n")):
            if part in MARKS:
                self.end(MARKS[part])
            elif part:
                self.run.append(part)

    def end(self, before: str) -> None:
        """Ends a line, or a paragraph; two ends of lines in a row end one too."""
        words, self.run = "".join(self.run).strip(), []
        if words and self.bullet:
            self.text.item(words, self.bullet)
            self.bullet = ""
        elif words:
            self.text.write(words, self.before)
        self.before = before if words else PARAGRAPH

    def table(self, table: Node) -> None:
        """A table of cells; one that holds another, or one cell a row, is a layout."""
        rows = [list(row.iter("td", "th")) for row in table.iter("tr")]
        if table.find(".//table") is not None or all(len(row) < 2 for row in rows):
            for cell in table.iter("td", "th", "caption"):
                if next(cell.iterancestors("table")) is table:
                    self.inside(cell)
                    self.end(PARAGRAPH)
            return
        if (caption := table.find("caption")) is not None:
            self.text.write(text_of(caption))
        self.text.table([[text_of(cell) for cell in row] for row in rows])
