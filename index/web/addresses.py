"""Which addresses of the web may be asked, the one form of each, and connections to no other."""

from __future__ import annotations

import ipaddress
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

import httpcore
import httpx

from index.errors import OnRecordError

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve: TypeAlias = Callable[[str, int], list[str]]

LONGEST = 2000  # characters; the same as a link that is typed on the page

_WEB = re.compile(r"https?://", re.I)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.I)
# Who sent the reader here, and nothing of what is read.
_TRACKING = re.compile(r"utm_\w+|fbclid|gclid|dclid|msclkid|mc_[ce]id|igshid|at_\w+", re.I)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class AddressRefused(OnRecordError):
    """An address that is not asked; the message is one sentence."""


def is_web(source: str) -> bool:
    """Whether a source is an address and not a path.

    >>> is_web("https://news.example/"), is_web("ftp://a"), is_web("news/may.txt")
    (True, True, False)
    """
    return _SCHEME.match(source) is not None


def canonical(url: str) -> str:
    """The form in which an address is asked and known: no fragment, no marks of who sent one.

    Raises:
        AddressRefused: it is no address of the web.

    >>> canonical("HTTPS://News.Example:443/a?utm_source=x&id=1#top")
    'https://news.example/a?id=1'
    """
    try:
        if len(url) > LONGEST or not _WEB.match(url):
            raise ValueError
        parsed = httpx.URL(url.strip())
        if parsed.userinfo or not parsed.host or not 0 < (parsed.port or 80) < 2**16:
            raise ValueError
        kept = [pair for pair in parsed.params.multi_items() if not _TRACKING.fullmatch(pair[0])]
        if len(kept) != len(parsed.params.multi_items()):
            parsed = parsed.copy_with(params=kept) if kept else parsed.copy_with(query=None)
        return str(parsed.copy_with(fragment=None))
    except (httpx.InvalidURL, ValueError, UnicodeError):
        shown = url if len(url) <= 200 else f"{url[:200]}…"
        raise AddressRefused(
            f"{shown}: no address that is asked; give one that begins with http:// or https://"
            " and holds no password"
        ) from None


def joined(base: str, link: str) -> str | None:
    """A link as it stands on a page, as an address of its own; None if it leads nowhere."""
    try:
        return canonical(str(httpx.URL(base).join(link.strip())))
    except (AddressRefused, httpx.InvalidURL, ValueError):
        return None


def site_of(url: str) -> str:
    """The host of an address without ``www.``."""
    return httpx.URL(url).host.removeprefix("www.")


def resolved(host: str, port: int) -> list[str]:
    """The addresses of a host, as the system knows them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def reachable(host: str, addresses: Iterable[str], *, allow_private: bool) -> list[str]:
    """Those of a host's addresses that may be connected to.

    Args:
        host: The name or the address of a server.
        addresses: As its name was looked up.
        allow_private: Whether those of private networks may be.

    Raises:
        AddressRefused: all lie in a private network, on this machine or the like.
    """
    found = [each for each in addresses if allow_private or is_public(each)]
    if not found:
        raise AddressRefused(
            f"{host} is an address of this machine or of a private network, which is not asked;"
            " allow it with: --allow-private"
        )
    return found


def is_public(address: str) -> bool:
    """Whether an address is one of the internet's, also where IPv6 wraps one of IPv4.

    >>> is_public("93.184.215.14"), is_public("::ffff:127.0.0.1"), is_public("169.254.169.254")
    (True, False, False)
    """
    try:
        found: Address = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        inner = [found.ipv4_mapped, found.sixtofour, *(found.teredo or ())]
        if found in _NAT64:
            inner.append(ipaddress.IPv4Address(int(found) & 0xFFFFFFFF))
        if any(each is not None and not is_public(str(each)) for each in inner):
            return False
        if found.ipv4_mapped or found in _NAT64:
            return True
        if found.is_site_local:
            return False
    return found.is_global and not (found.is_multicast or found.is_reserved)


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
