"""The numbers, dates and names of one text that others do not hold, and what these hold instead."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

from index.words import stem
from rag.facts.bearers import alike, groups
from rag.facts.dates import Date, dates_in
from rag.facts.names import ACRONYM, Name, names_in
from rag.facts.numbers import Number, numbers_in

_WORD = re.compile(rf"{ACRONYM}|[^\W_]+")


@dataclass(frozen=True, slots=True)
class Lacking:
    """A fact that is said and not held.

    Attributes:
        said: As it is said.
        instead: What is held in its place; "" if nothing is.
    """

    kind: Literal["number", "date", "name"]
    said: str
    instead: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What some texts hold.

    Attributes:
        words: In lower case.
        bodies: What ``bearers.groups`` gives for its names.
        initials: Of its names of several words.
    """

    numbers: tuple[Number, ...]
    dates: tuple[Date, ...]
    words: frozenset[str]
    stems: frozenset[str]
    bodies: frozenset[int]
    initials: frozenset[str]


@lru_cache(maxsize=512)
def facts_of(text: str) -> Facts:
    """The facts of a text."""
    dates = dates_in(text)
    words = frozenset(word.replace(".", "").lower() for word in _WORD.findall(text))
    named = [name.words for name in names_in(text)]
    bodies = frozenset().union(
        *(groups(word) for word in words), *(groups("+".join(name)) for name in named)
    )
    return Facts(
        tuple(_counts(text, dates)),
        tuple(dates),
        words,
        frozenset(stem(word) for word in words),
        bodies,
        frozenset(_initials(name) for name in named if len(name) > 1),
    )


def lacking(text: str, held: str, published: date | None = None) -> list[Lacking]:
    """What a text says that another does not hold, numbers first.

    Args:
        text: A claim or a question.
        held: All that it may rest on.
        published: The day from which "yesterday" counts in what is held.
    """
    facts = facts_of(held)
    dates = dates_in(text)
    found = [
        Lacking("number", number.text, instead)
        for number in _counts(text, dates)
        if not _number_held(number, facts)
        and ((instead := _other_number(text, number, held, facts)) or not number.small)
        and not (number.small and number.unit == "th")
    ]
    found += [
        Lacking("date", day.text, _other_date(day, facts))
        for day in dates
        if not _date_held(day, facts, published)
    ]
    found += [Lacking("name", name.text) for name in names_in(text) if not _name_held(name, facts)]
    return found


def in_their_words(text: str, held: str) -> str:
    """A text with its numbers and dates written as another text writes them.

    Args:
        text: A claim.
        held: The text whose way of writing is taken.

    >>> in_their_words("On May 4 some 1200 left.", "Of 2,000, 1,200 left on 4 May at noon.")
    'On 4 May some 1,200 left.'
    """
    facts, dates = facts_of(held), dates_in(text)
    others: list[Number | Date] = [*facts.numbers, *facts.dates]
    mine: list[Number | Date] = [*_counts(text, dates), *dates]
    for fact in sorted(mine, key=lambda f: -f.start):
        same = [other.text for other in others if _equal(fact, other)]
        if same and fact.text not in same:
            text = f"{text[: fact.start]}{same[0]}{text[fact.end :]}"
    return text


def _equal(one: Number | Date, other: Number | Date) -> bool:
    if isinstance(one, Number) and isinstance(other, Number):
        return one.same(other) and other.same(one)
    if isinstance(one, Date) and isinstance(other, Date):
        return one.same(other) and other.same(one)
    day, number = (one, other) if isinstance(one, Date) else (other, one)
    # "1200" may be a year or not.
    return (
        isinstance(day, Date)
        and isinstance(number, Number)
        and (day.only_year and day.year == number.value and not number.unit)
    )


def _counts(text: str, dates: Sequence[Date]) -> list[Number]:
    """The numbers of a text that are no part of a date."""
    return [
        number
        for number in numbers_in(text)
        if not any(d.start < number.end and number.start < d.end for d in dates)
    ]


def _number_held(number: Number, facts: Facts) -> bool:
    if any(number.same(other) for other in facts.numbers):
        return True
    return any(d.only_year and d.year == number.value for d in facts.dates)


def _other_number(text: str, number: Number, held: str, facts: Facts) -> str:
    """The one number of the same unit that stands before the same word, if there is one."""
    counted = _next_stem(text, number.end)
    same = [
        other.text
        for other in facts.numbers
        if other.unit == number.unit and counted and _next_stem(held, other.end) == counted
    ]
    return same[0] if len(set(same)) == 1 else ""


def _next_stem(text: str, at: int) -> str:
    found = _WORD.search(text, at, at + 30)
    return stem(found.group()) if found else ""


def _date_held(day: Date, facts: Facts, published: date | None) -> bool:
    if any(day.same(other, published) for other in facts.dates):
        return True
    if published and day.covers(published):
        return True
    return day.only_year and any(number.value == day.year for number in facts.numbers)


def _other_date(day: Date, facts: Facts) -> str:
    """The one date told to the same parts, if there is one."""

    def parts(of: Date) -> tuple[bool, ...]:
        return (of.day is None, of.month is None, of.year is None, of.weekday is None)

    same = {other.text for other in facts.dates if parts(other) == parts(day)}
    return same.pop() if len(same) == 1 else ""


def _name_held(name: Name, facts: Facts) -> bool:
    """Whether a name is held: as a body by another name, or by its last word, or by most words."""
    words = name.words
    if not words or groups("+".join(words)) & facts.bodies:
        return True
    if _initials(words) in facts.words or (len(words) == 1 and words[0] in facts.initials):
        return True
    held = [_word_held(word, facts) for word in words]
    return held[-1] or sum(held) > len(held) / 2


def _initials(words: Sequence[str]) -> str:
    return "".join(word[0] for word in words) if len(words) > 1 else " "


def _word_held(word: str, facts: Facts) -> bool:
    if word in facts.words or stem(word) in facts.stems or groups(word) & facts.bodies:
        return True
    return any(alike(word, other) for other in facts.words if other[:1] == word[:1])
