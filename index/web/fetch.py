"""One page of the web, fetched safely and as politely as its host asks for."""

from __future__ import annotations

import re
import threading
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from typing import TYPE_CHECKING

import httpcore
import httpx

from index.web.addresses import (
    AddressRefused,
    Checked,
    Clock,
    Resolve,
    TooSlow,
    canonical,
    joined,
    resolved,
)

if TYPE_CHECKING:
    from protego import Protego

AGENT = "onrecord"
KEPT = 24 * 3600.0  # seconds; the RFC's advice
MOST_BYTES = 512_000  # the RFC asks for at least 500 KiB

# Seconds between two requests to one host, as crawlers keep them that want to be welcome; a host
# that asks for more gets it, up to half a minute.
APART = 1.0
MOST_APART = 30.0

# A wait that somebody at a terminal puts up with; who asks for a longer one is asked another time.
MOST_WAIT = 60.0

# How long a host that did not answer is not asked again.
DOWN = 300.0


class Robots:
    """The rules of hosts, read once a day."""

    def __init__(self, read: Callable[[str], tuple[int, bytes]], clock: Clock) -> None:
        """Rules that are read by ``read``.

        ``read`` gives the status of an address and what lies there; what it raises goes on.
        """
        self._read = read
        self._clock = clock
        # The rules of a host, None if all is forbidden, and when they were read.
        self._known: dict[str, tuple[Protego | None, float]] = {}

    def refusal(self, url: str) -> str:
        """Why an address is not asked; "" if it may be."""
        rules = self._rules(url)
        if rules is None:
            return "its robots.txt cannot be read now, so nothing is asked; try again later"
        if not rules.can_fetch(url, AGENT):
            return "its robots.txt asks programs not to read this page; save it in a browser"
        return ""

    def apart(self, url: str) -> float:
        """The seconds between two requests that the host asks for."""
        rules = self._rules(url)
        return float((rules and rules.crawl_delay(AGENT)) or 0)

    def _rules(self, url: str) -> Protego | None:
        place = str(httpx.URL(url).copy_with(path="/robots.txt", query=None))
        known = self._known.get(place)
        if known is None or self._clock() - known[1] > KEPT:
            known = self._known[place] = _parsed(*self._read(place)), self._clock()
        return known[0]


def _parsed(status: int, data: bytes) -> Protego | None:
    from protego import Protego

    if 400 <= status < 500 and status != 429:
        data = b""  # there are no rules
    elif status != 200:
        return None
    return Protego.parse(data[:MOST_BYTES].decode("utf-8-sig", "replace"))


class Busy(Exception):
    """A host is not asked now; the message says why, and when."""


class Pace:
    """Keeps requests to one host apart. Used by one thread at a time."""

    def __init__(self, clock: Clock, sleep: Callable[[float], None]) -> None:
        self._clock = clock
        self._sleep = sleep
        self._next: dict[str, float] = {}
        self._closed: dict[str, tuple[float, str]] = {}

    def wait(self, host: str, apart: float = APART) -> None:
        """Waits until a host may be asked, and notes that it is.

        Raises:
            Busy: that would take too long.
        """
        until, why = self._closed.get(host, (0.0, ""))
        if until > self._clock():
            raise Busy(why)
        seconds = self._next.get(host, 0.0) - self._clock()
        if seconds > 0:
            self._sleep(seconds)
        self._next[host] = self._clock() + min(max(apart, APART), MOST_APART)

    def again(self, host: str, seconds: float) -> None:
        """Asks a host again after so many seconds, and not before.

        Raises:
            Busy: they are too many to wait for.
        """
        if seconds > MOST_WAIT:
            minutes = -(-int(seconds) // 60)
            told = f"{host} asks to be left alone for {minutes} minutes"
            self._closed[host] = self._clock() + seconds, told
            raise Busy(told)
        self._next[host] = max(self._next.get(host, 0.0), self._clock() + seconds)

    def down(self, host: str, why: str) -> str:
        """Notes that a host did not answer, so that it is left alone; gives that as a sentence."""
        told = f"{host} did not answer ({why})"
        self._closed[host] = self._clock() + DOWN, told
        return told


def retry_after(value: str | None, now: datetime | None = None) -> float | None:
    """The seconds of a ``Retry-After`` header, which holds a number or a date; None of neither.

    >>> retry_after("120"), retry_after("soon")
    (120.0, None)
    """
    if not value:
        return None
    if value.strip().isdecimal():
        return float(value.strip()[:9])
    try:
        then = parsedate_to_datetime(value)
    except ValueError:
        return None
    then = then if then.tzinfo else then.replace(tzinfo=UTC)
    return max(0.0, (then - (now or datetime.now(UTC))).total_seconds())


SECONDS = 60.0  # that one page may take, however slowly it comes
TIMEOUT = {"connect": 10.0, "read": 20.0, "write": 20.0, "pool": 20.0}
MOST_REDIRECTS = 5
TRIES = 3
BACKOFF = 2.0  # seconds before the second try, twice as many before each further one
AGAIN = {429, 500, 502, 503, 504}
REDIRECTS = {301, 302, 303, 307, 308}
ACCEPT = (
    "text/html, application/xhtml+xml, application/rss+xml, application/atom+xml,"
    " application/feed+json, application/xml;q=0.9, */*;q=0.5"
)
_TOLD = {
    401: "the page asks for a password; save it in a browser",
    402: "the page asks to be paid for; save it in a browser",
    403: "the site does not give this page to programs; save it in a browser",
    404: "there is no such page (404); check the address",
    410: "the page was taken down (410)",
    429: "the site is asked too often (429); try again later",
    451: "the page may not be shown for legal reasons (451)",
}
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.I)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address gave."""

    url: str  # where it was found, after redirects
    body: bytes | None  # what is there; None if it did not change
    kind: str = ""  # its content type in small letters, without parameters; "" if none was told
    charset: str | None = None  # its encoding, as the server tells it
    etag: str = ""  # with ``modified``, what the server recognises it by the next time
    modified: str = ""


class NotFetched(Exception):
    """An address gave nothing; the message says why, as ``Skipped.reason`` wants it."""

    def __init__(self, reason: str, *, gone: bool = False) -> None:
        super().__init__(reason)
        self.gone = gone  # whether the site says that it was taken down for good


@dataclass(frozen=True, slots=True)
class _Response:
    status: int
    headers: Mapping[str, str]
    body: bytes


class Fetcher:
    """Fetches one page after another. Threads may share it."""

    def __init__(
        self,
        *,
        max_bytes: int,
        allow_private: bool = False,
        resolve: Resolve = resolved,
        clock: Clock = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """A fetcher.

        Args:
            max_bytes: The size of the largest page.
            allow_private: Whether addresses of this machine and of private networks are asked.
            resolve: Looks up a host.
            clock: Seconds.
            sleep: Waits so many of them.
        """
        self._max_bytes = max_bytes
        self._backend = Checked(allow_private=allow_private, resolve=resolve, clock=clock)
        self._pool = httpcore.ConnectionPool(network_backend=self._backend)
        self._pace = Pace(clock, sleep)
        self._robots = Robots(self._rules, clock)
        self._one = threading.Lock()

    def get(self, url: str, etag: str = "", modified: str = "") -> Fetched:
        """Fetches an address, unless it is as it was.

        Args:
            url: A canonical one.
            etag: With ``modified``, what came with it the last time.
            modified: The same.

        Raises:
            NotFetched: it gives nothing.
        """
        headers = {"If-None-Match": etag, "If-Modified-Since": modified}
        asked = {name: value for name, value in headers.items() if value}
        seen = {url}
        with self._one:
            while True:
                if why := self._robots.refusal(url):
                    raise NotFetched(why)
                found = self._answered(url, asked, self._robots.apart(url), self._max_bytes)
                if found.status not in REDIRECTS:
                    return _told(url, found)
                url = _next(url, found, seen)

    def close(self) -> None:
        """Ends what connections there are."""
        self._pool.close()

    def _rules(self, url: str) -> tuple[int, bytes]:
        """The status of a robots.txt, and what it holds."""
        seen = {url}
        while (found := self._answered(url, {}, APART, MOST_BYTES)).status in REDIRECTS:
            url = _next(url, found, seen)
        return found.status, found.body

    def _answered(self, url: str, asked: dict[str, str], apart: float, most: int) -> _Response:
        """What a host answers, asked again where that may help."""
        host = httpx.URL(url).host
        for number in range(1, TRIES + 1):
            try:
                self._pace.wait(host, apart)
                found = self._asked(url, asked, most)
                if found.status not in AGAIN or number == TRIES:
                    return found
                wanted = retry_after(found.headers.get("retry-after"))
                self._pace.again(host, BACKOFF**number if wanted is None else wanted)
            except Busy as busy:
                raise NotFetched(f"{busy}; try again then or later") from None
            except TooSlow:
                raise NotFetched(f"the page took more than {SECONDS:.0f} s; try later") from None
            except AddressRefused as refused:
                raise NotFetched(str(refused)) from None
            except (httpcore.NetworkError, httpcore.TimeoutException) as error:
                if number == TRIES:
                    late = isinstance(error, httpcore.TimeoutException)
                    why = "it takes too long" if late else str(error) or type(error).__name__
                    told = self._pace.down(host, why)
                    raise NotFetched(f"{told}; check the address, or try again later") from None
                self._pace.again(host, BACKOFF**number)
            except (httpcore.ProtocolError, httpcore.ProxyError, zlib.error) as error:
                raise NotFetched(f"the server's answer is broken ({error}); try later") from None
        raise AssertionError

    def _asked(self, url: str, asked: dict[str, str], most: int) -> _Response:
        self._backend.begin(SECONDS)
        headers = {
            "Host": httpx.URL(url).netloc.decode("ascii"),
            "User-Agent": f"{AGENT}/{version('onrecord')}",
            "Accept": ACCEPT,
            "Accept-Encoding": "gzip",
            **asked,
        }
        pairs = [(n.encode(), value.encode("latin-1", "replace")) for n, value in headers.items()]
        with self._pool.stream("GET", url, headers=pairs, extensions={"timeout": TIMEOUT}) as found:
            told = {
                name.decode("latin-1").lower(): value.decode("latin-1")
                for name, value in found.headers
            }
            body = _read(found, told, most) if found.status == 200 else b""
            return _Response(found.status, told, body)


def _read(found: httpcore.Response, headers: Mapping[str, str], most: int) -> bytes:
    """What a response holds, as long as it is not too large, packed or not."""
    too_large = NotFetched(f"the page has more than {most:,} bytes; save what you need of it")
    length = headers.get("content-length", "")
    if length.isdecimal() and int(length) > most:
        raise too_large
    packing = headers.get("content-encoding", "identity").strip().lower()
    if packing not in ("identity", "gzip", "x-gzip", "deflate", ""):
        raise NotFetched(f"the page came packed as {packing}, which was not asked for")
    packed = packing not in ("identity", "")
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 32) if packed else None
    parts: list[bytes] = []
    size = 0
    for part in found.iter_stream():
        plain = unpacker.decompress(part, most + 1 - size) if unpacker else part
        size += len(plain)
        parts.append(plain)
        if size > most:
            raise too_large
    if unpacker and not unpacker.eof:
        raise zlib.error("it ends in the middle")
    return b"".join(parts)


def _next(url: str, found: _Response, seen: set[str]) -> str:
    """Where a redirect leads."""
    target = joined(url, found.headers.get("location", ""))
    if not found.headers.get("location") or target is None:
        raise NotFetched("the page sends its reader on to no address of the web")
    if target in seen or len(seen) > MOST_REDIRECTS:
        raise NotFetched("the page sends its reader on in circles; give the article's own address")
    seen.add(target)
    return target


def _told(url: str, found: _Response) -> Fetched:
    headers = found.headers
    known = {"etag": headers.get("etag", ""), "modified": headers.get("last-modified", "")}
    if found.status == 304:
        return Fetched(url, None, **known)
    if found.status != 200:
        usual = f"the server answers with an error ({found.status}); try again later"
        raise NotFetched(_TOLD.get(found.status, usual), gone=found.status == 410)
    kind, _, parameters = headers.get("content-type", "").partition(";")
    charset = _CHARSET.search(parameters)
    return Fetched(
        canonical(url), found.body, kind.strip().lower(), charset[1] if charset else None, **known
    )
