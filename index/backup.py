"""An index copied: into one file and back, to another engine, and as JSON lines."""

from __future__ import annotations

import shutil
import sqlite3
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path

from index import damage
from index.database import Place, Row, digest, insert
from index.disk import MAKING, alone, copy, put, writing
from index.engine import LEDGER, Embedded, engine_at, open_ledger
from index.errors import IndexDamaged, IndexMismatch, OnRecordError
from index.ledger import CHUNK, ENCODING, WRITTEN, Ledger


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
        found = unpack(file, names, folder)
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
            kept[name] = put(path, directory / name)
        if LEDGER in kept:
            _derive(directory)
    return kept


def _verify(path: Path) -> None:
    """Reads a file out of a backup wholly."""
    if path.name == LEDGER:
        with closing(open_ledger(path.parent)) as ledger, ledger.read():
            if damage.find(ledger):
                raise IndexDamaged("rows are not as they were written")
        return
    with closing(sqlite3.connect(path)) as db:
        if db.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise IndexDamaged("the file is not as it was written")


def _derive(directory: Path) -> None:
    """Makes the search files of the ledger that was put back."""
    engine = Embedded(directory)
    with closing(engine.open()) as ledger:
        engine.relearn(ledger)
        with ledger.read():
            engine.prune(ledger.manifest()["token"])


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


def copy_index(source: Place, target: Place) -> dict[str, int]:
    """Copies every revision, chunk and vector, under the same numbers, as one generation.

    The source is read in one snapshot; at the target there must be no index, or one of which no
    article was ever kept.

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
                _copy_rows(old, new, table)
            new.set_manifest({name: manifest[name] for name in manifest if name != "schema"})
            there.learn(new, int(manifest["dimension"]), manifest["token"])
            counts = new.counts()
        new.database.settle()
        new.close()
    old.close()
    return counts


def _copy_rows(old: Ledger, new: Ledger, table: str) -> None:
    written, rest = _TABLES[table]
    width = len(written.split(","))
    columns = f"digest, {written}{rest}"
    rows = _sound(old, f"SELECT {columns} FROM {table}", width)
    place = columns.replace(" ", "").split(",").index("current") if rest else 0
    while group := list(islice(rows, _AT_ONCE)):
        if rest:
            group = [(*row[:place], bool(row[place]), *row[place + 1 :]) for row in group]
        insert(new.database, table, columns, group)
    new.database.numbered(table)


def _sound(ledger: Ledger, query: str, width: int) -> Iterator[Row]:
    for row in ledger.database.each(query):
        if row[0] != digest(*row[1 : 1 + width]):
            raise IndexDamaged(
                f"{ledger.database.place}: not all is as it was written, and nothing was copied;"
                " see what is wrong with: onrecord check"
            )
        yield row
