"""Alerts asked of what is new, and what matched told: by webhook, by mail, as a feed."""

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

from filelock import FileLock, Timeout

from index.database import Place
from index.engine import engine_at
from index.errors import OnRecordError
from index.text.words import content_stems
from rag.alerts import Hit, is_question, matching
from rag.question import UnusableQuestion, understand
from ui.alerts import Alert, Alerts, Channel, Match, now
from ui.output import plain
from ui.templating import render

if TYPE_CHECKING:
    from rag.corpus import Corpus
    from rag.settings import Settings

log = logging.getLogger(__name__)

SECONDS = 20
TYPE = "application/rss+xml"


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

    Without a corpus it opens one, if there is anything to ask.

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
                from rag.corpus import Corpus

                corpus = corpus or Corpus.open(settings=settings)
                found = [match for alert in kept for match in _asked(corpus, alerts, alert, last)]
            return found, send(alerts, settings)
    except Timeout:  # another process asks them now
        return [], []


def ask_aside(settings: Settings, corpus: Corpus) -> None:
    """The same in a thread of its own; what goes wrong is logged."""

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


def send(alerts: Alerts, settings: Settings) -> list[str]:
    """Sends what was not sent yet; what fails is sent the next time.

    Returns:
        A sentence for each way that failed.
    """
    hook, mail = settings.alert_webhook.get_secret_value(), settings.alert_mail
    ways: list[tuple[Channel, str, bool, Callable[[list[Match]], None]]] = [
        ("hooked", "the webhook", bool(hook), lambda found: _post(hook, found)),
        ("mailed", "mail", bool(mail), lambda found: _mail(settings, found)),
    ]
    failed = []
    for channel, what, wanted, work in ways:
        if wanted and (found := alerts.untold(channel)):
            try:
                work(found)
                alerts.told(channel, found)
            except (OSError, smtplib.SMTPException, OnRecordError, ValueError) as error:
                failed.append(
                    f"{len(found)} matches of alerts could not be sent by {what}"
                    f" ({error or type(error).__name__}); they are sent with the next ones"
                )
    return failed


def line(match: Match) -> str:
    """A match on one line: 'frost? — Frost (Post, 2026-05-04): “It froze.”'."""
    said = " ".join(plain(match.quote).split())
    return plain(f"{match.alert} — {match.title}{match.source}: “{said}”")


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
    server = urlsplit(settings.smtp_url.get_secret_value())
    if server.scheme not in ("smtp", "smtps") or not server.hostname:
        raise OnRecordError("set ONRECORD_SMTP_URL, as smtps://name:password@mail.example:465")
    user = unquote(server.username or "")
    message = EmailMessage()
    first = f"{found[0].alert}: {found[0].title}" if len(found) == 1 else f"{len(found)} matches"
    message["Subject"] = " ".join(f"onrecord: {plain(first)}".split())[:200]
    message["To"] = settings.alert_mail
    message["From"] = settings.alert_sender or user or settings.alert_mail
    parts = [f"{line(match)}\n{plain(match.url or match.uri)}\n" for match in found]
    message.set_content("\n".join(parts))
    trust = ssl.create_default_context()
    secure = server.scheme == "smtps"
    with (
        smtplib.SMTP_SSL(server.hostname, server.port or 465, timeout=SECONDS, context=trust)
        if secure
        else smtplib.SMTP(server.hostname, server.port or 587, timeout=SECONDS)
    ) as smtp:
        if not secure and smtp.ehlo() and smtp.has_extn("starttls"):
            smtp.starttls(context=trust)
        if user:
            smtp.login(user, unquote(server.password or ""))
        smtp.send_message(message)


def rss(matches: Sequence[Match], address: str = "") -> str:
    """Matches as RSS 2.0, newest first.

    An article without an address of its own is opened at ``address``, where the chat is served.
    """
    return render("alerts.rss", address=address, items=[_item(each, address) for each in matches])


def _item(match: Match, address: str) -> dict[str, str]:
    own = match.url if re.match(r"https?://", match.url or "") else None
    name = hashlib.sha256(f"{match.alert}\n{match.uri}".encode("utf-8", "replace")).hexdigest()
    return {
        "title": f"{match.alert} — {match.title}",
        "link": own or (f"{address}#cite-{match.article}" if address else ""),
        "guid": name[:32],
        "day": format_datetime(datetime.fromisoformat(match.found)),
        "description": f"“{match.quote}”{match.source}",
    }
