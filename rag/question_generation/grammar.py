"""The verbs of news in their forms, and where in a sentence a clause or a time begins."""

from __future__ import annotations

import re

from index.text.calendar import SHORT_MONTH, WEEKDAY

# The verbs of news whose forms are known; "/" before the past tense of an irregular one.
_FORMS = (
    "resign quit/quit order approve propose demand promise recommend reject sign win/won open close"
    " launch build/built buy/bought sell/sold create lose/lost fail pass suspend cancel/cancelled"
    " ban/banned renew accuse arrest appoint elect choose/chose cut/cut raise halt delay sue"
    " fine/fined award receive finalize finalise support back attack announce leave/left call offer"
    " accept flood block refuse deny/denied extend declare"
)
PAST = {
    base: past or (f"{base}d" if base.endswith("e") else f"{base}ed")
    for base, _, past in (form.partition("/") for form in _FORMS.split())
}
BASES = {past: base for base, past in PAST.items()}


def _present(base: str) -> str:
    if base.endswith(("s", "sh", "ch", "x")):
        return f"{base}es"
    return f"{base[:-1]}ies" if re.search(r"[^aeou]y$", base) else f"{base}s"


PRESENT = {_present(base): base for base in PAST}

# Of these it is worth asking what was done: the object is the news.
TELLING = frozenset(
    "order approve propose demand promise recommend reject announce offer launch ban finalize"
    " finalise".split()
)

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
