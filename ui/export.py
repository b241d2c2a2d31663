"""Conversations and answers to take away: Markdown, one page of HTML, text for the clipboard."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from rag.answer_text import NEAREST
from rag.periods import day_text
from rag.types import Answer, Citation, Claim, Short
from ui.answer_parts import paragraphs, refusal, remarks, sources
from ui.conversation_store.values import Turn
from ui.short_answers import in_claim, pieces
from ui.templating import render

# Of Markdown's syntax what can stand inside a line: emphasis, code, links, tags, tables, formulas,
# mentions, and what makes a link of a bare address.
_INLINE = re.compile(r"[\\`*_\[\]<>#|~&$@]|:(?=//)|(?<=www)\.", re.I)
# And at its beginning: lists, headings, quotations, rules.
_LEADING = re.compile(r"^([-+=]|\d{1,9}(?=[.)]))")
_UNSHOWABLE = re.compile("[\x00-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_SPACE = re.compile(r"\s+")
_WEB = re.compile(r"https?://[^/\s]", re.I)
_NO_ADDRESS = re.compile(r"[^!#$%&*+,\-./0-9:;=?@A-Z_a-z~]")


def copy_text(answer: Answer) -> str:
    """An answer and its numbered sources with their quotes, as plain text.

    What could reorder or hide text where it is pasted (control and direction characters) is left
    out.
    """
    lines = [*(_plain(line) for line in remarks(answer))]
    if answer.refused:
        lines += [_plain(refusal(answer))]
        lines += [NEAREST] if answer.nearest else []
    else:
        lines += [_plain(paragraph) for paragraph in answer.text.split("\n") if paragraph.strip()]
        lines += ["Sources"] if answer.citations else []
    body = "\n\n".join(line for line in lines if line)
    numbered = [
        f"[{number}] {_plain(_particulars(citation))}\n    “{_plain(citation.quote)}”"
        + (f"\n    {_address(citation)}" if _address(citation) else "")
        for number, citation in sources(answer)
    ]
    return "\n".join([body, *numbered]) + "\n"


def markdown(title: str, turns: Sequence[Turn]) -> str:
    """A conversation as Markdown, each answer with its own numbered sources and their quotes.

    Args:
        title: The conversation's name.
        turns: Its questions with their answers, oldest first.
    """
    blocks = [f"# {_markdown(title) or 'Conversation'}"]
    for turn in turns:
        answer = turn.answer
        blocks.append(f"## {_markdown(turn.question)}")
        blocks += [f"*Asked {_moment(turn.asked_at)}*"] if turn.asked_at else []
        blocks += [f"*{_markdown(line)}*" for line in remarks(answer)]
        if answer.refused:
            blocks += [f"**{_markdown(refusal(answer))}**"]
            blocks += [NEAREST] if answer.nearest else []
        elif not answer.claims:
            blocks.append(_markdown(answer.text))
        for caution, who, claims in paragraphs(answer):
            blocks += [f"**{_markdown(caution)}**"] if caution else []
            said = " ".join(_markdown_claim(claim, answer.shorts) for claim in claims)
            blocks.append(f"**{_markdown(who)}:** {said}" if who else said)
        blocks += ["### Sources"] if answer.citations else []
        blocks += ["\n".join(_markdown_source(n, c)) for n, c in sources(answer)]
    return "\n\n".join(blocks) + "\n"


def page(title: str, turns: Sequence[Turn]) -> str:
    """A conversation as one page of HTML that loads nothing; its markers lead to its sources.

    Args:
        title: The conversation's name.
        turns: Its questions with their answers, oldest first.
    """
    return render(
        "conversation.html",
        title=_plain(title) or "Conversation",
        turns=turns,
        address=_address,
        caution=_caution,
        moment=_moment,
        nearest=NEAREST,
        paragraphs=paragraphs,
        particulars=_particulars,
        pieces=_pieces,
        plain=_plain,
        refusal=refusal,
        remarks=remarks,
        sources=sources,
    )


# what all of them say


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
