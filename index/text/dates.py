"""The dates of a text, the days that they can mean, and the names of months and weekdays."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

from index.text.numbers import ORDINALS, Number, numbers_in
from index.text.words import Phrases

MONTHS = tuple(
    (
        "January February March April May June July August September October November December"
    ).split()
)
WEEKDAYS = tuple("Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split())

ABBREVIATED = frozenset((*(month[:3].lower() for month in MONTHS), "sept"))
"""The short forms of the months, in lower case and without a full stop."""

# Patterns without a group, for use with ``re.I``.
MONTH = "|".join(MONTHS)
SHORT_MONTH = "|".join((*MONTHS, "Sept", *(month[:3] for month in MONTHS)))
"""A month, long or short; the long form is tried first, so a word boundary must follow."""
WEEKDAY = "|".join(WEEKDAYS)


def month_number(name: str) -> int:
    """The number of an English month, from 1, by its name or a short form of it.

    >>> month_number("sept"), month_number("May")
    (9, 5)
    """
    return 1 + next(n for n, month in enumerate(MONTHS) if month[:3].lower() == name[:3].lower())


def weekday_number(name: str) -> int:
    """The number of an English weekday, Monday being 0, by its name."""
    return WEEKDAYS.index(name.capitalize())


def month_of(name: str, language: str | None = None) -> int:
    """The number of a month, from 1, by a number or by its name in some language; else 0.

    Args:
        name: As it is written, in any case; of two words, the first may be the month's.
        language: As "hr" or "en-GB": some names are those of different months in two languages.

    >>> month_of("мая"), month_of("srpnja", "hr"), month_of("Berlin")
    (5, 7, 0)
    """
    if name.isdigit():
        return int(name)
    months, local, _ = _names()
    code = re.split("[-_]", (language or "").strip().lower())[0]
    for part in (name, *re.split("[ /]", name)[:1]):
        word = folded(part)
        if number := local.get(code, {}).get(word) or months.get(word):
            return number
    return 0


def weekdays() -> frozenset[str]:
    """The names of weekdays in all those languages, as `folded` gives them."""
    return _names()[2]


def is_calendar_word(word: str) -> bool:
    """Whether a word is the name of a month or a weekday in some language.

    >>> is_calendar_word("Montag"), is_calendar_word("Mendel")
    (True, False)
    """
    months, _, weekdays = _names()
    return folded(word) in months or folded(word) in weekdays


def folded(name: str) -> str:
    """A name as it is compared; a Turkish capital I has two small letters."""
    return name.casefold().strip(" .").replace("ı", "i")


@cache
def _names() -> tuple[Mapping[str, int], Mapping[str, Mapping[str, int]], frozenset[str]]:
    """The names of months, those that mean another month in some language, and of weekdays.

    They are those of Unicode's CLDR, in 55 languages, small letters, long and short.
    """
    told = json.loads((files("index.text") / "calendar.json").read_text("utf-8"))
    months = {
        folded(name): int(number)
        for number, names in told["months"].items()
        for name in names.split(" | ")
    }
    return months, told["local"], frozenset(told["weekdays"].split(" | "))


_DAY = r"(?:[12]\d|3[01]|0?[1-9])"
_NTH = rf"{_DAY}(?:st|nd|rd|th)?"
_YEAR = r"(?:1\d{3}|20\d\d)"
_MONTH = rf"(?:{SHORT_MONTH})\b\.?"
_RELATIVE = {"yesterday": -1, "last night": -1, "today": 0, "tonight": 0, "tomorrow": 1}
_DATE = re.compile(
    rf"""(?<![\w.,$€£¥])(?<![$€£¥]\ )(?:
        (?P<y1>{_YEAR})[-/.](?P<m1>0[1-9]|1[0-2])[-/.](?P<d1>{_DAY})(?![\d%])
      | (?P<a>\d{{1,2}})[/.](?P<b>\d{{1,2}})[/.](?P<y2>{_YEAR})(?!\d)
      | (?P<a2>\d{{1,2}})/(?P<b2>\d{{1,2}})(?![\d/%]|\.\d)
      | (?P<d3>{_NTH})(?:\ of)?[ -](?P<m3>{_MONTH})(?:,?[ -](?P<y3>{_YEAR})(?!\d))?
      | (?P<m4>{_MONTH})\ (?P<d4>{_NTH})(?![\d%]|[.,:]\d)(?:,?\ (?P<y4>{_YEAR})(?!\d))?
      | (?P<m5>{_MONTH}),?\ (?:of\ )?(?P<y5>{_YEAR})(?!\d)
      | (?P<m6>{_MONTH})
      | (?P<weekday>{WEEKDAY})(?:s|\b)
      | (?P<years>{_YEAR})['’]?s\b
      | ['’]?(?P<nineties>[3-9]0)s\b
      | (?P<century>\d{{1,2}}(?:st|nd|rd|th)|{"|".join(ORDINALS)})[ -]centur(?:y|ies)\b
      | (?P<y7>{_YEAR})(?:[-–/]\d\d(?!\d))?(?![\w%]|[.,:]\d|\ ?%|\ per\ ?cent)
      | (?P<relative>{"|".join(_RELATIVE)})\b
    )""",
    re.I | re.X,
)
_BEFORE_MONTH, _BEFORE_YEAR = (
    Phrases("index.text").compiled(name, re.I) for name in ("before_month", "before_year")
)
_COUNTED = re.compile(r" [a-z]+s\b(?<!was)(?<!has)(?<!is)(?<!elections)")


@dataclass(frozen=True, slots=True)
class Date:
    """A date, as far as it is told, and where it stands."""

    text: str
    start: int
    end: int
    day: int | None = None
    month: int | None = None
    year: int | None = None
    weekday: int | None = None  # 0 for Monday
    years: int = 1  # how many are meant, of which ``year`` is the first: 10 in "the 1990s"
    ahead: int | None = None  # of "yesterday" and the like, the days from the day of publication

    @property
    def only_year(self) -> bool:
        """Whether it is a year and nothing else, which may as well be a number."""
        return self.year is not None and self.years == 1 and not self.month

    @property
    def exact(self) -> date | None:
        """The day, if it is told in full."""
        if not (self.day and self.month and self.year):
            return None
        try:
            return date(self.year, self.month, self.day)
        except ValueError:
            return None

    def days(self, published: date | None) -> frozenset[date]:
        """The days that it can mean to whoever reads it on a day of publication.

        A weekday is the last one or the next; a day without a year the nearest. Empty if that is
        not known.
        """
        if self.exact or not published:
            return frozenset([self.exact] if self.exact else [])
        if self.ahead is not None:
            return frozenset([published + timedelta(days=self.ahead)])
        if self.weekday is not None:
            ahead = (self.weekday - published.weekday()) % 7
            return frozenset(published + timedelta(days=n) for n in (ahead - 7, ahead))
        if self.day and self.month:
            years = (published.year - 1, published.year, published.year + 1)
            found = filter(None, (replace(self, year=year).exact for year in years))
            return frozenset(sorted(found, key=lambda day: abs(day - published))[:1])
        return frozenset()

    def covers(self, day: date) -> bool:
        """Whether a day is within what is told: "May 2025", "Tuesday", "the 1990s"."""
        year = self.year or day.year
        within = self.ahead is None and year <= day.year < year + self.years
        return within and self._fits(day.day, day.month, self.year, day.weekday())

    def same(self, other: Date, published: date | None = None) -> bool:
        """Whether this date of a claim is told, or is within what is told, by another.

        From the day of publication "today" and "on Monday" count.
        """
        if self.ahead is not None or other.ahead is not None:
            if self.ahead == other.ahead:
                return True
        elif self.year and other.year and self.years > 1:
            return self.year <= other.year <= other.year + other.years <= self.year + self.years
        elif self.years == other.years and self._fits(
            other.day, other.month, other.year, other.weekday
        ):
            return True
        mine = self.days(published)
        return any(day in mine or self.covers(day) for day in other.days(published))

    def _fits(self, *parts: int | None) -> bool:
        """Whether a day, month, year and weekday are those that are told here, of each if it is."""
        mine = (self.day, self.month, self.year, self.weekday)
        return all(told in (None, other) for told, other in zip(mine, parts, strict=True))


def dates_in(text: str) -> list[Date]:
    """The dates of a text, in order; a number of four digits that counts something is none.

    >>> [(d.text, d.day, d.month, d.year) for d in dates_in("On 18 May and on May 19th, 2025")]
    [('18 May', 18, 5, None), ('May 19th, 2025', 19, 5, 2025)]
    """
    return [found for match in _DATE.finditer(text) if (found := _read(text, match))]


def counts_in(text: str) -> list[Number]:
    """The numbers of a text that are no part of a date, in order.

    >>> [number.text for number in counts_in("On 18 May 2025 all 93 passengers left.")]
    ['93']
    """
    dates = dates_in(text)
    return [
        number
        for number in numbers_in(text)
        if not any(date.start < number.end and number.start < date.end for date in dates)
    ]


def _read(text: str, match: re.Match[str]) -> Date | None:
    told = Date(match.group(), *match.span())
    before = text[max(0, match.start() - 12) : match.start()]
    if match["relative"]:
        return replace(told, ahead=_RELATIVE[match["relative"].lower()])
    if match["weekday"]:
        return replace(told, weekday=weekday_number(match["weekday"]))
    if match["years"] or match["century"] or match["nineties"]:
        return _years(told, match, before)
    if year := match["y7"]:
        counted = _COUNTED.match(text, match.end()) and not _BEFORE_YEAR.search(before)
        return None if counted else replace(told, year=int(year))
    if match["m6"]:
        return _month(told, match["m6"], before, text[match.end() : match.end() + 2])
    if match["a"] or match["a2"]:
        return _numeric(told, match)
    return _written(told, match.groupdict())


def _month(told: Date, name: str, before: str, after: str) -> Date | None:
    """A month alone; None for another word: "May", "March" and "Jan" are others too."""
    bare = name.rstrip(".")
    if bare.title() in MONTHS:  # the stop ends the sentence
        told, name = replace(told, text=bare, end=told.start + len(bare)), bare
    clear = len(name) > 5 or name.lower() in ("april", "june", "july")
    named = re.match(r" [A-Z]", after)  # "of Jan Hus"
    in_time = name[0].isupper() and not named and _BEFORE_MONTH.search(before)
    return replace(told, month=month_number(name)) if clear or in_time else None


def _written(told: Date, parts: Mapping[str, str]) -> Date:
    """A day, month and year, as far as they are told, in any of their orders."""
    day, month, year = (
        next((found for n in range(1, 6) if (found := parts.get(f"{part}{n}"))), "")
        for part in "dmy"
    )
    return replace(
        told,
        day=int(re.sub(r"\D", "", day)) if day else None,
        month=int(month) if month[0].isdigit() else month_number(month),
        year=int(year) if year else None,
    )


def _years(told: Date, match: re.Match[str], before: str) -> Date | None:
    """Years that are told together: the 1990s, the 1900s, the 19th century."""
    if told_century := match["century"]:
        number = ORDINALS.get(told_century.lower()) or int(told_century[:-2])
        return replace(told, year=100 * (number - 1), years=100)
    if match["nineties"]:
        clear = told.text[0] in "'’" or re.search(r"\b(?:the|early|mid|late)[ -]$", before, re.I)
        return replace(told, year=1900 + int(match["nineties"]), years=10) if clear else None
    year = int(match["years"])
    return replace(told, year=year, years=10 if year % 100 else 100)


def _numeric(told: Date, match: re.Match[str]) -> Date | None:
    """18/5/2025, 5/18/2025 and 18/5; only the year of 5/6/2025, which is two days."""
    first, second = int(match["a"] or match["a2"]), int(match["b"] or match["b2"])
    year = int(match["y2"]) if match["y2"] else None
    if 12 < first <= 31 and 1 <= second <= 12 and (first, second) != (24, 7):
        return replace(told, day=first, month=second, year=year)
    if 12 < second <= 31 and 1 <= first <= 12:
        return replace(told, day=second, month=first, year=year)
    return replace(told, year=year) if year else None
