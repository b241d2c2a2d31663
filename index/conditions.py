"""Which articles are meant, as conditions on the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

FIELDS = ("id", "uri", "key", "title", "author", "publisher", "published", "language", "url")

Condition = tuple[str, list[str]]  # SQL, and the values of its question marks


def compared(key: str, operator: str, *values: object) -> Condition:
    """A comparison of a field with a value, or by ``IN`` or ``NOT IN`` with any number of them.

    An article without the field never matches. Publishers are compared without regard to letter
    case. SQLite's ``lower`` knows it in ASCII alone; the ledger's own function knows it in any
    alphabet and takes four times as long (300,000 articles: 0.36 s instead of 0.09 s).

    Args:
        key: The field's name.
        operator: "=", ">=", "IN" and so on.
        *values: What it is compared with.

    Raises:
        ValueError: an article has no such field.

    >>> compared("language", "=", "en")
    ('language = ?', ['en'])
    """
    if key not in FIELDS:
        raise ValueError(f"filter on {key!r}: an article has {', '.join(FIELDS)}")
    written = [written_as(value) for value in values]
    column, mark = key, "?"
    if key == "publisher":
        column, mark = "caseless(publisher)", "caseless(?)"
        if all(value.isascii() for value in written):
            column, mark = "lower(publisher)", "lower(?)"
    marks = ", ".join([mark] * len(values))
    return f"{column} {operator} " + (f"({marks})" if operator.endswith("IN") else marks), written


def joined(conditions: Sequence[Condition], word: str = "AND") -> Condition:
    """Conditions that all hold, or one of which does; none are always true.

    Args:
        conditions: Any number of them.
        word: "AND" or "OR".
    """
    if not conditions:
        return "TRUE", []
    return (
        "(" + f" {word} ".join(part for part, _ in conditions) + ")",
        [value for _, values in conditions for value in values],
    )


def written_as(value: object) -> str:
    """A value as the ledger writes it."""
    if isinstance(value, datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)
