"""Makes a checkpoint of a model that was shipped, to train on from when the run's own are lost.

    python benchmarks/reader/shipped.py rag/reading/reader.onnx CHECKPOINT --seen 651000

Weights are those of the file, 8 bits times their channel's scale: what was lost to rounding stays
lost, and the optimizer begins anew.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import onnx
import torch
from onnx import numpy_helper
from train import Reader


def main() -> None:
    """Reads the file and stores the checkpoint."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--seen", type=int, required=True, help="examples that it was trained on")
    given = parser.parse_args()
    weights = weights_of(given.model)
    state = Reader().state_dict()
    missing = {name for name in state if not name.endswith("word_embeddings.weight")} - {*weights}
    if missing:
        raise ValueError(f"{given.model} lacks {', '.join(sorted(missing))}")
    state |= weights
    torch.save({"average": state, "model": state, "seen": given.seen}, given.checkpoint)


def weights_of(path: Path) -> dict[str, torch.Tensor]:
    """The weights and biases of a file by the names of ``train.Reader``, float32."""
    graph = onnx.load(str(path)).graph
    arrays = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
    made = {name: node for node in graph.node for name in node.output}
    found = {
        name.removeprefix("reader."): torch.from_numpy(values.copy())
        for name, values in arrays.items()
        if name.startswith("reader.") and "Transposed" not in name
    }
    for node in graph.node:
        biases = [name for name in node.input if name.endswith(".bias") and name in arrays]
        product = made.get(next((name for name in node.input if name in made), ""))
        if node.op_type != "Add" or not biases or product is None or product.op_type != "Mul":
            continue
        # Add(Mul(Cast(MatMulInteger(x, w)), scales), bias)
        whole = next(made[made[n].input[0]] for n in product.input if made[n].op_type == "Cast")
        quantized = whole.input[1]
        scale = arrays[quantized.replace("_quantized", "_scale")]
        weight = torch.from_numpy(arrays[quantized].astype("float32") * scale).T.contiguous()
        found[biases[0].removeprefix("reader.").replace(".bias", ".weight")] = weight
    return found


if __name__ == "__main__":
    main()
