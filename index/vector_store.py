"""The ledger and what is derived from it, behind LlamaIndex's vector store interface."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

import numpy as np
from llama_index.core.schema import (
    BaseNode,
    MetadataMode,
    NodeRelationship,
    RelatedNodeInfo,
    TextNode,
)
from llama_index.core.vector_stores.types import (
    BasePydanticVectorStore,
    FilterCondition,
    FilterOperator,
    MetadataFilter,
    MetadataFilters,
    VectorStoreQuery,
    VectorStoreQueryMode,
    VectorStoreQueryResult,
)
from pydantic import PrivateAttr

from index.article import Article
from index.build import Builder
from index.database import Condition, compared, joined, written_as
from index.embed import Embedder
from index.engine import Place
from index.generation import Allowed, Generation, Generations
from index.ledger import Ledger, StoredArticle, StoredChunk
from index.text.words import content_stems


class VectorStore(BasePydanticVectorStore):
    """An index on disk as a LlamaIndex vector store.

    It answers dense queries (the query's embedding), text queries (BM25 of its words) and both
    together, under metadata filters. A node is a chunk; its ``ref_doc_id`` is its article's uri.
    What is added through this interface goes through the builder like anything else.
    """

    stores_text: bool = True
    is_embedding_query: bool = True

    _index: Generations = PrivateAttr()
    _embedder: Embedder = PrivateAttr()

    def __init__(self, place: Place, embedder: Embedder) -> None:
        """Opens the index at a place.

        Raises:
            IndexMissing, IndexMismatch: see the classes.
        """
        super().__init__(stores_text=True)
        self._index = Generations(place, embedder)
        self._embedder = embedder

    @property
    def client(self) -> Ledger:
        """The ledger."""
        return self._index.ledger

    @contextmanager
    def reading(self) -> Iterator[Generation]:
        """The newest generation, and no other until the block ends."""
        with self._index.reading() as now:
            yield now

    def query(self, query: VectorStoreQuery, **kwargs: Any) -> VectorStoreQueryResult:  # noqa: ANN401
        """The chunks nearest to a query, best first.

        Modes: default (dense), text search (BM25), hybrid (the sum of both, each scaled to its
        best; ``alpha`` weighs the dense one, 0.5 when None).

        Raises:
            ValueError: another mode, or a query without what its mode needs.
        """
        with self.reading() as now:
            allowed = now.allowed(as_sql(query.filters) if query.filters else None)
            if query.doc_ids is not None:
                allowed = _narrowed(now, allowed, set(query.doc_ids))
            if query.node_ids:  # a retriever of LlamaIndex sends [] when it means all
                allowed = _chosen(now, allowed, set(query.node_ids))
            scored = self._scored(query, now, allowed and allowed.chunks.keys())
            chunks = now.ledger.chunks(pk for pk, _ in scored)
            articles = now.articles({c.article for c in chunks.values()})
        # What is damaged is left out.
        whole = [
            (pk, score) for pk, score in scored if pk in chunks and chunks[pk].article in articles
        ]
        nodes = [as_node(chunks[pk], articles[chunks[pk].article]) for pk, _ in whole]
        return VectorStoreQueryResult(
            nodes=nodes,
            similarities=[score for _, score in whole],
            ids=[node.node_id for node in nodes],
        )

    def _scored(
        self,
        query: VectorStoreQuery,
        now: Generation,
        allowed: Any,  # noqa: ANN401
    ) -> list[tuple[int, float]]:
        top_k = query.similarity_top_k
        if query.mode == VectorStoreQueryMode.DEFAULT:
            return now.search_index.chunk_vectors.search(_embedding(query), top_k, allowed)
        weights = dict.fromkeys(content_stems(query.query_str or ""), 1.0)
        if query.mode == VectorStoreQueryMode.TEXT_SEARCH:
            return now.search_index.chunk_words.search(weights, top_k, allowed)
        if query.mode != VectorStoreQueryMode.HYBRID:
            modes = "default, text_search and hybrid"
            raise ValueError(f"query mode {query.mode.value!r}: onrecord has {modes}")
        alpha = 0.5 if query.alpha is None else query.alpha
        total: dict[int, float] = {}
        for share, found in (
            (alpha, now.search_index.chunk_vectors.search(_embedding(query), 4 * top_k, allowed)),
            (1 - alpha, now.search_index.chunk_words.search(weights, 4 * top_k, allowed)),
        ):
            best = max((score for _, score in found), default=0.0)
            for pk, score in found:
                total[pk] = total.get(pk, 0.0) + (share * score / best if best > 0 else 0.0)
        return sorted(total.items(), key=lambda pair: (-pair[1], pair[0]))[:top_k]

    def add(self, nodes: Sequence[BaseNode], **kwargs: Any) -> list[str]:  # noqa: ANN401
        """Adds each source document as an article, its nodes' texts a paragraph each.

        The document is named by the nodes' ``ref_doc_id``, or by the node's own id. Embeddings
        that nodes bring are not used: the index embeds a chunk under its title.
        """
        parts: dict[str, list[BaseNode]] = {}
        for node in nodes:
            parts.setdefault(node.ref_doc_id or node.node_id, []).append(node)
        self._builder().put(_as_article(uri, group) for uri, group in parts.items())
        return [node.node_id for node in nodes]

    def delete(self, ref_doc_id: str, **delete_kwargs: Any) -> None:  # noqa: ANN401
        """Removes an article by its uri, key or id, with every chunk and revision of it."""
        self._builder().remove([ref_doc_id])

    def _builder(self) -> Builder:
        return Builder(
            self._index.place,
            self._embedder,
            chunk_tokens=int(self._index.manifest["chunk_tokens"]),
            overlap=int(self._index.manifest["overlap"]),
        )


def as_node(chunk: StoredChunk, stored: StoredArticle) -> TextNode:
    """A chunk as LlamaIndex knows it, with its article's metadata and exact offsets.

    Args:
        chunk: Of the article.
        stored: As the ledger holds it.
    """
    article = stored.article
    node = TextNode(
        id_=str(chunk.pk),
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


def _embedding(query: VectorStoreQuery) -> Any:  # noqa: ANN401
    if query.query_embedding is None:
        raise ValueError(f"query mode {query.mode.value!r} needs the query's embedding")
    return np.asarray(query.query_embedding, dtype=np.float32)


def _narrowed(now: Generation, allowed: Allowed | None, uris: set[str]) -> Allowed:
    wanted = {pk for uri, (pk, _, _) in now.ledger.current_ids().items() if uri in uris}
    articles = frozenset(wanted if allowed is None else wanted & allowed.articles)
    return Allowed(articles, dict(now.ledger.chunk_pks(articles)))


def _chosen(now: Generation, allowed: Allowed | None, node_ids: set[str]) -> Allowed:
    found = now.ledger.chunks(int(name) for name in node_ids if name.isdecimal())
    chunks = {
        pk: chunk.article for pk, chunk in found.items() if allowed is None or pk in allowed.chunks
    }
    return Allowed(frozenset(chunks.values()), chunks)


def _as_article(uri: str, nodes: list[BaseNode]) -> Article:
    metadata = nodes[0].metadata
    published = metadata.get("published")
    text = "\n\n".join(node.get_content(metadata_mode=MetadataMode.NONE) for node in nodes)
    return Article(
        uri=uri,
        key=str(metadata.get("key") or uri),
        text=text,
        raw=text,
        title=str(metadata.get("title") or ""),
        author=metadata.get("author"),
        publisher=metadata.get("publisher"),
        published=date.fromisoformat(str(published)[:10]) if published else None,
        language=metadata.get("language"),
        url=metadata.get("url"),
    )


_COMPARISONS = {
    FilterOperator.EQ: "=",
    FilterOperator.NE: "<>",
    FilterOperator.GT: ">",
    FilterOperator.GTE: ">=",
    FilterOperator.LT: "<",
    FilterOperator.LTE: "<=",
}
_LISTS = {FilterOperator.IN: "IN", FilterOperator.NIN: "NOT IN"}
_OPERATORS = (*_COMPARISONS, *_LISTS, FilterOperator.TEXT_MATCH, FilterOperator.IS_EMPTY)


def as_sql(filters: MetadataFilters) -> Condition:
    """The condition that filters state; an article without the field never matches a comparison.

    Raises:
        ValueError: a field or an operator that the ledger does not know.

    >>> as_sql(MetadataFilters(filters=[MetadataFilter(key="language", value="en")]))
    ('(language = ?)', ['en'])
    """
    parts = [
        as_sql(item) if isinstance(item, MetadataFilters) else _condition(item)
        for item in filters.filters
    ]
    if parts and filters.condition == FilterCondition.NOT:
        condition, values = joined(parts)
        return f"NOT {condition}", values
    return joined(parts, "OR" if filters.condition == FilterCondition.OR else "AND")


def _condition(item: MetadataFilter) -> Condition:
    if operator := _COMPARISONS.get(item.operator):
        return compared(item.key, operator, item.value)
    if operator := _LISTS.get(item.operator):
        if not isinstance(item.value, list):
            raise ValueError(f"filter on {item.key!r}: {item.operator.value} wants a list")
        return compared(item.key, operator, *item.value)
    compared(item.key, "=")  # that there is such a field
    if item.operator == FilterOperator.TEXT_MATCH:
        return f"instr(caseless({item.key}), caseless(?)) > 0", [written_as(item.value)]
    if item.operator == FilterOperator.IS_EMPTY:
        return f"coalesce({item.key}, '') = ''", []
    known = [operator.value for operator in _OPERATORS]
    raise ValueError(f"filter on {item.key!r}: {item.operator.value} is not one of {known}")
