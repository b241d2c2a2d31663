"""The corpus page's table, figures and chart as HTML in which nothing of theirs is markup."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from index.readers import extensions
from rag.period import day_text
from ui.alerts.store import Alerts, Match
from ui.figures import counted, size_text
from ui.library.listing import COLUMNS, Column, Figures, Row, figures, matching, ordered, rows
from ui.library.timeline import chart, legend, timeline
from ui.sample import is_sample
from ui.templating import escape

if TYPE_CHECKING:
    from rag.corpus import Corpus

ROWS = 50
"""Articles that the table shows at a time."""

ALERTED = 10
"""Matches of alerts that are shown."""

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
    """What a reader may do with the corpus.

    Attributes:
        add: Whether articles may be added, of files at most so many ``megabytes`` large.
        remove: Whether they may be removed.
        said: What else a reader should know before adding.
    """

    add: bool = False
    remove: bool = False
    said: str = ""
    megabytes: int = 0

    @classmethod
    def of(cls, corpus: Corpus, *, editable: bool, shared: bool) -> Terms:
        """The terms for a corpus that may be changed, or not, and is shared with others, or not."""
        settings = corpus.settings
        if not editable:
            return READ_ONLY
        if is_sample(corpus):
            return cls(True, False, _SAMPLE.format(settings.index), settings.max_file_mb)
        return cls(True, True, _SHARED if shared else "", settings.max_file_mb)


READ_ONLY = Terms()

_SAMPLE = (
    "These articles are a sample. What you add goes to a corpus of your own, in {}; from then on"
    " that is asked."
)
_SHARED = "Everybody who signs in here is answered from what you add."


def library(corpus: Corpus, asked: object, terms: Terms) -> dict[str, Any]:
    """What the page shows of the corpus; ``asked`` may be anything at all.

    Args:
        corpus: Whose articles they are.
        asked: "words" to look for, the "column" to sort by, whether "descending", and the number
            of the "first" row; what is missing or makes no sense is as at the start.
        terms: What the reader may do.

    Returns:
        "about", "alerts" and "table" as HTML; "alerted", what stands over the alerts; "total",
        "found", "first" and "last" of the rows; whether the reader may "add", what is "said" of
        it, and of the files the kinds that it may "accept" and a "hint".
    """
    wanted = asked if isinstance(asked, Mapping) else {}
    listed = corpus.articles()
    held = rows(listed)
    column: Column = next((name for name in COLUMNS if name == wanted.get("column")), "published")
    descending = wanted.get("descending") is not False
    found = ordered(
        matching(held, str(wanted.get("words", ""))[:200]), column, descending=descending
    )
    first = wanted.get("first")
    first = min(first, len(found)) if isinstance(first, int) and first > 0 else 0
    first -= first % ROWS
    shown = found[first : first + ROWS]
    return {
        "about": about_html(figures(corpus.directory, listed), held),
        "table": table_html(
            shown, column, descending=descending, choosing=terms.remove, columns=filled(held)
        ),
        "total": len(held),
        "found": len(found),
        "first": first,
        "last": first + len(shown),
        **alerts_shown(Alerts(corpus.directory).matches(ALERTED)),
        "add": terms.add,
        "said": terms.said,
        "accept": ",".join(extensions()),
        "hint": f"{', '.join(extensions())}; each up to {terms.megabytes} MB.",
    }


def alerts_shown(found: Sequence[Match]) -> dict[str, str]:
    """What alerts found last, newest first, as a list of links, and its heading."""
    items = (
        f'<li><a href="#cite-{escape(match.article)}">{escape(match.title)}</a>'
        f' <span class="said">{escape(match.alert)} · {escape(match.found[:10])}</span></li>'
        for match in found
    )
    told = counted(len(found), "match", "matches")
    return {
        "alerts": f"<ul>{''.join(items)}</ul>" if found else "",
        "alerted": f"Alerts: the last {told}" if found else "",
    }


def about_html(told: Figures, held: Sequence[Row]) -> str:
    """The figures of an index, and its articles over time."""
    over = timeline(held)
    drawn = chart(over)
    figure = ""
    if drawn:
        undated = f" {counted(over.undated, 'article')} without a day." if over.undated else ""
        caption = f"Articles by {over.kind} of publication.{undated}"
        figure = f"<figure>{drawn}<figcaption>{caption}{legend(over)}</figcaption></figure>"
    return f'<p class="figures">{_figures(told)}</p>{figure}'


def filled(held: Sequence[Row]) -> tuple[Column, ...]:
    """The columns in which there is something: where no article is a copy, none tells of copies."""
    told = {
        "publisher": any(row.publisher for row in held),
        "published": any(row.published for row in held),
        "revision": any(row.revision > 1 for row in held),
        "copies": any(row.copies for row in held),
    }
    return tuple(name for name in COLUMNS if told.get(name, True))


def table_html(
    shown: Sequence[Row],
    column: Column,
    *,
    descending: bool,
    choosing: bool = False,
    columns: Sequence[Column] = COLUMNS,
) -> str:
    """Articles as a table whose headings sort it."""
    if not shown:
        return '<p class="empty">No article here.</p>'
    choose = '<th class="choose"><span class="unseen">Choose</span></th>' if choosing else ""
    head = "".join(_heading(name, column, descending=descending) for name in columns)
    body = "".join(_row(row, columns, choosing=choosing) for row in shown)
    return f"<table><thead><tr>{choose}{head}</tr></thead><tbody>{body}</tbody></table>"


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


def _heading(name: Column, column: Column, *, descending: bool) -> str:
    turned = ""
    if name == column:
        turned = f' aria-sort="{"descending" if descending else "ascending"}"'
    button = f'<button type="button" data-column="{name}">{_HEADINGS[name]}</button>'
    return f'<th scope="col" class="{name}"{turned}>{button}</th>'


def _row(row: Row, columns: Sequence[Column], *, choosing: bool) -> str:
    title, id_ = escape(row.title), escape(row.id)
    choose = ""
    if choosing:
        choose = (
            f'<td class="choose"><input type="checkbox" value="{id_}"'
            f' aria-label="Choose {title}"></td>'
        )
    day = day_text(row.published) if row.published else ""
    cells: dict[Column, str] = {
        "publisher": escape(row.publisher),
        "published": escape(day),
        "characters": f"{row.characters:,}",
        "revision": str(row.revision) if row.revision > 1 else "",
        "copies": str(row.copies) if row.copies else "",
    }
    told = "".join(f'<td class="{name}">{cells[name]}</td>' for name in columns if name in cells)
    link = f'<a href="#cite-{id_}">{title}</a><span class="uri">{escape(row.uri)}</span>'
    return f'<tr>{choose}<th scope="row" class="title">{link}</th>{told}</tr>'
