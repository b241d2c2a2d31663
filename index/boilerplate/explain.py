"""What became of a source: where an article's fields come from, and what was left out."""

from __future__ import annotations

from collections import Counter

from index.article import Article
from index.boilerplate import phrases, rules
from index.boilerplate.clean import clean_article
from index.text.unwrap import unwrap

FIELDS = ("title", "author", "published", "publisher", "language", "url", "sources")


def explain(read: Article) -> list[tuple[str, str]]:
    r"""What to tell of an article as a reader gave it: (about, what) pairs, in a fixed order.

    Of each field its value and where it comes from; then every line that is not in the text as it
    is stored, with the reason.

    >>> text = "Rain\n\nShare on X\n\nIt rained in Bern on Sunday."
    >>> explain(Article(uri="a", key="a", text=text))
    [('title', 'Rain (found in the text)'), ('removed', "the page's own words: Share on X")]
    """
    article = read if read.cleaned else clean_article(read)
    origins = dict(note for note in read.notes if note[0] in FIELDS)
    told = []
    for name in FIELDS:
        value = getattr(article, name)
        shown = ", ".join(value) if isinstance(value, tuple) else str(value or "")
        found = "found in the text" if not getattr(read, name) else "as the source says"
        if shown:
            told.append((name, f"{shown} ({origins.get(name, found)})"))
        elif name in origins:
            told.append((name, origins[name]))
    told += [note for note in read.notes if note[0] not in FIELDS]
    if read.cleaned:
        return told
    return told + [("removed", f"{_why(line, article)}: {line}") for line in _lost(read, article)]


def _lost(read: Article, article: Article) -> list[str]:
    """The lines of a text that its cleaned text lacks; the headline and other fields are told."""
    kept = Counter(_words(line) for line in article.text.split("\n"))
    lost = []
    for line in unwrap(read.text, titled=bool(read.title)).split("\n"):
        words = _words(line)
        if kept[words]:
            kept[words] -= 1
        elif words and words not in (_words(article.title), _words(article.author or "")):
            lost.append(line.strip())
    return lost


def _words(line: str) -> str:
    return " ".join(line.split())


def _why(line: str, article: Article) -> str:
    """Why a line is no part of an article."""
    if rules.dated(line)[0] or rules.bylined(line) is not None:
        return "who published, or when"
    if rules.listed_sources(line):
        return "its sources"
    if rules.is_section(line):
        return "the page's section"
    if rules.biography(line, article.author):
        return "about the author"
    if rules.is_inline(line):
        return "a link to another article, or a picture's credit"
    if rules.is_boilerplate(line) or rules.is_end_boilerplate(line):
        return "the page's own words"
    text = rules.plain(line)
    if phrases.LISTS.fullmatch(text) or phrases.WEAK_LISTS.fullmatch(text):
        return "what other articles are listed under"
    return "listed beside other articles or comments"
