"""What every request passes first: headers, the password, its origin and its size."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.server.auth import NotNow, SignIn, Users, is_loopback
from ui.server.replies import response

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
        "worker-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self'; "
        "frame-ancestors 'self'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""The browser itself refuses what the page should never ask for: anything from elsewhere."""

OPEN = ("/healthz",)
"""Paths that need no password."""

LARGEST_BODY = 1_000_000
"""Bytes that a program may send: some thousand turns of history."""

LARGEST_PAGE_BODY = 10_000_000
PAGE = "/gradio_api/"
UPLOADS = "/gradio_api/upload"
"""Where the page sends what it sends; Gradio counts the bytes of uploads itself."""

FILES = "/api/files"
LARGEST_FILES = 200_000_000
"""Where files are sent to be added, and the bytes of those that are sent at once."""

_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(?::[0-9]{1,5})?")


class SecurityHeaders:
    """Puts the same headers on every response."""

    def __init__(self, app: ASGIApp, headers: Mapping[str, str] = HEADERS) -> None:
        self._app = app
        self._headers = [(n.lower().encode(), v.encode()) for n, v in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on, and the response back with the headers."""
        names = {name for name, _ in self._headers}

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                theirs = [(n, v) for n, v in message.get("headers", ()) if n.lower() not in names]
                message["headers"] = [*theirs, *self._headers]
            await send(message)

        await self._app(scope, receive, sending)


class Guard:
    """Lets in who may come in; ``scope["onrecord.user"]`` and ``["onrecord.role"]`` say who.

    A browser that has the password sends it with every request to this server, whichever site
    caused it; so what another site causes is refused. Without a password, a request that calls
    this server by a name that is not this machine's is refused too, unless all are let in: that
    is how a site's own name, turned to this machine, reaches a server that only it should reach.
    """

    def __init__(self, app: ASGIApp, users: Users, *, any_host: bool = False) -> None:
        self._app = app
        self._users = users
        self._any_host = any_host or bool(users)
        self._sign_in = SignIn(users)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on, or says why not."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refusal = self._misdirected(scope["path"], headers)
        if not refusal and self._users and scope["path"] not in OPEN:
            refusal = await self._identified(scope, headers)
        if refusal is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": ""})
        else:
            await refusal(scope, receive, send)

    def _misdirected(self, path: str, headers: Headers) -> Response | None:
        host = headers.get("host", "")
        if not self._any_host and not _names_this_machine(host):
            return response(
                path,
                403,
                f"{host[:100] or 'no host'}: this server answers on this machine alone; open it as"
                " 127.0.0.1, or share it with --auth or --no-auth",
            )
        origin = headers.get("origin")
        # Of a proxy that is believed: see ui/server/server.py.
        known = {host.lower(), headers.get("x-forwarded-host", "").lower()} - {""}
        if origin is not None and _netloc(origin).lower() not in known:
            return response(
                path, 403, f"{origin[:100]}: other sites may not ask here; ask from a program"
            )
        return None

    async def _identified(self, scope: Scope, headers: Headers) -> Response | None:
        name, password = _credentials(headers.get("authorization", ""))
        if password is None:
            return _who(scope["path"])
        address = (scope.get("client") or ("",))[0]
        try:
            user = await self._sign_in.user(address, name, password)
        except NotNow as no:
            code = 503 if no.full else 429
            return response(scope["path"], code, str(no), {"Retry-After": str(no.seconds)})
        if user is None:
            return _who(scope["path"])
        scope["onrecord.user"], scope["onrecord.role"] = user, self._users.role(user)
        return None


class BodyLimit:
    """Ends a request with more bytes than any question has; files may have more."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on, the bytes of its body counted as they come."""
        path = scope.get("path", "")
        if scope["type"] != "http" or path.rstrip("/") == UPLOADS:
            await self._app(scope, receive, send)
            return
        page = LARGEST_PAGE_BODY if path.startswith(PAGE) else LARGEST_BODY
        largest = LARGEST_FILES if path == FILES else page
        size = 0

        async def receiving() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > largest:
                said = f"the request is larger than {largest:,} bytes; send less at a time"
                raise HTTPException(413, said)
            return message

        await self._app(scope, receiving, send)


def _who(path: str) -> Response:
    sentence = "give your name and password as Basic, or the password as Bearer authorization"
    challenge = 'Basic realm="onrecord", charset="UTF-8"'
    return response(path, 401, sentence, {"WWW-Authenticate": challenge})


def _credentials(header: str) -> tuple[str | None, str | None]:
    """The name, if one is given, and the password; (None, None) if there is none."""
    kind, _, value = header.partition(" ")
    if kind.lower() == "bearer" and value.strip():
        return None, value.strip()
    if kind.lower() == "basic":
        try:
            name, colon, password = base64.b64decode(value, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None, None
        return (name, password) if colon else (None, None)
    return None, None


def _netloc(origin: str) -> str:
    try:
        return urlsplit(origin).netloc or origin
    except ValueError:
        return origin


def _names_this_machine(host: str) -> bool:
    found = _HOST.fullmatch(host)
    return found is not None and is_loopback(found[1])
