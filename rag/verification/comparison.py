"""A claim beside the words that it cites, as features and reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from index.embed import Embedder
from index.sentences import split_sentences
from index.words import WORD
from rag.logistic import Logistic
from rag.verification.polarity import denied, unhedged
from rag.verification.reading import Matches, Reading
from rag.verification.relations import exchanged
from rag.verification.slots import wrong_facts

# What a claim is judged by, in the order of the coefficients.
FEATURES = (
    "coverage",  # share of its content words that the best sentence has
    "coverage_all",  # the same for the best three together
    "soft",  # mean over its content words: 1 if cited, else the nearest token's cosine
    "soft_low",  # the same over the third that is matched worst
    "run",  # the same over the four words in a row that are matched worst
    "clause",  # the same over the clause that is matched worst
    "pairs",  # mean over neighbouring content words: how far one sentence has both
    "pairs_low",  # the same over the third that is matched worst
    "best_soft",  # as "soft", by the one sentence that is best
    "pooled",  # cosine of the claim and the nearest sentence
    "missing_name",  # a name that is nowhere
    "number_margin",  # another number fits the words around better, by how much
    "date_margin",
    "name_margin",
    "denied",  # one denies what the other says: how much better that fits than that both agree
    "opposite",  # the same, of words that mean the opposite
    "reversed",  # who does it and to whom it is done are exchanged
    "other",  # somebody else does it, or it is done to somebody else
    "speaker",  # somebody else says it
    "unhedged",  # stated as a fact, and cited as a possibility
)

# Sentences that are compared in full: those that share most words with the claim.
SHORTLIST = 4

# The cosine of tokens from which on one word may be said for another.
NEAR = 0.4

# The most that a claim gets of which a number, a date or a name is not cited at all.
CONTRADICTED = 0.05


@dataclass(frozen=True, slots=True)
class Comparison:
    """A claim beside the cited words.

    Attributes:
        features: float64 (n,), one for each of ``FEATURES``.
        place: Source, start and end of the best sentence.
        reasons: For each kind of difference that was found, what it is.
        impossible: Of these the one that no wording makes up for, or "".
        unmatched: The stretch of the claim that the cited words say least of.
    """

    features: NDArray[np.float64]
    place: tuple[int, int, int]
    reasons: dict[str, str]
    impossible: str
    unmatched: str

    @classmethod
    def of(
        cls, claim: str, cited: Sequence[str], embedder: Embedder, context: str = ""
    ) -> Comparison | None:
        """Compares a claim with texts; None if there is no sentence in them."""
        spans = [
            (source, sentence.start, sentence.end)
            for source, text in enumerate(cited)
            for sentence in split_sentences(text)
        ]
        if not spans:
            return None
        common = _common([claim, *cited])
        mine, beside = Reading.of(claim, common), Reading.of(context)
        theirs = [Reading.of(cited[n][a:b], common) for n, a, b in spans]
        matched = [Matches.of(mine, reading) for reading in theirs]
        chosen = sorted(range(len(spans)), key=lambda n: (-len(matched[n].same), n))[:SHORTLIST]
        wording = _Wording.of(mine, theirs, matched, chosen, beside, embedder)
        found = cls(np.zeros(len(FEATURES)), spans[wording.best], {}, "", wording.unmatched)
        values = dict(wording.values)
        for item in sorted(wrong_facts(mine, theirs, matched, beside), key=lambda w: -w.margin):
            missing = item.fact.kind == "name" and not item.instead
            name = "missing_name" if missing else f"{item.fact.kind}_margin"
            opening = (
                item.fact.kind == "name" and item.fact.first == 0 and len(item.fact.names) == 1
            )
            if item.margin >= 1.0 and not opening:
                found = replace(found, impossible=found.impossible or item.reason)
            values[name] = max(values.get(name, 0.0), item.margin)
            found.reasons.setdefault(name, item.reason)
        near = [n for n in wording.group if 2 * wording.held(n) >= wording.held(wording.best)]
        readings, places = [theirs[n] for n in near], [matched[n] for n in near]
        for name, (value, reason) in denied(mine, readings, places).items():
            if value:
                values[name], found.reasons[name] = min(1.0, 2 * value), reason
        for reading, at in zip(readings, places, strict=True):
            if hedge := unhedged(mine, reading, at):
                values["unhedged"] = 1.0
                found.reasons["unhedged"] = (
                    f"the cited words say “{hedge}”, and this states it as a fact"
                )
        if other := exchanged(mine, readings, places):
            values[other.kind] = 1.0
            found.reasons[other.kind] = other.reason
        features = np.array([values.get(name, 0.0) for name in FEATURES])
        return replace(found, features=features)

    def score(self, model: Logistic) -> float:
        """The probability that the cited words support the claim."""
        score = float(model.probabilities(self.features[None, :])[0])
        return min(score, CONTRADICTED) if self.impossible else score

    def reason(self, model: Logistic) -> str:
        """What counts most against the claim."""
        values = dict(zip(FEATURES, self.features.tolist(), strict=True))
        weights = dict(zip(FEATURES, (model.coefficients / model.deviations).tolist(), strict=True))
        if self.impossible:
            return self.impossible
        against = {
            name: (2.0 if values[name] >= 1.0 else 0.0) - weights[name] * values[name]
            for name in self.reasons
        }
        if values["coverage_all"] < 0.35 and values["pooled"] < 0.6:
            return "the cited words do not speak of this"
        strongest = max(against, key=lambda name: against[name], default="")
        if strongest and against[strongest] > 0.5:
            return self.reasons[strongest]
        if values["coverage_all"] >= 0.35 and values["run"] < 0.6 and self.unmatched:
            return f"the cited words do not speak of “{self.unmatched}”"
        return self.reasons[strongest] if strongest else "the cited words do not speak of this"


@dataclass(frozen=True, slots=True)
class _Wording:
    """How much of what a claim says the cited words say at all.

    Attributes:
        values: The features that tell this.
        best: The sentence that says most of it.
        group: This and at most two more that say what it leaves out, in the order of the text.
        unmatched: The stretch of the claim that they say least of.
    """

    values: Mapping[str, float]
    best: int
    group: tuple[int, ...]
    unmatched: str
    matched: Sequence[Matches]

    @classmethod
    def of(
        cls,
        claim: Reading,
        cited: Sequence[Reading],
        matched: Sequence[Matches],
        chosen: Sequence[int],
        beside: Reading,
        embedder: Embedder,
    ) -> _Wording:
        content = [i for i, word in enumerate(claim.words) if word.content]
        stems = {word.stem for word in beside.words}
        free = {i for i in content if claim.words[i].stem in stems}
        each, pooled = _nearest(claim, cited, matched, chosen, embedder)
        for k, i in enumerate(content):
            for row, n in zip(each, chosen, strict=True):
                if i in free or i in matched[n].same:
                    row[k] = 1.0
        soft = each.max(axis=0)
        pairs = np.sort(np.minimum(each[:, 1:], each[:, :-1]).max(axis=0))
        if not len(pairs):
            pairs = soft
        count = max(1, len(content))
        scores = [len(matched[n].same) / count + 0.5 * pooled[k] for k, n in enumerate(chosen)]
        best = chosen[int(np.argmax(scores))]
        group = _group(best, chosen, matched)
        held = set().union(free, *(matched[n].same for n in group))
        run, at = _run(soft)
        values = {
            "coverage": len(matched[best].same.keys() | free) / count,
            "coverage_all": len(held) / count,
            "soft": float(soft.mean()),
            "soft_low": float(np.sort(soft)[: max(1, len(soft) // 3)].mean()),
            "run": run,
            "clause": _clause(claim, content, soft),
            "pairs": float(pairs.mean()),
            "pairs_low": float(pairs[: max(1, len(pairs) // 3)].mean()),
            "best_soft": float(each.mean(axis=1).max()),
            "pooled": float(pooled.max()),
        }
        stretch = [claim.words[i] for i in content[at : at + 4]]
        unmatched = claim.text[stretch[0].start : stretch[-1].end] if stretch else ""
        return cls(values, best, tuple(sorted(group)), unmatched, matched)

    def held(self, n: int) -> int:
        """How many words of the claim a sentence has."""
        return len(self.matched[n].same)


def _common(texts: Sequence[str]) -> frozenset[str]:
    """The words that are written without a capital somewhere."""
    return frozenset(word for text in texts for word in WORD.findall(text) if word[0].islower())


def _nearest(
    claim: Reading,
    cited: Sequence[Reading],
    matched: Sequence[Matches],
    chosen: Sequence[int],
    embedder: Embedder,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """For each chosen sentence the nearest token to each content word, and the whole's cosine.

    What is nearest in a sentence to a word that it does not have is kept in its ``Matches``.
    """
    content = matched[chosen[0]].content
    vectors = embedder.encode_passages([claim.text, *(cited[n].text for n in chosen)])
    return np.zeros((len(chosen), max(1, len(content)))), np.clip(vectors[1:] @ vectors[0], 0, 1)


def _group(best: int, chosen: Sequence[int], matched: Sequence[Matches]) -> list[int]:
    """The best sentence and at most two more that say what it leaves out."""
    group, covered = [best], set(matched[best].same)
    for _ in range(2):
        rest = [n for n in chosen if n not in group and set(matched[n].same) - covered]
        if not rest:
            break
        further = max(rest, key=lambda n: len(set(matched[n].same) - covered))
        group.append(further)
        covered |= set(matched[further].same)
    return group


def _run(soft: NDArray[np.float64]) -> tuple[float, int]:
    """The mean of the four in a row that are lowest, and where they begin."""
    width = min(4, len(soft))
    means = np.convolve(soft, np.ones(width) / width, mode="valid")
    at = int(np.argmin(means))
    return float(means[at]), at


def _clause(claim: Reading, content: Sequence[int], soft: NDArray[np.float64]) -> float:
    """The mean of the clause that is lowest, of those with two content words or more."""
    clauses: dict[int, list[float]] = {}
    for k, i in enumerate(content):
        clauses.setdefault(claim.words[i].clause, []).append(float(soft[k]))
    means = [sum(found) / len(found) for found in clauses.values() if len(found) > 1]
    return min(means, default=float(soft.mean()))
