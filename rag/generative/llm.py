"""Language models: what is needed of one, the client for OpenAI-like servers, its failures."""

from __future__ import annotations

import asyncio
import json
import queue
import re
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import aclosing, suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit, urlunsplit

from index.errors import OnRecordError
from rag.settings import Settings

if TYPE_CHECKING:
    import openai
    from llama_index.core.base.llms.types import ChatMessage

# How servers say that the prompt is too long: OpenAI and vLLM, llama.cpp, LM Studio, transformers.
_TOO_LONG = re.compile(
    r"context[ _]length|context[ _](?:size|window)|maximum context|too many (?:input )?tokens"
    r"|(?:prompt|input|request) is too (?:long|large)|exceed\w* .{0,60}\b(?:context|tokens)\b",
    re.I | re.S,
)
_OPTIONS = re.compile(r"stream_options|include_usage", re.I)
_PAID = re.compile(r"insufficient_quota|billing|credit", re.I)


class ModelFailed(OnRecordError):
    """A language model gave no reply that can be used."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what}; {remedy}")
        self.what = what  # what happened, without a full stop
        self.remedy = remedy  # what the person can do about it


class ContextOverflow(ModelFailed):
    """The prompt is longer than the server lets it be."""


class TooManyRequests(ModelFailed):
    """The server wants to be asked later."""

    def __init__(self, where: str, seconds: float | None) -> None:
        said = "" if seconds is None else f" for {max(1, round(seconds))} s"
        super().__init__(f"{where} has had too many requests{said}", "ask again later")
        self.seconds = seconds  # how long it wants to be left alone; None if it does not say


class OptionUnknown(ModelFailed):
    """The server does not know the option by which the tokens used are told."""


def _too_slow(where: str, seconds: float, begun: bool) -> ModelFailed:
    """A server took longer than it was given; ``begun``: a first piece of the reply had come."""
    what = "did not finish its reply" if begun else "sent no word"
    return ModelFailed(
        f"{where} {what} within {seconds:g} s", "allow more with llm_timeout or use a smaller model"
    )


def _cut(where: str) -> ModelFailed:
    """The failure of a server that went away in the middle of a reply."""
    return ModelFailed(
        f"{where} broke off in the middle of its reply", "see whether the server still runs"
    )


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
    if isinstance(error, openai.APIStatusError):
        return _of_status(error, said, where, model)
    if isinstance(error, openai.APITimeoutError | httpx.TimeoutException):
        return ModelFailed(f"{where} does not answer in time", "allow more with llm_timeout")
    if isinstance(error, openai.APIConnectionError | httpx.ConnectError):
        what, remedy = "cannot be reached", "start the model's server or correct llm_url"
    elif isinstance(error, httpx.HTTPError):
        return _cut(where)
    elif isinstance(error, openai.APIError):  # the stream itself tells of an error
        if _TOO_LONG.search(said):
            return _overflow(where)
        what, remedy = "met an error in the middle of its reply", "see what the server logged"
    elif isinstance(error, json.JSONDecodeError | UnicodeDecodeError):
        what = "sent something that is no stream of a chat"
        remedy = "see whether llm_url names an OpenAI-compatible server"
    elif isinstance(error, httpx.InvalidURL | ValueError | UnicodeError):
        what, remedy = "is no address of a server", "correct llm_url"
    else:
        what = f"sent a reply that cannot be read ({type(error).__name__})"
        remedy = "see whether llm_url names an OpenAI-compatible server"
    return ModelFailed(f"{where} {what}", remedy)


def _of_status(error: openai.APIStatusError, said: str, where: str, model: str) -> ModelFailed:
    """What a server's refusal means, by its status and what it said."""
    status = error.status_code
    after = error.response.headers.get("retry-after", "")
    wait = float(after) if after.isdecimal() else None
    if status in (400, 413, 422, 500) and _TOO_LONG.search(said):
        return _overflow(where)
    if status in (400, 422) and _OPTIONS.search(said):
        return OptionUnknown(f"{where} does not tell how many tokens it uses", "ask again")
    unpaid = status == 402 or (status == 429 and _PAID.search(said))
    if not unpaid and (status == 429 or (status == 503 and wait is not None)):
        return TooManyRequests(where, wait)
    if unpaid:
        what, remedy = "wants to be paid first", "see to the account there"
    elif status in (401, 403):
        what, remedy = "refuses the key", "set llm_key, as in ONRECORD_LLM_KEY"
    elif status in (400, 404) and "model" in said.lower():
        what, remedy = f"has no model “{model}”", "see which ones it has with: onrecord llm"
    elif status in (404, 405):
        what, remedy = "has no chat endpoint", "correct llm_url, which mostly ends in /v1"
    else:
        how = "failed" if status >= 500 else "refused the request"
        what, remedy = f"{how} (HTTP {status})", "see what the server logged"
    return ModelFailed(f"{where} {what}", remedy)


def _overflow(where: str) -> ContextOverflow:
    return ContextOverflow(
        f"the prompt is too long for {where}", "set llm_context to what the server allows"
    )


# The same prompt is to give the same reply, as far as a server can promise that.
TEMPERATURE = 0.0

# Seconds within which a server that is there accepts a connection.
CONNECT_SECONDS = 10.0

# Seconds to wait when a server has had too many requests and does not say how long.
PAUSE = 1.0

_TELL_USAGE = {"stream_options": {"include_usage": True}}
_COUNTED = ("prompt_tokens", "completion_tokens")

Request = Callable[..., AsyncGenerator[Any, None]]
"""Sends a request, given the seconds that the next chunk may take and whether the server is asked
for the tokens used (``usage=``); gives the chunks of the reply as LlamaIndex has them."""


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
        self, messages: list[ChatMessage], max_tokens: int, left: float, *, usage: bool
    ) -> AsyncGenerator[Any, None]:
        """The chunks of a reply as LlamaIndex has them.

        Args:
            messages: The prompt.
            max_tokens: The most tokens of the reply.
            left: Seconds that the next chunk may take.
            usage: Whether the server is asked for the tokens used.

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
                raise _too_slow(self._where, self._seconds, begun) from None
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
        usage, ended = True, False
        try:
            while not (ended or self._stopped.is_set()):
                try:
                    await self._read_once(usage=usage)
                    ended = True
                except TooManyRequests as error:
                    wait = PAUSE if error.seconds is None else error.seconds
                    if wait >= self._left():
                        raise
                    await asyncio.sleep(wait)
                except OptionUnknown:
                    if not usage:
                        raise
                    usage = False
            self._came.put(None)
        except ModelFailed as error:
            self._came.put(error)

    async def _read_once(self, *, usage: bool) -> None:
        ended = None
        async with aclosing(self._request(max(0.01, self._left()), usage=usage)) as pieces:
            async for piece in pieces:
                if piece.delta:
                    self._came.put(piece.delta)
                told = getattr(piece.raw, "usage", None)
                counts = {name: getattr(told, name, None) for name in _COUNTED}
                self.usage = {n: v for n, v in counts.items() if isinstance(v, int)} or self.usage
                for choice in getattr(piece.raw, "choices", None) or ():
                    ended = choice.finish_reason or ended
        if ended is None:
            raise _cut(self._where)
        self.complete = ended != "length"


@dataclass(frozen=True, slots=True)
class Probe:
    """What a server said of itself."""

    models: tuple[str, ...]  # those that it lists
    # Milliseconds until the first piece of a reply; None without a model.
    first_token_ms: float | None = None
    tokens_per_second: float | None = None  # from then on; None if the reply was too short to tell


def configured(settings: Settings) -> OpenAILikeModel | None:
    """The model that the settings name; None if they name no server.

    Args:
        settings: With the server's address and the model's name.

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
        self, messages: list[ChatMessage], max_tokens: int, left: float, *, usage: bool
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
                    max_retries=0,
                    async_http_client=client,
                    additional_kwargs=_TELL_USAGE if usage else {},
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
