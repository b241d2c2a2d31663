"""What a command loads: what it needs, and nothing that takes a second to load."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = {
    "torch", "transformers", "sentence_transformers", "gradio", "llama_index", "scipy",
    "sklearn", "pandas", "matplotlib", "datasketch", "trafilatura", "openai", "onnx", "uvicorn",
}  # fmt: skip
ENGINE = {"onnxruntime", "faiss", "tantivy", "tokenizers"}
RUN = """
import sys
from ui.cli import main
status = 0
try:
    main()
except SystemExit as stop:
    status = stop.code or 0
print(*{name.split(".")[0] for name in sys.modules}, file=open("loaded", "w"))
sys.exit(status)
"""


@pytest.fixture
def run(workplace):
    """Runs a command in a process of its own: (status, output, errors, packages loaded)."""

    def run(*arguments):
        command = [sys.executable, "-c", RUN, *map(str, arguments)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(command, capture_output=True, text=True, env=environment)
        loaded = {*(workplace / "loaded").read_text().split()}
        return done.returncode, done.stdout, done.stderr, loaded

    return run


def test_a_question_is_answered_without_what_trains_and_draws(run):
    question = "Who resigned as harbour commissioner?"
    run("ask", "--sample", question)  # makes the index
    status, output, _, loaded = run("ask", "--sample", question)
    assert status == 0
    assert "2026-04-29-commissioner-resigns.md" in output
    assert not loaded & HEAVY
    assert loaded >= ENGINE


@pytest.mark.parametrize("arguments", [["--help"], ["ask", "--help"], ["chat", "--help"]])
def test_help_loads_nothing(run, arguments):
    status, output, _, loaded = run(*arguments)
    assert (status, output.startswith(("Usage", "\nUsage", " \n"))) == (0, True)
    assert not loaded & (HEAVY | ENGINE | {"numpy"})


def test_a_question_that_cannot_be_asked_loads_nothing(run):
    status, _, errors, loaded = run("ask", "--sample", " ")
    assert (status, errors) == (
        1, "onrecord: the question is empty; type what you want to know\n"
    )  # fmt: skip
    assert not loaded & (HEAVY | ENGINE | {"numpy"})


def test_a_port_that_is_taken_is_told_before_anything_is_loaded(run):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        status, _, errors, loaded = run("chat", "--sample", "--port", port)
    assert status == 1
    assert errors.startswith(f"onrecord: 127.0.0.1, port {port}: address already in use;")
    assert not loaded & (HEAVY | ENGINE | {"numpy"})


def test_an_article_that_is_not_there_loads_no_model(run):
    run("ask", "--sample", "Who resigned as harbour commissioner?")
    status, _, errors, loaded = run("remove", "nothing", "--index", ".onrecord/sample")
    assert (status, errors.split(";")[0]) == (
        1, "onrecord: nothing: no article has this uri, key or id"
    )  # fmt: skip
    assert not loaded & (HEAVY | ENGINE)
