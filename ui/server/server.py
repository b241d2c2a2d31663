"""An app served from a thread of its own or by several processes.

What a process of several keeps is its own: passwords that were right, the limits of connections and
of wrong passwords. Figures are those of all. The page is not served so: it keeps what is open.
"""

from __future__ import annotations

import functools
import ipaddress
import logging
import os
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import typer
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.config import STARTUP_FAILURE
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.supervisors import Multiprocess

from index.embedders import cores
from index.errors import OnRecordError
from rag.corpus import Corpus
from rag.settings import Settings
from ui.server.auth import Users
from ui.server.connection import BACKLOG, IDLE, Connection, Limits
from ui.server.metrics import SHARED
from ui.server.process import CannotServe, listen, share_arenas
from ui.server.worker_pool import WorkerPool

log = logging.getLogger(__name__)

_HERE = ("127.0.0.0/8", "::1")


class Forwarded:
    """Turns to the client whom a proxy names; from anyone else, it takes such headers away."""

    def __init__(self, app: ASGIApp, proxies: str = "") -> None:
        """An app behind proxies.

        ``proxies`` are addresses and networks of proxies on other machines, with commas between.
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


# Seconds that answers which are still being given have when the server is closed.
_FAREWELL = 3


class Server:
    """One app at one port."""

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
        self.address = _address_of(host, listening)  # where it answers, with a slash at its end
        self._server = uvicorn.Server(_configured(Forwarded(app, proxies), limits))
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


def _configured(
    app: ASGIApp | Callable[[], ASGIApp], limits: Limits | None = None
) -> uvicorn.Config:
    """How uvicorn serves an app, or one that a function makes."""
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
        timeout_keep_alive=IDLE,
        timeout_graceful_shutdown=_FAREWELL,
    )


def _address_of(host: str, listening: socket.socket) -> str:
    """Where a server that listens answers, with a slash at its end."""
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


# Seconds until a process that says nothing is taken for dead, and replaced. It says nothing before
# it has imported what it needs: 3 s alone, and on a busy machine ten times that.
_SILENT = 90


def serve(
    settings: Settings,
    users: Users,
    *,
    workers: int,
    any_host: bool = False,
    read_only: bool = False,
    sample: bool = False,
) -> None:
    """Serves until interrupted; a process that dies is replaced.

    Args:
        settings: What is served, and where.
        users: Who may come in; without any, all may who reach the port.
        workers: How many processes.
        any_host: Whether it may be called by names that are not this machine's.
        read_only: Whether nobody may change the corpus.
        sample: Whether the sample corpus is served.

    Raises:
        CannotServe: the port is taken.
    """
    listening = listen(settings.host, settings.port)
    make = functools.partial(
        _app, settings, users.setting, any_host=any_host, read_only=read_only, sample=sample
    )
    config = _configured(make)
    config.factory, config.workers, config.timeout_worker_healthcheck = True, workers, _SILENT
    address = _address_of(settings.host, listening)
    with tempfile.TemporaryDirectory() as common:
        os.environ[SHARED] = common
        print(f"onrecord is at {address} (Ctrl+C ends it)", file=sys.stderr, flush=True)
        Multiprocess(config, [listening]).run()


def _app(
    settings: Settings, users: str, *, any_host: bool, read_only: bool, sample: bool
) -> ASGIApp:
    """The app of one process, everything loaded."""
    from ui.library.adding import Editor
    from ui.sample import open_corpus
    from ui.server.api import build_api

    share_arenas()
    try:
        corpus = open_corpus(settings, sample=sample)
        corpus.prepare()
    except OnRecordError as error:
        typer.echo(f"onrecord: {error}", err=True)
        sys.exit(STARTUP_FAILURE)
    known = Users.parse(users)
    editor = None
    if not read_only and os.access(corpus.directory, os.W_OK) and (known or not any_host):
        editor = Editor.of(corpus, corpus.turn_to)
    api = build_api(corpus, known, any_host=any_host, editor=editor, pool=_pool(corpus))
    return Forwarded(api, settings.proxies)


def _pool(corpus: Corpus) -> WorkerPool:
    """Where one process of several works on questions: in turns, one more than there are cores.

    Nobody waits for a turn while others only wait for a language model.
    """
    try:
        from ui.server.turns import Turns
    except ImportError:  # on Windows each works on its own
        return WorkerPool()
    if corpus.model:
        return WorkerPool()
    return WorkerPool(turns=Turns(Path(os.environ[SHARED]), 1 + cores()))
