"""What a feed or a sitemap says of the pages that it lists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from index.readers.dates import parse_date


class Unreadable(Exception):
    """A feed or a sitemap that is broken; the message says how."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page that is listed, and what is said of it there.

    Attributes:
        url: Its address, in canonical form.
        mark: What changes when the page does, as the list tells it; "" if it does not.
        content: The article as HTML, where a feed holds all of it; "" elsewhere.
    """

    url: str
    mark: str = ""
    title: str = ""
    author: str | None = None
    publisher: str | None = None
    published: date | None = None
    content: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """What a list holds.

    Attributes:
        pages: In the order of the list.
        lists: The addresses of further lists; a sitemap index has them.
    """

    pages: tuple[Page, ...] = ()
    lists: tuple[str, ...] = ()


def stated_day(value: object) -> date | None:
    """The day of publication that a list states; none of clocks that were never set, or run ahead.

    >>> stated_day("1970-01-01T00:00:00Z"), stated_day("2025-05-18")
    (None, datetime.date(2025, 5, 18))
    """
    day = parse_date(value)
    if day is None or day == date(1970, 1, 1) or day > date.today() + timedelta(days=1):
        return None
    return day
