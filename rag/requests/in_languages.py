"""Requests for more than a fact, and follow-ups, in languages that the model does not read."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from index.text.names import names_in
from index.text.words import ENGLISH, stop_words
from rag.requests.request import FACT, Request
from rag.types import KINDS

# Words of what a follow-up names at most; more are a question of their own.
MOST_WORDS = 4


def language_of_request(text: str) -> str:
    """The code of the language in which a text is surely a request; "" for none.

    >>> language_of_request("Zeitleiste des Streiks"), language_of_request("timeline of strikes")
    ('de', '')
    """
    said = [code for code in _said() if request_in(text, code) != FACT]
    words = text.lower().split()  # "Chronologie de la grève" could begin in German too
    return max(said, key=lambda code: sum(w in stop_words(code) for w in words), default="")


def request_in(text: str, language: str) -> Request:
    """The request that a text is; a fact, unless its words say another.

    >>> request_in("Résume les négociations de paix", "fr")
    Request(kind='brief', subject='négociations de paix', sides=(), speaker='', told=None)
    """
    for kind in KINDS:
        if found := _match(text, language, kind):
            said = {name: _bare(words or "", language) for name, words in found.groupdict().items()}
            sides = (said["one"], said["other"]) if "one" in said else ()
            return Request(kind, said.get("what", ""), sides, said.get("who", ""))
    return FACT


def meant_in(text: str, before: str, language: str) -> tuple[str, str, bool]:
    """The language of a turn, what it means after the question before it, and whether shorter.

    Args:
        text: The turn.
        before: The question before; "" for none.
        language: The code of the language that it seems to be in: English, where no article is in
            its own.

    >>> meant_in("und Macron?", "Was sagte Merz über Zölle?", "de")
    ('de', 'Was sagte Macron über Zölle?', False)
    >>> meant_in("plus court svp", "Résume la grève", "en")
    ('fr', 'Résume la grève', True)
    """
    if language == ENGLISH:
        language = language_of_request(text)
        asked = language_of_request(before)
        if (
            not language
            and asked
            and (_match(text, asked, "next") or _match(text, asked, "shorter"))
        ):
            language = asked
    if not (language and before) or request_in(text, language) != FACT:
        return language or ENGLISH, text, False
    if _match(text, language, "shorter"):
        return language, before, True
    return language, _followed(text, before, language), False


def _followed(text: str, before: str, language: str) -> str:
    """The question before of another thing, if that is all that a turn names; else the turn."""
    found = _match(text, language, "next")
    new = found["what"].strip(" ?!.") if found else ""
    if not new or len(new.split()) > MOST_WORDS:
        return text
    for kind in KINDS:
        request = _match(before, language, kind)
        place = request and next((n for n in ("who", "what") if request.groupdict().get(n)), "")
        if request and place:
            return before[: request.start(place)] + new + before[request.end(place) :]
    names = names_in(f"x {before}")
    if len(names) == 1:
        return f"{before[: names[0].start - 2]}{new}{before[names[0].end - 2 :]}"
    return f"{before} {new}"


def _match(text: str, language: str, kind: str) -> re.Match[str] | None:
    words = text.rstrip(" ?!.¿¡").lstrip(" ¿¡")
    begin = text.index(words) if words else 0
    found = (
        pattern.fullmatch(text, begin, begin + len(words)) for pattern in _kind(language, kind)
    )
    return next((match for match in found if match), None)


def _bare(words: str, language: str) -> str:
    return re.sub(rf"^{_said()[language]['articles']}", "", words.strip(" ?!.,"), flags=re.I)


@cache
def _kind(language: str, kind: str) -> tuple[re.Pattern[str], ...]:
    return tuple(_patterns(language, kind))


def _patterns(language: str, kind: str) -> Iterator[re.Pattern[str]]:
    told = _said().get(language, {})
    leads = told.get("leads", "") if kind in KINDS else ""
    for words in told.get(kind, ()):
        yield re.compile(f"{leads}(?:{words})", re.I)


@cache
def _said() -> dict[str, dict[str, str | list[str]]]:
    return tomllib.loads(files("rag.requests").joinpath("in_languages.toml").read_text("utf-8"))
