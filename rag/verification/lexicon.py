"""Which words mean the same or the opposite, and which are forms of one verb."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files

from index.words import stem

_DATA: dict[str, list[str]] = json.loads(
    files("rag.verification").joinpath("lexicon.json").read_text(encoding="utf-8")
)
_IRREGULAR = {
    inflection: line.split()[0] for line in _DATA["irregular"] for inflection in line.split()[1:]
}


@lru_cache(maxsize=65536)
def form(word: str) -> str:
    """What a word in lower case is compared by: its stem, or that of the verb it is a form of.

    >>> form("fell") == form("falls"), form("fell") == form("felt")
    (True, False)
    """
    return stem(_IRREGULAR.get(word, word))


def _each_other(lines: Iterable[str]) -> dict[str, frozenset[str]]:
    """For each form the forms that stand in a line with it."""
    found: dict[str, set[str]] = {}
    for line in lines:
        forms = {form(word) for word in line.split()}
        for one in forms:
            found.setdefault(one, set()).update(forms - {one})
    return {one: frozenset(others) for one, others in found.items()}


_SYNONYMS = _each_other(_DATA["synonyms"])
_OPPOSITES = _each_other(_DATA["opposites"])
_VERBS = frozenset(_DATA["verbs"]) | frozenset(_IRREGULAR.values())
_VERB_FORMS = frozenset(form(word) for word in _VERBS)


def related(word: str) -> frozenset[str]:
    """The forms that can be said for one.

    >>> form("acquired") in related(form("bought")), form("sold") in related(form("bought"))
    (True, False)
    """
    return _SYNONYMS.get(word, frozenset())


def opposites(word: str) -> frozenset[str]:
    """The forms that mean the opposite of one, and of none that can be said for it; often none.

    >>> form("dropped") in opposites(form("rose"))
    True
    """
    return _OPPOSITES.get(word, frozenset())


def inflected(word: str) -> bool:
    """Whether a word in lower case is a verb in the past, or a participle."""
    return word in _IRREGULAR or (word.endswith("ed") and len(word) > 4)


def is_verb(word: str) -> bool:
    """Whether a word in lower case is a known verb in the present: "accuses".

    >>> is_verb("accuses"), is_verb("denies"), is_verb("reporters")
    (True, True, False)
    """
    if not word.endswith("s"):
        return False
    return bool({word[:-1], word[:-2], word[:-3] + "y"} & _VERBS)


def is_common(word: str) -> bool:
    """Whether a word in lower case is in any of these lists, and so no name.

    >>> is_common("make"), is_common("merz")
    (True, False)
    """
    return form(word) in _SYNONYMS or form(word) in _OPPOSITES or form(word) in _VERB_FORMS
