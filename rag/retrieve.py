"""From a question to passages: dense and BM25, of chunks and of whole articles, fused."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from itertools import zip_longest

import numpy as np
from numpy.typing import NDArray

from index.embed import Embedder, likeness
from index.generation import Allowed, Generation
from index.ledger import StoredArticle, StoredChunk
from index.search_index import SearchIndex
from index.text.names import aliases
from index.text.words import ENGLISH, content_spans, stem
from rag.question import Question, quotations

# How many of each list are candidates. The scores of a candidate that one list does not name are
# looked up (dense) or 0 (BM25, whose lists leave out only what holds fewer of the words).
CANDIDATES = 100

# Cosines of one vector, computed in float32 with others, differ by less than this.
ROUNDING = 1e-6

# What a word counts that only the turn before the question holds. MTRAGUN, nDCG@10: 0 gives 0.876,
# 0.3 0.921, 0.5 0.926, 0.7 0.926, 1 0.917.
EARLIER_TURN = 0.5


@dataclass(frozen=True, slots=True)
class Weights:
    """What each signal counts in the fused score; each is scaled to 0..1 over the candidates.

    nDCG@10 over all chunks on three collections (newswire of 1963, XQuAD, MTRAGUN with history):
    dense alone 0.647, 0.945, 0.858; BM25 of chunks alone 0.619, 0.972, 0.838; the values below
    0.685, 0.981, 0.918; article_dense 0, 0.25, 0.7 with the rest alike within 0.01 on each;
    article_words 0.5 takes 0.01 from newswire, chunk_words 0.3 costs 0.002 to 0.007 everywhere.
    """

    chunk_dense: float = 1.0
    article_dense: float = 0.5
    chunk_words: float = 0.6
    article_words: float = 0.3


# A question that quotes is about these very words, whatever it is near to.
_PHRASE = re.compile(r"\w \w")
QUOTING = Weights(chunk_words=3.0)


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched, in every form that a search needs."""

    text: str  # the question as searched
    asking: str  # the part of it that says what is asked for
    vector: NDArray[np.float32]  # float32 (d,), unit length: of the whole text
    # Its content stems, each once, in order, and what each counts: 1, or less for one that only an
    # earlier turn of the chat has.
    stems: Mapping[str, float]
    embedder: Embedder  # the model of ``vector``
    language: str = ENGLISH  # the code of the language that it is asked in
    # The stems that those of its words which may be names have in the other languages of the
    # articles; what is written in small letters may mean another thing there.
    forms: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def of(
        cls, text: str, embedder: Embedder, asked_from: int = 0, language: str = ENGLISH
    ) -> Query:
        """Encodes a question as searched.

        Args:
            text: The question, behind earlier turns of the chat if it leans on them.
            embedder: The model that the index was made with.
            asked_from: Where in ``text`` the question itself begins.
            language: The code of its language.
        """
        stems: dict[str, float] = {}
        for start, end in content_spans(text, language):
            weight = 1.0 if start >= asked_from else EARLIER_TURN
            form = stem(text[start:end], language)
            stems[form] = max(weight, stems.get(form, 0.0))
        vector = embedder.encode_query(text)
        return cls(text, text[asked_from:], vector, stems, embedder, language)

    def across(self, now: SearchIndex) -> Query:
        """The same query with the forms that its words have in all languages of the articles.

        Of a state or body that they never name so, what else it is called is searched for.
        """
        others = now.languages - {self.language}
        forms: dict[str, set[str]] = {}
        words = [self.text[start:end] for start, end in content_spans(self.text, self.language)]
        for word, after in zip_longest(words, words[1:], fillvalue=""):
            if not word.islower():
                names = now.vocabulary.spelt_otherwise(word)
                if word.lower() not in now.vocabulary:
                    names = [*names, *aliases(word.lower())]  # France is told of as Paris
                known = forms.setdefault(stem(word, self.language), set())
                known |= {stem(name, self.language) for name in names}
                alike = [word, *names, *now.vocabulary.sounding_like(word, after)] if others else []
                known |= {stem(each, language) for each in alike for language in others}
        return replace(self, forms={own: frozenset(known) for own, known in forms.items()})

    @property
    def terms(self) -> dict[str, float]:
        """All that is searched: its stems and their other forms, and what each counts."""
        other = {form: self.stems[own] for own, found in self.forms.items() for form in found}
        return {**other, **self.stems}


def query_of(meant: Question, embedder: Embedder, now: Generation) -> Query:
    """What is searched for a question.

    Args:
        meant: The question as meant.
        embedder: The model that the index was made with.
        now: The generation that is asked.
    """
    asked_from = len(meant.query) - len(meant.asked)
    query = Query.of(meant.query, embedder, asked_from, meant.language)
    return query.across(now.search_index)


@dataclass(frozen=True, slots=True)
class Passage:
    """A retrieved chunk."""

    chunk: StoredChunk
    article: StoredArticle
    score: float  # the fused score: higher is better, comparable only within one query
    cosine: float  # of the chunk's vector and the query's, as ``likeness`` has it

    @property
    def text(self) -> str:
        """The words of the chunk."""
        return self.article.article.text[self.chunk.start : self.chunk.end]


Search = Callable[[Generation, Query, int, Allowed | None], list[Passage]]
"""A search, as ``retrieve`` is one: the best passages for a query, so many, of what is allowed."""


def retrieve(
    now: Generation, query: Query, top_k: int, allowed: Allowed | None = None
) -> list[Passage]:
    """The chunks that match a query best, best first; ties by the chunk's number.

    Args:
        now: The generation that is asked.
        query: What is looked for.
        top_k: How many at most.
        allowed: The articles that may be used; None for all.
    """
    weights = QUOTING if any(map(_PHRASE.search, quotations(query.text))) else Weights()
    owners, words = _candidates(now, query, max(CANDIDATES, 2 * top_k), allowed)
    if not owners:
        return []
    vector, found = query.vector, frozenset(owners.values())
    cosines = now.search_index.chunk_vectors.scores(vector, owners)
    article_cosines = now.search_index.article_vectors.scores(vector, found)
    article_words = dict(now.search_index.article_words.search(query.terms, len(found), found))
    dense, whole = _spread(cosines), _spread(article_cosines)
    lexical, whole_lexical = _share(words), _share(article_words)
    fused = {
        pk: weights.chunk_dense * dense[pk]
        + weights.article_dense * whole[article]
        + weights.chunk_words * lexical.get(pk, 0.0)
        + weights.article_words * whole_lexical.get(article, 0.0)
        for pk, article in owners.items()
    }
    order = sorted(fused, key=lambda pk: (-fused[pk], pk))
    chunks = now.ledger.chunks(order[:top_k])
    if len(chunks) < min(top_k, len(order)):  # one is damaged, and the next takes its place
        chunks = now.ledger.chunks(order)
    best = [pk for pk in order if pk in chunks][:top_k]
    articles = now.articles({chunks[pk].article for pk in best})
    return [
        Passage(
            chunks[pk],
            articles[chunks[pk].article],
            fused[pk],
            likeness(query.embedder, cosines[pk]),
        )
        for pk in best
        if chunks[pk].article in articles  # a damaged article is never quoted
    ]


def _candidates(
    now: Generation, query: Query, depth: int, allowed: Allowed | None
) -> tuple[dict[int, int], dict[int, float]]:
    """The chunks worth scoring with their articles, and the BM25 scores of those with its words."""
    chunk_pks: Collection[int] | None = allowed.chunks.keys() if allowed else None
    article_pks: Collection[int] | None = allowed.articles if allowed else None
    vector, stems = query.vector, query.terms
    near = now.search_index.chunk_vectors.search(vector, depth, chunk_pks)
    words = dict(now.search_index.chunk_words.search(stems, depth, chunk_pks))
    owners = now.ledger.owners({pk for pk, _ in near} | words.keys())
    # An article that matches only as a whole comes in with its nearest chunk.
    whole = now.search_index.article_words.search(stems, depth, article_pks)
    whole += now.search_index.article_vectors.search(vector, depth, article_pks)
    missing = {pk for pk, _ in whole}.difference(owners.values())
    if missing:
        further = dict(now.ledger.chunk_pks(missing))
        cosines = now.search_index.chunk_vectors.scores(vector, further)
        nearest: dict[int, int] = {}
        for pk, article in further.items():
            if pk not in cosines:
                continue  # what is damaged is not indexed
            if article not in nearest or cosines[pk] > cosines[nearest[article]]:
                nearest[article] = pk
        owners |= {pk: article for article, pk in nearest.items()}
    return owners, words


def _spread(scores: Mapping[int, float]) -> dict[int, float]:
    """Scores scaled so that the lowest is 0 and the highest 1; all 1 if only rounding differs."""
    low, high = min(scores.values()), max(scores.values())
    apart = high - low
    return {pk: (score - low) / apart if apart > ROUNDING else 1.0 for pk, score in scores.items()}


def _share(scores: Mapping[int, float]) -> dict[int, float]:
    """Scores as shares of the highest; BM25 has a zero of its own."""
    high = max(scores.values(), default=0.0)
    return {pk: score / high for pk, score in scores.items()} if high > 0 else {}


def inverse_frequency(now: Generation) -> Callable[[str], float]:
    """The idf of BM25 (Robertson and Spärck Jones) over the chunks; unknown words weigh most."""
    words = now.search_index.chunk_words
    count = len(words)

    def idf(stem: str) -> float:
        frequency = words.frequency(stem)
        return math.log(1 + (count - frequency + 0.5) / (frequency + 0.5))

    return idf
