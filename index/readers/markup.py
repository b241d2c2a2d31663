"""HTML inside a record's text, as plain lines."""

from __future__ import annotations

import html
import re

BLOCK = re.compile(
    r"p|div|section|article|h[1-6]|ul|ol|dl|table|blockquote|pre|figure|figcaption|header|footer|hr"
)
TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)(?:\s[^<>]*)?/?>")
KNOWN = re.compile(
    r"</?(?:p|br|div|span|h[1-6]|ul|ol|li|a|b|strong|em|i|u|table|tr|td|th|blockquote|img|figure"
    r"|figcaption|section|article|pre|hr|sup|sub|small|script|style|iframe)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
HIDDEN = re.compile(r"<(script|style|iframe|noscript)\b.*?</\1\s*>|<!--.*?-->", re.I | re.S)
ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")


def without_markup(text: str) -> str:
    r"""A text whose HTML, if it holds any, became lines; any other text as it is.

    >>> without_markup("<p>It rained.<br>Then &amp; now.</p><ul><li>One</li><li>Two</li></ul>")
    'It rained.\nThen & now.\n\n- One\n- Two'
    >>> without_markup("a < b and c > d"), without_markup("Rock &amp; roll")
    ('a < b and c > d', 'Rock & roll')
    """
    if not KNOWN.search(text):
        return ENTITY.sub(lambda found: html.unescape(found[0]), text)
    text = re.sub(r"\s+", " ", HIDDEN.sub(" ", text))
    text = TAG.sub(_shown, text)
    text = html.unescape(text)
    text = re.sub(r"[ \v]*(?:\f[ \v]*)+", "\n\n", text)
    text = re.sub(r" *\v[ \v]*", "\n", text)
    return re.sub(r"\n- (?=\n|$)", "", text).strip()


def _shown(tag: re.Match[str]) -> str:
    """What a tag shows: the end of a paragraph or line, a bullet, a cell's border, or nothing."""
    closing, name = bool(tag[1]), tag[2].lower()
    if BLOCK.fullmatch(name):
        return "\f"
    if name in ("br", "tr"):
        return "\v"
    if name == "li":
        return "" if closing else "\v- "
    if name in ("td", "th"):
        return " | " if closing else ""
    return "" if KNOWN.fullmatch(tag[0]) else tag[0]
