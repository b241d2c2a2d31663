"""A piece of work in a process of its own, which may be killed; and what became of it."""

from __future__ import annotations

import os
import pickle
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from index.errors import OnRecordError

Value: TypeAlias = Any
"""What work gives, ``Refused`` or ``Crashed``."""

# What a trial may come to, in the order of the table's columns.
VERDICTS = ("unharmed", "repaired", "refused", "told", "lost", "false", "left", "traceback")
FAILURES = ("lost", "false", "left", "traceback")


@dataclass(frozen=True, slots=True)
class Result:
    """What a trial came to, and, of a bad one, what is needed to look into it."""

    verdict: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Timing:
    """When a piece of work began to commit, and when it ended, in seconds from its beginning."""

    commits: tuple[float, ...]
    end: float


def alone(work: Callable[[], object]) -> Value:
    """What work gives, done in a process of its own; an error of it is given, not raised."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            value: object = work()
        except BaseException as error:
            known = isinstance(error, OnRecordError) and "\n" not in str(error)
            value = Refused(str(error)) if known else Crashed(traceback.format_exc())
        with os.fdopen(writing, "wb") as pipe:
            pickle.dump(value, pipe)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        data = pipe.read()
    status = os.waitpid(child, 0)[1]
    return pickle.loads(data) if data else Crashed(f"the process ended with status {status}")  # noqa: S301


@dataclass(frozen=True, slots=True)
class Refused:
    """Work that ended with one sentence."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Crashed:
    """Work that ended otherwise."""

    traceback: str


def timed(work: Callable[[], Any]) -> Timing:
    """How long work takes, and when it commits to SQLite."""

    def measured() -> Timing:
        commits: list[float] = []
        started = time.perf_counter()
        _at_commits(lambda: commits.append(time.perf_counter() - started))
        work()
        return Timing(tuple(commits), time.perf_counter() - started)

    result = alone(measured)
    assert isinstance(result, Timing), result
    return result


def killed(work: Callable[[], Any], seconds: float, commit: int | None = None) -> bool:
    """Kills work so long after its beginning, or that of a commit; whether it was still going on.

    Args:
        work: In a process of its own.
        seconds: Until it is killed.
        commit: The number of the commit from whose beginning they count, from 1.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        count = 0

        def note() -> None:
            nonlocal count
            count += 1
            if count == commit:
                os.write(writing, b".")

        sys.stderr = open(os.devnull, "w")  # noqa: SIM115, PTH123 - of a process about to end
        if commit is None:
            os.write(writing, b".")
        else:
            _at_commits(note)
        work()
        os._exit(0)
    os.close(writing)
    os.read(reading, 1)
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:  # a sleep is longer than a commit
        pass
    os.kill(child, signal.SIGKILL)
    os.close(reading)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def _at_commits(then: Callable[[], None]) -> None:
    """Calls it whenever this thread is about to commit."""

    def look(_: object, event: str, called: object) -> None:
        if event == "c_call" and getattr(called, "__name__", "") == "commit":
            then()

    sys.setprofile(look)
