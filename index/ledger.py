"""The one source of truth: articles, chunks, encodings and the manifest, in one SQLite file."""

from __future__ import annotations

import json
import sqlite3
import threading
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.article import Article
from index.chunk import Chunk
from index.sentences import Sentence

SCHEMA_VERSION = 2

# How a vector is stored: in 16 bits a component, its product with another unit vector of MiniLM
# is within 0.0002 of that in 32.
STORED = "<f2"

# The last bytes of an article's text that its source is compressed with; zlib knows no more.
DICTIONARY = 2**15

# Characters of an article's text that a list of articles holds.
OPENING = 120

_SCHEMA = """
CREATE TABLE manifest (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE articles (
    pk INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL, uri TEXT NOT NULL, key TEXT NOT NULL,
    revision INTEGER NOT NULL, current INTEGER NOT NULL, story INTEGER,
    title TEXT NOT NULL, author TEXT, publisher TEXT, published TEXT, language TEXT, url TEXT,
    sources TEXT NOT NULL, root TEXT NOT NULL,
    text TEXT NOT NULL, raw BLOB NOT NULL, sentences BLOB NOT NULL, minhash BLOB NOT NULL
);
CREATE UNIQUE INDEX one_current_revision ON articles (uri) WHERE current;
CREATE INDEX articles_by_id ON articles (id);
CREATE INDEX articles_by_story ON articles (story);
CREATE TABLE encodings (key TEXT PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE chunks (
    pk INTEGER PRIMARY KEY AUTOINCREMENT,
    article INTEGER NOT NULL REFERENCES articles (pk) ON DELETE CASCADE,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL, heading TEXT NOT NULL,
    first INTEGER NOT NULL, last INTEGER NOT NULL,
    encoding TEXT NOT NULL REFERENCES encodings (key)
);
CREATE INDEX chunks_by_article ON chunks (article);
CREATE INDEX chunks_by_encoding ON chunks (encoding);
"""

# What SQLite says of another kind of file, a damaged one and one without our tables.
_NO_LEDGER = (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_ERROR)

_ARTICLE = (
    "pk, id, uri, key, revision, current, story, title, author, publisher, published, language,"
    " url, sources, root, text, sentences"
)


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """An article as the ledger holds it; ``article.raw`` is left "" (``Ledger.raw`` reads it).

    Attributes:
        pk: Its number in the ledger, never used again.
        revision: 1 for the first text under this uri, 2 for the first change of it.
        current: False for a revision that a later one replaced.
        story: The pk of the first article of the story that this one belongs to.
    """

    pk: int
    id: str
    article: Article
    revision: int
    current: bool
    story: int
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """A current article as it is listed: what is known of it, but not its text.

    Attributes:
        pk: As of ``StoredArticle``; likewise ``revision`` and ``story``.
        characters: Of its cleaned text.
        opening: The first of them, at most ``OPENING``.
    """

    pk: int
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
    characters: int
    opening: str


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
    """An article ready to be stored.

    Attributes:
        encodings: For each chunk, the key of its encoding.
        minhash: The signature of its text, for finding copies.
    """

    article: Article
    sentences: Sequence[Sentence]
    chunks: Sequence[Chunk]
    encodings: Sequence[str]
    minhash: bytes


_LISTED = tuple(field.name for field in fields(Listed))


class Ledger:
    """An open ledger. Threads may share it: each has its own connection.

    Every method runs inside ``read()`` or ``write()``, so that what one caller sees belongs to one
    generation.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()

    @classmethod
    def create(cls, path: Path, manifest: dict[str, str]) -> Ledger:
        """Makes an empty ledger of generation 0. The file must not exist yet."""
        ledger = cls(path)
        db = ledger._connect("rwc")
        db.execute("PRAGMA journal_mode = WAL")
        db.executescript(
            f"BEGIN; {_SCHEMA} INSERT INTO manifest VALUES ('schema', '{SCHEMA_VERSION}'); COMMIT;"
        )
        with ledger.write():
            ledger.set_manifest({"generation": "0", "token": "", **manifest})
        return ledger

    def _connect(self, mode: str = "rw") -> sqlite3.Connection:
        uri = f"{self.path.resolve().as_uri()}?mode={mode}"
        db = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=30)
        db.execute("PRAGMA foreign_keys = ON")
        db.execute("PRAGMA synchronous = FULL")
        db.create_function("caseless", 1, lambda text: text and text.casefold(), deterministic=True)
        self._local.db = db
        return db

    @property
    def _db(self) -> sqlite3.Connection:
        db: sqlite3.Connection | None = getattr(self._local, "db", None)
        return db or self._connect()

    def close(self) -> None:
        """Closes this thread's connection; the others close with their threads."""
        if db := getattr(self._local, "db", None):
            db.close()
            del self._local.db

    @contextmanager
    def read(self) -> Iterator[None]:
        """One snapshot: what is read inside belongs to one generation. May be nested."""
        db = self._db
        if db.in_transaction:
            yield
            return
        db.execute("BEGIN")
        try:
            yield
        finally:
            db.rollback()

    @contextmanager
    def write(self) -> Iterator[None]:
        """One transaction: all of it is stored, or nothing. The caller holds the build lock."""
        db = self._db
        db.execute("BEGIN IMMEDIATE")
        try:
            yield
            db.commit()
        except BaseException:
            db.rollback()
            raise

    # the manifest

    def schema(self) -> str | None:
        """The version of the tables; None when the file is no ledger, or one past reading."""
        try:
            with self.read():
                return self.manifest().get("schema")
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode in _NO_LEDGER:
                return None
            raise

    def manifest(self) -> dict[str, str]:
        """What the index says of itself."""
        return dict(self._db.execute("SELECT name, value FROM manifest"))

    def set_manifest(self, values: dict[str, str]) -> None:
        """Changes what the index says of itself."""
        self._db.executemany("INSERT OR REPLACE INTO manifest VALUES (?, ?)", values.items())

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
        return {uri: (pk, id_, root) for uri, pk, id_, root in rows}

    def articles(self, pks: Iterable[int]) -> dict[int, StoredArticle]:
        """Articles by pk; unknown ones are left out."""
        rows = self._select(f"SELECT {_ARTICLE} FROM articles WHERE pk IN", pks)
        return {row[0]: _article(row) for row in rows}

    def articles_named(self, name: str) -> list[StoredArticle]:
        """Articles whose id or, when current, whose uri or key is ``name``; current ones first."""
        rows = self._db.execute(
            f"SELECT {_ARTICLE} FROM articles WHERE id = ?1 OR (current AND (uri = ?1 OR key = ?1))"
            " ORDER BY current DESC, pk",
            (name,),
        )
        return [_article(row) for row in rows]

    def all_articles(self) -> Iterator[StoredArticle]:
        """Every current article, in the order of their uris."""
        rows = self._db.execute(f"SELECT {_ARTICLE} FROM articles WHERE current ORDER BY uri")
        return map(_article, rows)

    def newest(self, count: int) -> list[StoredArticle]:
        """The current articles published last, newest first; those without a day last."""
        rows = self._db.execute(
            f"SELECT {_ARTICLE} FROM articles WHERE current ORDER BY published DESC, uri LIMIT ?",
            (count,),
        )
        return [_article(row) for row in rows]

    def listed(self) -> list[Listed]:
        """Every current article without its text, in the order of their uris."""
        rows = self._db.execute(
            f"SELECT {', '.join(_LISTED[:-3])}, coalesce(story, pk), length(text),"
            " substr(text, 1, ?) FROM articles WHERE current ORDER BY uri",
            (OPENING,),
        )
        return [
            Listed(**(row | {"published": _day(row["published"])}))
            for row in (dict(zip(_LISTED, values, strict=True)) for values in rows)
        ]

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
        """Says for articles which story they belong to."""
        self._db.executemany(
            "UPDATE articles SET story = ? WHERE pk = ?", [(s, pk) for pk, s in stories.items()]
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
        self._retire(article.uri)
        raw = packed(article.raw, article.text)
        spans = np.array([(s.start, s.end, s.heading) for s in prepared.sentences], dtype="<i4")
        pk = self._db.execute(
            "INSERT INTO articles (id, uri, key, revision, current, title, author, publisher,"
            " published, language, url, sources, root, text, raw, sentences, minhash)"
            " VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(article.id, article.uri, article.key, (before or 0) + 1, article.title),
                *(article.author, article.publisher),
                article.published.isoformat() if article.published else None,
                *(article.language, article.url, json.dumps(article.sources, ensure_ascii=False)),
                *(article.root, article.text, raw, spans.tobytes(), prepared.minhash),
            ),
        ).lastrowid
        assert pk is not None  # noqa: S101 (an INSERT has a row)
        chunks = []
        for chunk, key in zip(prepared.chunks, prepared.encodings, strict=True):
            row = (pk, chunk.start, chunk.end, chunk.heading, chunk.first, chunk.last, key)
            done = self._db.execute(
                'INSERT INTO chunks (article, start, "end", heading, first, last, encoding)'
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                row,
            )
            chunks.append(int(done.lastrowid or 0))
        return pk, chunks

    def _retire(self, uri: str) -> None:
        self._db.execute(
            "DELETE FROM chunks WHERE article IN (SELECT pk FROM articles WHERE uri = ?)", (uri,)
        )
        self._db.execute("UPDATE articles SET current = 0, story = NULL WHERE uri = ?", (uri,))

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
        """Chunks by pk; unknown ones are left out."""
        rows = self._select(
            'SELECT pk, article, start, "end", heading, first, last FROM chunks WHERE pk IN', pks
        )
        return {row[0]: StoredChunk(*row) for row in rows}

    def all_chunks(self) -> Iterator[StoredChunk]:
        """Every chunk, by pk."""
        rows = self._db.execute(
            'SELECT pk, article, start, "end", heading, first, last FROM chunks ORDER BY pk'
        )
        return (StoredChunk(*row) for row in rows)

    def chunk_pks(self, articles: Iterable[int]) -> list[tuple[int, int]]:
        """(chunk, article) for every chunk of the articles, by pk of the chunk."""
        return sorted(self._select("SELECT pk, article FROM chunks WHERE article IN", articles))

    # encodings

    def known_encodings(self, keys: Iterable[str]) -> set[str]:
        """Which of the keys are stored."""
        return {key for (key,) in self._select("SELECT key FROM encodings WHERE key IN", keys)}

    def put_encoding(self, key: str, vector: NDArray[np.float32]) -> None:
        """Stores the vector of a chunk under its key."""
        self._db.execute(
            "INSERT OR REPLACE INTO encodings VALUES (?, ?)", (key, vector.astype(STORED).tobytes())
        )

    def drop_unused_encodings(self) -> None:
        """Deletes the encodings that no chunk names."""
        self._db.execute("DELETE FROM encodings WHERE key NOT IN (SELECT encoding FROM chunks)")

    def vectors(self, dimension: int) -> Iterator[tuple[int, int, NDArray[np.float32]]]:
        """(chunk, article, vector) for every chunk, by pk of the chunk."""
        rows = self._db.execute(
            "SELECT c.pk, c.article, e.vector FROM chunks c JOIN encodings e ON e.key = c.encoding"
            " ORDER BY c.pk"
        )
        for pk, article, blob in rows:
            vector = np.frombuffer(blob, dtype=STORED, count=dimension)
            yield pk, article, vector.astype(np.float32)

    def faults(self) -> list[str]:
        """What SQLite finds wrong with the file and its rows, one sentence each."""
        found = [row[0] for row in self._db.execute("PRAGMA integrity_check")]
        broken = self._db.execute("PRAGMA foreign_key_check").fetchall()
        dimension = int(self.manifest()["dimension"])
        misshapen = self._db.execute(
            "SELECT c.pk FROM chunks c JOIN encodings e ON e.key = c.encoding"
            " WHERE length(e.vector) <> ?",
            (dimension * np.dtype(STORED).itemsize,),
        ).fetchall()
        return [
            *(f"the ledger is damaged: {fault}" for fault in found if fault != "ok"),
            *(f"row {row[1]} of {row[0]} names a row that is gone" for row in broken),
            *(f"the encoding of chunk {pk} is not of dimension {dimension}" for (pk,) in misshapen),
        ]

    def _select(self, query: str, values: Iterable[int] | Iterable[str]) -> list[tuple]:  # type: ignore[type-arg]
        """Runs ``query (?, ?, …)`` over any number of values."""
        rows: list[tuple] = []  # type: ignore[type-arg]
        wanted = list(values)
        for first in range(0, len(wanted), 500):
            part = wanted[first : first + 500]
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
    return date.fromisoformat(text) if text else None


def _article(row: tuple) -> StoredArticle:  # type: ignore[type-arg]
    """Reads a row of ``_ARTICLE``."""
    pk, id_, uri, key, revision, current, story, title, author, publisher, published = row[:11]
    language, url, sources, root, text, sentences = row[11:]
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
    )
    parsed = tuple(Sentence(start, end, bool(heading)) for start, end, heading in spans)
    return StoredArticle(pk, id_, article, revision, bool(current), story or pk, parsed)
