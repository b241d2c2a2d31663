"""The doors for programs served by several processes at one port, each with the corpus open.

What a process keeps is its own: passwords that were right, the limits of connections and of wrong
passwords. Figures are those of all. The page is not served so: it keeps what is open in a process.
"""

from __future__ import annotations

import functools
import os
import sys
import tempfile
from typing import TYPE_CHECKING

import typer
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from index.errors import OnRecordError
from ui.server.auth import Users
from ui.server.metrics import SHARED
from ui.server.server import Forwarded, address_of, configured, listen, share_arenas

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from rag.settings import Settings

# Seconds until a process that says nothing is taken for dead, and replaced.
_SILENT = 30


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
    config = configured(make)
    config.factory, config.workers, config.timeout_worker_healthcheck = True, workers, _SILENT
    address = address_of(settings.host, listening)
    with tempfile.TemporaryDirectory() as figures:
        os.environ[SHARED] = figures
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
    return Forwarded(build_api(corpus, known, any_host=any_host, editor=editor), settings.proxies)
