"""What alerts found, as an RSS feed of onrecord's own."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime
from xml.etree import ElementTree

from ui.alerts.store import Match

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
