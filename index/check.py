"""Whether an index is whole: the ledger, and what is derived from it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from index import damage, search_index
from index.build import open_ledger
from index.errors import IndexDamaged
from index.search_index import SearchIndexDamaged


def faults(directory: Path) -> tuple[list[str], list[str]]:
    """Reads everything and says what is wrong, one sentence a fault.

    Returns:
        The faults of the ledger, and those of the derived files, which are made again from it.

    Raises:
        IndexMissing, IndexMismatch: see the classes.
    """
    try:
        ledger = open_ledger(directory)
        with ledger.read():
            manifest = ledger.manifest()
            wrong = _told(damage.find(ledger))
    except (IndexDamaged, sqlite3.DatabaseError) as error:
        return [f"the ledger is damaged: {str(error).partition(';')[0]}"], []
    if manifest["generation"] == "0":
        return wrong, []
    try:
        search_index.verify(directory / search_index.FOLDER, manifest["token"])
    except SearchIndexDamaged as error:
        return wrong, [str(error)]
    return wrong, []


def _told(found: damage.Damage) -> list[str]:
    return [
        *(f"{uri}: this article is not as it was written" for uri in found.articles),
        *(f"{uri}: the source of this article is not as it was written" for uri in found.sources),
        *(f"{uri}: when this article was stored is not as it was written" for uri in found.days),
        *(f"{uri}: what finds this article is not as it was written" for uri in found.unfound),
        *([f"{found.chunks} chunks are not as they were written"] if found.chunks else []),
        *found.counts,
        *(f"the ledger is damaged: {line}" for line in found.file),
    ]
