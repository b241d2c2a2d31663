"""The corpus page's table, figures and chart as HTML in which nothing of theirs is markup."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

from markupsafe import Markup

from index.readers.registry import extensions
from rag.corpus import Corpus
from rag.periods import day_text
from rag.requests.timeline import events_of
from ui.alerts.store import Alerts
from ui.library.listing import (
    COLUMNS,
    Column,
    Figures,
    Row,
    excerpt,
    facets,
    figures,
    holding,
    matching,
    ordered,
    rows,
    watched,
)
from ui.library.timeline import chart, legend, timeline
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
            return cls(True, False, _SAMPLE.format(settings.index), settings.max_file_mb)
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

_KINDS = (
    "Text, web pages, PDF, office documents, mail, tables, e-books, transcripts, archives; each up"
    " to {} MB."
)

_SAMPLE = (
    "These articles are a sample. What you add goes to a corpus of your own, in {}; from then on"
    " that is asked."
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
        and "last" of the rows; whether the reader may "add", what is "said" of it, and of the files
        the kinds that it may "accept" and a "hint".
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
    texts = corpus.stored([row.id for row in shown]) if typed.strip() else ()
    excerpts = {each.id: excerpt(each.article.text, typed) for each in texts}
    return {
        "about": _about_html(figures(corpus.size(), listed), held),
        "table": render(
            "library_table.html",
            rows=shown,
            columns=_filled(held),
            headings=_HEADINGS,
            column=column,
            descending=descending,
            choosing=terms.remove,
            excerpts=excerpts,
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
        "accept": ",".join(extensions()),
        "hint": _KINDS.format(terms.megabytes),
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


def _about_html(told: Figures, held: Sequence[Row]) -> str:
    """The figures of an index, and its articles over time."""
    over = timeline(held)
    drawn, names = Markup(chart(over)), Markup(legend(over))  # noqa: S704 - of our templates
    return render("library_about.html", told=_figures(told), over=over, chart=drawn, legend=names)


def _filled(held: Sequence[Row]) -> tuple[Column, ...]:
    """The columns in which there is something: where no article is a copy, none tells of copies."""
    told = {
        "publisher": any(row.publisher for row in held),
        "published": any(row.published for row in held),
        "revision": any(row.revision > 1 for row in held),
        "copies": any(row.copies for row in held),
    }
    return tuple(name for name in COLUMNS if told.get(name, True))


def _figures(told: Figures) -> str:
    parts = [counted(told.articles, "article")]
    if told.stories != told.articles:
        parts[0] += f" ({counted(told.stories, 'story', 'stories')})"
    if told.publishers:
        parts.append(counted(told.publishers, "publisher"))
    if told.oldest and told.newest:
        first, last = day_text(told.oldest), day_text(told.newest)
        parts.append(first if first == last else f"{first} to {last}")
    parts += [
        f"{counted(told.characters, 'character')} of text",
        f"{size_text(told.bytes)} of index",
    ]
    return " · ".join(parts)
