"""Nearest vectors by FAISS, derived from the ledger: an index of unit vectors under our own ids."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from index.disk import written_by

Floats = NDArray[np.float32] | NDArray[np.float16]

# Above this many vectors a flat scan gives way to inverted lists with 16-bit codes. 100,000 vectors
# of 384 dimensions around 3,000 centres, 2 cores: flat 31 ms a query, inverted lists 1.9 ms.
FLAT_LIMIT = 50_000

# One list in so many is searched: the first of these with which so large a share of the true first
# ten is found; else all of them are. 100,000 vectors, a half of each its own and a quarter its
# article's, in 1,264 lists, questions at a cosine of 0.71: one in 32, 16, 8, 4, 2 found 0.944,
# 0.959, 0.971, 0.985, 0.995 in 0.2, 0.3, 0.6, 1.1, 2.2 ms.
PROBED = (32, 16, 8, 4, 2)
RECALL = 0.98

# The true ones are looked for with so many questions: random vectors of the index, each with noise
# of its own length. A vector alone would find itself.
QUESTIONS = 200
NEAREST = 10

ROUNDING = 1e-5  # of cosines that are computed in another order
_BATCH = 20_000  # vectors that are in 32 bits at once


class Vectors(Protocol):
    """Vectors by id, searched by inner product, which is the cosine for unit vectors."""

    def __len__(self) -> int:
        """How many there are."""

    def search(
        self, query: NDArray[np.float32], top_k: int, allowed: Collection[int] | None = None
    ) -> list[tuple[int, float]]:
        """The ids nearest to a query, best first, with their cosines.

        Args:
            query: float32 (d,), unit length.
            top_k: At most so many.
            allowed: Only these ids may be found; None allows all.
        """

    def scores(self, query: NDArray[np.float32], ids: Collection[int]) -> dict[int, float]:
        """The cosine of a query with each of the ids; those that are not there are left out.

        The query is float32 (d,), of unit length.
        """


class VectorIndex(Vectors):
    """Vectors in an index of FAISS's."""

    def __init__(self, faiss_index: Any, recall: float = 1.0) -> None:  # noqa: ANN401 (no types)
        """An index of FAISS's.

        ``recall`` is the share of the true nearest that it finds, as ``build`` measured it.
        """
        self._index = faiss_index
        self.recall = recall

    @classmethod
    def build(cls, ids: NDArray[np.int64], vectors: Floats) -> VectorIndex:
        """Indexes (n, d) unit vectors, in 16 or 32 bits, under int64 (n,) ids; n may be 0."""
        import faiss

        count, dimension = vectors.shape
        flat: Any = faiss.IndexFlatIP(dimension)
        if count <= FLAT_LIMIT:
            index = faiss.IndexIDMap2(flat)
            if count:
                index.add_with_ids(vectors.astype(np.float32), ids)
            return cls(index)
        vectors = vectors.astype(np.float16, copy=False)  # as the ledger holds those of chunks
        lists = int(4 * np.sqrt(count))
        ivf = faiss.IndexIVFScalarQuantizer(
            flat, dimension, lists, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
        )
        ivf.by_residual = False  # its codes are the very 16 bits
        flat.this.disown()
        ivf.own_fields = True
        rng = np.random.default_rng(0)
        sample = np.sort(rng.choice(count, min(count, 40 * lists), replace=False))
        ivf.train(vectors[sample].astype(np.float32))
        ivf.make_direct_map()  # finds a vector by id, for scores()
        index = faiss.IndexIDMap2(ivf)
        for first, rows in _batches(vectors):
            index.add_with_ids(rows, ids[first : first + len(rows)])
        return cls(index, _probe(ivf, vectors, rng))

    @classmethod
    def load(cls, path: Path) -> VectorIndex:
        """Reads what ``save`` wrote.

        Raises:
            RuntimeError: the file is not there or not a FAISS index.
        """
        import faiss

        return cls(faiss.read_index(str(path)))

    def save(self, path: Path) -> None:
        """Writes the index to a file.

        Raises:
            OSError: the disk takes no more.
        """
        import faiss

        with written_by(RuntimeError):
            faiss.write_index(self._index, str(path))

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @override
    def search(
        self, query: NDArray[np.float32], top_k: int, allowed: Collection[int] | None = None
    ) -> list[tuple[int, float]]:
        import faiss

        left = len(self) if allowed is None else len(allowed)
        top_k = min(top_k, left)
        if top_k <= 0:
            return []
        inner = faiss.downcast_index(self._index.index)
        parameters: dict[str, Any] = {}
        if allowed is not None:
            ids = np.fromiter(allowed, dtype=np.int64)
            parameters["sel"] = faiss.IDSelectorBatch(ids)
        if isinstance(inner, faiss.IndexIVF):
            # The fewer a filter leaves in each list, the more lists hold the nearest of them.
            parameters["nprobe"] = min(inner.nlist, inner.nprobe * len(self) // left)
            chosen: Any = faiss.SearchParametersIVF(**parameters)
        else:
            chosen = faiss.SearchParameters(**parameters)
        scores, found = self._index.search(
            np.ascontiguousarray(query[None, :], dtype=np.float32), top_k, params=chosen
        )
        pairs = zip(found[0].tolist(), scores[0].tolist(), strict=True)
        return [(id_, score) for id_, score in pairs if id_ >= 0]

    @override
    def scores(self, query: NDArray[np.float32], ids: Collection[int]) -> dict[int, float]:
        if not ids:
            return {}
        wanted = list(ids)
        try:
            rows = self._index.reconstruct_batch(np.array(wanted, dtype=np.int64))
        except RuntimeError:  # it lacks one: what is damaged in the ledger is not indexed
            import faiss

            held = set(faiss.vector_to_array(self._index.id_map).tolist())
            return self.scores(query, [id_ for id_ in wanted if id_ in held])
        return dict(zip(wanted, (rows @ query).tolist(), strict=True))


def _batches(vectors: Floats) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """The rows in 32 bits, some at a time, each time with the number of the first."""
    for first in range(0, len(vectors), _BATCH):
        yield first, vectors[first : first + _BATCH].astype(np.float32)


def questions_near(vectors: Floats, rng: np.random.Generator) -> NDArray[np.float32]:
    """A question near each of (n, d) unit vectors."""
    noise = rng.standard_normal(vectors.shape, dtype=np.float32)
    noise /= np.linalg.norm(noise, axis=1, keepdims=True)
    noise += vectors
    return noise


def _probe(ivf: Any, vectors: Floats, rng: np.random.Generator) -> float:  # noqa: ANN401
    """Has an index search as few lists as find what is near; returns the share that they find."""
    asked = questions_near(vectors[rng.choice(len(vectors), QUESTIONS)], rng)
    best = np.full((QUESTIONS, NEAREST), -np.inf, dtype=np.float32)
    for _, rows in _batches(vectors):
        scores = np.hstack([best, asked @ rows.T])
        best = -np.partition(-scores, NEAREST - 1, axis=1)[:, :NEAREST]
    least = best.min(axis=1, keepdims=True) - ROUNDING  # copies are as near as each other
    for share in (*PROBED, 1):
        ivf.nprobe = max(1, ivf.nlist // share)
        recall = float(np.mean(ivf.search(asked, NEAREST)[0] >= least))
        if recall >= RECALL:
            break
    return recall
