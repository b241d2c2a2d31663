"""Whether a claim's numbers, dates and names stand in the cited words where the claim has them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from rag.verification.aliases import alike
from rag.verification.facts import Fact, same
from rag.verification.reading import Matches, Reading, gap
from rag.verification.words import Word

_REFERS = frozenset("he she it they his her its their him them who this these that those".split())

# Words before and after a fact that a sentence has too if it has another fact in its place. These
# in place of six tenths of the claim: names caught 0.712 -> 0.776, numbers 0.872 -> 0.893 (with
# the features of neighbouring words), on the halves of benchmarks/verification.py.
_SHARED = 5
# Share of a claim's words from which on it is a copy, in which a fact stands where it did.
_COPIED = 0.8
_BESIDE = 5  # words from a fact to those that have to be on the same side of another


@dataclass(frozen=True, slots=True)
class Wrong:
    """A fact of a claim that the cited words do not have, or have elsewhere.

    Attributes:
        instead: How the cited words write what stands there; "" if they have nothing of the kind.
        margin: 1 if they do not have it anywhere; else from 0 to 1 how much better another fact
            of theirs fits the words around.
    """

    fact: Fact
    instead: str
    margin: float

    @property
    def reason(self) -> str:
        """What differs, in words."""
        if self.instead:
            return f"the cited words say “{self.instead}”, not “{self.fact.shown}”"
        return f"“{self.fact.shown}” is not in the cited words"


def wrong_facts(
    claim: Reading, cited: Sequence[Reading], matched: Sequence[Matches], context: Reading
) -> Iterator[Wrong]:
    """The facts of a claim that are not in the cited words, or better matched by others there.

    Args:
        claim: The claim.
        cited: The sentences cited, in the order of the text.
        matched: Where the claim's words are in each of them.
        context: What a reader has at hand beside them, such as the title.
    """
    replaced = dict(_replaced(claim, cited))
    for number, fact in enumerate(claim.facts):
        best = _best(claim, cited, matched, fact)
        if not _present(fact, cited, context):
            rival = replaced.get(number) or (best[1][1] if best[1] else None)
            if fact.kind == "name":
                yield Wrong(fact, "", 1.0)
            elif fact.unit == "th" or (fact.vague and fact.value < 5):
                # What is counted may be told one by one.
                if rival and best[1]:
                    yield Wrong(fact, rival.shown, min(0.9, best[1][0]))
            else:
                yield Wrong(fact, rival.shown if rival else "", 1.0)
        elif number in replaced:
            yield Wrong(fact, replaced[number].shown, 0.95)
        elif best[1] and _present(fact, cited, None):
            own, (fit, rival) = best[0][0] if best[0] else 0.0, best[1]
            if fit > own:
                yield Wrong(fact, rival.shown, 0.9 * (fit - own) / fit)


def _present(fact: Fact, cited: Sequence[Reading], context: Reading | None) -> bool:
    """Whether a fact is anywhere in the cited words or what goes with them."""
    readings = [*cited, *([context] if context else [])]
    if any(fact.kind == other.kind and same(fact, other) for r in readings for other in r.facts):
        return True
    if fact.kind == "name":
        return _named(fact, readings)
    if fact.kind == "date":
        return _dated(fact, cited, readings)
    if fact.kind == "number" and not fact.unit:
        if fact.value == 1 and any(
            w.lower in ("a", "an", "single", "only", "sole") for r in readings for w in r.words
        ):
            return True
        if any(
            other.kind == "date" and fact.value in [p for p in other.parts[:3] if p is not None]
            for r in readings
            for other in r.facts
        ):
            return True
        return any(
            other.kind == "number" and other.value == fact.value and other.unit in ("$", "€", "£")
            for r in readings
            for other in r.facts
        )
    if fact.kind == "number" and fact.unit == "th":
        return False
    if fact.kind == "number" and fact.unit in ("$", "€", "£"):
        return any(
            other.kind == "number" and other.value == fact.value and not other.unit
            for r in readings
            for other in r.facts
        )
    return False


def _named(fact: Fact, readings: Sequence[Reading]) -> bool:
    """Whether the words of a name are there, though not as one name."""
    if any(
        all(any(alike(name, w.lower) for w in r.words) for name in fact.names) for r in readings
    ):
        return True
    if len(fact.names) == 1:
        initials = fact.names[0]
        return (
            fact.shown.isupper()
            and len(initials) > 1
            and any(initials in "".join(w.lower[0] for w in r.words if w.content) for r in readings)
        )
    # A first name more than the cited words have, of somebody they name by surname alone.
    bearers = [
        other
        for r in readings
        for other in r.names
        if any(alike(fact.names[-1], name) for name in other.names)
    ]
    return any(len(other.names) == 1 for other in bearers) and len(fact.names) <= 3


def _dated(fact: Fact, cited: Sequence[Reading], readings: Sequence[Reading]) -> bool:
    """Whether each part of a date is there, those in one sentence that say which day it is."""
    day, month, year, weekday = fact.parts
    dates = [other for r in readings for other in r.facts if other.kind == "date"]
    if (
        year is not None
        and not any(other.parts[2] == year for other in dates)
        and not any(o.kind == "number" and o.value == year for r in readings for o in r.facts)
    ):
        return False
    if weekday is not None and not any(other.parts[3] == weekday for other in dates):
        return False
    if month is not None:
        near = [other for other in dates if other.parts[1] == month]
        if year is not None:
            near = [o for o in near if o.parts[2] in (None, year)]
        if not near:
            return False
        if day is not None and not any(o.parts[0] == day for o in near):
            return any(
                o.kind == "number" and o.value == day
                for r in readings
                if any(f.kind == "date" and f.parts[1] == month for f in r.facts)
                for o in r.facts
            )
    return True


_Found = tuple[float, Fact]


def _best(
    claim: Reading, cited: Sequence[Reading], matched: Sequence[Matches], fact: Fact
) -> tuple[_Found | None, _Found | None]:
    """How well the words around a fact fit it where it is cited, and the best other fact."""
    ranked = 0.0
    own: _Found | None = None
    other: _Found | None = None
    mine = range(fact.first, fact.last)
    said = [f for f in claim.facts if f is not fact and f.kind == fact.kind]
    for n, sentence in enumerate(cited):
        for candidate in sentence.facts:
            if candidate.kind != fact.kind or not _comparable(fact, candidate):
                continue
            if sentence.modifies(candidate) > claim.modifies(fact) and not same(fact, candidate):
                continue
            fit = matched[n].fit(mine, range(candidate.first, candidate.last))
            if same(fact, candidate):
                if own is None or fit > own[0]:
                    own = (fit, candidate)
            elif not any(same(f, candidate) for f in said):
                fit *= _aligned(claim, matched[n], mine, candidate)
                rank = fit + 0.2 * (candidate.unit == fact.unit) + 0.2 * _scaled(fact, candidate)
                if other is None or rank > ranked:
                    ranked, other = rank, (fit, candidate)
        if own and fact.kind == "name":
            own = (max(own[0], _referred(cited, n, matched[n], mine, fact)), own[1])
    if not own and fact.kind == "name":
        # Its words are there, though not as a name.
        fits = [
            matched[n].fit(mine, range(j, j + 1))
            for n, sentence in enumerate(cited)
            for j, word in enumerate(sentence.words)
            if any(alike(name, word.lower) for name in fact.names)
        ]
        own = (max(fits), fact) if fits else None
    return own, other


def _aligned(claim: Reading, matched: Matches, mine: range, rival: Fact) -> float:
    """How far the words next to a fact are on the same side of another: from 0.5 to 1."""
    beside = [
        (k < mine.start, matched.same[k]) for k in matched.same if 0 < gap(k, mine) <= _BESIDE
    ]
    if not beside:
        return 1.0
    agree = sum(any((j < rival.first) == left for j in places) for left, places in beside)
    return 0.5 + 0.5 * agree / len(beside)


def _scaled(one: Fact, other: Fact) -> bool:
    """Whether two numbers differ by thousands: a million and a billion."""
    small, large = sorted((one.value, other.value))
    return small > 0 and large / small in (1e3, 1e6, 1e9)


def _referred(cited: Sequence[Reading], n: int, matched: Matches, mine: range, fact: Fact) -> float:
    """The same where a pronoun stands for a name of the two sentences before."""
    if not any(same(fact, f) for r in cited[max(0, n - 2) : n] for f in r.names):
        return 0.0
    places = [p for p, word in enumerate(cited[n].words) if word.lower in _REFERS]
    return 0.9 * max((matched.fit(mine, range(p, p + 1)) for p in places), default=0.0)


def _comparable(fact: Fact, other: Fact) -> bool:
    """Whether one could stand where the other does."""
    if fact.kind == "date":
        return any(
            a is not None and b is not None for a, b in zip(fact.parts, other.parts, strict=True)
        )
    if fact.kind == "number":
        return (fact.unit == "th") == (other.unit == "th")
    return True


def _replaced(claim: Reading, cited: Sequence[Reading]) -> Iterator[tuple[int, Fact]]:
    """Facts of a claim between words that a sentence has too, and what it has in their place."""
    mine = [_plain(word) for word in claim.words]
    for sentence in cited:
        theirs = [_plain(word) for word in sentence.words]
        if len(set(mine) & set(theirs)) < _SHARED:
            continue
        codes = SequenceMatcher(None, mine, theirs, False).get_opcodes()
        equal = sum(i2 - i1 for tag, i1, i2, _, _ in codes if tag == "equal")
        for n, (tag, i1, i2, j1, j2) in enumerate(codes):
            if tag != "replace" or i2 - i1 > 5 or j2 - j1 > 5:
                continue
            before, after = (
                codes[k][2] - codes[k][1] if 0 <= k < len(codes) and codes[k][0] == "equal" else 0
                for k in (n - 1, n + 1)
            )
            between = before and after
            if before + after < _SHARED or not (between or i1 == 0 or i2 == len(mine)):
                continue
            copied = equal >= _COPIED * len(mine)
            for number, fact in enumerate(claim.facts):
                if not (fact.first < i2 and i1 < fact.last):
                    continue
                there = [f for f in sentence.facts if f.kind == fact.kind]
                inside = [f for f in there if f.first < j2 and j1 < f.last]
                if any(same(fact, f) for f in (inside if copied else there)):
                    continue
                for other in inside:
                    if _comparable(fact, other):
                        yield number, other
                        break


def _plain(word: Word) -> str:
    return word.lower.replace(",", "") if word.lower[0].isdigit() else word.lower
