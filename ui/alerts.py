"""Saved questions and searches, and what matched them: the file that keeps both."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Literal

from index.errors import OnRecordError
from ui.server.auth import ROLES

FILE = "alerts.sqlite3"

# For so long an alert that was removed can be brought back with what matched it.
UNDONE_WITHIN = timedelta(hours=1)

Channel = Literal["hooked", "mailed"]

_TABLES = (files("ui") / "alerts.sql").read_text("utf-8")


class AlertsUnusable(OnRecordError):
    """The file that keeps alerts cannot be used."""


class NoSuchAlert(OnRecordError):
    """There is no alert with this number or text."""


@dataclass(frozen=True, slots=True)
class Alert:
    """A saved question or search."""

    pk: int  # its number; ``onrecord alert remove`` takes it
    text: str
    since: int  # the pk of the last article that it was asked of
    made: str  # when it was saved, in UTC, as ISO 8601; likewise ``Match.found``
    owner: str = ""  # who keeps it; "" where nobody signs in


@dataclass(frozen=True, slots=True)
class Match:
    """An article that an alert found; what is known of it is as of then."""

    alert: str  # the alert's text
    uri: str
    article: str  # the article's id, which names its revision
    title: str
    publisher: str | None
    published: str | None
    url: str | None
    quote: str  # the words that answer
    start: int  # where they stand in the article's text
    found: str
    seen: bool = False  # whether its owner saw it on the page
    owner: str = ""  # the alert's

    @property
    def source(self) -> str:
        """Who published it and when, in parentheses; "" if neither is known."""
        known = ", ".join(filter(None, (self.publisher, self.published)))
        return f" ({known})" if known else ""


_ALERT = ", ".join(each.name for each in fields(Alert))
_MATCH = [each.name for each in fields(Match) if each.name not in ("alert", "owner")]


class Alerts:
    """The alerts beside an index. Threads and processes may share the file."""

    def __init__(self, directory: Path, who: str = "", *, every: bool = True) -> None:
        """Opens nothing yet.

        Args:
            directory: Where the file lies.
            who: Whose alerts are kept, and marked as seen; "" where nobody signs in.
            every: Whether those of all others are there too, to be seen and removed.
        """
        self.path = directory / FILE
        self.who = who
        self._theirs = ("", ()) if every else ("AND a.owner = ?", (who,))

    def all(self) -> list[Alert]:
        """Every alert, the oldest first."""
        if not self.path.is_file():
            return []
        mine, who = self._theirs
        query = f"SELECT {_ALERT} FROM alerts a WHERE removed IS NULL {mine} ORDER BY pk"
        with self._open() as db:
            return [Alert(*row) for row in db.execute(query, who)]

    def add(self, text: str, since: int) -> Alert:
        """Saves an alert, asked of what is stored after ``since``.

        One of the same text stays; one that was just removed comes back with what matched it.
        ``since`` is the pk of the last article that is not new to it.
        """
        with self._open() as db:
            db.execute("DELETE FROM alerts WHERE removed < ?", (_long_ago(),))
            row = db.execute(
                "INSERT INTO alerts (owner, text, since, made) VALUES (?, ?, ?, ?)"
                f" ON CONFLICT (owner, text) DO UPDATE SET removed = NULL RETURNING {_ALERT}",
                (self.who, text, since, now()),
            ).fetchone()
            return Alert(*row)

    def remove(self, named: str) -> Alert:
        """Removes the alert with this number or text; for a while it can be brought back.

        Raises:
            NoSuchAlert: there is none.
        """
        found = [each for each in self.all() if named in (str(each.pk), each.text)]
        if not found:
            raise NoSuchAlert(
                f"{named}: there is no alert with this number or text; see which there are with:"
                " onrecord alert list"
            )
        with self._open() as db:
            db.execute("UPDATE alerts SET removed = ? WHERE pk = ?", (now(), found[0].pk))
        return found[0]

    def restore(self, number: int) -> Alert:
        """Brings an alert that was just removed back to whoever kept it, with what matched it.

        Raises:
            NoSuchAlert: there is none.
        """
        mine, who = self._theirs
        with self._open() as db:
            row = db.execute(
                f"UPDATE alerts AS a SET removed = NULL WHERE pk = ? AND removed >= ? {mine}"
                f" RETURNING {_ALERT}",
                (number, _long_ago(), *who),
            ).fetchone()
        if row is None:
            raise NoSuchAlert(f"{number}: no alert with this number was removed within the hour")
        return Alert(*row)

    def matched(self, alert: Alert) -> set[str]:
        """The uris of the articles that matched an alert."""
        with self._open() as db:
            return {
                uri for (uri,) in db.execute("SELECT uri FROM matches WHERE alert = ?", (alert.pk,))
            }

    def record(self, alert: Alert, matches: Sequence[Match], since: int) -> None:
        """Keeps what matched an alert, and that it was asked of all up to ``since``.

        Args:
            alert: Whose matches they are.
            matches: What is new.
            since: The pk of the last article that was asked.
        """
        marks = ", ".join("?" * (len(_MATCH) + 1))
        with self._open() as db:
            db.executemany(
                f"INSERT OR IGNORE INTO matches (alert, {', '.join(_MATCH)}) VALUES ({marks})",
                [(alert.pk, *(getattr(match, name) for name in _MATCH)) for match in matches],
            )
            db.execute("UPDATE alerts SET since = ? WHERE pk = ?", (since, alert.pk))

    def matches(self, most: int = 100) -> list[Match]:
        """What matched last, newest first."""
        return self._select("ORDER BY m.pk DESC LIMIT ?", most) if self.path.is_file() else []

    def see(self) -> None:
        """Notes that everything that matched one's own alerts was seen."""
        if self.path.is_file():
            with self._open() as db:
                db.execute(
                    "UPDATE matches SET seen = 1"
                    " WHERE alert IN (SELECT pk FROM alerts WHERE owner = ?)",
                    (self.who,),
                )

    def unseen(self) -> int:
        """How much of what matched one's own alerts last was not seen yet."""
        return sum(not match.seen and match.owner == self.who for match in self.matches())

    def untold(self, channel: Channel) -> list[Match]:
        """What was not sent by a channel yet, oldest first."""
        return self._select(f"AND NOT {channel} ORDER BY m.pk LIMIT ?", 1000)

    def told(self, channel: Channel, matches: Sequence[Match]) -> None:
        """Notes that matches were sent."""
        with self._open() as db:
            db.executemany(
                f"UPDATE matches SET {channel} = 1 WHERE uri = ? AND"
                " alert = (SELECT pk FROM alerts WHERE text = ? AND owner = ?)",
                [(match.uri, match.alert, match.owner) for match in matches],
            )

    def _select(self, rest: str, most: int) -> list[Match]:
        mine, who = self._theirs
        columns = ", ".join(f"m.{name}" for name in _MATCH)
        query = (
            f"SELECT a.text, {columns}, a.owner FROM matches m JOIN alerts a ON a.pk = m.alert"
            f" WHERE a.removed IS NULL {mine} {rest}"
        )
        with self._open() as db:
            rows = db.execute(query, (*who, most)).fetchall()
        return [Match(*(*row[:-2], bool(row[-2]), row[-1])) for row in rows]

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """One transaction on the file, which is made if there is none.

        Raises:
            AlertsUnusable: SQLite fails.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            # Readable by nobody else: it tells what somebody looks for.
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
            with closing(sqlite3.connect(self.path, timeout=30)) as db, db:
                db.executescript(_TABLES)
                db.execute("PRAGMA foreign_keys = ON")
                yield db
        except (sqlite3.Error, OSError) as error:
            raise AlertsUnusable(
                f"{self.path}: alerts cannot be kept here ({error}); make the folder writable, or"
                " move the file away if it is damaged"
            ) from error


def _long_ago() -> str:
    """What was removed before this cannot be brought back."""
    return (datetime.now(UTC) - UNDONE_WITHIN).isoformat(timespec="seconds")


def now() -> str:
    """This moment in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def alerts_for(directory: Path, user: str, role: str) -> Alerts:
    """The alerts that are the business of who asks: their own, an admin's those of all.

    Args:
        directory: Where the file lies.
        user: Who signed in; "" where nobody does.
        role: One of ``ROLES``.
    """
    return Alerts(directory, user, every=role == ROLES[-1])
