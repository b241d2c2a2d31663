"""Stand-ins that can be computed by hand."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from index.text.words import content_stems
from rag.reading.reader import RequestReading, SentenceReading, SupportReading

_WORD = re.compile(r"[^\W_]+")


class FakeEmbedder:
    """A text is the sum of its words, each a direction of its own: shared words mean nearness.

    Attributes:
        texts: Every passage that was encoded, in order.
        calls: How often passages were encoded.
    """

    def __init__(
        self,
        name: str = "fake",
        fingerprint: str = "fake-weights-1",
        dimension: int = 100,
        window: int = 254,
    ) -> None:
        self.name = name
        self.fingerprint = fingerprint
        self.dimension = dimension
        self.window = window
        self.calls = 0
        self.texts: list[str] = []
        self._directions: dict[str, NDArray[np.float32]] = {}

    def direction(self, word: str) -> NDArray[np.float32]:
        """The unit vector of a word, the same in every process."""
        word = word.lower()
        if word not in self._directions:
            seed = hashlib.sha256(word.encode("utf-8", "surrogatepass")).digest()[:8]
            vector = np.random.default_rng(int.from_bytes(seed, "big")).normal(size=self.dimension)
            self._directions[word] = (vector / np.linalg.norm(vector)).astype(np.float32)
        return self._directions[word]

    def count_tokens(self, texts: list[str]) -> list[int]:
        """Words of each text."""
        return [len(_WORD.findall(text)) for text in texts]

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encodes texts and remembers that it did."""
        self.calls += bool(texts)
        self.texts += texts
        vectors = [self._vector(text) for text in texts]
        return np.array(vectors, dtype=np.float32).reshape(-1, self.dimension)

    def encode_query(self, text: str) -> NDArray[np.float32]:
        """Encodes what is searched for."""
        return self._vector(text)

    def _vector(self, text: str) -> NDArray[np.float32]:
        words = _WORD.findall(text)[: self.window]
        total = sum((self.direction(word) for word in words or [""]), np.zeros(self.dimension))
        return (total / np.linalg.norm(total)).astype(np.float32)


class FakeReader:
    """A sentence answers as far as it holds the question's words; its answer is all of it.

    Attributes:
        asked: Every question that was read for, in order.
    """

    def __init__(self):
        self.asked = []

    def read(self, question, texts):
        """Log odds from -5, for no shared word, to 5 for all."""
        self.asked.append(question)
        wanted = set(content_stems(question))
        found = []
        for text in texts:
            row = []
            for start, end in text.sentences:
                held = wanted & set(content_stems(text.text[start:end]))
                odds = 10 * len(held) / max(1, len(wanted)) - 5
                row.append(SentenceReading(odds, odds, start, end))
            found.append(row)
        return found

    def request(self, text):
        """Every text asks for a fact."""
        return RequestReading("fact", 1.0, ())

    def check(self, pairs):
        """A text supports a claim whose words it holds, every one."""
        return [
            SupportReading(2.0 if set(_WORD.findall(a)) <= set(_WORD.findall(b)) else -2.0, ())
            for a, b in pairs
        ]
