"""A backup put in the place of what is in an index folder, while that is used."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from index import backup, damage, migrate
from index.backup import NoBackup
from index.connection import MAKING
from index.disk import alone
from index.embedded import LEDGER, Embedded, open_ledger
from index.errors import IndexDamaged


def restore(directory: Path, names: Sequence[str], file: Path) -> dict[str, Path | None]:
    """Puts back what ``backup`` wrote; whoever is reading sees all of it with the next question.

    Nothing is touched unless the whole backup is as it was written.

    Args:
        directory: The index, which need not be there yet.
        names: As for ``backup``.
        file: The backup.

    Returns:
        For the name of each file that was put back, where the one before is kept, if there was one.

    Raises:
        NoBackup: the file is none, or damaged.
        IndexBusy, IndexMismatch, IndexUnwritable: see the classes.
    """
    with alone(directory):
        folder = directory / MAKING
        found = backup.unpack(file, names, folder)
        try:
            for path in found:
                _verify(path)
        except (IndexDamaged, sqlite3.DatabaseError) as error:
            raise NoBackup(
                f"{file}: this backup is damaged; restore another one, or see what the index"
                f" holds with: onrecord check --index {directory}"
            ) from error
        kept: dict[str, Path | None] = {}
        for path in found:
            name = path.relative_to(folder).as_posix()
            (directory / name).parent.mkdir(exist_ok=True)
            kept[name] = backup.put(path, directory / name)
        if LEDGER in kept:
            _derive(directory)
    return kept


def _verify(path: Path) -> None:
    """Reads a file out of a backup wholly, and brings it up to date if it is a ledger."""
    if path.name == LEDGER:
        migrate.up_to_date(path)
        ledger = open_ledger(path.parent)
        with ledger.read():
            if damage.find(ledger):
                raise IndexDamaged("rows are not as they were written")
        ledger.close()
        return
    db = sqlite3.connect(path)
    try:
        if db.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise IndexDamaged("the file is not as it was written")
    finally:
        db.close()


def _derive(directory: Path) -> None:
    """Makes the search files of the ledger that was put back."""
    engine = Embedded(directory)
    ledger = engine.open()
    engine.relearn(ledger)
    with ledger.read():
        engine.prune(ledger.manifest()["token"])
    ledger.close()
