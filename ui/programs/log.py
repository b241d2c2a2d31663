"""What a server writes to its log: a line a fault, and no more lines than somebody reads."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable

# Where a fault is ours, and its traceback is wanted.
_OURS = ("index", "rag", "ui", "uvicorn")


def begin() -> None:
    """Has all of the process write to standard error in this form, unless it is told otherwise.

    To be called before libraries are asked, of which one (mcp) brings a form of its own that opens
    files to write a line.
    """
    if not logging.root.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(OneLine("%(levelname)s %(name)s: %(message)s"))
        logging.root.addHandler(handler)


class OneLine(logging.Formatter):
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


class Seldom:
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
