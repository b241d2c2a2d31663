"""A server's reply, read in a thread of its own, in its time, until nobody wants it."""

from __future__ import annotations

import queue
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from rag.writing.endpoint import Endpoint
from rag.writing.failures import (
    ModelFailed,
    OptionUnknown,
    TooManyRequests,
    cut,
    explain,
    too_slow,
)

if TYPE_CHECKING:
    import httpx

# Seconds to wait when a server has had too many requests and does not say how long.
PAUSE = 1.0


class Streamed:
    """A reply that a thread of its own reads, so that whoever waits for it can stop waiting."""

    def __init__(
        self, endpoint: Endpoint, system: str, user: str, seconds: float, max_tokens: int
    ) -> None:
        self.usage: Mapping[str, int] = {}
        self.first_token_ms: float | None = None
        self.complete = False
        self._endpoint = endpoint
        self._prompt = (system, user, max_tokens)
        self._seconds = seconds
        self._deadline = 0.0
        self._started = 0.0
        self._came: queue.SimpleQueue[str | ModelFailed | None] = queue.SimpleQueue()
        self._stopped = threading.Event()
        self._line = _Line()

    def __enter__(self) -> Self:
        self._endpoint.prepare()  # before the clock starts: importing it takes a second or more
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
                raise too_slow(self._endpoint.where, self._seconds, begun) from None
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
        endpoint = self._endpoint
        ended = None
        hooks: dict[str, list[Callable[..., Any]]] = {"request": [self._line.watch]}
        try:
            left = max(0.01, self._deadline - time.perf_counter())
            with endpoint.client(left, event_hooks=hooks) as client:
                for piece in endpoint.pieces(*self._prompt, client, usage=usage):
                    if self._stopped.is_set():
                        return
                    if piece.delta:
                        self._came.put(piece.delta)
                    self._note(piece.raw)
                    ended = _ended(piece.raw) or ended
        except Exception as error:
            if self._stopped.is_set():
                return
            raise explain(error, endpoint.where, endpoint.name) from error
        if ended is None:
            raise cut(endpoint.where)
        self.complete = ended != "length"

    def _note(self, chunk: Any) -> None:  # noqa: ANN401
        """Keeps what a chunk says of the tokens used."""
        told = getattr(chunk, "usage", None)
        names = ("prompt_tokens", "completion_tokens")
        values = {name: getattr(told, name, None) for name in names}
        if kept := {name: value for name, value in values.items() if isinstance(value, int)}:
            self.usage = kept


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


def _ended(chunk: Any) -> str | None:  # noqa: ANN401
    """Why a reply ended, if a chunk says that it did."""
    choices = getattr(chunk, "choices", None)
    return str(choices[0].finish_reason) if choices and choices[0].finish_reason else None
