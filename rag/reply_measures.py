"""A reply to a request held against what a good one holds, as a line of the golden sets says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from rag.periods import day_text
from rag.types import Answer, Claim


def reply_recall(wanted: Mapping[str, Any], answer: Answer) -> list[bool]:
    """For each thing that a good reply holds, whether this one does."""
    return list(_things(wanted, answer))


def reply_precision(wanted: Mapping[str, Any], answer: Answer) -> list[bool]:
    """For each claim, or pair of claims, whether it is one that a good reply may hold.

    Empty for kinds of which all that may be held is not listed.
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


def _things(wanted: Mapping[str, Any], answer: Answer) -> Iterator[bool]:
    said = [_bare(claim.text) for claim in answer.claims]
    whole = " ".join((_bare(answer.heading), *said))
    for event in wanted.get("events", ()):
        yield any(_tells(claim, event) for claim in answer.claims)
    for item in wanted.get("items", ()):
        names = [item] if isinstance(item, str) else item
        yield any(_bare(name) in whole for name in names)
    yield from _sides(wanted, answer)
    if main := wanted.get("main"):
        yield any(_bare(words) in whole for words in main)
    for words in wanted.get("quotes", ()):
        yield _bare(words) in whole
    for pair in wanted.get("differ", ()):
        pairs = zip(answer.claims[::2], answer.claims[1::2], strict=False)
        yield any(_pair(each, pair) for each in pairs)
    yield from _headed(wanted, answer)


def _sides(wanted: Mapping[str, Any], answer: Answer) -> Iterator[bool]:
    for side, words in wanted.get("sides", {}).items():
        # A side may be called by another name than is expected: "Union" for the Alliance.
        mine = [c for c in answer.claims if _of(c.label, side)] or answer.claims
        text = " ".join(_bare(claim.text) for claim in mine)
        for each in words:
            names = [each] if isinstance(each, str) else each
            yield any(_bare(word) in text for word in names)


def _headed(wanted: Mapping[str, Any], answer: Answer) -> Iterator[bool]:
    if "count" in wanted:
        numbers = re.findall(r"\d+", answer.heading.replace(",", ""))
        yield bool(numbers) and int(numbers[0]) == wanted["count"]
    if "day" in wanted:
        yield day_text(date.fromisoformat(wanted["day"])) in answer.heading


def _tells(claim: Claim, event: Mapping[str, Any]) -> bool:
    """Whether a line of a timeline tells an event, and if it has one, under its day."""
    day = str(event["day"])
    told = day_text(date.fromisoformat(day)) if len(day) == 10 else ""
    dated = not told or f"{claim.label} ".startswith(f"{told} ")
    quoted = [_bare(claim.text), *(_bare(citation.quote) for citation in claim.citations)]
    return dated and any(_bare(words) in text for words in event["words"] for text in quoted)


def _pair(pair: tuple[Claim, Claim], wanted: Sequence[str]) -> bool:
    one, other = (_bare(claim.text) for claim in pair)
    first, second = map(_bare, wanted)
    return (first in one and second in other) or (second in one and first in other)


def _of(label: str, side: str) -> bool:
    return _bare(side) in _bare(label) or _bare(label) in _bare(side)


def _bare(text: str) -> str:
    return " ".join(re.sub(r"[“”\"]", "", text.replace("’", "'")).split()).casefold()
