"""An index copied from one engine to another, nothing embedded anew, or exported as JSON lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice

from index.database import Row, digest
from index.engine import Place, engine_at
from index.errors import IndexDamaged, IndexMismatch
from index.ledger import CHUNK, ENCODING, WRITTEN, Ledger

Record = dict[str, object]


def records(ledger: Ledger) -> Iterator[Record]:
    """A record for every current article, in the order of their uris; inside ``read()``.

    An article keeps its key, or, where several have the same one, gets its uri for one. Articles
    that are not as they were written are left out.
    """
    keys = Counter(ledger.keys())
    for stored in ledger.all_articles():
        article = stored.article
        yield {
            "_id": article.key if keys[article.key] == 1 else article.uri,
            "cleaned": True,
            "title": article.title,
            "author": article.author,
            "publisher": article.publisher,
            "published": article.published and article.published.isoformat(),
            "language": article.language,
            "url": article.url,
            "sources": list(article.sources),
            "uri": article.uri,
            **({"places": article.places} if article.places else {}),
            "text": article.text,
            "raw": ledger.raw(stored.pk),
        }


# What stands beside a row's digest and is not of it, of the tables that are copied, in an order in
# which each finds what it refers to.
_TABLES = {
    "encodings": (ENCODING, ""),
    "articles": (WRITTEN, ", current, story, root, raw, raw_digest, stored, ended, days_digest"),
    "chunks": (CHUNK, ""),
}
_AT_ONCE = 500


def copy(source: Place, target: Place) -> dict[str, int]:
    """Copies every revision, chunk and vector, under the same numbers, as one generation.

    Args:
        source: Which index; it is read in one snapshot.
        target: Where to; there must be no index, or one of which no article was ever kept.

    Returns:
        How many current articles, chunks, stories and publishers there are.

    Raises:
        IndexMissing, IndexBusy, IndexUnwritable: see the classes.
        IndexMismatch: the target is in use.
        IndexDamaged: the source has rows that are not as they were written.
    """
    here, there = engine_at(source), engine_at(target)
    old = here.open()
    with old.read(), there.alone():
        manifest = old.manifest()
        if not there.made():
            there.create(manifest | {"generation": "0", "token": ""})
        new = there.open()
        with new.read():
            if new.manifest()["generation"] != "0":
                raise IndexMismatch(
                    f"{there.place}: there is an index here already; name a place without one"
                )
        with new.write():
            for table in _TABLES:
                _copy(old, new, table)
            new.set_manifest({name: manifest[name] for name in manifest if name != "schema"})
            there.learn(new, int(manifest["dimension"]), manifest["token"])
            counts = new.counts()
        new.database.settle()
        new.close()
    old.close()
    return counts


def _copy(old: Ledger, new: Ledger, table: str) -> None:
    written, rest = _TABLES[table]
    width = len(written.split(","))
    columns = f"digest, {written}{rest}"
    marks = ", ".join("?" * len(columns.split(",")))
    rows = _sound(old, f"SELECT {columns} FROM {table}", width)
    place = columns.replace(" ", "").split(",").index("current") if rest else 0
    while group := list(islice(rows, _AT_ONCE)):
        if rest:
            group = [(*row[:place], bool(row[place]), *row[place + 1 :]) for row in group]
        new.database.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", group)
    new.database.numbered(table)


def _sound(ledger: Ledger, query: str, width: int) -> Iterator[Row]:
    for row in ledger.database.each(query):
        if row[0] != digest(*row[1 : 1 + width]):
            raise IndexDamaged(
                f"{ledger.database.place}: not all is as it was written, and nothing was copied;"
                " see what is wrong with: onrecord check"
            )
        yield row
