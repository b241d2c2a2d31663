"""The numbers, dates and names of a claim held against the words that it rests on.

`lacking` gives those that these words do not hold, `exchanged` those that stand where the words
that the claim repeats have another.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from index.text.dates import Date, counts_in, dates_in
from index.text.names import ACRONYM, Name, alike, groups, names_in, respelt
from index.text.numbers import Number, numbers_in
from index.text.words import is_content, stem

_WORD = re.compile(rf"{ACRONYM}|[^\W_]+")
# Share of a claim's words that a sentence has in the same order if the claim repeats it.
REPEATED = 0.6

# Words at most that stand for others.
LONG = 6

# Beside one of these two names may change places.
SYMMETRIC = frozenset("and or met meets meet married marries".split())

_REPEATABLE = re.compile(r"\w+(?:[.,’'-]\w+)*")

Fact = Number | Date | Name


@dataclass(frozen=True, slots=True)
class Lacking:
    """A fact that is said and not held."""

    kind: Literal["number", "date", "name"]
    said: str  # as it is said
    instead: str = ""  # what is held in its place; "" if nothing is


@dataclass(frozen=True, slots=True)
class Facts:
    """What some texts hold."""

    numbers: tuple[Number, ...]
    dates: tuple[Date, ...]
    words: frozenset[str]  # in lower case
    joined: frozenset[str]  # two of them that follow each other, as one
    stems: frozenset[str]
    bodies: frozenset[int]  # what ``bearers.groups`` gives for its names
    initials: frozenset[str]  # of its names of several words
    spelt: frozenset[str]  # the words of its names, as ``respelt`` gives them


@lru_cache(maxsize=512)
def _facts_of(text: str) -> Facts:
    """The facts of a text."""
    dates = dates_in(text)
    said = [word.replace(".", "").lower() for word in _WORD.findall(text)]
    words = frozenset(said)
    named = [name.words for name in names_in(text)]
    bodies = frozenset().union(
        *(groups(word) for word in words), *(groups("+".join(name)) for name in named)
    )
    return Facts(
        tuple(counts_in(text)),
        tuple(dates),
        words,
        frozenset(map("".join, pairwise(said))),
        frozenset(stem(word) for word in words),
        bodies,
        frozenset(_initials(name) for name in named if len(name) > 1),
        frozenset(respelt({word for name in named for word in name})) - {""},
    )


def lacking(text: str, held: str, published: date | None = None) -> list[Lacking]:
    """What a text says that another does not hold, numbers first.

    Args:
        text: A claim or a question.
        held: All that it may rest on.
        published: The day from which "yesterday" counts in what is held.
    """
    facts = _facts_of(held)
    dates = dates_in(text)
    found = [
        Lacking("number", number.text, instead)
        for number in counts_in(text)
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

    >>> in_their_words("On May 4 some 1200 left.", "Of 2,000, 1,200 left on 4 May at noon.")
    'On 4 May some 1,200 left.'
    """
    facts, dates = _facts_of(held), dates_in(text)
    others: list[Number | Date] = [*facts.numbers, *facts.dates]
    mine: list[Number | Date] = [*counts_in(text), *dates]
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
    whole = "".join(words)
    if whole in facts.words or whole in facts.joined:  # "Vietcong", "Viet Cong"
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
    if facts.spelt.intersection(respelt([word])):
        return True
    return any(alike(word, other) for other in facts.words if other[:1] == word[:1])


def exchanged(claim: str, sentences: Sequence[str]) -> Iterator[Lacking]:
    """What stands in a claim in the place of something else of its kind.

    Beside two names that change places, only a sentence is looked at that it repeats for the most
    part.
    """
    mine = list(_REPEATABLE.finditer(claim))
    folded = [_folded(word) for word in mine]
    for sentence in sentences:
        yield from _swapped(f"x {claim}", f"x {sentence}")
        theirs = list(_REPEATABLE.finditer(sentence))
        their = [_folded(word) for word in theirs]
        if len({*folded} & {*their}) < REPEATED * len({*folded}):
            continue
        matcher = SequenceMatcher(None, folded, their, False)
        if sum(block.size for block in matcher.get_matching_blocks()) < REPEATED * len(mine):
            continue
        for what, i, j, k, m in matcher.get_opcodes():
            if what == "replace" and j - i <= LONG and m - k <= LONG:
                one, other = _alone(claim, mine[i:j]), _alone(sentence, theirs[k:m])
                if one and other and type(one) is type(other) and not _same(one, other):
                    kind = type(one).__name__.lower()
                    yield Lacking(kind, one.text, other.text)  # type: ignore[arg-type]


def _swapped(claim: str, sentence: str) -> Iterator[Lacking]:
    """Two names that change places around the same words: who does it, and to whom it is done."""
    there = [(a, b, _between(sentence, a, b)) for a, b in pairwise(names_in(sentence))]
    for one, other in pairwise(names_in(claim)):
        words = _between(claim, one, other)
        for a, b, between in there:
            crossed = _same(one, b) and _same(other, a) and not _same(one, a)
            if words and words == between and crossed and not SYMMETRIC & {*words}:
                yield Lacking("name", claim[one.start : other.end], sentence[a.start : b.end])


def _between(text: str, one: Name, other: Name) -> list[str]:
    """The few words between two names; none if a sign stands there too."""
    between = text[one.end : other.start]
    words = [_folded(word) for word in _REPEATABLE.finditer(between)]
    return words if len(words) < LONG and re.fullmatch(r"[\w\s’']*", between) else []


def _folded(word: re.Match[str]) -> str:
    return word.group().lower().replace(",", "").removesuffix("’s").removesuffix("'s")


def _alone(text: str, words: Sequence[re.Match[str]]) -> Fact | None:
    """The only fact among some words of a text, if there is nothing else among them."""
    start, end = words[0].start(), words[-1].end()
    found: list[Fact] = [*dates_in(text)]
    others: list[Fact] = [*numbers_in(text), *names_in(text)]
    for fact in others:
        if not any(d.start < fact.end and fact.start < d.end for d in found):
            found.append(fact)
    inside = [fact for fact in found if fact.start < end and start < fact.end]
    rest = [w for w in words if not any(f.start < w.end() and w.start() < f.end for f in inside)]
    alone = len(inside) == 1 and not any(is_content(word.group()) for word in rest)
    return inside[0] if alone else None


def _same(one: Fact, other: Fact) -> bool:
    if isinstance(one, Name) and isinstance(other, Name):
        bodies = groups("+".join(one.words)) & groups("+".join(other.words))
        return bool(bodies) or any(alike(a, b) for a in one.words for b in other.words)
    return one.same(other) or other.same(one)  # type: ignore[arg-type, union-attr]
