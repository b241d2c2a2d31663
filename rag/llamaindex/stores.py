"""The search done by a vector store or a retriever of LlamaIndex's."""

from __future__ import annotations

import atexit
import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import (
    BaseNode,
    MetadataMode,
    NodeRelationship,
    NodeWithScore,
    RelatedNodeInfo,
    TextNode,
)
from llama_index.core.vector_stores.types import BasePydanticVectorStore, VectorStoreQuery

from index.article import Article
from index.build import Builder
from index.embed import Embedder
from index.errors import OnRecordError
from index.generation import Allowed, Generation
from index.ledger import StoredArticle, StoredChunk
from index.text.sentences import split_sentences
from rag.library import Library
from rag.retrieve import Passage, Query, Search
from rag.types import Answer, Citation, Filters

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


def chunk_node(chunk: StoredChunk, stored: StoredArticle) -> TextNode:
    """A chunk as LlamaIndex knows it, with its article's metadata and exact offsets.

    Its id is a UUID, which every store takes: one half is the chunk's number, the other tells
    whether the chunk that has this number in an index is still this one.
    """
    article = stored.article
    node = TextNode(
        id_=str(UUID(int=(_check(stored.id, chunk) << _BITS) | chunk.pk)),
        text=article.text[chunk.start : chunk.end],
        start_char_idx=chunk.start,
        end_char_idx=chunk.end,
        metadata={
            "article_id": stored.id,
            "uri": article.uri,
            "key": article.key,
            "title": article.title,
            "author": article.author,
            "publisher": article.publisher,
            "published": article.published.isoformat() if article.published else None,
            "heading": chunk.heading,
        },
        excluded_embed_metadata_keys=["article_id", "uri", "key", "author", "publisher"],
        excluded_llm_metadata_keys=["article_id", "uri", "key"],
    )
    node.relationships[NodeRelationship.SOURCE] = RelatedNodeInfo(node_id=article.uri)
    return node


def fill(store: BasePydanticVectorStore, library: Library) -> int:
    """Puts every chunk of an index into a vector store, with the vectors that the index has.

    Chunks that the store holds already are added again or replaced, as its own ``add`` does.

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
        known = _chunks_of(now, [node.node.node_id for node in nodes])
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
            found = _placed(node.node, now)
            article, start = found or (self._own(_as_article(node.node, -number)), 0)
            chunk = _chunk_at(article, start, start + len(text), -number)
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


# Bits of a node's id that are the number of its chunk: as SQLite counts.
_BITS = 63
_LOW = (1 << _BITS) - 1


def _chunks_of(now: Generation, ids: Sequence[str]) -> dict[str, StoredChunk]:
    """The chunks of an index that the ids of nodes name, those that are still the same."""
    numbers = {name: number for name in ids if (number := _number(name)) is not None}
    chunks = now.ledger.chunks(number & _LOW for number in numbers.values())
    articles = now.articles({chunk.article for chunk in chunks.values()})
    found = {name: chunks[n & _LOW] for name, n in numbers.items() if n & _LOW in chunks}
    return {
        name: chunk
        for name, chunk in found.items()
        if chunk.article in articles
        and _check(articles[chunk.article].id, chunk) == numbers[name] >> _BITS
    }


def _check(article_id: str, chunk: StoredChunk) -> int:
    said = f"{article_id}:{chunk.start}-{chunk.end}".encode()
    return int.from_bytes(hashlib.sha256(said).digest()[:8], "big")


def _number(name: str) -> int | None:
    try:
        return UUID(name).int
    except ValueError:
        return None


def text_of(node: BaseNode) -> str:
    """The words of a node, without its metadata."""
    return node.get_content(metadata_mode=MetadataMode.NONE)


def _placed(node: BaseNode, now: Generation) -> tuple[StoredArticle, int] | None:
    """The article of an index whose words a node holds, and where they begin in it."""
    text, metadata = text_of(node), node.metadata
    for name in (metadata.get("article_id"), metadata.get("uri"), node.ref_doc_id):
        for stored in now.ledger.articles_named(str(name)) if name else ():
            begin = getattr(node, "start_char_idx", None)
            whole = stored.article.text
            if begin is None or whole[begin : begin + len(text)] != text:
                begin = whole.find(text)
            if stored.current and begin >= 0:
                return stored, begin
    return None


def _chunk_at(article: StoredArticle, start: int, end: int, pk: int) -> StoredChunk | None:
    """The sentences of an article that a stretch of it touches; None if there are none."""
    touched = [n for n, s in enumerate(article.sentences) if s.start < end and s.end > start]
    if not touched:
        return None
    first, last = touched[0], touched[-1] + 1
    begin, stop = article.sentences[first].start, article.sentences[last - 1].end
    return StoredChunk(pk, article.pk, begin, stop, "", first, last)


def _as_article(node: BaseNode, pk: int) -> StoredArticle:
    """A node of somebody else's as an article of its own: offsets count characters of its text."""
    text, known = text_of(node), node.metadata
    uri = node.ref_doc_id or node.node_id

    def said(*names: str) -> str | None:
        return next((str(known[name]) for name in names if known.get(name)), None)

    article = Article(
        uri=str(known.get("uri") or uri),
        key=said("key") or uri,
        text=text,
        title=said("title", "file_name") or "",
        author=said("author"),
        publisher=said("publisher"),
        published=_day(said("published", "date")),
        url=said("url"),
    )
    return StoredArticle(pk, article.id, article, 1, True, pk, tuple(split_sentences(text)))


def _day(given: str | None) -> date | None:
    try:
        return date.fromisoformat(given[:10]) if given else None
    except ValueError:
        return None


def source_nodes(answer: Answer) -> list[NodeWithScore]:
    """What an answer cites as nodes: the quoted words, with offsets into the article.

    The score is the support of the claim that cites them; a refusal has none.
    """
    support: dict[int, float] = {}
    for claim in answer.claims:
        for citation in claim.citations:
            support[citation.number] = max(claim.support, support.get(citation.number, 0.0))
    return [
        NodeWithScore(node=_quoted(citation), score=support.get(citation.number, 0.0))
        for citation in answer.citations
    ]


def _quoted(citation: Citation) -> TextNode:
    metadata: dict[str, Any] = citation.as_json()
    node = TextNode(
        id_=f"{citation.article_id}:{citation.start}-{citation.end}",
        text=citation.quote,
        start_char_idx=citation.start,
        end_char_idx=citation.end,
        metadata=metadata,
        excluded_embed_metadata_keys=[*metadata],
        excluded_llm_metadata_keys=["article_id", "uri", "key", "start", "end", "quote"],
    )
    node.relationships[NodeRelationship.SOURCE] = RelatedNodeInfo(node_id=citation.uri)
    return node
