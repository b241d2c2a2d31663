"""Both engines over the same articles in one run: how fast they add and search, as ratios.

The articles are made of words drawn as often as Zipf has it, the vectors are near their topic's:
what embedding takes is left out. Run: python -m benchmarks.engine [--articles 2000]
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.article import Article
from index.build import Builder
from index.database import Place
from index.generation import Generations
from rag.retrieve import Query, retrieve
from tests.postgres import fresh, server

DIMENSION = 384
WORDS = 30_000
TOPICS = 200
SENTENCES = 25
QUERIES = 200
FEW = 20
"""Articles that are added to all the others."""


class Topical:
    """A text's vector is that of its first word's topic, and some noise."""

    name, fingerprint, dimension, window = "topical", "1", DIMENSION, 254

    def __init__(self) -> None:
        self._topics = np.random.default_rng(0).normal(size=(TOPICS, DIMENSION))

    def count_tokens(self, texts: list[str]) -> list[int]:
        """Words of each text."""
        return [len(text.split()) for text in texts]

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One row for each text."""
        return np.array([self.encode_query(text) for text in texts], np.float32).reshape(
            -1, DIMENSION
        )

    def encode_query(self, text: str) -> NDArray[np.float32]:
        """The vector of one text."""
        seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
        topic = self._topics[sum(text.split()[0].encode()) % TOPICS]
        vector = topic + np.random.default_rng(seed).normal(size=DIMENSION)
        return (vector / np.linalg.norm(vector)).astype(np.float32)


def articles(count: int, first: int = 0) -> list[Article]:
    """Made articles, the same in every run."""
    rng = np.random.default_rng(first + 1)
    made = []
    for number in range(first, first + count):
        ranks = np.minimum(rng.zipf(1.2, size=SENTENCES * 12), WORDS)
        words = [f"w{rank}" for rank in ranks]
        lines = [" ".join(words[12 * n : 12 * n + 12]).capitalize() + "." for n in range(SENTENCES)]
        text = " ".join(lines)
        title = f"W{number} of w{ranks[0]}"
        made.append(Article(uri=f"{number}.txt", key=str(number), text=text, raw=text, title=title))
    return made


def measure(place: Place, count: int) -> dict[str, Any]:
    """Seconds of adding, milliseconds of searching."""
    embedder = Topical()
    builder = Builder(place, embedder)
    times = {}
    for name, part in (("all", articles(count)), ("few", articles(FEW, count))):
        started = time.perf_counter()
        builder.put(part)
        times[name] = time.perf_counter() - started
    rng = np.random.default_rng(2)
    queries = [
        Query.of(" ".join(f"w{min(r, WORDS)}" for r in rng.zipf(1.2, size=6) + 20), embedder)
        for _ in range(QUERIES)
    ]
    generations = Generations(place, embedder)
    found, spent = [], []
    for query in queries:
        started = time.perf_counter()
        with generations.reading() as now:
            found.append([passage.chunk.pk for passage in retrieve(now, query, 10)])
        spent.append(1000 * (time.perf_counter() - started))
    with generations.reading() as now:
        chunks = now.ledger.counts()["chunks"]
        near = [now.search_index.chunk_vectors.search(q.vector, 10) for q in queries]
    return {
        "chunks": chunks,
        "add, articles/s": count / times["all"],
        "add few, s": times["few"],
        "search p50, ms": float(np.percentile(spent[10:], 50)),
        "search p95, ms": float(np.percentile(spent[10:], 95)),
        "found": found,
        "near": [[pk for pk, _ in each] for each in near],
    }


def shared(ours: list[list[int]], theirs: list[list[int]]) -> float:
    """The mean share of what one found that the other found too."""
    return float(
        np.mean([len({*a} & {*b}) / max(1, len(b)) for a, b in zip(ours, theirs, strict=True)])
    )


def main() -> None:
    """Measures both and prints a table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=2000)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        ours = measure(Path(folder) / "index", given.articles)
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        server(Path(folder)) as address,
    ):
        theirs = measure(fresh(address), given.articles)
    same = {name: shared(theirs.pop(name), ours.pop(name)) for name in ("found", "near")}
    rows = {name: (ours[name], theirs[name], theirs[name] / ours[name]) for name in ours}
    if given.json:
        print(json.dumps({"rows": rows, "same": same}))
        return
    print("| | folder | PostgreSQL | ratio |\n|---|---:|---:|---:|")
    for name, values in rows.items():
        print(f"| {name} | " + " | ".join(f"{value:,.2f}" for value in values) + " |")
    print(f"\nOf the ten of the folder, PostgreSQL has {same['found']:.3f}; of its ten nearest")
    print(f"vectors {same['near']:.3f}.")


if __name__ == "__main__":
    main()
