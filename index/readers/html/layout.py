"""A web page's layout made plain before its article is looked for.

Old pages are laid out in tables, and many a page gives the part that holds its article a name that
says nothing; trafilatura looks for the usual names.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from typing import Any

from index.readers.markup import Node

MAX_CELL = 2_000  # characters; a cell that holds more is a page's layout, not a table's
BLOCKS = (
    "p div section article h1 h2 h3 h4 h5 h6 ul ol li dl dt dd table blockquote pre figure"
    " figcaption header footer aside main tr td th".split()
)
HOLDERS = ("div", "section", "article", "main")
MIN_WORDS = 10  # of a paragraph that tells where the article is; captions and teasers have fewer
MIN_SHARE = 0.4  # of such words that the part must hold, directly or in parts of its own


def plain_layout(tree: Node) -> None:
    """Turns tables of layout into parts, keeps blocks apart, names the part with the article."""
    for table in list(tree.iter("table")):
        if _is_layout(table):
            for part in table.iter("tbody", "tr", "td", "th", "center"):
                if next(part.iterancestors("table")) is table:
                    part.tag = "div"
            table.tag = "div"
    for part in list(tree.iter("aside", "form", "nav", "footer")):
        if part.find(".//h1") is not None and part.find(".//p") is not None:
            part.tag = "div"  # what holds the headline is the article's, whatever it is called
    for block in tree.iter(BLOCKS):
        _set_apart(block)
    if not any(pattern(tree) for pattern in _usual()):
        part = _fullest(tree)
        if part is not None:
            part.set("itemprop", "articleBody")


def _is_layout(table: Node) -> bool:
    if next((each for each in table.iter("table") if each is not table), None) is not None:
        return True
    return any(len(cell.text_content()) > MAX_CELL for cell in table.iter("td"))


def _set_apart(block: Node) -> None:
    """Sees to it that the words before a block do not run into its own."""
    before, parent = block.getprevious(), block.getparent()
    if parent is None:
        return
    if before is not None:
        before.tail = _ended(before.tail or " ")
    else:
        parent.text = _ended(parent.text)
    if block.tail and not block.tail[:1].isspace():
        block.tail = f" {block.tail}"


def _ended(text: str | None) -> str | None:
    return f"{text} " if text and not text[-1].isspace() else text


@cache
def _usual() -> tuple[Any, ...]:
    from trafilatura.xpaths import BODY_XPATH

    return tuple(BODY_XPATH[:3])


def _fullest(tree: Node) -> Node | None:
    """The part that most of the page's paragraphs stand in."""
    held: dict[Node, float] = defaultdict(float)
    whole = 0
    for line in tree.iter("p", "font", "div", "td"):
        words = _own_words(line)
        if words < MIN_WORDS:
            continue
        whole += words
        holders = [line] if line.tag in HOLDERS else []
        holders += list(line.iterancestors(HOLDERS))[:3]
        for share, holder in zip((1.0, 0.8, 0.6), holders, strict=False):
            held[holder] += share * words
    if not held:
        return None
    best = max(held, key=lambda part: held[part])
    return best if held[best] >= MIN_SHARE * whole and next(best.iter("h1"), None) is None else None


def _own_words(line: Node) -> int:
    """The words that stand in an element itself, and in what is inside its lines but no link."""
    count = len((line.text or "").split())
    for child in line:
        if child.tag in ("b", "i", "em", "strong", "span", "font") and len(child) == 0:
            count += len((child.text or "").split())
        count += len((child.tail or "").split())
    return count
