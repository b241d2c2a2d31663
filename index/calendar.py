"""The names of months and weekdays, as news writes them in English."""

from __future__ import annotations

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
    """The number of a month, from 1, by its name or a short form of it.

    >>> month_number("sept"), month_number("May")
    (9, 5)
    """
    return 1 + next(n for n, month in enumerate(MONTHS) if month[:3].lower() == name[:3].lower())


def weekday_number(name: str) -> int:
    """The number of a weekday, Monday being 0, by its name."""
    return WEEKDAYS.index(name.capitalize())
