"""The names of months and weekdays: in English as patterns, in 55 languages as words."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

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
