"""Addresses and files brought into an index together, as one generation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from index.build import LEDGER, Builder, open_ledger
from index.readers import Source
from index.sync import Report
from index.web.fetch import Fetch
from index.web.gather import Gathered, Gatherer
from index.web.memory import Memory


def gather(
    directory: Path,
    urls: Sequence[str],
    fetch: Fetch,
    *,
    max_bytes: int,
    max_pages: int,
    watching: bool = False,
    progress: Callable[[int], None] = lambda number: None,
) -> Gathered:
    """What addresses hold that the index in a folder does not hold yet; nothing is locked.

    Args:
        directory: The index, which may be none yet.
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
    if (directory / LEDGER).is_file():
        ledger = open_ledger(directory)
        with ledger.read():
            stored = ledger.current_ids()
        ledger.close()
    return Gatherer(
        fetch,
        Memory(directory),
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
    Memory(builder.directory).keep(found.seen)
    return report
