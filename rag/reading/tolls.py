"""How many were killed, hurt or are missing, by the newest report of the same event.

A question is most like the first reports of a disaster, which have the lowest count; later ones
name the whole toll in passing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from index.generation import Allowed, Generation
from index.ledger import StoredArticle, StoredChunk
from index.text.dates import counts_in
from index.text.names import names_in
from index.text.numbers import Number, numbers_in
from index.text.words import content_stems
from rag.quote_context import words_of
from rag.reading.evidence import Evidence
from rag.reading.reader import SentenceReading
from rag.retrieve import Passage

# Articles that are looked through for a later count, those first that hold most of its names.
ARTICLES = 20

# How far below the best sentence, in log odds, one may lie that counts what is asked for; and what
# a later count is above it.
BEHIND, ABOVE = 2.0, 0.5

# Words between a number and what it counts, and words of names that two reports of one event share.
BETWEEN, SHARED = 4, 2

_COUNTS = re.compile(r"\bhow many\b|\btoll\b|\bnumbers? of\b", re.I)
# What asks for a count, what tells it, and whether it may fall.
_SORTS = tuple(
    (re.compile(asked, re.I), re.compile(told, re.I), falls)
    for asked, told, falls in (
        (
            r"\b(?:die[sd]?|dead|deaths?|kill(?:ed|s)?|fatalit\w+|toll|los[et] their lives)\b",
            r"\b(?:kill(?:ed|ing|s)|die[ds]?|dead|deaths?|fatalit\w+|drowned|perished"
            r"|lost their lives)\b",
            False,
        ),
        (
            r"\b(?:injur\w*|hurt|wounded)\b",
            r"\b(?:injured|injuries|hurt|wounded|injuring)\b",
            False,
        ),
        (r"\bmissing\b", r"\bmissing\b", True),
    )
)
_WORD = re.compile(r"[\w’'-]+")
_STOPS = re.compile(r"[.,;:!?()–—]")


def with_newest(
    asked: str, found: Sequence[Evidence], now: Generation, allowed: Allowed | None
) -> list[Evidence]:
    """The evidence, led by a higher count of a later report on the same event, if there is one.

    Args:
        asked: The question.
        found: The evidence for it, most probable first.
        now: The generation that is asked.
        allowed: The articles that may be used; None for all.
    """
    sort = next((sort for sort in _SORTS if sort[0].search(asked)), None)
    if sort is None or not _COUNTS.search(asked):
        return list(found)
    _, told, falls = sort
    for first in found:
        if first.log_odds < found[0].log_odds - BEHIND:
            break
        if counts := {number.value for number in _counts(first.text, told)}:
            others = _later(first, told, now, allowed)
            other = [
                each
                for each in others
                if each[1].value not in counts and (falls or each[1].value > max(counts))
            ]
            later = [_evidence(first, *_clearest(first, other))] if other else []
            return [*later, first, *(e for e in found if e is not first)]
    return list(found)


def _counts(text: str, told: re.Pattern[str]) -> Iterator[Number]:
    """The numbers of a text that count those who are told of: "killing seven people"."""
    for number in counts_in(text):
        if number.unit or number.value != int(number.value):
            continue
        for word in told.finditer(text):
            low, high = sorted(((number.start, number.end), word.span()))
            between = text[low[1] : high[0]]
            few = len(_WORD.findall(between)) <= BETWEEN
            if few and not (_STOPS.search(between) or numbers_in(between)):
                yield number
                break


_Counted = tuple[tuple[StoredArticle, int], Number]


def _later(
    first: Evidence, told: re.Pattern[str], now: Generation, allowed: Allowed | None
) -> list[_Counted]:
    """The sentences of later reports on the same event that count the same, the newest first."""
    since, names = first.article.article.published, _names(first.article, first.index)
    if since is None or not names:
        return []
    stems = dict.fromkeys(content_stems(" ".join(names)), 1.0)
    among = allowed.articles if allowed else None
    hits = now.search_index.article_words.search(stems, ARTICLES, among)
    known = now.articles({pk for pk, _ in hits}).values()
    later = [a for a in known if a.article.published and a.article.published > since]
    return [
        ((article, index), number)
        for article in sorted(later, key=lambda a: (a.article.published, a.pk), reverse=True)
        for index in range(len(article.sentences))
        for number in islice(_counts(words_of(article, index), told), 1)
        if len(names & _names(article, index)) >= min(SHARED, len(names))
    ]


def _clearest(first: Evidence, counted: Sequence[_Counted]) -> _Counted:
    """Of the sentences with the newest count that which names most of the event."""
    names, newest = _names(first.article, first.index), counted[0][1].value
    same = [each for each in counted if each[1].value == newest]
    return max(same, key=lambda each: len(names & _names(*each[0])))


def _names(article: StoredArticle, index: int) -> set[str]:
    """The words of the names in an article's title, in its first two sentences and in another."""
    told = (words_of(article, n) for n in {*range(min(2, len(article.sentences))), index})
    text = " x ".join(("", f"{article.article.title}.", *told))
    own = article.article.publisher or ""
    known = (name for name in names_in(text) if name.text not in own)
    return {word for name in known for word in name.words}


def _evidence(first: Evidence, place: tuple[StoredArticle, int], number: Number) -> Evidence:
    article, index = place
    sentence = article.sentences[index]
    start = sentence.start + number.start
    chunk = StoredChunk(0, article.pk, sentence.start, sentence.end, "", index, index + 1)
    reading = SentenceReading(
        first.reading.relevance, first.reading.margin, start, start + len(number.text)
    )
    passage = Passage(chunk, article, first.passage.score, first.passage.cosine)
    return replace(
        first, passage=passage, index=index, reading=reading, log_odds=first.log_odds + ABOVE
    )
