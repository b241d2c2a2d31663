"""Keeps the page's stream of events open between two events.

Gradio's server ends the stream when the last event that it knows of is done, and its page opens
another for the next one, unless it still believes the old one open: what a reader begins between
the two is never heard of again. Here the stream goes on, and ends when nothing came for a while.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import anyio

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

STREAM = "/gradio_api/queue/data"

IDLE = 30.0
"""Seconds without an event after which the stream ends: a browser opens six connections to a server
at most, all of its tabs together, so a page that is only read should hold none."""

_CLOSING = b'data: {"msg":"close_stream"'
_BEATING = b'data: {"msg":"heartbeat"'


class EventStream:
    """Passes the page's events on as one stream, however often Gradio ends it."""

    def __init__(self, app: ASGIApp, idle: float = IDLE) -> None:
        self._app = app
        self._idle = idle

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on; where it asks for events, again each time that they end."""
        if scope["type"] != "http" or scope["path"] != STREAM:
            await self._app(scope, receive, send)
            return
        with anyio.CancelScope() as waiting:
            passed = _Passed(send, waiting)
            while True:
                passed.closing = b""
                await self._app(scope, receive, passed.send)
                if not passed.closing:
                    return
                waiting.deadline = anyio.current_time() + self._idle
        await send({"type": "http.response.body", "body": _CLOSING + b"}\n\n"})


class _Passed:
    """What is sent of a stream: one beginning, no end, and no word that it ends."""

    def __init__(self, send: Send, waiting: anyio.CancelScope) -> None:
        self._send = send
        self._waiting = waiting
        self._begun = False
        self.closing = b""

    async def send(self, message: Message) -> None:
        if self._waiting.cancel_called:
            return
        if message["type"] == "http.response.start":
            if not self._begun:
                self._begun = True
                await self._send(message)
            return
        body = message.get("body", b"")
        if body.startswith(_CLOSING):
            self.closing = body
        elif not self.closing:
            if not body.startswith(_BEATING):
                self._waiting.deadline = math.inf
            await self._send(message)
