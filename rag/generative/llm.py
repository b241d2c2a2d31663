"""Language models: what is needed of one, the client for OpenAI-like servers, its failures."""

from __future__ import annotations

import asyncio
import queue
import re
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import aclosing, suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit, urlunsplit

from index.errors import OnRecordError
from rag.settings import Settings

if TYPE_CHECKING:
    from llama_index.core.base.llms.types import ChatMessage

# How servers say that the prompt is too long: OpenAI and vLLM, llama.cpp, LM Studio, transformers.
_TOO_LONG = re.compile(
    r"context[ _]length|context[ _](?:size|window)|maximum context|too many (?:input )?tokens"
    r"|(?:prompt|input|request) is too (?:long|large)|exceed\w* .{0,60}\b(?:context|tokens)\b",
    re.I | re.S,
)


class ModelFailed(OnRecordError):
    """A language model gave no reply that can be used."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what}; {remedy}")
        self.what = what  # what happened, without a full stop
        self.remedy = remedy  # what the person can do about it


class ContextOverflow(ModelFailed):
    """The prompt is longer than the server lets it be."""


def explain(error: Exception, where: str, model: str) -> ModelFailed:
    """What an error of the client means.

    Args:
        error: As openai, httpx or the parser of the stream raises it.
        where: The server's address, without what is secret in it.
        model: The name of the model that was asked for.
    """
    import httpx
    import openai

    if isinstance(error, ModelFailed):
        return error
    said = f"{error} {getattr(error, 'body', '')}"[:4000]  # only read, never shown
    status = error.status_code if isinstance(error, openai.APIStatusError) else None
    if isinstance(error, openai.APIError) and _TOO_LONG.search(said):
        return ContextOverflow(
            f"the prompt is too long for {where}", "set llm_context to what the server allows"
        )
    if status is not None:
        what, remedy = _of_status(status, said, model)
    elif isinstance(error, openai.APITimeoutError | httpx.TimeoutException):
        what, remedy = "does not answer in time", "allow more with llm_timeout"
    elif isinstance(error, openai.APIConnectionError | httpx.ConnectError):
        what, remedy = "cannot be reached", "start the model's server or correct llm_url"
    elif isinstance(error, httpx.HTTPError):
        what, remedy = _BROKE_OFF
    elif isinstance(error, openai.APIError):  # the stream itself tells of an error
        what, remedy = "met an error in the middle of its reply", "see what the server logged"
    else:
        what = f"sent a reply that cannot be read ({type(error).__name__})"
        remedy = "see whether llm_url names an OpenAI-compatible server"
    return ModelFailed(f"{where} {what}", remedy)


_BROKE_OFF = "broke off in the middle of its reply", "see whether the server still runs"


def _of_status(status: int, said: str, model: str) -> tuple[str, str]:
    """What a server's refusal means, by its status and what it said; and the remedy."""
    if status in (401, 403):
        return "refuses the key", "set llm_key, as in ONRECORD_LLM_KEY"
    if status == 429:
        return "has had too many requests", "ask again later, or see to the account there"
    if status in (400, 404) and "model" in said.lower():
        return f"has no model “{model}”", "see which ones it has with: onrecord llm"
    if status in (404, 405):
        return "has no chat endpoint", "correct llm_url, which mostly ends in /v1"
    return f"refused the request (HTTP {status})", "see what the server logged"


# The same prompt is to give the same reply, as far as a server can promise that.
TEMPERATURE = 0.0

# Seconds within which a server that is there accepts a connection.
CONNECT_SECONDS = 10.0

# How often a request is sent again that the server had no room for or that did not reach it.
RETRIES = 1

_COUNTED = ("prompt_tokens", "completion_tokens")

Request = Callable[[float], AsyncGenerator[Any, None]]
"""Sends a request, given the seconds that the next chunk may take; gives the chunks of the reply
as LlamaIndex has them."""


class LanguageModel(ABC):
    """A language model. Threads may share it."""

    name: str  # as the server knows it
    where: str  # what is asked, for messages: the server's address, without what is secret in it
    timeout: float  # seconds within which a reply must be complete
    context: int  # tokens that prompt and reply may have together
    max_tokens: int  # the most tokens of a reply

    def prepare(self) -> None:  # noqa: B027 (most have nothing to load)
        """Loads what the first reply would otherwise wait for."""

    @abstractmethod
    def _pieces(
        self, messages: list[ChatMessage], max_tokens: int, left: float
    ) -> AsyncGenerator[Any, None]:
        """The chunks of a reply as LlamaIndex has them.

        Args:
            messages: The prompt.
            max_tokens: The most tokens of the reply.
            left: Seconds that the next chunk may take.

        Raises:
            ModelFailed: there is no reply, or no end of it.
        """

    def stream(
        self, system: str, user: str, *, seconds: float, max_tokens: int | None = None
    ) -> Reply:
        """A reply to a prompt.

        Args:
            system: What the model is told of its task.
            user: What is asked of it.
            seconds: Until the reply must be complete.
            max_tokens: The most tokens of the reply; None for the usual.
        """
        self.prepare()  # before the clock starts: importing a client takes a second or more
        from llama_index.core.base.llms.types import ChatMessage, MessageRole

        said = [(MessageRole.SYSTEM, system), (MessageRole.USER, user)]
        messages = [ChatMessage(role=role, content=text) for role, text in said]
        request = partial(self._pieces, messages, max_tokens or self.max_tokens)
        return Reply(request, self.where, seconds)


class Reply:
    """A reply as it comes, read in a thread of its own; leaving its context stops the request."""

    def __init__(self, request: Request, where: str, seconds: float) -> None:
        # "prompt_tokens" and "completion_tokens", once the server has told them.
        self.usage: Mapping[str, int] = {}
        # Milliseconds until the first piece of text; None before it.
        self.first_token_ms: float | None = None
        self.complete = False  # whether the model ended it, rather than the limit on its length
        self._request = request
        self._where = where
        self._seconds = seconds
        self._started = time.perf_counter()
        self._came: queue.SimpleQueue[str | ModelFailed | None] = queue.SimpleQueue()
        self._stopped = threading.Event()
        self._reading: asyncio.Task[None] | None = None

    def __enter__(self) -> Self:
        self._started = time.perf_counter()
        threading.Thread(target=self._run, name="onrecord-llm", daemon=True).start()
        return self

    def __exit__(self, kind: object, error: object, at: object) -> None:
        self._stopped.set()
        if self._reading:
            with suppress(RuntimeError):  # it has ended by itself
                self._reading.get_loop().call_soon_threadsafe(self._reading.cancel)

    def __iter__(self) -> Iterator[str]:
        """The pieces of text, none of them empty.

        Raises:
            ModelFailed: there is no reply, or no end of it within the time.
        """
        while True:
            try:
                if (left := self._left()) <= 0:
                    raise queue.Empty
                came = self._came.get(timeout=left)
            except queue.Empty:
                begun = self.first_token_ms is not None
                what = "did not finish its reply" if begun else "sent no word"
                raise ModelFailed(
                    f"{self._where} {what} within {self._seconds:g} s",
                    "allow more with llm_timeout or use a smaller model",
                ) from None
            if came is None:
                return
            if isinstance(came, ModelFailed):
                raise came
            if self.first_token_ms is None:
                self.first_token_ms = 1000 * (time.perf_counter() - self._started)
            yield came

    def _left(self) -> float:
        return self._started + self._seconds - time.perf_counter()

    def _run(self) -> None:
        with suppress(asyncio.CancelledError):
            asyncio.run(self._read())

    async def _read(self) -> None:
        """Puts what comes where it is waited for, then None or the failure."""
        self._reading = asyncio.current_task()
        if self._stopped.is_set():
            return
        ended = None
        try:
            async with aclosing(self._request(max(0.01, self._left()))) as pieces:
                async for piece in pieces:
                    if piece.delta:
                        self._came.put(piece.delta)
                    told = getattr(piece.raw, "usage", None)
                    counts = {name: getattr(told, name, None) for name in _COUNTED}
                    found = {n: v for n, v in counts.items() if isinstance(v, int)}
                    self.usage = found or self.usage
                    for choice in getattr(piece.raw, "choices", None) or ():
                        ended = choice.finish_reason or ended
        except ModelFailed as error:
            self._came.put(error)
            return
        self.complete = ended not in (None, "length")
        what, remedy = _BROKE_OFF
        self._came.put(None if ended else ModelFailed(f"{self._where} {what}", remedy))


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


class OpenAILikeModel(LanguageModel):
    """A model behind the chat endpoint of a server."""

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

    def first_token_ms(self) -> float | None:
        """Milliseconds until the model's first words; None if it says nothing.

        Raises:
            ModelFailed: the server does not answer, or refuses.
        """
        asked = "Count from one to twenty in words."
        with self.stream("You are brief.", asked, seconds=self.timeout, max_tokens=48) as reply:
            next(iter(reply), None)
        return reply.first_token_ms

    async def _pieces(
        self, messages: list[ChatMessage], max_tokens: int, left: float
    ) -> AsyncGenerator[Any, None]:
        import httpx
        from llama_index.llms.openai_like import OpenAILike

        try:
            # A connection of its own, so that it can be cut without another's harm.
            async with httpx.AsyncClient(**self._connection(left)) as client:
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
                    max_retries=RETRIES,
                    async_http_client=client,
                    additional_kwargs={"stream_options": {"include_usage": True}},
                )
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
