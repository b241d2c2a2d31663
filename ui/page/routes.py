"""Which of the routes of Gradio's server are open: those that the page uses."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from ui.server.errors import INTERNAL, response

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

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
