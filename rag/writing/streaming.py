"""A server's reply, read in a thread of its own, in its time, until nobody wants it."""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing, suppress
from typing import Any, Protocol, Self

from rag.writing.failures import ModelFailed, OptionUnknown, TooManyRequests, cut, too_slow

# Seconds to wait when a server has had too many requests and does not say how long.
PAUSE = 1.0

_COUNTED = ("prompt_tokens", "completion_tokens")


class Request(Protocol):
    """Sends a request."""

    def __call__(self, left: float, *, usage: bool) -> AsyncGenerator[Any, None]:
        """The chunks of its reply as LlamaIndex has them.

        Args:
            left: Seconds that the server may take to send the next of them.
            usage: Whether the server is asked to tell the tokens used.
        """


class Streamed:
    """A reply that a thread of its own reads, so that whoever waits for it can stop waiting."""

    def __init__(self, request: Request, where: str, seconds: float) -> None:
        self.usage: Mapping[str, int] = {}
        self.first_token_ms: float | None = None
        self.complete = False
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
        while True:
            left = self._left()
            try:
                if left <= 0:
                    raise queue.Empty
                came = self._came.get(timeout=left)
            except queue.Empty:
                begun = self.first_token_ms is not None
                raise too_slow(self._where, self._seconds, begun) from None
            if came is None:
                return
            if isinstance(came, ModelFailed):
                raise came
            if self.first_token_ms is None:
                self.first_token_ms = 1000 * (time.perf_counter() - self._started)
            yield came

    def _left(self) -> float:
        """Seconds that are left."""
        return self._started + self._seconds - time.perf_counter()

    def _run(self) -> None:
        with suppress(asyncio.CancelledError):
            asyncio.run(self._read())

    async def _read(self) -> None:
        """Puts what comes where it is waited for, then None or the failure."""
        self._reading = asyncio.current_task()
        try:
            await self._read_patiently()
        except ModelFailed as error:
            self._came.put(error)
        else:
            self._came.put(None)

    async def _read_patiently(self) -> None:
        """As many requests as it takes, within the time.

        Raises:
            ModelFailed: the last one failed.
        """
        usage = True
        while not self._stopped.is_set():
            try:
                return await self._read_once(usage=usage)
            except TooManyRequests as error:
                wait = PAUSE if error.seconds is None else error.seconds
                if wait >= self._left():
                    raise
                await asyncio.sleep(wait)
            except OptionUnknown:
                if not usage:
                    raise
                usage = False
        return None

    async def _read_once(self, *, usage: bool) -> None:
        """One request.

        Raises:
            ModelFailed: whatever went wrong.
        """
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
            raise cut(self._where)
        self.complete = ended != "length"
