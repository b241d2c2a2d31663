"""The search done by a vector store or a retriever of LlamaIndex's."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import BaseNode, NodeWithScore, TextNode
from llama_index.core.vector_stores.types import BasePydanticVectorStore, VectorStoreQuery

from index.build import Builder
from index.embed import Embedder
from index.errors import OnRecordError
from index.generation import Allowed, Generation
from index.ledger import StoredArticle, StoredChunk
from rag.llamaindex.nodes import as_article, chunk_at, chunk_node, chunks_of, placed, text_of
from rag.retrieve import Passage, Query, Search
from rag.types import Filters

if TYPE_CHECKING:
    from rag.library import Library

# Nodes that a store is given at once.
BATCH = 256

# Nodes that are asked for beside each that is wanted: some may not be used, as filters say.
DEEPER = 4

# Articles of nodes that no index holds, kept so that what is cited of them can be opened.
KEPT = 5_000

# The best node's score: what the best passage mostly has in onrecord's own search.
BEST = 2.0

# What gives nodes for a query: so many, best first.
Find = Callable[[Query, int], Sequence[NodeWithScore]]


class PartUnusable(OnRecordError):
    """A part of LlamaIndex's lacks what is needed of it."""


def fill(store: BasePydanticVectorStore, library: Library) -> int:
    """Puts every chunk of an index into a vector store, with the vectors that the index has.

    Args:
        store: Any of LlamaIndex's; chunks that it holds already are added again or replaced, as
            its own ``add`` does.
        library: The corpus whose index it is.

    Returns:
        How many chunks were put.
    """
    count = 0
    with library.reading() as now:
        vectors = now.ledger.vectors(now.dimension)
        while rows := [*islice(vectors, BATCH)]:
            chunks = now.ledger.chunks(pk for pk, _, _ in rows)
            articles = now.articles({article for _, article, _ in rows})
            nodes: list[BaseNode] = []
            for pk, article, vector in rows:
                if pk in chunks and article in articles:
                    node = chunk_node(chunks[pk], articles[article])
                    node.embedding = vector.tolist()
                    nodes.append(node)
            store.add(nodes)
            count += len(nodes)
    return count


def _in_store(store: BasePydanticVectorStore) -> Find:
    """The nearest nodes of a vector store."""
    if not isinstance(store, BasePydanticVectorStore):
        raise PartUnusable(
            f"vector_store is a {type(store).__name__}; give a BasePydanticVectorStore of"
            " LlamaIndex"
        )
    if not store.is_embedding_query:
        raise PartUnusable(
            f"{type(store).__name__} takes no embeddings; give it as retriever, by its index's"
            " as_retriever()"
        )

    def find(query: Query, count: int) -> list[NodeWithScore]:
        found = store.query(
            VectorStoreQuery(
                query_embedding=query.vector.tolist(), query_str=query.text, similarity_top_k=count
            )
        )
        nodes = found.nodes or [TextNode(id_=name) for name in found.ids or ()]
        scores: Sequence[float | None] = found.similarities or [None] * len(nodes)
        return [NodeWithScore(node=n, score=s) for n, s in zip(nodes, scores, strict=True)]

    return find


def _by_retriever(retriever: BaseRetriever | None) -> Find:
    """The nodes that a retriever gives."""
    if not isinstance(retriever, BaseRetriever):
        raise PartUnusable(
            f"retriever is a {type(retriever).__name__}; give a BaseRetriever of LlamaIndex"
        )
    return lambda query, count: retriever.retrieve(query.text)[:count]


def node_search(
    embedder: Embedder,
    store: BasePydanticVectorStore | None,
    retriever: BaseRetriever | None,
) -> NodeSearch:
    """The search that a store or a retriever does.

    Args:
        embedder: The model that the index, or the store, was made with.
        store: What is searched by vectors; None for none.
        retriever: What is asked in its place.

    Raises:
        PartUnusable: both are given, or the one given lacks something.
    """
    if store is not None and retriever is not None:
        raise PartUnusable("vector_store and retriever are given; give the one that is to search")
    find = _in_store(store) if store is not None else _by_retriever(retriever)
    return NodeSearch(find, embedder, type(store if store is not None else retriever).__name__)


def empty_index(embedder: Embedder) -> Path:
    """A folder with an index of no articles, which goes when the process ends."""
    folder = Path(tempfile.mkdtemp(prefix="onrecord-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    Builder(folder, embedder).put(())
    return folder


class NodeSearch:
    """A search whose passages are the nodes that are found. Threads may share it.

    A node is a chunk of the index that it was put from (``fill``), else the words of the article
    that its metadata names, else an article of its own.
    """

    def __init__(self, find: Find, embedder: Embedder, name: str) -> None:
        # Those of nodes that no index holds, by their ids, the last ``KEPT``.
        self.articles: dict[str, StoredArticle] = {}
        self._find = find
        self._embedder = embedder
        self._name = name

    def within(self, filters: Filters) -> Search:
        """The search among what some filters leave."""

        def search(
            now: Generation, query: Query, top_k: int, allowed: Allowed | None = None
        ) -> list[Passage]:
            nodes = self._find(query, DEEPER * top_k if allowed else top_k)
            found = [
                (node, chunk, article)
                for node, chunk, article in self._read(now, nodes)
                if allowed is None
                or (article.pk in allowed.articles if article.pk > 0 else _passes(article, filters))
            ][:top_k]
            cosines = self._cosines(now, query, [(chunk, article) for _, chunk, article in found])
            shares = _shares([node.score for node, _, _ in found])
            return [
                Passage(chunk, article, BEST * share, cosine)
                for (_, chunk, article), share, cosine in zip(found, shares, cosines, strict=True)
            ]

        return search

    def _read(
        self, now: Generation, nodes: Sequence[NodeWithScore]
    ) -> Iterable[tuple[NodeWithScore, StoredChunk, StoredArticle]]:
        """The nodes with what they are of an article, in their order, those that say something."""
        known = chunks_of(now, [node.node.node_id for node in nodes])
        articles = now.articles({chunk.article for chunk in known.values()})
        for number, node in enumerate(nodes, 1):
            chunk = known.get(node.node.node_id)
            if chunk:
                yield node, chunk, articles[chunk.article]
                continue
            text = text_of(node.node)
            if not text.strip():
                raise PartUnusable(
                    f"{self._name} gives ids without text that this index does not know; fill it"
                    " from the index with rag.llamaindex.stores.fill"
                )
            found = placed(node.node, now)
            article, start = found or (self._own(as_article(node.node, -number)), 0)
            chunk = chunk_at(article, start, start + len(text), -number)
            if chunk:
                yield node, chunk, article

    def _own(self, article: StoredArticle) -> StoredArticle:
        """An article that no index holds, to be found again by its id."""
        self.articles[article.id] = article
        while len(self.articles) > KEPT:
            self.articles.pop(next(iter(self.articles)), None)
        return article

    def _cosines(
        self, now: Generation, query: Query, found: Sequence[tuple[StoredChunk, StoredArticle]]
    ) -> list[float]:
        """How near each is to the query, whatever the store's own scores mean."""
        ours = {chunk.pk for chunk, _ in found if chunk.pk > 0}
        known = now.search_index.chunk_vectors.scores(query.vector, ours) if ours else {}
        texts = [a.article.text[c.start : c.end] for c, a in found if c.pk not in known]
        near = iter(
            (self._embedder.encode_passages(texts) @ query.vector).tolist() if texts else ()
        )
        return [known[c.pk] if c.pk in known else float(next(near)) for c, _ in found]


def _passes(article: StoredArticle, filters: Filters) -> bool:
    """Whether filters leave an article that no index holds."""
    one = article.article
    day, name = one.published, (one.publisher or "").casefold()
    dated = not (filters.after or filters.before) or (
        day is not None
        and (not filters.after or day >= filters.after)
        and (not filters.before or day <= filters.before)
    )
    return dated and (not filters.publisher or name == filters.publisher.casefold())


def _shares(scores: Sequence[float | None]) -> list[float]:
    """Scores as shares of the best one; without scores each a little behind the one before."""
    given = [score for score in scores if score is not None]
    best = float(np.max(given)) if len(given) == len(scores) and given else 0.0
    if best <= 0:
        return [1 - number / (2 * len(scores)) for number in range(len(scores))]
    return [max(0.0, (score or 0.0) / best) for score in scores]
