"""Articles over time by publisher, counted and drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from ui.library.listing import Row
from ui.templating import render

# Publishers with a colour of their own in the chart; the rest are one more part.
SHOWN_PUBLISHERS = 5

# With more bars than this, each stands for a longer time: one wrong year of publication would
# otherwise draw thousands of empty months.
MOST_BARS = 48

UNNAMED, OTHERS = "no publisher", "others"

_WIDTH = 720
_LEFT, _RIGHT, _TOP, _BASE = 34, 8, 12, 172
_WIDEST_BAR = 48
_LABELS = 9  # that have room beside each other

_MONTHS = {"month": 1, "quarter": 3}
_YEARS = {"year": 1, "decade": 10, "century": 100}
_KINDS = (*_MONTHS, *_YEARS)


@dataclass(frozen=True, slots=True)
class Bar:
    """The articles of one stretch of time."""

    label: str  # "2026-03", "2026 Q1", "2026" or "2020–2029"
    counts: tuple[int, ...]  # for each name of ``Timeline.names`` how many articles


@dataclass(frozen=True, slots=True)
class Timeline:
    """Articles over time by publisher."""

    kind: str  # what a bar stands for: "month", "quarter", "year", "decade" or "century"
    # The publishers with most articles, most first; the rest under ``OTHERS``.
    names: tuple[str, ...]
    bars: tuple[Bar, ...]  # from the oldest to the newest without a gap
    undated: int  # articles without a day, which are in no bar


def timeline(found: Iterable[Row]) -> Timeline:
    """A bar a month, or for a longer time where there were too many bars."""
    listed = list(found)
    dated = [(row.published, row.publisher or UNNAMED) for row in listed if row.published]
    total = Counter(name for _, name in dated)
    ranked = sorted(total, key=lambda name: (-total[name], name))
    named = ranked if len(ranked) <= SHOWN_PUBLISHERS + 1 else ranked[:SHOWN_PUBLISHERS]
    names = (*named, OTHERS) if len(named) < len(ranked) else tuple(named)
    kind, places = _stretches([day for day, _ in dated])
    counts: dict[int, Counter[str]] = {place: Counter() for place in places}
    for day, name in dated:
        counts[_place(day, kind)][name if name in named else OTHERS] += 1
    bars = tuple(
        Bar(_label(place, kind), tuple(counts[place][name] for name in names)) for place in places
    )
    return Timeline(kind, names, bars, len(listed) - len(dated))


def chart(told: Timeline) -> str:
    """Stacked bars as SVG, styled by the page: ``.part0`` is the publisher with most articles.

    "" if no article has a day. The figures are in its label and in a title for each part.
    """
    most = max((sum(bar.counts) for bar in told.bars), default=0)
    if not most:
        return ""
    step = (_WIDTH - _LEFT - _RIGHT) / len(told.bars)
    every = -(-len(told.bars) // _LABELS)
    drawn = [(_LEFT + (number + 0.1) * step, bar) for number, bar in enumerate(told.bars)]
    return render(
        "timeline.svg.html",
        most=most,
        said=f"Articles by {told.kind} and publisher. {_said(told.bars, told.names)}",
        bars=[(x, list(_parts(bar, told.names, most))) for x, bar in drawn],
        width=min(step * 0.8, _WIDEST_BAR),
        labels=[(x, bar.label) for x, bar in drawn[::every]],
        right=_WIDTH - _RIGHT,
        base=_BASE,
    )


def legend(told: Timeline) -> str:
    """What the colours of the chart stand for, as a list."""
    return render("legend.html", names=told.names)


def _parts(bar: Bar, names: Sequence[str], most: int) -> Iterator[tuple[int, float, float, str]]:
    """Of each part of a bar its number, its upper edge, its height and what it says."""
    y = float(_BASE)
    for part, (name, count) in enumerate(zip(names, bar.counts, strict=True)):
        if count:
            height = count * (_BASE - _TOP) / most
            y -= height
            yield part, y, height, f"{bar.label}, {name}: {count:,}"


def _said(bars: Sequence[Bar], names: Sequence[str]) -> str:
    held = [(bar.label, zip(names, bar.counts, strict=True)) for bar in bars if any(bar.counts)]
    told = (
        f"{label}: {', '.join(f'{name} {count}' for name, count in counts if count)}"
        for label, counts in held
    )
    return "; ".join(told) + "."


def _stretches(days: Sequence[date]) -> tuple[str, range]:
    """The shortest kind of stretch of which there are few enough, and the places of all of them."""
    places = range(0)
    for kind in _KINDS:
        held = [_place(day, kind) for day in days]
        places = range(min(held), max(held) + 1) if held else range(0)
        if len(places) <= MOST_BARS:
            return kind, places
    return _KINDS[-1], places


def _place(day: date, kind: str) -> int:
    """The number of a day's month, quarter, year and so on, counted without a gap."""
    if kind in _YEARS:
        return day.year // _YEARS[kind]
    return (12 * day.year + day.month - 1) // _MONTHS[kind]


def _label(place: int, kind: str) -> str:
    if kind in _YEARS:
        first, last = place * _YEARS[kind], (place + 1) * _YEARS[kind] - 1
        return f"{first}" if first == last else f"{first}–{last}"
    if kind == "quarter":
        return f"{place // 4} Q{place % 4 + 1}"
    return f"{place // 12}-{place % 12 + 1:02}"
