"""What is written stays written; a disk that takes no more is one sentence, whoever meets it."""

from __future__ import annotations

import errno
import os
import pickle
import shutil
import sqlite3
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, MutableMapping, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import IO, TypeVar

from filelock import FileLock, Timeout
from typing_extensions import override

from index.database import Database
from index.errors import IndexBusy, IndexDamaged, IndexReplaced, IndexUnwritable
from index.ledger import Ledger

MAKING = "making"
"""The folder in an index folder where files are made before they get their place."""

STUCK = (
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
)


class Connections(Database):
    """The connections to one file. A thread has its own, and closes it.

    A file that takes the place of this one, under the same name, is another file: it is never
    read through connections that were opened for the first.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        self._first: sqlite3.Connection | None = None  # keeps the file's number from a second use
        self._file: tuple[int, ...] = ()
        self._unlocked = False

    @property
    def place(self) -> str:
        """The folder that the file lies in."""
        return str(self.path.parent)

    @override
    def execute(self, sql: str, values: Sequence[object] = ()) -> sqlite3.Cursor:
        return self.db.execute(sql, values)

    each = execute

    @override
    def executemany(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        self.db.executemany(sql, rows)

    @override
    def number(self, table: str, count: int = 1) -> int:
        row = self.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).fetchone()
        return int((row or (0,))[0]) + 1

    @override
    def schema(self) -> str | None:
        try:
            with self.read():
                row = self.execute("SELECT value FROM manifest WHERE name = 'schema'").fetchone()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_ERROR:  # it has no such table
                return None
            raise
        return str(row[0]) if row else None

    def integrity(self) -> list[str]:
        """What SQLite says is wrong with the file."""
        lines = (line for (line,) in self.execute("PRAGMA integrity_check"))
        return [line for line in lines if line != "ok"]

    def settle(self) -> None:
        """Brings what was committed from the log into the file, as far as no reader needs it.

        So a copy of the file alone is a copy of the index. On a full disk it stays in the log.
        """
        with suppress(sqlite3.OperationalError):
            self.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def damaged(self, how: str) -> IndexDamaged:
        """A file past use, with a remedy that takes nothing away."""
        return damaged(self.path, how)

    @property
    def db(self) -> sqlite3.Connection:
        """This thread's connection."""
        db: sqlite3.Connection | None = getattr(self._local, "db", None)
        return db or self.connect()

    def connect(self, mode: str = "rw") -> sqlite3.Connection:
        """Opens this thread's connection; where nothing can be written, one that only reads.

        Raises:
            IndexDamaged: the file is past reading.
            IndexReplaced: there is another file of this name now.
            IndexUnwritable: it cannot be read without writing beside it.
        """
        if mode == "rw" and self._still():
            db = self._as_it_is()
        else:
            try:
                db = self._open(mode)
            except IndexUnwritable:
                if mode != "rw" or logged(self.path):
                    raise
                db = self._as_it_is()
        if self._first is None:
            self._first, self._file = db, self._found()
        elif self.replaced():
            db.close()
            raise IndexReplaced(f"{self.path.parent}: the index was replaced just now; ask again")
        self._local.db = db
        return db

    def _open(self, mode: str) -> sqlite3.Connection:
        uri = f"{self.path.resolve().as_uri()}?mode={mode}"
        db = sqlite3.connect(
            uri, uri=True, isolation_level=None, timeout=30, check_same_thread=False
        )
        db.text_factory = readable
        with self._told(self._unread):
            db.execute("PRAGMA foreign_keys = ON")
            db.execute("PRAGMA synchronous = FULL")
        db.create_function("caseless", 1, lambda text: text and text.casefold(), deterministic=True)
        return db

    def _as_it_is(self) -> sqlite3.Connection:
        """A connection that takes the file as it is: without locks, which SQLite keeps beside it.

        So the file must not change while it is read: a change makes another file of it.
        """
        db = self._open("ro&immutable=1")
        if not self._unlocked:
            self._unlocked = True
            self._file = self._found()
        return db

    def close(self) -> None:
        """Closes this thread's connection; the others close with their threads."""
        if db := getattr(self._local, "db", None):
            db.close()
            del self._local.db
            if db is self._first:
                self._first = None

    def replaced(self) -> bool:
        """Whether there is another file of this name now, or none."""
        return self._first is not None and self._found() != self._file

    def _found(self) -> tuple[int, ...]:
        try:
            found = self.path.stat()
        except OSError:
            return ()
        state = (found.st_size, found.st_mtime_ns, logged(self.path)) if self._unlocked else ()
        return (found.st_dev, found.st_ino, *state)

    def _still(self) -> bool:
        """Whether this process may write neither the file nor beside it, and nobody else does."""
        writable = os.access(self.path.parent, os.W_OK) and os.access(self.path, os.W_OK)
        return not writable and self.path.is_file() and not logged(self.path)

    @override
    @contextmanager
    def read(self) -> Iterator[None]:
        db = self.db
        if db.in_transaction:
            yield
            return
        with self._told(self._unread):
            db.execute("BEGIN")
            try:
                yield
            finally:
                db.rollback()

    @override
    @contextmanager
    def write(self) -> Iterator[None]:
        db = self.db
        with self._told(partial(unwritable, self.path.parent)):
            db.execute("BEGIN IMMEDIATE")
            try:
                yield
                db.commit()
            except BaseException:
                db.rollback()
                raise

    @contextmanager
    def _told(self, stuck: Callable[[str], IndexUnwritable]) -> Iterator[None]:
        """What SQLite says of the file itself, in a sentence with the remedy."""
        try:
            yield
        except UnicodeDecodeError as error:  # SQLite quotes damaged names where it complains
            raise damaged(self.path, "is damaged (its tables have no readable names)") from error
        except sqlite3.DatabaseError as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
                raise damaged(self.path, f"is damaged ({error})") from error
            if code in STUCK:
                raise stuck(str(error)) from error
            raise

    def _unread(self, why: str) -> IndexUnwritable:
        return IndexUnwritable(
            f"{self.path}: cannot be read ({why}): the last changes lie beside it in"
            f" {self.path.name}-wal, which takes a folder that can be written; run any command"
            " once as somebody who may write there, or make room on the disk"
        )


def create(path: Path, manifest: dict[str, str]) -> Ledger:
    """Makes an empty ledger of generation 0 in a file, which must not exist yet.

    It is written to its last byte: the log beside it begins when all of this is in the file.
    """
    connections = Connections(path)
    connections.connect("rwc")
    ledger = Ledger(connections)
    with ledger.write():
        for statement in (files("index") / "schema.sql").read_text("utf-8").split(";"):
            connections.execute(statement)
        ledger.begin(manifest)
    connections.execute("PRAGMA journal_mode = WAL")
    return ledger


def logged(path: Path) -> bool:
    """Whether the last changes of a SQLite file lie in the log beside it."""
    log = Path(f"{path}-wal")
    return log.is_file() and log.stat().st_size > 0


def recognise(path: Path) -> None:
    """Looks at a file's head and size before SQLite does, which takes an empty one for a new one.

    Raises:
        IndexDamaged: it is no SQLite file, or not all of one.
    """
    size = path.stat().st_size
    if not size:
        raise damaged(path, "is empty")
    with path.open("rb") as file:
        head = file.read(100)
    if len(head) < 100 or head[:16] != b"SQLite format 3\0":
        raise damaged(path, "is no ledger, or its beginning was overwritten")
    page = int.from_bytes(head[16:18], "big")
    told = (65536 if page == 1 else page) * int.from_bytes(head[28:32], "big")
    if head[24:28] == head[92:96] and told > size and not logged(path):
        raise damaged(path, f"is cut short: {size:,} of {told:,} bytes are there")


def damaged(path: Path, how: str) -> IndexDamaged:
    """A file past use, with a remedy that takes nothing away."""
    folder, how = path.parent, " ".join(how.split())  # SQLite quotes names, line ends and all
    return IndexDamaged(
        f"{path} {how}; bring back a backup with: onrecord restore FILE --index {folder}, or save"
        f" what can be read with: onrecord check --repair --index {folder}"
    )


def unwritable(directory: Path, why: str) -> IndexUnwritable:
    """A folder that takes nothing more; what it holds is not touched."""
    directory = directory.parent if directory.name == MAKING else directory
    return IndexUnwritable(
        f"{directory}: nothing can be written here ({why}); make room on the disk or the folder"
        " writable and run the command again; what was indexed before is unharmed"
    )


def readable(data: bytes) -> str:
    """Text as SQLite holds it; damaged bytes become other text, which its digest tells."""
    return data.decode("utf-8", "replace")


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


def share(folder: Path, to: Path) -> None:
    """Makes a folder that holds the same files, which nobody changes in their place.

    Locks are left out; where one file cannot have two names, it gets copies.
    """
    to.mkdir()
    for path in folder.iterdir():
        if path.suffix != ".lock":
            try:
                os.link(path, to / path.name)
            except OSError:
                shutil.copyfile(path, to / path.name)


def sync(path: Path) -> None:
    """Has the disk hold a file, or the names in a folder."""
    handle = os.open(path, os.O_RDONLY)
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
    """Copies a SQLite file as of one moment, whoever reads and writes it."""
    with closing(Connections(path).connect()) as source, closing(sqlite3.connect(to)) as target:
        source.backup(target)


def put(new: Path, path: Path) -> Path | None:
    """Puts one SQLite file in the place of another, at one moment for all who read it.

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
