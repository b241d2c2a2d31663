"""Facts of a claim that stand where the words that it repeats have another."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise

from index.words import is_content
from rag.facts.bearers import alike, groups
from rag.facts.dates import Date, dates_in
from rag.facts.lacking import Lacking
from rag.facts.names import Name, names_in
from rag.facts.numbers import Number, numbers_in

# Share of a claim's words that a sentence has in the same order if the claim repeats it.
REPEATED = 0.6

# Words at most that stand for others.
LONG = 6

# Beside one of these two names may change places.
SYMMETRIC = frozenset("and or met meets meet married marries".split())

_WORD = re.compile(r"\w+(?:[.,’'-]\w+)*")

Fact = Number | Date | Name


def exchanged(claim: str, sentences: Sequence[str]) -> Iterator[Lacking]:
    """What stands in a claim in the place of something else of its kind.

    Args:
        claim: A sentence.
        sentences: Those that it cites. Beside two names that change places, only one is looked at
            that it repeats for the most part.
    """
    mine = list(_WORD.finditer(claim))
    folded = [_folded(word) for word in mine]
    for sentence in sentences:
        yield from _swapped(f"x {claim}", f"x {sentence}")
        theirs = list(_WORD.finditer(sentence))
        their = [_folded(word) for word in theirs]
        if len({*folded} & {*their}) < REPEATED * len({*folded}):
            continue
        matcher = SequenceMatcher(None, folded, their, False)
        if sum(block.size for block in matcher.get_matching_blocks()) < REPEATED * len(mine):
            continue
        for what, i, j, k, m in matcher.get_opcodes():
            if what == "replace" and j - i <= LONG and m - k <= LONG:
                one, other = _alone(claim, mine[i:j]), _alone(sentence, theirs[k:m])
                if one and other and type(one) is type(other) and not _same(one, other):
                    kind = type(one).__name__.lower()
                    yield Lacking(kind, one.text, other.text)  # type: ignore[arg-type]


def _swapped(claim: str, sentence: str) -> Iterator[Lacking]:
    """Two names that change places around the same words: who does it, and to whom it is done."""
    there = [(a, b, _between(sentence, a, b)) for a, b in pairwise(names_in(sentence))]
    for one, other in pairwise(names_in(claim)):
        words = _between(claim, one, other)
        for a, b, between in there:
            crossed = _same(one, b) and _same(other, a) and not _same(one, a)
            if words and words == between and crossed and not SYMMETRIC & {*words}:
                yield Lacking("name", claim[one.start : other.end], sentence[a.start : b.end])


def _between(text: str, one: Name, other: Name) -> list[str]:
    """The few words between two names; none if a sign stands there too."""
    between = text[one.end : other.start]
    words = [_folded(word) for word in _WORD.finditer(between)]
    return words if len(words) < LONG and re.fullmatch(r"[\w\s’']*", between) else []


def _folded(word: re.Match[str]) -> str:
    return word.group().lower().replace(",", "").removesuffix("’s").removesuffix("'s")


def _alone(text: str, words: Sequence[re.Match[str]]) -> Fact | None:
    """The only fact among some words of a text, if there is nothing else among them."""
    start, end = words[0].start(), words[-1].end()
    found: list[Fact] = [*dates_in(text)]
    others: list[Fact] = [*numbers_in(text), *names_in(text)]
    for fact in others:
        if not any(d.start < fact.end and fact.start < d.end for d in found):
            found.append(fact)
    inside = [fact for fact in found if fact.start < end and start < fact.end]
    rest = [w for w in words if not any(f.start < w.end() and w.start() < f.end for f in inside)]
    alone = len(inside) == 1 and not any(is_content(word.group()) for word in rest)
    return inside[0] if alone else None


def _same(one: Fact, other: Fact) -> bool:
    if isinstance(one, Name) and isinstance(other, Name):
        bodies = groups("+".join(one.words)) & groups("+".join(other.words))
        return bool(bodies) or any(alike(a, b) for a in one.words for b in other.words)
    return one.same(other) or other.same(one)  # type: ignore[arg-type, union-attr]
