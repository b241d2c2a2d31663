"""Where words stand on the pages of a PDF -> lines in reading order -> paragraphs.

Columns are read one after the other, rows of tables kept whole; running heads go, and split words
are joined.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from index.readers.assembly import PARAGRAPH, SPACE, Assembly, line
from index.text.unwrap import Hyphens

# Of a line's height; the first parts words that may be of two columns, the second two cells.
GUTTER = 0.7
CELL_GAP = 1.8
# Columns of text have lines of 25 characters and more, the cells of tables rarely as many.
MIN_COLUMN = 18
SIGN = re.compile(r"\W{1,2}|\(?\w{1,2}[.)]")  # of an item of a list
MAX_DEPTH = 6  # columns within columns; a newspaper's page has four
APART = 0.5  # of a line's height; between a page's head, or its foot, and its text
HIGHER = 4  # lines by which one column may begin above the other
SHRUNK = 0.2  # of its height that a line gives up above and below, so that lines do not overlap


Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Words:
    """Words that stand beside one another; y grows upwards, in points."""

    text: str
    x0: float
    x1: float
    y0: float
    y1: float
    left: float = 0.0  # with ``right``, the margins of the column that they stand in
    right: float = 0.0
    cells: tuple[str, ...] = ()  # of a row of a table

    @property
    def height(self) -> float:
        """Of the letters from descent to ascent, which is about the size of the font."""
        return self.y1 - self.y0


def reading_order(words: Sequence[Words]) -> Iterator[Words]:
    """The lines of a page, a column after the other, as a reader goes through them."""
    bands = list(_bands(words))
    head = bands[:1] if len(bands) > 2 and _apart(bands[0], bands[1]) else []
    foot = bands[-1:] if len(bands) > 2 and _apart(bands[-2], bands[-1]) else []
    body = bands[len(head) : len(bands) - len(foot)]
    for part in (head, body, foot):
        yield from _ordered([each for band in part for each in band], MAX_DEPTH)


def _apart(upper: Sequence[Words], lower: Sequence[Words]) -> bool:
    """Whether a gap parts two bands, as it does a running head from the text."""
    gap = min(w.y0 for w in upper) - max(w.y1 for w in lower)
    return gap > APART * max(w.height for w in (*upper, *lower))


def _ordered(words: Sequence[Words], depth: int) -> Iterator[Words]:
    """The lines of words: bands that a gutter goes through are columns, the others are lines."""
    if not words:
        return
    left, right = min(w.x0 for w in words), max(w.x1 for w in words)
    run: list[list[Words]] = []
    gaps: list[Span] = []
    inner = (right, left)  # where something of the run ends first, and begins last
    for band in _bands(words):
        width = GUTTER * median(w.height for w in band)
        here = [gap for gap in _free(band, left, right) if gap[1] - gap[0] >= width]
        mine = min(w.x1 for w in band), max(w.x0 for w in band)
        both = min(inner[0], mine[0]), max(inner[1], mine[1])
        common = _common(gaps, here, width) if run else here
        parted = _within(gaps, inner) or _within(here, mine)
        if run and parted and not _within(common, both):
            back = [] if _within(gaps, inner) else _taken_back(run, here, width)
            if run:
                yield from _columns(run, gaps, depth)
            run, common, both = back, here, mine
            for each in back:
                common = _common(common, _free(each, left, right), width)
                both = (min(both[0], *(w.x1 for w in each)), max(both[1], *(w.x0 for w in each)))
        run.append(band)
        gaps, inner = common, both
    yield from _columns(run, gaps, depth)


def _taken_back(run: list[list[Words]], gaps: Sequence[Span], width: float) -> list[list[Words]]:
    """Takes off a run the last bands that leave a gutter free: where a column begins higher."""
    taken: list[list[Words]] = []
    while run and len(taken) < HIGHER:
        last = run[-1]
        ends = min(w.x0 for w in last), max(w.x1 for w in last)
        gaps = [gap for gap in gaps if gap[1] - width >= ends[1] or gap[0] + width <= ends[0]]
        if not gaps:
            break
        taken.insert(0, run.pop())
    return taken


def _within(gaps: Sequence[Span], inner: Span) -> bool:
    """Whether something stands on both sides of one of the gaps."""
    return any(inner[0] <= low and high <= inner[1] for low, high in gaps)


def _bands(words: Sequence[Words]) -> Iterator[list[Words]]:
    """Words between horizontal stretches of nothing, from the top down."""
    band: list[Words] = []
    bottom = 0.0
    for each in sorted(words, key=lambda w: -w.y1):
        inset = SHRUNK * each.height
        if band and each.y1 - inset <= bottom:
            yield band
            band = []
        low = each.y0 + inset
        bottom = min(bottom, low) if band else low
        band.append(each)
    if band:
        yield band


def _free(band: Sequence[Words], left: float, right: float) -> list[Span]:
    """The stretches between two margins in which a band has nothing, its ends included."""
    free: list[Span] = []
    at = left
    for each in sorted(band, key=lambda w: w.x0):
        if each.x0 > at:
            free.append((at, each.x0))
        at = max(at, each.x1)
    return [*free, (at, right)] if right > at else free


def _common(gaps: Sequence[Span], others: Sequence[Span], width: float) -> list[Span]:
    """What is free in both, and wide enough to part columns."""
    shared = ((max(low, first), min(high, last)) for low, high in gaps for first, last in others)
    return [gap for gap in shared if gap[1] - gap[0] >= width]


def _columns(run: Sequence[list[Words]], gaps: Sequence[Span], depth: int) -> Iterator[Words]:
    """The lines of bands that have stretches of nothing in common."""
    words = [each for band in run for each in band]
    for low, high in gaps if depth else ():
        one = [each for each in words if each.x1 <= high and each.x0 < low]
        other = [each for each in words if each.x0 >= high]
        if one and len(one) + len(other) == len(words) and _is_text(one) and _is_text(other):
            yield from _ordered(one, depth - 1)
            yield from _ordered(other, depth - 1)
            return
    height = max(w.y1 for w in words) - min(w.y0 for w in words)
    if len(run) == 1 and height > 2 * median(w.height for w in words):  # around a picture
        run = [[each] for each in sorted(words, key=lambda w: (-w.y1, w.x0))]
    yield from _rows(run)


def _is_text(words: Sequence[Words]) -> bool:
    """Whether words are lines of text, two at least, and no cells."""
    return len(words) > 1 and median(len(each.text) for each in words) >= MIN_COLUMN


def _rows(run: Sequence[list[Words]]) -> Iterator[Words]:
    """Each band as one line; cells far apart are those of a table's row."""
    left = min(each.x0 for band in run for each in band)
    right = max(each.x1 for band in run for each in band)
    for band in run:
        parts = sorted(band, key=lambda w: w.x0)
        cells: list[str] = [parts[0].text]
        for before, after in pairwise(parts):
            sign = len(cells) == 1 and SIGN.fullmatch(cells[0])
            if after.x0 - before.x1 > CELL_GAP * after.height and not sign:
                cells.append(after.text)
            else:
                cells[-1] += f" {after.text}"
        yield replace(
            parts[0],
            text=" ".join(cells),
            x1=max(w.x1 for w in parts),
            y0=min(w.y0 for w in parts),
            y1=max(w.y1 for w in parts),
            left=left,
            right=right,
            cells=tuple(cells) if len(cells) > 1 else (),
        )


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
LIST_SIGN = re.compile(r"^[–•·▪■●‣*\uf0b7]\s+(?=\S)")
HYPHENS = "-\u2010\u00ad"
SPACING = 1.35  # of the usual distance of lines; more parts paragraphs
INDENT = 0.7  # of a line's height by which a first line is set in
SHORT = 0.8  # of the column's width; a sentence that ends there ends its paragraph
SIZES = 0.12  # by which the heights of a paragraph's lines differ at most


def write(pages: Sequence[tuple[str, Sequence[Words]]], text: Assembly) -> None:
    """Writes pages, each its label and its lines in reading order, as paragraphs with places."""
    whole = _without_margins([lines for _, lines in pages])
    hyphens = Hyphens([each.text for lines in whole for each in lines])
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
            if on:
                held = hyphens.joined(held, each.text)[0]
            following = SPACE if held.endswith(" ") else ""
            flush()
            if first:
                text.place(label)
            held, gap = LIST_SIGN.sub("- ", each.text), following if on else PARAGRAPH
            before, first = each, False
    flush()


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


def _without_margins(pages: Sequence[Sequence[Words]]) -> list[list[Words]]:
    """The lines of pages without their running heads and feet, and without their numbers."""
    usual = median([each.height for lines in pages for each in lines] or [0.0])
    edges = [[each for each in _edges(lines) if each.height <= LARGER * usual] for lines in pages]
    outer = [_outermost(lines) for lines in pages]
    often = max(2, REPEATED * len(pages))
    # Where no gap sets a head apart, all of it but a number at an end has to be the same.
    repeated = _repeated(edges, DIGITS, often) | _repeated(outer, ENDS, often)
    numbers = {
        id(each)
        for lines, edge in zip(pages, edges, strict=True)
        for each in edge
        if _is_number(each, lines)
    }
    gone = repeated | numbers
    return [[each for each in lines if id(each) not in gone] or list(lines) for lines in pages]


def _repeated(pages: Sequence[Sequence[Words]], numbers: re.Pattern[str], often: float) -> set[int]:
    """Which lines stand on many pages in one size, whatever their numbers, by their ``id``."""

    def key(words: Words) -> tuple[str, int]:
        return numbers.sub("#", line(words.text).casefold()), round(words.height)

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


def _is_number(words: Words, lines: Sequence[Words]) -> bool:
    """Whether a line is nothing but the number of its page, above or below all others."""
    if not PAGE_NUMBER.fullmatch(words.text):
        return False
    return words.y1 >= max(w.y1 for w in lines) or words.y0 <= min(w.y0 for w in lines)
