"""What front matter and records call an article's particulars, and how they write them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import TypedDict

from index.readers.dates import parse_date
from index.readers.encoding import letters, tidy

# As they are compared: small letters, nothing between them, so pub_date and pubDate are one.
TITLE = ("title", "headline")
AUTHOR = ("author", "authors", "byline", "creator")
PUBLISHER = ("publisher", "site", "sitename", "source", "outlet")
PUBLISHED = (
    *("published", "datepublished", "date", "publishedat", "publisheddate", "publishdate"),
    *("pubdate", "publishedon", "publicationdate", "publishtime", "publishedtime"),
    *("firstpublished", "releasedate", "created", "createdat", "datecreated", "timestamp"),
    *("epoch", "time"),
)
LANGUAGE = ("language", "lang", "inlanguage")
URL = ("url", "link", "canonicalurl")
RECORD = ("id", "text", "title", "author", "publisher", "published", "language", "url")
"""The fields of a record, by the names that onrecord has for them."""


class Particulars(TypedDict):
    """What is known about an article besides its text, named as ``Article`` names it."""

    title: str
    author: str | None
    publisher: str | None
    published: date | None
    language: str | None
    url: str | None


def particulars(*fields: Mapping[str, object]) -> Particulars:
    """The particulars that mappings hold under any of their usual names; the first one wins.

    >>> particulars({"title": "Rain"}, {"lang": "en-GB", "authors": ["A", "B"]})["author"]
    'A, B'
    """
    known = [{letters(name): value for name, value in each.items()} for each in fields]

    def first(names: tuple[str, ...]) -> str | None:
        values = (one_line(each.get(name)) for each in known for name in names)
        return next((value for value in values if value), None)

    language = first(LANGUAGE)
    days = (parse_date(each.get(name), language) for each in known for name in PUBLISHED)
    return {
        "title": first(TITLE) or "",
        "author": first(AUTHOR),
        "publisher": first(PUBLISHER),
        "published": next((day for day in days if day), None),
        "language": language_code(language),
        "url": first(URL),
    }


def unclear_dates(*fields: Mapping[str, object]) -> list[str]:
    """What mappings say of the day of publication, where it is no day that is certain.

    >>> unclear_dates({"pub_date": "05/06/2026", "lang": "en"})
    ['05/06/2026']
    """
    known = [{letters(name): value for name, value in each.items()} for each in fields]
    told = [each[name] for each in known for name in PUBLISHED if each.get(name)]
    return [str(value) for value in told]


def one_line(value: object) -> str | None:
    """Text, or a list of texts, as one tidy line; None for anything else or nothing."""
    if isinstance(value, list | tuple):
        return ", ".join(part for part in map(one_line, value) if part) or None
    if isinstance(value, Mapping):  # schema.org writes an author as {"name": ...}
        return one_line(value.get("name"))
    return " ".join(tidy(value).split()) or None if isinstance(value, str) else None


def language_code(value: str | None) -> str | None:
    """The ISO 639-1 code that a language tag begins with, or None.

    >>> language_code("pt-BR"), language_code("Portuguese")
    ('pt', None)
    """
    found = re.match(r"([a-z]{2})(?:[-_]|$)", (value or "").strip().lower())
    return found[1] if found else None
