"""What is written stays written; a disk that takes no more is one sentence, whoever meets it."""

from __future__ import annotations

import errno
import os
import pickle
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, TypeVar

from filelock import FileLock, Timeout

from index.connection import MAKING, STUCK, Connections, unwritable
from index.errors import IndexBusy, IndexUnwritable

_LOCK = "build.lock"

_STUCK = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO)


@contextmanager
def alone(directory: Path) -> Iterator[None]:
    """An index folder, made if it is not there, while no other process writes to it.

    In it is an empty folder ``MAKING`` meanwhile; what a process that was killed left there goes.

    Raises:
        IndexBusy: another one does.
        IndexUnwritable: as for ``writing``.
    """
    try:
        with writing(directory):
            directory.mkdir(parents=True, exist_ok=True)
            with FileLock(directory / _LOCK, timeout=0):
                shutil.rmtree(directory / MAKING, ignore_errors=True)
                (directory / MAKING).mkdir()
                try:
                    yield
                finally:
                    shutil.rmtree(directory / MAKING, ignore_errors=True)
    except Timeout:
        raise IndexBusy(
            f"{directory}: another process is writing to this index; wait until it has"
            " finished, then run the command again"
        ) from None


@contextmanager
def writing(directory: Path) -> Iterator[None]:
    """Says of an index folder that it takes no more.

    Raises:
        IndexUnwritable: the disk is full, or may not be written.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _STUCK:
            raise
        raise unwritable(directory, error.strerror or str(error)) from error
    except sqlite3.DatabaseError as error:
        if not _full(error):
            raise
        raise unwritable(directory, str(error)) from error


def _full(error: sqlite3.DatabaseError) -> bool:
    """Whether SQLite could not write; a file that ends too early is damaged, and no full disk."""
    code = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF in STUCK and code != sqlite3.SQLITE_IOERR_SHORT_READ


@contextmanager
def written_by(*kinds: type[Exception]) -> Iterator[None]:
    """What a library raises when it cannot write, as the OSError that it met."""
    try:
        yield
    except kinds as error:
        said = str(error)
        number = next((code for code in _STUCK if os.strerror(code) in said), errno.EIO)
        raise OSError(number, os.strerror(number)) from error


def settle(folder: Path) -> None:
    """Has the disk hold every file below a folder before anything goes on."""
    for path in [*folder.rglob("*"), folder]:
        sync(path)


def sync(path: Path) -> None:
    """Has the disk hold a file, or the names in a folder."""
    if os.name == "nt" and path.is_dir():
        return  # Windows knows no such thing
    handle = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


Item = TypeVar("Item")

# What fits into so many bytes stays in memory.
_HELD = 16_000_000


class Spool(MutableMapping[str, Item]):
    """Items by key, in the order in which their keys came; an item is read anew each time.

    The file has no name, so that only this process reads it, and is gone with it.
    """

    def __init__(self) -> None:
        self._at: dict[str, int] = {}
        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(_HELD)  # noqa: SIM115

    def __setitem__(self, key: str, item: Item) -> None:
        """Writes an item.

        Raises:
            IndexUnwritable: the disk for temporary files takes no more.
        """
        try:
            at = self._file.seek(0, 2)
            pickle.dump(item, self._file, pickle.HIGHEST_PROTOCOL)
        except OSError as error:
            raise IndexUnwritable(
                f"{tempfile.gettempdir()}: nothing can be written here ({error.strerror}); make"
                " room on the disk, or set TMPDIR to a folder of another one"
            ) from error
        self._at[key] = at

    def __getitem__(self, key: str) -> Item:
        self._file.seek(self._at[key])
        item: Item = pickle.load(self._file)  # noqa: S301 (written by this very process)
        return item

    def __delitem__(self, key: str) -> None:
        del self._at[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._at)

    def __len__(self) -> int:
        return len(self._at)


def copy(path: Path, to: Path) -> None:
    """Copies a SQLite file as of one moment, whoever reads and writes it.

    Args:
        path: The file that is copied.
        to: The copy.
    """
    source, target = Connections(path).connect(), sqlite3.connect(to)
    try:
        source.backup(target)
    finally:
        source.close()
        target.close()


def put(new: Path, path: Path) -> Path | None:
    """Puts one SQLite file in the place of another, at one moment for all who read it.

    Args:
        new: The file that comes.
        path: The one in whose place it is put.

    Returns:
        Where what was there before is kept; None if nothing was there.
    """
    aside = _set_aside(path) if path.exists() else None
    try:
        copy(new, path)
    except sqlite3.DatabaseError as error:
        if _full(error):
            raise
        # What is there is past writing to, and so past reading.
        shutil.copyfile(new, new.with_suffix(".whole"))
        for end in ("-wal", "-shm"):
            Path(f"{path}{end}").unlink(missing_ok=True)
        new.with_suffix(".whole").replace(path)
    return aside


def _set_aside(path: Path) -> Path:
    """Copies a file, damaged or not, beside it under a name that tells when."""
    now = f"{datetime.now():%Y%m%d-%H%M%S-%f}"
    aside = path.with_name(f"{path.stem}.before-{now}{path.suffix}")
    for end in ("", "-wal"):
        if Path(f"{path}{end}").exists():
            shutil.copyfile(f"{path}{end}", f"{aside}{end}")
    return aside
