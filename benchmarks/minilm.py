"""Writes the graphs of the packaged embedding model: ``python benchmarks/minilm.py``.

They say how its weights are put to use, and hold none: ``index/embedders.py`` hands them over from
the package that brings them. One text goes through at a time, so nothing is padded or masked.
``index/minilm.json`` names the components that go into each linear layer and were largest over the
sample articles: few are ten times as large as the rest, and 8 bits for all would be spent on them.
Needs onnx, of the extra ``dev``.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from onnx import ModelProto, TensorProto, helper

from index import embedders

FOLDER = Path(__file__).parents[1] / "index"
NAMES = {False: "minilm.onnx", True: "minilm-8bit.onnx"}
LAYERS, HEADS, WIDTH, INNER = 6, 12, 384, 1536

# Components of what goes into a linear layer that stay exact when the others take 8 bits.
LARGE = 8
WORDS, PLACES = 30522, 512
EPSILON = 1e-12
ORT = "com.microsoft"  # operators that onnxruntime has beyond the standard


class Graph:
    """A graph as it grows; every method gives the name of what it computes."""

    def __init__(self, *, rounded: bool) -> None:
        self.rounded = rounded
        self.given: dict[str, str] = {}  # what goes into each linear layer
        self.nodes: list[object] = []
        self.weights: list[TensorProto] = []

    def add(self, op: str, inputs: list[str], *outputs: str, **attributes: object) -> str:
        """An operation."""
        self.nodes.append(helper.make_node(op, inputs, outputs, **attributes))
        return outputs[0]

    def weight(self, name: str, *shape: int, kind: int = TensorProto.FLOAT) -> str:
        """A weight that is handed over when the graph is loaded."""
        size = {TensorProto.FLOAT: 4, TensorProto.INT8: 1, TensorProto.INT64: 8}[kind]
        for length in shape:
            size *= length
        weight = TensorProto(name=name, data_type=kind, dims=shape)
        weight.data_location = TensorProto.EXTERNAL
        for key, value in {"location": "package", "offset": "0", "length": str(size)}.items():
            weight.external_data.add(key=key, value=value)
        self.weights.append(weight)
        return name

    def constant(self, name: str, value: int) -> str:
        """A list of one integer."""
        self.weights.append(helper.make_tensor(name, TensorProto.INT64, [1], [value]))
        return name

    def linear(self, x: str, name: str, wide: int, out: int) -> str:
        """(n, wide) to (n, out): the weights times x, and the bias."""
        self.given[name] = x
        bias = self.weight(f"{name}.bias", out)
        if not self.rounded:
            weights = self.weight(f"{name}.weight", out, wide)
            return self.add("Gemm", [x, weights, bias], name, transB=1)
        small = self.add("Mul", [x, self.weight(f"{name}.small", wide)], f"{name}.smalls")
        weights = self.weight(f"{name}.weight", wide, out, kind=TensorProto.INT8)
        given = [small, weights, self.weight(f"{name}.scale", out), "", bias]
        rounded = self.add("DynamicQuantizeMatMul", given, f"{name}.rounded", domain=ORT)
        places = self.weight(f"{name}.large", LARGE, kind=TensorProto.INT64)
        large = self.add("Gather", [x, places], f"{name}.larges", axis=1)
        weights = self.weight(f"{name}.exact", LARGE, out)
        return self.add("Gemm", [large, weights, rounded], name)

    def norm(self, x: str, before: str, name: str) -> str:
        """What is added to what was there, its rows to mean 0 and variance 1, scaled.

        As two operations: SkipLayerNormalization, which is one, takes five times as long.
        """
        total = self.add("Add", [x, before], f"{name}.sum")
        scaled = [total, self.weight(f"{name}.weight", WIDTH), self.weight(f"{name}.bias", WIDTH)]
        return self.add("LayerNormalization", scaled, name, epsilon=EPSILON, axis=-1)

    def layer(self, x: str, name: str) -> str:
        """(n, WIDTH) to the same: attention of each token to all, then two linear layers."""
        three = self.linear(x, f"{name}.qkv", WIDTH, 3 * WIDTH)
        batch = self.add("Unsqueeze", [three, "first"], f"{name}.batch")
        parts = [f"{name}.{part}" for part in ("query", "key", "value")]
        self.add("Split", [batch], *parts, axis=-1, num_outputs=3)
        seen = self.add("MultiHeadAttention", parts, f"{name}.seen", domain=ORT, num_heads=HEADS)
        rows = self.add("Squeeze", [seen, "first"], f"{name}.rows")
        x = self.norm(self.linear(rows, f"{name}.out", WIDTH, WIDTH), x, f"{name}.norm")
        inner = self.linear(x, f"{name}.inner", WIDTH, INNER)
        bent = self.add("Gelu", [inner], f"{name}.bent", domain=ORT)
        return self.norm(self.linear(bent, f"{name}.outer", INNER, WIDTH), x, f"{name}.last")


def model(*, rounded: bool, watched: bool = False) -> tuple[ModelProto, dict[str, str]]:
    """The graph from ``ids``, int32 (1, n), to ``vector``, float32 (1, WIDTH) of unit length.

    Args:
        rounded: Whether linear layers compute in 8 bits.
        watched: Whether what goes into each of them is an output too.

    Returns:
        The graph, and the name of what goes into each linear layer.
    """
    graph = Graph(rounded=rounded)
    graph.constant("first", 0)
    looked_up = [
        *("ids", "", graph.weight("words", WORDS, WIDTH), graph.weight("places", PLACES, WIDTH)),
        *("", graph.weight("norm.weight", WIDTH), graph.weight("norm.bias", WIDTH)),
    ]
    x = graph.add(
        "EmbedLayerNormalization", looked_up, "embedded", "unused", domain=ORT, epsilon=EPSILON
    )
    x = graph.add("Squeeze", [x, "first"], "tokens")
    for number in range(LAYERS):
        x = graph.layer(x, f"layer{number}")
    x = graph.add("ReduceMean", [x, "first"], "mean", keepdims=1)
    graph.add("LpNormalization", [x], "vector", axis=-1, p=2)
    whole = helper.make_graph(
        graph.nodes,
        "minilm",
        [helper.make_tensor_value_info("ids", TensorProto.INT32, [1, "n"])],
        [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, None)
            for name in ("vector", *(dict.fromkeys(graph.given.values()) if watched else ()))
        ],
        graph.weights,
    )
    made = helper.make_model(
        whole,
        ir_version=9,
        opset_imports=[helper.make_opsetid("", 18), helper.make_opsetid(ORT, 1)],
        producer_name="onrecord",
    )
    return made, graph.given


def serialized(*, rounded: bool) -> bytes:
    """The graph as it is kept."""
    return model(rounded=rounded)[0].SerializeToString(deterministic=True)


def largest() -> dict[str, list[int]]:
    """For each linear layer, what of its input was largest over the sample articles."""
    graph, given = model(rounded=False, watched=True)
    embedder = embedders.MiniLM()
    session = embedders.session(graph.SerializeToString(), embedders.weights(embedder.folder))
    most: dict[str, np.ndarray] = {}
    for path in sorted((FOLDER / "sample").glob("*.md")):
        read = embedder.read(path.read_text("utf-8"))
        for name, values in zip(given, session.run([*given.values()], {"ids": read}), strict=True):
            most[name] = np.maximum(most.get(name, 0), np.abs(values).max(axis=0))
    return {
        name: sorted(np.argsort(-found, kind="stable")[:LARGE].tolist())
        for name, found in most.items()
    }


if __name__ == "__main__":
    for rounded, name in NAMES.items():
        (FOLDER / name).write_bytes(serialized(rounded=rounded))
    lines = ",\n".join(f'"{name}": {places}' for name, places in largest().items())
    (FOLDER / "minilm.json").write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")
