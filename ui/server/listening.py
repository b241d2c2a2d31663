"""Where a server listens, told before anything is loaded, and what memory its threads share."""

from __future__ import annotations

import ctypes
import socket
from contextlib import suppress

from index.errors import OnRecordError


class CannotServe(OnRecordError):
    """There is no listening at this address."""


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens; port 0 takes a free one.

    Args:
        host: A name or an address of this machine.
        port: From 0 to 65535.

    Raises:
        CannotServe: the port is taken, or the host is not this machine's.
    """
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family)
    except OSError as error:
        said = (error.strerror or str(error)).partition(" (")[0].lower()
        raise CannotServe(
            f"{host}, port {port}: {said}; choose others with --host and --port"
        ) from error


# mallopt(3): the parameter's number in glibc's malloc.h. Unlimited, each of some forty threads
# fills stretches of its own: over 1,000 questions on the page the process then grew by 42 kB a
# question in the second half, and by 15 kB with two.
_M_ARENA_MAX = -8
_ARENAS = 2


def share_arenas() -> None:
    """Has all threads take memory from a few common stretches, where the C library is glibc.

    To be called before threads are started.
    """
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, _ARENAS)
