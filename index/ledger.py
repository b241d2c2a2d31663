"""The one source of truth: articles, chunks, encodings and the manifest, in a SQL database."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from index.article import PARTICULARS, Article, opening
from index.chunk import Chunk
from index.database import Database, Row, digest, insert
from index.errors import IndexDamaged
from index.text.sentences import Sentence

SCHEMA_VERSION = 5

# How a vector is stored: in 16 bits a component, its product with another unit vector of MiniLM
# is within 0.0002 of that in 32.
STORED = "<f2"

# The last bytes of an article's text that its source is compressed with; zlib knows no more.
DICTIONARY = 2**15

_ASKED = 512  # values of one statement

# Characters of an article's text that a list of articles holds.
OPENING = 120

# What of a row its digest is over. What is left out (which revision is the current one, its story,
# the folder that it was read from) changes no word of an answer.
WRITTEN = (
    "pk, id, uri, key, revision, title, author, publisher, published, language, url, sources,"
    " places, text, sentences, minhash, chunks"
)
DAYS = "pk, stored, ended"
CHUNK = 'pk, article, start, "end", heading, first, last, encoding'
ENCODING = "key, vector"

NEWEST = "published IS NULL, published DESC, uri"

_ARTICLE = f"current, story, root, digest, {WRITTEN}"


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """An article as the ledger holds it; ``article.raw`` is left "" (``Ledger.raw`` reads it)."""

    pk: int  # its number in the ledger, never used again
    id: str
    article: Article
    revision: int  # 1 for the first text under this uri, 2 for the first change of it
    current: bool  # false for a revision that a later one replaced
    story: int  # the pk of the first article of the story that this one belongs to
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Revision:
    """One text that an article had."""

    article: StoredArticle
    # When it was stored, in UTC; None if that is not known, as of an earlier onrecord.
    stored: datetime | None
    # When a later one replaced it, or it was withdrawn; None while it is current.
    ended: datetime | None


@dataclass(frozen=True, slots=True)
class Listed:
    """A current article as it is listed: what is known of it, but not its text."""

    pk: int  # as of ``StoredArticle``; likewise ``revision`` and ``story``
    id: str
    uri: str
    key: str
    title: str
    author: str | None
    publisher: str | None
    published: date | None
    language: str | None
    url: str | None
    revision: int
    story: int
    characters: int  # of its cleaned text
    opening: str  # the first of them, at most ``OPENING``

    @property
    def headline(self) -> str:
        """What it is called, as ``Article.headline`` has it."""
        return self.title or opening(self.opening) or self.key


@dataclass(frozen=True, slots=True)
class StoredChunk:
    """A chunk as the ledger holds it; offsets count characters of its article's text."""

    pk: int
    article: int
    start: int
    end: int
    heading: str
    first: int
    last: int

    def of(self, text: str) -> Chunk:
        """The chunk itself, given its article's text."""
        words = text[self.start : self.end]
        return Chunk(self.start, self.end, words, self.heading, self.first, self.last)


@dataclass(frozen=True, slots=True)
class Prepared:
    """An article ready to be stored."""

    article: Article
    sentences: Sequence[Sentence]
    chunks: Sequence[Chunk]
    encodings: Sequence[str]  # for each chunk, the key of its encoding
    minhash: bytes  # the signature of its text, for finding copies
    # The language that its words tell, for an article that does not state one. The id stays that of
    # the article as it was read.
    language: str | None = None


class Ledger:
    """An open ledger. Threads may share it: each has its own connection.

    Every method runs inside ``read()`` or ``write()``, so that what one caller sees belongs to one
    generation.
    """

    def __init__(self, database: Database) -> None:
        self.database = self._db = database

    def begin(self, manifest: dict[str, str]) -> None:
        """Makes an empty ledger of new tables: generation 0. In ``write()``."""
        self.set_manifest(
            {"schema": str(SCHEMA_VERSION), "generation": "0", "token": "", **manifest}
        )

    def close(self) -> None:
        """Closes this thread's connection; the others close with their threads."""
        self.database.close()

    def read(self) -> AbstractContextManager[None]:
        """One snapshot: what is read inside belongs to one generation. May be nested."""
        return self.database.read()

    def write(self) -> AbstractContextManager[None]:
        """One transaction: all of it is stored, or nothing. The caller holds the build lock."""
        return self.database.write()

    # the manifest

    def manifest(self) -> dict[str, str]:
        """What the index says of itself.

        Raises:
            IndexDamaged: it is not as it was written.
        """
        try:
            return manifest_of(self._db)
        except IndexDamaged as error:
            raise self.database.damaged(str(error)) from None

    def set_manifest(self, values: dict[str, str]) -> None:
        """Changes what the index says of itself."""
        changed = _pairs(self._db) | values
        rows = {**values, "digest": _digest_of(changed)}
        self._db.executemany(
            "INSERT INTO manifest VALUES (?, ?) ON CONFLICT (name) DO UPDATE"
            " SET value = excluded.value",
            rows.items(),
        )

    def counts(self) -> dict[str, int]:
        """How many current articles, chunks, stories and publishers there are."""
        row = self._db.execute(
            "SELECT count(*), (SELECT count(*) FROM chunks), count(DISTINCT story),"
            " count(DISTINCT publisher) FROM articles WHERE current"
        ).fetchone()
        return dict(zip(("articles", "chunks", "stories", "publishers"), row, strict=True))

    def publication(self) -> tuple[date | None, date | None, tuple[str, ...]]:
        """The oldest and the newest day of publication, and every publisher's name, sorted."""
        first, last = self._db.execute(
            "SELECT min(published), max(published) FROM articles WHERE current"
        ).fetchone()
        rows = self._db.execute(
            "SELECT DISTINCT publisher FROM articles WHERE current AND publisher <> ''"
            " ORDER BY publisher"
        )
        return _day(first), _day(last), tuple(name for (name,) in rows)

    # articles

    def current_ids(self) -> dict[str, tuple[int, str, str]]:
        """For the uri of each current article: its pk, id and root."""
        rows = self._db.execute("SELECT uri, pk, id, root FROM articles WHERE current")
        return {str(uri): (pk, id_, str(root)) for uri, pk, id_, root in rows}

    def articles(self, pks: Iterable[int]) -> dict[int, StoredArticle]:
        """Articles by pk; unknown ones are left out, and those not as they were written."""
        rows = self._select(f"SELECT {_ARTICLE} FROM articles WHERE pk IN", pks)
        return {stored.pk: stored for stored in as_stored(rows)}

    def articles_named(self, name: str) -> list[StoredArticle]:
        """Articles whose id or, when current, whose uri or key is ``name``; current ones first.

        Those that are not as they were written are left out.
        """
        return list(as_stored(self._named(_ARTICLE, name)))

    def names(self, name: str) -> list[tuple[int, str, str, bool]]:
        """(pk, uri, id, current) of the same articles, whether or not they are as written."""
        rows = self._named("pk, uri, id, current", name)
        return [(pk, uri, id_, bool(current)) for pk, uri, id_, current in rows]

    def _named(self, columns: str, name: str) -> list[Row]:
        query = (
            f"SELECT {columns} FROM articles WHERE id = ? OR current AND uri = ?"
            " OR current AND key = ? ORDER BY current DESC, pk"
        )
        return list(self._db.execute(query, (name, name, name)))

    def keys(self) -> list[str]:
        """The key of every current article."""
        return [key for (key,) in self._db.execute("SELECT key FROM articles WHERE current")]

    def uris(self, pks: Iterable[int]) -> list[str]:
        """The uris of articles by pk, sorted, whether or not they are as written."""
        return sorted(uri for (uri,) in self._select("SELECT uri FROM articles WHERE pk IN", pks))

    def history(self, name: str) -> list[Revision]:
        """Every text of the article with this uri, key or id, the first one first.

        Those that are not as they were written are left out.
        """
        rows = self._db.execute(
            f"SELECT days_digest, {DAYS}, {_ARTICLE} FROM articles WHERE uri IN"
            " (SELECT uri FROM articles WHERE uri = ? OR key = ? OR id = ?) ORDER BY uri, pk",
            (name, name, name),
        )
        return [
            Revision(article, *(map(_moment, days) if told == digest(pk, *days) else (None, None)))
            for told, pk, *days, row in ((*row[:4], row[4:]) for row in rows)
            for article in as_stored([row])
        ]

    def all_articles(self) -> Iterator[StoredArticle]:
        """Every current article that is as it was written, in the order of their uris."""
        return as_stored(
            self._db.each(f"SELECT {_ARTICLE} FROM articles WHERE current ORDER BY uri")
        )

    def newest(self, count: int, among: Collection[int] | None = None) -> list[StoredArticle]:
        """The current articles published last, newest first; those without a day last.

        Only those ``among`` these pks; None for all.
        """
        order = f"SELECT pk FROM articles WHERE current ORDER BY {NEWEST}"
        rows = self._db.execute(order if among is not None else f"{order} LIMIT {count:d}")
        pks = list(islice((pk for (pk,) in rows if among is None or pk in among), count))
        found = self.articles(pks)
        return [found[pk] for pk in pks if pk in found]

    def listed(self) -> list[Listed]:
        """As ``all_articles``, each without its text."""
        return [_listed(stored) for stored in self.all_articles()]

    def raw(self, pk: int) -> str:
        """The source of an article as it was read, before cleaning."""
        raw, text = self._db.execute(
            "SELECT raw, text FROM articles WHERE pk = ?", (pk,)
        ).fetchone()
        return unpacked(raw, text)

    def minhashes(self) -> dict[int, bytes]:
        """The signature of each current article's text, by pk, ascending."""
        rows = self._db.execute("SELECT pk, minhash FROM articles WHERE current ORDER BY pk")
        return dict(rows)

    def set_stories(self, stories: dict[int, int]) -> None:
        """Says for articles which story they belong to; writes only what changes."""
        self._db.executemany(
            "UPDATE articles SET story = ? WHERE pk = ? AND coalesce(story, 0) <> ?",
            [(story, pk, story) for pk, story in stories.items()],
        )

    def insert(self, prepared: Prepared) -> tuple[int, list[int]]:
        """Stores an article as the current revision of its uri.

        The revision before it keeps its text, so that old citations open, and loses its chunks.

        Returns:
            The pk of the article, and those of its chunks in order.
        """
        article = prepared.article
        before = self._db.execute(
            "SELECT max(revision) FROM articles WHERE uri = ?", (article.uri,)
        ).fetchone()[0]
        self.withdraw(article.uri)
        spans = np.array([(s.start, s.end, s.heading) for s in prepared.sentences], dtype="<i4")
        pk = self._db.number("articles")
        written = (
            *(pk, article.id, article.uri, article.key, (before or 0) + 1, article.title),
            *(article.author, article.publisher),
            article.published.isoformat() if article.published else None,
            *(
                prepared.language if article.language is None else article.language,
                article.url,
                json.dumps(article.sources, ensure_ascii=False),
            ),
            json.dumps(article.places, ensure_ascii=False),
            *(article.text, spans.tobytes(), prepared.minhash, len(prepared.chunks)),
        )
        raw, now = packed(article.raw, article.text), _now()
        columns = f"{WRITTEN}, digest, raw, raw_digest, current, root, stored, days_digest"
        row = (*written, digest(*written), raw, digest(pk, raw), True, article.root, now)
        insert(self._db, "articles", columns, [(*row, digest(pk, now, None))])
        first = self._db.number("chunks", len(prepared.chunks))
        rows = [
            (number, pk, *(chunk.start, chunk.end, chunk.heading, chunk.first, chunk.last), key)
            for number, (chunk, key) in enumerate(
                zip(prepared.chunks, prepared.encodings, strict=True), first
            )
        ]
        insert(self._db, "chunks", f"{CHUNK}, digest", [(*row, digest(*row)) for row in rows])
        return pk, [number for number, *_ in rows]

    def withdraw(self, uri: str) -> None:
        """Takes an article out of what is searched; its texts stay, so that old citations open."""
        self._db.execute(
            "DELETE FROM chunks WHERE article IN (SELECT pk FROM articles WHERE uri = ?)", (uri,)
        )
        held = self._db.execute("SELECT pk, stored FROM articles WHERE uri = ? AND current", (uri,))
        for pk, stored in held.fetchall():
            now = _now()
            self._db.execute(
                "UPDATE articles SET current = FALSE, story = NULL, ended = ?, days_digest = ?"
                " WHERE pk = ?",
                (now, digest(pk, stored, now), pk),
            )

    def set_root(self, uri: str, root: str) -> None:
        """Says that an article is now read from another root."""
        self._db.execute("UPDATE articles SET root = ? WHERE uri = ? AND current", (root, uri))

    def delete(self, uri: str) -> None:
        """Removes every revision of an article, and its chunks."""
        self._db.execute("DELETE FROM articles WHERE uri = ?", (uri,))

    def select(self, where: str, values: Sequence[str]) -> set[int]:
        """The pks of the current articles for which an SQL condition holds."""
        rows = self._db.execute(f"SELECT pk FROM articles WHERE current AND ({where})", values)
        return {pk for (pk,) in rows}

    # chunks

    def chunks(self, pks: Iterable[int]) -> dict[int, StoredChunk]:
        """Chunks by pk; unknown ones are left out, and those not as they were written."""
        rows = self._select(f"SELECT digest, {CHUNK} FROM chunks WHERE pk IN", pks)
        return {chunk.pk: chunk for chunk in _sound_chunks(rows)}

    def all_chunks(self) -> Iterator[StoredChunk]:
        """Every chunk that is as it was written, by pk."""
        return _sound_chunks(self._db.each(f"SELECT digest, {CHUNK} FROM chunks ORDER BY pk"))

    def chunk_pks(self, articles: Iterable[int]) -> list[tuple[int, int]]:
        """(chunk, article) for every chunk of the articles, by pk of the chunk."""
        return sorted(self._select("SELECT pk, article FROM chunks WHERE article IN", articles))

    def owners(self, chunks: Iterable[int]) -> dict[int, int]:
        """The article of each chunk, whether or not it is as it was written."""
        return dict(self._select("SELECT pk, article FROM chunks WHERE pk IN", chunks))

    # encodings

    def known_encodings(self, keys: Iterable[str]) -> set[str]:
        """Which of the keys are stored with a vector that is as it was written."""
        rows = self._select(f"SELECT digest, {ENCODING} FROM encodings WHERE key IN", keys)
        return {key for written, key, vector in rows if written == digest(key, vector)}

    def put_encodings(self, vectors: Iterable[tuple[str, NDArray[np.float32]]]) -> None:
        """Stores the vectors of chunks under their keys."""
        rows = [(key, vector.astype(STORED).tobytes()) for key, vector in vectors]
        self._db.executemany(
            f"INSERT INTO encodings ({ENCODING}, digest) VALUES (?, ?, ?)"
            " ON CONFLICT (key) DO UPDATE SET vector = excluded.vector, digest = excluded.digest",
            [(*row, digest(*row)) for row in rows],
        )

    def drop_unused_encodings(self) -> None:
        """Deletes the encodings that no chunk names."""
        self._db.execute(
            "DELETE FROM encodings"
            " WHERE NOT EXISTS (SELECT 1 FROM chunks WHERE encoding = encodings.key)"
        )

    def vectors(
        self, dimension: int, articles: Iterable[int] | None = None
    ) -> Iterator[tuple[int, int, NDArray[np.float32]]]:
        """(chunk, article, vector) for every chunk that is whole, by pk of the chunk.

        Only the chunks of these articles, by pk; None for all.
        """
        query = (
            f"SELECT c.digest, {_of('c', CHUNK)}, e.digest, {_of('e', ENCODING)}"
            " FROM chunks c JOIN encodings e ON e.key = c.encoding"
        )
        rows: Iterable[Row]
        if articles is None:
            rows = self._db.each(f"{query} ORDER BY c.pk")
        else:
            rows = sorted(self._select(f"{query} WHERE c.article IN", articles), key=itemgetter(1))
        width = len(CHUNK.split(","))
        for written, *row in rows:
            chunk, (encoded, key, stored) = row[:width], row[width:]
            if written == digest(*chunk) and encoded == digest(key, stored):
                vector = np.frombuffer(stored, dtype=STORED, count=dimension)
                yield chunk[0], chunk[1], vector.astype(np.float32)

    def _select(self, query: str, values: Iterable[int] | Iterable[str]) -> list[Row]:
        """Runs ``query (?, ?, …)`` over any number of values.

        The last one stands there so often that they are 1, 2, 4, … many: of each number, SQLite
        would keep a statement for each thread.
        """
        rows: list[Row] = []
        wanted = list(values)
        for first in range(0, len(wanted), _ASKED):
            part = wanted[first : first + _ASKED]
            part += part[-1:] * ((1 << (len(part) - 1).bit_length()) - len(part))
            rows += self._db.execute(f"{query} ({', '.join('?' * len(part))})", part)
        return rows


def packed(raw: str, text: str) -> bytes:
    """The source of an article, compressed with what its text holds of it already."""
    known = text.encode("utf-8", "surrogatepass")[-DICTIONARY:]
    packer = zlib.compressobj(zdict=known) if known else zlib.compressobj()
    return packer.compress(raw.encode("utf-8", "surrogatepass")) + packer.flush()


def unpacked(data: bytes, text: str) -> str:
    """What ``packed`` made smaller, with the same text."""
    known = text.encode("utf-8", "surrogatepass")[-DICTIONARY:]
    packer = zlib.decompressobj(zdict=known) if known else zlib.decompressobj()
    return (packer.decompress(data) + packer.flush()).decode("utf-8", "surrogatepass")


def _day(text: str | None) -> date | None:
    moment = _moment(text)
    return moment.date() if moment else None


def _now() -> str:
    """This moment, in UTC, as the ledger writes it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _moment(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except (ValueError, TypeError):  # of an article that is not as it was written
        return None


def _of(alias: str, columns: str) -> str:
    return ", ".join(f"{alias}.{name.strip()}" for name in columns.split(","))


def manifest_of(db: Database | sqlite3.Connection) -> dict[str, str]:
    """What an index says of itself.

    Raises:
        IndexDamaged: it is not as it was written.
    """
    values = _pairs(db)
    written = values.pop("digest", None)
    if written != _digest_of(values):
        raise IndexDamaged("is damaged (its manifest is not as it was written)")
    return values


def _pairs(db: Database | sqlite3.Connection) -> dict[str, str]:
    return dict(db.execute("SELECT name, value FROM manifest").fetchall())


def _digest_of(manifest: dict[str, str]) -> str:
    told = sorted((pair for pair in manifest.items() if pair[0] != "digest"), key=repr)
    return digest(*(part for pair in told for part in pair)).hex()


def as_stored(rows: Iterable[Row]) -> Iterator[StoredArticle]:
    """The articles of rows of ``_ARTICLE`` that are as they were written."""
    return (_article(row) for row in rows if row[3] == digest(*row[4:]))


def _sound_chunks(rows: Iterable[Row]) -> Iterator[StoredChunk]:
    """The chunks of rows of ``digest, CHUNK`` that are as they were written."""
    return (StoredChunk(*row[1:-1]) for row in rows if row[0] == digest(*row[1:]))


def _article(row: Row) -> StoredArticle:
    """Reads a row of ``_ARTICLE``."""
    current, story, root, _, pk, id_, uri, key, revision, title, author, publisher = row[:12]
    published, language, url, sources, places, text, sentences, _, _ = row[12:]
    spans = np.frombuffer(sentences, dtype="<i4").reshape(-1, 3).tolist()
    article = Article(
        uri=uri,
        key=key,
        text=text,
        title=title,
        author=author,
        publisher=publisher,
        published=_day(published),
        language=language,
        url=url,
        sources=tuple(json.loads(sources)),
        root=root,
        places=tuple((int(offset), str(label)) for offset, label in json.loads(places)),
    )
    parsed = tuple(Sentence(start, end, bool(heading)) for start, end, heading in spans)
    return StoredArticle(pk, id_, article, revision, bool(current), story or pk, parsed)


def _listed(stored: StoredArticle) -> Listed:
    article = stored.article
    return Listed(
        pk=stored.pk,
        id=stored.id,
        uri=article.uri,
        key=article.key,
        **{name: getattr(article, name) for name in PARTICULARS},
        revision=stored.revision,
        story=stored.story,
        characters=len(article.text),
        opening=article.text[:OPENING],
    )
