"""Measures what is read of web pages, beside trafilatura alone.

    python -m benchmarks.boilerplate [--worst N] [--only NAME]

The pages are those of ``tests/pages.py``: 66 annotated ones, 22 layouts in 16 languages. Of the
body the mean precision, recall and F1 of its words (characters, in scripts without spaces) are
told, and on how many pages not one of its words is missing; of title, author, date and publisher
the share that is right, and how many were told though the page does not say them, or said wrongly.
"""

from __future__ import annotations

import argparse
import re
import statistics
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import trafilatura

from index.boilerplate.clean import clean_article
from index.readers.encoding import Refused
from index.readers.files import SourceFile
from index.readers.html.page import read_html
from tests.pages import Page, pages

WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uff10-\uff5a]|[^\W_]+")
FIELDS = ("title", "author", "published", "publisher")


@dataclass(frozen=True, slots=True)
class Read:
    """What a reader made of a page."""

    text: str = ""
    title: str = ""
    author: str | None = None
    published: date | None = None
    publisher: str | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """How right that is: of the body's words, and of each particular "right" or "wrong"."""

    page: Page
    precision: float
    recall: float
    f1: float
    lost: tuple[str, ...]
    extra: tuple[str, ...]
    fields: dict[str, str]


def by_onrecord(page: Page) -> Read:
    """The page as onrecord reads and cleans it."""
    try:
        found = read_html(SourceFile(Path(f"{page.name}.html"), page.name, "/"), page.html.encode())
    except Refused:
        return Read()
    article = clean_article(found)
    return Read(article.text, article.title, article.author, article.published, article.publisher)


def by_trafilatura(page: Page) -> Read:
    """The page as trafilatura reads it by itself."""
    found = trafilatura.bare_extraction(page.html, include_comments=False, with_metadata=True)
    if found is None:
        return Read()
    day = date.fromisoformat(found.date) if found.date else None
    author = (found.author or "").replace("; ", ", ") or None
    return Read(found.text or "", found.title or "", author, day, found.sitename)


def score(page: Page, read: Read) -> Score:
    """Holds what was read against what is true."""
    wanted, found = (Counter(WORD.findall(text.casefold())) for text in (page.body, read.text))
    found -= (found - wanted) & Counter(WORD.findall(page.heads.casefold()))
    both = (wanted & found).total()
    precision = both / found.total() if found else 0.0
    recall = both / wanted.total()
    return Score(
        page,
        precision,
        recall,
        2 * both / (found.total() + wanted.total()),
        tuple((wanted - found).elements()),
        tuple((found - wanted).elements()),
        {name: _judged(getattr(page, name), getattr(read, name)) for name in FIELDS},
    )


def _judged(wanted: object, found: object) -> str:
    if _plain(wanted) == _plain(found):
        return "right"
    return "wrong" if found else "missing"


def _plain(value: object) -> str:
    text = str(value or "").casefold().removeprefix("www.")
    return " ".join(re.findall(r"\w+", re.sub(r"\band\b|&", " ", text)))


def measured(reader: Callable[[Page], Read], of: Iterable[Page]) -> list[Score]:
    """The score of every page."""
    return [score(page, reader(page)) for page in of]


def summary(scores: list[Score]) -> dict[str, float]:
    """The means of scores, named as the table names them."""
    told: dict[str, float] = {
        "precision": statistics.mean(each.precision for each in scores),
        "recall": statistics.mean(each.recall for each in scores),
        "f1": statistics.mean(each.f1 for each in scores),
        "whole": sum(not each.lost for each in scores) / len(scores),
    }
    for name in FIELDS:
        kinds = Counter(each.fields[name] for each in scores)
        told[name] = kinds["right"] / len(scores)
        told[f"{name}, wrong"] = kinds["wrong"]
    return told


def main() -> None:
    """Prints a table, and the worst pages."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--worst", type=int, default=0)
    parser.add_argument("--only", default="")
    asked = parser.parse_args()
    of = [page for page in pages() if asked.only in page.name]
    ours, theirs = measured(by_onrecord, of), measured(by_trafilatura, of)
    print(f"{len(of)} pages\n\n| measure | onrecord | trafilatura |\n|---|---:|---:|")
    other = summary(theirs)
    for name, value in summary(ours).items():
        digits = 0 if "wrong" in name else 3
        print(f"| {name} | {value:.{digits}f} | {other[name]:.{digits}f} |")
    for each in sorted(ours, key=lambda each: each.f1)[: asked.worst]:
        print(f"\n{each.page.name}: F1 {each.f1:.3f}")
        print(f"  lost: {' '.join(each.lost)[:400]}\n  extra: {' '.join(each.extra)[:400]}")
    if asked.worst:
        for each in ours:
            wrong = {name: kind for name, kind in each.fields.items() if kind != "right"}
            if wrong:
                read = by_onrecord(each.page)
                pairs = {n: (getattr(each.page, n), getattr(read, n)) for n in wrong}
                print(each.page.name, pairs)


if __name__ == "__main__":
    main()
