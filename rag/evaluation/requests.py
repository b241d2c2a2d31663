"""The reply to a request held against what a good one holds: events, items, sides and the like."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from rag.periods import day_text
from rag.types import Answer, Claim

WANTED = ("events", "items", "sides", "main", "quotes", "differ", "count", "day")
"""Fields of a golden line that say what the reply to a request holds."""

GOOD = 0.8
"""A reply is complete from this recall and precision on."""


def held(wanted: Mapping[str, Any], answer: Answer) -> list[bool]:
    """For each thing that a good reply holds, whether this one does.

    Args:
        wanted: What a good reply holds, as its golden line says.
        answer: The reply.
    """
    return [found for _, found in _things(wanted, answer)]


def right(wanted: Mapping[str, Any], answer: Answer) -> list[bool]:
    """For each claim, or pair of claims, whether it is one that a good reply may hold.

    Empty for kinds of which all that may be held is not listed.

    Args:
        wanted: What a good reply holds, as its golden line says.
        answer: The reply.
    """
    if "events" in wanted:
        may = [*wanted["events"], *wanted.get("also", ())]
        return [any(_tells(claim, event) for event in may) for claim in answer.claims]
    if "differ" in wanted:
        pairs = list(zip(answer.claims[::2], answer.claims[1::2], strict=False))
        return [any(_pair(pair, each) for each in wanted["differ"]) for pair in pairs]
    if "main" in wanted and wanted.get("docs"):
        docs = set(wanted["docs"])
        return [claim.citations[0].key in docs for claim in answer.claims]
    return []


def _things(wanted: Mapping[str, Any], answer: Answer) -> Iterator[tuple[str, bool]]:
    said = [_plain(claim.text) for claim in answer.claims]
    whole = " ".join((_plain(answer.heading), *said))
    for event in wanted.get("events", ()):
        yield event["day"], any(_tells(claim, event) for claim in answer.claims)
    for item in wanted.get("items", ()):
        names = [item] if isinstance(item, str) else item
        yield names[0], any(_plain(name) in whole for name in names)
    yield from _sides(wanted, answer)
    if main := wanted.get("main"):
        yield main[0], any(_plain(words) in whole for words in main)
    for words in wanted.get("quotes", ()):
        yield words, _plain(words) in whole
    for pair in wanted.get("differ", ()):
        pairs = zip(answer.claims[::2], answer.claims[1::2], strict=False)
        yield pair[0], any(_pair(each, pair) for each in pairs)
    yield from _headed(wanted, answer)


def _sides(wanted: Mapping[str, Any], answer: Answer) -> Iterator[tuple[str, bool]]:
    for side, words in wanted.get("sides", {}).items():
        # A side may be called by another name than is expected: "Union" for the Alliance.
        mine = [c for c in answer.claims if _of(c.label, side)] or answer.claims
        text = " ".join(_plain(claim.text) for claim in mine)
        for each in words:
            names = [each] if isinstance(each, str) else each
            yield side, any(_plain(word) in text for word in names)


def _headed(wanted: Mapping[str, Any], answer: Answer) -> Iterator[tuple[str, bool]]:
    if "count" in wanted:
        numbers = re.findall(r"\d+", answer.heading.replace(",", ""))
        yield "count", bool(numbers) and int(numbers[0]) == wanted["count"]
    if "day" in wanted:
        yield "day", day_text(date.fromisoformat(wanted["day"])) in answer.heading


def _tells(claim: Claim, event: Mapping[str, Any]) -> bool:
    """Whether a line of a timeline tells an event, and if it has one, under its day."""
    day = str(event["day"])
    label = claim.label
    if len(day) == 10:
        dated = label.startswith(f"{day_text(date.fromisoformat(day))} ") or label == day_text(
            date.fromisoformat(day)
        )
    else:
        dated = True
    quoted = [_plain(claim.text), *(_plain(citation.quote) for citation in claim.citations)]
    return dated and any(_plain(words) in text for words in event["words"] for text in quoted)


def _pair(pair: tuple[Claim, Claim], wanted: Sequence[str]) -> bool:
    one, other = (_plain(claim.text) for claim in pair)
    first, second = map(_plain, wanted)
    return (first in one and second in other) or (second in one and first in other)


def _of(label: str, side: str) -> bool:
    return _plain(side) in _plain(label) or _plain(label) in _plain(side)


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[“”\"]", "", text.replace("’", "'")).split()).casefold()
