"""Retrieval behind LlamaIndex's retriever interface."""

from __future__ import annotations

from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle

from index.conditions import Condition
from index.embed import Embedder
from index.generation import Generations
from index.store import as_node
from rag.retrieve import Query, retrieve


class PassageRetriever(BaseRetriever):
    """Retrieval for anyone's own LlamaIndex pipeline: nodes are chunks with exact offsets."""

    def __init__(
        self,
        index: Generations,
        embedder: Embedder,
        top_k: int = 10,
        condition: Condition | None = None,
    ) -> None:
        super().__init__()
        self._index = index
        self._embedder = embedder
        self._top_k = top_k
        self._condition = condition

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        query = Query.of(query_bundle.query_str, self._embedder)
        with self._index.reading() as now:
            passages = retrieve(now, query, self._top_k, now.allowed(self._condition))
        return [NodeWithScore(node=as_node(p.chunk, p.article), score=p.score) for p in passages]
