"""Saved questions and searches: the file that keeps them, asked of what is new, told once.

Each match is told by webhook, by mail and as RSS.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
import smtplib
import sqlite3
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

from filelock import FileLock, Timeout

from index.database import Place
from index.engine import engine_at
from index.errors import OnRecordError
from index.text.words import content_stems
from rag.alerts import Hit, is_question, matching
from rag.question import UnusableQuestion, understand
from ui.output import plain
from ui.server.auth import ROLES

if TYPE_CHECKING:
    from rag.corpus import Corpus
    from rag.settings import Settings

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

        Args:
            text: A question, or words to look for.
            since: The pk of the last article that is not new to it.
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
        """Notes that matches were sent.

        Args:
            channel: By which they were sent.
            matches: Those that were.
        """
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


SECONDS = 20


def send(alerts: Alerts, settings: Settings) -> list[str]:
    """Sends what was not sent yet; what fails is sent the next time.

    Args:
        alerts: With what matched them.
        settings: Where the index is, and how it is asked.

    Returns:
        A sentence for each way that failed.
    """
    hook, mail = settings.alert_webhook.get_secret_value(), settings.alert_mail
    ways: list[tuple[Channel, bool, Callable[[list[Match]], None]]] = [
        ("hooked", bool(hook), lambda found: _post(hook, found)),
        ("mailed", bool(mail), lambda found: _mail(settings, found)),
    ]
    failed = []
    for channel, wanted, work in ways:
        if wanted and (found := alerts.untold(channel)):
            try:
                work(found)
                alerts.told(channel, found)
            except (OSError, smtplib.SMTPException, OnRecordError, ValueError) as error:
                what = "the webhook" if channel == "hooked" else "mail"
                failed.append(
                    f"{len(found)} matches of alerts could not be sent by {what}"
                    f" ({error or type(error).__name__}); they are sent with the next ones"
                )
    return failed


def line(match: Match) -> str:
    """A match on one line.

    >>> line(Match("frost?", "a", "1", "Frost", "Post", "2026-05-04", None, "It froze.", 0, ""))
    'frost? — Frost (Post, 2026-05-04): “It froze.”'
    """
    known = ", ".join(filter(None, (match.publisher, match.published)))
    said = " ".join(plain(match.quote).split())
    return plain(f"{match.alert} — {match.title}{f' ({known})' if known else ''}: “{said}”")


def _post(url: str, found: Sequence[Match]) -> None:
    """Sends matches as JSON; ``text`` is what chat programs show."""
    import httpx

    values = {"text": "\n".join(map(line, found)), "matches": [asdict(match) for match in found]}
    try:
        httpx.post(url, json=values, timeout=SECONDS).raise_for_status()
    except httpx.HTTPStatusError as error:
        raise OnRecordError(f"it answers {error.response.status_code}") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise OnRecordError(str(error)) from error


def _mail(settings: Settings, found: Sequence[Match]) -> None:
    """Sends matches as one mail of plain text.

    Raises:
        OnRecordError: the settings name no server.
    """
    message = EmailMessage()
    first = f"{found[0].alert}: {found[0].title}" if len(found) == 1 else f"{len(found)} matches"
    message["Subject"] = " ".join(f"onrecord: {plain(first)}".split())[:200]
    message["To"] = settings.alert_mail
    server = urlsplit(settings.smtp_url.get_secret_value())
    message["From"] = settings.alert_sender or unquote(server.username or "") or settings.alert_mail
    parts = [f"{line(match)}\n{plain(match.url or match.uri)}\n" for match in found]
    message.set_content("\n".join(parts))
    if server.scheme not in ("smtp", "smtps") or not server.hostname:
        raise OnRecordError("set ONRECORD_SMTP_URL, as smtps://name:password@mail.example:465")
    trust = ssl.create_default_context()
    secure = server.scheme == "smtps"
    with (
        smtplib.SMTP_SSL(server.hostname, server.port or 465, timeout=SECONDS, context=trust)
        if secure
        else smtplib.SMTP(server.hostname, server.port or 587, timeout=SECONDS)
    ) as smtp:
        if not secure and smtp.ehlo() and smtp.has_extn("starttls"):
            smtp.starttls(context=trust)
        if server.username:
            smtp.login(unquote(server.username), unquote(server.password or ""))
        smtp.send_message(message)


TYPE = "application/rss+xml"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def rss(matches: Sequence[Match], address: str = "") -> str:
    """Matches as RSS 2.0, newest first.

    Args:
        matches: In that order.
        address: Where the chat is served; an article without an address of its own is opened there.
    """
    root = ElementTree.Element("rss", version="2.0")
    channel = ElementTree.SubElement(root, "channel")
    _put(channel, "title", "onrecord: alerts")
    _put(channel, "link", address or "https://onrecord.invalid/")
    _put(channel, "description", "New articles that answer saved questions or match searches")
    for match in matches:
        item = ElementTree.SubElement(channel, "item")
        _put(item, "title", f"{match.alert} — {match.title}")
        link = (
            match.url
            if re.match(r"https?://", match.url or "")
            else f"{address}#cite-{match.article}"
        )
        if match.url or address:
            _put(item, "link", link or "")
        name = hashlib.sha256(f"{match.alert}\n{match.uri}".encode("utf-8", "replace")).hexdigest()
        _put(item, "guid", name[:32], isPermaLink="false")
        _put(item, "pubDate", format_datetime(datetime.fromisoformat(match.found)))
        known = ", ".join(filter(None, (match.publisher, match.published)))
        _put(item, "description", f"“{match.quote}”{f' ({known})' if known else ''}")
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, "unicode") + "\n"


def _put(parent: ElementTree.Element, name: str, text: str, **attributes: str) -> None:
    ElementTree.SubElement(parent, name, attributes).text = _NOT_XML.sub("", text)


log = logging.getLogger(__name__)


def alerts_for(directory: Path, user: str, role: str) -> Alerts:
    """The alerts that are the business of who asks: their own, an admin's those of all.

    Args:
        directory: Where the file lies.
        user: Who signed in; "" where nobody does.
        role: One of ``ROLES``.
    """
    return Alerts(directory, user, every=role == ROLES[-1])


def keep(alerts: Alerts, place: Place, text: str) -> Alert:
    """Saves an alert that is told of what is stored from now on.

    Args:
        alerts: Where it is kept, and whose.
        place: The index that is asked.
        text: A question, or words to look for.

    Raises:
        UnusableQuestion: there is nothing in it to look for.
        AlertsUnusable: see the class.
    """
    understand(text)
    if not is_question(text) and not content_stems(text):
        raise UnusableQuestion(f"“{text}” has no word to look for; name what it is about")
    return alerts.add(text, _last_of(place))


def ask_new(settings: Settings, corpus: Corpus | None = None) -> tuple[list[Match], list[str]]:
    """Asks every alert of the articles that are new to it, and sends what matched.

    Args:
        settings: Where index and alerts lie, and where matches go.
        corpus: What is asked; None opens it, if there is anything to ask.

    Returns:
        The new matches, and a sentence for each way in which they could not be sent.
    """
    alerts = Alerts(settings.index)
    kept = alerts.all()
    if not kept:
        return [], []
    try:
        with FileLock(alerts.path.with_suffix(".lock"), timeout=0):
            last = _last_of(settings.place())
            found: list[Match] = []
            if any(alert.since != last for alert in kept):
                corpus = corpus or _opened(settings)
                found = [match for alert in kept for match in _asked(corpus, alerts, alert, last)]
            return found, send(alerts, settings)
    except Timeout:  # another process asks them now
        return [], []


def ask_aside(settings: Settings, corpus: Corpus) -> None:
    """The same in a thread of its own; what goes wrong is logged.

    Args:
        settings: Where the index is, and how it is asked.
        corpus: The corpus that is asked.
    """

    def work() -> None:
        try:
            for sentence in ask_new(settings, corpus)[1]:
                log.warning("%s", sentence)
        except Exception as error:
            log.warning("alerts: %s: %s", type(error).__name__, error)

    threading.Thread(target=work, name="onrecord-alerts", daemon=True).start()


def _last_of(place: Place) -> int:
    """The pk of the article that was stored last in the index at a place; 0 without any."""
    engine = engine_at(place)
    if not engine.made():
        return 0
    ledger = engine.open()
    with ledger.read():
        return max(ledger.select("TRUE", []), default=0)


def _opened(settings: Settings) -> Corpus:
    from rag.corpus import Corpus

    return Corpus.open(settings=settings)


def _asked(corpus: Corpus, alerts: Alerts, alert: Alert, last: int) -> list[Match]:
    """The new matches of one alert, a story once; they are recorded."""
    since = min(alert.since, last)  # the index may have been made anew
    if since == last:
        alerts.record(alert, [], last)
        return []
    stories = {listed.uri: listed.story for listed in corpus.articles()}
    told = {stories.get(uri) for uri in alerts.matched(alert)} - {None}
    matches = []
    for hit in matching(corpus, alert.text, since):
        story = stories.get(hit.article.article.uri, hit.article.story)
        if story not in told:
            told.add(story)
            matches.append(_match(alert, hit))
    alerts.record(alert, matches, last)
    return matches


def _match(alert: Alert, hit: Hit) -> Match:
    article = hit.article.article
    return Match(
        alert=alert.text,
        uri=article.uri,
        article=hit.article.id,
        title=article.headline,
        publisher=article.publisher,
        published=article.published.isoformat() if article.published else None,
        url=article.url,
        quote=hit.quote,
        start=hit.start,
        found=now(),
        owner=alert.owner,
    )
