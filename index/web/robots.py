"""What a host's robots.txt lets onrecord ask for, as RFC 9309 has it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import httpx

AGENT = "onrecord"
KEPT = 24 * 3600.0  # seconds; the RFC's advice
MOST_BYTES = 512_000  # the RFC asks for at least 500 KiB


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
