"""A chat model of a few layers that was never trained, served by ``transformers serve``.

What it says is nonsense in words of the sample corpus, with stops and with citations of nothing.
A test takes the fixture ``tiny_llm``.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

NAME = "onrecord/tiny"
STARTS_WITHIN = 600  # seconds; alone on the machine it takes some ten
ENDS_WITHIN = 60
SEED = 20260321
WINDOW = 4096  # tokens
WORDS = 3000  # entries of the vocabulary
MARKERS = [f"[{number}]" for number in range(1, 10)]
ASKED, SAYS, END = "<|user|>", "<|assistant|>", "<|end|>"
TEMPLATE = (
    "{% for message in messages %}"
    "<|{{ message.role }}|>{{ message.content }}<|end|>"
    "{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)


def make_model(cache: Path) -> Path:
    """Writes the model to a folder that the Hugging Face libraries take for their cache.

    So its server lists it and knows it by its name.

    Args:
        cache: The folder; what it holds already stays.

    Returns:
        The folder of the model itself.
    """
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import GenerationConfig, LlamaConfig, LlamaForCausalLM
    from transformers import PreTrainedTokenizerFast as Fast

    known = Tokenizer(models.BPE())
    known.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    known.decoder = decoders.ByteLevel()
    roles = ["<|system|>", ASKED, SAYS, END]
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = trainers.BpeTrainer(
        vocab_size=WORDS, special_tokens=roles, initial_alphabet=alphabet, show_progress=False
    )
    with as_file(files("index").joinpath("sample")) as folder:
        articles = [path.read_text("utf-8") for path in sorted(folder.glob("*.md"))]
    known.train_from_iterator(articles, trainer)
    known.add_tokens([f" {marker}" for marker in MARKERS])
    tokenizer = Fast(tokenizer_object=known, eos_token=END, pad_token=END)
    tokenizer.chat_template = TEMPLATE
    tokenizer.model_max_length = WINDOW

    torch.manual_seed(SEED)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=3,
        num_attention_heads=4,
        max_position_embeddings=WINDOW,
        initializer_range=0.2,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    model = LlamaForCausalLM(config)

    # Untrained, it would hardly ever say a whole word, cite, or end a sentence or a reply.
    bias = dict.fromkeys(_whole_words(tokenizer, " ".join(articles)), 3.0)
    bias |= {known.token_to_id(f" {marker}"): 4.0 for marker in MARKERS}
    bias |= {known.token_to_id("."): 6.5, known.token_to_id(END): 4.5}
    model.generation_config = GenerationConfig(
        do_sample=True,
        no_repeat_ngram_size=2,
        sequence_bias=[[[token], weight] for token, weight in bias.items()],
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    home = cache / f"models--{NAME.replace('/', '--')}"
    revision = "0" * 40
    folder = home / "snapshots" / revision
    folder.mkdir(parents=True)
    (home / "blobs").mkdir()
    (home / "refs").mkdir()
    (home / "refs" / "main").write_text(revision)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def _whole_words(tokenizer: PreTrainedTokenizerBase, text: str) -> list[int]:
    """The entries of a vocabulary that are a word of a text, with the space before it."""
    words = {f" {word}" for word in re.findall(r"[^\W\d_]{2,}", text)}
    entries = range(len(tokenizer))
    return [entry for entry in entries if tokenizer.decode([entry]) in words]


@dataclass(frozen=True)
class TinyServer:
    """The server while it runs.

    Attributes:
        address: What clients take for their base address; it ends in ``/v1``.
        model: The name of its model.
        process: The server's process, the first of a group of its own.
        took: How long it took to make the model and to start, in seconds.
    """

    address: str
    model: str
    process: subprocess.Popen[bytes]
    took: float


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[TinyServer]:
    """Makes the model and serves it; at the end no process of the server is left, or it fails.

    Args:
        folder: An empty folder for the model and for what the server prints.
    """
    cache, log, port = folder / "cache", folder / "log", _free_port()
    cache.mkdir()
    command = [sys.executable, "-m", "transformers.cli.transformers", "serve"]
    command += ["--device", "cpu", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--default-seed", str(SEED)]
    offline = {"HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_CACHE": str(cache)}
    environment = {**os.environ, **offline, "OMP_NUM_THREADS": "1"}
    started = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=output, env=environment, start_new_session=True
        )
    try:
        make_model(cache)  # meanwhile: the server looks for it when the first request names it
        _wait_until_healthy(process, port, log)
        took = time.monotonic() - started
        yield TinyServer(f"http://127.0.0.1:{port}/v1", NAME, process, took)
    finally:
        end(process)


def left_of(process: subprocess.Popen[bytes]) -> list[str]:
    """The processes of its group that still run, itself included; zombies do not."""
    left = []
    for other in psutil.process_iter():
        with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError):
            same = os.getpgid(other.pid) == process.pid
            if same and other.status() != psutil.STATUS_ZOMBIE:
                left.append(f"{other.pid} {other.name()}")
    return left


def end(process: subprocess.Popen[bytes], patience: float = ENDS_WITHIN) -> None:
    """Ends a process and all that it started, and fails if any is left.

    Args:
        process: The first of a group of its own.
        patience: Seconds it has to end by itself before it is killed.
    """
    for how, seconds in ((signal.SIGTERM, patience), (signal.SIGKILL, ENDS_WITHIN)):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, how)
        until = time.monotonic() + seconds
        while (process.poll() is None or left_of(process)) and time.monotonic() < until:
            time.sleep(0.05)
    if left := left_of(process):
        pytest.fail(f"left running: {', '.join(left)}")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


def _wait_until_healthy(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until and process.poll() is None:
        asking = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            asking.request("GET", "/health")
            if asking.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
        finally:
            asking.close()
    said = log.read_text("utf-8", "replace")[-2000:]
    pytest.fail(f"transformers serve did not start (status {process.poll()}):\n{said}")
