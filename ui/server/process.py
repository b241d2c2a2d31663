"""What a server's process has: its log, where it listens, and the memory of its threads."""

from __future__ import annotations

import ctypes
import logging
import socket
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress

from index.errors import OnRecordError

# Where a fault is ours, and its traceback is wanted.
_OURS = ("index", "rag", "ui", "uvicorn")
_OWN = ("index.", "rag.", "ui.")


def configure_logging() -> None:
    """Has all of the process write to standard error in this form, unless it is told otherwise.

    To be called before libraries are asked, of which one (mcp) brings a form of its own that opens
    files to write a line.
    """
    if not logging.root.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(OneLineFormatter("%(levelname)s %(name)s: %(message)s"))
        logging.root.addHandler(handler)


class OneLineFormatter(logging.Formatter):
    """Tells what a library caught in one line; a fault of ours comes with its traceback."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, or the lines."""
        if record.name.partition(".")[0] in _OURS or not record.exc_info:
            return super().format(record)
        error: BaseException | None = record.exc_info[1]
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        first = record.getMessage().partition("\n")[0]
        said = " ".join(f"{first}: {type(error).__name__}: {error}".split())
        return f"{record.levelname} {record.name}: {said}"


class Faults:
    """Tells what Gradio's queue caught, in place of the module ``traceback``, which it prints."""

    @staticmethod
    def print_exc() -> None:
        """The error that is being handled: in a line, or with its traceback if it is ours."""
        error = sys.exception()
        if isinstance(error, OnRecordError):  # it is a sentence with a remedy
            logging.getLogger("ui.page").error("%s", error)
            return
        frames = list(traceback.walk_tb(error.__traceback__ if error else None))
        ours = bool(frames) and frames[-1][0].f_globals.get("__name__", "").startswith(_OWN)
        to = logging.getLogger("ui.page" if ours else "gradio")
        to.error("a function of the page failed", exc_info=error)


class RateLimitedLog:
    """Writes so many warnings in a minute, and how many it left out. Threads may share it."""

    def __init__(
        self,
        to: logging.Logger,
        most: int = 20,
        seconds: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._to = to
        self._most = most
        self._seconds = seconds
        self._clock = clock
        self._begun = -seconds
        self._count = 0

    def warning(self, message: str, *arguments: object) -> None:
        """Writes it, or counts it."""
        now = self._clock()
        if now - self._begun >= self._seconds:
            if (more := self._count - self._most) > 0:
                self._to.warning("%d more like the last one", more)
            self._begun, self._count = now, 0
        self._count += 1
        if self._count <= self._most:
            self._to.warning(message, *arguments)


class CannotServe(OnRecordError):
    """There is no listening at this address."""


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens; port 0 takes a free one.

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


# mallopt(3): the parameters' numbers in glibc's malloc.h. Unlimited, each of some forty threads
# fills stretches of its own: over 1,000 questions on the page the process then grew by 42 kB a
# question in the second half, and by 15 kB with two.
_M_ARENA_MAX = -8
_ARENAS = 2
# What is larger lies apart, and goes back at once. Left to itself, glibc puts more and more into
# those stretches: 50 questions and 12 additions of six threads had 173 MB in them for 60, and the
# process took 569 to 577 MB for 560 to 564.
_M_MMAP_THRESHOLD = -3
_LARGE = 128 * 1024


def share_arenas() -> None:
    """Has all threads take memory from a few common stretches, where the C library is glibc.

    To be called before threads are started.
    """
    with suppress(AttributeError, OSError, TypeError):
        library = ctypes.CDLL(None)
        library.mallopt(_M_ARENA_MAX, _ARENAS)
        library.mallopt(_M_MMAP_THRESHOLD, _LARGE)


def give_back() -> None:
    """Has the C library, where it is glibc, return to the system what it holds and nothing uses.

    What a change of the index needed for a while leaves holes: with 13 articles added beside 20
    readers, 29 MB of 685.
    """
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
