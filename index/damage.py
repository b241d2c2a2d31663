"""Which rows of a ledger are not as they were written, and a ledger made of those that are."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from index.article import Article
from index.database import Row, digest, insert
from index.disk import create, readable
from index.errors import IndexDamaged
from index.ledger import CHUNK, ENCODING, WRITTEN, Ledger, as_stored, manifest_of, packed, unpacked

_Run = Callable[[str], Iterable[Row]]

# SQLite quotes names where it complains, readable or not.
_UNREADABLE = (sqlite3.DatabaseError, UnicodeDecodeError)

_ARTICLES = f"digest, {WRITTEN}, raw_digest, raw, current, root, stored, ended, days_digest"
_WIDTH = len(WRITTEN.split(","))


@dataclass(slots=True)
class Damage:
    """What of a ledger is not as it was written."""

    # The uris of articles whose text, or what is known of them, is not.
    articles: list[str] = field(default_factory=list)
    # The uris of those of which only the raw source is not.
    sources: list[str] = field(default_factory=list)
    # Likewise of those of which only the days of storing are not.
    days: list[str] = field(default_factory=list)
    # The uris of current ones that lack a chunk or an encoding to be found by.
    unfound: list[str] = field(default_factory=list)
    chunks: int = 0  # how many chunks are not, or have an encoding that is not
    # What the manifest counts otherwise than the tables, a sentence each.
    counts: list[str] = field(default_factory=list)
    file: list[str] = field(default_factory=list)  # what SQLite says of the file

    def __bool__(self) -> bool:
        return any(getattr(self, each.name) for each in fields(self))


def find(ledger: Ledger) -> Damage:
    """Reads every row and compares it with its digest; inside ``read()``.

    Raises:
        IndexDamaged: the file is past reading.
    """
    found = Damage()
    db = ledger.database
    expected: dict[int, tuple[str, int]] = {}
    for row in db.each(f"SELECT {_ARTICLES} FROM articles"):
        article = _parts(row)
        if not article.sound:
            found.articles.append(article.uri)
        elif not article.raw_sound:
            found.sources.append(article.uri)
        elif not article.days_sound:
            found.days.append(article.uri)
        if article.sound and article.current:
            expected[article.pk] = article.uri, article.chunks
    sound = {row[1] for row in _as_written(db.each, "encodings", ENCODING)}
    # For each chunk its article, or None if it or its encoding is not as it was written.
    owners = Counter(
        row[2] if row[0] == digest(*row[1:]) and row[-1] in sound else None
        for row in db.each(f"SELECT digest, {CHUNK} FROM chunks")
    )
    found.chunks = owners.pop(None, 0)
    found.unfound = [uri for pk, (uri, count) in expected.items() if owners[pk] != count]
    manifest = ledger.manifest()
    found.counts = [
        f"the manifest counts {manifest[name]} {name} and the ledger holds {count}"
        for name, count in ledger.counts().items()
        if manifest.get(name, str(count)) != str(count)
    ]
    found.file = db.integrity()
    return found


def told(found: Damage) -> list[str]:
    """What is wrong, one sentence a fault."""
    return [
        *(f"{uri}: this article is not as it was written" for uri in found.articles),
        *(f"{uri}: the source of this article is not as it was written" for uri in found.sources),
        *(f"{uri}: when this article was stored is not as it was written" for uri in found.days),
        *(f"{uri}: what finds this article is not as it was written" for uri in found.unfound),
        *([f"{found.chunks} chunks are not as they were written"] if found.chunks else []),
        *found.counts,
        *(f"the ledger is damaged: {line}" for line in found.file),
    ]


def rescue(path: Path, making: Path, manifest: dict[str, str]) -> tuple[list[Article], list[str]]:
    """Makes a new ledger of what of a damaged one is as it was written.

    Args:
        path: The damaged one; it is only read.
        making: Where the new one is made.
        manifest: What it says of itself where the damaged one cannot tell.

    Returns:
        The articles that are whole and have to be stored again, since they lack chunks or
        encodings, and the uris of those that are lost.
    """
    again: list[Article] = []
    lost: list[str] = []
    with (
        closing(create(making, manifest)) as new,
        closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as old,
        new.write(),
    ):
        old.text_factory = readable
        kept = _manifest(old)
        new.set_manifest(kept)
        # Without the manifest nobody knows which model made the encodings.
        encodings = {row[1]: row for row in _as_written(old.execute, "encodings", ENCODING) if kept}
        chunks: dict[int, list[Row]] = {}
        for row in _as_written(old.execute, "chunks", CHUNK):
            if row[-1] in encodings:
                chunks.setdefault(row[2], []).append(row)
        # Which revision of an article is the current one, its row's number tells, and that it
        # did not end.
        newest: dict[str, int] = {}
        for _, pk, uri in _rows(old.execute, "articles", "digest, pk, uri"):
            newest[str(uri)] = max(pk, newest.get(str(uri), 0))
        stored: list[int] = []
        for row in _rows(old.execute, "articles", _ARTICLES):
            article = _parts(row)
            last = newest.get(article.uri) == article.pk
            article = replace(article, current=last and not article.ended)
            if not article.sound:
                lost.append(article.uri)
            elif article.current and not (
                article.raw_sound and len(chunks.get(article.pk, ())) == article.chunks
            ):
                again.append(article.whole())
            else:
                _copy(new, article)
                stored.append(article.pk)
        rows = [row for pk in stored for row in chunks.get(pk, ())]
        used = {row[-1] for row in rows}
        needed = [encodings[key] for key in used]
        insert(new.database, "encodings", f"digest, {ENCODING}", needed)
        insert(new.database, "chunks", f"digest, {CHUNK}", rows)
    return again, lost


@dataclass(frozen=True, slots=True)
class _Stored:
    """A row of an article, and what of it is as it was written."""

    pk: int
    uri: str
    chunks: int  # how many it has
    written: Row
    raw: Any
    sound: bool
    raw_sound: bool
    current: bool
    root: str
    days: Row  # from when until when it was current
    days_sound: bool

    @property
    def ended(self) -> bool:
        return self.days_sound and self.days[1] is not None

    def whole(self) -> Article:
        """The article as it was read; its text stands in for a source that is lost."""
        row = (self.current, None, self.root, digest(*self.written), *self.written)
        (stored,) = as_stored([row])
        article, text = stored.article, stored.article.text
        if article.id != stored.id:  # its language was told by its words
            article = replace(article, language=None)
        return replace(article, raw=unpacked(self.raw, text) if self.raw_sound else text)


def _parts(row: Row) -> _Stored:
    """Reads a row of ``_ARTICLES``."""
    written, rest = row[1 : 1 + _WIDTH], row[1 + _WIDTH :]
    raw_digest, raw, current, root, *days, days_digest = rest
    pk = written[0]
    return _Stored(
        pk=pk,
        uri=str(written[2]),
        chunks=written[-1],
        written=written,
        raw=raw,
        sound=row[0] == digest(*written),
        raw_sound=raw_digest == digest(pk, raw),
        current=bool(current),
        root=str(root),
        days=tuple(days),
        days_sound=days_digest == digest(pk, *days),
    )


def _copy(new: Ledger, article: _Stored) -> None:
    """Stores an article's row as it was."""
    raw = article.raw if article.raw_sound else packed(article.whole().text, article.whole().text)
    days = article.days if article.days_sound else (None, None)
    row = (
        *(digest(*article.written), *article.written, digest(article.pk, raw), raw),
        *(article.current, article.root, *days, digest(article.pk, *days)),
    )
    insert(new.database, "articles", _ARTICLES, [row])


def _as_written(run: _Run, table: str, columns: str) -> Iterator[Row]:
    """The rows of ``digest, columns`` that are as they were written."""
    rows = _rows(run, table, f"digest, {columns}")
    return (row for row in rows if row[0] == digest(*row[1:]))


def _rows(run: _Run, table: str, columns: str) -> Iterator[Row]:
    """The rows of a table as far as they can be read: from its beginning, then from its end."""
    seen: set[object] = set()
    key = columns.split(", ")[1]
    for order in ("ASC", "DESC"):
        try:
            query = f"SELECT {columns} FROM {table} ORDER BY {key} {order}"
            for row in run(query):
                if row[1] not in seen:
                    seen.add(row[1])
                    yield row
            return
        except _UNREADABLE:
            continue


def _manifest(old: sqlite3.Connection) -> dict[str, str]:
    """What a ledger says of itself, or nothing if that is damaged."""
    try:
        return manifest_of(old)
    except (*_UNREADABLE, IndexDamaged):
        return {}
