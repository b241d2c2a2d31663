"""The client: one language model behind an OpenAI-compatible server, or anything that acts so."""

from __future__ import annotations

import time
from dataclasses import dataclass

from index.errors import OnRecordError
from rag.settings import Settings
from rag.writing.endpoint import CONNECT_SECONDS, Endpoint
from rag.writing.model import Reply
from rag.writing.streaming import Streamed


@dataclass(frozen=True, slots=True)
class Probe:
    """What a server said of itself.

    Attributes:
        models: Those that it lists.
        first_token_ms: Milliseconds until the first piece of a reply; None without a model.
        tokens_per_second: From then on; None if the reply was too short to tell.
    """

    models: tuple[str, ...]
    first_token_ms: float | None = None
    tokens_per_second: float | None = None


def configured(settings: Settings) -> OpenAILikeModel | None:
    """The model that the settings name; None if they name no server.

    Raises:
        OnRecordError: they name a server and no model, or a model and no server.
    """
    if not settings.llm_url and not settings.llm_model:
        return None
    if not settings.llm_url:
        raise OnRecordError("llm_model is set and llm_url is not; give the server's address too")
    if not settings.llm_model:
        raise OnRecordError(
            "llm_url is set and llm_model is not; see which models it has with: onrecord llm"
        )
    return OpenAILikeModel(settings)


class OpenAILikeModel(Endpoint):
    """A model behind the chat endpoint of a server. Threads may share it."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.max_tokens = min(settings.llm_max_tokens, settings.llm_context // 2)

    def stream(
        self, system: str, user: str, *, seconds: float, max_tokens: int | None = None
    ) -> Reply:
        """A reply to a prompt, which must be complete within so many seconds."""
        return Streamed(self, system, user, seconds, max_tokens or self.max_tokens)

    def probe(self) -> Probe:
        """Asks the server which models it has and, if one is chosen, for a few words of it.

        Raises:
            ModelFailed: it does not answer, or refuses.
        """
        models = self.models(min(self.timeout, CONNECT_SECONDS))
        if not self.name:
            return Probe(models)
        asked = "Count from one to twenty in words."
        pieces = 0
        with self.stream("You are brief.", asked, seconds=self.timeout, max_tokens=48) as reply:
            began = time.perf_counter()
            for _ in reply:
                pieces += 1
                if pieces == 1:
                    began = time.perf_counter()
            took = time.perf_counter() - began
        tokens = reply.usage.get("completion_tokens", pieces)
        speed = (tokens - 1) / took if pieces > 1 and tokens > 1 and took > 0 else None
        return Probe(models, reply.first_token_ms, speed)
