"""The head of the page, and what stands in the middle before the first question, as HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.period import day_text
from ui.figures import counted
from ui.page.render import opening
from ui.templating import escape

if TYPE_CHECKING:
    from rag.corpus import Corpus

NEWEST = 3
"""Articles that are named before the first question."""


def masthead_html(corpus: Corpus, notice: str) -> str:
    """The name of the page, how many articles it holds, and a sentence about them."""
    held = f"{counted(corpus.count(), 'article')} on the record."
    said = f' <span class="notice">{escape(notice)}</span>' if notice else ""
    return f'<h1>onrecord</h1><p><span class="held">{held}</span>{said}</p>'


def welcome_html(corpus: Corpus) -> str:
    """What the corpus holds: how much, by whom, from when, and its newest articles as links."""
    listed = corpus.articles()
    names = {each.publisher for each in listed if each.publisher}
    days = [each.published for each in listed if each.published]
    parts = [counted(len(listed), "article")]
    if names:
        parts.append(f"from {counted(len(names), 'publisher')}")
    if days:
        first, last = day_text(min(days)), day_text(max(days))
        parts.append(first if first == last else f"{first} to {last}")
    dated = [(each.published, each.id, _name(each)) for each in listed if each.published]
    rows = "".join(
        f'<li><a href="#cite-{escape(id_)}">{escape(name)}</a>'
        f' <span class="details">{escape(day_text(day))}</span></li>'
        for day, id_, name in sorted(dated, reverse=True)[:NEWEST]
    )
    newest_html = f"<h3>Newest articles</h3><ul>{rows}</ul>" if rows else ""
    return (
        f"<h2>What does the record say?</h2><p>{', '.join(parts)}."
        f" Every sentence of an answer cites the very words it rests on.</p>{newest_html}"
    )


def _name(listed: object) -> str:
    said = str(getattr(listed, "title", "")) or opening(str(getattr(listed, "opening", "")))
    return said or str(getattr(listed, "key", ""))
