"""Whether two sentences on one thing can both hold: their numbers, days, names and denials."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from math import inf

from index.text.dates import counts_in, dates_in
from index.text.names import names_in
from index.text.numbers import Number, numbers_in
from index.text.words import Phrases, content_stems, is_content
from rag.facts import Lacking, lacking
from rag.reading.evidence import Evidence
from rag.reading.reader import Reader
from rag.requests.speech import speaks
from rag.requests.timeline import day_of

# Two sentences are about one thing if their cosine is so high and they share so much of the content
# words of the shorter, facts aside; more with nothing but a negation between them, less where both
# count the same thing in the same words.
NEAR, SHARED = 0.62, 0.55
NEAR_NEGATED, SHARED_NEGATED = 0.7, 0.75
NEAR_COUNTED = 0.5

# Figures are of one thing if the greater is at most so many times the less, and the reports came so
# many days apart.
TIMES, DAYS = 3.0, 10

# How far what is said to be near a number may lie from it, as a share of it.
ROUND = 0.15

# The log odds of support under which the reading model says that a number is another's.
APART = -1.0

# Two clauses that each name a day are about one thing if so many content words of the shorter are
# in the other, and so great a share of them.
CLAUSE, ALL_BUT = 4, 0.8

# Answers to one question are held against each other that have such log odds, and are so little
# behind the first. Days are held against each other from lower log odds on, as their sentences must
# share words too. With -0.5, 2.0 and -0.5 three tests of requests for accounts that differ are red.
ANSWERS, BEHIND, ANSWERED_DAYS = -1.5, 3.0, -3.2
# The share of content words that two sentences have in common whose days answer one question.
DATED = 0.4

_NEGATION, _VAGUE, _GROWING = (
    Phrases("rag.requests").compiled(name, re.I) for name in ("negation", "vague", "growing")
)
# What a number is counted by.
_RATE = re.compile(
    r"\W*(?:an?|per|each|every) (?:day|night|week|month|year|hour|head|person|family)\b"
)
# "Of the injured, 27", "27 of the injured": some of those who are counted elsewhere.
_SOME_OF = r"of (?:the|them|these|those|whom)\b"
_OF_BEFORE = re.compile(rf"\b{_SOME_OF}[^.;]{{0,20}}$", re.I)
_OF_BEHIND = re.compile(rf"\s*{_SOME_OF}", re.I)
_ONCE = re.compile(
    r"\b(?:used to|formerly|previously|until then|at the time|(?:before|until|in) (?:19|20)\d\d)\b",
    re.I,
)
_WORD = re.compile(r"[^\W\d_]+")
# Who does what is told of them in the passive: "was dismissed by Judge Firth".
_BY = re.compile(r"\bby (?:the )?$", re.I)
_CLAUSES = re.compile(r"[;:]|, | and | but ")


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two sentences and what they lack of each other."""

    texts: tuple[str, str]
    # The days of publication, from which "on Monday" is counted.
    published: tuple[date | None, date | None]
    lacks: tuple[list[Lacking], list[Lacking]]

    @classmethod
    def of(cls, one: str, other: str, published: tuple[date | None, date | None]) -> _Pair:
        lacks = lacking(one, other, published[1]), lacking(other, one, published[0])
        return cls((one, other), published, lacks)

    def both_lack(self) -> set[str]:
        """The kinds of facts that each has another of; what only one tells is no difference."""
        first, second = ({str(found.kind) for found in each} for each in self.lacks)
        return first & second

    def shared(self) -> float:
        """The share of the content words that both have, what differs left out."""
        rest = []
        for text, found in zip(self.texts, self.lacks, strict=True):
            aside = {stem for lack in found for stem in content_stems(lack.said)}
            rest.append(set(content_stems(_NEGATION.sub(" ", text))) - aside)
        first, second = rest
        return len(first & second) / max(1, min(len(first), len(second)))


def differ(
    one: str,
    other: str,
    near: float,
    reader: Reader,
    published: tuple[date | None, date | None] = (None, None),
) -> str:
    """What two sentences on one thing differ in; "" if they do not, or are on different things.

    Args:
        one: A sentence.
        other: Another.
        near: The cosine of their encodings.
        reader: The model that tells whether one supports the other.
        published: The days of publication, from which "on Monday" is counted.
    """
    # What once was is no other account of what is.
    late = _late(published) or bool(_ONCE.search(one)) != bool(_ONCE.search(other))
    if near >= NEAR_COUNTED and not late and _counts_differ(one, other):
        return "number"
    if near < NEAR or _ordinals(one) != _ordinals(other):
        return ""  # the first offer and the second
    pair = _Pair.of(one, other, published)
    kinds, shared = pair.both_lack(), pair.shared()
    if not kinds:
        alike = shared == 1 or (near >= NEAR_NEGATED and shared >= SHARED_NEGATED)
        return "polarity" if alike and _denies(one) != _denies(other) else ""
    if shared < SHARED or len(kinds) > 1:
        return ""
    why = kinds.pop()
    if why == "number":
        apart = not late and _numbers_differ(pair, reader)
    else:
        apart = _dates_differ(pair) if why == "date" else _names_differ(pair)
    return why if apart else ""


def days_differ(one: str, other: str, published: tuple[date | None, date | None]) -> bool:
    """Whether two sentences put the same clause on different days.

    Args:
        one: A sentence.
        other: Another.
        published: Their days of publication.
    """
    for mine, day in _dated(one, published[0]):
        for theirs, another in _dated(other, published[1]):
            shared, least = len(mine & theirs), min(len(mine), len(theirs))
            if day != another and shared >= CLAUSE and shared >= ALL_BUT * least:
                return not _same_day(one, other, published)
    return False


def answers_differ(one: Evidence, other: Evidence) -> str:
    """In what two answers to one question differ: "number", "date" or ""."""
    published = one.article.article.published, other.article.article.published
    short = [_short(each) for each in (one, other)]
    days = [{*_days(text, day)} for text, day in zip(short, published, strict=True)]
    if all(days):
        alike = _Pair.of(one.text, other.text, published).shared() >= DATED
        return "date" if alike and not days[0] & days[1] else ""
    counts = [numbers_in(text) for text in short]
    if any(days) or [len(each) for each in counts] != [1, 1] or _late(published):
        return ""
    if published[0] != published[1] and any(_GROWING.search(e.text) for e in (one, other)):
        return ""
    told = []
    for (number,), each in zip(counts, (one, other), strict=True):
        at = each.reading.start - each.sentence.start
        if _OF_BEFORE.search(each.text[: at + number.start]) or _OF_BEHIND.match(
            each.text, at + number.end
        ):
            return ""
        rate = bool(_RATE.match(each.text, at + number.end))
        told.append((number, rate, _range(number, each.text, at + number.start)))
    (mine, rate, low), (theirs, another, high) = told
    return (
        "number" if rate == another and _comparable(mine, theirs) and _disjoint(low, high) else ""
    )


def _short(one: Evidence) -> str:
    return one.article.article.text[one.reading.start : one.reading.end]


def _late(published: tuple[date | None, date | None]) -> bool:
    one, other = published
    return bool(one and other and abs((one - other).days) > DAYS)


def _dated(text: str, published: date | None) -> Iterator[tuple[set[str], date]]:
    """The clauses of a text that name a day of a month: their content words, and that day."""
    parts = [*_CLAUSES.finditer(text)]
    for told in dates_in(text):
        day = day_of(told, text, published) if told.day and told.month else None
        if day:
            # "On Thursday, 18 September" is one part.
            begin = max((part.end() for part in parts if part.end() < told.start), default=0)
            end = min(
                (part.start() for part in parts if part.start() >= told.end), default=len(text)
            )
            yield {*content_stems(text[begin : told.start] + text[told.end : end])}, day


def _dates_differ(pair: _Pair) -> bool:
    """Whether each has another date in the place of the other's, and no day is in both."""
    told = (any(lack.instead for lack in e if lack.kind == "date") for e in pair.lacks)
    return all(told) and not _same_day(*pair.texts, pair.published)


def _names_differ(pair: _Pair) -> bool:
    """Whether the names that the other lacks stand beside the same words."""
    first, second = map(_slots, pair.texts, pair.lacks)
    return bool(first & second)


def _slots(text: str, lacks: list[Lacking]) -> set[str]:
    """The content words beside the names that the other text lacks, speakers' left out."""
    said = {lack.said for lack in lacks if lack.kind == "name"}
    found = set()
    for name in names_in(text):
        if name.text in said and not speaks(name, text):
            found |= {f"{stem} _" for stem in content_stems(text[: name.start])[-1:]}
            found |= {f"_ {stem}" for stem in content_stems(text[name.end :])[:1]}
            if _BY.search(text[: name.start]):
                found |= {f"_ {stem}" for stem in content_stems(text[: name.start])[-1:]}
    return found


def _ordinals(text: str) -> set[float]:
    return {n.value for n in numbers_in(text) if n.unit == "th"}


def _denies(text: str) -> bool:
    return len(_NEGATION.findall(text)) % 2 == 1


def _numbers_differ(pair: _Pair, reader: Reader) -> bool:
    """Whether numbers of one unit differ, however vague, and the model sees it too."""
    said = []
    for text, found in zip(pair.texts, pair.lacks, strict=True):
        mine = [n for n in numbers_in(text) if any(n.text == lack.said for lack in found)]
        said.append([(n, _range(n, text, n.start)) for n in mine])
    if not any(_comparable(m, n) and _disjoint(a, b) for m, a in said[0] for n, b in said[1]):
        return False
    one, other = pair.texts
    if _of_another(one, other):
        return False
    return all(read.log_odds < APART for read in reader.check([(one, other), (other, one)]))


def _of_another(one: str, other: str) -> bool:
    """Whether two texts have the same words but for one in the same place, beside the numbers."""
    words = [_WORD.findall(text) for text in (one, other)]
    if len(words[0]) != len(words[1]):
        return False
    pairs = [(a, b) for a, b in zip(*words, strict=True) if a.lower() != b.lower()]
    told = [is_content(a) and is_content(b) for a, b in pairs]
    return len(told) <= 2 and any(told)  # beside a number in letters


def _counts_differ(one: str, other: str) -> bool:
    """Whether two texts count the same thing, in the same words, and come to other numbers."""
    mine, theirs = counted(one), counted(other)
    return any(
        _comparable(mine[what][0], theirs[what][0]) and _disjoint(mine[what][1], theirs[what][1])
        for what in mine.keys() & theirs.keys()
    )


def _comparable(one: Number, other: Number) -> bool:
    """Whether two numbers may be of one thing, by their unit and size."""
    low, high = sorted((one.value, other.value))
    return one.unit == other.unit and high <= TIMES * low


def _disjoint(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return one[1] < other[0] or other[1] < one[0]


def _range(number: Number, text: str, at: int) -> tuple[float, float]:
    """Between what a number at a place of a text says that the true one lies."""
    value, vague = number.value, _VAGUE.search(text[max(0, at - 24) : at])
    if not vague:
        return value, value
    if vague["about"]:
        return (1 - ROUND) * value, (1 + ROUND) * value
    if vague["over"] or vague["under"]:
        return (value, inf) if vague["over"] else (0.0, value)
    return 0.0, inf  # "by Monday": it may have grown


def counted(text: str) -> dict[tuple[str, str], tuple[Number, tuple[float, float]]]:
    """The numbers of a text by the two content words behind them, days left out."""
    found: dict[tuple[str, str], tuple[Number, tuple[float, float]]] = {}
    for number in counts_in(text):
        behind = content_stems(text[number.end : number.end + 40])[:2]
        if len(behind) == 2 and number.unit != "th":
            found[behind[0], behind[1]] = number, _range(number, text, number.start)
    return found


def _same_day(one: str, other: str, published: tuple[date | None, date | None]) -> bool:
    days = [set(_days(text, day)) for text, day in zip((one, other), published, strict=True)]
    return bool(days[0] & days[1])


def _days(text: str, published: date | None) -> Iterator[date]:
    for told in dates_in(text):
        if day := day_of(told, text, published):
            yield day
