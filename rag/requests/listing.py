"""Lists and counts of articles on a subject."""

from __future__ import annotations

from collections.abc import Sequence

from index.generation import Allowed, Generation
from index.ledger import StoredArticle
from index.text.words import content_stems
from rag.extent import words_of
from rag.requests.material import Line, published_by, telling

# Words by which an article without a title is named.
OPENING = 8


def articles_on(articles: Sequence[StoredArticle], words: str = "") -> list[Line]:
    """For each article the sentence that holds most of some words, else its first; newest first."""
    stems = set(content_stems(words))
    lines = []
    for stored in articles:
        if indexes := [*telling(stored)]:
            held = {n: len(stems & set(content_stems(words_of(stored, n)))) for n in indexes}
            best = max(indexes, key=lambda n: (held[n], -n))
            lines.append(Line(stored, best, title_of(stored)))
    return sorted(lines, key=lambda line: str(line.article.article.published or ""), reverse=True)


def title_of(stored: StoredArticle) -> str:
    """An article's title, or the words it opens with, and who published it when."""
    article = stored.article
    known = published_by(stored)
    name = article.title or " ".join(article.text.split()[:OPENING]) + " …"
    return f"{name} ({known})" if known else name


def mentioning(now: Generation, words: str, allowed: Allowed | None) -> set[int]:
    """The articles, by pk, that hold some words, all of them, in any order, with any ending."""
    index = now.search_index.article_words
    found: set[int] | None = None
    # The rarest first: fewer are left to look for the next word in.
    for stem in sorted(dict.fromkeys(content_stems(words)), key=index.frequency):
        found = set(allowed.articles) if allowed and found is None else found
        hits = index.search({stem: 1.0}, max(1, index.frequency(stem)), found)
        found = {pk for pk, _ in hits}
    return found or set()


def in_a_row(names: Sequence[str]) -> str:
    """Names in a row: "a, b and c"."""
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)
