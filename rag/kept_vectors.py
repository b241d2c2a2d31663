"""Vectors of sentences, kept from one question to the next."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.embed import Embedder

# Vectors that are kept, of those used last: 30 MB of a model of 384 dimensions.
MOST = 20_000


class KeptVectors:
    """An embedding model that encodes no passage twice that it encoded lately.

    The same sentences are compared for one question after another. Threads may share it; two that
    need the same new sentence at once may both encode it.
    """

    def __init__(self, embedder: Embedder, most: int = MOST) -> None:
        self._embedder = embedder
        self._most = most
        self._kept: OrderedDict[str, NDArray[np.float32]] = OrderedDict()
        self._lock = threading.Lock()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the model has
        return getattr(self._embedder, name)

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """float32 (n, d), unit rows: the model's vectors of the texts, in their order."""
        with self._lock:
            known = {text: self._kept[text] for text in texts if text in self._kept}
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if new:
            known |= zip(new, self._embedder.encode_passages(new), strict=True)
        with self._lock:
            for text in texts:
                self._kept[text] = known[text]
                self._kept.move_to_end(text)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        rows = [known[text] for text in texts]
        return np.stack(rows) if rows else self._embedder.encode_passages([])
