"""Texts that wait to be encoded, in a table; processes of any machine take some at a time.

What is taken is encoded and stored in the transaction that takes it out. Of a process that is
killed or cut off meanwhile the server takes it back, and it waits again.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager

from index.article import Article
from index.database import Place
from index.embed import Embedder, check_embedder
from index.engine import engine_at
from index.ledger import Ledger
from index.preparing import Load, Part, Preparer, Workers, beside, unknown

_BATCH = 32

# Who puts texts there encodes too while more than so many wait for each of the other processes.
_AHEAD = 4 * _BATCH

# A process that hangs or whose machine is gone has so long for what it took.
_PATIENCE = "10min"

_PAUSE = 0.2  # seconds between looks at an empty table

_TABLE = 'CREATE TABLE IF NOT EXISTS waiting (key text COLLATE "C" PRIMARY KEY, text text NOT NULL)'
_PUT = "INSERT INTO waiting (key, text) VALUES (?, ?) ON CONFLICT (key) DO NOTHING"
_TAKE = (
    "DELETE FROM waiting WHERE key IN (SELECT key FROM waiting LIMIT ? FOR UPDATE SKIP LOCKED)"
    " RETURNING key, text"
)


def parts(
    ledger: Ledger,
    place: Place,
    preparer: Preparer,
    workers: Workers,
    groups: Iterable[list[Article]],
) -> Generator[Part]:
    """Prepares groups in turn; their texts are encoded by whoever takes them.

    Args:
        ledger: Of an index in PostgreSQL.
        place: Its address.
        preparer: How articles are cut.
        workers: Processes of this machine that encode.
        groups: Articles that are cut together.
    """
    put(ledger, {})
    with _started(place, workers):
        for articles in groups:
            group = [preparer.split(article) for article in articles]
            texts = unknown(ledger, group)
            put(ledger, texts)
            _encode_all_but(_AHEAD * workers.count, ledger, preparer.embedder)
            yield group, len(texts)
        _encode_all_but(0, ledger, preparer.embedder)


def put(ledger: Ledger, texts: Mapping[str, str]) -> None:
    """Has texts wait, under the keys of their encodings."""
    with ledger.write():
        ledger.database.execute(_TABLE)
        ledger.database.executemany(_PUT, texts.items())


def work(ledger: Ledger, embedder: Embedder) -> None:
    """Encodes what waits, now and later, until interrupted.

    Raises:
        IndexMismatch: the index was made with another model.
        IndexUnreachable: the server does not answer.
    """
    put(ledger, {})
    while True:
        if not encode(ledger, embedder):
            time.sleep(_PAUSE)


def encode(ledger: Ledger, embedder: Embedder) -> int:
    """Encodes some of what waits and nobody has in hand; how many texts.

    Raises:
        IndexMismatch: the index was made with another model.
    """
    db = ledger.database
    with ledger.write():
        db.execute(f"SET LOCAL idle_in_transaction_session_timeout = '{_PATIENCE}'")
        check_embedder(db.place, ledger.manifest(), embedder)
        taken = dict(db.execute(_TAKE, (_BATCH,)).fetchall())
        if taken:
            vectors = embedder.encode_passages([*taken.values()])
            ledger.put_encodings(zip(taken, vectors, strict=True))
    return len(taken)


def _encode_all_but(most: int, ledger: Ledger, embedder: Embedder) -> None:
    """Encodes, and waits for those who have some in hand, until no more than so many are left."""
    while _count(ledger) > most:
        if not encode(ledger, embedder):
            with ledger.write():  # begins when who has it in hand is done, or gone
                ledger.database.execute("SELECT FROM waiting LIMIT 1 FOR UPDATE")


def _count(ledger: Ledger) -> int:
    with ledger.read():
        return int(ledger.database.execute("SELECT count(*) FROM waiting").fetchone()[0])


@contextmanager
def _started(place: Place, workers: Workers) -> Iterator[None]:
    """While processes of this machine encode."""
    make = workers.context().Process
    running = [make(target=_work, args=(workers.embedder, place)) for _ in range(workers.count)]
    try:
        for process in running:
            process.start()
        yield
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.join()


def _work(load: Load, place: Place) -> None:
    beside()
    work(engine_at(place).open(), load())
