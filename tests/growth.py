"""Whether work grows with the square of what it is given."""

import gc
import time

# Eight times as much may take TIMES as long: 8 is linear, 64 a square. What takes less than FLOOR
# seconds is not told apart from chance. Only a square fails ROUNDS times: a machine that has other
# work makes this thread's time up to twice as long, now and then.
TIMES, FLOOR, ROUNDS = 30, 0.02, 4


def assert_linear(work, small, large):
    """Holds the processor time of work on a thing against that on one eight times as large."""
    least = {}
    for thing in (small, large) * ROUNDS:
        gc.collect()
        gc.disable()  # it looks at all that the tests before have left
        started = time.thread_time()  # what other threads and processes do is not in it
        try:
            work(thing)
        finally:
            gc.enable()
        spent = time.thread_time() - started
        least[thing] = min(spent, least.get(thing, spent))
        if large in least and least[large] <= TIMES * max(FLOOR, least[small]):
            return
    raise AssertionError(f"{least[small]:.2f} s became {least[large]:.2f} s: {small[:60]!r}...")
