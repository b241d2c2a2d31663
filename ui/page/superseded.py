"""What a reader should know of a cited text that is no longer what its article says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from index.revisions import Change, changes
from rag.period import day_text
from ui.short_answers import Span
from ui.templating import escape

if TYPE_CHECKING:
    from index.ledger import Revision

MOST = 5  # differences that are shown


def superseded_html(
    revisions: Sequence[Revision], article_id: str, quotes: Sequence[Span] = ()
) -> str:
    """A notice for a text that was replaced or withdrawn, with what differs in the cited words.

    Args:
        revisions: All of its article, the first one first.
        article_id: Names the text that is shown.
        quotes: Where the cited words stand in it; without any, all differences are shown.

    Returns:
        HTML in which nothing of an article is markup; "" for the current text.
    """
    shown = next((each for each in revisions if each.article.id == article_id), None)
    if shown is None or shown.article.current:
        return ""
    when = f" on {day_text(shown.ended.date())}" if shown.ended else ""
    current = next((each for each in revisions if each.article.current), None)
    if current is None:
        return _notice(f"This article was withdrawn{when}. The text is kept as it was cited.")
    found = changes(shown.article.article, current.article.article)
    text = shown.article.article.text
    cited = [" ".join(text[start:end].split()) for start, end in quotes]
    told = [each for each in found if not cited or _touches(each, cited)][:MOST]
    newer = f'<a href="#cite-{escape(current.article.id)}">what it says now</a>'
    said = f"This article was changed{when}; see {newer}."
    if cited and not told:
        return _notice(f"{said} The cited words were not.")
    return _notice(said, "".join(map(_difference, told)))


def _touches(change: Change, cited: Sequence[str]) -> bool:
    """Whether a change of the text is one of cited words."""
    before = change.before
    return bool(before) and any(quote in before or before in quote for quote in cited)


def _difference(change: Change) -> str:
    old = f"<del>{escape(change.before)}</del>" if change.before else ""
    new = f"<ins>{escape(change.after)}</ins>" if change.after else ""
    name = "" if change.field == "text" else f"{escape(change.field)}: "
    return f"<li>{name}{old} {new}</li>"


def _notice(said: str, differences: str = "") -> str:
    told = f"<ul>{differences}</ul>" if differences else ""
    return f'<div class="superseded note" role="note"><p>{said}</p>{told}</div>'
