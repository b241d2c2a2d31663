"""The day of publication, from the ways in which news writes a date."""

from __future__ import annotations

import re
from datetime import date

from index.calendar import SHORT_MONTH, month_number

_MONTH = rf"(?P<month>{SHORT_MONTH})\b\.?"
DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
YEAR = r"(?P<year>\d{4})(?!\d)"
WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+)?"
FORMS = tuple(
    re.compile(rf"^{WEEKDAY}{form}", re.IGNORECASE)
    for form in (
        rf"{YEAR}[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}})(?!\d)",
        r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})(?:T|$)",
        rf"{DAY}[\s-]+(?:of\s+)?{_MONTH},?[\s-]+{YEAR}",
        rf"{_MONTH}\s+{DAY},?\s+{YEAR}",
    )
)
NUMERIC = re.compile(rf"^{WEEKDAY}(?P<a>\d{{1,2}})[-/.](?P<b>\d{{1,2}})[-/.]{YEAR}", re.IGNORECASE)


def parse_date(value: object) -> date | None:
    """The day that a date as written stands for, or None when it is unclear or no date.

    The day is the one written down, whatever the time zone. 05/06/2025 is two different days
    in two countries, so it is none here.

    >>> parse_date("Sun, 18 May 2025 10:00:00 +0000"), parse_date("05/06/2025")
    (datetime.date(2025, 5, 18), None)
    """
    if isinstance(value, date):
        return date(value.year, value.month, value.day)
    if not isinstance(value, str):
        return None
    text = value.strip()
    for form in FORMS:
        if found := form.match(text):
            return _day(found["year"], found["month"], found["day"])
    if found := NUMERIC.match(text):
        first, second = int(found["a"]), int(found["b"])
        if first > 12 or first == second:
            return _day(found["year"], found["b"], found["a"])
        if second > 12:
            return _day(found["year"], found["a"], found["b"])
    return None


def _day(year: str, month: str, day: str) -> date | None:
    number = int(month) if month.isdigit() else month_number(month)
    try:
        return date(int(year), number, int(day))
    except ValueError:
        return None
