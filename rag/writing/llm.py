"""The client: one language model behind an OpenAI-compatible server, or anything that acts so."""

from __future__ import annotations

import queue
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self
from urllib.parse import urlsplit, urlunsplit

from index.errors import OnRecordError
from rag.settings import Settings
from rag.writing.failures import (
    ModelFailed,
    OptionUnknown,
    TooManyRequests,
    cut,
    explain,
    too_slow,
)

if TYPE_CHECKING:
    import ssl

    import httpx

# The same prompt is to give the same reply, as far as a server can promise that.
TEMPERATURE = 0.0

# Seconds to wait when a server has had too many requests and does not say how long.
PAUSE = 1.0

# Seconds within which a server that is there accepts a connection.
CONNECT_SECONDS = 10.0


class Reply(Protocol):
    """A reply as it comes; leaving its context stops the request at the server.

    Attributes:
        usage: "prompt_tokens" and "completion_tokens", once the server has told them.
        first_token_ms: Milliseconds until the first piece of text; None before it.
        complete: Whether the model ended it, rather than the limit on its length.
    """

    usage: Mapping[str, int]
    first_token_ms: float | None
    complete: bool

    def __enter__(self) -> Self:
        """Sends the request."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: object
    ) -> None:
        """Stops it."""

    def __iter__(self) -> Iterator[str]:
        """The pieces of text, none of them empty.

        Raises:
            ModelFailed: there is no reply, or no end of it within the time.
        """


class LanguageModel(Protocol):
    """What the writing answerer needs of a language model.

    Attributes:
        name: As the server knows it.
        timeout: Seconds within which a reply must be complete.
        context: Tokens that prompt and reply may have together.
        max_tokens: The most tokens of a reply.
    """

    @property
    def name(self) -> str:
        """As the server knows it."""

    @property
    def timeout(self) -> float:
        """Seconds within which a reply must be complete."""

    @property
    def context(self) -> int:
        """Tokens that prompt and reply may have together."""

    @property
    def max_tokens(self) -> int:
        """The most tokens of a reply."""

    def prepare(self) -> None:
        """Loads what the first reply would otherwise wait for."""

    def stream(
        self, system: str, user: str, *, seconds: float, max_tokens: int | None = None
    ) -> Reply:
        """A reply to a prompt, which must be complete within so many seconds."""


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
    """A model behind the chat endpoint of a server. Threads may share it."""

    def __init__(self, settings: Settings) -> None:
        self.name = settings.llm_model
        self.timeout = float(settings.llm_timeout)
        self.context = settings.llm_context
        self.max_tokens = min(settings.llm_max_tokens, settings.llm_context // 2)
        self.url = settings.llm_url.rstrip("/")
        self.where = _shown(self.url)
        self._key = settings.llm_key.get_secret_value()

    def prepare(self) -> None:
        """Loads the client, for which the first question would otherwise wait."""
        import llama_index.llms.openai_like  # type: ignore[import-untyped]  # noqa: F401

    def stream(
        self, system: str, user: str, *, seconds: float, max_tokens: int | None = None
    ) -> Reply:
        """A reply to a prompt, which must be complete within so many seconds."""
        return _Streamed(self, system, user, seconds, max_tokens or self.max_tokens)

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


@dataclass(slots=True)
class _Line:
    """The sockets of one request, which another thread than its own may shut."""

    sockets: list[Any] = field(default_factory=list)
    shut: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    def watch(self, request: httpx.Request) -> None:
        """Has the request tell of each connection that it makes."""
        request.extensions = {**request.extensions, "trace": self._seen}

    def _seen(self, event: str, info: Mapping[str, Any]) -> None:
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            found = info["return_value"].get_extra_info("socket")
            with self.lock:
                self.sockets.append(found)
                shut = self.shut
            if shut:
                _shut(found)

    def cut(self) -> None:
        """Ends every connection now, whoever reads from it."""
        with self.lock:
            self.shut = True
            sockets = list(self.sockets)
        for found in sockets:
            _shut(found)


def _shut(found: Any) -> None:  # noqa: ANN401
    # Closing would not wake a thread that reads, nor tell the server; the plain socket's method
    # is used since that of TLS first forgets its session, which the reading thread holds.
    with suppress(OSError, AttributeError, TypeError):
        socket.socket.shutdown(found, socket.SHUT_RDWR)


class _Streamed:
    """A reply that a thread of its own reads, so that whoever waits for it can stop waiting."""

    def __init__(
        self, model: OpenAILikeModel, system: str, user: str, seconds: float, max_tokens: int
    ) -> None:
        self.usage: Mapping[str, int] = {}
        self.first_token_ms: float | None = None
        self.complete = False
        self._model = model
        self._prompt = (system, user, max_tokens)
        self._seconds = seconds
        self._deadline = 0.0
        self._started = 0.0
        self._came: queue.SimpleQueue[str | ModelFailed | None] = queue.SimpleQueue()
        self._stopped = threading.Event()
        self._line = _Line()

    def __enter__(self) -> Self:
        self._model.prepare()  # before the clock starts: importing it takes a second or more
        self._started = time.perf_counter()
        self._deadline = self._started + self._seconds
        threading.Thread(target=self._read, name="onrecord-llm", daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | object,
    ) -> None:
        self._stopped.set()
        self._line.cut()

    def __iter__(self) -> Iterator[str]:
        while True:
            left = self._deadline - time.perf_counter()
            try:
                if left <= 0:
                    raise queue.Empty
                came = self._came.get(timeout=left)
            except queue.Empty:
                begun = self.first_token_ms is not None
                raise too_slow(self._model.where, self._seconds, begun) from None
            if came is None:
                return
            if isinstance(came, ModelFailed):
                raise came
            if self.first_token_ms is None:
                self.first_token_ms = 1000 * (time.perf_counter() - self._started)
            yield came

    def _read(self) -> None:
        """Puts what comes where it is waited for, then None or the failure."""
        usage = True
        while not self._stopped.is_set():
            try:
                self._read_once(usage=usage)
            except TooManyRequests as error:
                wait = PAUSE if error.seconds is None else error.seconds
                if time.perf_counter() + wait >= self._deadline:
                    self._came.put(error)
                    return
                self._stopped.wait(wait)
            except OptionUnknown as error:
                if not usage:
                    self._came.put(error)
                    return
                usage = False
            except ModelFailed as error:
                self._came.put(error)
                return
            else:
                self._came.put(None)
                return

    def _read_once(self, *, usage: bool) -> None:
        """One request.

        Raises:
            ModelFailed: whatever went wrong, except that somebody stopped it.
        """
        model = self._model
        ended = None
        hooks: dict[str, list[Callable[..., Any]]] = {"request": [self._line.watch]}
        try:
            left = max(0.01, self._deadline - time.perf_counter())
            with model.client(left, event_hooks=hooks) as client:
                for piece in model.pieces(*self._prompt, client, usage=usage):
                    if self._stopped.is_set():
                        return
                    if piece.delta:
                        self._came.put(piece.delta)
                    self._note(piece.raw)
                    ended = _ended(piece.raw) or ended
        except Exception as error:
            if self._stopped.is_set():
                return
            raise explain(error, model.where, model.name) from error
        if ended is None:
            raise cut(model.where)
        self.complete = ended != "length"

    def _note(self, chunk: Any) -> None:  # noqa: ANN401
        """Keeps what a chunk says of the tokens used."""
        told = getattr(chunk, "usage", None)
        names = ("prompt_tokens", "completion_tokens")
        values = {name: getattr(told, name, None) for name in names}
        if kept := {name: value for name, value in values.items() if isinstance(value, int)}:
            self.usage = kept


def _ended(chunk: Any) -> str | None:  # noqa: ANN401
    """Why a reply ended, if a chunk says that it did."""
    choices = getattr(chunk, "choices", None)
    return str(choices[0].finish_reason) if choices and choices[0].finish_reason else None


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
