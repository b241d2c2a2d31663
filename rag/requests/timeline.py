"""A timeline: what happened on which day, in order."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from index.ledger import StoredArticle
from index.text.dates import MONTH, MONTHS, Date, dates_in
from index.text.words import Phrases
from rag.extractive import says_the_same
from rag.periods import day_text
from rag.quote_context import words_of
from rag.requests.brief import brief
from rag.requests.material import LEAST, OPENS, Line, Material, in_a_row, opening, quoted, telling
from rag.requests.quoting import speaks_there
from rag.requests.request import Request
from rag.types import Scope

# Two sentences on one day whose cosine is higher tell of one event.
SAME = 0.55

# An event belongs to a subject if the share of the subject's words that it or the opening of its
# article holds, and the cosine of its sentence or its article's best passage, as a share of the
# nearest of all, come to so much. Of 59 events in eight golden timelines 1.1 tells 0.80 at a
# precision of 0.81, 1.15 0.77 at 0.85, 1.2 0.76 at 0.85; cosines alone 0.66 at 0.72.
BELONGS = 1.15

# What an event that is told by its month alone must have of the nearest cosine itself. Of 19 in the
# golden timelines it keeps eight, seven of which belong; 0.2 keeps one more that does not.
MONTHLY = 0.3

# Sentences behind an article's first in which the day may stand of what that tells.
BEGINS = 2

# Events at most; of all articles those with which they open.
MOST, OF_ALL = 40, 20

_MARKS = ("“", "”", '"')
_FUTURE, _AHEAD, _BOUND, _NEXT = (
    Phrases("rag.requests").compiled(name, re.I) for name in ("future", "ahead", "bound", "next")
)
# When somebody spoke, and where and when a report was filed, matter less than another day.
_SAID = re.compile(r"\b(?:said|says|told|added|wrote|saying)\b[^,;]{0,40}$", re.I)
_TODAY = re.compile(r"\bthis (?:morning|afternoon|evening)\b", re.I)
_IN_MONTH = re.compile(
    r"\b(?:in(?: the)?(?: early| late| mid)?|early|late|mid|this|(?P<which>last|next))[ -]$", re.I
)
_SPAN = re.compile(rf" (?:and|to|or|until) (?:{MONTH})\b")
_OTHER_YEAR = re.compile(r" (?:of )?(?:the )?(?P<other>next|last|previous) year\b", re.I)
_DAYS = re.compile(r"\b(?P<first>[12]?\d|3[01])(?: (?:and|or|to) | ?[-–/] ?)$")
_DATELINE = re.compile(r"[A-Z][A-Z .,'’-]{2,40}, ?$")


Days = Callable[[date], bool]
"""Whether a day is in the time that is asked about."""


@dataclass(frozen=True, slots=True)
class Event:
    """A sentence and the day that it is about.

    Attributes:
        day: The first day of its month, if that is all that is told.
        told: Whether the text names the day; else it is that of publication.
        month: Whether no more than the month is told.
    """

    day: date
    article: StoredArticle
    index: int
    told: bool
    month: bool = False
    copies: tuple[tuple[StoredArticle, int], ...] = ()

    @property
    def text(self) -> str:
        """Its words."""
        return words_of(self.article, self.index)


def timeline(material: Material, most: int = MOST, days: Days | None = None) -> list[Line]:
    """One line an event, by day; what several articles tell of a day is cited together.

    Args:
        material: The articles on the subject of the request.
        most: How many events at most: those nearest to the subject; of everything those that
            articles open with.
        days: Of which days they are; None for any.
    """
    events = [e for a in material.articles for e in events_of(a) if days is None or days(e.day)]
    if not events:
        return []
    events = _on_subject(material, events, most)
    return [
        Line(e.article, e.index, label_of(e), e.copies)
        for e in sorted(events, key=lambda e: (e.day, e.article.pk, e.index))
    ]


def undated(material: Material, most: int) -> list[Line]:
    """What articles tell of a subject in their order, where no day is known.

    A sentence that names a day of a month, of whichever year, stands under that.
    """
    lines = {(line.article.pk, line.index): line for line in brief(material, most)}
    for stored in material.stories():
        for index in telling(stored):
            told = [d for d in dates_in(words_of(stored, index)) if d.day and d.month]
            if told and max(map(material.share, (opening(stored), quoted(stored, index)))) >= OPENS:
                day = f"{told[0].day} {MONTHS[(told[0].month or 1) - 1]}, year not told"
                lines[stored.pk, index] = Line(stored, index, day)
    return [lines[place] for place in sorted(lines)]


def ahead(material: Material, most: int) -> list[Line]:
    """What the newest article that looks ahead says is to come, nearest to the subject chosen."""
    for stored in sorted(material.stories(), key=lambda a: a.article.published or date.min)[::-1]:
        on = material.share(opening(stored))
        found = [
            index
            for index in telling(stored)
            if _looks_ahead(stored, words := words_of(stored, index))
            and words.lstrip()[:1] not in _MARKS
            and max(on, material.share(quoted(stored, index))) >= OPENS
        ]
        if found:
            vectors = material.encode([words_of(stored, index) for index in found])
            near = vectors @ material.embedder.encode_query(material.subject)
            best = sorted(found[n] for n in np.argsort(-near)[:most])
            return [Line(stored, index) for index in best]
    return []


def _looks_ahead(stored: StoredArticle, words: str) -> bool:
    """Whether a sentence says what will be, or names a day after its article's publication."""
    last = stored.article.published or date.max
    return bool(_AHEAD.search(words)) or any(d.exact and d.exact > last for d in dates_in(words))


def dated(stored: StoredArticle, start: int, end: int) -> Event | None:
    """The first dated sentence of some words of an article, else their first on publication.

    Args:
        stored: The article.
        start: Where the words begin in its text.
        end: Where they end.

    Returns:
        None if neither is dated.
    """
    within = [n for n, s in enumerate(stored.sentences) if s.start < end and start < s.end]
    told = (e for e in events_of(stored) if e.told and e.index in within)
    day = stored.article.published
    return next(told, Event(day, stored, within[0], False) if day and within else None)


def label_of(event: Event) -> str:
    """The day and who tells of it: "3 March 2026 (The Post)"."""
    names = [a.article.publisher for a in (event.article, *(a for a, _ in event.copies))]
    who = in_a_row([*dict.fromkeys(name for name in names if name)])
    day = f"{MONTHS[event.day.month - 1]} {event.day.year}" if event.month else day_text(event.day)
    return f"{day} ({who})" if who else day


def events_of(stored: StoredArticle) -> list[Event]:
    """The dated sentences of an article; its first one with the day of publication, if none is."""
    published = stored.article.published
    found: list[Event] = []
    first = None
    for index in telling(stored):
        first = index if first is None else first
        text = words_of(stored, index)
        days = [
            (bool(_SAID.search(text[: told.start])), day)
            for told in dates_in(text)
            if (day := day_of(told, text, published))
        ]
        before = next((e.day for e in found[::-1] if not e.month), published)
        days = days or [(False, day) for day in _beside(text, published, before)]
        if days:
            found.append(Event(min(days, key=lambda d: d[0])[1], stored, index, True))
        elif month := next(_months(text, published), None):
            found.append(Event(month, stored, index, True, month=True))
    # What an article begins with is news of its day, unless its first sentences tell another.
    if first is not None and published and all(e.month or e.index > first + BEGINS for e in found):
        found.insert(0, Event(published, stored, first, False))
    return found


def _beside(text: str, published: date | None, before: date | None) -> Iterator[date]:
    """The days that a text tells by another: its publication, or the day told before."""
    if published and _TODAY.search(text):
        yield published
    if before and (found := _NEXT.search(text)):
        yield before + timedelta(days=-1 if found["earlier"] else 1)


def _months(text: str, published: date | None) -> Iterator[date]:
    """The first day of each month in which a text puts something."""
    for told in dates_in(text):
        found = _IN_MONTH.search(text[: told.start])
        if not told.month or told.day or not found or _SPAN.match(text, told.end):
            continue  # "in November and December" is no month of an event
        if year := told.year or (published and _year_of(told, found, text, published)):
            yield date(year, told.month, 1)


def _year_of(told: Date, before: re.Match[str], text: str, published: date) -> int:
    """The year of a month without one, by the words around it, else that of the nearest."""
    if found := _OTHER_YEAR.match(text, told.end):
        return published.year + (1 if found["other"].lower() == "next" else -1)
    month, which = told.month or 1, (before["which"] or "").lower()
    ahead = which == "next" or _FUTURE.search(text[max(0, told.start - 80) : told.start])
    if ahead or (which != "last" and (published.month - month) % 12 > 6):
        return published.year + (month < published.month)
    return published.year - (month > published.month)


def day_of(told: Date, text: str, published: date | None) -> date | None:
    """The one day that a date of a sentence means; None if it is none, or a bound.

    A weekday is the one before publication, unless the words before it look ahead.

    Args:
        told: The date, as read.
        text: The sentence it stands in.
        published: When the article was published.
    """
    if told.day and (first := _DAYS.search(text[: told.start])):  # "on 8 and 9 April"
        told = replace(told, day=int(first["first"]), start=first.start())
    before = text[: told.start]
    if _BOUND.search(before) or _DATELINE.fullmatch(before) or told.text.endswith("s"):
        return None
    days = sorted(told.days(published))
    if len(days) > 1 and published:
        ahead = bool(_FUTURE.search(text[max(0, told.start - 80) : told.start]))
        past = [d for d in days if d <= published]
        days = days[-1:] if ahead or not past else past[-1:]
    return days[0] if days else None


def _on_subject(material: Material, events: Sequence[Event], most: int) -> list[Event]:
    """The events that have to do with the subject, each once."""
    held = _held(material, events)
    if material.subject:  # the others cannot belong to it, however near they are
        events = [e for e, share in zip(events, held, strict=True) if share >= BELONGS - 1]
        held = [share for share in held if share >= BELONGS - 1]
    if not events:
        return []
    vectors = material.encode([e.text for e in events])
    keep = np.ones(len(events), bool)
    nearness = np.array([1 / (1 + _place(e)) for e in events], np.float32)
    if material.subject:
        cosines = vectors @ material.embedder.encode_query(material.subject)
        monthly = np.array([e.month for e in events])
        nearest = max(float(cosines[~monthly].max(initial=0.0)), LEAST)
        nearness = _near(material, events, cosines / nearest) + np.array(held, np.float32)
        # The article of one that is told by its month alone may be on much else in that month.
        keep = (nearness >= BELONGS) & (~monthly | (cosines >= MONTHLY * nearest))
    kept: list[int] = []
    merged: dict[int, Event] = {}
    order = sorted(np.flatnonzero(keep).tolist(), key=lambda n: (-events[n].told, -nearness[n]))
    for number in order:
        event = events[number]
        same = next(
            (
                n
                for n in kept
                if events[n].day == event.day
                and (
                    float(vectors[n] @ vectors[number]) >= SAME
                    or says_the_same(events[n].text, event.text)
                )
            ),
            None,
        )
        if same is None:
            kept.append(int(number))
            merged[int(number)] = event
        else:
            merged[same] = _with(merged[same], event)
    best = sorted(kept, key=lambda n: (-nearness[n], -len(merged[n].copies)))[:most]
    return [merged[n] for n in best]


def _place(event: Event) -> int:
    """Which of the sentences of its article that tell something an event is, from 0."""
    return list(telling(event.article)).index(event.index)


def _near(
    material: Material, events: Sequence[Event], own: NDArray[np.float32]
) -> NDArray[np.float32]:
    """How near each event is to the subject, by itself or by its article, the nearest 1."""
    articles = np.array([material.nearness[e.article.pk] for e in events], np.float32)
    near: NDArray[np.float32] = np.maximum(own, articles / max(float(articles.max()), LEAST))
    return near


def _held(material: Material, events: Sequence[Event]) -> list[float]:
    """How much of the subject's words each event or the opening of its article holds."""
    opened = {a.pk: material.share(opening(a)) for a in material.articles}
    person = material.names_alone and speaks_there(material, material.subject)
    held = []
    for event in events:
        own = material.share(quoted(event.article, event.index))
        # What an article on somebody tells of others is nothing that they did.
        first = event.index in islice(telling(event.article), 1)
        held.append(own if person and not first else max(own, opened[event.article.pk]))
    return held


def _with(event: Event, other: Event) -> Event:
    known = {event.article.pk, *(article.pk for article, _ in event.copies)}
    if other.article.pk in known or len(event.copies) > 1:
        return event
    return replace(event, copies=(*event.copies, (other.article, other.index)))


def told_then(request: Request, confined: Scope) -> bool:
    """Whether what happened in some time is asked, and of nothing in particular."""
    return request.kind == "brief" and not request.subject and bool(confined.after)


def days_asked(asked: str, request: Request, confined: Scope | None) -> Days | None:
    """The days on which something was, where what happened then is asked, whoever published it.

    Args:
        asked: The request as meant.
        request: The same taken apart.
        confined: The articles that its own words mean; None for all.
    """
    told = [day for each in dates_in(asked) if (day := each.exact)]
    if len(told) == 1 and request.kind in ("brief", "timeline") and not request.subject:
        return told[0].__eq__
    dated = confined and (confined.after or confined.before)
    return (
        days_within(asked, confined) if confined and dated and request.kind == "timeline" else None
    )


def days_within(asked: str, confined: Scope) -> Days:
    """The days of a scope, which goes on a while beyond the one date that is told, if it is one."""
    first, last = confined.after or date.min, confined.before or date.max
    told = dates_in(asked)
    one = told[0] if len(told) == 1 and confined.after and confined.before else None
    return lambda day: first <= day <= last and (one is None or one.covers(day))
