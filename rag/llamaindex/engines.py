"""A corpus as LlamaIndex's retriever and engines, the reading model as its postprocessor."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Generator
from typing import Any

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.llms.types import ChatMessage, ChatResponse, MessageRole
from llama_index.core.base.response.schema import Response
from llama_index.core.callbacks import CallbackManager
from llama_index.core.chat_engine.types import (
    AgentChatResponse,
    BaseChatEngine,
    StreamingAgentChatResponse,
)
from llama_index.core.postprocessor.types import BaseNodePostprocessor
from llama_index.core.prompts.mixin import PromptMixinType
from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle

from index.text.sentences import split_sentences
from rag.dialogue.history import Answerer, Conversation
from rag.llamaindex.stores import PartUnusable, chunk_node, source_nodes, text_of
from rag.pipeline import Pipeline
from rag.reading.evidence import LEVEL, MARGIN, RELEVANCE
from rag.reading.reader import SentenceReading, Text, default_reader
from rag.retrieve import Query
from rag.types import NO_FILTERS, Filters, Said


class CorpusRetriever(BaseRetriever):
    """Retrieval for anyone's own LlamaIndex pipeline: nodes are chunks with exact offsets."""

    def __init__(self, pipeline: Pipeline, top_k: int = 10, filters: Filters = NO_FILTERS) -> None:
        super().__init__()
        self._pipeline = pipeline
        self._top_k = top_k
        self._filters = filters

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        pipeline = self._pipeline
        query = Query.of(query_bundle.query_str, pipeline.embedder)
        with pipeline.library.reading() as now:
            allowed = now.allowed(self._filters.condition())
            found = pipeline.search(self._filters)(now, query, self._top_k, allowed)
        return [NodeWithScore(node=chunk_node(p.chunk, p.article), score=p.score) for p in found]


class CorpusQueryEngine(BaseQueryEngine):
    """A question in, a cited answer out.

    The response's ``source_nodes`` are the quoted words, with their offsets; its ``metadata`` is
    the answer as JSON. A refusal has no source nodes.
    """

    def __init__(
        self, corpus: Answerer, retriever: BaseRetriever, filters: Filters = NO_FILTERS
    ) -> None:
        super().__init__(callback_manager=CallbackManager())
        self._corpus = corpus
        self._retriever = retriever
        self._filters = filters

    def retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        """The passages that are read for a question."""
        return self._retriever.retrieve(query_bundle)

    def _query(self, query_bundle: QueryBundle) -> Response:
        answer = Conversation(self._corpus).ask(query_bundle.query_str, filters=self._filters)
        return Response(answer.text, source_nodes(answer), answer.as_json())

    async def _aquery(self, query_bundle: QueryBundle) -> Response:
        return await asyncio.to_thread(self._query, query_bundle)

    def _get_prompt_modules(self) -> PromptMixinType:
        return {}


class CorpusChatEngine(BaseChatEngine):
    """One chat; not for several threads at once. What it streams was checked."""

    def __init__(self, corpus: Answerer, filters: Filters = NO_FILTERS) -> None:
        self._corpus = corpus
        self._filters = filters
        self.reset()

    def reset(self) -> None:
        """Begins a new chat."""
        self._chat = Conversation(self._corpus)

    @property
    def chat_history(self) -> list[ChatMessage]:
        """The turns so far."""
        return [ChatMessage(role=m["role"], content=m["content"]) for m in self._chat.history]

    def chat(
        self, message: str, chat_history: list[ChatMessage] | None = None
    ) -> AgentChatResponse:
        """The answer to a message.

        ``chat_history`` takes the place of the turns that this chat has.
        """
        self._begin(chat_history)
        answer = self._chat.ask(message, filters=self._filters)
        return AgentChatResponse(
            response=answer.text, source_nodes=source_nodes(answer), metadata=answer.as_json()
        )

    def stream_chat(
        self, message: str, chat_history: list[ChatMessage] | None = None
    ) -> StreamingAgentChatResponse:
        """The same as a stream, of one piece: what was sent could not be taken back.

        The source nodes are there when it has ended.
        """
        self._begin(chat_history)
        response = StreamingAgentChatResponse(is_writing_to_memory=False)
        response.chat_stream = self._pieces(message, response)
        return response

    async def achat(
        self, message: str, chat_history: list[ChatMessage] | None = None
    ) -> AgentChatResponse:
        """As ``chat``."""
        return await asyncio.to_thread(self.chat, message, chat_history)

    async def astream_chat(
        self, message: str, chat_history: list[ChatMessage] | None = None
    ) -> StreamingAgentChatResponse:
        """As ``stream_chat``."""
        self._begin(chat_history)
        answer = await asyncio.to_thread(self._chat.ask, message, filters=self._filters)

        async def whole() -> Any:  # noqa: ANN401
            yield _piece(answer.text)

        return StreamingAgentChatResponse(
            is_writing_to_memory=False, achat_stream=whole(), source_nodes=source_nodes(answer)
        )

    def _begin(self, history: list[ChatMessage] | None) -> None:
        """Goes on from other turns, if they are given."""
        if history is not None:
            said: list[Said] = [
                {"role": message.role.value, "content": message.content or ""}
                for message in history
            ]
            self._chat = Conversation(self._corpus, said)

    def _pieces(
        self, message: str, response: StreamingAgentChatResponse
    ) -> Generator[ChatResponse, None, None]:
        answer = self._chat.ask(message, filters=self._filters)
        response.source_nodes = source_nodes(answer)
        yield _piece(answer.text)


def _piece(text: str) -> ChatResponse:
    message = ChatMessage(role=MessageRole.ASSISTANT, content=text)
    return ChatResponse(message=message, delta=text)


class ReadingPostprocessor(BaseNodePostprocessor):
    """Reads nodes for a query: which answer it, with which sentence and which of its words.

    A node's score becomes the probability that its best sentence answers. Its metadata gets that
    sentence, ``sentence``, and the words of it that answer, ``answer``, each with offsets
    (``sentence_start``, ``answer_start``, ``..._end``) into the node's text.
    """

    top_n: int = 8  # how many nodes are left at most
    least: float = 0.0  # the probability below which a node is left out

    @classmethod
    def class_name(cls) -> str:
        """The name by which LlamaIndex knows it."""
        return "ReadingPostprocessor"

    def _postprocess_nodes(
        self, nodes: list[NodeWithScore], query_bundle: QueryBundle | None = None
    ) -> list[NodeWithScore]:
        if query_bundle is None:
            raise PartUnusable("nodes are read for a query; give query_str or query_bundle")
        texts = [self._text(node) for node in nodes]
        readings = default_reader().read(query_bundle.query_str, texts)
        found = [_read(*each) for each in zip(nodes, texts, readings, strict=True) if each[2]]
        kept = [node for node in found if (node.score or 0.0) >= self.least]
        return sorted(kept, key=lambda node: -(node.score or 0.0))[: self.top_n]

    @staticmethod
    def _text(node: NodeWithScore) -> Text:
        text = text_of(node.node)
        spans = [(sentence.start, sentence.end) for sentence in split_sentences(text)]
        return Text(str(node.node.metadata.get("title") or ""), text, spans)


def _read(node: NodeWithScore, text: Text, readings: list[SentenceReading]) -> NodeWithScore:
    """A node with what was read in it."""
    odds = [RELEVANCE * r.relevance + MARGIN * r.margin + LEVEL for r in readings]
    best = max(range(len(odds)), key=odds.__getitem__)
    (start, end), reading = text.sentences[best], readings[best]
    read = node.node.model_copy(deep=True)
    read.metadata |= {
        "sentence": text.text[start:end],
        "sentence_start": start,
        "sentence_end": end,
        "answer": text.text[reading.start : reading.end],
        "answer_start": reading.start,
        "answer_end": reading.end,
    }
    return NodeWithScore(node=read, score=1 / (1 + math.exp(-max(-50.0, odds[best]))))
