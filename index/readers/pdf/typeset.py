"""The pages of a printed text as paragraphs: without running heads, its split words joined."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from statistics import median

from index.readers.assembly import PARAGRAPH, SPACE, Assembly, line
from index.readers.pdf.reading_order import Words
from index.text.punkt import news_words

MARGIN = 2  # lines at the top and at the bottom of a page that may be a head or a foot
GAP = 0.6  # of its height between it and what it stands above or below
LARGER = 1.1  # than the usual letters are those of a heading, which is no running head
REPEATED = 0.25  # of the pages on which a head stands; left and right ones may differ
PAGE_NUMBER = re.compile(
    r"\W*(?:(?:page|seite|p\.|с\.|стр\.)\s*)?(?:\d{1,4}|[ivxlc]{1,6})(?:\s*(?:/|of|von|из)\s*\d{1,4})?\W*",
    re.I,
)
ENDS = re.compile(r"^\W*\d+(?:/\d+)?\W*|\W*\d+(?:/\d+)?\W*$")
DIGITS = re.compile(r"\d+")
FINISHED = re.compile(r"[.!?…:。！？؟۔।][\"'”’»)\]]*$")
BULLET = re.compile(r"(?:[-–•·▪■●‣*\uf0b7]|\(?\d{1,2}[.)])\s+(?=\S)")
SIGN = re.compile(r"^[–•·▪■●‣*\uf0b7]\s+(?=\S)")
GLUED = re.compile(r"\w[-—/]$")  # nothing stands between these and the next word
HYPHENS = "-\u2010\u00ad"
SPLIT = re.compile(rf"(?<![^\W\d_])([^\W\d_]+)[{HYPHENS}]$")
REST = re.compile(r"[^\W\d_]+")
SPACING = 1.35  # of the usual distance of lines; more parts paragraphs
INDENT = 0.7  # of a line's height by which a first line is set in
SHORT = 0.8  # of the column's width; a sentence that ends there ends its paragraph
SIZES = 0.12  # by which the heights of a paragraph's lines differ at most


def write(pages: Sequence[tuple[str, Sequence[Words]]], text: Assembly) -> None:
    """Writes pages, each its label and its lines in reading order, as paragraphs with places.

    Args:
        pages: In order.
        text: The document that grows.
    """
    whole = without_margins([lines for _, lines in pages])
    known = {w.lower() for lines in whole for each in lines for w in _whole_words(each.text)}
    spacing = _spacing(whole)
    before: Words | None = None
    rows: list[tuple[str, ...]] = []
    held, gap = "", PARAGRAPH  # the last line, until it is known whether its last word goes on

    def flush() -> None:
        nonlocal held, rows
        text.write(held, gap)
        text.table(rows)
        held, rows = "", []

    for (label, _), lines in zip(pages, whole, strict=True):
        first = True
        for each in lines:
            if each.cells:
                if first or not rows:
                    flush()
                if first:
                    text.place(label)
                rows.append(each.cells)
                before, first = None, False
                continue
            on = before is not None and _goes_on(before, each, spacing, new_page=first)
            joined = _joined(held, each.text, known) if on else held
            following = "" if joined != held or GLUED.search(held) else SPACE
            held = joined
            flush()
            if first:
                text.place(label)
            held, gap = SIGN.sub("- ", each.text), following if on else PARAGRAPH
            before, first = each, False
    flush()


def _joined(before: str, after: str, known: set[str]) -> str:
    """A line without the hyphen at its end, if it only split a word."""
    split, rest = SPLIT.search(before), REST.match(after)
    if not (split and rest and rest[0][0].islower()):
        return before
    left, right = split[1].lower(), rest[0].lower()
    if before[-1] == HYPHENS[-1]:  # a soft one
        return before[:-1]
    if f"{left}-{right}" in known:
        return before
    news = news_words()
    whole = left + right
    if whole in known or whole in news or not {left, right} <= news:
        return before[:-1]
    return before


def _whole_words(text: str) -> list[str]:
    return re.findall(r"\w+(?:-\w+)*", text)


def _goes_on(before: Words, after: Words, spacing: float, *, new_page: bool) -> bool:
    """Whether a line goes on the paragraph of the line before it."""
    if BULLET.match(after.text) or abs(before.height - after.height) > SIZES * before.height:
        return False
    finished = FINISHED.search(before.text) is not None
    if new_page or after.y0 > before.y0 or after.left != before.left:
        return not finished and (after.text[:1].islower() or before.text[-1:] in HYPHENS)
    if before.y0 - after.y0 > SPACING * max(spacing, before.height):
        return False
    if after.x0 - after.left > INDENT * after.height and before.x0 - before.left < INDENT:
        return not finished and after.text[:1].islower()
    short = before.x1 - before.left < SHORT * (before.right - before.left)
    return not (short and (finished or not after.text[:1].islower()))


def _spacing(pages: Sequence[Sequence[Words]]) -> float:
    steps = [
        above.y0 - below.y0
        for lines in pages
        for above, below in pairwise(lines)
        if above.left == below.left and 0 < above.y0 - below.y0 < 3 * above.height
    ]
    return median(steps) if steps else 0.0


def without_margins(pages: Sequence[Sequence[Words]]) -> list[list[Words]]:
    """The lines of pages without their running heads and feet, and without their numbers."""
    usual = median([each.height for lines in pages for each in lines] or [0.0])
    edges = [[each for each in _edges(lines) if each.height <= LARGER * usual] for lines in pages]
    outer = [_outermost(lines) for lines in pages]
    often = max(2, REPEATED * len(pages))
    repeated = _repeated(edges, _key, often) | _repeated(outer, _exact, often)
    numbers = {
        id(each)
        for lines, edge in zip(pages, edges, strict=True)
        for each in edge
        if _is_number(each, lines)
    }
    gone = repeated | numbers
    return [[each for each in lines if id(each) not in gone] or list(lines) for lines in pages]


def _repeated(
    pages: Sequence[Sequence[Words]], key: Callable[[Words], tuple[str, int]], often: float
) -> set[int]:
    """Which lines of pages stand on many of them, by their ``id``."""
    seen = Counter(found for lines in pages for found in {key(each) for each in lines})
    return {id(each) for lines in pages for each in lines if seen[key(each)] >= often}


def _edges(lines: Sequence[Words]) -> Iterator[Words]:
    """The first and the last lines of a page, where a gap sets them apart from the others."""
    downwards = sorted(lines, key=lambda w: -w.y1)
    for order in (downwards, downwards[::-1]):
        for number, (outer, inner) in enumerate(pairwise(order[: MARGIN + 1]), 1):
            if max(inner.y0 - outer.y1, outer.y0 - inner.y1) > GAP * outer.height:
                yield from order[:number]
                break


def _outermost(lines: Sequence[Words]) -> list[Words]:
    """The first and the last line of a page, if there are others."""
    downwards = sorted(lines, key=lambda w: -w.y1)
    return [downwards[0], downwards[-1]] if len(lines) > MARGIN else []


def _exact(words: Words) -> tuple[str, int]:
    """What tells that two heads are one where no gap does: all but a number at an end."""
    return ENDS.sub("", line(words.text).casefold()), round(words.height)


def _key(words: Words) -> tuple[str, int]:
    """What tells that two heads are one: their words, whatever the numbers, and their size."""
    return DIGITS.sub("#", line(words.text).casefold()), round(words.height)


def _is_number(words: Words, lines: Sequence[Words]) -> bool:
    """Whether a line is nothing but the number of its page, above or below all others."""
    if not PAGE_NUMBER.fullmatch(words.text):
        return False
    return words.y1 >= max(w.y1 for w in lines) or words.y0 <= min(w.y0 for w in lines)
