"""What a page says about its article in JSON-LD, the vocabulary of schema.org."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any, TypeAlias

from index.readers.fields import one_line

Thing: TypeAlias = dict[str, Any]

ARTICLES = re.compile(r"(?:[A-Za-z]*NewsArticle|Article|BlogPosting|LiveBlogPosting|Report)$")
OUTLETS = ("NewsMediaOrganization", "WebSite", "Organization", "Corporation")
TRAILING_COMMA = re.compile(r",(\s*[}\]])")
COMMENT = re.compile(r"^\s*(?:<!--|//<!\[CDATA\[|/\*.*?\*/)|(?:-->|//\]\]>|;)\s*$", re.DOTALL)
TAGS = re.compile(r"<[^<>]{1,400}>")
MAX_DEPTH = 12  # of things within things; sites' graphs have 4
MAX_THINGS = 2_000


class Graph:
    """The things that the JSON-LD of a page describes, by type and by ``@id``."""

    def __init__(self, scripts: list[str]) -> None:
        self.things: list[Thing] = []
        self._named: dict[str, Thing] = {}
        for script in scripts:
            for thing in _top(_parsed(script), 0):
                if len(self.things) < MAX_THINGS:
                    self.things.append(thing)
        for thing in self.things:
            self._note(thing, 0)

    def _note(self, thing: Thing, depth: int) -> None:
        name = thing.get("@id")
        if isinstance(name, str) and len(thing) > len(self._named.get(name, {})):
            self._named[name] = thing
        if depth < MAX_DEPTH:
            for value in thing.values():
                for each in value if isinstance(value, list) else [value]:
                    if isinstance(each, dict):
                        self._note(each, depth + 1)

    def articles(self) -> list[Thing]:
        """The articles that are described by themselves, not as a part of something else."""
        return [thing for thing in self.things if any(map(ARTICLES.match, types(thing)))]

    def outlets(self) -> list[Thing]:
        """Who publishes, the most telling type first."""
        ranked = [(OUTLETS.index(t), t, thing) for thing in self.things for t in types(thing)
                  if t in OUTLETS]  # fmt: skip
        return [thing for _, _, thing in sorted(ranked, key=lambda found: found[0])]

    def resolved(self, value: object) -> list[object]:
        """The values of a property as a list, references to other things followed."""
        values = value if isinstance(value, list) else [value]
        return [
            self._named.get(str(each.get("@id")), each)
            if isinstance(each, dict) and "name" not in each
            else each
            for each in values
            if each
        ]


def types(thing: Thing) -> list[str]:
    """The types of a thing, without the vocabulary's address."""
    told = thing.get("@type")
    values = told if isinstance(told, list) else [told]
    return [re.split("[/#]", value)[-1] for value in values if isinstance(value, str)]


def text(value: object) -> str | None:
    """A property's text on one line, without markup and entities."""
    if isinstance(value, dict):
        value = value.get("name") or value.get("@value")
    if isinstance(value, list):
        value = next((each for each in value if isinstance(each, str)), None)
    if not isinstance(value, str):
        return None
    return one_line(TAGS.sub(" ", unescape(value)))


def _parsed(script: str) -> object:
    """What a script holds; commas and line breaks that JSON forbids and sites write are passed."""
    script = COMMENT.sub("", COMMENT.sub("", script)).strip()
    for each in (script, TRAILING_COMMA.sub(r"\1", script)):
        try:
            return json.loads(each, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _top(value: object, depth: int) -> Iterator[Thing]:
    """The things of a script that stand for themselves: its own, and those of its lists."""
    if isinstance(value, list) and depth < MAX_DEPTH:
        for each in value:
            yield from _top(each, depth + 1)
    elif isinstance(value, dict):
        if "@type" in value:
            yield value
        for name in ("@graph", "mainEntity", "mainEntityOfPage"):
            if isinstance(value.get(name), dict | list) and depth < MAX_DEPTH:
                yield from _top(value[name], depth + 1)
