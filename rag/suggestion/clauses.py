"""Where in a sentence a clause or a time begins."""

from __future__ import annotations

import re

from index.calendar import SHORT_MONTH, WEEKDAY

DAY = rf"(?:the )?(?:early |late |mid-)?(?:\d|(?:{SHORT_MONTH})\b|{WEEKDAY})"
_TIME = re.compile(
    rf"(?: late| early)? (?:on|in|by|since|until|for) {DAY}.*$"
    r"| (?:yesterday|today|this (?:morning|week|month|year)|last (?:night|week|month|year))\b.*$"
)
_CLAUSE = re.compile(
    r",.*$| (?:after|as(?= (?:the|an?|it|he|she|they|his|her|its|[A-Z]))"
    r"|when|while|because|but|and|so|which|who|whose|that|if|until|than|where"
    r"|over|amid|despite) .*$"
)


def clipped(rest: str) -> str:
    """The words up to where a clause or a time begins."""
    return _CLAUSE.sub("", _TIME.sub("", rest)).rstrip(" ,")
