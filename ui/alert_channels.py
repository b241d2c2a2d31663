"""How what alerts found is told: by webhook, by mail, as a feed and on a line."""

from __future__ import annotations

import hashlib
import re
import smtplib
import ssl
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from index.errors import OnRecordError
from ui.alerts import Alerts, Channel, Match
from ui.output import plain
from ui.templating import render

if TYPE_CHECKING:
    from rag.settings import Settings

SECONDS = 20
TYPE = "application/rss+xml"


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
