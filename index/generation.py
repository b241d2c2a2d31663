"""An index on disk, open for reading: one whole generation at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from index import derived
from index.build import check_embedder, open_ledger
from index.conditions import Condition
from index.derived import Derived, DerivedDamaged
from index.embed import Embedder
from index.ledger import Ledger, StoredArticle

# Articles that an open index keeps in memory, some 10 kB each.
KEPT_ARTICLES = 5_000


@dataclass(frozen=True, slots=True)
class Generation:
    """One committed state of the index, for as long as ``Generations.reading()`` lasts."""

    ledger: Ledger
    derived: Derived
    dimension: int
    _articles: dict[int, StoredArticle]

    def articles(self, pks: Iterable[int]) -> dict[int, StoredArticle]:
        """Articles by pk, as ``Ledger.articles``; what was read once is kept while it fits."""
        wanted = set(pks)
        missing = wanted - self._articles.keys()
        read = self.ledger.articles(missing)
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
    """What a condition leaves.

    Attributes:
        articles: Their pks.
        chunks: The article of each chunk that is left.
    """

    articles: frozenset[int]
    chunks: dict[int, int]


class Generations:
    """An index in a folder. Threads may share it; each ``reading()`` takes the newest generation.

    Attributes:
        ledger: Its ledger.
        manifest: What the index said of itself when it was opened.
    """

    def __init__(self, directory: Path, embedder: Embedder) -> None:
        """Opens the index in a folder.

        Raises:
            IndexMissing, IndexMismatch: see the classes.
        """
        self.directory = directory
        self.ledger = open_ledger(directory)
        with self.ledger.read():
            self.manifest = self.ledger.manifest()
        check_embedder(directory, self.manifest, embedder)
        self._lock = threading.Lock()
        self._derived: Derived | None = None
        self._articles: dict[int, StoredArticle] = {}

    @contextmanager
    def reading(self) -> Iterator[Generation]:
        """The newest generation, and no other until the block ends."""
        with self.ledger.read():
            manifest = self.ledger.manifest()
            dimension = int(manifest["dimension"])
            found = self._derived_of(manifest["token"], dimension)
            yield Generation(self.ledger, found, dimension, self._articles)

    def _derived_of(self, token: str, dimension: int) -> Derived:
        found = self._derived
        if found is not None and found.token == token:
            return found
        with self._lock:
            found = self._derived  # another thread may have opened it while this one waited
            if found is not None and found.token == token:
                return found
            root = self.directory / derived.FOLDER
            try:
                found = Derived.open(root, token)
            except DerivedDamaged:
                # Readers take no lock: what they mend for themselves stays in memory, and
                # ``onrecord check --repair`` or the next build puts it back on disk.
                found = Derived.build(self.ledger, dimension, token, None)
            self._derived, self._articles = found, {}
        return found
