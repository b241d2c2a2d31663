"""Addresses and files brought into an index together, as one generation."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from index.build import Builder
from index.engine import Place, engine_at, folder_of
from index.readers import Source
from index.sync import Report
from index.web.fetch import Fetch
from index.web.gather import Gathered, Gatherer
from index.web.memory import Memory


def gather(
    place: Place,
    urls: Sequence[str],
    fetch: Fetch,
    *,
    max_bytes: int,
    max_pages: int,
    watching: bool = False,
    progress: Callable[[int], None] = lambda number: None,
) -> Gathered:
    """What addresses hold that the index at a place does not hold yet; nothing is locked.

    Args:
        place: Where the index is, which may be none yet.
        urls: Of articles, feeds and sitemaps.
        fetch: As for ``Gatherer``; likewise the rest.
        max_bytes: The same.
        max_pages: The same.
        watching: The same.
        progress: The same.

    Raises:
        IndexMismatch, IndexDamaged: see the classes.
    """
    stored: dict[str, tuple[int, str, str]] = {}
    engine = engine_at(place)
    if engine.made():
        ledger = engine.open()
        with ledger.read():
            stored = ledger.current_ids()
        ledger.close()
    return Gatherer(
        fetch,
        Memory(folder_of(place)),
        stored,
        max_bytes=max_bytes,
        max_pages=max_pages,
        watching=watching,
        progress=progress,
    ).gather(urls)


def store(builder: Builder, sources: Sequence[Source], found: Gathered) -> Report:
    """Commits what was gathered, and what files hold; then remembers that it was fetched.

    Raises:
        IndexBusy, IndexMismatch, IndexDamaged, IndexUnwritable: see the classes.
    """
    report = builder.add(sources, list(found.articles.values()), found.withdrawn)
    report.unchanged += [uri for uri in found.unchanged if uri not in found.articles]
    report.skipped += found.skipped
    Memory(folder_of(builder.place)).keep(found.seen)
    return report
