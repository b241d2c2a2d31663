"""Turns a checkpoint into the model that onrecord ships: ONNX, its weights in 8 bits.

    python benchmarks/reader/export.py CHECKPOINT... [--out FILE] [--plain FILE]
    python benchmarks/reader/export.py --fuse FILE...

Word embeddings are not in it: they are those of the packaged all-MiniLM-L6-v2, which the training
left as they were, so the file holds the encoder's layers and the heads. Weights are symmetric
int8, a scale for each output channel, in a range of 7 bits: products of an unsigned and a signed
byte then cannot overflow 16 bits on processors without VNNI, so every processor gives the same.

What onnxruntime can do in one step is one node of the file (``fuse``; with ``--fuse`` in files made
before that). A pair is then read in 0.9 of the processor's time (0.96 with 64 tokens, 0.89 with
288, one core, interleaved) and the file opened in 0.4. Values differ by 0.07 on average, by less
than they do where the words' embeddings are multiplied by 1 + 1e-6: 8-bit activations round
otherwise.
"""

from __future__ import annotations

import argparse
import hashlib
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.shape_inference import quant_pre_process
from torch import Tensor, nn
from train import Reader

SHIPPED = Path(__file__).parents[2] / "rag" / "reading" / "reader.onnx"


HEADS = 12
OUTPUTS = ["tokens", "support", "request", "roles"]


class Exported(nn.Module):
    """The reader from word embeddings on."""

    def __init__(self, reader: Reader) -> None:
        super().__init__()
        self.reader = reader

    def forward(self, words: Tensor, mask: Tensor, kinds: Tensor) -> tuple[Tensor, ...]:
        """Float32 (n, t, d), int64 (n, t) twice, to what ``train.Reader`` gives."""
        e = self.reader.encoder.embeddings
        positions = torch.arange(words.shape[1]).unsqueeze(0)
        hidden = words + e.token_type_embeddings(kinds) + e.position_embeddings(positions)
        hidden = e.LayerNorm(hidden)
        bias = (1.0 - mask[:, None, None, :].to(hidden.dtype)) * -1e4
        for layer in self.reader.encoder.encoder.layer:
            hidden = _layer(layer, hidden, bias)
        tokens = torch.cat([self.reader.tokens(hidden), self.reader.differs(hidden)], dim=-1)
        support = self.reader.support(torch.tanh(self.reader.pooled(hidden[:, 0])))
        return tokens, support, self.reader.request(hidden[:, 0]), self.reader.roles(hidden)


def _layer(layer: nn.Module, hidden: Tensor, bias: Tensor) -> Tensor:
    """A layer of BERT, written out so that it is exported as plain products."""
    own = layer.attention.self
    n, t, d = hidden.shape
    heads = own.num_attention_heads
    q, k, v = (
        f(hidden).reshape(n, t, heads, d // heads).transpose(1, 2)
        for f in (own.query, own.key, own.value)
    )
    scores = q @ k.transpose(-1, -2) * (d // heads) ** -0.5 + bias
    mixed = (scores.softmax(-1) @ v).transpose(1, 2).reshape(n, t, d)
    out = layer.attention.output
    hidden = out.LayerNorm(out.dense(mixed) + hidden)
    wide = nn.functional.gelu(layer.intermediate.dense(hidden))
    return layer.output.LayerNorm(layer.output.dense(wide) + hidden)


def load(checkpoints: Sequence[Path]) -> Reader:
    """The model of a checkpoint, the moving average of its weights; of several their mean.

    The mean of models that one run went through does what each does best (Wortsman et al. 2022,
    "Model soups").
    """
    reader = Reader()
    parts = [torch.load(path, weights_only=True)["average"] for path in checkpoints]
    mean = {
        name: torch.stack([part[name] for part in parts]).mean(0)
        if value.dtype.is_floating_point
        else value
        for name, value in parts[-1].items()
    }
    reader.load_state_dict(mean, strict=False)
    return reader.eval()


def check(model: Exported, exported: Path) -> None:
    """Compares what was exported with the module on pairs of several sizes.

    Raises:
        ValueError: they differ by more than rounding.
    """
    session = onnxruntime.InferenceSession(str(exported), providers=["CPUExecutionProvider"])
    for n, t, padded in ((1, 50, 0), (2, 60, 20), (5, 130, 30)):
        words = torch.randn(n, t, 384) * 0.05
        mask, kinds = torch.ones(n, t, dtype=torch.long), torch.zeros(n, t, dtype=torch.long)
        mask[0, t - padded :] = 0
        kinds[:, t // 3 :] = 1
        with torch.no_grad():
            wanted = [value.numpy() for value in model(words, mask, kinds)]
        given = {"words": words.numpy(), "mask": mask.numpy(), "kinds": kinds.numpy()}
        found = session.run(OUTPUTS, given)
        apart = max(float(np.abs(a - b).max()) for a, b in zip(wanted, found, strict=True))
        if apart > 1e-3:
            raise ValueError(f"{exported}: values differ by {apart}")


def fuse(path: Path) -> None:
    """Puts the nodes of a file together that onnxruntime has one for, in the file itself.

    Attention no longer looks at the mask: a pair is read alone and whole.
    """
    model = onnx.load(str(path))
    graph = model.graph
    made = {name: node for node in graph.node for name in node.output}
    after: dict[str, onnx.NodeProto] = {name: n for n in graph.node for name in n.input}
    for softmax in [node for node in graph.node if node.op_type == "Softmax"]:
        # softmax(q k / scale + bias) v: what comes before each of the three splits it into heads.
        masked = made[softmax.input[0]]
        scores = made[made[masked.input[0]].input[0]]
        mixed = after[softmax.output[0]]
        joined = after[after[mixed.output[0]].output[0]]
        split = *scores.input, mixed.input[1]
        given = [made[made[name].input[0]].input[0] for name in split]
        attention = onnx.helper.make_node(
            "MultiHeadAttention", given, joined.output, domain="com.microsoft", num_heads=HEADS
        )
        graph.node.insert([*graph.node].index(joined), attention)
        graph.node.remove(joined)
    _prune(graph)
    options = onnxruntime.SessionOptions()
    options.optimized_model_filepath = str(path)
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    # A sum and a norm in one node take longer than in two, a thirtieth of all.
    onnxruntime.InferenceSession(
        model.SerializeToString(),
        options,
        providers=["CPUExecutionProvider"],
        disabled_optimizers=["SkipLayerNormFusion"],
    )


def _prune(graph: onnx.GraphProto) -> None:
    """Takes out the nodes whose results nothing uses: onnxruntime would go on computing them."""
    used = {output.name for output in graph.output}
    for node in reversed([*graph.node]):
        if used.isdisjoint(node.output):
            graph.node.remove(node)
        else:
            used.update(node.input)


def main() -> None:
    """Exports, quantises, and says what came of it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("checkpoints", type=Path, nargs="+")
    parser.add_argument("--fuse", action="store_true", help="what is given are files made before")
    parser.add_argument("--out", type=Path, default=SHIPPED)
    parser.add_argument("--plain", type=Path, help="keep the model in float32 here too")
    given = parser.parse_args()
    if given.fuse:
        for path in given.checkpoints:
            fuse(path)
            told(path)
        return
    model = Exported(load(given.checkpoints)).eval()
    ids = torch.ones(3, 37, dtype=torch.long)
    with tempfile.TemporaryDirectory() as folder:
        plain, ready = Path(folder, "plain.onnx"), Path(folder, "ready.onnx")
        torch.onnx.export(
            model,
            (torch.randn(3, 37, 384), ids, ids),
            str(plain),
            input_names=["words", "mask", "kinds"],
            output_names=OUTPUTS,
            dynamic_axes={name: {0: "n", 1: "t"} for name in ("words", "mask", "kinds")},
            opset_version=17,
            dynamo=False,  # the newer exporter's model gave other values than the module itself
        )
        check(model, plain)
        if given.plain:
            given.plain.write_bytes(plain.read_bytes())
        quant_pre_process(str(plain), str(ready), skip_symbolic_shape=True)
        quantize_dynamic(
            str(ready),
            str(given.out),
            weight_type=QuantType.QInt8,
            per_channel=True,
            reduce_range=True,
            op_types_to_quantize=["MatMul", "Gemm"],
        )
    onnx.checker.check_model(str(given.out))
    fuse(given.out)
    told(given.out)


def told(path: Path) -> None:
    """Prints what the card says of a file."""
    data = path.read_bytes()
    print(f"{path}: {len(data):,} bytes, SHA-256 {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    main()
