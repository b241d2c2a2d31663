"""A corpus to ask: the front door."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from index.database import is_database
from index.embed import Embedder
from index.embedders import embedder_of
from index.ledger import StoredArticle
from rag.answer_text import refusal
from rag.dialogue.history import Conversation
from rag.generative.llm import LanguageModel, configured
from rag.kept_vectors import KeptVectors
from rag.library import Library
from rag.pipeline import Pipeline
from rag.question import Question
from rag.reading.reader import Reader, Text, default_reader
from rag.requests.request import Request
from rag.retrieve import Passage, query_of
from rag.settings import Settings
from rag.types import (
    NO_FILTERS,
    Answer,
    AskRequest,
    Filters,
    How,
    Said,
    as_turns,
)

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding
    from llama_index.core.llms import LLM
    from llama_index.core.retrievers import BaseRetriever
    from llama_index.core.vector_stores.types import BasePydanticVectorStore

    from rag.llamaindex.engines import CorpusChatEngine, CorpusQueryEngine, CorpusRetriever
    from rag.llamaindex.stores import NodeSearch


# Passages looked at for each article of a ranking: long articles fill several places.
RANK_DEPTH = 5


class Corpus(Library):
    """An open corpus. Threads may share it; a new generation is picked up by the next question."""

    def __init__(
        self,
        directory: Path,
        embedder: Embedder,
        settings: Settings,
        model: LanguageModel | None = None,
        reader: Reader | None = None,
        nodes: NodeSearch | None = None,
    ) -> None:
        super().__init__(directory, embedder, settings)
        self.model = model
        self._vectors = KeptVectors(embedder)
        self._reader = reader or default_reader()
        self._nodes = nodes
        self.elsewhere = nodes.articles if nodes else {}

    @classmethod
    def open(
        cls,
        directory: str | Path | None = None,
        *,
        settings: Settings | None = None,
        embedder: Embedder | None = None,
        vector_store: BasePydanticVectorStore | None = None,
        retriever: BaseRetriever | None = None,
        llm: LLM | None = None,
        embed_model: BaseEmbedding | None = None,
    ) -> Corpus:
        """Opens an index, by default the one that the settings name.

        Args:
            directory: The folder, or the address of a database. Without one, and with a store or
                a retriever, the corpus is what that gives: facts are answered from its nodes.
            settings: Of the environment and ``onrecord.toml`` by default.
            embedder: The embedding model that the index was made with.
            vector_store: Any of LlamaIndex's, which is searched in place of the index's vectors;
                ``rag.llamaindex.stores.fill`` puts an index into one.
            retriever: Any of LlamaIndex's, whose nodes are read in place of what a search finds.
            llm: Any of LlamaIndex's, in place of the one that the settings name.
            embed_model: Any of LlamaIndex's, in place of ``embedder``.

        Raises:
            IndexMissing: there is no index.
            IndexMismatch: it was made with another schema or embedding model.
            OnRecordError: the settings name half of a language model, or a part given lacks
                something.
        """
        settings = settings or Settings()
        if directory is not None and is_database(str(directory)):
            settings = Settings(**settings.model_dump() | {"index": directory})
            directory = None
        if embed_model is not None:
            from rag.llamaindex.models import EmbeddingModel

            embedder = EmbeddingModel(embed_model)
        embedder = embedder or embedder_of(settings.embedder)
        model: LanguageModel | None
        if llm is not None:
            from rag.llamaindex.models import ChatModel

            model = ChatModel(llm, settings)
        else:
            model = configured(settings)
        nodes = None
        if vector_store is not None or retriever is not None:
            from rag.llamaindex.stores import empty_index, node_search

            nodes = node_search(embedder, vector_store, retriever)
            directory = directory or empty_index(embedder)
        folder = Path(directory or settings.index)
        return cls(folder, embedder, settings, model, nodes=nodes)

    @property
    def pipeline(self) -> Pipeline:
        """The steps of a question, with the parts of this corpus."""
        found = Pipeline(self, self._vectors, self._reader, self.model)
        return replace(found, search=self._nodes.within) if self._nodes else found

    def quoting(self, *, threshold: float | None = None) -> Corpus:
        """The same corpus as it answers without a language model.

        It answers from ``threshold`` on, a confidence; None is that of the settings.
        """
        other = copy(self)
        other.model = None
        if threshold is not None:
            other.settings = self.settings.model_copy(update={"threshold": threshold})
        return other

    def ask(self, question: str | AskRequest, **how: Unpack[How]) -> Answer:
        """Answers a question, or refuses to.

        Raises:
            UnusableQuestion: it is empty, too long, or has no word to search for.
        """
        return deque(self.stream(question, **how), maxlen=1)[0]

    def stream(self, question: str | AskRequest, **how: Unpack[How]) -> Iterator[Answer]:
        """As ``ask``, as an answer that grows; the last one is whole.

        Closing the iterator ends the work, at a language model's server too.
        """
        yield from self.pipeline.stream(AskRequest.of(question, **how))

    def reply(self, request: Request, *, filters: Filters = NO_FILTERS) -> Answer:
        """The reply to a request whose kind is known, such as a timeline."""
        said = " ".join(filter(None, (request.kind, request.speaker, request.subject)))
        asked = AskRequest(said, filters=filters, scope=False)
        if draft := self.pipeline.reply(Question(said, said), request, asked):
            return draft.answer
        nothing = "the articles tell nothing of this"
        return Answer(
            question=said,
            query=said,
            answered=False,
            text=refusal((), nothing),
            kind=request.kind,
            reason=nothing,
        )

    def search(
        self,
        query: str,
        top_k: int | None = None,
        *,
        history: Iterable[Said] = (),
        filters: Filters = NO_FILTERS,
    ) -> list[Passage]:
        """The passages that match a query best, best first.

        Args:
            query: What is looked for, as typed.
            top_k: How many at most; None for that of the settings.
            history: Earlier turns, oldest first.
            filters: Which articles may be used.

        Raises:
            UnusableQuestion: as for ``ask``.
        """
        pipeline = self.pipeline
        meant = pipeline.understand(AskRequest(query, as_turns(history)))
        if meant.kind == "smalltalk":
            return []
        with self.reading() as now:
            searched = query_of(meant, self._embedder, now)
            allowed = self.allowed(now, filters)
            return pipeline.search(filters)(now, searched, top_k or self.settings.top_k, allowed)

    def rank(
        self, query: str, top_k: int, *, history: Iterable[Said] = ()
    ) -> list[tuple[StoredArticle, float]]:
        """The articles that match a query best, each with the score of its best passage.

        Args:
            query: What is looked for, as typed.
            top_k: How many at most.
            history: Earlier turns, oldest first.

        Raises:
            UnusableQuestion: as for ``ask``.
        """
        best: dict[int, tuple[StoredArticle, float]] = {}
        for passage in self.search(query, RANK_DEPTH * top_k, history=history):
            best.setdefault(passage.article.pk, (passage.article, passage.score))
        return list(best.values())[:top_k]

    def as_retriever(self, top_k: int = 10, filters: Filters = NO_FILTERS) -> CorpusRetriever:
        """The same search as a LlamaIndex retriever."""
        from rag.llamaindex.engines import CorpusRetriever

        return CorpusRetriever(self.pipeline, top_k, filters)

    retriever = as_retriever

    def as_query_engine(self, filters: Filters = NO_FILTERS) -> CorpusQueryEngine:
        """The corpus as a LlamaIndex query engine: a cited answer, its quotes as source nodes."""
        from rag.llamaindex.engines import CorpusQueryEngine

        return CorpusQueryEngine(self, self.as_retriever(filters=filters), filters)

    def as_chat_engine(self, filters: Filters = NO_FILTERS) -> CorpusChatEngine:
        """A chat with the corpus as a LlamaIndex chat engine."""
        from rag.llamaindex.engines import CorpusChatEngine

        return CorpusChatEngine(self, filters)

    def conversation(self, history: Iterable[Said] = ()) -> Conversation:
        """A chat, which may go on from earlier turns."""
        return Conversation(self, history)

    def prepare(self) -> None:
        """Loads the models and the index, which the first question would otherwise wait for."""
        self._embedder.encode_query("ready")
        self._reader.read("ready", [Text("", "Ready.", [(0, 6)])])
        if self.model:
            self.model.prepare()
        with self.reading():
            pass
