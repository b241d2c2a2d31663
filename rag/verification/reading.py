"""A sentence as it is compared with another: its words, its facts, what of it is denied."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from rag.verification.aliases import same_name
from rag.verification.dates import dates
from rag.verification.facts import Fact
from rag.verification.lexicon import inflected, is_verb, opposites, related
from rag.verification.names import names
from rag.verification.numbers import numbers
from rag.verification.words import Word, words

AUXILIARIES = frozenset(
    """is are was were be been being am has have had having do does did will would can could may
    might must shall should not never also still already now yet ever just""".split()
)
_NEGATORS = frozenset(
    """not never no without nor neither none nobody nothing hardly cannot barely scarcely
    unable""".split()
)
_NOBODY = frozenset("no neither none nobody nothing nor".split())  # and so for all that follows
# They deny what they do to what follows a "to"; alone they are verbs like others.
_REFUSING = frozenset(
    """fail fails failed failing refuse refuses refused refusing decline declines declined
    yet""".split()
)
# Whoever denies or rejects something leaves open what of it is denied.
_DENYING = frozenset(
    """deny denies denied denying reject rejects rejected rejecting dispute disputes disputed
    dismiss dismisses dismissed refuse refuses refused decline declined declines refute refuted
    contradict contradicted lack lacks lacked unlikely doubt doubts doubted exclude excluded rule
    ruled stop stopped prevent prevented prevents avoid avoided avoids instead""".split()
)
_ENDS = frozenset(
    "but and because although while when whereas though who which unless since".split()
)
_LONG = 10  # words after a negator that it can deny


def facts(text: str, known: Callable[[str], bool] | None = None) -> list[Fact]:
    """The numbers, dates and names of a text, in order.

    Args:
        text: A sentence, or several.
        known: Whether a word, in lower case, is known to be common; a sentence's first word that
            is known is no name.

    >>> [(f.kind, f.shown) for f in facts("On 18 May Mr. Merz lent the US thirty million euros.")]
    [('date', '18 May'), ('name', 'Merz'), ('name', 'US'), ('number', 'thirty million euros')]
    """
    tokens = words(text)
    taken = [False] * len(tokens)
    found = [*dates(text, tokens, taken), *numbers(text, tokens, taken)]
    found += names(text, tokens, taken, known)
    return sorted(found, key=lambda fact: fact.first)


@dataclass(frozen=True)
class Reading:
    """A sentence, or a claim."""

    text: str
    words: tuple[Word, ...]
    facts: tuple[Fact, ...]

    @classmethod
    def of(cls, text: str, common: frozenset[str] = frozenset()) -> Reading:
        """Reads a text; a first word that is in ``common`` is no name."""
        return cls(text, words(text), tuple(facts(text, known=common.__contains__)))

    @cached_property
    def names(self) -> tuple[Fact, ...]:
        """The names in it."""
        return tuple(fact for fact in self.facts if fact.kind == "name")

    def shown(self, i: int) -> str:
        """The name that a word belongs to, or the word."""
        return next((f.shown for f in self.names if f.first <= i < f.last), self.words[i].text)

    def modifies(self, name: Fact) -> bool:
        """Whether a name only tells of the noun that follows, as in "the French army"."""
        after = self.words[name.last] if name.last < len(self.words) else None
        return (
            name.kind == "name"
            and after is not None
            and after.content
            and not after.capital
            and after.clause == self.words[name.first].clause
            and not inflected(after.lower)
            and not is_verb(after.lower)
            and self.text[self.words[name.last - 1].end : after.start].isspace()
        )

    @cached_property
    def negated(self) -> frozenset[int]:
        """The words that are denied."""
        return frozenset(i for scope in self._scopes for i in scope[1:])

    @cached_property
    def heads(self) -> frozenset[int]:
        """The words that a denial is about: the first after "not", all after "nobody"."""
        return frozenset(
            i
            for scope in self._scopes
            for i in (scope[1:] if self.words[scope[0]].lower in _NOBODY else scope[1:2])
        )

    def denied_with(self, i: int) -> frozenset[int]:
        """The words that are denied by whatever denies one."""
        return frozenset(k for scope in self._scopes if i in scope[1:] for k in scope[1:])

    @cached_property
    def denying(self) -> tuple[int, ...]:
        """The words that may deny what others near them say."""
        return tuple(i for i, word in enumerate(self.words) if word.lower in _DENYING)

    @cached_property
    def _scopes(self) -> tuple[tuple[int, ...], ...]:
        """Each word that denies, with the words that it denies."""
        found = []
        for i, word in enumerate(self.words):
            if not self._negates(i):
                continue
            scope = [i]
            for j in range(i + 1, min(len(self.words), i + 1 + _LONG)):
                other = self.words[j]
                if other.clause != word.clause or other.lower in _ENDS:
                    break
                if other.content and not (other.lower.endswith("ly") and len(scope) == 1):
                    scope.append(j)
            if len(scope) > 1:
                found.append(tuple(scope))
        return tuple(found)

    def _negates(self, i: int) -> bool:
        lower = self.words[i].lower
        after = self.words[i + 1].lower if i + 1 < len(self.words) else ""
        if lower in _REFUSING:
            return after == "to"
        if lower == "not":
            return after not in ("only", "just", "least", "all", "every")
        if lower == "no":
            return not after[:1].isdigit() and after not in ("doubt", "matter", "less", "fewer")
        return lower in _NEGATORS or lower.endswith(("n't", "n’t"))


@dataclass(frozen=True, slots=True)
class Matches:
    """Where a claim's words are in a sentence.

    Attributes:
        content: Places of the claim's content words.
        same: For each of them that is there, in this word or another for it, the places.
        opposite: The same for words that mean the opposite, of any word of the claim.
        small: For words without content that have an opposite, where they are themselves.
        near: For content words that are not there, the word that means most nearly the same to
            the embedding model, and how nearly, from 0 to 1.
    """

    content: tuple[int, ...]
    same: Mapping[int, list[int]]
    opposite: Mapping[int, list[int]]
    small: Mapping[int, list[int]]
    near: dict[int, tuple[int, float]] = field(default_factory=dict)

    @classmethod
    def of(cls, claim: Reading, cited: Reading) -> Matches:
        """Compares every content word of a claim with every word of a sentence."""
        at: dict[str, list[int]] = {}
        for j, word in enumerate(cited.words):
            at.setdefault(word.stem, []).append(j)
        content = tuple(i for i, word in enumerate(claim.words) if word.content)
        named: dict[int, set[int]] = {}
        for mine in claim.names:
            for theirs in cited.names:
                if same_name(mine.names, theirs.names):
                    for i in range(mine.first, mine.last):
                        named.setdefault(i, set()).update(range(theirs.first, theirs.last))
        same, opposite, small = {}, {}, {}
        for i in content:
            word = claim.words[i]
            places = list(at.get(word.stem, ()))
            if i in named:
                places = sorted({*places, *named[i]})
            elif not places:
                places = [j for other in related(word.stem) for j in at.get(other, ())]
            if places:
                same[i] = places
        for i, word in enumerate(claim.words):
            if not word.capital or i == 0:
                turned = [j for other in opposites(word.stem) for j in at.get(other, ())]
                if turned:
                    opposite[i] = turned
                    if not word.content and word.stem in at:
                        small[i] = at[word.stem]
        return cls(content, same, opposite, small)

    def fit(self, mine: range, theirs: range) -> float:
        """How far the words around some of a claim's are around some of the sentence's too.

        Returns:
            From 0 to 1: the nearer a word is in the claim the more it counts, and the less if it
            is farther away in the sentence.
        """
        total, found = 0.0, 0.0
        for k in self.content:
            if k in mine:
                continue
            distance = gap(k, mine)
            weight = 1 / (1 + distance / 2)
            total += weight
            if places := self.same.get(k):
                farther = min(gap(place, theirs) for place in places) - distance
                found += weight / (1 + max(0, farther) / 4)
            elif k in self.near:
                place, nearness = self.near[k]
                farther = gap(place, theirs) - distance
                found += nearness * weight / (1 + max(0, farther) / 4)
        return found / total if total else 0.0


def gap(place: int, span: range) -> int:
    """How many words a place is away from the nearest of a span; 0 within."""
    return max(span.start - place, place - span.stop + 1, 0)
