"""Who does what to whom and who says it: where a claim has somebody else do it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from rag.verification.aliases import same_name
from rag.verification.facts import Fact
from rag.verification.lexicon import form, inflected, is_verb, related
from rag.verification.names import JOINING
from rag.verification.reading import AUXILIARIES, Matches, Reading
from rag.verification.words import Word

_BE = frozenset("is are was were be been being get gets got gotten".split())
_PRONOUNS = frozenset("he she it they his her its their him them who which that this".split())
_SUBORDINATE = frozenset(
    "that because when if although while whether and or but as than since until".split()
)
_PREPOSITIONS = frozenset(
    """in on at of for from to with by about into over under after before during against between
    near since until through without within""".split()
)
_DETERMINERS = frozenset("a an the his her its their our this these those of in".split())
_SAYING = frozenset(
    form(word)
    for word in """say tell announce claim argue add state warn insist stress note explain declare
    emphasize emphasise remark comment believe think assert report maintain predict acknowledge
    according admit confirm conclude write suggest""".split()
)
# What two do to each other, and what is no deed.
_MUTUAL = frozenset(
    form(word)
    for word in """meet marry agree talk discuss border equal resemble differ tie combine share
    negotiate connect separate link relate include become call name mean be have base""".split()
)
# Who is one of these says it for another: "spokesman Dmitry Peskov" of the sentence before.
_SPEAKING = frozenset("spokesman spokeswoman spokesperson official".split())
_ITS = frozenset("its his her their".split())
_REACH = 10  # words from a verb to what takes part in it


@dataclass(frozen=True, slots=True)
class Deed:
    """A verb, and which words say who does it and to whom."""

    verb: int
    agents: tuple[int, ...]
    patients: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Exchange:
    """Who does it in the cited words, and who in the claim.

    Attributes:
        kind: Whether agent and patient are exchanged, or somebody else does or says it.
    """

    kind: Literal["reversed", "other", "speaker"]
    cited: str
    claimed: str
    verb: str

    @property
    def reason(self) -> str:
        """What differs, in words."""
        if self.kind == "speaker":
            return f"the cited words have {self.cited} say this, not {self.claimed}"
        if self.kind == "reversed":
            return (
                f"the cited words have “{self.cited}” do this to “{self.claimed}” (“{self.verb}”),"
                " not the reverse"
            )
        return f"the cited words say this of {self.cited} (“{self.verb}”), not of {self.claimed}"


def deeds(reading: Reading) -> Iterator[Deed]:
    """What is done or said in a sentence, in the order of its verbs."""
    tokens = reading.words
    before: Deed | None = None
    for v, word in enumerate(tokens):
        if word.lower == "according":
            yield Deed(v, tuple(_right(tokens, v + 1)), ())
            continue
        if not _is_verb(tokens, v) or word.stem in _MUTUAL:
            continue
        passive = any(tokens[k].lower in _BE for k in range(max(0, v - 3), v)) and inflected(
            word.lower
        )
        left = _left(tokens, v)
        if left is None:
            left = list(before.agents or before.patients) if before else []
        right = _right(tokens, v)
        by = next((k for k in range(v + 1, min(v + 5, len(tokens))) if tokens[k].lower == "by"), 0)
        if by and (tokens[by].clause != word.clause or not _doer(tokens, by + 1)):
            by = 0
        if by and (passive or by == v + 1):
            found = Deed(v, tuple(_right(tokens, by)), tuple(left))
        elif passive:
            found = Deed(v, (), tuple(left))
        elif word.stem in _SAYING and _told_before(reading, v) and not _named(reading, left):
            found = Deed(v, tuple(right), ())
        else:
            found = Deed(v, tuple(left), tuple(right))
        before = found
        yield found


def _doer(tokens: Sequence[Word], i: int) -> bool:
    """Whether what follows a "by" does something, and is no number or date."""
    return i < len(tokens) and not tokens[i].lower[0].isdigit()


def _is_verb(tokens: Sequence[Word], v: int) -> bool:
    word = tokens[v]
    if not word.content and word.lower not in ("said", "says"):
        return False
    before = tokens[v - 1].lower if v else ""
    if word.capital or before in _DETERMINERS or word.lower[0].isdigit() or before[:1].isdigit():
        return False
    return inflected(word.lower) or before in AUXILIARIES or before == "to" or is_verb(word.lower)


def _left(tokens: Sequence[Word], v: int) -> list[int] | None:
    """The words before a verb that say who does it; None if that is said with the verb before."""
    k = v - 1
    while k >= 0 and (
        tokens[k].lower in AUXILIARIES or tokens[k].lower.endswith(("ly", "n’t", "n't"))
    ):
        k -= 1
    if k < 0:
        return []
    if tokens[k].lower in ("and", "or", "but", "to"):
        return None
    if tokens[k].lower in ("who", "which", "that"):
        k -= 1
    clauses = {tokens[k].clause} if k >= 0 else set()
    if k >= 0 and tokens[k].clause != tokens[v].clause:
        clauses.add(tokens[k].clause - 1)  # what stands between commas tells of what is before
    found = []
    while k >= 0 and tokens[k].clause in clauses and v - k <= _REACH + 4 * (len(clauses) - 1):
        if tokens[k].lower in _SUBORDINATE and tokens[k].lower not in ("and", "or"):
            break
        if len(clauses) == 1 and _is_verb(tokens, k):
            break
        found.append(k)
        k -= 1
    return found


def _right(tokens: Sequence[Word], v: int) -> list[int]:
    """The words after a verb that say to whom it is done, up to a preposition."""
    found: list[int] = []
    for k in range(v + 1, min(len(tokens), v + _REACH)):
        if tokens[k].clause != tokens[v].clause:
            break
        lower = tokens[k].lower
        content = any(tokens[i].content for i in found)
        if content and (lower in _PREPOSITIONS or lower in _SUBORDINATE or _is_verb(tokens, k)):
            break
        found.append(k)
    return found


def _told_before(reading: Reading, v: int) -> bool:
    return v == 0 or reading.text[: reading.words[v].start].rstrip()[-1:] in ("”", '"', ",", "’")


def _named(reading: Reading, places: Sequence[int]) -> list[Fact]:
    """The names among words that are not just told of another noun, as in "the French army"."""
    found = []
    for fact in reading.names:
        if fact.first not in places:
            continue
        before = reading.words[fact.first - 1].lower if fact.first else ""
        if before not in _PREPOSITIONS and not reading.modifies(fact):
            found.append(fact)
    return found


def exchanged(
    claim: Reading, cited: Sequence[Reading], matched: Sequence[Matches]
) -> Exchange | None:
    """Where somebody else does or says in a claim what is cited, or it is done the other way."""
    known = [list(deeds(sentence)) for sentence in cited]
    for deed in deeds(claim):
        best: tuple[float, Exchange | None] | None = None
        for n, sentence in enumerate(cited):
            for other in known[n]:
                if not _same_deed(claim.words[deed.verb], sentence.words[other.verb]):
                    continue
                if any(i != deed.verb and other.verb in at for i, at in matched[n].same.items()):
                    continue
                verbs = range(deed.verb, deed.verb + 1), range(other.verb, other.verb + 1)
                fit = matched[n].fit(*verbs)
                found = _compare(claim, sentence, matched[n], deed, other)
                if found and found.kind != "reversed" and _one_bearer(cited, found):
                    found = None
                if best is None or fit > best[0] or (fit == best[0] and found is None):
                    best = (fit, found)
        if best and best[1] and best[0] >= 0.25:
            return best[1]
    return None


def _same_deed(one: Word, other: Word) -> bool:
    return (
        one.stem == other.stem
        or other.stem in related(one.stem)
        or (one.stem in _SAYING and other.stem in _SAYING)
    )


def _compare(
    claim: Reading, cited: Reading, matched: Matches, deed: Deed, other: Deed
) -> Exchange | None:
    def common(mine: Sequence[int], theirs: Sequence[int]) -> list[int]:
        return [
            i
            for i in mine
            if set(matched.same.get(i, ())) & set(theirs) and claim.words[i].lower not in JOINING
        ]

    verb = cited.words[other.verb].lower
    said = cited.words[other.verb].stem in _SAYING
    agree = common(deed.agents, other.agents)
    done_to, does = common(deed.patients, other.agents), common(deed.agents, other.patients)
    if not agree and done_to:
        unnamed = any(cited.words[j].lower in _PRONOUNS for j in other.patients)
        unnamed = unnamed and not common(deed.patients, other.patients)
        if does or (unnamed and not said and _named(claim, deed.agents)):
            agent = does[0] if does else deed.agents[-1]
            return Exchange("reversed", claim.shown(done_to[0]), claim.shown(agent), verb)
    for mine, theirs in ((deed.agents, other.agents), (deed.patients, other.patients)):
        if mine is deed.patients and (said or deed.agents):
            continue
        if common(mine, theirs) or any(cited.words[j].lower in _PRONOUNS for j in theirs):
            continue
        one, another = _named(claim, mine), _named(cited, theirs)
        if one and another and not any(same_name(a.names, b.names) for a in one for b in another):
            return Exchange("speaker" if said else "other", another[0].shown, one[0].shown, verb)
    return None


def _one_bearer(cited: Sequence[Reading], found: Exchange) -> bool:
    """Whether the cited words put two names together: "Kremlin spokesman Dmitry Peskov"."""
    before: Sequence[Fact] = ()
    for sentence in cited:
        for fact in sentence.names:
            if fact.shown == found.cited:
                near = [f for f in sentence.names if -5 <= f.first - fact.last <= 3]
                start = max(0, fact.first - 4)
                around = sentence.words[start : fact.last + 3]
                if any(w.lower in _ITS for w in sentence.words[start : fact.first]) or any(
                    w.lower in _SPEAKING for w in around
                ):
                    near += before
                if any(
                    found.claimed in f.shown or f.shown in found.claimed for f in near if f != fact
                ):
                    return True
        before = sentence.names
    return False
