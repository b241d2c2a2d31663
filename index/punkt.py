"""What Punkt learnt from English news: its abbreviations, and the words that start sentences."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Punkt:
    """What Punkt learnt from English news.

    Attributes:
        abbreviations: Without their last full stop, in lower case.
        starters: Words that, with a capital, begin a sentence after an abbreviation.
    """

    abbreviations: frozenset[str]
    starters: frozenset[str]


_SEEN_LOW = 0b1110000  # bits of Punkt's table of contexts: seen in lower case (anywhere),
_SEEN_CAPITAL_INSIDE = 0b100  # seen with a capital inside a sentence


@cache
def punkt() -> Punkt:
    """Punkt's English data, from llama-index-core's wheel; read once, in 0.07 s.

    NLTK's own reader of it is not used: importing it costs 1.2 s and 70 MB, its regular
    expressions give up after five seconds (a long list of "? ? ?" does it), and they halve the
    speed. A test compares the decisions with NLTK's.
    """
    contexts = (line.split("\t") for line in read_punkt("ortho_context.tab"))
    learnt = {
        word
        for word, flags in contexts
        if int(flags) & _SEEN_LOW and not int(flags) & _SEEN_CAPITAL_INSIDE
    }
    return Punkt(
        abbreviations=frozenset(read_punkt("abbrev_types.txt")),
        starters=frozenset(read_punkt("sent_starters.txt")) | learnt,
    )


@cache
def news_words() -> frozenset[str]:
    """The 20,000 words that Punkt met in its English news, in lower case."""
    return frozenset(line.split("\t")[0] for line in read_punkt("ortho_context.tab"))


def read_punkt(name: str) -> list[str]:
    """The lines of one of Punkt's English data files."""
    package = find_spec("llama_index")  # a namespace package: found, not imported
    for folder in (package.submodule_search_locations or ()) if package else ():
        path = Path(folder, "core/_static/nltk_cache/tokenizers/punkt_tab/english", name)
        if path.is_file():
            return path.read_text(encoding="utf-8").splitlines()
    raise FileNotFoundError(
        f"llama-index-core's copy of Punkt's {name} is missing: reinstall llama-index-core"
    )
