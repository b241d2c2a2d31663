"""A wire story printed ten times is one story with ten publishers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from index.text.words import WORD

# MinHash over shingles of three words (Broder 1997). 128 permutations put the standard error of
# the estimated resemblance at 0.044 at most.
PERMUTATIONS = 128
SHINGLE_WORDS = 3
BATCH = 10_000  # shingles hashed at once: 10 MB, and no slower than all of them
SIGNATURE_BYTES = 4 * PERMUTATIONS

# Signatures are compared that agree in a whole band of five numbers: two texts of a resemblance of
# 0.5 do with a probability of 0.55, of 0.7 of 0.99 (the bands that datasketch chooses for 0.5).
BANDS, BAND = 25, 5
_PRIME = np.uint64(0x9E3779B97F4A7C15)
_COMPARED = 1_000  # signatures at once

# Resemblance from which two texts are one story. In the sample corpus a copy with another dateline
# scores 0.95, one in another spelling and cut at the end 0.74; two outlets' own reports of one
# event 0.05 at most. 0.5 lies in the empty middle.
RESEMBLANCE = 0.5


def signature(text: str) -> bytes:
    """The MinHash of a text, 4 bytes for each permutation; texts without a word get b""."""
    from datasketch import MinHash

    words = [word.lower() for word in WORD.findall(text)]
    if not words:
        return b""
    last = max(1, len(words) - SHINGLE_WORDS + 1)
    shingles = {" ".join(words[i : i + SHINGLE_WORDS]).encode() for i in range(last)}
    minhash = MinHash(num_perm=PERMUTATIONS, seed=1, scheme="affine32")
    listed = sorted(shingles)
    for first in range(0, len(listed), BATCH):  # each takes PERMUTATIONS numbers while it is hashed
        minhash.update_batch(listed[first : first + BATCH])
    return bytes(minhash.hashvalues.astype("<u4").tobytes())


def stories(signatures: Mapping[int, bytes]) -> dict[int, int]:
    """Groups texts that are copies of each other.

    Args:
        signatures: For each article, what ``signature`` made of it.

    Returns:
        For each article, the smallest of the articles that it is a copy of, or itself.
    """
    found = {pk: pk for pk in sorted(signatures)}
    pks = [pk for pk in found if signatures[pk]]
    rows = np.frombuffer(b"".join(signatures[pk] for pk in pks), dtype="<u4")
    rows = rows.reshape(-1, PERMUTATIONS)
    for row, earlier in _candidates(rows):
        for first in range(0, len(earlier), _COMPARED):
            part = earlier[first : first + _COMPARED]
            alike = (rows[part] == rows[row]).mean(axis=1) >= RESEMBLANCE
            if alike.any():
                found[pks[row]] = found[pks[part[alike.argmax()]]]
                break
    return found


def _candidates(rows: NDArray[np.uint32]) -> Iterator[tuple[int, NDArray[np.int32]]]:
    """For each signature that has some, those before it that agree with it in a whole band."""
    count = len(rows)
    orders, firsts, places = (np.empty((BANDS, count), dtype=np.int32) for _ in range(3))
    for band in range(BANDS):
        hashed = np.zeros(count, dtype=np.uint64)
        for column in rows[:, band * BAND : (band + 1) * BAND].T:
            hashed = (hashed ^ column) * _PRIME
        order = np.argsort(hashed, kind="stable")
        new = np.ones(count, dtype=bool)
        new[1:] = np.diff(hashed[order]) != 0
        orders[band] = order
        firsts[band, order] = np.maximum.accumulate(np.where(new, np.arange(count), 0))
        places[band, order] = np.arange(count)
    for row in np.flatnonzero((places > firsts).any(axis=0)).tolist():
        spans = zip(orders, firsts[:, row], places[:, row], strict=True)
        yield row, np.unique(np.concatenate([order[a:b] for order, a, b in spans]))
