"""The corpus page's table, figures and chart as HTML in which nothing of theirs is markup."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

from markupsafe import Markup

from index.ledger import Listed
from index.readers.source import extensions
from rag.corpus import Corpus
from rag.periods import day_text
from rag.requests.timeline import events_of
from ui.alerts import Alerts
from ui.library.listing import (
    COLUMNS,
    Column,
    Row,
    excerpt,
    facets,
    holding,
    matching,
    ordered,
    rows,
    watched,
)
from ui.sample import home, is_sample
from ui.server.auth import ROLES
from ui.templating import counted, render, size_text

ROWS = 50
"""Articles that the table shows at a time."""

ALERTED = 5
"""Matches of an alert that are shown."""

_HEADINGS: dict[Column, str] = {
    "title": "Article",
    "publisher": "Publisher",
    "published": "Published",
    "characters": "Length",
    "revision": "Rev.",
    "copies": "Copies",
}


@dataclass(frozen=True, slots=True)
class Terms:
    """What a reader may do with the corpus."""

    add: bool = False  # whether articles may be added, of files at most so many ``megabytes`` large
    remove: bool = False  # whether they may be removed
    said: str = ""  # what else a reader should know before adding
    megabytes: int = 0
    copies: bool = False  # whether what is added may go to a copy of the corpus

    @classmethod
    def of(cls, corpus: Corpus, *, editable: bool, shared: bool) -> Terms:
        """The terms for a corpus that may be changed, or not, and is shared with others, or not.

        Args:
            corpus: The corpus that is asked.
            editable: Whether readers may change it.
            shared: Whether others ask it too.
        """
        settings = corpus.settings
        if not editable:
            return READ_ONLY
        if is_sample(corpus):
            return cls(True, False, _SAMPLE.format(settings.index), settings.max_file_mb, True)
        return cls(True, True, _SHARED if shared else "", settings.max_file_mb)

    def within(self, role: str) -> Terms:
        """As much of it as the server lets a reader of this role do.

        Args:
            role: One of ``ui.server.auth.ROLES``.
        """
        if role == ROLES[0]:
            return READ_ONLY
        return replace(self, remove=self.remove and role == ROLES[-1])


READ_ONLY = Terms()

_READ = (
    "Text, web pages, PDF, office documents, mail, tables, e-books, transcripts, archives; each up"
    " to {} MB."
)

_SAMPLE = (
    "These articles are a sample. What you add goes to {}, with or without a copy of them; from"
    " then on that is asked."
)
_SHARED = "Everybody who signs in here is answered from what you add."


def library(
    corpus: Corpus, asked: object, terms: Terms, alerts: Alerts | None = None
) -> dict[str, Any]:
    """What the page shows of the corpus; ``asked`` may be anything at all.

    Args:
        corpus: Whose articles they are.
        asked: "words" to look for, the "column" to sort by, whether "descending", and the number
            of the "first" row; what is missing or makes no sense is as at the start.
        terms: What the reader may do.
        alerts: Those that the reader may see; None for all.

    Returns:
        "about", "alerts", "facets" and "table" as HTML; "unseen", how much of what alerts found is
        new; "watched", the words for which an alert can be kept, or ""; "total", "found", "first"
        and "last" of the rows; whether the reader may "add", what is "said" of it, whether
        to a copy ("copies"), and of the files the kinds that it may "accept" and a "hint".
    """
    wanted = asked if isinstance(asked, Mapping) else {}
    typed = str(wanted.get("words", ""))[:200]
    listed = corpus.articles()
    held = rows(listed)
    column: Column = next((name for name in COLUMNS if name == wanted.get("column")), "published")
    descending = wanted.get("descending") is not False
    found = matching(held, typed, partial(holding, corpus), date.today())
    first = wanted.get("first")
    first = min(first, len(found)) if isinstance(first, int) and first > 0 else 0
    first -= first % ROWS
    shown = ordered(found, column, descending=descending)[first : first + ROWS]
    return {
        "about": _about_html(_figures(corpus.size(), listed), held),
        "table": render(
            "library_table.html",
            rows=shown,
            columns=_filled(held),
            headings=_HEADINGS,
            column=column,
            descending=descending,
            choosing=terms.remove,
            excerpts=_excerpts(corpus, shown, typed),
        ),
        "facets": _facets_html(corpus, found, typed),
        "total": len(held),
        "found": len(found),
        "first": first,
        "last": first + len(shown),
        **_alerts_shown(alerts or Alerts(home(corpus)), keeping=terms.add),
        "watched": watched(typed) if terms.add else "",
        "add": terms.add,
        "said": terms.said,
        "copies": terms.copies,
        "accept": ",".join(extensions()),
        "hint": _READ.format(terms.megabytes),
    }


def _excerpts(
    corpus: Corpus, shown: Sequence[Row], typed: str
) -> dict[str, tuple[str, str, str] | None]:
    """By the rows' ids, what of their articles holds the words looked for: text, or the author."""
    texts = corpus.stored([row.id for row in shown]) if typed.strip() else ()
    return {
        each.id: excerpt(each.article.text, typed)
        or excerpt(f"By {each.article.author or ''}", typed)
        for each in texts
    }


def _facets_html(corpus: Corpus, found: Sequence[Row], typed: str) -> str:
    """By what the rows can be narrowed, and what can be asked about a name that was chosen."""
    fields = facets(found, typed, corpus.named())
    named = any(each.chosen for each in fields.get("Named", ()))
    dated = named and any(
        row.published or any(map(events_of, corpus.stored([row.id]))) for row in found[:ROWS]
    )
    return render("library_facets.html", facets=fields, dated=dated)


def _alerts_shown(alerts: Alerts, *, keeping: bool) -> dict[str, Any]:
    """The alerts as HTML with the articles that each found last, and how many of these are new."""
    kept, found = alerts.all(), alerts.matches()
    told = [
        (each, [m for m in found if (m.owner, m.alert) == (each.owner, each.text)]) for each in kept
    ]
    shown = {"told": told, "most": ALERTED, "keeping": keeping, "who": alerts.who}
    return {
        "alerts": render("library_alerts.html", **shown) if kept or keeping else "",
        "unseen": alerts.unseen(),
    }


def _about_html(figures: str, held: Sequence[Row]) -> str:
    """The figures of an index, and its articles over time."""
    over = timeline(held)
    drawn = Markup(chart(over))  # noqa: S704 - of our templates
    return render("library_about.html", told=figures, over=over, chart=drawn, names=over.names)


def _filled(held: Sequence[Row]) -> tuple[Column, ...]:
    """The columns in which there is something: where no article is a copy, none tells of copies."""
    told = {
        "publisher": any(row.publisher for row in held),
        "published": any(row.published for row in held),
        "revision": any(row.revision > 1 for row in held),
        "copies": any(row.copies for row in held),
    }
    return tuple(name for name in COLUMNS if told.get(name, True))


def _figures(size: int, found: Sequence[Listed]) -> str:
    """The counts and the size of an index with these articles, in words."""
    stories = len({each.story for each in found})
    publishers = len({each.publisher for each in found if each.publisher})
    days = sorted(each.published for each in found if each.published)
    parts = [counted(len(found), "article")]
    if stories != len(found):
        parts[0] += f" ({counted(stories, 'story', 'stories')})"
    if publishers:
        parts.append(counted(publishers, "publisher"))
    if days:
        parts.append(" to ".join(dict.fromkeys(map(day_text, (days[0], days[-1])))))
    characters = sum(each.characters for each in found)
    parts += [f"{counted(characters, 'character')} of text", f"{size_text(size)} of index"]
    return " · ".join(parts)


# Publishers with a colour of their own in the chart; the rest are one more part.
SHOWN_PUBLISHERS = 5

# With more bars than this, each stands for a longer time: one wrong year of publication would
# otherwise draw thousands of empty months.
MOST_BARS = 48

UNNAMED, OTHERS = "no publisher", "others"

_WIDTH = 720
_LEFT, _RIGHT, _TOP, _BASE = 34, 8, 12, 172
_WIDEST_BAR = 48
_LABELS = 9  # that have room beside each other

_MONTHS = {"month": 1, "quarter": 3}
_YEARS = {"year": 1, "decade": 10, "century": 100}
_KINDS = (*_MONTHS, *_YEARS)


@dataclass(frozen=True, slots=True)
class Bar:
    """The articles of one stretch of time."""

    label: str  # "2026-03", "2026 Q1", "2026" or "2020–2029"
    counts: tuple[int, ...]  # for each name of ``Timeline.names`` how many articles


@dataclass(frozen=True, slots=True)
class Timeline:
    """Articles over time by publisher."""

    kind: str  # what a bar stands for: "month", "quarter", "year", "decade" or "century"
    # The publishers with most articles, most first; the rest under ``OTHERS``.
    names: tuple[str, ...]
    bars: tuple[Bar, ...]  # from the oldest to the newest without a gap
    undated: int  # articles without a day, which are in no bar


def timeline(found: Iterable[Row]) -> Timeline:
    """A bar a month, or for a longer time where there were too many bars."""
    listed = list(found)
    dated = [(row.published, row.publisher or UNNAMED) for row in listed if row.published]
    total = Counter(name for _, name in dated)
    ranked = sorted(total, key=lambda name: (-total[name], name))
    named = ranked if len(ranked) <= SHOWN_PUBLISHERS + 1 else ranked[:SHOWN_PUBLISHERS]
    names = (*named, OTHERS) if len(named) < len(ranked) else tuple(named)
    kind, places = _stretches([day for day, _ in dated])
    counts: dict[int, Counter[str]] = {place: Counter() for place in places}
    for day, name in dated:
        counts[_place(day, kind)][name if name in named else OTHERS] += 1
    bars = tuple(
        Bar(_label(place, kind), tuple(counts[place][name] for name in names)) for place in places
    )
    return Timeline(kind, names, bars, len(listed) - len(dated))


def chart(told: Timeline) -> str:
    """Stacked bars as SVG, styled by the page: ``.part0`` is the publisher with most articles.

    "" if no article has a day. The figures are in its label and in a title for each part.
    """
    most = max((sum(bar.counts) for bar in told.bars), default=0)
    if not most:
        return ""
    step = (_WIDTH - _LEFT - _RIGHT) / len(told.bars)
    every = -(-len(told.bars) // _LABELS)
    drawn = [(_LEFT + (number + 0.1) * step, bar) for number, bar in enumerate(told.bars)]
    return render(
        "timeline.svg.html",
        most=most,
        said=f"Articles by {told.kind} and publisher. {_said(told.bars, told.names)}",
        bars=[(x, list(_parts(bar, told.names, most))) for x, bar in drawn],
        width=min(step * 0.8, _WIDEST_BAR),
        labels=[(x, bar.label) for x, bar in drawn[::every]],
        right=_WIDTH - _RIGHT,
        base=_BASE,
    )


def _parts(bar: Bar, names: Sequence[str], most: int) -> Iterator[tuple[int, float, float, str]]:
    """Of each part of a bar its number, its upper edge, its height and what it says."""
    y = float(_BASE)
    for part, (name, count) in enumerate(zip(names, bar.counts, strict=True)):
        if count:
            height = count * (_BASE - _TOP) / most
            y -= height
            yield part, y, height, f"{bar.label}, {name}: {count:,}"


def _said(bars: Sequence[Bar], names: Sequence[str]) -> str:
    held = [(bar.label, zip(names, bar.counts, strict=True)) for bar in bars if any(bar.counts)]
    told = (
        f"{label}: {', '.join(f'{name} {count}' for name, count in counts if count)}"
        for label, counts in held
    )
    return "; ".join(told) + "."


def _stretches(days: Sequence[date]) -> tuple[str, range]:
    """The shortest kind of stretch of which there are few enough, and the places of all of them."""
    places = range(0)
    for kind in _KINDS:
        held = [_place(day, kind) for day in days]
        places = range(min(held), max(held) + 1) if held else range(0)
        if len(places) <= MOST_BARS:
            return kind, places
    return _KINDS[-1], places


def _place(day: date, kind: str) -> int:
    """The number of a day's month, quarter, year and so on, counted without a gap."""
    if kind in _YEARS:
        return day.year // _YEARS[kind]
    return (12 * day.year + day.month - 1) // _MONTHS[kind]


def _label(place: int, kind: str) -> str:
    if kind in _YEARS:
        first, last = place * _YEARS[kind], (place + 1) * _YEARS[kind] - 1
        return f"{first}" if first == last else f"{first}–{last}"
    if kind == "quarter":
        return f"{place // 4} Q{place % 4 + 1}"
    return f"{place // 12}-{place % 12 + 1:02}"
