"""The alerts asked of what is new, and each match told once: to a webhook, by mail, as RSS."""

from __future__ import annotations

import hashlib
import logging
import re
import smtplib
import ssl
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

from filelock import FileLock, Timeout

from index.engine import Place, engine_at
from index.errors import OnRecordError
from index.text.words import content_stems
from rag.alerts import Hit, is_question, matching
from rag.question import UnusableQuestion, understand
from ui.alerts.store import Alert, Alerts, Channel, Match, now
from ui.output import plain

if TYPE_CHECKING:
    from rag.corpus import Corpus
    from rag.settings import Settings

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
        link = match.url if _is_web(match.url) else f"{address}#cite-{match.article}"
        if match.url or address:
            _put(item, "link", link or "")
        name = hashlib.sha256(f"{match.alert}\n{match.uri}".encode("utf-8", "replace")).hexdigest()
        _put(item, "guid", name[:32], isPermaLink="false")
        _put(item, "pubDate", format_datetime(datetime.fromisoformat(match.found)))
        known = ", ".join(filter(None, (match.publisher, match.published)))
        _put(item, "description", f"“{match.quote}”{f' ({known})' if known else ''}")
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, "unicode") + "\n"


def _is_web(url: str | None) -> bool:
    return url is not None and re.match(r"https?://", url) is not None


def _put(parent: ElementTree.Element, name: str, text: str, **attributes: str) -> None:
    ElementTree.SubElement(parent, name, attributes).text = _NOT_XML.sub("", text)


log = logging.getLogger(__name__)


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
        title=article.title or article.key,
        publisher=article.publisher,
        published=article.published.isoformat() if article.published else None,
        url=article.url,
        quote=hit.quote,
        start=hit.start,
        found=now(),
        owner=alert.owner,
    )
