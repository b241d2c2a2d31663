"""Where questions of programs are worked on: so many at once, so many waiting, no more."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import threading
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar, cast

from index.errors import OnRecordError

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

        Args:
            work: Given what says whether to go on.
            otherwise: What is given in its place.
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

    def __init__(self, at_once: int = AT_ONCE, waiting: int = WAITING) -> None:
        self._pool = ThreadPoolExecutor(at_once, "onrecord-pool")
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
        closed after its next item. With the client gone the stream just ends.

        Args:
            start: Begins the work, in a thread of the pool.
            receive: Tells when the client is gone.

        Raises:
            Busy: too much is waiting already; also whatever the iterator raises.
        """
        newest: _Newest[T] = _Newest(asyncio.get_running_loop())
        future = self._submit(lambda: _work(start, newest))
        watcher = asyncio.create_task(_watch(receive, newest)) if receive else None
        try:
            while not newest.gone.is_set():
                items, over = await newest.take()
                if newest.gone.is_set():
                    return
                for item in items:
                    yield item
                if over:
                    return
        finally:
            newest.gone.set()
            future.cancel()
            if watcher:
                watcher.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await watcher

    def close(self) -> None:
        """Ends the threads once their work is done."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _submit(self, work: Callable[[], Callable[[], None]]) -> Future[None]:
        """Has a thread do work, and then what that gives: who is told has room to ask again."""
        if not self._room.acquire(blocking=False):
            raise Busy(f"busy with other questions; ask again in {RETRY_SECONDS} seconds")

        def worked() -> None:
            try:
                told = work()
            finally:
                self._room.release()
            told()

        future = self._pool.submit(worked)
        future.add_done_callback(self._never_begun)
        return future

    def _never_begun(self, future: Future[None]) -> None:
        if future.cancelled():
            self._room.release()


class _Newest(Generic[T]):
    """What a thread made last, for an event loop to take."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.gone = threading.Event()
        self._loop = loop
        self._news = asyncio.Event()
        self._items: list[T] = []
        self._failure: BaseException | None = None
        self._over = False

    def put(self, item: T) -> None:
        self._tell(lambda: self._items.__setitem__(slice(None), [item]))

    def end(self, failure: BaseException | None = None) -> None:
        def ended() -> None:
            self._failure, self._over = failure, True

        self._tell(ended)

    async def take(self) -> tuple[list[T], bool]:
        """The newest item, if there is one that was not taken, and whether it is the last."""
        await self._news.wait()
        self._news.clear()
        items, self._items = self._items, []
        if self._failure and not items:
            raise self._failure
        if self._failure:
            self._news.set()
            return items, False
        return items, self._over

    def wake(self) -> None:
        """Says that the client is gone; only from the loop."""
        self.gone.set()
        self._news.set()

    def _tell(self, change: Callable[[], None]) -> None:
        def changed() -> None:
            change()
            self._news.set()

        # The loop may have ended before the work: then nobody waits for it.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(changed)


def _work(start: Callable[[], Iterator[T]], newest: _Newest[T]) -> Callable[[], None]:
    """Puts the items of an iterator where they are taken; gives what tells that it has ended."""
    if newest.gone.is_set():
        return newest.end
    try:
        items = start()
        try:
            for item in items:
                if newest.gone.is_set():
                    break
                newest.put(item)
        finally:
            close = getattr(items, "close", None)
            if close:
                close()
    except BaseException as error:
        return functools.partial(newest.end, error)
    return newest.end


async def _watch(receive: Receive, newest: _Newest[T]) -> None:
    while True:
        message = await receive()
        if isinstance(message, dict) and message.get("type") == "http.disconnect":
            newest.wake()
            return
