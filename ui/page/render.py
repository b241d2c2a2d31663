"""From an answer or an article to HTML in which nothing of theirs is markup."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from index.article import Article
from index.text.blocks import split_blocks
from rag.answer_text import MAY, NEAREST, REFUSAL, UNSUPPORTED, over, sentence
from rag.periods import day_text
from rag.types import Answer, Citation, Claim, Short
from ui.short_answers import Span, in_claim, pieces

LONGEST_SHOWN_QUESTION = 2_000
"""Characters of a question that are repeated in the chat; a page of pasted text is not."""

LONGEST_PEEK = 400
"""Characters of a quote that a marker shows."""

LONGEST_OPENING = 70
"""Characters of an article's opening words where they stand for its title."""

ITEMIZED = ("timeline", "brief", "list")
"""Kinds of replies that are lists."""

_SPECIAL = re.compile(r"[!-/:-@\[-`{-~\t\n\r]")
_UNSHOWABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_LANGUAGE = re.compile("[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_LABELS = {
    "unsupported": "not supported by the words it cites",
    "unchecked": "not checked against the words it cites",
}


def escape(text: str) -> str:
    """Text as HTML that reads the same and means nothing, in HTML and in Markdown.

    All ASCII punctuation and every line break become character references, so that the result
    is one line, in which Markdown finds no syntax, address or formula, and HTML no tag.
    Characters that no page can show (lone surrogates, control characters) become U+FFFD.

    >>> escape("<b>*1*")
    '&#60;b&#62;&#42;1&#42;'
    """
    showable = _UNSHOWABLE.sub("\ufffd", text)
    return _SPECIAL.sub(lambda found: f"&#{ord(found[0])};", showable)


def question_html(question: str) -> str:
    """What the person asked, as the chat repeats it."""
    shown = question[:LONGEST_SHOWN_QUESTION]
    return f'<div class="asked">{escape(shown)}{"…" if shown != question else ""}</div>'


def waiting_html() -> str:
    """What stands in an answer's place until its first words arrive."""
    return '<div class="waiting">Reading the record…</div>'


def problem_html(sentence: str) -> str:
    """An error, told in one sentence."""
    return f'<div class="problem">{escape(sentence)}</div>'


def stopped_html() -> str:
    """What follows an answer that the reader stopped."""
    return '<div class="stopped">Stopped.</div>'


def opening(text: str) -> str:
    """The words with which a text begins, for want of a title."""
    words = " ".join(text[: 4 * LONGEST_OPENING].split())
    if len(words) <= LONGEST_OPENING:
        return words
    return words[:LONGEST_OPENING].rsplit(" ", 1)[0].rstrip(",;:–—-") + " …"


def answer_html(answer: Answer, of: str = "") -> str:
    """An answer, or a growing part of one, as a single line of HTML.

    ``of`` says of which articles it was asked, if not of all.

    Claims stand in paragraphs, each under who published its words and when; the words that answer
    are in ``strong``. A claim is followed by its markers, links whose target :func:`anchor` names;
    then come the sources, each article once. A refusal says why, and shows the nearest passages.
    """
    searched = ""
    if answer.query.strip() != answer.question.strip():
        searched = f'<p class="searched">Searched for: {escape(answer.query)}</p>'
    if of:
        searched += f'<p class="scope">{escape(of)}</p>'
    if answer.scope:
        searched += f'<p class="scope">{escape(answer.scope.sentence)}</p>'
    if answer.refused:
        return f'<div class="refusal">{searched}{_refusal_html(answer)}</div>'
    if answer.note:
        searched += f'<p class="note">{escape(answer.note)}</p>'
    if answer.may:
        searched += f'<p class="opening">{escape(MAY)}</p>'
    if answer.heading:
        searched += f'<p class="opening">{escape(answer.heading)}</p>'
    shorts = answer.shorts
    listed = answer.kind in ITEMIZED and answer.answerer == "quotes" and bool(answer.claims)
    if not answer.claims:
        body = f'<p class="claim"><span class="words">{escape(answer.text)}</span></p>'
    elif answer.answerer == "quotes":
        body = _quoted_html(answer, "li" if listed else "p")
    else:
        body = _written_html(answer.claims, shorts)
    style = "quoting" if answer.answerer == "quotes" else "writing"
    end = _sources_html(answer.citations, shorts)
    if style == "writing":
        end += f'<p class="writer">Phrased by {escape(answer.answerer)}, each sentence checked.</p>'
    style += f" {answer.kind}" if answer.heading else ""
    style += " may" if answer.may else ""
    tag = "ul" if listed else "div"
    return f'<div class="answer {style}">{searched}<{tag} class="claims">{body}</{tag}>{end}</div>'


def anchor(citation: Citation, shorts: Sequence[Short] = ()) -> str:
    """Names the cited words, for the page's reader: the article's id and two offsets.

    The offsets of the short answers among them follow, each two after a "~".
    """
    mine = (short for short in shorts if short.citation == citation.number)
    words = f"cite-{citation.article_id}-{citation.start}-{citation.end}"
    return words + "".join(f"~{short.start}-{short.end}" for short in mine)


def _quoted_html(answer: Answer, tag: str) -> str:
    """What is quoted, under who published it, or the day, the side or the item that it is of."""
    said = groupby(answer.claims, key=over)
    return "".join(_said_html(who, list(claims), answer.shorts, tag) for who, claims in said)


def _said_html(who: str, claims: Sequence[Claim], shorts: Sequence[Short], tag: str = "p") -> str:
    by = f'<span class="by">{escape(who)}<span class="colon">: </span></span>' if who else ""
    words = " ".join(_claim_html(claim, shorts) for claim in claims)
    return f'<{tag} class="said">{by}{words}</{tag}>'


def _written_html(claims: Sequence[Claim], shorts: Sequence[Short]) -> str:
    """What a language model wrote: prose, then apart from it what the articles do not say."""
    prose = [claim for claim in claims if claim.status != "unsupported"]
    apart = [claim for claim in claims if claim.status == "unsupported"]
    html = _said_html("", prose, shorts) if prose else ""
    if apart:
        items = "".join(f"<li>{_claim_html(claim, shorts)}</li>" for claim in apart)
        head = f'<p class="caution">{escape(UNSUPPORTED)}</p>'
        html += f'<div class="apart">{head}<ul>{items}</ul></div>'
    return html


def _claim_html(claim: Claim, shorts: Sequence[Short]) -> str:
    markers = "".join(
        f'<a class="cite" href="#{escape(anchor(citation, shorts))}"'
        f' title="{escape(_peek(citation))}">{citation.number}</a>'
        for citation in claim.citations
    )
    label = escape(claim.reason) or _LABELS.get(claim.status, "")
    note = f' <span class="caution">{label}</span>' if label else ""
    words = f'<span class="words">{_strong_html(claim.text, in_claim(claim, shorts))}</span>'
    return f'<span class="claim {claim.status}">{words}{markers}{note}</span>'


def _strong_html(text: str, spans: Sequence[Span], low: int = 0, high: int | None = None) -> str:
    """A text, or some of it, escaped, with the short answers in ``strong``."""
    return "".join(
        f'<strong class="short">{escape(piece)}</strong>' if strong else escape(piece)
        for piece, strong in pieces(text, spans, low, high)
    )


def _sources_html(citations: Sequence[Citation], shorts: Sequence[Short]) -> str:
    groups: dict[str, list[Citation]] = {}
    for citation in citations:
        groups.setdefault(citation.article_id, []).append(citation)
    rows = "".join(
        f'<li><span class="number">{", ".join(str(each.number) for each in group)}</span>'
        f'<span class="about">{_title_link(group[0], shorts)}{_details(group[0], _places(group))}'
        "</span></li>"
        for group in groups.values()
    )
    return f'<ul class="sources" title="Sources">{rows}</ul>' if rows else ""


def _refusal_html(answer: Answer) -> str:
    """The refusal and its reason; the text repeats the passages, which are a list of links here."""
    words = REFUSAL if answer.nearest or answer.reason else answer.text
    why = f'<p class="reason">{escape(sentence(answer.reason))}</p>' if answer.reason else ""
    return f'<p class="words">{escape(words)}</p>{why}{_nearest_html(answer.nearest)}'


def _nearest_html(nearest: Sequence[Citation]) -> str:
    rows = "".join(
        f'<li><a class="passage" href="#{escape(anchor(citation))}">'
        f'{escape(" ".join(citation.quote.split()))}</a><span class="about">'
        f"{escape(citation.title or citation.key)}"
        f"{_details(citation, _places([citation]))}</span></li>"
        for citation in nearest
    )
    head = f'<p class="caution">{escape(NEAREST)}</p>'
    return f'<div class="nearest">{head}<ul>{rows}</ul></div>' if rows else ""


def _title_link(citation: Citation, shorts: Sequence[Short]) -> str:
    href = escape(anchor(citation, shorts))
    return f'<a class="source" href="#{href}">{escape(citation.title or citation.key)}</a>'


def _places(citations: Sequence[Citation]) -> str:
    """Where in their source the words of citations of one article are: "p. 4, p. 7"."""
    return ", ".join(dict.fromkeys(each.place for each in citations if each.place))


def _details(source: Citation | Article, places: str = "", *, author: bool = False) -> str:
    published = source.published
    parts = (
        source.publisher,
        source.author if author else None,
        day_text(published) if published else None,
        places,
    )
    known = " · ".join(escape(part) for part in parts if part)
    return f' <span class="details">{known}</span>' if known else ""


def _peek(citation: Citation) -> str:
    """What a marker shows before it is followed: the quote, and whose words it is."""
    quote = " ".join(citation.quote.split())
    if len(quote) > LONGEST_PEEK:
        quote = quote[:LONGEST_PEEK].rsplit(" ", 1)[0] + " …"
    known = (citation.title or citation.key, citation.publisher, citation.place)
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
    """
    link = ""
    if original and article.url and re.match(r"https?://[^/\s]", article.url, re.IGNORECASE):
        attributes = 'class="original" target="_blank" rel="noopener noreferrer"'
        link = f' <a {attributes} href="{escape(article.url)}">Read the original</a>'
    title = escape(article.title or opening(article.text) or article.key)
    details = _details(article, author=True)
    spoken = article.language or ""
    language = f' lang="{spoken}"' if re.fullmatch(_LANGUAGE, spoken) else ""
    head = f'<h2 tabindex="-1"{language}>{title}</h2><p class="byline">{details}{link}</p>'
    marks = _apart(quotes[0], quotes[1:]) if quotes else []
    strong = sorted(shorts)
    lines = _lines(article.text)
    headings = {block.start for block in split_blocks(article.text) if block.heading}
    body = "".join(
        _paragraph_html(
            article.text,
            span,
            marks,
            strong,
            _begun(article, span),
            heading=not headings.isdisjoint(range(*span)),
        )
        for span in lines
    )
    left = "the answer" if quotes else "the list"
    back = f'<a class="back" href="#chat">Back to {left}</a>'
    text = f'<div class="text"{language}>{body}</div>'
    return f"<article>{back}<header>{head}</header>{text}</article>"


def _lines(text: str) -> Iterator[tuple[int, int]]:
    return (found.span() for found in re.finditer(r"[^\r\n]*\S[^\r\n]*", text))


def _begun(article: Article, span: Span) -> str:
    """The places of the source that begin in a stretch of its text: "p. 4"; the first of many."""
    first = bisect_left(article.places, span[0], key=lambda place: place[0])
    last = bisect_left(article.places, span[1], key=lambda place: place[0])
    return article.places[first][1] if first < last else ""


def _apart(chosen: Span, others: Sequence[Span]) -> list[tuple[int, int, str]]:
    """The stretches to mark, in order, none within another: start, end, and the mark's class."""
    edges = sorted({edge for span in (chosen, *others) for edge in span})
    marks: list[tuple[int, int, str]] = []
    for low, high in pairwise(edges):
        if chosen[0] <= low < chosen[1]:
            kind = ""
        elif any(first <= low < last for first, last in others):
            kind = "other"
        else:
            continue
        if marks and marks[-1][1:] == (low, kind):
            low = marks.pop()[0]
        marks.append((low, high, kind))
    return marks


def _paragraph_html(
    text: str,
    span: Span,
    marks: Sequence[tuple[int, int, str]],
    shorts: Sequence[Span],
    place: str = "",
    *,
    heading: bool = False,
) -> str:
    first, last = span
    html, at = "", first
    for low, high, kind in marks:
        low, high = max(first, low), min(last, high)
        if low >= high:
            continue
        opening = f'<mark class="{kind}">' if kind else "<mark>"
        html += f"{escape(text[at:low])}{opening}{_strong_html(text, shorts, low, high)}</mark>"
        at = high
    html += escape(text[at:last])
    if heading:
        return f"<h3>{html}</h3>"
    # Where blank lines part the paragraphs, a single line break is a lesser one.
    lesser = "\n\n" in text and first > 1 and text[first - 2] != "\n"
    where = f' data-place="{escape(place)}"' if place else ""
    return f"<p{' class=line' if lesser else ''}{where}>{html}</p>"
