"""What Punkt learnt from newspapers: abbreviations, and the words of English news."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

# Bits of Punkt's table of contexts.
_SEEN_LOW = 0b1110000  # in small letters, anywhere
_SEEN_CAPITAL_INSIDE = 0b100  # with a capital inside a sentence


@cache
def abbreviations(language: str) -> frozenset[str]:
    """Abbreviations of a language in small letters, without their last full stop.

    Args:
        language: Its code, as "en"; a language that Punkt did not read has none.
    """
    return frozenset(_learnt()["abbreviations"].get(language, "").split())


@cache
def english_starters() -> frozenset[str]:
    """English words that, with a capital, begin a sentence after an abbreviation."""
    low = {
        word
        for word, seen in english_contexts().items()
        if seen & _SEEN_LOW and not seen & _SEEN_CAPITAL_INSIDE
    }
    return frozenset(_learnt()["starters"]["en"].split()) | low


@cache
def english_contexts() -> Mapping[str, int]:
    """The 20,000 words of Punkt's English news in small letters, and in which contexts each stood.

    ``card.md`` says what the bits mean. NLTK's own reader is not used: importing it costs 1.2 s
    and 70 MB, its regular expressions give up after five seconds (a long list of "? ? ?" does
    it), and they halve the speed. A test compares the decisions with NLTK's.
    """
    rows = (line.split("\t") for line in _file("punkt-english.tab").splitlines())
    return {word: int(seen) for word, seen in rows}


@cache
def news_words() -> frozenset[str]:
    """The words of Punkt's English news, in small letters."""
    return frozenset(english_contexts())


@cache
def _learnt() -> dict[str, dict[str, str]]:
    learnt: dict[str, dict[str, str]] = json.loads(_file("punkt.json"))
    return learnt


def _file(name: str) -> str:
    return files("index.text").joinpath(name).read_text("utf-8")
