"""The tables of a ledger in SQLite: made, or of an earlier schema and brought up to date."""

from __future__ import annotations

import json
import sqlite3
import zlib
from contextlib import closing, suppress
from importlib.resources import files
from pathlib import Path

import numpy as np

from index.database import digest
from index.disk import Connections
from index.ledger import (
    CHUNK,
    DAYS,
    ENCODING,
    SCHEMA_VERSION,
    STORED,
    WRITTEN,
    Ledger,
    as_stored,
    packed,
)

# Made since schema 5 too, in ledgers that lack them: without them each article that is stored
# would be looked for among all texts.
_FOUND_BY = ("uri", "key")

# Schema 1 had vectors in 32 bits, signs of token vectors, and sources compressed by themselves;
# schema 2 had no digests; schema 3 had no places; schema 4 did not say from when until when a text
# was current.
FROM = ("1", "2", "3", "4")

_SMALLER = """
ALTER TABLE encodings DROP COLUMN starts;
ALTER TABLE encodings DROP COLUMN bits;
UPDATE encodings SET vector = halved(vector);
UPDATE articles SET raw = repacked(raw, text);
"""

_THIRD = WRITTEN.replace(" places,", "")

_DIGESTED = f"""
ALTER TABLE articles ADD COLUMN chunks INTEGER NOT NULL DEFAULT 0;
ALTER TABLE articles ADD COLUMN digest BLOB NOT NULL DEFAULT x'';
ALTER TABLE articles ADD COLUMN raw_digest BLOB NOT NULL DEFAULT x'';
ALTER TABLE chunks ADD COLUMN digest BLOB NOT NULL DEFAULT x'';
ALTER TABLE encodings ADD COLUMN digest BLOB NOT NULL DEFAULT x'';
UPDATE articles SET chunks = (SELECT count(*) FROM chunks WHERE article = articles.pk);
UPDATE articles SET digest = digest({_THIRD}), raw_digest = digest(pk, raw)
    WHERE identified({_THIRD});
UPDATE chunks SET digest = digest({CHUNK});
UPDATE encodings SET digest = digest({ENCODING});
"""

_PLACED = f"""
UPDATE articles SET digest = x'' WHERE digest <> digest({_THIRD});
ALTER TABLE articles ADD COLUMN places TEXT NOT NULL DEFAULT '[]';
UPDATE articles SET digest = digest({WRITTEN}) WHERE digest <> x'';
"""

_DATED = f"""
ALTER TABLE articles ADD COLUMN stored TEXT;
ALTER TABLE articles ADD COLUMN ended TEXT;
ALTER TABLE articles ADD COLUMN days_digest BLOB NOT NULL DEFAULT x'';
UPDATE articles SET days_digest = digest({DAYS});
"""


def create(path: Path, manifest: dict[str, str]) -> Ledger:
    """Makes an empty ledger of generation 0 in a file, which must not exist yet.

    It is written to its last byte: the log beside it begins when all of this is in the file.

    Args:
        path: The file that is made.
        manifest: What the index says of itself.
    """
    connections = Connections(path)
    connections.connect("rwc")
    ledger = Ledger(connections)
    with ledger.write():
        for statement in (files("index") / "schema.sql").read_text("utf-8").split(";"):
            connections.execute(statement)
        _index(connections)
        ledger.begin(manifest)
    connections.execute("PRAGMA journal_mode = WAL")
    return ledger


def up_to_date(path: Path) -> None:
    """Migrates a ledger that needs it, whole or not at all. The caller holds the build lock.

    An article whose id does not follow from what a reader sees of it was damaged before: it gets
    no digest, and so is never shown.
    """
    connections = Connections(path)
    ledger = Ledger(connections)
    found = connections.schema()
    db = connections.db
    if found not in FROM:
        with closing(ledger):
            if found == str(SCHEMA_VERSION) and len(_indexed(connections)) < len(_FOUND_BY):
                with ledger.write():
                    _index(connections)
        return
    try:
        db.create_function("halved", 1, _halved, deterministic=True)
        db.create_function("repacked", 2, _repacked, deterministic=True)
        db.create_function("digest", -1, digest, deterministic=True)
        db.create_function("identified", -1, _identified, deterministic=True)
        with ledger.write():
            steps = (_SMALLER, _DIGESTED, _PLACED, _DATED)
            for statement in "".join(steps[FROM.index(found) :]).split(";"):
                db.execute(statement)
            _index(connections)
            ledger.set_manifest({"schema": str(SCHEMA_VERSION)})
        with suppress(sqlite3.OperationalError):  # there may be no room for a smaller file
            db.execute("VACUUM")
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        ledger.close()


def _index(connections: Connections) -> None:
    for column in _FOUND_BY:
        connections.execute(
            f"CREATE INDEX IF NOT EXISTS articles_by_{column} ON articles ({column})"
        )


def _indexed(connections: Connections) -> list[str]:
    """Which of these there are."""
    wanted = [f"articles_by_{column}" for column in _FOUND_BY]
    rows = connections.execute("SELECT name FROM sqlite_master WHERE type = 'index'")
    return [name for (name,) in rows if name in wanted]


def _halved(vector: bytes) -> bytes:
    return np.frombuffer(vector, dtype="<f4").astype(STORED).tobytes()


def _repacked(raw: bytes, text: str) -> bytes:
    return packed(zlib.decompress(raw).decode("utf-8", "surrogatepass"), text)


def _identified(*written: object) -> bool:
    """Whether an article's id follows from its other columns."""
    try:
        place = WRITTEN.split(", ").index("places")
        row = (*written[:place], "[]", *written[place:])
        (stored,) = as_stored([(1, None, "", digest(*row), *row)])
    except (ValueError, TypeError, json.JSONDecodeError):
        return False
    return stored.id == stored.article.id
