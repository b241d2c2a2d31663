"""Whether what a question states is true of an article: years, numbers, names and places."""

from __future__ import annotations

from index.article import Article
from rag.facts import Lacking, lacking
from rag.quotations import without_quotations

# A word that a hurried question leaves without its capital is a name only from this length on.
LONG = 5


def mismatches(question: str, article: Article, typed: str = "") -> list[Lacking]:
    """What a question states that neither an article nor its day of publication holds.

    Args:
        question: As meant, names with their capitals.
        article: The article that would answer it.
        typed: The question as typed; if it has no capitals, short names are not judged.
    """
    held = f"{article.title}. {article.text} {article.publisher or ''} {article.author or ''}"
    # Words between quotation marks are looked for as words, by the search.
    found = lacking(without_quotations(question), held, article.published)
    if typed.islower():
        found = [f for f in found if f.kind != "name" or len(f.said) >= LONG]
    return found


def reason(found: Lacking) -> str:
    """What a refusal says of a mismatch.

    >>> reason(Lacking("date", "1984", "1987"))
    'the articles speak of 1987, not of 1984'
    """
    if found.instead:
        return f"the articles speak of {found.instead}, not of {found.said}"
    return f"the articles found do not speak of {found.said}"
