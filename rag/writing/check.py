"""Each sentence of a reply against the passages: what it cites, what it should, or nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.embed import Embedder
from index.sentences import split_sentences
from index.words import content_stems
from rag.answer import Status
from rag.verify import Verdict, verify
from rag.writing.passages import Shown

# Passages that a sentence is held against when those that it cites do not support it.
CANDIDATES = 3

# Score from which a passage takes the place of one that the model cites: on 189 labelled sentences
# about the sample corpus 0.8 keeps 0.05 of the invented ones out and loses 0.02 of the right ones.
CORRECTED = 0.8

# Passages that one sentence may cite; a model that cites everything has cited nothing.
MOST_CITED = 4

# Sentences encoded at once ahead of their use; a check may have to wait for so many.
WARMED_AT_ONCE = 4

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

    def __init__(self, shown: Sequence[Shown], embedder: Embedder, judge: Verify = verify) -> None:
        self.corrected = 0
        self._shown = {item.number: item for item in shown}
        self._embedder = Remembering(embedder)
        self._verify = judge

    def warm(self, stopped: threading.Event) -> None:
        """Encodes the passages' sentences, while the model is still reading its prompt."""
        texts = [
            item.text[sentence.start : sentence.end]
            for item in self._shown.values()
            for sentence in split_sentences(item.text)
        ]
        for first in range(0, len(texts), WARMED_AT_ONCE):
            if stopped.is_set():
                return
            self._embedder.encode_passages(texts[first : first + WARMED_AT_ONCE])

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
        best: tuple[float, int] | None = None
        nearest: Verdict | None = None
        tried = self._nearest(text, cited)
        for key in tried:
            other = self._judge(text, (key,))
            if other.status == "supported" and (not cited or other.score >= CORRECTED):
                best = max(best or (0.0, 0), (other.score, key))
                if other.score > 0.9:
                    break
            nearest = nearest or other
        if best:
            self.corrected += 1
            return Checked(text, "supported", best[0], (best[1],))
        together = self._together(text, cited, tried)
        if together:
            self.corrected += 1
            return together
        final = verdict or nearest
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
        verdict = self._verify(text, cited, self._embedder, context=context)
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


class Remembering:
    """An embedding model that encodes each passage once; the passages of a prompt come again."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: dict[str, NDArray[np.float32]] = {}

    @property
    def name(self) -> str:
        """The model's name or folder."""
        return self._embedder.name

    @property
    def fingerprint(self) -> str:
        """Changes when the weights change."""
        return self._embedder.fingerprint

    @property
    def dimension(self) -> int:
        """The length of every vector."""
        return self._embedder.dimension

    @property
    def window(self) -> int:
        """The most tokens of one text that the model reads."""
        return self._embedder.window

    def count_tokens(self, texts: list[str]) -> list[int]:
        """Tokens of each text."""
        return self._embedder.count_tokens(texts)

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encodes those texts that were not encoded before."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            found = self._embedder.encode_passages(new)
            self._known.update(zip(new, found, strict=True))
        return np.array([self._known[text] for text in texts])

    def encode_query(self, text: str) -> NDArray[np.float32]:
        """Encodes what is searched for."""
        return self._embedder.encode_query(text)
