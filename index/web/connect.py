"""Connections that go to the address that was checked, and end in their time."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

import httpcore

from index.web.addresses import Resolve, reachable, resolved

Clock = Callable[[], float]


class TooSlow(Exception):
    """The time for all of it is over."""


class Checked(httpcore.NetworkBackend):
    """Connects to hosts whose addresses may be reached, by the very address that was looked at.

    A name is looked up once for a connection, so what was checked is what is connected to. What is
    read of a connection has to have come by ``until``, whatever is dripped meanwhile.
    """

    def __init__(
        self,
        *,
        allow_private: bool = False,
        resolve: Resolve = resolved,
        clock: Clock = time.monotonic,
    ) -> None:
        self._inner = httpcore.SyncBackend()
        self._allow_private = allow_private
        self._resolve = resolve
        self._clock = clock
        self._local = threading.local()

    def begin(self, seconds: float) -> None:
        """Gives what this thread asks for next so many seconds altogether."""
        self._local.until = self._clock() + seconds

    def left(self, timeout: float | None = None) -> float:
        """Seconds that are left of them, at most ``timeout``.

        Raises:
            TooSlow: none is.
        """
        until: float = getattr(self._local, "until", float("inf"))
        seconds = until - self._clock()
        if seconds <= 0:
            raise TooSlow
        return min(seconds, timeout if timeout is not None else seconds)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connects to the first address of a host that answers.

        Args:
            host: The name or the address of a server.
            port: Of the server.
            timeout: Seconds for each address.
            local_address: From which it is connected; None for any.
            socket_options: As the system takes them.

        Raises:
            AddressRefused: none of them may be reached.
        """
        try:
            addresses = self._resolve(host, port)
        except OSError as error:
            raise httpcore.ConnectError(f"its name is not known ({error.strerror})") from error
        failed: Exception | None = None
        for address in reachable(host, addresses, allow_private=self._allow_private):
            try:
                stream = self._inner.connect_tcp(
                    address, port, self.left(timeout), local_address, socket_options
                )
                return _InTime(stream, self)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        raise failed or httpcore.ConnectError("it has no address")

    def sleep(self, seconds: float) -> None:
        """Waits; nothing of ours does here."""
        self._inner.sleep(seconds)


class _InTime(httpcore.NetworkStream):
    """A stream of which every read and write ends by the time that all of it has."""

    def __init__(self, inner: httpcore.NetworkStream, backend: Checked) -> None:
        self._inner = inner
        self._backend = backend

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._backend.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._backend.left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        inner = self._inner.start_tls(ssl_context, server_hostname, self._backend.left(timeout))
        return _InTime(inner, self._backend)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 (the signature is httpcore's)
        return self._inner.get_extra_info(info)
