"""An index's SQLite files copied and put back, while they are used."""

from __future__ import annotations

import shutil
import sqlite3
import zipfile
import zlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from index.connection import Connections
from index.disk import full, writing
from index.errors import OnRecordError


class NoBackup(OnRecordError):
    """A file that is no backup of an index."""


def backup(directory: Path, names: Sequence[str], file: Path) -> list[str]:
    """Copies files of an index, each as of one moment, into one file.

    Args:
        directory: The index.
        names: Of its SQLite files; those that are not there are left out.
        file: Where to write the copy, a zip archive; never half of it.

    Returns:
        The names of what was copied.
    """
    making, folder = (file.with_name(f"{file.name}.{what}") for what in ("making", "copies"))
    found = [name for name in names if (directory / name).is_file()]
    with writing(file.parent):
        try:
            shutil.rmtree(folder, ignore_errors=True)  # of a backup that was cut off
            with zipfile.ZipFile(making, "w", zipfile.ZIP_DEFLATED) as archive:
                for name in found:
                    (folder / name).parent.mkdir(parents=True, exist_ok=True)
                    copy(directory / name, folder / name)
                    archive.write(folder / name, name)
            making.replace(file)
        finally:
            making.unlink(missing_ok=True)
            shutil.rmtree(folder, ignore_errors=True)
    return found


def unpack(file: Path, names: Sequence[str], folder: Path) -> list[Path]:
    """Takes the files out of a backup.

    Args:
        file: The backup.
        names: Those that are wanted.
        folder: Where they are put.

    Raises:
        NoBackup: it is none, or not as it was written.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            held = archive.namelist()
            if strange := set(held) - set(names):
                raise ValueError(f"it holds {min(strange)!r}, which is no file of an index")
            for name in held:
                archive.extract(name, folder)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError) as error:
        why = getattr(error, "strerror", None) or error
        raise NoBackup(f"{file}: cannot be read as a backup ({why}); name another file") from error
    if not held:
        raise NoBackup(f"{file}: holds no index; name a file that onrecord backup wrote")
    return [folder / name for name in held]


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
    aside = set_aside(path) if path.exists() else None
    try:
        copy(new, path)
    except sqlite3.DatabaseError as error:
        if full(error):
            raise
        # What is there is past writing to, and so past reading.
        shutil.copyfile(new, new.with_suffix(".whole"))
        for end in ("-wal", "-shm"):
            Path(f"{path}{end}").unlink(missing_ok=True)
        new.with_suffix(".whole").replace(path)
    return aside


def set_aside(path: Path) -> Path:
    """Copies a file, damaged or not, beside it under a name that tells when."""
    now = f"{datetime.now():%Y%m%d-%H%M%S-%f}"
    aside = path.with_name(f"{path.stem}.before-{now}{path.suffix}")
    for end in ("", "-wal"):
        if Path(f"{path}{end}").exists():
            shutil.copyfile(f"{path}{end}", f"{aside}{end}")
    return aside
