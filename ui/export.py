"""To take away: conversations and answers as Markdown, HTML or text, articles as BibTeX and RIS."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from index.article import Article
from rag.answer_text import NEAREST
from rag.periods import day_text
from rag.types import Answer, Citation, Claim, Short
from ui.answer_parts import in_claim, paragraphs, pieces, refusal, remarks, sources
from ui.conversation_store.database import Turn
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
    """A conversation as Markdown, each answer with its own numbered sources and their quotes."""
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
    """A conversation as one page of HTML that loads nothing; its markers lead to its sources."""
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
        citation.title,
        citation.publisher,
        citation.author,
        day_text(day) if day else None,
        citation.place,
    )
    return ", ".join(part for part in parts if part)


def _address(source: Source) -> str:
    """Where the original can be read on the web, "" if that is not known."""
    url = (source.url or "").strip()
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


Source = Article | Citation

# What TeX takes for a command; a braced title keeps its capital letters.
_TEX = {
    **{mark: f"\\{mark}" for mark in "&%$#_{}"},
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}
# "Writer, Ada" has a comma of its own; "Ada Writer, Ben Reporter" are two.
_AND = re.compile(r"\s*(?:;|,|\band\b)\s*")


def bibtex(sources: Iterable[Source]) -> str:
    """BibTeX entries, an article once, in their order; each named by its key."""
    names: set[str] = set()
    return "\n".join(_bibtex(source, names) for source in _once(sources))


def ris(sources: Iterable[Source]) -> str:
    """The same as RIS records."""
    return "\n".join(map(_ris, _once(sources)))


def _bibtex(source: Source, names: set[str]) -> str:
    day = source.published
    fields = {
        "title": f"{{{_tex(source.title)}}}",
        "author": " and ".join(f"{{{_tex(name)}}}" for name in _people(source)),
        "journal": _tex(source.publisher or ""),
        "year": f"{day:%Y}" if day else "",
        "month": f"{day:%m}" if day else "",
        "day": f"{day:%d}" if day else "",
        "url": _address(source),
        "note": "" if _address(source) else _tex(source.uri),
    }
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
    return f"@article{{{_name(source, names)},\n{lines}}}\n"


def _ris(source: Source) -> str:
    day = source.published
    lines = [
        ("TY", "NEWS"),
        ("TI", source.title),
        *(("AU", name) for name in _people(source)),
        ("T2", source.publisher or ""),
        ("PY", f"{day:%Y}" if day else ""),
        ("DA", f"{day:%Y/%m/%d}" if day else ""),
        ("UR", _address(source)),
        ("ID", source.key),
        ("N1", "" if _address(source) else source.uri),
    ]
    told = "".join(f"{tag}  - {_plain(value)}\r\n" for tag, value in lines if value)
    return f"{told}ER  - \r\n"


def _once(sources: Iterable[Source]) -> Sequence[Source]:
    found: dict[str, Source] = {}
    for source in sources:
        found.setdefault(source.uri, source)
    return list(found.values())


def _people(source: Source) -> list[str]:
    return [name for name in _AND.split(_plain(source.author or "")) if name]


def _name(source: Source, names: set[str]) -> str:
    """A name for an entry that TeX takes and no other entry has."""
    end = re.sub(r"^\w+://", "", source.key)
    base = re.sub(r"[^A-Za-z0-9:.-]+", "-", end).strip("-")[:80] or "article"
    name, number = base, 1
    while name.lower() in names:
        number += 1
        name = f"{base}-{number}"
    names.add(name.lower())
    return name


def _tex(text: str) -> str:
    return "".join(_TEX.get(character, character) for character in _plain(text))
