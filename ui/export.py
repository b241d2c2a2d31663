"""Conversations and answers to take away: Markdown, one page of HTML, text for the clipboard."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from importlib.resources import files
from itertools import groupby
from string import Template
from typing import Protocol

from rag.answer import MAY, NEAREST, REFUSAL, UNSUPPORTED, sentence
from rag.period import day_text
from rag.quote import over
from rag.types import Answer, Citation, Claim, Short
from ui.short_answers import in_claim, pieces
from ui.templating import escape

# Of Markdown's syntax what can stand inside a line: emphasis, code, links, tags, tables, formulas,
# mentions, and what makes a link of a bare address.
_INLINE = re.compile(r"[\\`*_\[\]<>#|~&$@]|:(?=//)|(?<=www)\.", re.I)
# And at its beginning: lists, headings, quotations, rules.
_LEADING = re.compile(r"^([-+=]|\d{1,9}(?=[.)]))")
_UNSHOWABLE = re.compile("[\x00-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_SPACE = re.compile(r"\s+")
_WEB = re.compile(r"https?://[^/\s]", re.I)
_NO_ADDRESS = re.compile(r"[^!#$%&*+,\-./0-9:;=?@A-Z_a-z~]")


class Exchange(Protocol):
    """A turn of a conversation; ``ui.conversation_store.values.Turn`` is one."""

    @property
    def question(self) -> str:
        """What was asked."""

    @property
    def answer(self) -> Answer:
        """What was replied."""

    @property
    def asked_at(self) -> datetime | None:
        """When; None if that is not known."""


def copy_text(answer: Answer) -> str:
    """An answer and its numbered sources with their quotes, as plain text.

    What could reorder or hide text where it is pasted (control and direction characters) is left
    out.
    """
    lines = [*(_plain(line) for line in _remarks(answer))]
    if answer.refused:
        lines += [_plain(_refusal(answer))]
        lines += [NEAREST] if answer.nearest else []
    else:
        lines += [_plain(paragraph) for paragraph in answer.text.split("\n") if paragraph.strip()]
        lines += ["Sources"] if answer.citations else []
    body = "\n\n".join(line for line in lines if line)
    sources = [
        f"[{number}] {_plain(_particulars(citation))}\n    “{_plain(citation.quote)}”"
        + (f"\n    {_address(citation)}" if _address(citation) else "")
        for number, citation in _sources(answer)
    ]
    return "\n".join([body, *sources]) + "\n"


def markdown(title: str, turns: Sequence[Exchange]) -> str:
    """A conversation as Markdown, each answer with its own numbered sources and their quotes."""
    blocks = [f"# {_markdown(title) or 'Conversation'}"]
    for turn in turns:
        answer = turn.answer
        blocks.append(f"## {_markdown(turn.question)}")
        blocks += [f"*Asked {_moment(turn.asked_at)}*"] if turn.asked_at else []
        blocks += [f"*{_markdown(line)}*" for line in _remarks(answer)]
        if answer.refused:
            blocks += [f"**{_markdown(_refusal(answer))}**"]
            blocks += [NEAREST] if answer.nearest else []
        elif not answer.claims:
            blocks.append(_markdown(answer.text))
        for caution, who, claims in _paragraphs(answer):
            blocks += [f"**{_markdown(caution)}**"] if caution else []
            said = " ".join(_markdown_claim(claim, answer.shorts) for claim in claims)
            blocks.append(f"**{_markdown(who)}:** {said}" if who else said)
        blocks += ["### Sources"] if answer.citations else []
        blocks += ["\n".join(_markdown_source(n, c)) for n, c in _sources(answer)]
    return "\n\n".join(blocks) + "\n"


def page(title: str, turns: Sequence[Exchange]) -> str:
    """A conversation as one page of HTML that loads nothing; its markers lead to its sources."""
    body = "".join(_section(place, turn) for place, turn in enumerate(turns, 1))
    template = files("ui").joinpath("static", "conversation.html").read_text(encoding="utf-8")
    return Template(template).substitute(title=_html(title) or "Conversation", body=body)


# what all of them say


def _remarks(answer: Answer) -> Iterator[str]:
    """What stands above an answer: how it was searched, who phrased it, whether it is sure."""
    if answer.query.strip() != answer.question.strip():
        yield f"Searched for: {answer.query}"
    if answer.scope:
        yield answer.scope.sentence
    if answer.note:
        yield answer.note
    if answer.answered and answer.answerer != "quotes":
        yield f"Phrased by {answer.answerer}, each sentence checked."
    if answer.may:
        yield MAY
    if answer.heading:
        yield answer.heading


def _refusal(answer: Answer) -> str:
    return f"{REFUSAL} {sentence(answer.reason)}".rstrip()


def _paragraphs(answer: Answer) -> Iterator[tuple[str, str, list[Claim]]]:
    """The claims that stand together: under what caution, and by whom they were published."""
    if answer.answerer == "quotes":
        said = groupby(answer.claims, key=over)
        yield from (("", who, list(claims)) for who, claims in said)
        return
    prose = [claim for claim in answer.claims if claim.status != "unsupported"]
    apart = [claim for claim in answer.claims if claim.status == "unsupported"]
    if prose:
        yield "", "", prose
    if apart:
        yield UNSUPPORTED, "", apart


def _sources(answer: Answer) -> Iterator[tuple[int, Citation]]:
    if not answer.refused:
        return ((citation.number, citation) for citation in answer.citations)
    return enumerate(answer.nearest, 1)


def _particulars(citation: Citation) -> str:
    """Title, publisher, author, day and place: "Rain, The Post, Ada Lund, 3 March 2026, p. 4"."""
    day = citation.published
    parts = (
        citation.title or citation.key,
        citation.publisher,
        citation.author,
        day_text(day) if day else None,
        citation.place,
    )
    return ", ".join(part for part in parts if part)


def _address(citation: Citation) -> str:
    """Where the original can be read on the web, "" if that is not known."""
    url = (citation.url or "").strip()
    if not _WEB.match(url):
        return ""
    return _NO_ADDRESS.sub(
        lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode("utf-8", "replace")), url
    )


def _caution(claim: Claim) -> str:
    if claim.status == "supported":
        return ""
    return claim.reason or f"{claim.status}: compare it with the quoted words"


def _moment(moment: datetime) -> str:
    return f"{day_text(moment)}, {moment:%H:%M}" + (f" {moment:%Z}" if moment.tzinfo else "")


def _plain(text: str) -> str:
    return " ".join(_UNSHOWABLE.sub(" ", text).split())


def _pieces(claim: Claim, shorts: Sequence[Short]) -> Iterator[tuple[str, bool]]:
    """A claim on one line, in pieces, each with whether it is a short answer."""
    for piece, strong in pieces(claim.text, in_claim(claim, shorts)):
        yield _SPACE.sub(" ", _UNSHOWABLE.sub(" ", piece)), strong


# Markdown


def _markdown(text: str) -> str:
    """Text on one line, in which Markdown finds no syntax."""
    return _not_leading(_inline(_plain(text)))


def _inline(line: str) -> str:
    return _INLINE.sub(lambda found: f"\\{found[0]}", line)


def _not_leading(line: str) -> str:
    return _LEADING.sub(lambda f: f"{f[1]}\\" if f[1].isdigit() else f"\\{f[1]}", line)


def _markdown_claim(claim: Claim, shorts: Sequence[Short]) -> str:
    words = (
        f"**{_inline(piece)}**" if strong else _inline(piece)
        for piece, strong in _pieces(claim, shorts)
    )
    said = _not_leading("".join(words).strip())
    markers = "".join(f" \\[{citation.number}\\]" for citation in claim.citations)
    caution = _caution(claim)
    return f"{said}{markers}" + (f" *({_markdown(caution)})*" if caution else "")


def _markdown_source(number: int, citation: Citation) -> Iterator[str]:
    address = _address(citation)
    yield f"{number}. {_markdown(_particulars(citation))}" + (
        f" <{address}>" if address else f" ({_markdown(citation.uri)})"
    )
    yield f"   > {_markdown(citation.quote)}"


# HTML


def _html(text: str) -> str:
    return escape(_plain(text))


def _section(place: int, turn: Exchange) -> str:
    answer = turn.answer
    when = turn.asked_at and f'<p class="quiet">Asked {_html(_moment(turn.asked_at))}</p>'
    head = f"<h2>{_html(turn.question)}</h2>{when or ''}"
    remarks = "".join(f'<p class="remark">{_html(line)}</p>' for line in _remarks(answer))
    body = ""
    if answer.refused:
        body = f'<p class="refusal">{_html(_refusal(answer))}</p>'
        body += f'<p class="quiet">{escape(NEAREST)}</p>' if answer.nearest else ""
    elif not answer.claims:
        body = f"<p>{_html(answer.text)}</p>"
    for caution, who, claims in _paragraphs(answer):
        body += f'<p class="caution">{_html(caution)}</p>' if caution else ""
        by = f'<b class="by">{_html(who)}:</b> ' if who else ""
        body += (
            f"<p>{by}{' '.join(_html_claim(place, claim, answer.shorts) for claim in claims)}</p>"
        )
    rows = "".join(_html_source(place, n, citation) for n, citation in _sources(answer))
    sources = f'<ol class="sources" aria-label="Sources">{rows}</ol>' if rows else ""
    return f"<section>{head}{remarks}{body}{sources}</section>"


def _html_claim(place: int, claim: Claim, shorts: Sequence[Short]) -> str:
    words = "".join(
        f"<strong>{escape(piece)}</strong>" if strong else escape(piece)
        for piece, strong in _pieces(claim, shorts)
    )
    markers = "".join(
        f' <a class="cite" href="#source-{place}-{c.number}"'
        f' aria-label="Source {c.number}">[{c.number}]</a>'
        for c in claim.citations
    )
    caution = _caution(claim)
    note = f' <span class="caution">({_html(caution)})</span>' if caution else ""
    return f'<span class="{claim.status}">{words}</span>{markers}{note}'


def _html_source(place: int, number: int, citation: Citation) -> str:
    address = escape(_address(citation))
    link = f' <a href="{address}" rel="noopener noreferrer">{address}</a>' if address else ""
    return (
        f'<li id="source-{place}-{number}" value="{number}">'
        f'<span class="about">{_html(_particulars(citation))}</span>{link}'
        f"<blockquote>{_html(citation.quote)}</blockquote></li>"
    )
