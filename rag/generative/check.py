"""Each sentence of a reply against the passages: what it cites, what it should, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter

from index.text.words import content_stems
from rag.generative.prompt import Shown
from rag.types import Status
from rag.verify import Verdict, verify

# Passages that a sentence is held against when those that it cites do not support it.
CANDIDATES = 3

# Score from which a passage takes the place of one that the model cites: on 189 labelled sentences
# about the sample corpus 0.8 keeps 0.05 of the invented ones out and loses 0.02 of the right ones.
CORRECTED = 0.8

# Passages that one sentence may cite; a model that cites everything has cited nothing.
MOST_CITED = 4

NOTHING = "the cited words do not speak of this"

Verify = Callable[..., Verdict]


@dataclass(frozen=True, slots=True)
class Checked:
    """A sentence with what became of its citations.

    Attributes:
        status: "unchecked" if it cannot be compared with the passages.
        keys: The passages that support it or, if none does, those that it cites.
        reason: Why it is not supported; "" if it is.
    """

    text: str
    status: Status
    score: float
    keys: tuple[int, ...]
    reason: str = ""


class Checker:
    """Checks the sentences of one reply.

    Attributes:
        corrected: Sentences whose citation was exchanged for another or found for them.
    """

    def __init__(self, shown: Sequence[Shown], judge: Verify = verify) -> None:
        self.corrected = 0
        self._shown = {item.number: item for item in shown}
        self._verify = judge

    def check(self, text: str, keys: Sequence[int]) -> Checked:
        """Judges a sentence.

        Args:
            text: Without markers and markup.
            keys: The passages that it cites, all of which exist.
        """
        cited = tuple(keys)[:MOST_CITED]
        verdict = self._judge(text, cited) if cited else None
        if verdict and verdict.status == "supported":
            return Checked(text, "supported", verdict.score, self._needed(text, cited))
        tried = self._nearest(text, cited)
        alone = [self._judge(text, (key,)) for key in tried]
        least = CORRECTED if cited else 0.0
        right = [
            (other.score, key)
            for other, key in zip(alone, tried, strict=True)
            if other.status == "supported" and other.score >= least
        ]
        if right:
            self.corrected += 1
            score, key = max(right, key=itemgetter(0))
            return Checked(text, "supported", score, (key,))
        together = self._together(text, cited, tried)
        if together:
            self.corrected += 1
            return together
        final = verdict or next(iter(alone), None)
        if not final:
            return Checked(text, "unsupported", 0.0, cited, NOTHING)
        status: Status = "unchecked" if final.status == "unchecked" else "unsupported"
        return Checked(text, status, final.score, cited, final.reason)

    def _together(self, text: str, cited: Sequence[int], tried: Sequence[int]) -> Checked | None:
        """What passages of one article say together, if no one of them says it alone."""
        first = next(iter((*cited, *tried)), None)
        if first is None:
            return None
        article = self._shown[first].citation.article_id
        same = [k for k in (*cited, *tried) if self._shown[k].citation.article_id == article]
        keys = tuple(same[:CANDIDATES])
        if len(keys) < 2 or keys == tuple(cited):
            return None
        verdict = self._judge(text, keys)
        if verdict.status != "supported" or verdict.score < CORRECTED:
            return None
        return Checked(text, "supported", verdict.score, keys)

    def _needed(self, text: str, keys: tuple[int, ...]) -> tuple[int, ...]:
        """Those of the cited passages that support a sentence alone, or all if none does."""
        if len(keys) == 1:
            return keys
        alone = [key for key in keys if self._judge(text, (key,)).status == "supported"]
        return tuple(alone) or keys

    def _judge(self, text: str, keys: Sequence[int]) -> Verdict:
        passages = [self._shown[key] for key in keys]
        # Not the title: it is a claim itself, and what only it says the cited words do not.
        context = ". ".join(passage.names for passage in passages if passage.names)
        cited = [passage.text for passage in passages]
        verdict = self._verify(text, cited, context=context)
        said = frozenset().union(*(passage.stems for passage in passages))
        if verdict.status == "supported" and said.isdisjoint(content_stems(text)):
            return Verdict("unsupported", verdict.score, reason=NOTHING)
        return verdict

    def _nearest(self, text: str, but: Sequence[int]) -> list[int]:
        """The passages that share most content with a sentence; none of those that share none."""
        stems = set(content_stems(text))
        shared = {
            key: len(stems & item.stems) for key, item in self._shown.items() if key not in but
        }
        found = sorted((key for key in shared if shared[key]), key=lambda key: (-shared[key], key))
        return found[:CANDIDATES]
