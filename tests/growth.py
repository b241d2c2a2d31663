"""Whether work grows with the square of what it is given."""

import gc
import time

# Four times as much may take TIMES as long: 4 is linear, 16 a square. What takes less than FLOOR
# seconds is not told apart from chance.
TIMES, FLOOR = 12, 0.05


def assert_linear(work, small, large):
    """Holds the processor time of work on a thing against that on one four times as large."""
    least = {}
    for thing in (small, large, small, large):
        gc.collect()
        gc.disable()  # it looks at all that the tests before have left
        started = time.process_time()
        try:
            work(thing)
        finally:
            gc.enable()
        spent = time.process_time() - started
        least[thing] = min(spent, least.get(thing, spent))
        if least.get(large, FLOOR * TIMES + 1) <= TIMES * max(FLOOR, least[small]):
            return
    raise AssertionError(f"{least[small]:.2f} s became {least[large]:.2f} s: {small[:60]!r}...")
