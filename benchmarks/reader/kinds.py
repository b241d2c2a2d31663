"""Makes examples of what kind of request a text is, from templates and from requests as typed."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TEMPLATES = Path(__file__).parent / "templates.jsonl"
TYPED = Path(__file__).parent.parent.parent / "tests" / "golden" / "kinds.jsonl"

# How often each template is filled, and each typed request used with other subjects.
TIMES, TYPED_TIMES = 4, 5

_FILLING = {
    "S": (
        "peace talks|the ferry disaster|Crimea|the new stadium|housing costs|the port strike"
        "|the budget row|vaccine rollout|flood defences|the election|climate summit|the merger"
        "|school closures|the hospital bid|inflation|the trial|asylum policy|the rail dispute"
        "|grain exports|the dam|data centres|the ceasefire|water shortage|the leak inquiry"
        "|bridge collapse|pension reform|the referendum|fuel tax|the harbour barrier|nuclear waste"
        "|refugee quotas|the tram line|steel tariffs|the harvest|bird flu|the takeover"
        "|prisoner swap|the airport expansion|sanctions|bin collections"
    ),
    "A": (
        "Germany|France|Merz|Macron|the union|the company|the council|Kyiv|Moscow|residents"
        "|the Greens|Labour|the minister|Brussels|Washington|the airline|the miners|the mayor"
        "|tenants|landlords|the Sentinel|the Post|Japan|the police"
    ),
    "P": (
        "Peskov|the mayor|Zelensky|Anna Berg|the prime minister|Trump|the union leader"
        "|Ursula von der Leyen|Judge Hale|the Kremlin|the company|Lagarde|Dr Osei"
        "|the health secretary|Orban|Amnesty"
    ),
    "Q": "the Gazette|Reuters|The Courier|the Post|the Observer",
    "T": "in May|last week|on 3 March|yesterday|in 2024|this month|on Friday",
}
_WORDS = {slot: words.split("|") for slot, words in _FILLING.items()} | {
    "B": _FILLING["A"].split("|")
}
_OPENINGS = ("please ", "hi, ", "ok so ", "could you ", "and ", "hey ")


# Marks around what a request is about, within the texts that are made here.
_OPEN, _CLOSE = "\ue000", "\ue001"
_ROLE = {"S": "subject", "A": "side", "B": "side", "P": "speaker"}
_ARTICLE = re.compile(r"^(?:the|an?) ", re.I)


@dataclass(frozen=True, slots=True)
class Typed:
    """A request as it may be typed.

    Attributes:
        roles: Where what stands that it is about: (start, end, role), a role being one of
            ``ROLES``; None where that is not known.
    """

    text: str
    kind: str
    roles: list[tuple[int, int, str]] | None


def kinds(rng: random.Random) -> Iterator[Typed]:
    """Requests with their kinds, and with whom or what they are about."""
    for line in TEMPLATES.read_text("utf-8").splitlines():
        record = json.loads(line)
        for _ in range(TIMES):
            yield _read(noisy(_filled(record["template"], rng), rng), record["kind"])
    for line in TYPED.read_text("utf-8").splitlines():
        record = json.loads(line)
        if record["part"] != "make":
            continue
        text = _marked(record)
        yield _read(text, record["kind"])
        for _ in range(TYPED_TIMES - 1):
            other = rng.choice(_WORDS["S"])
            swapped = re.sub(
                f"{_OPEN}S[^{_CLOSE}]+{_CLOSE}", f"{_OPEN}S{_ARTICLE.sub('', other)}{_CLOSE}", text
            )
            yield _read(noisy(swapped, rng), record["kind"])


def noisy(text: str, rng: random.Random) -> str:
    """A request as it may be typed."""
    if rng.random() < 0.4:
        text = re.sub(
            f"{_OPEN}[SABP]|[^{_OPEN}]", lambda m: m[0] if len(m[0]) > 1 else m[0].lower(), text
        )
    if rng.random() < 0.3:
        text = text.rstrip("?.!")
    return rng.choice(_OPENINGS) + text if rng.random() < 0.15 else text


def _filled(template: str, rng: random.Random) -> str:
    """A template with words in its slots, marked where they say what it is about."""

    def fill(found: re.Match[str]) -> str:
        words = rng.choice(_WORDS[found[2]])
        article = _ARTICLE.match(words)
        bare = words[article.end() :] if article else words
        opened = found[1] or (article[0] if article else "")
        role = found[2]
        return f"{opened}{_OPEN}{role}{bare}{_CLOSE}" if role in _ROLE else opened + bare

    return re.sub(r"((?:\b(?:the|an?) )?)\{([SABPQT])\}", fill, template)


def _marked(record: dict[str, Any]) -> str:
    """A typed request, marked where it says what it is about."""
    text = str(record["request"])
    wanted = [("P", record.get("speaker", "")), ("S", record.get("subject", ""))]
    wanted += [("A", side) for side in record.get("sides", ())]
    for role, words in wanted:
        at = text.find(words) if words else -1
        if at >= 0 and _OPEN not in text[at : at + len(words)]:
            text = f"{text[:at]}{_OPEN}{role}{words}{_CLOSE}{text[at + len(words) :]}"
    return text


def _read(marked: str, kind: str) -> Typed:
    text, roles, at = "", [], 0
    for found in re.finditer(f"{_OPEN}([SABP])([^{_CLOSE}]*){_CLOSE}", marked):
        text += marked[at : found.start()]
        roles.append((len(text), len(text) + len(found[2]), _ROLE[found[1]]))
        text += found[2]
        at = found.end()
    known = kind not in ("fact", "list", "about", "smalltalk")
    return Typed(text + marked[at:], kind, roles if known else None)
