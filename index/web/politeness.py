"""What hosts let onrecord ask for, as RFC 9309 has it, and when they may be asked next."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Protocol

import httpx

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


class _Rules(Protocol):
    def can_fetch(self, url: str, user_agent: str) -> bool: ...
    def crawl_delay(self, user_agent: str) -> float | None: ...


@dataclass(frozen=True, slots=True)
class _Read:
    """The rules of a host, None if all is forbidden, and when they were read."""

    rules: _Rules | None
    at: float


class Robots:
    """The rules of hosts, read once a day."""

    def __init__(
        self,
        read: Callable[[str], tuple[int, bytes]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Rules that are read by ``read``.

        Args:
            read: Gives the status of an address and what lies there; what it raises goes on.
            clock: Seconds.
        """
        self._read = read
        self._clock = clock
        self._known: dict[str, _Read] = {}

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

    def _rules(self, url: str) -> _Rules | None:
        place = str(httpx.URL(url).copy_with(path="/robots.txt", query=None))
        known = self._known.get(place)
        if known is None or self._clock() - known.at > KEPT:
            status, data = self._read(place)
            known = self._known[place] = _Read(_parsed(status, data), self._clock())
        return known.rules


def _parsed(status: int, data: bytes) -> _Rules | None:
    from protego import Protego

    if 400 <= status < 500 and status != 429:
        data = b""  # there are no rules
    elif status != 200:
        return None
    rules: _Rules = Protego.parse(data[:MOST_BYTES].decode("utf-8-sig", "replace"))
    return rules


class Busy(Exception):
    """A host is not asked now; the message says why, and when."""


class Pace:
    """Keeps requests to one host apart. Used by one thread at a time."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._next: dict[str, float] = {}
        self._closed: dict[str, tuple[float, str]] = {}

    def wait(self, host: str, apart: float = APART) -> None:
        """Waits until a host may be asked, and notes that it is.

        Args:
            host: The name or the address of a server.
            apart: The seconds between two questions.

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

        Args:
            host: The name or the address of a server.
            seconds: From now on.

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

    Args:
        value: Of the header; None if there is none.
        now: From when a date is counted; None for this moment.

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
