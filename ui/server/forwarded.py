"""What a proxy says of a request is believed from this machine's, and from those that are named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

_HERE = ("127.0.0.0/8", "::1")


class Forwarded:
    """Turns to the client whom a proxy names; from anyone else, it takes such headers away."""

    def __init__(self, app: ASGIApp, proxies: str = "") -> None:
        """An app behind proxies.

        Args:
            app: The app.
            proxies: Addresses and networks of proxies on other machines, with commas between.
        """
        self._app = app
        self._believing = ProxyHeadersMiddleware(
            app,  # type: ignore[arg-type] # the same, as uvicorn writes it
            [*_HERE, *filter(None, (each.strip() for each in proxies.split(",")))],
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on."""
        peer = scope.get("client")
        if scope["type"] == "lifespan" or (peer and peer[0] in self._believing.trusted_hosts):
            await self._believing(scope, receive, send)  # type: ignore[arg-type]
            return
        kept = [
            (n, v) for n, v in scope["headers"] if not n.startswith((b"x-forwarded-", b"forwarded"))
        ]
        await self._app({**scope, "headers": kept}, receive, send)
