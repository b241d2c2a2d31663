"""Token vectors at one bit a dimension: what late interaction needs, small enough to keep.

A token vector keeps only the sign of each component; the query stays exact. For a unit query q and
a unit vector v, the product of q with sign(v) / sqrt(d) is sqrt(2 / pi) * cos(q, v) in expectation
(Charikar 2002, random hyperplanes; here the model's own axes serve). On XQuAD (1,190 questions,
half of the paragraphs) the sentence with the best mean of maxima held the answer for 0.821 of the
questions with signs and 0.824 with float32, within three sentences 0.936 and 0.938; 48 bytes a
token instead of 1,536. A projection to 64 dimensions at 8 bits, 64 bytes a token, gave 0.812.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_SCALE = math.sqrt(math.pi / 2)


@dataclass(frozen=True, slots=True)
class TokenSigns:
    """The content tokens of a stretch of text.

    Attributes:
        starts: int32 (n,), ascending: where each token begins, in characters from the stretch's
            own beginning.
        bits: uint8 (n, ceil(d / 8)): the sign of each component, packed.
        dimension: d.
    """

    starts: NDArray[np.int32]
    bits: NDArray[np.uint8]
    dimension: int

    @classmethod
    def of(cls, vectors: NDArray[np.float32], starts: NDArray[np.int32]) -> TokenSigns:
        """Packs float32 (n, d) token vectors."""
        return cls(starts.astype(np.int32), np.packbits(vectors > 0, axis=1), vectors.shape[1])

    @classmethod
    def from_bytes(cls, starts: bytes, bits: bytes, dimension: int) -> TokenSigns:
        """Reads what the ledger keeps."""
        offsets = np.frombuffer(starts, dtype="<i4")
        rows = np.frombuffer(bits, dtype=np.uint8).reshape(len(offsets), -(-dimension // 8))
        return cls(offsets, rows, dimension)

    def vectors(self) -> NDArray[np.float32]:
        """float32 (n, d): estimates whose product with a unit query is near the cosine."""
        signs = np.unpackbits(self.bits, axis=1, count=self.dimension).astype(np.float32)
        scaled: NDArray[np.float32] = (signs * 2 - 1) * np.float32(
            _SCALE / math.sqrt(self.dimension)
        )
        return scaled
