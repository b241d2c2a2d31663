"""What alerts found, told: sent to a webhook or by mail, and as an RSS feed."""

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
from xml.etree import ElementTree

from index.errors import OnRecordError
from ui.alerts.store import Alerts, Channel, Match
from ui.output import plain

if TYPE_CHECKING:
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
