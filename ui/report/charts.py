"""Charts as SVG to stand in a page: drawn here, styled by the page's own sheet."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rag.evaluation.statistics import Bin, Estimate, Point
from ui.templating import escape

_WIDTH, _HEIGHT = 460, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 20, 28, 42
_TICKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)

# The percentage of a stacked bar that a figure needs to stand in its own part.
_ROOM = 6


def whisker(found: Estimate) -> str:
    """A share from 0 to 1 as a dot on its interval."""
    if math.isnan(found.value):
        return ""
    low, dot, high = (4 + 152 * min(1.0, v) for v in (found.low, found.value, found.high))
    return (
        '<svg class="whisker" viewBox="0 0 160 14" width="160" height="14" aria-hidden="true">'
        '<line class="track" x1="4" y1="7" x2="156" y2="7"/>'
        f'<line class="span" x1="{low:.1f}" y1="7" x2="{high:.1f}" y2="7"/>'
        f'<circle class="dot" cx="{dot:.1f}" cy="7" r="4"/></svg>'
    )


def stacked(parts: Sequence[tuple[str, int, str]]) -> str:
    """A bar as wide as the page of parts, each (label, count, class), wide as its share."""
    total = sum(count for _, count, _ in parts) or 1
    drawn, before = [], 0
    for label, count, name in parts:
        x, width = 100 * before / total, 100 * count / total
        before += count
        drawn.append(
            f'<rect class="{name}" x="{x:.2f}%" y="0" width="{width:.2f}%" height="100%">'
            f"<title>{escape(label)}: {count}</title></rect>"
        )
        if width >= _ROOM:
            drawn.append(
                f'<text class="on {name}" x="{x + width / 2:.2f}%" y="20"'
                f' text-anchor="middle">{count}</text>'
            )
    said = escape(", ".join(f"{label}: {count}" for label, count, _ in parts))
    return f'<svg class="stacked" role="img" aria-label="{said}">{"".join(drawn)}</svg>'


def risk_curve(points: Sequence[Point], threshold: float, right: float) -> str:
    """The share of wrong answers against the share of questions answered.

    Args:
        points: The curve, the highest threshold first.
        threshold: The one in use, whose point is marked.
        right: The share of questions whose candidate is right, for the curve of a perfect order.
    """
    path = " ".join(f"{_x(p.coverage):.1f},{_y(p.risk):.1f}" for p in points)
    steps = [right + (1 - right) * n / 60 for n in range(61)]
    best = [(0.0, 0.0), *((c, 1 - right / c) for c in steps if c > 0)]
    ideal = " ".join(f"{_x(c):.1f},{_y(max(0.0, r)):.1f}" for c, r in best)
    drawn = [
        _axes("questions answered", "answers that are wrong"),
        f'<polyline class="ideal" points="{ideal}"/>',
        f'<polyline class="line" points="{path}"/>',
    ]
    if len(points) == 1:
        drawn.append(_dot(points[0].coverage, points[0].risk, "dot"))
    said = "No question is answered at the threshold in use."
    answered = [point for point in points if point.threshold >= threshold]
    if answered:
        here = answered[-1]
        said = (
            f"At the threshold {threshold:g}, {here.coverage:.0%} of the questions are answered and"
            f" {here.risk:.0%} of the answers are wrong."
        )
        left = here.coverage > 0.6
        drawn.append(
            f'<line class="guide" x1="{_x(here.coverage):.1f}" y1="{_y(0):.1f}"'
            f' x2="{_x(here.coverage):.1f}" y2="{_y(1):.1f}"/>'
            + _dot(here.coverage, here.risk, "here")
            + f'<text class="label" x="{_x(here.coverage) + (-10 if left else 10):.1f}"'
            f' y="{_TOP + 12}"'
            f' text-anchor="{"end" if left else "start"}">threshold {threshold:g}</text>'
        )
    return _svg(f"Risk against coverage. {said}", "".join(drawn))


def reliability_diagram(bins: Sequence[Bin]) -> str:
    """Confidence against the share of questions that the articles answer, with counts."""
    most = max((each.count for each in bins), default=1)
    drawn = [
        _axes("confidence", "questions the articles answer"),
        f'<line class="ideal" x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(1)}"/>',
    ]
    for each in bins:
        middle, height = (each.low + each.high) / 2, 44 * each.count / most
        drawn.append(
            f'<rect class="count" x="{_x(each.low) + 3:.1f}" y="{_y(0) - height:.1f}"'
            f' width="{_x(each.high) - _x(each.low) - 6:.1f}" height="{height:.1f}"/>'
            f'<text class="small" x="{_x(middle):.1f}" y="{_y(0) - height - 4:.1f}"'
            f' text-anchor="middle">{each.count}</text>'
        )
    path = " ".join(f"{_x(b.confidence):.1f},{_y(b.true):.1f}" for b in bins)
    drawn.append(f'<polyline class="line" points="{path}"/>')
    drawn.extend(_dot(each.confidence, each.true, "dot", f"{each.count}") for each in bins)
    said = "; ".join(
        f"confidence {b.confidence:.2f}, answerable {b.true:.2f}, {b.count} questions" for b in bins
    )
    return _svg(f"Reliability diagram. {said}", "".join(drawn))


def histogram(values: Sequence[float], label: str) -> str:
    """How many of the values from 0 to 1 lie in each tenth, with 1 itself on its own."""
    counts = [0] * 11
    for value in values:
        counts[min(10, int(value * 10 + 1e-9))] += 1
    names = [*(f"{n / 10:.1f}" for n in range(10)), "1"]
    step, most = (_WIDTH - _LEFT - _RIGHT) / 11, max([*counts, 1])
    drawn = []
    for place, count in enumerate(counts):
        height = (_HEIGHT - _TOP - _BOTTOM - 16) * count / most
        x = _LEFT + step * place
        drawn.append(
            f'<rect class="bar" x="{x + 3:.1f}" y="{_y(0) - height:.1f}" width="{step - 6:.1f}"'
            f' height="{height:.1f}"/><text class="small" x="{x + step / 2:.1f}"'
            f' y="{_y(0) - height - 4:.1f}" text-anchor="middle">{count or ""}</text>'
            f'<text class="tick" x="{x + step / 2:.1f}" y="{_y(0) + 16:.1f}"'
            f' text-anchor="middle">{names[place]}</text>'
        )
    axis = f'<line class="axis" x1="{_LEFT}" y1="{_y(0)}" x2="{_WIDTH - _RIGHT}" y2="{_y(0)}"/>'
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    title = (
        f'<text class="label" x="{middle}" y="{_HEIGHT - 6}" text-anchor="middle">'
        f"{escape(label)}, from the figure up to the next</text>"
    )
    said = ", ".join(f"{name}: {count}" for name, count in zip(names, counts, strict=True))
    return _svg(f"Queries by {label}. {said}", "".join(drawn) + axis + title)


def _axes(across: str, up: str) -> str:
    drawn = []
    for tick in _TICKS:
        drawn.append(
            f'<line class="grid" x1="{_x(0)}" y1="{_y(tick):.1f}" x2="{_x(1)}"'
            f' y2="{_y(tick):.1f}"/>'
            f'<text class="tick" x="{_x(0) - 7}" y="{_y(tick) + 4:.1f}" text-anchor="end">'
            f"{tick:.0%}</text>"
            f'<text class="tick" x="{_x(tick):.1f}" y="{_y(0) + 16:.1f}" text-anchor="middle">'
            f"{tick:.0%}</text>"
        )
    drawn.append(
        f'<line class="axis" x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(0)}"/>'
        f'<text class="label" x="{_x(0.5)}" y="{_HEIGHT - 6}" text-anchor="middle">{across}</text>'
        f'<text class="label" x="{_x(0) - 39}" y="12" text-anchor="start">{up}</text>'
    )
    return "".join(drawn)


def _dot(x: float, y: float, name: str, title: str = "") -> str:
    said = f"<title>{title}</title>" if title else ""
    radius = 5.5 if name == "here" else 4
    return f'<circle class="{name}" cx="{_x(x):.1f}" cy="{_y(y):.1f}" r="{radius}">{said}</circle>'


def _x(share: float) -> float:
    return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)


def _y(share: float) -> float:
    return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)


def _svg(label: str, drawn: str) -> str:
    return (
        f'<svg class="chart" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img"'
        f' aria-label="{escape(label)}">{drawn}</svg>'
    )
