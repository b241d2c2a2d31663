"""When a host may be asked next."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

# Seconds between two requests to one host, as crawlers keep them that want to be welcome; a host
# that asks for more gets it, up to half a minute.
APART = 1.0
MOST_APART = 30.0

# A wait that somebody at a terminal puts up with; who asks for a longer one is asked another time.
MOST_WAIT = 60.0

# How long a host that did not answer is not asked again.
DOWN = 300.0


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
            self._close(host, seconds, f"{host} asks to be left alone for {minutes} minutes")
        self._next[host] = max(self._next.get(host, 0.0), self._clock() + seconds)

    def down(self, host: str, why: str) -> None:
        """Notes that a host did not answer.

        Raises:
            Busy: always; it is what becomes of the request.
        """
        self._close(host, DOWN, f"{host} did not answer ({why})")

    def _close(self, host: str, seconds: float, why: str) -> None:
        self._closed[host] = self._clock() + seconds, why
        raise Busy(why)


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
