"""From a question to passages: dense and BM25, of chunks and of whole articles, fused."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle
from llama_index.core.vector_stores.types import MetadataFilters
from numpy.typing import NDArray

from index.embed import Embedder, Encoding
from index.ledger import StoredArticle, StoredChunk
from index.store import Allowed, Generation, Store, as_node
from index.words import content_spans, content_stems

# How many of each list are candidates. The scores of a candidate that one list does not name are
# looked up (dense) or 0 (BM25, whose lists leave out only what holds fewer of the words).
CANDIDATES = 100


@dataclass(frozen=True, slots=True)
class Weights:
    """What each signal counts in the fused score; each is scaled to 0..1 over the candidates."""

    chunk_dense: float = 1.0
    article_dense: float = 0.5
    chunk_words: float = 0.5
    article_words: float = 0.5


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched, in every form that a search needs.

    Attributes:
        text: The question as searched.
        asking: The part of it that says what is asked for.
        encoding: Of the whole text.
        tokens: float32 (n, d): the vectors of its content tokens; of all tokens if none is.
        stems: Its content stems, each once, in order.
    """

    text: str
    asking: str
    encoding: Encoding
    tokens: NDArray[np.float32]
    stems: tuple[str, ...]

    @classmethod
    def of(cls, text: str, embedder: Embedder, asking: str | None = None) -> Query:
        """Encodes a question as searched."""
        return cls._from(text, asking or text, embedder.encode_query(text), content_spans(text))

    def part(self, start: int, end: int) -> Query:
        """The query that a stretch of this one asks, its tokens seen in the whole's context."""
        spans = [(a, b) for a, b in content_spans(self.text) if start <= a and b <= end]
        return self._from(self.text[start:end], self.text[start:end], self.encoding, spans, start)

    @classmethod
    def _from(
        cls,
        text: str,
        asking: str,
        encoding: Encoding,
        spans: list[tuple[int, int]],
        offset: int = 0,
    ) -> Query:
        starts = encoding.spans[:, 0].tolist()
        content = [any(a <= start < b for a, b in spans) for start in starts]
        tokens = encoding.tokens[content] if any(content) else encoding.tokens
        stems = dict.fromkeys(
            stem for a, b in spans for stem in content_stems(text[a - offset : b - offset])
        )
        return cls(text, asking, encoding, tokens, tuple(stems))


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
    article_words = dict(
        now.derived.article_words.search(dict.fromkeys(query.stems, 1.0), len(owners), owners)
    )
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
    articles = now.ledger.articles({chunks[pk].article for pk in best})
    return [
        Passage(chunks[pk], articles[chunks[pk].article], fused[pk], cosines[pk]) for pk in best
    ]


def _candidates(
    now: Generation, query: Query, depth: int, allowed: Allowed | None
) -> tuple[dict[int, StoredChunk], dict[int, float]]:
    """The chunks worth scoring, and the BM25 scores of those that hold a word of the query."""
    chunk_pks: Collection[int] | None = allowed.chunks.keys() if allowed else None
    article_pks: Collection[int] | None = allowed.articles if allowed else None
    vector, stems = query.encoding.vector, dict.fromkeys(query.stems, 1.0)
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
    """Scores scaled so that the lowest is 0 and the highest 1."""
    low, high = min(scores.values()), max(scores.values())
    return {pk: (score - low) / (high - low) if high > low else 1.0 for pk, score in scores.items()}


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
