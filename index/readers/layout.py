"""From where words stand on a page to the order in which they are read: columns, lines, rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

# Of a line's height; the first parts words that may be of two columns, the second two cells.
GUTTER = 0.7
CELL_GAP = 1.8
# Columns of text have lines of 25 characters and more, the cells of tables rarely as many.
MIN_COLUMN = 18
SIGN = re.compile(r"\W{1,2}|\(?\w{1,2}[.)]")  # of an item of a list
MAX_DEPTH = 6  # columns within columns; a newspaper's page has four
SHRUNK = 0.2  # of its height that a line gives up above and below, so that lines do not overlap


@dataclass(frozen=True, slots=True)
class Words:
    """Words that stand beside one another; y grows upwards, in points.

    Attributes:
        height: Of the letters from descent to ascent, which is about the size of the font.
        left: The margin of the column that they stand in.
        right: Its other margin.
        cells: Of a row of a table, its cells; else none.
    """

    text: str
    x0: float
    x1: float
    y0: float
    y1: float
    left: float = 0.0
    right: float = 0.0
    cells: tuple[str, ...] = ()

    @property
    def height(self) -> float:
        """Of its letters."""
        return self.y1 - self.y0


def reading_order(words: Sequence[Words]) -> Iterator[Words]:
    """The lines of a page, a column after the other, as a reader goes through them."""
    yield from _ordered(words, MAX_DEPTH)


def _ordered(words: Sequence[Words], depth: int) -> Iterator[Words]:
    if not words:
        return
    run: list[list[Words]] = []
    gaps: list[tuple[float, float]] = []
    left, right = min(w.x0 for w in words), max(w.x1 for w in words)
    for band in _bands(words):
        here = _free(band, left, right)
        common = _common(gaps, here, band) if run else here
        if run and not (common or not (gaps or here)):
            yield from _columns(run, gaps, depth)
            run, common = [], here
        run.append(band)
        gaps = common
    yield from _columns(run, gaps, depth)


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


def _free(band: Sequence[Words], left: float, right: float) -> list[tuple[float, float]]:
    """The stretches between two margins in which a band has nothing, its ends included."""
    free: list[tuple[float, float]] = []
    at = left
    for each in sorted(band, key=lambda w: w.x0):
        if each.x0 > at:
            free.append((at, each.x0))
        at = max(at, each.x1)
    return [*free, (at, right)] if right > at else free


def _common(
    gaps: Sequence[tuple[float, float]],
    others: Sequence[tuple[float, float]],
    band: Sequence[Words],
) -> list[tuple[float, float]]:
    """What is free in both, and wide enough to part columns."""
    width = GUTTER * median(w.height for w in band)
    both: list[tuple[float, float]] = []
    number = 0
    for low, high in gaps:
        while number < len(others) and others[number][1] <= low:
            number += 1
        for first, last in others[number:]:
            if first >= high:
                break
            if min(high, last) - max(low, first) >= width:
                both.append((max(low, first), min(high, last)))
    return both


def _columns(
    run: Sequence[list[Words]], gaps: Sequence[tuple[float, float]], depth: int
) -> Iterator[Words]:
    """The lines of bands that have stretches of nothing in common."""
    words = [each for band in run for each in band]
    for low, high in gaps if depth else ():
        one = [each for each in words if each.x1 <= high and each.x0 < low]
        other = [each for each in words if each.x0 >= high]
        if len(one) + len(other) == len(words) and _is_text(one) and _is_text(other):
            yield from _ordered(one, depth - 1)
            yield from _ordered(other, depth - 1)
            return
    if len(run) == 1 and len(words) > 1 and _bands_within(words) and depth:
        yield from _ordered_unaligned(words, depth)
        return
    yield from _rows(run)


def _is_text(words: Sequence[Words]) -> bool:
    """Whether words are lines of text, two at least, and no cells."""
    return len(words) > 1 and median(len(each.text) for each in words) >= MIN_COLUMN


def _bands_within(words: Sequence[Words]) -> bool:
    """Whether a band is not one line but several that overlap."""
    return max(w.y1 for w in words) - min(w.y0 for w in words) > 2 * median(w.height for w in words)


def _ordered_unaligned(words: Sequence[Words], depth: int) -> Iterator[Words]:
    """Lines that overlap and have no gutter in common, such as those around a picture."""
    for each in sorted(words, key=lambda w: (-w.y1, w.x0)):
        yield from _rows([[each]])


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
