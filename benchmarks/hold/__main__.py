"""Kills, damages, fills up and attacks an index and its server, and counts what became of it.

    python -m benchmarks.hold [kills damage disk files requests] [--seed 0] [--times 1]

Prints a table for docs/safety.md. The exit status is 1 if anything was lost or false, left behind,
or told as a traceback. Beside the embedding model of the tests everything is as it is used.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import faiss

from benchmarks.hold import damage, disk, hostile, kills
from benchmarks.hold.trial import FAILURES, VERDICTS, Result

# What there is to do to an index, and how many trials of each case (of a kind of damage, a size of
# disk, a reader, a door) make the figures of the issue.
PARTS: dict[str, tuple[Callable[[Path, int, random.Random], Iterator[tuple[str, Result]]], int]] = {
    "kills": (kills.trials, 50),
    "damage": (damage.trials, 6),
    "disk": (disk.trials, 20),
    "files": (hostile.files, 65),
    "requests": (hostile.requests, 36),
}
SHOWN = 20


def main() -> int:
    """Runs what was asked for, prints the table, and says whether nothing failed."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], default=list(PARTS))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--times", type=float, default=1.0, help="of the usual number of trials")
    parser.add_argument("--notes", action="store_true", help="print what every trial came to")
    given = parser.parse_args()
    faiss.omp_set_num_threads(1)  # a fork has none of the threads before it, and waits for them
    rows: dict[str, Counter[str]] = defaultdict(Counter)
    failed = 0
    for part in given.parts or PARTS:
        trials, count = PARTS[part]
        with tempfile.TemporaryDirectory() as folder:
            chance = random.Random(f"{given.seed} {part}")  # noqa: S311 - to be had again
            started = time.monotonic()
            for name, result in trials(Path(folder), max(1, round(count * given.times)), chance):
                rows[name][result.verdict] += 1
                bad = result.verdict in FAILURES
                failed += bad
                if given.notes or (bad and failed <= SHOWN):
                    print(f"{name}: {result.verdict}: {result.note}", file=sys.stderr, flush=True)
            print(f"{part}: {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
    print(f"| | tried | {' | '.join(VERDICTS)} |\n|---|{'---:|' * (len(VERDICTS) + 1)}")
    for name, row in rows.items():
        print(f"| {name} | {row.total()} | {' | '.join(str(row[v]) for v in VERDICTS)} |")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
