"""What requests of the page pass before Gradio sees them.

Only the routes that the page uses are open, and a session belongs to who signed in. Gradio keeps
the state, the queue and the events of a page under a name that the page makes up: here that name is
made the user's own, so that under the same name, another user comes to another session.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import math
import re
import secrets
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs

import anyio
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.server.replies import INTERNAL, response

SAID_IN_QUERY = "/gradio_api/queue/data"
SAID_IN_PATH = "/gradio_api/heartbeat/"
JOIN = "/gradio_api/queue/join"
SAID_IN_BODY = (JOIN, "/gradio_api/cancel", "/gradio_api/component_server/")
"""Where the page names its session, and how."""

LONGEST = 100_000
"""Characters of one value that a function of the page is given, as JSON."""

_SESSION = re.compile(r"[0-9A-Za-z-]{1,64}")
_TEXTS = ("textbox", "dropdown", "radio", "button", "state")


class Sessions:
    """Passes the page's requests on, each under the session of its user."""

    def __init__(self, app: ASGIApp, inputs: Mapping[int, Sequence[str]]) -> None:
        """The sessions of one page.

        Args:
            app: Gradio's server.
            inputs: Its functions, by number, and of which kind of component each value is that
                one takes.
        """
        self._app = app
        self._inputs = inputs
        self._key = secrets.token_bytes(32)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on, or says what is wrong with it."""
        path = scope.get("path", "")
        try:
            if path == SAID_IN_QUERY:
                scope = self._queried(scope)
            elif path.startswith(SAID_IN_PATH):
                inner = self._own(scope, path.removeprefix(SAID_IN_PATH))
                path = SAID_IN_PATH + inner
                scope = {**scope, "path": path, "raw_path": path.encode()}
            elif path in SAID_IN_BODY:
                body = self._rewritten(scope, await Request(scope, receive).body())
                scope, receive = _as_json(scope, body), _given(body, receive)
        except ValueError as error:
            await JSONResponse({"error": str(error)}, 400)(scope, receive, send)
            return
        except ClientDisconnect:
            return
        await self._app(scope, receive, send)

    def _own(self, scope: Scope, session: object) -> str:
        """What Gradio is told of a session.

        Raises:
            ValueError: it is none.
        """
        if not isinstance(session, str) or not _SESSION.fullmatch(session):
            raise ValueError("this is not the session of a page; reload the page")
        said = f"{scope.get('onrecord.user', '')}\0{session}".encode()
        return hmac.digest(self._key, said, hashlib.sha256).hex()

    def _queried(self, scope: Scope) -> Scope:
        said = parse_qs(scope["query_string"].decode("latin-1")).get("session_hash", [""])
        return {**scope, "query_string": f"session_hash={self._own(scope, said[0])}".encode()}

    def _rewritten(self, scope: Scope, body: bytes) -> bytes:
        """A body that Gradio reads as it was read here, its session the user's own."""
        try:
            value: Any = json.loads(body.decode())
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            raise ValueError("the request is not the JSON that the page sends; reload the page")
        if scope["path"] == JOIN:
            self._check(value)
        value["session_hash"] = self._own(scope, value.get("session_hash"))
        return json.dumps(value).encode()

    def _check(self, value: Mapping[str, Any]) -> None:
        number, data = value.get("fn_index"), value.get("data")
        taken = self._inputs.get(number) if type(number) is int else None
        if taken is None or not isinstance(data, list) or len(data) != len(taken):
            raise ValueError("the page has no function that takes this; reload the page")
        for kind, each in zip(taken, data, strict=True):
            if kind in _TEXTS and not (each is None or isinstance(each, str)):
                raise ValueError(
                    "the page sends text where this is something else; reload the page"
                )
            if len(json.dumps(each)) > LONGEST:
                raise ValueError(f"this is too long; send {LONGEST:,} characters at most")


def _as_json(scope: Scope, body: bytes) -> Scope:
    """A request with this body, whatever the client called it."""
    headers = MutableHeaders(raw=list(scope["headers"]))
    headers["content-type"], headers["content-length"] = "application/json", str(len(body))
    return {**scope, "headers": headers.raw}


def _given(body: bytes, receive: Receive) -> Receive:
    """The body at once, then what the client does next."""
    first: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receiving() -> Message:
        return first.pop() if first else await receive()

    return receiving


log = logging.getLogger(__name__)

# All that a browser wanted in the tests of tests/e2e, and nothing else.
_READ = frozenset({"/", "/theme.css", "/favicon.ico", "/gradio_api/queue/data"})
_READ_UNDER = ("/assets/", "/static/", "/gradio_api/heartbeat/")
_WRITTEN = frozenset(
    {
        "/gradio_api/queue/join",
        "/gradio_api/cancel",
        "/gradio_api/reset",
        "/gradio_api/component_server/",
    }
)


class PageRoutes:
    """Passes on what the page asks of Gradio's server; the rest is not there."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on, or says that there is nothing; a fault is one line of the log."""
        if scope["type"] != "http":
            return
        path, method = scope["path"], scope["method"]
        if not _open(method, path):
            await response(path, 404, "there is nothing here")(scope, receive, send)
            return
        last: Message = {}

        async def sending(message: Message) -> None:
            nonlocal last
            last = message
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception as error:
            log.warning("%s %.100s: %s: %s", method, path, type(error).__name__, error)
            if not last:
                await response(path, 500, INTERNAL)(scope, receive, send)
            elif last["type"] == "http.response.start" or last.get("more_body"):
                await send({"type": "http.response.body", "body": b""})


def _open(method: str, path: str) -> bool:
    if method in ("GET", "HEAD"):
        return path in _READ or path.startswith(_READ_UNDER)
    return method == "POST" and path in _WRITTEN


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
