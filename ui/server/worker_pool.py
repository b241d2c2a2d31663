"""Where questions of programs are worked on: so many at once, so many waiting, no more."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar, cast

from index.errors import OnRecordError

if TYPE_CHECKING:
    from ui.server.turns import Turns

T = TypeVar("T")

AT_ONCE = 4
WAITING = 32
RETRY_SECONDS = 5

# Suggestions that come later than this are read by nobody. No other values were tried.
ASIDE_SECONDS = 2.0
ASIDE_WAITING = 4

_LOOK_SECONDS = 0.02

Receive = Callable[[], Awaitable[object]]
"""What the server hands on of the client's connection (ASGI)."""


class Busy(OnRecordError):
    """There is no room for another question just now."""


async def last_of(items: AsyncGenerator[T, None]) -> T | None:
    """The last item of a stream, which is closed then; None if there is none."""
    last = None
    async with contextlib.aclosing(items):
        async for item in items:
            last = item
    return last


class Aside:
    """Where work is done that can wait: one at a time, between questions, soon or not at all."""

    def __init__(
        self, busy: Callable[[], int], seconds: float = ASIDE_SECONDS, waiting: int = ASIDE_WAITING
    ) -> None:
        """A place for such work.

        Args:
            busy: How many questions are worked on just now.
            seconds: How long work waits for a moment without any.
            waiting: How many may wait, the one at work among them.
        """
        self._busy = busy
        self._seconds = seconds
        self._places = threading.BoundedSemaphore(waiting)
        self._alone = threading.Lock()

    def run(self, work: Callable[[Callable[[], bool]], T], otherwise: T) -> T:
        """What the work gives, or ``otherwise`` if its turn does not come in time.

        The work gets a function that it calls before each of its steps, which waits for the next
        such moment and says whether there was one: if not, the work should end.
        """
        if not self._places.acquire(blocking=False):
            return otherwise
        until = time.monotonic() + self._seconds
        try:
            if not self._alone.acquire(timeout=self._seconds):
                return otherwise
            try:
                return work(lambda: self._quiet(until))
            finally:
                self._alone.release()
        finally:
            self._places.release()

    def _quiet(self, until: float) -> bool:
        while self._busy():
            if time.monotonic() >= until:
                return False
            time.sleep(_LOOK_SECONDS)
        return True


class WorkerPool:
    """Threads that do blocking work for an event loop."""

    def __init__(
        self, at_once: int = AT_ONCE, waiting: int = WAITING, turns: Turns | None = None
    ) -> None:
        """Threads, not yet begun.

        Args:
            at_once: How many work at a time.
            waiting: How much work may wait for them.
            turns: What they share with other processes. All that may wait then waits there.
        """
        threads = at_once + waiting if turns else at_once
        self._turns = turns
        self._pool = ThreadPoolExecutor(threads, "onrecord-pool")
        self._room = threading.BoundedSemaphore(at_once + waiting)

    async def run(self, work: Callable[[], T]) -> T:
        """What the work gives.

        Raises:
            Busy: too much is waiting already; also whatever the work raises.
        """
        return cast("T", await last_of(self.stream(lambda: iter([work()]))))

    async def stream(
        self, start: Callable[[], Iterator[T]], receive: Receive | None = None
    ) -> AsyncGenerator[T, None]:
        """The items of an iterator as they come; one that is overtaken by the next is left out.

        The last one never is. When the consumer stops, or the client is gone, the iterator is
        closed after its next item. With the client gone the stream just ends. ``start`` begins the
        work, in a thread of the pool; ``receive`` tells when the client is gone.

        Raises:
            Busy: too much is waiting already; also whatever the iterator raises.
        """
        loop = asyncio.get_running_loop()
        news: asyncio.Queue[T | _End] = asyncio.Queue()
        gone = threading.Event()

        def tell(told: T | _End) -> None:
            with contextlib.suppress(RuntimeError):  # the loop may have ended before the work
                loop.call_soon_threadsafe(news.put_nowait, told)

        future = self._submit(lambda: _work(start, tell, gone, self._turns), tell)
        watcher = asyncio.create_task(_watch(receive, gone, news)) if receive else None
        try:
            while True:
                told = [await news.get()]
                while not news.empty():
                    told.append(news.get_nowait())
                if gone.is_set():
                    return
                items = [each for each in told if not isinstance(each, _End)]
                for item in items[-1:]:
                    yield item
                if isinstance(end := told[-1], _End):
                    if end.failure:
                        raise end.failure
                    return
        finally:
            gone.set()
            future.cancel()
            if watcher:
                watcher.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await watcher

    def close(self) -> None:
        """Ends the threads once their work is done."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _submit(self, work: Callable[[], _End], tell: Callable[[_End], None]) -> Future[None]:
        """Has a thread do work, and tell its end: who is told has room to ask again."""
        if not self._room.acquire(blocking=False):
            raise Busy(f"busy with other questions; ask again in {RETRY_SECONDS} seconds")

        def worked() -> None:
            try:
                end = work()
            finally:
                self._room.release()
            tell(end)

        future = self._pool.submit(worked)
        future.add_done_callback(self._never_begun)
        return future

    def _never_begun(self, future: Future[None]) -> None:
        if future.cancelled():
            self._room.release()


@dataclass(frozen=True, slots=True)
class _End:
    """That nothing more comes, and why, if it was not the end of the work."""

    failure: BaseException | None = None


def _work(
    start: Callable[[], Iterator[T]],
    tell: Callable[[T], None],
    gone: threading.Event,
    turns: Turns | None,
) -> _End:
    """Tells the items of an iterator; gives its end."""
    try:
        with turns.taken() if turns else contextlib.nullcontext():
            if gone.is_set():
                return _End()
            items = start()
            try:
                for item in items:
                    if gone.is_set():
                        break
                    tell(item)
            finally:
                close = getattr(items, "close", None)
                if close:
                    close()
    except BaseException as error:
        return _End(error)
    return _End()


async def _watch(receive: Receive, gone: threading.Event, news: asyncio.Queue[T | _End]) -> None:
    while True:
        message = await receive()
        if isinstance(message, dict) and message.get("type") == "http.disconnect":
            gone.set()
            news.put_nowait(_End())
            return
