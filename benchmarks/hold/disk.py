"""A disk that is full after so many pages: one for every write that work makes, or nearly.

A disk of its own is a tmpfs in a mount namespace of its own, which Linux gives to everybody or to
root, and which goes with the process.
"""

from __future__ import annotations

import ctypes
import os
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.hold import corpus
from benchmarks.hold.kills import CASES, Case
from benchmarks.hold.trial import Crashed, Refused, Result, Value, alone
from index.backup import backup
from index.engine import faults

PAGE = 4096
SIZE = 32 * 2**20
_NEW_USER, _NEW_MOUNTS, _PRIVATE = 0x10000000, 0x00020000, 0x00044000
_LIBC = ctypes.CDLL(None, use_errno=True)


def _backed_up(folder: Path) -> None:
    backup(folder / "index", corpus.NAMES, folder / "new.zip")


def _written(folder: Path) -> list[str]:
    return [path.name for path in folder.glob("new.zip*")]


_CASES = (*CASES, Case("backup", _backed_up, _written))


def trials(folder: Path, count: int, chance: random.Random) -> Iterator[tuple[str, Result]]:
    """Does each case on disks with room for fewer pages than it needs, so many of them."""
    corpus.articles(corpus.make(folder / "warm"))
    made, place = folder / "made", folder / "disk"
    place.mkdir()
    alone(lambda: corpus.make(made))
    for case in _CASES:
        yield from _sizes(case, made, place, count)


def _sizes(case: Case, made: Path, place: Path, count: int) -> Iterator[tuple[str, Result]]:
    enough = 1
    while not _tried(case, made, place, enough)[1]:
        enough *= 2
    short = enough // 2
    while enough - short > 2:
        middle = (enough + short) // 2
        short, enough = (
            (short, middle) if _tried(case, made, place, middle)[1] else (middle, enough)
        )
    for number in range(count):
        result, _ = _tried(case, made, place, enough * number // count)
        yield f"full disk: {case.name}", result


def _tried(case: Case, made: Path, place: Path, pages: int) -> tuple[Result, bool]:
    """What becomes of work on a disk with so much room, and whether it was done."""
    value = alone(lambda: _worked(case, made, place, pages))
    if isinstance(value, (Crashed, Refused)):
        return Result("traceback", str(value)), False
    first, before, seen, wrong, done, after, left = value
    note = f"{pages} pages: {first!r:.200}"
    if isinstance(first, Crashed):
        return Result("traceback", first.traceback), False
    if isinstance(done, Refused) or corpus.false(seen, before, after):
        return Result("lost", f"{note} {done!r:.200}"), False
    if left or wrong != ([], []):
        return Result("left", f"{note} {left} {wrong}"), False
    unharmed = seen == after if first is None else seen in (before, after)
    verdict = "unharmed" if first is None else "refused"
    return Result(verdict if unharmed else "lost", note), first is None


def _worked(case: Case, made: Path, place: Path, pages: int) -> tuple[Value, ...]:
    _own_disk(place)
    folder = place / "trial"
    shutil.copytree(made, folder)
    case.prepare(folder)
    before = case.seen(folder)
    found = os.statvfs(place)
    filler = place / "filler"
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(1, (found.f_bavail - pages) * PAGE))
    first = _outcome(lambda: case.work(folder))
    filler.unlink()
    index = folder / ("first" if case.name == "first add" else "index")
    begun = (index / "ledger.sqlite").exists()
    seen = case.seen(folder)
    damaged = case.name == "mending" and seen == before
    wrong = faults(index) if begun and not damaged else ([], [])
    if case.name == "restore" and not wrong[0]:
        wrong = ([], [])  # search files are made again where they are read
    done = _outcome(lambda: case.work(folder))
    return first, before, seen, wrong, done, case.seen(folder), corpus.litter(index)


def _outcome(work: Callable[[], object]) -> Value:
    """None for work that was done; as ``alone``, in this process."""
    return alone(lambda: (work(), None)[1])


def _own_disk(place: Path) -> None:
    """Puts an empty disk in the place of a folder, for this process only."""
    user, group = os.getuid(), os.getgid()
    flags = _NEW_MOUNTS | (_NEW_USER if user else 0)
    if _LIBC.unshare(flags):
        raise OSError(ctypes.get_errno(), "this system gives no mounts of one's own")
    if user:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"0 {user} 1")
        Path("/proc/self/gid_map").write_text(f"0 {group} 1")
    _LIBC.mount(b"none", b"/", None, _PRIVATE, None)
    options = f"size={SIZE}".encode()
    if _LIBC.mount(b"tmpfs", os.fsencode(place), b"tmpfs", 0, options):
        raise OSError(ctypes.get_errno(), "no disk could be made")
