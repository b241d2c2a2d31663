"""One queue for the questions of several processes."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from pathlib import Path

from tests.running import run
from ui.server.turns import Turns
from ui.server.worker_pool import WorkerPool, last_of

SECONDS = 120  # the longest wait for something that must come

ROOT = str(Path(__file__).parents[2])
HOLDS = """
import sys
from pathlib import Path
from ui.server.turns import Turns
with Turns(Path(sys.argv[1]), 1).taken():
    print("taken", flush=True)
    sys.stdin.read()
"""


def holding(folder):
    """Another process that has a turn."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(folder)],
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
    with turns.taken(), turns.taken() as done:
        third = waiting(turns, "third", order)
        order.append("second")
        done()
        third.join(SECONDS)
    assert order == ["second", "third"]


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


def test_what_comes_after_the_first_item_holds_no_turn(tmp_path):
    turns = Turns(tmp_path, 1)
    pool, other = WorkerPool(turns=turns), WorkerPool(turns=turns)
    answered = threading.Event()

    def slow():
        yield "first"
        answered.wait(SECONDS)  # as for a language model
        yield "last"

    async def ask():
        told = []
        async for item in pool.stream(slow):
            if not told:
                told.append(await other.run(lambda: "another"))
                answered.set()
            told.append(item)
        return told

    assert run(ask()) == ["another", "first", "last"]
