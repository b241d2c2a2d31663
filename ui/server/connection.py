"""How many connections a server has, and how long each may take to say what it wants.

uvicorn waits for a request as long as it takes, and takes as many connections as come.
"""

from __future__ import annotations

import asyncio
import logging
import resource
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from ui.server.process import RateLimitedLog

# Descriptors kept for the index, the chats and the log (27 after the first question), and for
# connections that were taken and are not counted yet (asyncio takes so many at once: BACKLOG).
BACKLOG = 64
_KEPT = 64 + BACKLOG
_MOST = 2000
_LEAST = 8

# Seconds that a connection may rest after an answer, as nginx has it. Clients keep theirs for a
# while too (httpx 5 s, many proxies 60 s), and a question that is sent in the moment in which the
# server closes is lost: with uvicorn's 5 s, 16 of 344 questions sent after about as long were.
IDLE = 75

_GIVES_WAY = ("idle", "head", "body")  # the first of these that there is

_TOO_MANY = b"HTTP/1.1 503 Service Unavailable\r\n"
_TOO_LATE = b"HTTP/1.1 408 Request Timeout\r\n"
_CLOSED = b"Content-Length: 0\r\nConnection: close\r\n\r\n"


def _most() -> int:
    """As many connections as there are descriptors for."""
    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if allowed == resource.RLIM_INFINITY:
        return _MOST
    return max(_LEAST, min(allowed - _KEPT, _MOST))


@dataclass(slots=True)
class Limits:
    """What the connections of one server share."""

    head: float = 20.0  # seconds in which the head of a request has to be whole
    # Seconds in which its body has to be, and one more for each ``rate`` bytes of it that have
    # come; as Apache's mod_reqtimeout has it.
    body: float = 20.0
    rate: float = 5000.0  # bytes a second
    most: int = field(default_factory=_most)  # connections at the same time
    # Those whose requests are not whole, the oldest first.
    waiting: dict[Connection, None] = field(default_factory=dict)
    log: RateLimitedLog = field(
        default_factory=lambda: RateLimitedLog(logging.getLogger(__name__), most=1)
    )

    def giving_way(self) -> Connection | None:
        """Which of those that wait makes room: of the address with the most, the oldest.

        One that rests comes first, and one without a head before one without the rest of its body,
        which may be long.
        """
        if not self.waiting:
            return None
        (most, _), *_ = Counter(each.address for each in self.waiting).most_common(1)
        theirs = (each for each in self.waiting if each.address == most)
        return min(theirs, key=lambda each: _GIVES_WAY.index(each.owed or "body"))


class Connection(H11Protocol):
    """One connection, ended when the client takes too long, or others need its place."""

    def __init__(self, *arguments: Any, limits: Limits, **options: Any) -> None:  # noqa: ANN401
        super().__init__(*arguments, **options)
        self._limits = limits
        # What the client has to send: "head", "body", or None when its request is whole; "idle"
        # while it may send another one.
        self.owed: str | None = None
        self._since = 0.0
        self._received = 0
        self._timer: asyncio.TimerHandle | None = None

    @property
    def address(self) -> str:
        """Where it comes from."""
        return self.client[0] if self.client else ""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Takes a connection, or refuses it."""
        super().connection_made(transport)
        limits = self._limits
        if len(self.connections) > limits.most:
            limits.log.warning("more than %d connections; some are refused", limits.most)
            other = limits.giving_way()
            if other is None:
                self._end(_TOO_MANY)
                return
            other.transport.abort()
            limits.waiting.pop(other)
        self._look()

    def data_received(self, data: bytes) -> None:
        """Takes what the client says."""
        super().data_received(data)
        self._look()
        self._received += len(data)

    def on_response_complete(self) -> None:
        """Turns to the next request."""
        super().on_response_complete()
        self._look()

    def connection_lost(self, exc: Exception | None) -> None:
        """Lets go of the connection."""
        super().connection_lost(exc)
        self._owes(None)

    def _should_upgrade(self) -> bool:
        return False  # nothing here speaks another protocol, and uvicorn would say so each time

    def _look(self) -> None:
        """Sees what the client still has to say."""
        rests = self.cycle is not None and not self.conn.trailing_data[0]
        states = {h11.IDLE: "idle" if rests else "head", h11.SEND_BODY: "body"}
        owed = None if self.transport.is_closing() else states.get(self.conn.their_state)
        if owed != self.owed:
            self._owes(owed)

    def _owes(self, owed: str | None) -> None:
        self.owed, self._since, self._received = owed, self.loop.time(), 0
        if self._timer:
            self._timer.cancel()
            self._timer = None
        self._limits.waiting.pop(self, None)
        if owed:
            self._limits.waiting[self] = None
        if owed in ("head", "body"):  # of one that rests, uvicorn counts the seconds
            self._wait(self._limits.head if owed == "head" else self._limits.body)

    def _wait(self, seconds: float) -> None:
        self._timer = self.loop.call_later(seconds, self._overdue)

    def _overdue(self) -> None:
        limits = self._limits
        left = 0.0
        if self.owed == "body":
            left = self._since + limits.body + self._received / limits.rate - self.loop.time()
            if self.flow.read_paused:  # it is the app that takes its time
                left = limits.body
        if left > 0:
            self._wait(left)
        else:
            self._end(_TOO_LATE)

    def _end(self, status: bytes) -> None:
        if self.cycle is None or self.cycle.response_complete or not self.cycle.response_started:
            self.transport.write(status + _CLOSED)
        self.transport.close()
