"""The client: one language model behind an OpenAI-compatible server, or anything that acts so."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from index.errors import OnRecordError
from rag.settings import Settings
from rag.writing.failures import explain
from rag.writing.model import Reply
from rag.writing.streaming import Streamed

# The same prompt is to give the same reply, as far as a server can promise that.
TEMPERATURE = 0.0

# Seconds within which a server that is there accepts a connection.
CONNECT_SECONDS = 10.0


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


class OpenAILikeModel:
    """A model behind the chat endpoint of a server. Threads may share it.

    Attributes:
        where: The server's address, without what is secret in it.
    """

    def __init__(self, settings: Settings) -> None:
        self.name = settings.llm_model
        self.timeout = float(settings.llm_timeout)
        self.context = settings.llm_context
        self.max_tokens = min(settings.llm_max_tokens, settings.llm_context // 2)
        self.where, self._is_here = _place(settings.llm_url)
        self._url = settings.llm_url.rstrip("/")
        self._key = settings.llm_key.get_secret_value() or "none"

    def prepare(self) -> None:
        """Loads the client, for which the first question would otherwise wait."""
        import llama_index.llms.openai_like  # noqa: F401

    def stream(
        self, system: str, user: str, *, seconds: float, max_tokens: int | None = None
    ) -> Reply:
        """A reply to a prompt, which must be complete within so many seconds.

        Args:
            system: What the model is told of its task.
            user: What is asked of it.
            seconds: Until the reply must be complete.
            max_tokens: The most tokens of the reply; None for those of the settings.
        """

        def request(left: float, *, usage: bool) -> AsyncGenerator[Any, None]:
            return self._pieces(system, user, max_tokens or self.max_tokens, left, usage=usage)

        self.prepare()  # before the clock starts: importing it takes a second or more
        return Streamed(request, self.where, seconds)

    def models(self) -> tuple[str, ...]:
        """The models that the server lists.

        Raises:
            ModelFailed: it does not answer, or refuses.
        """
        import httpx
        import openai

        try:
            with (
                httpx.Client(**self._connection(min(self.timeout, CONNECT_SECONDS))) as client,
                openai.OpenAI(
                    api_key=self._key, base_url=self._url, max_retries=0, http_client=client
                ) as server,
            ):
                return tuple(str(model.id) for model in server.models.list().data or ())
        except Exception as error:
            raise explain(error, self.where, self.name) from error

    def probe(self) -> Probe:
        """Asks the server which models it has and, if one is chosen, for a few words of it.

        Raises:
            ModelFailed: it does not answer, or refuses.
        """
        models = self.models()
        if not self.name:
            return Probe(models)
        asked = "Count from one to twenty in words."
        with self.stream("You are brief.", asked, seconds=self.timeout, max_tokens=48) as reply:
            came = [time.perf_counter() for _ in reply]
        tokens = reply.usage.get("completion_tokens", len(came))
        took = came[-1] - came[0] if came else 0.0
        speed = (tokens - 1) / took if len(came) > 1 and tokens > 1 and took > 0 else None
        return Probe(models, reply.first_token_ms, speed)

    async def _pieces(
        self, system: str, user: str, max_tokens: int, seconds: float, *, usage: bool
    ) -> AsyncGenerator[Any, None]:
        """The chunks of a reply as LlamaIndex has them; ``usage`` asks for the tokens used.

        Raises:
            ModelFailed: there is no reply, or no end of it.
        """
        import httpx
        from llama_index.core.base.llms.types import ChatMessage, MessageRole
        from llama_index.llms.openai_like import OpenAILike

        try:
            # A connection of its own, so that it can be cut without another's harm.
            async with httpx.AsyncClient(**self._connection(seconds)) as client:
                model = OpenAILike(
                    model=self.name,
                    api_base=self._url,
                    api_key=self._key,
                    is_chat_model=True,
                    is_function_calling_model=False,
                    context_window=self.context,
                    max_tokens=max_tokens,
                    temperature=TEMPERATURE,
                    timeout=self.timeout,
                    max_retries=0,
                    async_http_client=client,
                    additional_kwargs=(
                        {"stream_options": {"include_usage": True}} if usage else {}
                    ),
                )
                said = [(MessageRole.SYSTEM, system), (MessageRole.USER, user)]
                messages = [ChatMessage(role=role, content=text) for role, text in said]
                async for piece in await model.astream_chat(messages):
                    yield piece
        except Exception as error:
            raise explain(error, self.where, self.name) from error

    def _connection(self, seconds: float) -> dict[str, Any]:
        """What httpx needs to know of the server."""
        import httpx

        return {
            "verify": self._url.startswith("https"),
            "trust_env": not self._is_here,  # no proxy is asked for this machine
            "timeout": httpx.Timeout(seconds, connect=min(seconds, CONNECT_SECONDS)),
        }


def _place(url: str) -> tuple[str, bool]:
    """An address without a user's name, password or query, and whether it is of this machine."""
    try:
        parts = urlsplit(url.rstrip("/"))
        host = parts.hostname or ""
    except ValueError:
        return "llm_url", False
    here = host in ("localhost", "::1", "0.0.0.0") or host.startswith("127.")  # noqa: S104
    bare = parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="")
    return urlunsplit(bare) or "llm_url", here
