"""The stretch of days that a question names: "last week", "in May 2025", "since March"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial

from index.text.dates import MONTH, SHORT_MONTH, WEEKDAY, month_number, weekday_number
from index.text.words import Phrases

# News tells of a day, a month or a year for a while after its end.
GRACE = timedelta(days=7)

_DAY = timedelta(days=1)
_NUMERALS = ("one two three four five six seven eight nine ten eleven twelve").split()

_PHRASES = Phrases(
    "rag",
    month=rf"(?:{MONTH})",
    short_month=rf"(?:(?:{MONTH})|(?:{SHORT_MONTH})\.?)",
    weekday=WEEKDAY,
    n=rf"(?:\d{{1,3}}|{'|'.join(_NUMERALS)}|a|few)",
)
_ABSOLUTE, _PARTS, _RELATIVE = (
    _PHRASES.compiled(name, re.I) for name in ("absolute", "parts", "relative")
)
_COMPARED = re.compile(r"\b(?:than|with|to|from|until|till|by|as|and|or|of) $", re.I)


@dataclass(frozen=True, slots=True)
class Period:
    """Days of publication, both ends included; None leaves an end open."""

    after: date | None
    before: date | None
    words: str  # what names it, as it stands in the question
    # The newest article's day, if that was counted from instead of today.
    counted_from: date | None = None


def day_text(day: date) -> str:
    """A day as people read it.

    >>> day_text(date(2025, 5, 8))
    '8 May 2025'
    """
    return f"{day.day} {day:%B} {day.year}"


def periods(question: str, today: date, oldest: date, newest: date) -> list[Period]:
    """The periods that a question names, in order.

    One that is counted from a day is counted from today; from the newest article's day, if that
    lies before all of it. One in which nothing was published is left out: it dates what is asked
    about and not the article.

    Args:
        question: As typed.
        today: The day on which it is asked.
        oldest: The day of the oldest article.
        newest: The day of the newest.

    >>> [p] = periods("Who met last week?", date(2025, 5, 20), date(2024, 1, 1), date(2025, 5, 19))
    >>> p.after.isoformat(), p.before.isoformat(), p.words
    ('2025-05-12', '2025-05-18', 'last week')
    """
    found: list[Period] = []
    for reading, words in _readings(question):
        period = _counted(reading, today)
        if period and period.after and period.after > newest and newest < today:
            again = _counted(reading, newest)
            # A date with its year is the same from wherever it is counted.
            moved = again is not None and again != period
            period = replace(again, counted_from=newest) if moved and again else None
        if period and (period.before or newest) >= oldest and (period.after or oldest) <= newest:
            found.append(replace(period, words=words))
    return found


def span(typed: str, today: date) -> tuple[date, date]:
    """The first and the last day of a date or a stretch of days that stands alone.

    "Last week" is counted from ``today``.

    Raises:
        ValueError: it is neither.

    >>> [day.isoformat() for day in span("May 2025", date(2026, 3, 1))]
    ['2025-05-01', '2025-05-31']
    """
    words = " ".join(typed.split())
    relative = _RELATIVE.fullmatch(words)
    try:
        return _stretch(relative, today) if relative else _days(words, today)
    except OverflowError as error:
        raise ValueError(typed) from error


_Reading = Callable[[date], "Period | None"]


def _counted(reading: _Reading, day: date) -> Period | None:
    """A period counted from a day; None if there is none, as on 30 February."""
    try:
        return reading(day)
    except (ValueError, OverflowError):
        return None


def _readings(question: str) -> Iterator[tuple[_Reading, str]]:
    """How each phrase of time is counted from a day, and the phrase."""
    marked: list[tuple[int, _Reading, str]] = []
    for found in _ABSOLUTE.finditer(question):
        marked.append((found.start(), partial(_absolute, found), found.group()))
    for found in _RELATIVE.finditer(question):
        if not _COMPARED.search(question[: found.start()]):
            marked.append((found.start(), partial(_relative, found), found.group()))
    yield from ((reading, words) for _, reading, words in sorted(marked, key=lambda m: m[0]))


def _absolute(found: re.Match[str], anchor: date) -> Period | None:
    """A date, a month or a year behind its preposition."""
    word = found["word"].lower()
    first, last = found["first"], found["last"]
    ranged = re.match(r"\d{1,2}\w*(?:–|-| to | and )\d", first) is not None
    if word == "between" and not (last or ranged):
        return None
    if last and word in ("between", "from", "in", "during"):
        end = _days(last, anchor)
        year = re.search(r"\b\d{4}\b", first)
        start = _days(first if year else f"{first} {end[1].year}", anchor)
        return Period(start[0], end[1] + GRACE, "") if start[0] <= end[1] else None
    start_day, end_day = _days(first, anchor)
    if word == "since" or (word == "from" and not ranged):
        return Period(start_day, None, "")
    if word == "after":
        single = start_day == end_day
        return Period(start_day if single else end_day + _DAY, None, "")
    if word == "before":
        return Period(None, start_day - _DAY + GRACE, "")
    if word in ("until", "till"):
        return Period(None, end_day + GRACE, "")
    return Period(start_day, end_day + GRACE, "")


def _days(text: str, anchor: date) -> tuple[date, date]:
    """The first and the last day of a date; one without a year has begun by the anchor's day."""
    found = _PARTS.fullmatch(text)
    if not found:
        raise ValueError(text)
    if found["iso"]:
        day = date.fromisoformat(found["iso"])
        return day, day
    year = found["year"] or found["year2"] or found["year3"] or found["year4"]
    named = found["month"] or found["month2"] or found["month3"]
    if not named:
        return date(int(year), 1, 1), date(int(year), 12, 31)
    month = month_number(named)
    number = found["day"] or found["day2"]
    first = int(found["from"] or number or 1)
    in_year = int(year) if year else anchor.year
    if not year and date(in_year, month, first) > anchor:
        in_year -= 1
    start = date(in_year, month, first)
    return start, date(in_year, month, int(number)) if number else _month_end(start)


def _relative(found: re.Match[str], anchor: date) -> Period | None:
    """A period that is counted from a day."""
    start, end = _stretch(found, anchor)
    word = (found["since"] or "").lower()
    if word == "since":
        return Period(start, None, "")
    if word == "after":
        return Period(end + _DAY, None, "") if found["weekend"] else None
    if word == "before":
        return Period(None, start - _DAY, "") if found["weekend"] else None
    return Period(start, end, "")


def _stretch(found: re.Match[str], anchor: date) -> tuple[date, date]:
    monday = anchor - anchor.weekday() * _DAY
    if found["day"]:
        words = found["day"].lower()
        back = 2 if "before" in words else 1 if words.startswith("yesterday") else 0
        return anchor - back * _DAY, anchor - max(0, back - 1) * _DAY
    if found["weekend"]:
        # The latest that has begun; Monday's papers tell of it.
        saturday = monday + 5 * _DAY if anchor.weekday() > 4 else monday - 2 * _DAY
        alone = found["since"] is not None
        return saturday, saturday + (1 if alone else 2) * _DAY
    if weekday := found["lastday"] or found["bareday"]:
        back = (anchor.weekday() - weekday_number(weekday)) % 7 or 7
        day = anchor - back * _DAY
        return day, day + _DAY
    if found["unit"]:
        return anchor - _length(found["n"], found["unit"].lower()) + _DAY, anchor
    if found["ago"]:
        return _ago(_number(found["ago"]), found["agounit"].lower().rstrip("s"), anchor)
    this, what = found["which"].lower() == "this", found["what"].lower()
    if what == "week":
        return (monday, anchor) if this else (monday - 7 * _DAY, monday - _DAY)
    first = anchor.replace(day=1) if what == "month" else anchor.replace(month=1, day=1)
    if this:
        return first, anchor
    if what == "month":
        return (first - _DAY).replace(day=1), first - _DAY
    return first.replace(year=first.year - 1), first - _DAY + GRACE


def _ago(count: int, unit: str, anchor: date) -> tuple[date, date]:
    """About so long ago: a day and the next, the days around, or the month."""
    if unit == "day":
        return anchor - count * _DAY, anchor - (count - 1) * _DAY
    if unit == "week":
        day = anchor - 7 * count * _DAY
        return day - 3 * _DAY, day + 3 * _DAY
    months = 12 * anchor.year + anchor.month - 1 - count
    start = date(months // 12, months % 12 + 1, 1)
    return start, _month_end(start) + GRACE


def _length(count: str | None, unit: str) -> timedelta:
    number = _number(count or "one")
    if unit.startswith("hour"):
        return timedelta(days=1 + -(-number // 24))
    days = {"day": 1, "week": 7, "month": 30.5, "year": 365.25}[unit.rstrip("s")]
    return timedelta(days=round(number * days))


def _number(word: str) -> int:
    word = word.lower()
    if word.isdigit():
        return int(word)
    return {"a": 1, "few": 3}.get(word) or _NUMERALS.index(word) + 1


def _month_end(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1) - _DAY
