"""What the articles hold on a subject: which of them tell of it, and their sentences."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from index.embed import Embedder
from index.generation import Allowed, Generation
from index.ledger import StoredArticle, StoredChunk
from index.text.names import aliases
from index.text.words import ENGLISH, WORD, content_spans, content_stems, is_content, stem
from rag.answer_text import attribution
from rag.facts import lacking
from rag.quote_context import citation, numbered, quote_span, words_of
from rag.reading.evidence import Evidence, asks
from rag.reading.reader import Reader, SentenceReading
from rag.retrieve import Passage, Query, inverse_frequency, retrieve
from rag.types import Citation, Claim

# Articles that a request is answered from, at most; passages looked at to find them.
ARTICLES, PASSAGES = 40, 200

# An article tells of a subject if its best passage scores so much of the best one's score in the
# search, and it holds so much of the subject's words, or is so near to it, as a share of the
# nearest one's cosine and at all; or if what it opens with holds so much of them.
SCORE, HELD, NEAR, LEAST, OPENS = 0.5, 0.25, 0.7, 0.3, 0.6

# What a name among the subject's words counts beside another word as rare: "Ilsay" says more of
# the "Maid of Ilsay disaster" than "disaster", which few articles call it.
NAME = 2.0

# How near articles must be that lack most of a subject's words, and that lack all: of a "missing
# submarine" what tells of the missing of a ferry is as near as 0.50, of a "museum robbery" what
# tells of the theft 0.58, of a "shipwreck" 0.45 and of a "vanished plane" 0.37.
UNNAMED, OTHER = 0.55, 0.4

# Sentences that an article opens with.
OPENING = 2

_CORRECTS = re.compile(r"^\W*(?:correct|clarif)|\b(?:correction|clarification)\b", re.I)
ITEM = re.compile(r"(?:[-*•–]|\(?\d{1,2}[.)]|\(?[a-z]\))\s+")
"""The mark of an item of a list."""

# Words of a sentence that tells something.
WORDS = 5


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence of a reply.

    Attributes:
        index: Which sentence of the article it is.
        label: What it is given under: a day, a side, an item; "" for who published it and when.
        copies: Sentences of other articles that say the same.
    """

    article: StoredArticle
    index: int
    label: str = ""
    copies: tuple[tuple[StoredArticle, int], ...] = ()

    @property
    def text(self) -> str:
        """Its words."""
        return words_of(self.article, self.index)


@dataclass(frozen=True, slots=True)
class Material:
    """What a request is answered from.

    Attributes:
        subject: What it is about; "" for everything.
        articles: Those that tell of it, nearest first; of copies all.
        nearness: By the number of an article, the cosine of its best passage with the subject.
        weights: What each stem of the subject counts that some article holds.
        language: The code of the language of the request.
        nearest: Where no article tells of the subject, the one that is nearest to it.
    """

    now: Generation
    embedder: Embedder
    reader: Reader
    subject: str
    articles: Sequence[StoredArticle]
    allowed: Allowed | None = None
    nearness: dict[int, float] = field(default_factory=dict)
    weights: Mapping[str, float] = field(default_factory=dict)
    nearest: StoredArticle | None = None
    language: str = ENGLISH

    def share(self, text: str) -> float:
        """How much of the subject's words a text holds, by what each counts, from 0 to 1."""
        return share(self.weights, text, self.language)

    @property
    def names_alone(self) -> bool:
        """Whether the subject is a name and nothing else."""
        return _is_name(self.subject, self.now)

    def stories(self) -> list[StoredArticle]:
        """One article of each story: the nearest."""
        first: dict[int, StoredArticle] = {}
        for article in self.articles:
            first.setdefault(article.story, article)
        return list(first.values())

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """float32 (n, d), unit rows; what several articles print is encoded once."""
        places = {text: place for place, text in enumerate(dict.fromkeys(texts))}
        return self.embedder.encode_passages([*places])[[places[text] for text in texts]]


def gather(
    now: Generation,
    subject: str,
    allowed: Allowed | None,
    embedder: Embedder,
    reader: Reader,
    beside: str = "",
    wide: bool = False,
    language: str = ENGLISH,
) -> Material:
    """The articles that tell of a subject; the newest, if it is "".

    Args:
        now: The generation that is asked.
        subject: In the request's words.
        allowed: The articles that may be used; None for all.
        embedder: The model that the index was made with.
        reader: The model that reads.
        beside: Who is to be named in them too.
        wide: Whether those count too that only touch on it.
        language: The code of the language of the request.
    """
    if not content_stems(f"{subject} {beside}", language):
        newest = now.ledger.newest(ARTICLES, allowed.articles if allowed else None)
        return Material(now, embedder, reader, "", newest, allowed)
    query = Query.of(f"{beside} {subject}".strip(), embedder, language=language)
    query = query.across(now.search_index)
    best: dict[int, Passage] = {}
    nearness: dict[int, float] = {}
    for passage in retrieve(now, query, PASSAGES, allowed):
        pk = passage.article.pk
        best.setdefault(pk, passage)
        nearness[pk] = max(nearness.get(pk, -1.0), passage.cosine)
    weights = _weights(now, query)
    first = next((passage.article for passage in best.values()), None)
    if not (beside or _speaks(now, query, weights, max(nearness.values(), default=0.0))):
        return Material(now, embedder, reader, subject, (), allowed, {}, weights, first, language)
    top = max((passage.score for passage in best.values()), default=0.0)
    near = max(LEAST, NEAR * max(nearness.values(), default=0.0))

    held = _held(now, weights, best)
    names = [form for form in WORD.findall(subject) if _is_name(form, now)]

    def tells(passage: Passage) -> bool:
        pk = passage.article.pk
        told = f"{passage.article.article.title}. {passage.article.article.text}"
        lacks = lacking(f"on {subject}", told) if names and language == ENGLISH else ()
        if any(_is_name(one.said, now) for one in lacks):
            return False  # what never names it is not on it
        on = passage.score >= SCORE * top and (nearness[pk] >= near or held[pk] >= HELD)
        opens = held[pk] >= OPENS and share(weights, opening(passage.article), language)
        return on or opens >= OPENS

    kept = [passage.article for passage in best.values() if wide or tells(passage)]
    kept = _named(kept, names)
    kept += _naming(now, beside, allowed, {article.pk for article in kept})
    return Material(
        now, embedder, reader, subject, kept[:ARTICLES], allowed, nearness, weights, first, language
    )


def _named(articles: list[StoredArticle], names: Sequence[str]) -> list[StoredArticle]:
    """The articles without those that hold but another word of a name's stem: Marine, no Mariner.

    All of them where none holds the name.
    """
    for name in (each.lower().removesuffix("s") for each in names):
        own = {name, f"{name}s"}
        held = {a.pk: _capitals(a) for a in articles}
        if any(own & words for words in held.values()):
            articles = [
                a
                for a in articles
                if own & held[a.pk] or not any(stem(w) == stem(name) for w in held[a.pk])
            ]
    return articles


def _capitals(stored: StoredArticle) -> set[str]:
    """The words of an article with a capital, in lower case, without what makes them whose."""
    text = f"{stored.article.title} {stored.article.text}"
    words = (re.sub(r"[’']s?$", "", word) for word in WORD.findall(text) if word[0].isupper())
    return {word.lower() for word in words}


def _is_name(subject: str, now: Generation) -> bool:
    words = [word for word in WORD.findall(subject) if is_content(word)]
    return bool(words) and all(now.search_index.vocabulary.is_name(w.lower()) for w in words)


def _held(
    now: Generation, weights: Mapping[str, float], among: Collection[int]
) -> Mapping[int, float]:
    """How much of some stems, by their weights, each of some articles holds, by the index."""
    held = dict.fromkeys(among, 0.0)
    for form, weight in weights.items():
        for pk, _ in now.search_index.article_words.search({form: 1.0}, len(among), set(among)):
            held[pk] += weight / sum(weights.values())
    return held


def _speaks(now: Generation, query: Query, weights: Mapping[str, float], nearest: float) -> bool:
    """Whether articles can be on a subject: they hold most of its words, or are near to it.

    What is asked in a language that no article is in is known by its names alone.
    """
    idf = inverse_frequency(now)
    told = {*weights} | {own for own, forms in query.forms.items() if forms & weights.keys()}
    unknown = sum(math.sqrt(idf(stem)) for stem in query.stems if stem not in told)
    known = sum(weights.values())
    if query.language not in now.search_index.languages:
        return known > 0
    return unknown <= known or nearest >= (UNNAMED if known else OTHER)


def _naming(
    now: Generation, words: str, allowed: Allowed | None, known: Container[int]
) -> list[StoredArticle]:
    """Articles besides those known that hold the last word by which somebody is called."""
    called = aliases(words.lower().split()[-1]) if words else []
    stems = dict.fromkeys(content_stems(" ".join(called)), 1.0)
    among = allowed.articles if allowed else None
    found = now.search_index.article_words.search(stems, ARTICLES, among) if stems else []
    articles = now.articles({pk for pk, _ in found if pk not in known})
    return [articles[pk] for pk, _ in found if pk in articles]


def _weights(now: Generation, query: Query) -> dict[str, float]:
    """What each stem of a subject counts that some article holds: rare ones and names more."""
    idf, known = inverse_frequency(now), now.search_index.vocabulary
    frequency = now.search_index.chunk_words.frequency
    words = [query.text[start:end] for start, end in content_spans(query.text, query.language)]
    names = {stem(word, query.language) for word in words if known.is_name(word.lower())}
    return {
        form: math.sqrt(idf(form)) * (NAME if own in names else 1.0)
        for own in query.stems
        for form in ((own,) if frequency(own) else query.forms.get(own, ()))
        if frequency(form)
    }


def share(weights: Mapping[str, float], text: str, language: str = ENGLISH) -> float:
    """How much of some stems, by their weights, a text holds.

    Args:
        weights: What each stem counts.
        text: Any text.
        language: The code of the language whose stems they are.
    """
    held = set(content_stems(text, language))
    return sum(w for stem, w in weights.items() if stem in held) / (sum(weights.values()) or 1.0)


def corrects(stored: StoredArticle) -> bool:
    """Whether an article corrects another, as its title says."""
    return bool(_CORRECTS.search(stored.article.title))


def opening(stored: StoredArticle) -> str:
    """The title of an article and the first sentences that tell something."""
    told = (words_of(stored, index) for index in islice(telling(stored), OPENING))
    return " ".join((stored.article.title, *told))


def telling(stored: StoredArticle, least: int = WORDS) -> Iterator[int]:
    """The sentences of an article that tell something: no heading, no question, no scrap."""
    for index, sentence in enumerate(stored.sentences):
        words = words_of(stored, index)
        if not (sentence.heading or asks(words) or len(words.split()) < least):
            yield index


def quoted(stored: StoredArticle, index: int) -> str:
    """What is quoted for a sentence to be understood."""
    first, last = quote_span(stored, index)
    return stored.article.text[stored.sentences[first].start : stored.sentences[last - 1].end]


def published_by(stored: StoredArticle) -> str:
    """Who published an article and when, as far as it is known: "The Post, 3 March 2026"."""
    return attribution([citation(stored, 0, 1)])


def order_of(stored: StoredArticle, index: int) -> tuple[str, int, int]:
    """By what sentences of several articles are in the order of their days; undated ones last."""
    day = stored.article.published
    return day.isoformat() if day else "9999", stored.pk, index


def composed(lines: Sequence[Line]) -> tuple[tuple[Claim, ...], tuple[Citation, ...]]:
    """Lines as claims, each with what must be quoted for it to be understood, and its citations.

    Of lines that quote the same words under one label the later one only widens the former.
    """
    citations: list[Citation] = []
    claims: list[Claim] = []
    for line, first, last in _apart(lines):
        own = _unmarked(citation(line.article, first, last))
        copies = [citation(article, n, n + 1) for article, n in line.copies]
        cited = tuple(numbered(citations, each) for each in (own, *copies))
        text = " ".join(own.quote.split())
        claims.append(
            Claim(text=text, status="supported", support=1.0, citations=cited, label=line.label)
        )
    return tuple(claims), tuple(citations)


def _unmarked(cited: Citation) -> Citation:
    """The item of a list without its mark; anything else as it is."""
    mark = ITEM.match(cited.quote)
    if not mark or "\n" in cited.quote.strip():
        return cited
    return replace(cited, start=cited.start + mark.end(), quote=cited.quote[mark.end() :])


def in_a_row(names: Sequence[str]) -> str:
    """Names in a row: "a, b and c"."""
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def evidence_of(lines: Sequence[Line]) -> list[Evidence]:
    """Lines as evidence, in their order, each with what must be quoted for it."""
    found = []
    for line in lines:
        first, last = quote_span(line.article, line.index)
        start, end = line.article.sentences[first].start, line.article.sentences[last - 1].end
        chunk = StoredChunk(0, line.article.pk, start, end, "", first, last)
        reading = SentenceReading(0.0, 0.0, start, end)
        found.append(Evidence(Passage(chunk, line.article, 1.0, 1.0), line.index, reading, 0.0))
    return found


def _apart(lines: Sequence[Line]) -> list[tuple[Line, int, int]]:
    """Lines with the first sentence that each quotes and the one after its last, none twice."""
    found: list[tuple[Line, int, int]] = []
    for line in lines:
        first, last = quote_span(line.article, line.index)
        for n, (other, low, high) in enumerate(found):
            same = (other.article.pk, other.label) == (line.article.pk, line.label)
            if same and first < high and low < last:
                found[n] = other, min(first, low), max(last, high)
                break
        else:
            found.append((line, first, last))
    return found
