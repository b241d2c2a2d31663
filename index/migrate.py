"""A ledger of an earlier schema, brought up to date where it is; nothing is embedded again."""

from __future__ import annotations

import sqlite3
import zlib
from pathlib import Path

import numpy as np

from index.ledger import SCHEMA_VERSION, STORED, Ledger, packed

# Schema 1 had vectors in 32 bits, signs of token vectors, and sources compressed by themselves.
FROM = ("1",)


def up_to_date(path: Path) -> None:
    """Migrates a ledger that needs it, whole or not at all. The caller holds the build lock."""
    ledger = Ledger(path)
    if ledger.schema() not in FROM:
        return
    ledger.close()
    db = sqlite3.connect(path, isolation_level=None)
    try:
        db.create_function("halved", 1, _halved, deterministic=True)
        db.create_function("repacked", 2, _repacked, deterministic=True)
        db.executescript(
            f"""
            BEGIN IMMEDIATE;
            ALTER TABLE encodings DROP COLUMN starts;
            ALTER TABLE encodings DROP COLUMN bits;
            UPDATE encodings SET vector = halved(vector);
            UPDATE articles SET raw = repacked(raw, text);
            UPDATE manifest SET value = '{SCHEMA_VERSION}' WHERE name = 'schema';
            COMMIT;
            VACUUM;
            PRAGMA wal_checkpoint(TRUNCATE);
            """
        )
    finally:
        db.close()


def _halved(vector: bytes) -> bytes:
    return np.frombuffer(vector, dtype="<f4").astype(STORED).tobytes()


def _repacked(raw: bytes, text: str) -> bytes:
    return packed(zlib.decompress(raw).decode("utf-8", "surrogatepass"), text)
