"""How long commands take in a process of their own: ``python benchmarks/cold.py [--runs 5]``.

Beside them, in the same run, what they do without: importing sentence-transformers and LlamaIndex.
The best of the runs counts, in seconds by the clock: others on the machine only ever add to it.
"""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
QUESTION = "Who resigned as harbour commissioner, and why?"
YARDSTICK = "import sentence_transformers"


def seconds(arguments: list[str], folder: Path) -> float:
    """How long a process of Python with these arguments takes."""
    started = time.perf_counter()
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, *arguments], cwd=folder, env=environment, capture_output=True)
    return time.perf_counter() - started


def main() -> None:
    """Prints a line for each command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    command = ["-m", "ui.cli"]
    with tempfile.TemporaryDirectory() as place, socket.create_server(("127.0.0.1", 0)) as taken:
        folder = Path(place)
        port = str(taken.getsockname()[1])
        commands = {
            "onrecord ask --sample QUESTION": [*command, "ask", "--sample", QUESTION],
            "onrecord --help": [*command, "--help"],
            "an empty question": [*command, "ask", "--sample", ""],
            "a port that is taken": [*command, "chat", "--sample", "--port", port],
            "an unknown article": [*command, "remove", "none", "--index", ".onrecord/sample"],
            YARDSTICK: ["-c", YARDSTICK],
            "import llama_index.core": ["-c", "import llama_index.core"],
        }
        seconds(commands["onrecord ask --sample QUESTION"], folder)  # makes the index
        best = dict.fromkeys(commands, float("inf"))
        for _ in range(runs):
            for name, arguments in commands.items():
                best[name] = min(best[name], seconds(arguments, folder))
    for name, took in best.items():
        print(f"{name:32} {took:6.2f} s  {took / best[YARDSTICK]:5.2f} of {YARDSTICK!r}")


if __name__ == "__main__":
    main()
