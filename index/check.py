"""Whether an index is whole: the ledger, and what is derived from it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from index import derived
from index.build import open_ledger
from index.derived import DerivedDamaged
from index.ledger import Ledger


def faults(directory: Path) -> tuple[list[str], list[str]]:
    """Reads everything and says what is wrong, one sentence a fault.

    Returns:
        The faults of the ledger, which only adding the sources again can mend, and those of the
        derived files, which are made again from the ledger.

    Raises:
        IndexMissing, IndexMismatch: see the classes.
    """
    ledger = open_ledger(directory)
    try:
        with ledger.read():
            manifest = ledger.manifest()
            wrong = ledger.faults() or _miscounts(ledger, manifest) + _misplaced(ledger)
    except sqlite3.DatabaseError as error:
        return [f"the ledger is damaged: {error}"], []
    if manifest["generation"] == "0":
        return wrong, []
    try:
        derived.verify(directory / derived.FOLDER, manifest["token"])
    except DerivedDamaged as damage:
        return wrong, [str(damage)]
    return wrong, []


def _miscounts(ledger: Ledger, manifest: dict[str, str]) -> list[str]:
    return [
        f"the manifest counts {manifest[name]} {name} and the ledger holds {count}"
        for name, count in ledger.counts().items()
        if manifest.get(name, str(count)) != str(count)
    ]


def _misplaced(ledger: Ledger) -> list[str]:
    """Chunks and sentences that lie outside their articles, and vectors not of length 1."""
    found = []
    dimension = int(ledger.manifest()["dimension"])
    lengths = {}
    for stored in ledger.all_articles():
        lengths[stored.pk] = len(stored.article.text)
        if any(s.end > lengths[stored.pk] or s.start >= s.end for s in stored.sentences):
            found.append(f"{stored.article.uri}: a sentence lies outside the text")
    for chunk in ledger.all_chunks():
        if not 0 <= chunk.start < chunk.end <= lengths.get(chunk.article, -1):
            found.append(f"chunk {chunk.pk} lies outside its article's text")
    for pk, _, vector in ledger.vectors(dimension):
        if not 0.99 < float(vector @ vector) < 1.01:
            found.append(f"the vector of chunk {pk} has not length 1")
    return found
