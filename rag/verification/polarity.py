"""Whether a claim says of the same words that it is so where the cited words say it is not."""

from __future__ import annotations

from collections.abc import Sequence

from rag.verification.reading import Matches, Reading

_UNSURE = frozenset("may might could reportedly allegedly possibly perhaps probably likely".split())
# Before a "to" they leave open whether it comes to that: "planned to", not "as planned".
_MEANT = frozenset(
    """plans planned planning expected expects hopes hoped aims aimed intends intended wants wanted
    means meant seeks sought proposed proposes""".split()
)
_HEDGES = _UNSURE | _MEANT | frozenset(("considering", "considers", "would"))
# A claim with one of these leaves open what it says, one way or another.
_OPEN = _HEDGES | frozenset(
    """can should if whether possible possibility possibly potential potentially seek seeks sought
    plan proposal consider considered suggest suggests suggested suggesting believed thought said
    says estimated appear appears appeared seem seems seemed alleged accused claims claimed expect
    hope aim intend intention want wants wanted sometimes often able allow allows allowed uncertain
    chance risk threat threatens threatened propose according due going bid bids""".split()
)

_NEAR = 6  # words at which one may deny another


def denied(
    claim: Reading, cited: Sequence[Reading], matched: Sequence[Matches]
) -> dict[str, tuple[float, str]]:
    """How much better a word fits where the cited words deny it than where they say it.

    Returns:
        Under "denied", and under "opposite" for words that mean the opposite, how much better,
        from 0 to 1, and what to tell a reader.
    """
    found = {"denied": (0.0, ""), "opposite": (0.0, "")}
    known = {i for found_in in matched for i in (*found_in.same, *found_in.small)}
    for i in range(len(claim.words)):
        fits = {"denied": 0.0, "opposite": 0.0, "": 0.0}
        for n, sentence in enumerate(cited):
            here = matched[n].same.get(i) or matched[n].small.get(i) or []
            places = [(j, False) for j in here]
            places += [(j, True) for j in matched[n].opposite.get(i, ())]
            for j, turned in places:
                differ = ((i in claim.negated) != (j in sentence.negated)) != turned
                about = turned or i in claim.heads or j in sentence.heads
                kind = ("opposite" if turned else "denied") if differ and about else ""
                if kind and _otherwise(claim, sentence, matched[n], i, j):
                    continue
                if turned and i in known and _said(matched[n], i, j):
                    continue
                fit = matched[n].fit(range(i, i + 1), range(j, j + 1))
                fits[kind] = max(fits[kind], fit)
        for kind, (best, _) in found.items():
            if fits[kind] - fits[""] > best:
                reason = "the cited words say the opposite"
                if kind == "denied":
                    reason = f"the cited words {'do not ' * (i in claim.negated)}deny this"
                found[kind] = (fits[kind] - fits[""], reason)
    return found


def _said(matched: Matches, i: int, j: int) -> bool:
    """Whether a claim has the word that means the opposite of another too."""
    return any(k != i and j in at for m in (matched.same, matched.small) for k, at in m.items())


def _otherwise(claim: Reading, cited: Reading, matched: Matches, i: int, j: int) -> bool:
    """Whether what one of two words is denied with is denied of the other, in other words."""
    with_i, with_j = claim.denied_with(i), cited.denied_with(j)
    for k, places in matched.same.items():
        if k in with_i and any(place in cited.negated for place in places):
            return True
        if k in claim.negated and any(place in with_j for place in places):
            return True
    if j not in cited.negated:
        known = {place for places in matched.same.values() for place in places}
        if any(k != j and k not in known and abs(k - j) <= _NEAR for k in cited.denying):
            return True
    return i not in claim.negated and any(
        k != i and k not in matched.same and abs(k - i) <= _NEAR for k in claim.denying
    )


def unhedged(claim: Reading, cited: Reading, matched: Matches) -> str:
    """The word by which the sentence leaves open what a claim states; "" if it does not."""
    if any(word.lower in _OPEN for word in claim.words):
        return ""
    places = {j for at in matched.same.values() for j in at}
    for j, word in enumerate(cited.words):
        unsure = word.lower in _UNSURE or word.lower.startswith("consider")
        meant = word.lower in _MEANT and cited.words[j + 1 : j + 2]
        if (unsure or (meant and meant[0].lower == "to")) and not (word.capital and j):
            after = [
                k
                for k in range(j + 1, min(len(cited.words), j + 5))
                if cited.words[k].content and cited.words[k].clause == word.clause
            ][:2]
            if after and all(k in places for k in after):
                return word.lower
    return ""
