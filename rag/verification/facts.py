"""A number, a date or a name in a sentence, and whether two of them say the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rag.verification.aliases import same_name

Kind = Literal["number", "date", "name"]


@dataclass(frozen=True, slots=True)
class Fact:
    """A number, a date or a name in a sentence.

    Attributes:
        first: Its first word; ``last`` is the one after its last.
        shown: How the sentence writes it.
        value: Of a number.
        unit: Of a number: "%", a currency sign, "th" for an ordinal, or "".
        parts: Of a date: day, month, year, weekday, each or None.
        vague: Of a number: written with "about" or the like, or small and in letters.
        names: Of a name: its words in lower case, titles left out.
    """

    kind: Kind
    first: int
    last: int
    shown: str
    value: float = 0.0
    unit: str = ""
    parts: tuple[int | None, int | None, int | None, int | None] = (None, None, None, None)
    vague: bool = False
    names: tuple[str, ...] = ()


def same(one: Fact, other: Fact) -> bool:
    """Whether two facts of one kind say the same; ``one`` is the claim's."""
    if one.kind == "number":
        return _same_number(one, other)
    if one.kind == "date":
        return any(a is not None for a in one.parts) and all(
            a is None or a == b for a, b in zip(one.parts, other.parts, strict=True)
        )
    return same_name(one.names, other.names)


def _same_number(one: Fact, other: Fact) -> bool:
    if one.unit != other.unit and {one.unit, other.unit} & {"%", "th", "s"}:
        return False
    if one.unit and other.unit and one.unit != other.unit:
        return False
    if abs(one.value - other.value) <= 1e-9 * max(abs(one.value), abs(other.value), 1e-9):
        return True
    rounder = _digits(one.value) < _digits(other.value)
    return one.vague and rounder and abs(one.value - other.value) <= 0.05 * abs(other.value)


def _digits(value: float) -> int:
    """How many significant digits a value is written with."""
    shown = f"{value:.10g}".split("e", maxsplit=1)[0].replace(".", "").lstrip("0")
    return len(shown if "." in f"{value:.10g}" else shown.rstrip("0"))
