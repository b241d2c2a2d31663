"""An app served from a thread of its own, until it is closed."""

from __future__ import annotations

import functools
import ipaddress
import logging
import threading
import time
from typing import TYPE_CHECKING

import uvicorn

from ui.server.connection import BACKLOG, Connection, Limits
from ui.server.forwarded import Forwarded
from ui.server.port import CannotServe, listen

__all__ = ["CannotServe", "Server"]

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from starlette.types import ASGIApp

log = logging.getLogger(__name__)

# Seconds that answers which are still being given have when the server is closed.
_FAREWELL = 3


class Server:
    """One app at one port.

    Attributes:
        address: Where it answers, with a slash at its end.
    """

    def __init__(
        self,
        app: ASGIApp,
        host: str,
        port: int,
        *,
        proxies: str = "",
        limits: Limits | None = None,
    ) -> None:
        """Serves the app once this returns.

        Args:
            app: What is served.
            host: Where to listen.
            port: The port; 0 takes a free one.
            proxies: Which proxies are believed, beside those of this machine.
            limits: What connections may take.

        Raises:
            CannotServe: the port is taken, the host is not this machine's, or the app fails.
        """
        listening = listen(host, port)
        self.address = address_of(host, listening)
        self._server = uvicorn.Server(configured(Forwarded(app, proxies), limits))
        self._thread = threading.Thread(
            target=self._run, args=(listening,), name="onrecord-server", daemon=True
        )
        self._thread.start()
        while not self._server.started:
            if not self._thread.is_alive():
                listening.close()
                raise CannotServe("the server did not start; what is above says why")
            time.sleep(0.005)

    def wait(self) -> None:
        """Returns when the server was closed.

        Raises:
            CannotServe: it ended, and nobody had closed it.
        """
        self._thread.join()
        if not self._server.should_exit:
            raise CannotServe("the server ended; what is above says why")

    def _run(self, listening: socket.socket) -> None:
        try:
            self._server.run([listening])
        except BaseException:
            log.critical("the server failed", exc_info=True)
        finally:
            listening.close()

    def close(self) -> None:
        """Ends the server, the answers that are being given first, but not for long."""
        self._server.should_exit = True
        self._thread.join(timeout=2 * _FAREWELL)


def configured(
    app: ASGIApp | Callable[[], ASGIApp], limits: Limits | None = None
) -> uvicorn.Config:
    """How uvicorn serves an app, or one that a function makes.

    Args:
        app: The app, or what makes it.
        limits: Of connections and times; None for the usual.
    """
    return uvicorn.Config(
        app,
        http=functools.partial(Connection, limits=limits or Limits()),  # type: ignore[arg-type]
        ws="none",
        backlog=BACKLOG,
        proxy_headers=False,
        log_config=None,
        log_level="warning",
        access_log=False,
        lifespan="on",
        server_header=False,
        timeout_graceful_shutdown=_FAREWELL,
    )


def address_of(host: str, listening: socket.socket) -> str:
    """Where a server that listens answers, with a slash at its end.

    Args:
        host: That it was told to listen at.
        listening: Its socket.
    """
    return f"http://{_named(host)}:{listening.getsockname()[1]}/"


def _named(host: str) -> str:
    """A host as a browser on this machine calls it."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.is_unspecified:
        return "localhost"
    return f"[{host}]" if address.version == 6 else host
