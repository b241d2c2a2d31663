"""What is searched of an index in PostgreSQL: nearest vectors (pgvector), BM25, vocabulary.

Two sets of tables, over chunks and over whole articles: ``chunk_search`` and ``article_search``
with vectors and lengths, ``chunk_postings`` and ``article_postings`` with an inverted index. They
change in the transaction that changes the ledger. ``counted`` has the articles that are in them and
whose words are in ``words``, which is all that an article without a chunk has.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property, partial
from itertools import groupby
from operator import itemgetter
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from index.bm25 import Words
from index.chunk import embedded_text
from index.database import Database
from index.ledger import Ledger, StoredArticle
from index.search_index import SearchIndex, article_stems, batches, means, stems_of
from index.text.words import ENGLISH, code_of
from index.vectors import NEAREST, QUESTIONS, RECALL, ROUNDING, Vectors, questions_near
from index.vocabulary import Vocabulary, counted

Kind = Literal["chunk", "article"]

# A row of postings holds the texts of one stem whose ids share all but their last 13 bits: 64 kB
# at most, so that adding to it rewrites little.
BLOCK = 8192
POSTING = np.dtype([("at", "<u2"), ("count", "<u2"), ("length", "<u4")])

# BM25 as tantivy has it.
K1, B = 1.2, 0.75

# From so many vectors on, a graph (HNSW) is searched instead of all of them. 21,000 vectors of 384
# dimensions around 200 centres, one core: all in 32 bits 14 ms, all in 16 bits 7 ms, the graph 1.1
# ms with all of the true first ten for questions near a passage. For questions that are as near to
# hundreds of passages as to the first ten it found 0.72 of these.
GRAPH_FROM = 50_000

# Of a filter that leaves so many ids at most, every vector is compared.
NARROW = 20_000

# How many neighbours a search of the graph keeps in sight: the first of these with which it finds
# so large a share of the true first ten for questions made of the vectors, when it is built.
IN_SIGHT = (200, 400, 800)


class TableVectors(Vectors):
    """The vectors of chunks or of articles in a table."""

    def __init__(self, db: Database, kind: Kind) -> None:
        self._db = db
        self._table = f"{kind}_search"

    @cached_property
    def in_sight(self) -> int:
        """How many neighbours are kept in sight; 0 while there is no graph."""
        (told,) = self._db.execute(
            "SELECT CASE WHEN graph IS NULL THEN '0' ELSE coalesce(obj_description(graph), ?) END"
            " FROM to_regclass(?) AS graph",
            (str(IN_SIGHT[0]), f"{self._table}_graph"),
        ).fetchone()
        return int(told)

    def __len__(self) -> int:
        return int(self._db.execute(f"SELECT count(*) FROM {self._table}").fetchone()[0])

    @override
    def search(
        self, query: NDArray[np.float32], top_k: int, allowed: Collection[int] | None = None
    ) -> list[tuple[int, float]]:
        if top_k <= 0 or (allowed is not None and not allowed):
            return []
        where, values = "", [_vector(query)]
        if allowed is not None:
            where = "WHERE (id = ANY(?::bigint[]))"
            values.append(_array(allowed))
        if self.in_sight and (allowed is None or len(allowed) > NARROW):
            sight = min(1000, max(self.in_sight, 2 * top_k))
            self._db.execute(f"SET LOCAL hnsw.ef_search = {sight}")
            self._db.execute("SET LOCAL hnsw.iterative_scan = strict_order")
            where = where and f"{where} IS TRUE"  # keeps the planner from the ids' own index
        # In 16 bits, whose rounding may exchange those that are as near; the first in 32 bits.
        near = "vector::halfvec({d}) <#> ?::halfvec({d})".format(d=len(query))
        found = self._db.execute(
            "SELECT id, -(vector::vector <#> ?::vector) AS cosine FROM (SELECT id, vector"
            f" FROM {self._table} {where} ORDER BY {near} LIMIT ?) AS near"
            " ORDER BY cosine DESC, id LIMIT ?",
            (*values, _vector(query), 2 * top_k, top_k),
        )
        return [(id_, cosine) for id_, cosine in found]

    @override
    def scores(self, query: NDArray[np.float32], ids: Collection[int]) -> dict[int, float]:
        found = self._db.execute(
            f"SELECT id, -(vector::vector <#> ?::vector) FROM {self._table}"
            " WHERE id = ANY(?::bigint[])",
            (_vector(query), _array(ids)),
        )
        return dict(found.fetchall())


class TableWords(Words):
    """The words of chunks or of articles in tables, by BM25."""

    def __init__(self, db: Database, kind: Kind) -> None:
        self._db = db
        self._kind = kind

    @cached_property
    def _size(self) -> tuple[int, int]:
        """How many texts there are, and how long all of them are together."""
        texts, total = self._db.execute(
            f"SELECT count(*), coalesce(sum(length), 0) FROM {self._kind}_search"
        ).fetchone()
        return int(texts), int(total)

    def __len__(self) -> int:
        return self._size[0]

    @override
    def frequency(self, stem: str) -> int:
        (size,) = self._db.execute(
            f"SELECT coalesce(sum(length(data)), 0) FROM {self._kind}_postings WHERE stem = ?",
            (stem,),
        ).fetchone()
        return int(size) // POSTING.itemsize

    @override
    def search(
        self, weights: Mapping[str, float], top_k: int, allowed: Collection[int] | None = None
    ) -> list[tuple[int, float]]:
        wanted = [stem for stem, weight in weights.items() if weight > 0]
        texts, total = self._size
        if not wanted or not texts or top_k <= 0:
            return []
        rows = self._db.execute(
            f"SELECT stem, block, data FROM {self._kind}_postings WHERE stem = ANY(?)"
            " ORDER BY stem, block",
            (wanted,),
        ).fetchall()
        ids, scores = [], []
        for stem, blocks in groupby(rows, itemgetter(0)):
            found = [(block, np.frombuffer(data, dtype=POSTING)) for _, block, data in blocks]
            held = sum(len(postings) for _, postings in found)
            idf = np.log1p((texts - held + 0.5) / (held + 0.5))
            for block, postings in found:
                count = postings["count"].astype(np.float64)
                norm = K1 * (1 - B + B * postings["length"] * (texts / total))
                ids.append(block * BLOCK + postings["at"].astype(np.int64))
                scores.append(weights[stem] * idf * (count * (K1 + 1) / (count + norm)))
        return _best(np.concatenate(ids), np.concatenate(scores), top_k, allowed) if ids else []


def _best(
    ids: NDArray[np.int64], scores: NDArray[np.float64], top_k: int, allowed: Collection[int] | None
) -> list[tuple[int, float]]:
    """The ids with the highest sums of scores, best first, ties by id."""
    each, rows = np.unique(ids, return_inverse=True)
    total = np.bincount(rows, weights=scores)
    if allowed is not None:
        kept = np.isin(each, np.fromiter(allowed, dtype=np.int64, count=len(allowed)))
        each, total = each[kept], total[kept]
    order = np.lexsort((each, -total))[:top_k]
    return list(zip(each[order].tolist(), total[order].tolist(), strict=True))


def opened(db: Database, token: str) -> SearchIndex:
    """What is searched of the generation that a snapshot shows."""
    rows = db.execute("SELECT DISTINCT language FROM articles WHERE current").fetchall()
    return SearchIndex(
        token,
        TableVectors(db, "chunk"),
        TableVectors(db, "article"),
        TableWords(db, "chunk"),
        TableWords(db, "article"),
        Vocabulary(partial(_vocabulary, db)),
        frozenset(code_of(language) for (language,) in rows) or frozenset({ENGLISH}),
    )


def forget(ledger: Ledger, uris: Sequence[str]) -> None:
    """Takes articles out of what is searched; the ledger still holds them. In ``write()``."""
    db = ledger.database
    rows = db.execute(
        "SELECT pk FROM articles JOIN counted ON article = pk WHERE uri = ANY(?)", (list(uris),)
    ).fetchall()
    for group in batches(pk for (pk,) in rows):
        known = ledger.articles(group)
        if len(known) < len(group):  # one is not as it was written, and its words are not known
            empty(db)
            return
        _drop(db, "chunk", _chunk_stems(ledger, known))
        _drop(db, "article", {pk: article_stems(a) for pk, a in known.items()})
        _count(db, known, -1)
        db.execute("DELETE FROM counted WHERE article = ANY(?::bigint[])", (_array(known),))
    db.execute("DELETE FROM words WHERE written <= 0")


def empty(db: Database) -> None:
    """Takes all out of what is searched."""
    for kind in ("chunk", "article"):
        db.execute(f"DELETE FROM {kind}_search")
        db.execute(f"DELETE FROM {kind}_postings")
    db.execute("DELETE FROM words")
    db.execute("DELETE FROM counted")


def learn(ledger: Ledger, dimension: int) -> None:
    """Has all that the ledger holds and that is not searched yet found. In ``write()``."""
    db = ledger.database
    rows = db.execute(
        "SELECT pk FROM articles WHERE current"
        " AND NOT EXISTS (SELECT FROM counted WHERE article = pk) ORDER BY pk"
    ).fetchall()
    for group in batches(pk for (pk,) in rows):
        known = ledger.articles(group)
        vectors = {pk: v for pk, owner, v in ledger.vectors(dimension, known) if owner in known}
        stems = _chunk_stems(ledger, known, vectors)
        owners = [owner for pk, owner in ledger.chunk_pks(known) if pk in vectors]
        lengths = _put(db, "chunk", stems)
        db.executemany(
            "INSERT INTO chunk_search (id, article, vector, length) VALUES (?, ?, ?, ?)",
            [
                (pk, owner, _vector(vectors[pk]), lengths[pk])
                for pk, owner in zip(vectors, owners, strict=True)
            ],
        )
        whole = {pk: known[pk] for pk in dict.fromkeys(owners)}
        lengths = _put(db, "article", {pk: article_stems(a) for pk, a in whole.items()})
        ids, sums = means(
            np.array([*vectors.values()], dtype=np.float32).reshape(-1, dimension),
            np.array(owners, dtype=np.int64),
        )
        db.executemany(
            "INSERT INTO article_search (id, vector, length) VALUES (?, ?, ?)",
            [(pk, _vector(v), lengths[pk]) for pk, v in zip(ids.tolist(), sums, strict=True)],
        )
        _count(db, known, 1)
        db.executemany("INSERT INTO counted (article) VALUES (?)", [(pk,) for pk in known])
    for kind in ("chunk", "article"):
        _make_graph(db, kind, dimension)


def missing(db: Database) -> tuple[int, int]:
    """How much that is stored is not found by a search, and how much is that is not stored."""
    stored = {"chunk": "SELECT pk FROM chunks", "article": "SELECT DISTINCT article FROM chunks"}
    lacking = left = 0
    for kind, pks in stored.items():
        searched = f"SELECT id FROM {kind}_search"
        lacking += db.execute(f"SELECT count(*) FROM ({pks} EXCEPT {searched})").fetchone()[0]
        left += db.execute(f"SELECT count(*) FROM ({searched} EXCEPT {pks})").fetchone()[0]
    return lacking, left


def _make_graph(db: Database, kind: Kind, dimension: int) -> None:
    """Makes a graph when there are enough vectors, and has a search see as much as it needs."""
    vectors = TableVectors(db, kind)
    if vectors.in_sight or len(vectors) < GRAPH_FROM:
        return
    rows = db.execute(
        f"SELECT vector::text FROM {kind}_search ORDER BY hashint8(id), id LIMIT ?", (QUESTIONS,)
    )
    some = np.array([json.loads(vector) for (vector,) in rows], dtype=np.float32)
    asked = questions_near(some, np.random.default_rng(0))
    true = [vectors.search(question, NEAREST) for question in asked]
    db.execute("SET LOCAL maintenance_work_mem = '512MB'")
    db.execute(
        f"CREATE INDEX {kind}_search_graph ON {kind}_search"
        f" USING hnsw ((vector::halfvec({dimension})) halfvec_ip_ops)"
    )
    for sight in IN_SIGHT:
        db.execute(f"COMMENT ON INDEX {kind}_search_graph IS '{sight}'")
        vectors = TableVectors(db, kind)
        found = sum(
            cosine >= nearest[-1][1] - ROUNDING
            for question, nearest in zip(asked, true, strict=True)
            for _, cosine in vectors.search(question, NEAREST)
        )
        if found >= RECALL * sum(map(len, true)):
            return


def _vocabulary(db: Database) -> Vocabulary:
    rows = db.execute("SELECT word, written, inside FROM words").fetchall()
    written = {word: count for word, count, _ in rows}
    return Vocabulary.of(written, {word: count for word, _, count in rows if count})


def _chunk_stems(
    ledger: Ledger, articles: Mapping[int, StoredArticle], among: Collection[int] | None = None
) -> dict[int, list[str]]:
    """The stems of what is searched of the chunks of articles, by pk."""
    pks = [pk for pk, _ in ledger.chunk_pks(articles) if among is None or pk in among]
    return {
        pk: stems_of(embedded_text(of.article.title, chunk.of(of.article.text)), of)
        for pk, chunk in sorted(ledger.chunks(pks).items())
        for of in [articles[chunk.article]]
    }


def _put(db: Database, kind: Kind, texts: Mapping[int, list[str]]) -> dict[int, int]:
    """Adds texts to the postings; gives how many words each has."""
    lengths: dict[int, int] = {}
    rows: dict[tuple[str, int], list[tuple[int, int, int]]] = {}
    for id_, stems in sorted(texts.items()):
        lengths[id_] = len(stems)
        block, at = divmod(id_, BLOCK)
        for stem, count in Counter(stems).items():
            posting = at, min(count, 65_535), _rounded(len(stems))
            rows.setdefault((stem, block), []).append(posting)
    db.execute(  # all at once: in a statement each, it takes a quarter more of the processor
        f"INSERT INTO {kind}_postings AS held (stem, block, data)"
        " SELECT * FROM unnest(?::text[], ?::bigint[], ?::bytea[])"
        " ON CONFLICT (stem, block) DO UPDATE SET data = held.data || excluded.data",
        (
            [stem for stem, _ in rows],
            [block for _, block in rows],
            [np.array(postings, dtype=POSTING).tobytes() for postings in rows.values()],
        ),
    )
    return lengths


def _rounded(length: int) -> int:
    """A length with its four highest bits beyond 24, as tantivy keeps it in a byte.

    >>> [_rounded(length) for length in (40, 41, 45, 1000)]
    [40, 40, 44, 984]
    """
    beyond = max(0, length - 24)
    low = max(0, beyond.bit_length() - 4)
    return length - beyond % (1 << low)


def _drop(db: Database, kind: Kind, texts: Mapping[int, list[str]]) -> None:
    """Takes texts out of the postings, and their vectors out of the others."""
    gone: dict[tuple[str, int], list[int]] = {}
    for id_, stems in texts.items():
        block, at = divmod(id_, BLOCK)
        for stem in set(stems):
            gone.setdefault((stem, block), []).append(at)
    rows = db.execute(
        f"SELECT stem, block, data FROM {kind}_postings WHERE (stem, block) IN"
        " (SELECT * FROM unnest(?::text[], ?::bigint[]))",
        ([stem for stem, _ in gone], [block for _, block in gone]),
    ).fetchall()
    kept = []
    for stem, block, data in rows:
        postings = np.frombuffer(data, dtype=POSTING)
        left = postings[~np.isin(postings["at"], gone[stem, block])]
        kept.append((left.tobytes(), stem, block))
    db.executemany(f"UPDATE {kind}_postings SET data = ? WHERE stem = ? AND block = ?", kept)
    db.execute(f"DELETE FROM {kind}_postings WHERE data = ''")
    db.execute(f"DELETE FROM {kind}_search WHERE id = ANY(?::bigint[])", (_array(texts),))


def _count(db: Database, articles: Mapping[int, StoredArticle], sign: int) -> None:
    """Adds the words of articles to the vocabulary, or takes them away."""
    written, inside = counted((a.article.title, a.article.text) for a in articles.values())
    words = [*(written | inside)]
    db.execute(
        "INSERT INTO words AS held (word, written, inside)"
        " SELECT * FROM unnest(?::text[], ?::bigint[], ?::bigint[])"
        " ON CONFLICT (word) DO UPDATE SET written = held.written + excluded.written,"
        " inside = held.inside + excluded.inside",
        (words, [sign * written[w] for w in words], [sign * inside[w] for w in words]),
    )


def _vector(vector: NDArray[np.float32]) -> str:
    return f"[{','.join(map(repr, vector.tolist()))}]"


def _array(ids: Iterable[int]) -> str:
    return f"{{{','.join(map(str, ids))}}}"
