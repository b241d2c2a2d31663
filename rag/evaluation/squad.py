"""How near a short answer comes to an expected one, as SQuAD counts it."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

_ARTICLE = re.compile(r"\b(?:an?|the)\b")


def exact(expected: str, given: str) -> float:
    """1 if both say the same but for case, punctuation, articles and white space, else 0.

    Args:
        expected: A short answer that is right.
        given: The one that was given.
    """
    return float(_words(expected) == _words(given))


def f1(expected: str, given: str) -> float:
    """The harmonic mean of the shares of words that one has of the other, from 0 to 1.

    Args:
        expected: A short answer that is right.
        given: The one that was given.
    """
    wanted, said = _words(expected), _words(given)
    if not wanted or not said:
        return float(wanted == said)
    shared = (Counter(wanted) & Counter(said)).total()
    return 2 * shared / (len(wanted) + len(said))


def _words(text: str) -> list[str]:
    """Words as SQuAD's script compares them; its ASCII punctuation, and all other too."""
    kept = (c for c in text.lower() if unicodedata.category(c)[0] not in "PS")
    return _ARTICLE.sub(" ", "".join(kept)).split()
