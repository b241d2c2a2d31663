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
APART = 0.5  # of a line's height; between a page's head, or its foot, and its text
HIGHER = 4  # lines by which one column may begin above the other
SHRUNK = 0.2  # of its height that a line gives up above and below, so that lines do not overlap


Span = tuple[float, float]


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
                both = (
                    min(both[0], *(w.x1 for w in each)),
                    max(both[1], *(w.x0 for w in each)),
                )
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
    if len(run) == 1 and len(words) > 1 and _overlap(words):
        run = [[each] for each in sorted(words, key=lambda w: (-w.y1, w.x0))]
    yield from _rows(run)


def _is_text(words: Sequence[Words]) -> bool:
    """Whether words are lines of text, two at least, and no cells."""
    return len(words) > 1 and median(len(each.text) for each in words) >= MIN_COLUMN


def _overlap(words: Sequence[Words]) -> bool:
    """Whether a band is not one line but several, such as those around a picture."""
    return max(w.y1 for w in words) - min(w.y0 for w in words) > 2 * median(w.height for w in words)


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
