"""Answers, articles and the head of the page as HTML in which nothing of theirs is markup."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from index.article import Article, Change, changes
from index.ledger import Revision
from index.text.sentences import split_blocks
from rag.answer_text import MAY, NEAREST, REFUSAL, sentence
from rag.corpus import Corpus
from rag.periods import day_text
from rag.requests.timeline import events_of
from rag.types import Answer, Citation, Short
from ui.answer_parts import ITEMIZED, Span, in_claim, paragraphs, pieces
from ui.templating import counted, render

LONGEST_SHOWN_QUESTION = 2_000
"""Characters of a question that are repeated in the chat; a page of pasted text is not."""

LONGEST_PEEK = 400
"""Characters of a quote that a marker shows."""

_LANGUAGE = re.compile("[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_LABELS = {
    "unsupported": "not supported by the words it cites",
    "unchecked": "not checked against the words it cites",
}


def boxed_html(kind: str, text: str) -> str:
    """A line of the chat that is no answer: "asked", "waiting", "stopped" or a "problem"."""
    return render("boxed.html", kind=kind, text=text)


def question_html(question: str) -> str:
    """What the person asked, as the chat repeats it."""
    shown = question[:LONGEST_SHOWN_QUESTION]
    return boxed_html("asked", shown if shown == question else f"{shown}…")


def answer_html(answer: Answer, of: str = "") -> str:
    """An answer, or a growing part of one, as a single line of HTML.

    ``of`` says of which articles it was asked, if not of all.

    Claims stand in paragraphs, each under who published its words and when; the words that answer
    are in ``strong``. A claim is followed by its markers, links whose target :func:`anchor` names;
    then come the sources, each article once. A refusal says why, and shows the nearest passages.

    Args:
        answer: As far as it has come.
        of: Which articles were asked; "" for all.
    """
    cited: dict[str, list[Citation]] = {}
    for citation in answer.citations:
        cited.setdefault(citation.article_id, []).append(citation)
    quoted = answer.answerer == "quotes" and bool(answer.claims)
    return render(
        "answer.html",
        answer=answer,
        of=of,
        paragraphs=paragraphs(answer),
        cited=list(cited.values()),
        listed=quoted and answer.kind in ITEMIZED,
        labels=_LABELS,
        may=MAY,
        nearest=NEAREST,
        refused=REFUSAL,
        anchor=anchor,
        in_claim=in_claim,
        peek=_peek,
        pieces=pieces,
        sentence=sentence,
    )


def anchor(citation: Citation, shorts: Sequence[Short] = ()) -> str:
    """Names the cited words, for the page's reader: the article's id and two offsets.

    The offsets of the short answers among them follow, each two after a "~".

    Args:
        citation: With the article's id and the offsets.
        shorts: Whose words are in bold there.
    """
    mine = (short for short in shorts if short.citation == citation.number)
    words = f"cite-{citation.article_id}-{citation.start}-{citation.end}"
    return words + "".join(f"~{short.start}-{short.end}" for short in mine)


def _peek(citation: Citation) -> str:
    """What a marker shows before it is followed: the quote, and whose words it is."""
    quote = " ".join(citation.quote.split())
    if len(quote) > LONGEST_PEEK:
        quote = quote[:LONGEST_PEEK].rsplit(" ", 1)[0] + " …"
    known = (citation.title, citation.publisher, citation.place)
    return f"“{quote}” – " + ", ".join(part for part in known if part)


def article_html(
    article: Article,
    quotes: Sequence[Span] = (),
    shorts: Sequence[Span] = (),
    *,
    original: bool = True,
) -> str:
    """An article to read, with the first of the quotes in ``mark``, and the others in lesser ones.

    Words quoted across a paragraph break are in one ``mark`` for each paragraph. What two quotes
    share is marked as the first. Short answers are in ``strong`` where they lie in a quote. A
    paragraph in which a page, or another place of the source, begins says which.

    Args:
        article: Whose text it is.
        quotes: Stretches of the text, the one to read first.
        shorts: Stretches of the text that are short answers.
        original: Whether to link to where it was published.
    """
    url = article.url or ""
    spoken = article.language or ""
    return render(
        "article.html",
        article=article,
        left="the answer" if quotes else "the list",
        url=url if original and re.match(r"https?://[^/\s]", url, re.IGNORECASE) else "",
        title=article.headline,
        language=spoken if _LANGUAGE.fullmatch(spoken) else "",
        paragraphs=list(_paragraphs(article, _apart(quotes), sorted(shorts))),
    )


Mark = tuple[int, int, str]
"""A stretch of text to mark, and the mark's class."""

Stretch = tuple[str | None, list[tuple[str, bool]]]
"""A piece of a paragraph: the class of its mark, None for none; its text, strong and not."""


@dataclass(frozen=True, slots=True)
class _Paragraph:
    """A line of a text; a ``lesser`` one where blank lines part the others."""

    tag: str
    place: str
    lesser: bool
    stretches: list[Stretch]


def _paragraphs(
    article: Article, marks: Sequence[Mark], shorts: Sequence[Span]
) -> Iterator[_Paragraph]:
    text = article.text
    headings = {block.start for block in split_blocks(text) if block.heading}
    parted = "\n\n" in text
    for found in re.finditer(r"[^\r\n]*\S[^\r\n]*", text):
        first, last = found.span()
        stretches = list(_stretches(text, (first, last), marks, shorts))
        if not headings.isdisjoint(range(first, last)):
            yield _Paragraph("h3", "", False, stretches)
            continue
        lesser = parted and first > 1 and text[first - 2] != "\n"
        yield _Paragraph("p", _begun(article, (first, last)), lesser, stretches)


def _begun(article: Article, span: Span) -> str:
    """The places of the source that begin in a stretch of its text: "p. 4"; the first of many."""
    first = bisect_left(article.places, span[0], key=lambda place: place[0])
    last = bisect_left(article.places, span[1], key=lambda place: place[0])
    return article.places[first][1] if first < last else ""


def _apart(quotes: Sequence[Span]) -> list[Mark]:
    """The stretches to mark, in order, none within another; the first quote's have no class."""
    edges = sorted({edge for span in quotes for edge in span})
    marks: list[Mark] = []
    for low, high in pairwise(edges):
        if quotes[0][0] <= low < quotes[0][1]:
            kind = ""
        elif any(first <= low < last for first, last in quotes):
            kind = "other"
        else:
            continue
        if marks and marks[-1][1:] == (low, kind):
            low = marks.pop()[0]
        marks.append((low, high, kind))
    return marks


def _stretches(
    text: str, span: Span, marks: Sequence[Mark], shorts: Sequence[Span]
) -> Iterator[Stretch]:
    at, last = span
    for low, high, kind in marks:
        low, high = max(at, low), min(last, high)
        if low < high:
            yield None, [(text[at:low], False)]
            yield kind, list(pieces(text, shorts, low, high))
            at = high
    yield None, [(text[at:last], False)]


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


NEWEST = 3
"""Articles that are named before the first question."""

READ = 60
"""Articles that are read for days, where none has a day of publication."""


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
    told = {"holds": holds, "named": named, "dated": bool(dated)}
    days, uniform = bool(dated) or _tells_days(corpus), not dated and not names
    return render("welcome.html", **told, days=days, uniform=uniform)


def _tells_days(corpus: Corpus) -> bool:
    """Whether a text tells what happened on which day, of a corpus without days of publication."""
    return _days_told(corpus, corpus.manifest()["token"])


@lru_cache(maxsize=8)
def _days_told(corpus: Corpus, token: str) -> bool:
    del token  # of the generation: another one is another entry
    return any(map(events_of, corpus.newest(READ)))
