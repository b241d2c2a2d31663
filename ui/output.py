"""Answers, passages and articles, as text for people or as JSON for programs."""

from __future__ import annotations

import csv
import json
import sys
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer

from rag.answer_text import MAY
from ui.answer_parts import carried, in_text

if TYPE_CHECKING:
    from rich.text import Text

    from index.article import Article
    from index.ledger import Listed, Revision
    from rag.retrieve import Passage
    from rag.types import Answer, Citation

_WIDTH = 88


def tell(values: object, lines: Iterable[str], *, as_json: bool) -> None:
    """Prints a result.

    Args:
        values: For programs, as JSON values.
        lines: For people.
        as_json: Whether JSON is printed, and nothing else.
    """
    for line in [json.dumps(values, ensure_ascii=False)] if as_json else map(plain, lines):
        typer.echo(line)


def answer(found: Answer, *, as_json: bool) -> None:
    """An answer with its sources, or a refusal."""
    if as_json:
        typer.echo(json.dumps(found.as_json(), ensure_ascii=False))
        return
    from rich.console import Console

    if found.reworded:
        typer.echo(f"Searched for: {plain(found.query)}\n")
    if found.scope:
        how = "; --no-scope asks all." if found.scope.applied else "."
        said = found.scope.sentence.removesuffix(".") + how
        typer.echo(textwrap.fill(plain(said), _WIDTH, break_on_hyphens=False) + "\n")
    if found.may:
        typer.echo(f"{MAY}\n")
    Console(highlight=False).print(_worded(found), soft_wrap=True)
    if found.note:
        typer.echo("\n" + textwrap.fill(plain(found.note), _WIDTH, break_on_hyphens=False))
    if found.citations:
        typer.echo()
    for citation in found.citations:
        typer.echo(f"[{citation.number}] {plain(source(citation))}")


def table(found: Answer) -> None:
    """The claims of an answer as CSV: what each is given under, its words and where they stand."""
    rows = csv.writer(sys.stdout)
    rows.writerow(
        [
            *("label", "text", "published", "publisher", "title", "url", "uri", "start", "end"),
            "place",
        ]
    )
    for claim in found.claims:
        for cited in claim.citations:
            day = cited.published.isoformat() if cited.published else ""
            known = (cited.publisher or "", cited.title, cited.url or "", cited.uri)
            where = (cited.start, cited.end, cited.place or "")
            rows.writerow([claim.label, claim.text, day, *known, *where])


def _worded(found: Answer) -> Text:
    """The text of an answer, in lines, with its short answers in bold for a terminal that can."""
    from rich.text import Text

    said = plain(found.text)
    lines = (textwrap.fill(line, _WIDTH, break_on_hyphens=False) for line in said.split("\n"))
    text = Text("\n".join(lines))
    for span in in_text(found):
        low, high = (len(plain(found.text[:at])) for at in span)
        if place := carried((low, high), said, text.plain):
            text.stylize("bold", *place)
    return text


def passages(found: Sequence[Passage], *, as_json: bool) -> None:
    """Passages, best first."""
    lines = []
    for rank, passage in enumerate(found, 1):
        article = passage.article.article
        lines.append(f"{rank}. {article.headline} ({article.uri})")
        words = textwrap.shorten(plain(passage.text), 4 * _WIDTH, placeholder=" …")
        lines.append(textwrap.indent(textwrap.fill(words, _WIDTH - 3), "   "))
    tell(passage_values(found), lines, as_json=as_json)


def articles(found: Sequence[Listed], *, as_json: bool) -> None:
    """What is in the index."""
    if as_json:
        tell(article_values(found), (), as_json=True)
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table("id", "published", "publisher", "title", "uri", box=None, pad_edge=False)
    for listed in found:
        day = _iso(listed) or ""
        cells = (listed.id, day, listed.publisher or "", listed.title, listed.uri)
        table.add_row(*(Text(plain(cell)) for cell in cells))
    Console().print(table)


def history(found: Sequence[Revision], *, as_json: bool) -> None:
    """The texts that articles had, the first one first, and what changed from one to the next."""
    values = _history_values(found)
    tell(values, (line for value in values for line in _revision(value)), as_json=as_json)


def _revision(value: dict[str, Any]) -> Iterator[str]:
    """One text of an article, in lines."""
    if value["revision"] == 1:
        yield value["uri"]
    stored = value["stored"] or "an unknown day"
    ended = f" until {value['ended']}" if value["ended"] else ""
    state = " (current)" if value["current"] else " (withdrawn)" if value["withdrawn"] else ""
    yield f"revision {value['revision']} ({value['id']}), from {stored}{ended}{state}"
    for change in value["changes"]:
        yield f"  {change['field']}:"
        for mark, words in (("-", change["before"]), ("+", change["after"])):
            if words:
                yield textwrap.indent(textwrap.fill(plain(words), _WIDTH - 6), f"  {mark} ")


def _history_values(found: Sequence[Revision]) -> list[dict[str, Any]]:
    """The same as JSON values."""
    from index.article import changes

    values: list[dict[str, Any]] = []
    for number, each in enumerate(found):
        article = each.article.article
        before = found[number - 1].article.article if number else None
        last = number + 1 == len(found) or found[number + 1].article.article.uri != article.uri
        same = before is not None and before.uri == article.uri
        values.append(
            {
                "uri": article.uri,
                "revision": each.article.revision,
                "id": each.article.id,
                "current": each.article.current,
                "withdrawn": last and not each.article.current,
                "published": _iso(article),
                "stored": each.stored and each.stored.isoformat(),
                "ended": each.ended and each.ended.isoformat(),
                "changes": [asdict(c) for c in changes(before, article)] if before and same else [],
            }
        )
    return values


def passage_values(found: Sequence[Passage]) -> list[dict[str, Any]]:
    """Passages as JSON values, best first."""
    return [
        {
            "rank": rank,
            "score": round(p.score, 6),
            "article_id": p.article.id,
            "key": p.article.article.key,
            "uri": p.article.article.uri,
            "title": p.article.article.title,
            "publisher": p.article.article.publisher,
            "published": _iso(p.article.article),
            "start": p.chunk.start,
            "end": p.chunk.end,
            "text": p.text,
        }
        for rank, p in enumerate(found, 1)
    ]


def article_values(found: Sequence[Listed]) -> list[dict[str, Any]]:
    """All the articles of an index as JSON values, without their text."""
    names = {listed.pk: listed.id for listed in found}
    return [
        {
            "id": listed.id,
            **_particulars(listed),
            "revision": listed.revision,
            "characters": listed.characters,
            "copy_of": None if listed.story == listed.pk else names[listed.story],
        }
        for listed in found
    ]


def article_value(article_id: str, article: Article) -> dict[str, Any]:
    """One article as JSON values, with its text."""
    return {"id": article_id, **_particulars(article), "text": article.text}


def _particulars(article: Article | Listed) -> dict[str, Any]:
    names = ("key", "uri", "title", "publisher", "author", "published", "language", "url")
    return {name: getattr(article, name) for name in names} | {"published": _iso(article)}


def source(citation: Citation) -> str:
    """What a citation refers to, on one line."""
    day = citation.published.isoformat() if citation.published else None
    named = (citation.title, citation.publisher, day, citation.place)
    return f"{', '.join(part for part in named if part)} ({citation.uri})"


def _iso(article: Article | Listed) -> str | None:
    return article.published.isoformat() if article.published else None


def plain(text: str) -> str:
    """Text without the control characters that could steer a terminal; every space stays one."""
    kept = (c if c in "\n\t" or c.isprintable() else " " if c.isspace() else "" for c in text)
    return "".join(kept)
