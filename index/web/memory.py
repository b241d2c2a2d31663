"""What was fetched before, so that only what changed is fetched again."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict, dataclass, fields
from pathlib import Path

FILE = "web.sqlite3"

# Seconds after which a page is asked again that nobody says has changed: news is corrected in its
# first hours. Each time it had not changed the wait doubles, up to a week.
SOON = 3600.0
LATE = 7 * 24 * 3600.0

_TABLE = "CREATE TABLE IF NOT EXISTS seen (url TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID"


@dataclass(frozen=True, slots=True)
class Seen:
    """What is remembered of an address.

    Attributes:
        etag: With ``modified``, what its server recognises it by.
        mark: What the list that it stands in said of it.
        uris: The articles that it gave.
        links: Of a feed or a sitemap, the pages and lists in it: address, and whether it is a list.
        listed: Whether the article was taken from the feed, since its page gave none.
        reason: Why it gave nothing; "" if it gave something.
        asked: When it was asked last, in seconds since 1970.
        every: After how many more it is asked again.
    """

    etag: str = ""
    modified: str = ""
    mark: str = ""
    uris: tuple[str, ...] = ()
    links: tuple[tuple[str, bool], ...] = ()
    listed: bool = False
    reason: str = ""
    asked: float = 0.0
    every: float = SOON

    def due(self, now: float) -> bool:
        """Whether it is time to ask again."""
        return now >= self.asked + self.every or now < self.asked


class Memory:
    """The file beside the index that remembers. It may be deleted; all is fetched again then."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / FILE

    def of(self, url: str) -> Seen | None:
        """What is remembered of an address; None if it is new, or the file is of no use."""
        if not self._path.is_file():
            return None
        try:
            with closing(sqlite3.connect(self._path)) as db:
                row = db.execute("SELECT value FROM seen WHERE url = ?", (url,)).fetchone()
            return _seen(json.loads(row[0])) if row else None
        except (sqlite3.DatabaseError, ValueError, TypeError, AttributeError):
            return None

    def keep(self, seen: Mapping[str, Seen]) -> None:
        """Remembers addresses, all of them or, if the file cannot be written, none."""
        if not seen:
            return
        rows = [(url, json.dumps(asdict(each))) for url, each in seen.items()]
        try:
            self._write(rows)
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF not in (
                sqlite3.SQLITE_CORRUPT,
                sqlite3.SQLITE_NOTADB,
            ):
                return  # a full disk: what is not remembered is fetched again
            self._path.unlink()
            self._write(rows)

    def _write(self, rows: list[tuple[str, str]]) -> None:
        with closing(sqlite3.connect(self._path, timeout=30)) as db, db:
            db.execute(_TABLE)
            db.executemany("INSERT OR REPLACE INTO seen VALUES (?, ?)", rows)


def _seen(value: dict[str, object]) -> Seen:
    known = {each.name: value[each.name] for each in fields(Seen) if each.name in value}
    known["uris"] = tuple(value.get("uris", ()))  # type: ignore[arg-type]
    known["links"] = tuple((url, bool(inner)) for url, inner in value.get("links", ()))  # type: ignore[attr-defined]
    return Seen(**known)  # type: ignore[arg-type]
