"""Text to vectors: the models that do it."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from index.errors import IndexMismatch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from sentence_transformers import SentenceTransformer

DEFAULT_MODEL = "all-MiniLM-L6-v2"
MULTILINGUAL = "multilingual-e5-small"

# Fewer texts than these are encoded on one core.
FEW = 8


class Embedder(Protocol):
    """What the index needs of an embedding model. Threads may share one."""

    @property
    def name(self) -> str:
        """The model's name or folder."""

    @property
    def fingerprint(self) -> str:
        """Changes when the weights change."""

    @property
    def dimension(self) -> int:
        """d, the length of every vector."""

    @property
    def window(self) -> int:
        """The most tokens of one text that the model reads, special ones not counted."""

    def count_tokens(self, texts: list[str]) -> list[int]:
        """Tokens of each text, special ones not counted."""

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """float32 (n, d), unit rows: texts that will be searched, in their order."""

    def encode_query(self, text: str) -> NDArray[np.float32]:
        """float32 (d,), unit length: what is searched for."""


def check_embedder(place: str, manifest: dict[str, str], embedder: Embedder) -> None:
    """Compares the model that an index was made with to the one at hand.

    Args:
        place: Where the index is, for messages.
        manifest: What the index says of itself.
        embedder: The model at hand.

    Raises:
        IndexMismatch: names both, and the remedy.
    """
    for name, at_hand in identity(embedder).items():
        if manifest.get(name) != at_hand:
            raise IndexMismatch(
                f"{place}: the index was made with {name} {manifest.get(name)} and the model"
                f" at hand has {at_hand}; set ONRECORD_EMBEDDER={manifest.get('embedder')},"
                " or add the sources to another folder with --index"
            )


def identity(embedder: Embedder) -> dict[str, str]:
    """What the manifest says of a model."""
    return {
        "embedder": embedder.name,
        "fingerprint": embedder.fingerprint,
        "dimension": str(embedder.dimension),
    }


def likeness(embedder: Embedder, cosine: float) -> float:
    """A cosine on a scale where 0 is that of texts on different things, and 1 that of one text.

    The model's ``unrelated``, if it has one, is the cosine of two such texts.
    """
    unrelated: float = getattr(embedder, "unrelated", 0.0)
    return (cosine - unrelated) / (1 - unrelated)


def digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class TransformerEmbedder:
    """An embedding model of sentence-transformers, by name or folder.

    The model and its tokenizer, which changes with every call, work for one thread at a time. It
    uses every core for a batch, and one for a few texts: while other threads worked on two cores,
    a question took some 30 ms on one core and 230 to 380 ms on both; alone, as long on one.
    """

    def __init__(self, model: str) -> None:
        self.name = model
        self._lock = threading.RLock()
        self._cores = 1

    @cached_property
    def _model(self) -> SentenceTransformer:
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        import torch
        from sentence_transformers import SentenceTransformer
        from transformers.utils.logging import disable_progress_bar

        self._cores = torch.get_num_threads()
        disable_progress_bar()  # type: ignore[no-untyped-call]
        return SentenceTransformer(self.name, device="cpu").eval()

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the weights of a model in a folder, or the name of one that is elsewhere."""
        weights = Path(self.name) / "model.safetensors"
        return digest(weights) if weights.is_file() else self.name

    @cached_property
    def dimension(self) -> int:
        """d, the length of every vector."""
        with self._lock:
            size = self._model.get_embedding_dimension()
        if size is None:
            raise ValueError(f"{self.name}: the model does not state its dimension")
        return int(size)

    @cached_property
    def window(self) -> int:
        """The most tokens of one text that the model reads, special ones not counted."""
        with self._lock:
            special = self._model.tokenizer.num_special_tokens_to_add()
            return int(self._model.max_seq_length or 512) - int(special)

    def count_tokens(self, texts: list[str]) -> list[int]:
        """Tokens of each text, special ones not counted."""
        if not texts:
            return []
        with self._lock:
            read = self._model.tokenizer(texts, add_special_tokens=False, verbose=False)
        return [len(row) for row in read["input_ids"]]

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """float32 (n, d), unit rows: texts that will be searched, in their order."""
        import numpy as np

        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        return self._encoded(list(texts), "document")

    def encode_query(self, text: str) -> NDArray[np.float32]:
        """float32 (d,), unit length: what is searched for; beyond the window it is not read."""
        vector: NDArray[np.float32] = self._encoded([text], "query")[0]
        return vector

    def _encoded(self, texts: list[str], kind: str) -> NDArray[np.float32]:
        """What the model makes of texts, behind the prompt that it was trained with for a kind."""
        import numpy as np

        with self._lock:
            model = self._model
            import torch

            torch.set_num_threads(1 if len(texts) < FEW else self._cores)
            prompt = (model.prompts or {}).get(kind) or ""
            vectors = model.encode(
                texts, prompt=prompt, normalize_embeddings=True, show_progress_bar=False
            )
        return np.asarray(vectors, dtype=np.float32)
