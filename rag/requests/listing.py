"""Lists and counts: articles on a subject, or the items that several sentences name."""

from __future__ import annotations

from collections.abc import Sequence

from index.generation import Allowed, Generation
from index.ledger import StoredArticle
from index.words import content_stems
from rag.evidence import Evidence
from rag.extent import words_of
from rag.quote import says_the_same
from rag.requests.material import Line, published_by, telling

# Items of a list; words by which an article without a title is named.
ITEMS, OPENING = 12, 8

# An item's sentence has at most so much less log odds than the best one's; its short answer is at
# most so long.
BELOW, WORDS = 3.0, 8


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


def mentioning(now: Generation, words: str, allowed: Allowed | None) -> list[StoredArticle]:
    """The articles that hold some words, all of them, in any order and with any ending."""
    stems = list(dict.fromkeys(content_stems(words)))
    if not stems:
        return []
    index = now.derived.article_words
    rarest = min(stems, key=index.frequency)
    among = allowed.articles if allowed else None
    found = index.search({rarest: 1.0}, max(1, index.frequency(rarest)), among)
    articles = now.articles({pk for pk, _ in found})
    return [
        a
        for a in articles.values()
        if set(stems) <= set(content_stems(f"{a.article.title} {a.article.text}"))
    ]


def items(found: Sequence[Evidence]) -> list[Line]:
    """What a question for several things is answered with, each under the words that name it.

    Args:
        found: The evidence for it, most probable first.
    """
    lines: list[Line] = []
    named: list[str] = []
    for one in found:
        name = _named(one)
        if one.log_odds < found[0].log_odds - BELOW or len(lines) == ITEMS:
            break
        if name and not any(_same(name, other) for other in named):
            named.append(name)
            lines.append(Line(one.article, one.index, name))
    return lines


def _named(one: Evidence) -> str:
    words = one.article.article.text[one.reading.start : one.reading.end]
    words = " ".join(words.split()).strip(" ,.;:")
    return words if 0 < len(words.split()) <= WORDS else ""


def _same(one: str, other: str) -> bool:
    first, second = set(content_stems(one)), set(content_stems(other))
    return bool(first and second and (first <= second or second <= first)) or says_the_same(
        one, other
    )


def in_a_row(names: Sequence[str]) -> str:
    """Names in a row: "a, b and c"."""
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)
