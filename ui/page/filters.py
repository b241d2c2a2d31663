"""Which articles the reader chose: what was typed, as filters, and what these leave, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from typing import Any

from index.errors import OnRecordError
from rag.answer_text import sentence
from rag.corpus import Corpus
from rag.periods import day_text, span
from rag.types import NO_FILTERS, Filters

LONGEST = 200
"""Characters of a field that are read."""

MONTHS = 24
"""Months of publication that are offered, the newest."""


def narrowed(corpus: Corpus, chosen: object) -> Filters:
    """The filters that a choice makes; anything at all may come as one.

    Args:
        corpus: Whose articles they are.
        chosen: "publisher", and in "after" and "before" a day, a month, a year or words such as
            "last week", of which the first and the last day are meant.

    Raises:
        OnRecordError: a day is none, or the first is after the last.
    """
    given = chosen if isinstance(chosen, Mapping) else {}
    typed = {name: str(given.get(name) or "").strip()[:LONGEST] for name in _FIELDS}
    newest = max((each.published for each in corpus.articles() if each.published), default=None)
    first = _days(typed["after"], newest)[0] if typed["after"] else None
    last = _days(typed["before"], newest)[1] if typed["before"] else None
    if first and last and first > last:
        raise OnRecordError(f"{day_text(first)} is after {day_text(last)}; exchange the two days")
    return Filters(first, last, typed["publisher"] or None)


_FIELDS = ("publisher", "after", "before")


def left_by(corpus: Corpus, chosen: object) -> dict[str, Any]:
    """What a choice leaves, as the page shows it.

    Returns:
        A "problem" in a sentence, or the text of "left" and the "chips", each a field and its
        words; no chips if all articles are left.
    """
    try:
        filters = narrowed(corpus, chosen)
    except OnRecordError as error:
        return {"problem": sentence(str(error))}
    return {"left": _count(corpus, filters), "chips": _chips(filters)}


def in_words(corpus: Corpus, filters: Filters) -> str:
    """Which articles were asked: "13 of 18 articles: since 2026-01-01"; "" for all of them."""
    if filters == NO_FILTERS:
        return ""
    return f"{_count(corpus, filters)}: {', '.join(words for _, words in _chips(filters))}"


def offered(corpus: Corpus) -> dict[str, Any]:
    """What can be chosen: publishers with how many articles each has, and months, newest first."""
    listed = corpus.articles()
    names = Counter(each.publisher for each in listed if each.publisher)
    months = {each.published.replace(day=1) for each in listed if each.published}
    newest = sorted(months, reverse=True)[:MONTHS]
    return {
        "publishers": sorted(names.items()),
        "months": ["last week", "last month", *(f"{month:%B %Y}" for month in newest)],
    }


def _count(corpus: Corpus, filters: Filters) -> str:
    return f"{corpus.count(filters):,} of {corpus.count():,} articles"


def _chips(filters: Filters) -> list[tuple[str, str]]:
    known = {
        "publisher": filters.publisher,
        "after": f"since {day_text(filters.after)}" if filters.after else None,
        "before": f"until {day_text(filters.before)}" if filters.before else None,
    }
    return [(name, words) for name, words in known.items() if words]


def _days(typed: str, newest: date | None) -> tuple[date, date]:
    """The first and the last day that are meant; counted from the newest article, if need be."""
    with suppress(ValueError):
        today = date.today()
        days = span(typed, today)
        return span(typed, newest) if newest and newest < today and days[0] > newest else days
    raise OnRecordError(f"“{typed}” is not a date; write 2025-05-18, May 2025 or last week")
