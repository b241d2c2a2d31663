"""Whether an index is whole: the ledger, and what is searched."""

from __future__ import annotations

import sqlite3

from index.engine import Place, engine_at
from index.errors import IndexDamaged


def faults(place: Place) -> tuple[list[str], list[str]]:
    """Reads everything and says what is wrong, one sentence a fault.

    Returns:
        The faults of the ledger, and those of what is searched, which is made again from it.

    Raises:
        IndexMissing, IndexMismatch: see the classes.
    """
    engine = engine_at(place)
    try:
        ledger = engine.open()
        with ledger.read():
            return engine.faults(ledger, ledger.manifest())
    except (IndexDamaged, sqlite3.DatabaseError) as error:
        return [f"the ledger is damaged: {str(error).partition(';')[0]}"], []
