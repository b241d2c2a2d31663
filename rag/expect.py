"""What kind of answer a question asks for, and which kinds a sentence offers."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache

from index.words import stem

KINDS = ("time", "number", "person")
"""The kinds that sentences are judged by."""

CONDITION = "condition"
"""A further kind, which says what a second sentence should add (``rag/quote.py``)."""

_MONTHS = (
    "january|february|march|april|june|july|august|september|october|november|december"
    "|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec"
)
_DAYS = "monday|tuesday|wednesday|thursday|friday|saturday|sunday"
_NUMERALS = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen"
    "|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
    "|hundreds?|thousands?|millions?|billions?|dozens?|half|twice|double|a third|a quarter"
)

_ASKED = {
    "time": re.compile(
        r"\bwhen\b|\b(?:what|which) (?:\w+ )?(?:year|date|day|month|decade|century|time)\b"
        r"|\bhow (?:long ago|soon)\b",
        re.I,
    ),
    "number": re.compile(
        r"\bhow (?:many|much|long|far|old|large|big|high|tall|often|deep|wide|fast|heavy|strong)\b"
        r"|\b(?:what|which) (?:percentage|percent|number|amount|share|proportion|price|sum|total)\b"
        r"|\bwhat (?:is|was) the (?:\w+ )?(?:size|population|cost|price|value|toll|length)\b",
        re.I,
    ),
    "person": re.compile(
        r"\bwho(?:m|se)?\b|\b(?:what|which) (?:person|man|woman|player|president|king|queen|leader"
        r"|minister|official|politician|scientist|author|actor|singer|company|newspaper|team)\b",
        re.I,
    ),
    CONDITION: re.compile(
        r"\b(?:what|which|whose)\b.*\b(?:preconditions?|conditions|prerequisites?|requirements|demands"
        r"|terms)\b|\bunder (?:what|which) circumstances\b|\bwhat (?:must|has to|would have to)\b",
        re.I,
    ),
}
_OFFERED = {
    "time": re.compile(
        rf"\b(?:1\d{{3}}|20\d\d)s?\b|\bMay\b|\b(?i:{_MONTHS}|{_DAYS}|centur(?:y|ies)|yesterday|today"
        r"|tomorrow|(?:last|next) (?:week|month|year|night)|(?:years?|months?|weeks?|days?)"
        r" (?:ago|later|earlier|before|after)|[ap]\.m|noon|midnight)\b"
    ),
    "number": re.compile(rf"\d|\b(?:{_NUMERALS}|percent)\b", re.I),
    CONDITION: re.compile(
        r"\bonly (?:[\w ]{1,30} )?(?:if|when|once|after)\b|\bunless\b|\bas long as\b"
        r"|\bon condition\b|\bprovided that\b|\bmust\b|\b(?:has|have|had) to\b"
        r"|\b(?:hinges?|depends?|conditional|contingent) (?:up)?on\b"
        r"|\b(?:insist|demand|requir|stipulat)(?:s|es|ed|ing)?\b",
        re.I,
    ),
}
_NAME = re.compile(r"(?<![.!?…] )(?<![“\"‘'])(?<!^)\b[A-Z][\w’'-]+")


@lru_cache(maxsize=1024)
def asked(question: str) -> frozenset[str]:
    """The kinds of answer that a question asks for; often none, seldom two.

    >>> sorted(asked("How much is the loan, and when is it paid?"))
    ['number', 'time']
    """
    return frozenset(kind for kind, pattern in _ASKED.items() if pattern.search(question))


def offered(sentence: str, question_stems: Collection[str]) -> frozenset[str]:
    """The kinds of answer that a sentence holds; a name counts if the question lacks it.

    >>> sorted(offered("On Friday the EU lent Kyiv 90 billion.", []))
    ['number', 'person', 'time']
    """
    kinds = {kind for kind, pattern in _OFFERED.items() if pattern.search(sentence)}
    if any(stem(name) not in question_stems for name in _NAME.findall(sentence)):
        kinds.add("person")
    return frozenset(kinds)
