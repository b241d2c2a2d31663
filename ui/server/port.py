"""Where a server listens, or why it cannot."""

from __future__ import annotations

import socket

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
