"""Which of the articles that are new answer a saved question, or hold the words of a search."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.database import Condition, compared, joined
from index.ledger import StoredArticle
from index.text.words import content_stems
from rag.types import Filters, Scope

if TYPE_CHECKING:
    from rag.corpus import Corpus

# New articles are asked in the order of a search. So many that do not answer, one after another,
# end it, as does the number of passages that a search gives.
IN_VAIN = 5
DEPTH = 200

_ASKS = re.compile(
    r"\W*(?:(?:who|whom|whose|what|which|when|where|why|how)\s+\w"
    r"|(?:is|are|was|were|do|does|did|has|have|had|will|can|should)\s+\S+\s+\w)",
    re.I,
)
_PHRASE = re.compile(r"[\"“„«]([^\"“”„«»]+)[\"”“»]")


@dataclass(frozen=True, slots=True)
class Hit:
    """A new article that a saved text matches."""

    article: StoredArticle
    quote: str  # the words that answer or that were looked for, with what stands around them
    start: int  # where they begin in the article's text


@dataclass(frozen=True, slots=True)
class New(Filters):
    """Articles that were stored after another, or one of them."""

    since: int = 0
    uri: str | None = None

    def condition(self) -> Condition | None:
        """The filters as a condition on the ledger's articles."""
        only = [compared("uri", "=", self.uri)] if self.uri else []
        return joined([("pk > ?", [str(self.since)]), *only])

    def within(self, confined: Scope) -> Filters:
        """These filters: the period and the publisher that a saved text names do not count."""
        return self


def is_question(text: str) -> bool:
    """Whether a saved text is asked, rather than looked for.

    >>> is_question("who resigned"), is_question("Will Smith"), is_question("Frost?")
    (True, False, True)
    """
    return text.rstrip().endswith("?") or _ASKS.match(text) is not None


def matching(corpus: Corpus, text: str, since: int) -> Iterator[Hit]:
    """The articles stored after ``since`` that a saved question or search matches.

    A question is matched by an article that answers it, asked by itself; a search by one that
    holds all of its words, in any form, and its phrases in quotation marks as they are.

    Args:
        corpus: Whose articles they are.
        text: As somebody saved it.
        since: The pk of the last article that is not new.

    Raises:
        UnusableQuestion: it has no word to search for.
    """
    if is_question(text):
        yield from _answering(corpus, text, since)
        return
    stems = set(content_stems(text))
    phrases = [" ".join(found.split()).lower() for found in _PHRASE.findall(text)]
    for stored in corpus.newer(since):
        if hit := _holding(stored, stems, phrases):
            yield hit


def _answering(corpus: Corpus, question: str, since: int) -> Iterator[Hit]:
    passages = corpus.search(question, DEPTH, filters=New(since=since))
    articles = {passage.article.pk: passage.article for passage in passages}
    vain = 0
    for stored in articles.values():
        if vain == IN_VAIN:
            return
        only = New(since=since, uri=stored.article.uri)
        answer = corpus.ask(question, filters=only, scope=False, plain=True)
        if answer.answered and answer.citations:
            best = answer.citations[0]
            vain = 0
            yield Hit(stored, best.quote, best.start)
        else:
            vain += 1


def _holding(stored: StoredArticle, stems: set[str], phrases: list[str]) -> Hit | None:
    """The article with the sentence that holds most of what is looked for, if it holds all."""
    article = stored.article
    whole = f"{article.title}\n{article.text}"
    if not stems or not stems <= set(content_stems(whole)):
        return None
    plain = " ".join(whole.split()).lower()
    if not all(phrase in plain for phrase in phrases):
        return None
    best = max(
        stored.sentences,
        key=lambda s: len(stems & set(content_stems(article.text[s.start : s.end]))),
        default=None,
    )
    start, end = (best.start, best.end) if best else (0, 0)
    return Hit(stored, article.text[start:end], start)
