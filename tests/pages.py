"""Annotated news pages: the articles of ``golden/pages/articles.txt`` in the layouts beside it.

A layout is a page as publishing systems make them, with what they put around and into an article
in the words of ``phrases.txt``; what belongs to the article is known, because it was put there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from html import escape
from pathlib import Path

from babel.dates import format_date

PAGES = Path(__file__).parent / "golden" / "pages"
EACH = 3  # articles of each layout
PLACE = re.compile(r"\{\{(\w+)(?::((?:[^{}]|\{(?!\{)|\}(?!\}))*))?\}\}")


@dataclass(frozen=True, slots=True)
class Page:
    """A page and what is true of its article; None for what the page does not tell.

    ``heads`` are those of its tables, as often as a reader may write them, once a row.
    """

    name: str
    html: str
    language: str
    body: str
    heads: str
    title: str
    author: str | None
    published: date | None
    publisher: str | None


def _sections(name: str) -> Iterator[dict[str, str]]:
    for record in (PAGES / name).read_text("utf-8").split("%% ")[1:]:
        head, _, rest = record.partition("\n\n")
        fields = dict(line.split(": ", 1) for line in head.strip().split("\n") if ": " in line)
        yield {**fields, "lang": head.split("\n")[0].split(": ")[-1], "text": rest.strip()}


def _layout(path: Path) -> dict[str, str]:
    parts = re.split(r"(?m)^@(\w+)[ \n]", path.read_text("utf-8"))
    return {name: text.strip() for name, text in zip(parts[1::2], parts[2::2], strict=True)}


def _blocks(text: str) -> Iterator[tuple[str, list[str]]]:
    """The kind of each block of an article, and its lines."""
    for line in text.split("\n"):
        kind = next((k for k in ("## ", "# ", "- ", "> ", "| ") if line.startswith(k)), "")
        block = kind.strip(), line[len(kind) :]
        yield block[0], [block[1]]


def _grouped(text: str) -> list[tuple[str, list[str]]]:
    grouped: list[tuple[str, list[str]]] = []
    for kind, lines in _blocks(text):
        if kind in ("-", "#", "|") and grouped and grouped[-1][0] == kind:
            grouped[-1][1].extend(lines)
        else:
            grouped.append((kind, lines))
    return grouped


def _marked(kind: str, lines: list[str], paragraph: str) -> str:
    lines = [escape(line, quote=False) for line in lines]
    if kind == "##":
        return f"<h2>{lines[0]}</h2>"
    if kind == "-":
        return "<ul>" + "".join(f"<li>{line}</li>" for line in lines) + "</ul>"
    if kind == ">":
        return f"<blockquote><p>{lines[0]}</p></blockquote>"
    if kind == "|":
        return "<pre>" + "\n".join(lines) + "</pre>"
    if kind == "#":
        rows = ("".join(f"<td>{cell}</td>" for cell in line.split(" ; ")) for line in lines)
        return "<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>"
    return paragraph.replace("*", lines[0])


def _page(
    name: str, layout: dict[str, str], article: dict[str, str], words: dict[str, str]
) -> Page:
    day = date.fromisoformat(article["date"])
    language = article["lang"]
    blocks = _grouped(article["text"])
    body = "\n".join(" ".join(line.split(" ; ")) for _, lines in blocks for line in lines)
    heads = [lines[0].replace(" ; ", " ") for kind, lines in blocks if kind == "#" for _ in lines]
    shown = []
    for number, (kind, lines) in enumerate(blocks, 1):
        shown.append(_marked(kind, lines, layout["p"]))
        shown.append(layout.get(f"inset{number}", ""))
    values = {
        **words,
        **article,
        "iso": day.isoformat(),
        "year": str(day.year),
        "long": format_date(day, "long", locale=language),
        "numeric": day.strftime("%d.%m.%Y"),
        "compact": day.strftime("%Y%m%d"),
        "path": day.strftime("/%Y/%m/%d"),
        "epoch": str(int(datetime(day.year, day.month, day.day, 9, tzinfo=UTC).timestamp())),
        "slug": re.sub(r"\W+", "-", article["host"].split(".")[0]) + "-one",
        "plain": body.replace("\n", " "),
        "body": "\n".join(shown),
        "section": words["home"].split(" | ")[1],
        "teaser": words["teasers"].split(" | ")[0],
    }

    def put(found: re.Match[str]) -> str:
        value = PLACE.sub(put, values[found[1]]) if found[1] == "body" else values[found[1]]
        value = re.sub(r"\{(\w+)\}", lambda name: values[name[1]], value)
        parts = value.split(" | ") if found[2] else []
        return "".join(found[2].replace("*", part) for part in parts) if found[2] else value

    known = {name: layout[name] == "yes" for name in ("date", "author", "publisher")}
    host = article["host"] if layout["publisher"] == "host" else None
    return Page(
        name=name,
        html=PLACE.sub(put, layout["page"]),
        language=language,
        body=body,
        heads="\n".join(heads),
        title=article["title"],
        author=article["author"] if known["author"] else None,
        published=day if known["date"] else None,
        publisher=article["publisher"] if known["publisher"] else host,
    )


def articles() -> list[dict[str, str]]:
    """The articles themselves: their "lang", "title", "author", "publisher", "date" and "text"."""
    return list(_sections("articles.txt"))


def pages() -> Iterator[Page]:
    """Every layout with some of the articles, in the languages that it is used for."""
    known = articles()
    phrases = {words["lang"]: words for words in _sections("phrases.txt")}
    taken = dict.fromkeys(range(len(known)), 0)
    for path in sorted((PAGES / "layouts").iterdir()):
        layout = _layout(path)
        languages = layout.get("langs", " ".join(phrases)).split()
        fitting = [n for n in taken if known[n]["lang"] in languages]
        for number in sorted(fitting, key=lambda n: (taken[n], n))[:EACH]:
            taken[number] += 1
            article = known[number]
            name = f"{path.stem}-{article['lang']}-{number}"
            yield _page(name, layout, article, phrases[article["lang"]])
