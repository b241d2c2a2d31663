"""An index open for reading: one whole generation at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from index.database import Condition, Place
from index.embed import Embedder, check_embedder
from index.engine import engine_at
from index.ledger import Ledger, StoredArticle
from index.search_index import SearchIndex

# Articles that an open index keeps in memory, some 10 kB each.
KEPT_ARTICLES = 5_000


@dataclass(frozen=True, slots=True)
class _Opened:
    """What was opened of one generation, and what was read of it since."""

    generation: tuple[Ledger, str]  # the ledger and the token
    search_index: SearchIndex
    articles: dict[int, StoredArticle]


@dataclass(frozen=True, slots=True)
class Generation:
    """One committed state of the index, for as long as ``Generations.reading()`` lasts."""

    ledger: Ledger
    search_index: SearchIndex
    dimension: int
    _articles: dict[int, StoredArticle]
    # The uris of articles that were wanted and are not as they were written.
    damaged: set[str] = field(default_factory=set)

    def articles(self, pks: Iterable[int]) -> dict[int, StoredArticle]:
        """Articles by pk, as ``Ledger.articles``; what was read once is kept while it fits."""
        wanted = set(pks)
        missing = wanted - self._articles.keys()
        read = self.ledger.articles(missing)
        if len(read) < len(missing):
            self.damaged.update(self.ledger.uris(missing - read.keys()))
        if len(self._articles) + len(read) <= KEPT_ARTICLES:
            self._articles.update(read)
        return read | {pk: self._articles[pk] for pk in wanted - missing}

    def allowed(self, condition: Condition | None) -> Allowed | None:
        """The articles and chunks that a condition leaves; None when there is none."""
        if condition is None:
            return None
        articles = self.ledger.select(*condition)
        return Allowed(frozenset(articles), dict(self.ledger.chunk_pks(articles)))


@dataclass(frozen=True, slots=True)
class Allowed:
    """What a condition leaves."""

    articles: frozenset[int]  # their pks
    chunks: dict[int, int]  # the article of each chunk that is left


class Generations:
    """An index at its place. Threads may share it; each reading takes the newest generation."""

    def __init__(self, place: Place, embedder: Embedder) -> None:
        """Opens the index at a place.

        Raises:
            IndexMissing, IndexMismatch, IndexDamaged: see the classes.
        """
        self._engine = engine_at(place)
        self._embedder = embedder
        self._lock = threading.Lock()
        self._opened: _Opened | None = None
        self.ledger = self._open()

    def _open(self) -> Ledger:
        ledger = self._engine.open()
        with ledger.read():
            check_embedder(self._engine.place, ledger.manifest(), self._embedder)
        return ledger

    def size(self) -> int:
        """The bytes that the index takes."""
        return self._engine.size()

    @contextmanager
    def reading(self) -> Iterator[Generation]:
        """The newest generation, and no other until the block ends.

        Raises:
            IndexMissing, IndexMismatch, IndexDamaged: of what is at the place now.
        """
        ledger = self._newest()
        with ledger.read():
            manifest = ledger.manifest()
            dimension = int(manifest["dimension"])
            found = self._opened_of(ledger, manifest)
            yield Generation(ledger, found.search_index, dimension, found.articles)

    def _newest(self) -> Ledger:
        """The ledger that is at the place now: another one, when that was made again."""
        ledger = self.ledger
        if not ledger.database.replaced():
            return ledger
        with self._lock:
            if self.ledger.database.replaced():
                self.ledger = self._open()
            return self.ledger

    def _opened_of(self, ledger: Ledger, manifest: dict[str, str]) -> _Opened:
        wanted = ledger, manifest["token"]
        found = self._opened
        if found is None or found.generation != wanted:
            with self._lock:
                found = self._opened  # another thread may have opened it while this one waited
                if found is None or found.generation != wanted:
                    search_index = self._engine.search_index(ledger, manifest)
                    found = self._opened = _Opened(wanted, search_index, {})
        return found
