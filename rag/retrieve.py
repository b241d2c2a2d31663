"""From a question to passages: dense and BM25, of chunks and of whole articles, fused."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle
from llama_index.core.vector_stores.types import MetadataFilters
from numpy.typing import NDArray

from index.embed import Embedder, Encoding
from index.ledger import StoredArticle, StoredChunk
from index.store import Allowed, Generation, Store, as_node
from index.words import content_spans, content_stems, stem

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


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched, in every form that a search needs.

    Attributes:
        text: The question as searched.
        asking: The part of it that says what is asked for.
        encoding: Of the whole text.
        tokens: float32 (n, d): the vectors of its content tokens; of all tokens if none is.
        stems: Its content stems, each once, in order, and what each counts: 1, or less for one
            that only an earlier turn of the chat has.
    """

    text: str
    asking: str
    encoding: Encoding
    tokens: NDArray[np.float32]
    stems: Mapping[str, float]

    @classmethod
    def of(cls, text: str, embedder: Embedder, asked_from: int = 0) -> Query:
        """Encodes a question as searched.

        Args:
            text: The question, behind earlier turns of the chat if it leans on them.
            embedder: The model that the index was made with.
            asked_from: Where in ``text`` the question itself begins.
        """
        spans = content_spans(text)
        stems: dict[str, float] = {}
        for start, end in spans:
            weight = 1.0 if start >= asked_from else EARLIER_TURN
            for each in content_stems(text[start:end]):
                stems[each] = max(weight, stems.get(each, 0.0))
        encoding = embedder.encode_query(text)
        return cls(text, text[asked_from:], encoding, _inside(encoding, spans), stems)

    def part(self, text: str) -> Query:
        """The query that a part of the question asks, its tokens seen in the whole's context."""
        stems = dict.fromkeys(content_stems(text), 1.0)
        spans = [s for s in content_spans(self.text) if stem(self.text[slice(*s)]) in stems]
        return Query(text, text, self.encoding, _inside(self.encoding, spans), stems)


def _inside(encoding: Encoding, spans: Sequence[tuple[int, int]]) -> NDArray[np.float32]:
    """The vectors of the tokens that begin within the spans; of all tokens if none does."""
    starts = encoding.spans[:, 0].tolist()
    chosen = [any(a <= start < b for a, b in spans) for start in starts]
    return encoding.tokens[chosen] if any(chosen) else encoding.tokens


@dataclass(frozen=True, slots=True)
class Passage:
    """A retrieved chunk.

    Attributes:
        score: The fused score: higher is better, comparable only within one query.
        cosine: Of the chunk's vector and the query's.
    """

    chunk: StoredChunk
    article: StoredArticle
    score: float
    cosine: float

    @property
    def text(self) -> str:
        """The words of the chunk."""
        return self.article.article.text[self.chunk.start : self.chunk.end]


def retrieve(
    now: Generation,
    query: Query,
    top_k: int,
    allowed: Allowed | None = None,
    weights: Weights | None = None,
) -> list[Passage]:
    """The chunks that match a query best, best first; ties by the chunk's number."""
    weights = weights or Weights()
    chunks, words = _candidates(now, query, max(CANDIDATES, 2 * top_k), allowed)
    if not chunks:
        return []
    vector = query.encoding.vector
    cosines = now.derived.chunk_vectors.scores(vector, chunks)
    owners = {chunk.article for chunk in chunks.values()}
    article_cosines = now.derived.article_vectors.scores(vector, owners)
    article_words = dict(now.derived.article_words.search(query.stems, len(owners), owners))
    dense, whole = _spread(cosines), _spread(article_cosines)
    lexical, whole_lexical = _share(words), _share(article_words)
    fused = {
        pk: weights.chunk_dense * dense[pk]
        + weights.article_dense * whole[chunk.article]
        + weights.chunk_words * lexical.get(pk, 0.0)
        + weights.article_words * whole_lexical.get(chunk.article, 0.0)
        for pk, chunk in chunks.items()
    }
    best = sorted(fused, key=lambda pk: (-fused[pk], pk))[:top_k]
    articles = now.articles({chunks[pk].article for pk in best})
    return [
        Passage(chunks[pk], articles[chunks[pk].article], fused[pk], cosines[pk]) for pk in best
    ]


def _candidates(
    now: Generation, query: Query, depth: int, allowed: Allowed | None
) -> tuple[dict[int, StoredChunk], dict[int, float]]:
    """The chunks worth scoring, and the BM25 scores of those that hold a word of the query."""
    chunk_pks: Collection[int] | None = allowed.chunks.keys() if allowed else None
    article_pks: Collection[int] | None = allowed.articles if allowed else None
    vector, stems = query.encoding.vector, query.stems
    near = now.derived.chunk_vectors.search(vector, depth, chunk_pks)
    words = dict(now.derived.chunk_words.search(stems, depth, chunk_pks))
    chunks = now.ledger.chunks({pk for pk, _ in near} | words.keys())
    # An article that matches only as a whole comes in with its nearest chunk.
    whole = now.derived.article_words.search(stems, depth, article_pks)
    whole += now.derived.article_vectors.search(vector, depth, article_pks)
    missing = {pk for pk, _ in whole} - {chunk.article for chunk in chunks.values()}
    if missing:
        owners = dict(now.ledger.chunk_pks(missing))
        cosines = now.derived.chunk_vectors.scores(vector, owners)
        nearest: dict[int, int] = {}
        for pk, article in owners.items():
            if article not in nearest or cosines[pk] > cosines[nearest[article]]:
                nearest[article] = pk
        chunks |= now.ledger.chunks(nearest.values())
    return chunks, words


def _spread(scores: Mapping[int, float]) -> dict[int, float]:
    """Scores scaled so that the lowest is 0 and the highest 1; all 1 if only rounding differs."""
    low, high = min(scores.values()), max(scores.values())
    apart = high - low
    return {pk: (score - low) / apart if apart > ROUNDING else 1.0 for pk, score in scores.items()}


def _share(scores: Mapping[int, float]) -> dict[int, float]:
    """Scores as shares of the highest; BM25 has a zero of its own."""
    high = max(scores.values(), default=0.0)
    return {pk: score / high for pk, score in scores.items()} if high > 0 else {}


class PassageRetriever(BaseRetriever):
    """Retrieval for anyone's own LlamaIndex pipeline: nodes are chunks with exact offsets."""

    def __init__(
        self,
        store: Store,
        embedder: Embedder,
        top_k: int = 10,
        filters: MetadataFilters | None = None,
    ) -> None:
        super().__init__()
        self._store = store
        self._embedder = embedder
        self._top_k = top_k
        self._filters = filters

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        query = Query.of(query_bundle.query_str, self._embedder)
        with self._store.reading() as now:
            passages = retrieve(now, query, self._top_k, now.allowed(self._filters))
        return [NodeWithScore(node=as_node(p.chunk, p.article), score=p.score) for p in passages]
