"""The dates of a sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.verification.facts import Fact
from rag.verification.words import Word

_MONTHS = {
    name: number
    for number, names in enumerate(
        "january jan|february feb|march mar|april apr|may|june jun|july jul|august aug"
        "|september sep sept|october oct|november nov|december dec".split("|"),
        1,
    )
    for name in names.split()
}
_DAYS = {
    day: i
    for i, day in enumerate("monday tuesday wednesday thursday friday saturday sunday".split())
}
_BEFORE_MAY = frozenset("in of since until by last this next early late mid from during to".split())
_BEFORE_YEAR = _BEFORE_MAY | frozenset("the and before after around between".split())


def dates(text: str, tokens: Sequence[Word], taken: list[bool]) -> list[Fact]:
    """The dates of a text whose words are ``tokens``; marks their words as taken."""
    found = []
    for match in re.finditer(r"\b(\d{4})-(\d\d)-(\d\d)\b", text):
        year, month, day = (int(part) for part in match.groups())
        inside = [i for i, t in enumerate(tokens) if match.start() <= t.start < match.end()]
        if 1 <= month <= 12 and 1 <= day <= 31 and inside:
            for i in inside:
                taken[i] = True
            found.append(
                Fact(
                    "date", inside[0], inside[-1] + 1, match.group(), parts=(day, month, year, None)
                )
            )
    for i, token in enumerate(tokens):
        if taken[i] or not token.capital:
            continue
        if token.lower.removesuffix("s") in _DAYS:
            taken[i] = True
            day = _DAYS[token.lower.removesuffix("s")]
            found.append(Fact("date", i, i + 1, token.text, parts=(None, None, None, day)))
        elif (month_number := _MONTHS.get(token.lower)) is not None:
            first, last, day_number, year_number = i, i + 1, None, None
            if i and _day(tokens[i - 1]) and not taken[i - 1]:
                first, day_number = i - 1, _day(tokens[i - 1])
            elif i > 1 and tokens[i - 1].lower == "of" and _day(tokens[i - 2]):
                first, day_number = i - 2, _day(tokens[i - 2])
            elif last < len(tokens) and _day(tokens[last]):
                day_number, last = _day(tokens[last]), last + 1
            if (
                last < len(tokens)
                and _year(tokens[last])
                and tokens[last].start - tokens[last - 1].end < 4
            ):
                year_number, last = int(tokens[last].lower), last + 1
            ambiguous = token.lower in ("may", "march") and not (day_number or year_number)
            if ambiguous and not (i and tokens[i - 1].lower in _BEFORE_MAY):
                continue
            taken[first:last] = [True] * (last - first)
            found.append(
                Fact(
                    "date",
                    first,
                    last,
                    text[tokens[first].start : tokens[last - 1].end],
                    parts=(day_number, month_number, year_number, None),
                )
            )
    for i, token in enumerate(tokens):
        if not taken[i] and _year(token) and not _marked(text, token) and not _counts(tokens, i):
            taken[i] = True
            found.append(
                Fact("date", i, i + 1, token.text, parts=(None, None, int(token.lower), None))
            )
    return found


def _day(token: Word) -> int | None:
    match = re.fullmatch(r"([0-3]?[0-9])(?:st|nd|rd|th)?", token.lower)
    return int(match[1]) if match and 1 <= int(match[1]) <= 31 else None


def _year(token: Word) -> bool:
    return bool(re.fullmatch(r"1[0-9]{3}|20[0-9]{2}", token.lower))


def _counts(tokens: Sequence[Word], i: int) -> bool:
    """Whether what looks like a year counts the things that follow: "1200 jobs"."""
    after = tokens[i + 1] if i + 1 < len(tokens) else None
    return (
        after is not None
        and after.content
        and not after.capital
        and after.lower.endswith("s")
        and after.clause == tokens[i].clause
        and not (i and tokens[i - 1].lower in _BEFORE_YEAR)
    )


def _marked(text: str, token: Word) -> bool:
    """Whether a currency sign or a percent sign stands at it."""
    return text[token.start - 1 : token.start] in ("$", "€", "£") or (
        text[token.end : token.end + 2].strip().startswith("%")
    )
