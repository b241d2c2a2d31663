"""The whole text of (X)HTML that is an article already: of a chapter, of a mail."""

from __future__ import annotations

from index.readers.assembly import LINE, PARAGRAPH, Assembly
from index.readers.office.package import Node

BLOCKS = set(
    "address article aside blockquote body caption center dd details div dl dt figcaption figure"
    " footer form h1 h2 h3 h4 h5 h6 header hr html li main nav ol p pre section summary table tbody"
    " td tfoot th thead tr ul".split()
)
UNSEEN = set("script style head title template noscript svg math object iframe button".split())


def parsed(markup: bytes | str) -> Node:
    """(X)HTML as a tree, whatever is wrong with it; bytes are UTF-8."""
    from lxml import etree, html

    encoded = markup if isinstance(markup, bytes) else markup.encode("utf-8", "replace")
    try:
        return html.document_fromstring(encoded, parser=html.HTMLParser(encoding="utf-8"))
    except etree.ParserError:  # there is nothing in it
        return html.Element("html")


def first_heading(tree: Node) -> str:
    """The first heading of a tree that holds words, or ""."""
    found = (" ".join(heading.text_content().split()) for heading in tree.iter("h1", "h2", "h3"))
    return next(filter(None, found), "")


def write_markup(tree: Node, text: Assembly) -> None:
    """Adds the text of a tree of (X)HTML, nothing of it left out."""
    _Writer(text).block(tree)


class _Writer:
    """Goes through a tree and writes each run of inline text as one block."""

    def __init__(self, text: Assembly) -> None:
        self.text = text
        self.run: list[str] = []

    def block(self, node: Node, *, listed: bool = False) -> None:
        before = PARAGRAPH
        self._inline(node.text)
        for child in node:
            if not isinstance(child.tag, str) or child.tag in UNSEEN:
                pass
            elif child.tag == "br":
                self._flush(before, listed=listed)
                before = LINE
            elif child.tag == "table":
                self._flush(before, listed=listed)
                self._table(child)
                before = PARAGRAPH
            elif any(each.tag in BLOCKS or each.tag == "br" for each in child.iter()):
                self._flush(before, listed=listed)
                inner = child.tag in ("p", "div", "span", "a", "b", "strong", "i", "em")
                self.block(child, listed=child.tag == "li" or (listed and inner))
                before = PARAGRAPH
            else:
                self._inline(child.text_content())
            self._inline(child.tail)
        self._flush(before, listed=listed)

    def _inline(self, words: str | None) -> None:
        if words:
            self.run.append(words)

    def _flush(self, before: str, *, listed: bool) -> None:
        words, self.run = "".join(self.run), []
        if listed:
            self.text.item(words)
        else:
            self.text.write(words, before)

    def _table(self, table: Node) -> None:
        """A table of cells; one that holds another, or one cell a row, is a layout."""
        rows = [
            [" ".join(cell.text_content().split()) for cell in row.iter("td", "th")]
            for row in table.iter("tr")
        ]
        if table.find(".//table") is not None or all(len(row) < 2 for row in rows):
            for cell in table.iter("td", "th", "caption"):
                if next(cell.iterancestors("table")) is table:
                    self.block(cell)
            return
        if (caption := table.find("caption")) is not None:
            self.text.write(caption.text_content())
        self.text.table(rows)
