"""The names of a sentence."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from rag.verification.facts import Fact
from rag.verification.lexicon import is_common
from rag.verification.words import POSSESSIVE, Word

_TITLES = frozenset(
    """mr mrs ms dr sir lord lady president prime minister chancellor king queen prince princess
    pope senator governor secretary general chief foreign defence defense professor mayor judge
    the vice deputy former captain colonel commissioner spokesman spokeswoman i""".split()
)
_NO_NAMES = frozenset(
    """i nobody none nothing everyone everybody someone anyone later earlier contrary however
    moreover additionally furthermore meanwhile similarly instead despite according today yesterday
    following including among many most several although because overall currently
    recently yes another other almost nevertheless nonetheless therefore thus hence consequently
    otherwise likewise afterwards finally initially originally eventually usually generally
    often sometimes perhaps maybe nearly besides overall still indeed""".split()
)
JOINING = frozenset(("of", "the", "and", "de", "van", "von", "al", "bin", "la", "du", "del", "für"))

# What a capital at the start of a claim says little about: these endings are of common words.
_COMMON = re.compile(r"(?:ing|ly|tion|sion|ment|ness|ity|ism|ships?|ers|ors|ists|ances?|ences?)$")


def names(
    text: str,
    tokens: Sequence[Word],
    taken: Sequence[bool],
    known: Callable[[str], bool] | None,
) -> list[Fact]:
    """The names of a text among its words that are not taken.

    Args:
        text: A sentence, or several.
        tokens: Its words.
        taken: For each of them whether it is of a date or a number.
        known: Whether a word, in lower case, is known to be common; a sentence's first word that
            is known is no name.
    """
    found = []
    i = 0
    while i < len(tokens):
        if taken[i] or not _nameable(text, tokens, i, known):
            i += 1
            continue
        last = i + 1
        while last < len(tokens) and not taken[last] and _adjacent(text, tokens, last):
            if tokens[last].capital and tokens[last].content:
                last += 1
            elif (
                tokens[last].lower in JOINING
                and tokens[last].lower != "and"
                and last + 1 < len(tokens)
                and tokens[last + 1].capital
                and tokens[last + 1].content
                and _adjacent(text, tokens, last + 1)
                and tokens[last].lower not in ("the",)
            ):
                last += 2
            else:
                break
        parts = [t for t in tokens[i:last] if t.lower not in _TITLES and t.lower not in JOINING]
        if parts:
            first = next(k for k in range(i, last) if tokens[k] is parts[0])
            shown = text[tokens[first].start : tokens[last - 1].end]
            shown = POSSESSIVE.sub("", shown)
            found.append(Fact("name", first, last, shown, names=tuple(t.lower for t in parts)))
        i = last
    return found


def _adjacent(text: str, tokens: Sequence[Word], i: int) -> bool:
    between = text[tokens[i - 1].end : tokens[i].start]
    possessive = text[: tokens[i - 1].end].endswith(("’s", "'s"))
    return (
        not possessive and (between.isspace() or between in ("-", ". ")) and "\n\n" not in between
    )


def _nameable(
    text: str, tokens: Sequence[Word], i: int, known: Callable[[str], bool] | None
) -> bool:
    """Whether a name begins at a word: a capital that is not just the sentence's first."""
    token = tokens[i]
    if token.text[0].isalpha() and any(char.isdigit() for char in token.text):
        return True  # "v2", "S3fs"
    if not token.capital or not token.content or token.lower in _NO_NAMES:
        return False
    if not _opens(text, tokens, i):
        return True
    if token.text.isupper() and len(token.text) > 1:
        return True
    if known and known(token.lower):
        return False
    if is_common(token.lower):
        return False
    followed = i + 1 < len(tokens) and tokens[i + 1].capital and _adjacent(text, tokens, i + 1)
    return followed or not _COMMON.search(token.lower)


def _opens(text: str, tokens: Sequence[Word], i: int) -> bool:
    """Whether a word begins a sentence or what is said in quotation marks."""
    before = text[: tokens[i].start].rstrip(" \t")
    return not before or before[-1] in ".!?:“\"‘'•\n–—-"
