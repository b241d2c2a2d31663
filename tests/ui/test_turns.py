"""One queue for the questions of several processes."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

from index.embedders import cores
from tests.running import run
from ui.server.metrics import SHARED
from ui.server.server import _pool
from ui.server.turns import Turns
from ui.server.worker_pool import WorkerPool, last_of

SECONDS = 120  # the longest wait for something that must come

ROOT = str(Path(__file__).parents[2])
HOLDS = """
import sys
from pathlib import Path
from ui.server.turns import Turns
with Turns(Path(sys.argv[1]), int(sys.argv[2])).taken():
    print("taken", flush=True)
    sys.stdin.read()
"""


def holding(folder, at_once=1):
    """Another process that has a turn, of so many."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(folder), str(at_once)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "taken\n"
    return process


def waiting(turns, name, order):
    """A thread that takes a turn, says so and ends it; it has begun to wait."""
    begun = threading.Event()

    def take():
        begun.set()
        with turns.taken():
            order.append(name)

    thread = threading.Thread(target=take)
    thread.start()
    assert begun.wait(SECONDS)
    return thread


def test_so_many_at_once_and_the_next_when_one_has_ended(tmp_path):
    turns, order = Turns(tmp_path, 2), []
    with turns.taken():
        with turns.taken():
            third = waiting(turns, "third", order)
            order.append("second")
        third.join(SECONDS)
        order.append("first")
    assert order == ["second", "third", "first"]


def test_a_process_that_is_killed_gives_up_its_turn(tmp_path):
    other, order = holding(tmp_path), []
    mine = waiting(Turns(tmp_path, 1), "mine", order)
    assert order == []
    other.send_signal(signal.SIGKILL)
    other.wait(SECONDS)
    mine.join(SECONDS)
    assert order == ["mine"]


def test_a_process_waits_for_the_turn_of_another(tmp_path):
    other = holding(tmp_path)
    pool = WorkerPool(at_once=1, turns=Turns(tmp_path, 1))
    order = []

    async def ask():
        return await last_of(pool.stream(lambda: iter([order.append("answered") or "answer"])))

    asking = threading.Thread(target=lambda: order.append(run(ask())))
    asking.start()
    order.append("other ends")
    other.stdin.close()
    other.wait(SECONDS)
    asking.join(SECONDS)
    assert order == ["other ends", "answered", "answer"]


def test_whoever_waits_for_a_language_model_keeps_no_other_waiting(tmp_path, monkeypatch):
    monkeypatch.setenv(SHARED, str(tmp_path))
    # Others have every turn there is, in another process.
    others = [holding(tmp_path, cores() + 1) for _ in range(cores() + 1)]
    try:
        pool = _pool(SimpleNamespace(model=object()))
        assert run(pool.run(lambda: "answer")) == "answer"
    finally:
        for other in others:
            other.kill()
            other.wait(SECONDS)


def test_without_one_the_processes_take_turns(tmp_path, monkeypatch):
    monkeypatch.setenv(SHARED, str(tmp_path))
    others = [holding(tmp_path, cores() + 1) for _ in range(cores() + 1)]
    pool, order = _pool(SimpleNamespace(model=None)), []
    asking = threading.Thread(target=lambda: order.append(run(pool.run(lambda: "answer"))))
    asking.start()
    order.append("others end")
    for other in others:
        other.kill()
        other.wait(SECONDS)
    asking.join(SECONDS)
    assert order == ["others end", "answer"]
