"""The commands that take an index away and bring it back: backup, restore, export."""

from __future__ import annotations

import json
from pathlib import Path

import typer

from index import backup as copies
from index.copying import records
from index.embedded import LEDGER
from index.engine import Place, engine_at
from index.errors import IndexMissing
from index.restore import restore as put_back
from ui.alerts.store import FILE as ALERTS
from ui.conversation_store.database import FILE
from ui.files import check_place, replacing
from ui.output import plain
from ui.sample import FOLDER as SAMPLE

# What cannot be made again: the articles and what finds them, chats and feedback, alerts.
NAMES = (LEDGER, FILE, ALERTS, f"{SAMPLE}/{FILE}")


def backup(directory: Path, file: Path) -> None:
    """Writes all that cannot be made again into one file.

    Args:
        directory: The folder of the index.
        file: The backup that is written.

    Raises:
        IndexMissing: there is nothing in the folder.
        UnreadableInput: the file cannot be written.
    """
    check_place(file)
    found = copies.backup(directory, NAMES, file)
    if not found:
        file.unlink()
        raise IndexMissing(f"{directory}: there is nothing here to back up; see --index")
    typer.echo(f"{file}: {', '.join(found)}")


def restore(directory: Path, file: Path) -> None:
    """Puts a backup in the place of what is there, which is kept beside it.

    Raises:
        NoBackup, IndexBusy, IndexMismatch: see the classes.
    """
    for name, before in put_back(directory, NAMES, file).items():
        kept = f"; what was there is kept as {before}" if before else ""
        typer.echo(plain(f"restored: {directory / name}{kept}"))


def export(place: Place, file: Path) -> bool:
    """Writes every article as a line of JSON that ``add`` reads back; whether all could be read.

    Args:
        place: Where the index is.
        file: JSON Lines, written whole or not at all.

    Raises:
        IndexMissing, IndexMismatch, IndexDamaged: see the classes.
        UnreadableInput: the file cannot be written.
    """
    ledger = engine_at(place).open()
    written = 0
    with ledger.read(), replacing(file) as lines:
        for record in records(ledger):
            lines.write(json.dumps(record) + "\n")
            written += 1
        lacking = ledger.counts()["articles"] - written
    typer.echo(f"{file}: {written} articles")
    if lacking:
        typer.echo(
            f"onrecord: {lacking} damaged articles are left out; see which with: onrecord check",
            err=True,
        )
    return not lacking
