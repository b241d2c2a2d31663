"""Writes the graph of the multilingual embedding model: ``python -m benchmarks.e5``.

It holds no weights: ``index/embedders.py`` hands them over from the package that brings them, in
the 4 bits in which they are there. Needs onnx, of the extra ``dev``.
"""

from __future__ import annotations

from onnx import ModelProto, TensorProto, helper

from benchmarks.minilm import FOLDER, ORT, Graph
from index import embedders

EPSILON = 1e-12


class Nibbles(Graph):
    """A graph whose linear layers have weights of 4 bits, 32 to a scale."""

    def linear(self, x: str, name: str, wide: int, out: int) -> str:
        """(n, wide) to (n, out): the weights times x, and the bias."""
        blocks = wide // embedders.BLOCK
        weights = self.bytes_of(f"{name}.weight", out, blocks, embedders.BLOCK // 2)
        scales = self.weight(f"{name}.scale", out, blocks)
        product = self.add(
            "MatMulNBits",
            [x, weights, scales],
            f"{name}.product",
            domain=ORT,
            **{"K": wide, "N": out, "bits": 4, "block_size": embedders.BLOCK, "accuracy_level": 4},
        )
        return self.add("Add", [product, self.weight(f"{name}.bias", out)], name)

    def bytes_of(self, name: str, *shape: int) -> str:
        """Weights as bytes of two each."""
        self.weight(name, *shape, kind=TensorProto.INT8)
        self.weights[-1].data_type = TensorProto.UINT8
        return name


def model() -> ModelProto:
    """The graph from ``tokens``, float32 (n, WIDTH), to ``vector``, (1, WIDTH) of unit length."""
    graph = Nibbles(rounded=False)
    graph.constant("first", 0)
    scaled = [
        "tokens",
        graph.weight("norm.weight", embedders.WIDTH),
        graph.weight("norm.bias", embedders.WIDTH),
    ]
    x = graph.add("LayerNormalization", scaled, "embedded", epsilon=EPSILON, axis=-1)
    for number in range(embedders.E5_LAYERS):
        x = graph.layer(x, f"layer{number}")
    x = graph.add("ReduceMean", [x, "first"], "mean", keepdims=1)
    graph.add("LpNormalization", [x], "vector", axis=-1, p=2)
    whole = helper.make_graph(
        graph.nodes,
        "e5",
        [helper.make_tensor_value_info("tokens", TensorProto.FLOAT, ["n", embedders.WIDTH])],
        [helper.make_tensor_value_info("vector", TensorProto.FLOAT, None)],
        graph.weights,
    )
    return helper.make_model(
        whole,
        ir_version=9,
        opset_imports=[helper.make_opsetid("", 18), helper.make_opsetid(ORT, 1)],
        producer_name="onrecord",
    )


def serialized() -> bytes:
    """The graph as it is kept."""
    return model().SerializeToString(deterministic=True)


if __name__ == "__main__":
    (FOLDER / "e5.onnx").write_bytes(serialized())
