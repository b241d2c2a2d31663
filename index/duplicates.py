"""A wire story printed ten times is one story with ten publishers."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from index.text.words import WORD

# MinHash over shingles of three words (Broder 1997). 128 permutations put the standard error of
# the estimated resemblance at 0.044 at most.
PERMUTATIONS = 128
SHINGLE_WORDS = 3
BATCH = 10_000  # shingles hashed at once: 10 MB, and no slower than all of them
SIGNATURE_BYTES = 4 * PERMUTATIONS

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
    from datasketch import MinHash, MinHashLSH

    found: dict[int, int] = {}
    lsh = MinHashLSH(threshold=RESEMBLANCE, num_perm=PERMUTATIONS)
    hashes: dict[int, MinHash] = {}
    for pk in sorted(signatures):
        found[pk] = pk
        if not signatures[pk]:
            continue
        values = np.frombuffer(signatures[pk], dtype="<u4").astype(np.uint32)
        minhash = MinHash(hashvalues=values, seed=1, scheme="affine32")
        alike = [p for p in lsh.query(minhash) if hashes[p].jaccard(minhash) >= RESEMBLANCE]
        if alike:
            found[pk] = found[min(alike)]
        hashes[pk] = minhash
        lsh.insert(pk, minhash)
    return found
