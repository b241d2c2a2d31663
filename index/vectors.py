"""Nearest vectors by FAISS, derived from the ledger: an index of unit vectors under our own ids."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.disk import written_by

# Above this many vectors a flat scan gives way to inverted lists with 16-bit codes. 100,000 vectors
# of 384 dimensions around 3,000 centres, 2 cores: flat 31 ms a query, inverted lists 1.9 ms.
FLAT_LIMIT = 50_000

# One list in so many is searched. On the same vectors (1,264 lists) one in 32, 16, 8, 4 found
# 0.991, 0.993, 0.995, 0.998 of the true first ten in 1.5, 1.9, 2.5, 4.2 ms.
PROBED = 16


class VectorIndex:
    """Vectors by id, searched by inner product, which is the cosine for unit vectors."""

    def __init__(self, faiss_index: Any) -> None:  # noqa: ANN401 (faiss ships no types)
        self._index = faiss_index

    @classmethod
    def build(cls, ids: NDArray[np.int64], vectors: NDArray[np.float32]) -> VectorIndex:
        """Indexes float32 (n, d) unit vectors under int64 (n,) ids; n may be 0, d may not.

        Args:
            ids: One for each vector.
            vectors: In the same order.
        """
        import faiss

        count, dimension = vectors.shape
        flat: Any = faiss.IndexFlatIP(dimension)
        if count <= FLAT_LIMIT:
            index = faiss.IndexIDMap2(flat)
        else:
            lists = int(4 * np.sqrt(count))
            ivf = faiss.IndexIVFScalarQuantizer(
                flat, dimension, lists, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
            )
            flat.this.disown()
            ivf.own_fields = True
            rng = np.random.default_rng(0)
            ivf.train(vectors[rng.choice(count, min(count, 40 * lists), replace=False)])
            ivf.nprobe = max(1, lists // PROBED)
            ivf.make_direct_map()  # finds a vector by id, for scores()
            index = faiss.IndexIDMap2(ivf)
        if count:
            index.add_with_ids(vectors, ids)
        return cls(index)

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

    def search(
        self, query: NDArray[np.float32], top_k: int, allowed: Collection[int] | None = None
    ) -> list[tuple[int, float]]:
        """The ids nearest to a query, best first, with their cosines.

        Args:
            query: float32 (d,), unit length.
            top_k: At most so many.
            allowed: Only these ids may be found; None allows all.
        """
        import faiss

        top_k = min(top_k, len(self) if allowed is None else len(allowed))
        if top_k <= 0:
            return []
        inner = faiss.downcast_index(self._index.index)
        parameters: dict[str, Any] = {}
        if allowed is not None:
            ids = np.fromiter(allowed, dtype=np.int64)
            parameters["sel"] = faiss.IDSelectorBatch(ids)
        if isinstance(inner, faiss.IndexIVF):
            # A narrow filter leaves few candidates in each list: then every list is searched.
            narrow = allowed is not None and len(allowed) < len(self) // 4
            parameters["nprobe"] = inner.nlist if narrow else inner.nprobe
            chosen: Any = faiss.SearchParametersIVF(**parameters)
        else:
            chosen = faiss.SearchParameters(**parameters)
        scores, found = self._index.search(
            np.ascontiguousarray(query[None, :], dtype=np.float32), top_k, params=chosen
        )
        pairs = zip(found[0].tolist(), scores[0].tolist(), strict=True)
        return [(id_, score) for id_, score in pairs if id_ >= 0]

    def scores(self, query: NDArray[np.float32], ids: Collection[int]) -> dict[int, float]:
        """The cosine of a query with each of the ids; those that the index lacks are left out.

        Args:
            query: float32 (d,), unit length.
            ids: Chunks or articles, by pk.
        """
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
