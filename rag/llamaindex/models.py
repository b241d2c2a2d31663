"""Models of LlamaIndex's: one that embeds, one that writes."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from functools import cached_property
from types import SimpleNamespace
from typing import Any

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.base.llms.types import ChatMessage
from llama_index.core.llms import LLM
from numpy.typing import NDArray

from index.embedders import MiniLM
from rag.generative.llm import LanguageModel, ModelFailed, explain
from rag.llamaindex.stores import PartUnusable
from rag.settings import Settings

# Tokens that a model reads which does not say how many it does; most read as many or more.
WINDOW = 254


class EmbeddingModel:
    """A ``BaseEmbedding`` as the index takes an embedding model.

    Its name stands for its weights, which LlamaIndex does not tell; tokens are counted by the
    packaged model's tokenizer; how many of them it reads is its ``max_length``, if it has one.
    """

    def __init__(self, model: BaseEmbedding) -> None:
        """Takes a model.

        Raises:
            PartUnusable: it is none.
        """
        if not isinstance(model, BaseEmbedding):
            raise PartUnusable(
                f"embed_model is a {type(model).__name__}; give a BaseEmbedding of LlamaIndex"
            )
        self._model = model
        self._counting = MiniLM()
        self.name = f"{type(model).__name__}:{model.model_name}"
        self.fingerprint = self.name
        self.window = int(getattr(model, "max_length", None) or WINDOW + 2) - 2

    @cached_property
    def dimension(self) -> int:
        """d, the length of every vector."""
        return len(self._model.get_query_embedding("dimension"))

    def count_tokens(self, texts: list[str]) -> list[int]:
        """Tokens of each text, as the packaged model's tokenizer counts them."""
        return self._counting.count_tokens(texts)

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """float32 (n, d), unit rows: texts that will be searched, in their order."""
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        return _unit(self._model.get_text_embedding_batch(list(texts)))

    def encode_query(self, text: str) -> NDArray[np.float32]:
        """float32 (d,), unit length: what is searched for."""
        row: NDArray[np.float32] = _unit([self._model.get_query_embedding(text)])[0]
        return row


def _unit(rows: Sequence[Sequence[float]]) -> NDArray[np.float32]:
    vectors = np.asarray(rows, np.float32)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    found: NDArray[np.float32] = vectors / np.maximum(lengths, np.finfo(np.float32).tiny)
    return found


class ChatModel(LanguageModel):
    """An ``LLM`` as the generative answerer takes a language model.

    Its context is what the model says; how long a reply gets the model decides.
    """

    def __init__(self, llm: LLM, settings: Settings) -> None:
        """Takes a model.

        Raises:
            PartUnusable: it is none.
        """
        if not isinstance(llm, LLM):
            raise PartUnusable(f"llm is a {type(llm).__name__}; give an LLM of LlamaIndex")
        self._llm = llm
        self.where = type(llm).__name__
        named = llm.metadata.model_name
        self.name = self.where if named in ("", "unknown") else named
        self.timeout = float(settings.llm_timeout)
        self.context = llm.metadata.context_window
        self.max_tokens = min(settings.llm_max_tokens, self.context // 2)

    async def _pieces(
        self, messages: list[ChatMessage], max_tokens: int, left: float
    ) -> AsyncGenerator[Any, None]:
        try:
            async for piece in await self._llm.astream_chat(messages):
                yield piece
        except Exception as error:
            # An error of another library than openai and httpx is named by its class.
            if type(error).__module__.partition(".")[0] in ("openai", "httpx", "rag"):
                raise explain(error, self.where, self.name) from error
            what = f"{self.where} failed ({type(error).__name__})"
            raise ModelFailed(what, "see what it logged") from error
        # Most models do not say that they have ended: that nothing follows has to do.
        ended = SimpleNamespace(choices=[SimpleNamespace(finish_reason="stop")], usage=None)
        yield SimpleNamespace(delta="", raw=ended)
