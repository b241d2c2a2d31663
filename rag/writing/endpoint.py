"""The chat endpoint of an OpenAI-compatible server: how it is reached, and what it sends."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from rag.settings import Settings
from rag.writing.failures import explain

if TYPE_CHECKING:
    import ssl

    import httpx

# The same prompt is to give the same reply, as far as a server can promise that.
TEMPERATURE = 0.0

# Seconds within which a server that is there accepts a connection.
CONNECT_SECONDS = 10.0


class Endpoint:
    """A server's address and key, and the model that is asked there. Threads may share it."""

    def __init__(self, settings: Settings) -> None:
        self.name = settings.llm_model
        self.timeout = float(settings.llm_timeout)
        self.context = settings.llm_context
        self.url = settings.llm_url.rstrip("/")
        self.where = _shown(self.url)
        self._key = settings.llm_key.get_secret_value()

    def prepare(self) -> None:
        """Loads the client, for which the first question would otherwise wait."""
        import llama_index.llms.openai_like  # type: ignore[import-untyped]  # noqa: F401

    def models(self, seconds: float = CONNECT_SECONDS) -> tuple[str, ...]:
        """The models that the server lists.

        Raises:
            ModelFailed: it does not answer, or refuses.
        """
        import openai

        try:
            with self.client(seconds) as client:
                found = openai.OpenAI(
                    api_key=self._key or "none",
                    base_url=self.url,
                    max_retries=0,
                    timeout=seconds,
                    http_client=client,
                ).models.list()
                return tuple(str(model.id) for model in found.data or ())
        except Exception as error:
            raise explain(error, self.where, self.name) from error

    def client(self, seconds: float, **hooks: Any) -> httpx.Client:  # noqa: ANN401
        """A connection of its own to the server, so that it can be cut without another's harm."""
        import httpx

        try:
            here = _is_here(self.url)
            return httpx.Client(
                verify=self._certificates if self.url.startswith("https") else False,
                trust_env=not here,
                timeout=httpx.Timeout(seconds, connect=min(seconds, CONNECT_SECONDS)),
                **hooks,
            )
        except ValueError as error:  # a proxy that is none
            raise explain(error, self.where, self.name) from error

    @cached_property
    def _certificates(self) -> ssl.SSLContext:
        import httpx

        return httpx.create_ssl_context()

    def pieces(
        self, system: str, user: str, max_tokens: int, client: httpx.Client, *, usage: bool
    ) -> Iterator[Any]:
        """The chunks of a reply as LlamaIndex has them; ``usage`` asks for the tokens used."""
        from llama_index.core.base.llms.types import ChatMessage, MessageRole
        from llama_index.llms.openai_like import OpenAILike

        options = {"stream_options": {"include_usage": True}} if usage else {}
        model = OpenAILike(
            model=self.name,
            api_base=self.url,
            api_key=self._key or "none",
            is_chat_model=True,
            is_function_calling_model=False,
            context_window=self.context,
            max_tokens=max_tokens,
            temperature=TEMPERATURE,
            timeout=self.timeout,
            max_retries=0,
            http_client=client,
            additional_kwargs=options,
        )
        messages = [
            ChatMessage(role=MessageRole.SYSTEM, content=system),
            ChatMessage(role=MessageRole.USER, content=user),
        ]
        yield from model.stream_chat(messages)


def _shown(url: str) -> str:
    """An address without a user's name, password or query in it."""
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        return "llm_url"
    return urlunsplit((parts.scheme, host, parts.path, "", "")) or "llm_url"


def _is_here(url: str) -> bool:
    """Whether an address is of this machine: no proxy is asked for it."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return False
    return host in ("localhost", "::1", "0.0.0.0") or host.startswith("127.")  # noqa: S104
