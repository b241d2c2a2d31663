"""The head of the page, and what stands in the middle before the first question, as HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.periods import day_text
from ui.figures import counted
from ui.page.render import opening
from ui.templating import render

if TYPE_CHECKING:
    from rag.corpus import Corpus

NEWEST = 3
"""Articles that are named before the first question."""


def masthead_html(corpus: Corpus, notice: str) -> str:
    """The name of the page, how many articles it holds, and a sentence about them.

    Args:
        corpus: The corpus that is asked.
        notice: A sentence on what is asked; "" for none.
    """
    return render("masthead.html", count=corpus.count(), notice=notice)


def welcome_html(corpus: Corpus) -> str:
    """What the corpus holds: how much, by whom, from when, and its newest articles as links.

    Where no article has a day, the first ones are named.
    """
    listed = corpus.articles()
    names = {each.publisher for each in listed if each.publisher}
    dated = [(each.published, each.id, each) for each in listed if each.published]
    dated.sort(key=lambda it: it[:2], reverse=True)
    holds = [counted(len(listed), "article")]
    if names:
        holds.append(f"from {counted(len(names), 'publisher')}")
    if dated:
        holds.append(" to ".join(dict.fromkeys(day_text(it[0]) for it in (dated[-1], dated[0]))))
    named = [each for _, _, each in dated[:NEWEST]] or listed[:NEWEST]
    return render("welcome.html", holds=holds, named=named, dated=bool(dated), opening=opening)
