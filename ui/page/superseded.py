"""What a reader should know of a cited text that is no longer what its article says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from index.revisions import Change, changes
from ui.answer_parts import Span
from ui.templating import render

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
    text = shown.article.article.text
    cited = [" ".join(text[start:end].split()) for start, end in quotes]
    current = next((each for each in revisions if each.article.current), None)
    found = changes(shown.article.article, current.article.article) if current else []
    told = [each for each in found if not cited or _touches(each, cited)][:MOST]
    return render(
        "superseded.html",
        ended=shown.ended.date() if shown.ended else None,
        newer=current.article.id if current else "",
        changes=told,
        untouched=cited and not told,
    )


def _touches(change: Change, cited: Sequence[str]) -> bool:
    """Whether a change of the text is one of cited words."""
    before = change.before
    return bool(before) and any(quote in before or before in quote for quote in cited)
