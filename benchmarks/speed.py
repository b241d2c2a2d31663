"""Asks real questions of large indexes and reports time, memory and size.

    python benchmarks/speed.py COLLECTION... --index DIR [--articles 10000] [--stand-in]

COLLECTION is a folder in BEIR layout. Its documents, and further articles of 300 to 800 words made
of stretches of several documents under another title and date, become an index of so many articles
in DIR and one of a tenth of them; an index that is there already is used, and one whose build was
stopped is finished. The collections' own questions are asked warm, at most ``--questions`` of
each. Every step runs in a process of its own, so that its memory is its own too.

``--stand-in`` encodes the articles' words
as random directions instead; questions are encoded by the model all the same, so that what one
takes is as it would be, and what it finds is not.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from beir import records_of
from numpy.typing import NDArray

from index.build import Builder
from index.embedders import DIMENSION, MiniLM
from index.engine import LEDGER, open_ledger
from index.readers.source import Source
from index.search_index import FOLDER
from index.text.sentences import split_sentences
from index.text.words import WORD
from rag.corpus import Corpus
from rag.question import UnusableQuestion
from rag.settings import Settings

SEED = 0
WORDS = (300, 800)  # a news article's length
RUN = (2, 5)  # sentences that are taken together
FIRST_DAY = date(2020, 1, 1)
DAYS = 2_000


def main() -> None:
    """Builds what is missing, asks, and prints the figures of both sizes and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("collections", nargs="+", type=Path)
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--questions", type=int, default=100)
    parser.add_argument("--stand-in", action="store_true")
    given = parser.parse_args()
    records = articles(given.collections, given.articles)
    asked = questions(given.collections, given.questions)
    medians = []
    for count in (given.articles // 10, given.articles):
        folder = given.index / str(count)
        folder.mkdir(parents=True, exist_ok=True)
        source = folder / "articles.jsonl"
        source.write_text("".join(f"{json.dumps(r)}\n" for r in records[:count]), encoding="utf-8")
        print(f"\n{count} articles")
        show("add", apart(add, folder, given.stand_in))
        show("add again, nothing changed", apart(add, folder, given.stand_in))
        show("on disk", sizes(folder))
        show("open, cold", apart(opened, folder))
        times, memory = apart(ask, folder, asked)
        for stage in ("encode", "search", "answer", "whole"):
            show(f"question, {stage}", spread([getattr(t, stage) for t in times]))
        show("asking", {"questions": len(times), **memory})
        medians.append(np.median([t.whole for t in times]))
    print(f"\na question at ten times the articles takes {medians[1] / medians[0]:.2f} the time")


# what is indexed and asked


def articles(collections: Sequence[Path], count: int) -> list[dict[str, Any]]:
    """The collections' documents and as many mixed ones as are missing, in seeded order."""
    found = [
        {**record, "_id": f"{folder.name}-{record['_id']}"}
        for folder in collections
        for record in records_of(folder / "corpus.jsonl")
    ]
    rng = random.Random(SEED)  # noqa: S311 (nothing is kept secret by it)
    runs = list(stretches(found, rng))
    found += [mixed(number, runs, rng) for number in range(count - len(found))]
    rng.shuffle(found)
    return found[:count]


def stretches(records: Sequence[dict[str, Any]], rng: random.Random) -> Iterator[str]:
    """The documents cut into runs of a few sentences."""
    for record in records:
        text = record["text"]
        sentences = split_sentences(text)
        first = 0
        while first < len(sentences):
            last = min(first + rng.randint(*RUN), len(sentences))
            yield text[sentences[first].start : sentences[last - 1].end]
            first = last


def mixed(number: int, runs: Sequence[str], rng: random.Random) -> dict[str, Any]:
    """An article of stretches of several documents, a paragraph each."""
    wanted = rng.randint(*WORDS)
    parts: list[str] = []
    while sum(len(part.split()) for part in parts) < wanted:
        parts.append(rng.choice(runs))
    title = " ".join(rng.choice(runs).split()[: rng.randint(6, 12)])
    day = FIRST_DAY + timedelta(days=rng.randrange(DAYS))
    return {
        "_id": f"mixed-{number}",
        "title": title,
        "text": "\n\n".join(parts),
        "metadata": {"published": day.isoformat()},
    }


def questions(collections: Sequence[Path], each: int) -> list[dict[str, Any]]:
    """A sample of each collection's questions, mixed."""
    rng = random.Random(SEED)  # noqa: S311
    found = []
    for folder in collections:
        records = list(records_of(folder / "queries.jsonl"))
        found += rng.sample(records, min(each, len(records)))
    rng.shuffle(found)
    return found


# what is measured, each in a process of its own


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds that one question took; ``search`` is retrieval without the encoding."""

    encode: float
    search: float
    answer: float
    whole: float


class TimedEmbedder(MiniLM):
    """The embedding model, and how long its last query took it."""

    last_ms = 0.0

    def encode_query(self, text: str) -> NDArray[np.float32]:
        """Encodes what is searched for, and notes the time."""
        started = time.perf_counter()
        vector = super().encode_query(text)
        self.last_ms = 1000 * (time.perf_counter() - started)
        return vector


class StandIn(MiniLM):
    """The model for questions; for articles, a random direction for each word."""

    def __init__(self) -> None:
        super().__init__()
        self._directions: dict[str, NDArray[np.float32]] = {}
        self._random = np.random.default_rng(SEED)

    def count_tokens(self, texts: list[str]) -> list[int]:
        """Words of each text, and a third more: what the model makes of English."""
        return [1 + 4 * len(WORD.findall(text)) // 3 for text in texts]

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Each text as the sum of its words."""
        vectors = np.empty((len(texts), DIMENSION), dtype=np.float32)
        for row, text in enumerate(texts):
            words = WORD.findall(text)[: self.window] or [text[:1]]
            total = sum(self._direction(word.lower()) for word in words)
            vectors[row] = total / np.linalg.norm(total)
        return vectors

    def _direction(self, word: str) -> NDArray[np.float32]:
        if word not in self._directions:
            vector = self._random.normal(size=DIMENSION).astype(np.float32)
            self._directions[word] = vector / np.linalg.norm(vector)
        return self._directions[word]


def add(folder: Path, stand_in: bool) -> dict[str, float]:
    """Brings an index in line with its source; what was stored before a stop is not counted."""
    embedder = StandIn() if stand_in else MiniLM()
    embedder.encode_query("ready")
    builder = Builder(folder, embedder, progress=progress)
    started = time.perf_counter()
    report = builder.add([Source.at(folder / "articles.jsonl")])
    seconds = time.perf_counter() - started
    fresh = len(report.added) + len(report.changed)
    return {
        "seconds": seconds,
        "articles": fresh,
        "chunks encoded": report.embedded,
        "articles/s": fresh / seconds,
        "chunks encoded/s": report.embedded / seconds,
        "duplicates": len(report.duplicates),
        **memory(),
    }


def progress(stage: str, done: int, total: int) -> None:
    """Shows on standard error how far a build is."""
    if stage != "read" and done % 640 == 0:
        print(f"{time.strftime('%H:%M:%S')} {stage} {done} of {total}", file=sys.stderr)


def opened(folder: Path) -> dict[str, float]:
    """What the first question of a process waits for."""
    embedder = MiniLM()
    started = time.perf_counter()
    embedder.encode_query("ready")
    model = time.perf_counter()
    Corpus(folder, embedder, Settings()).prepare()
    return {"model s": model - started, "index s": time.perf_counter() - model, **memory()}


def ask(folder: Path, asked: Sequence[dict[str, Any]]) -> tuple[list[Times], dict[str, float]]:
    """Asks all questions warm."""
    embedder = TimedEmbedder()
    corpus = Corpus(folder, embedder, Settings())
    corpus.prepare()
    times = []
    for warm in (False, True):
        for record in asked[: None if warm else 20]:
            started = time.perf_counter()
            try:
                answer = corpus.ask(record["text"], history=record.get("history") or ())
            except UnusableQuestion:
                continue
            whole = 1000 * (time.perf_counter() - started)
            told = answer.timings
            if warm and "retrieve_ms" in told:  # taken for a question for a fact
                search = told["retrieve_ms"] - embedder.last_ms
                times.append(Times(embedder.last_ms, search, told["answer_ms"], whole))
    return times, memory()


def sizes(folder: Path) -> dict[str, float]:
    """Megabytes of the ledger and of what is derived, and how many chunks they hold."""
    ledger = open_ledger(folder)
    with ledger.read():
        counts = ledger.counts()
    derived = [p for p in (folder / FOLDER).rglob("*") if p.is_file()]
    return {
        **{name: counts[name] for name in ("articles", "chunks", "stories")},
        "ledger MB": (folder / LEDGER).stat().st_size / 1e6,
        "derived MB": sum(path.stat().st_size for path in derived) / 1e6,
    }


def memory() -> dict[str, float]:
    """The most memory that this process has held."""
    return {"peak MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000}


def apart(step: Callable[..., Any], *given: Any) -> Any:  # noqa: ANN401
    """Runs a step in a new process and hands back what it found."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(step, *given).result()


# what is printed


def spread(values: Sequence[float]) -> dict[str, float]:
    """How milliseconds are spread."""
    return {"p50": np.median(values), "p95": np.quantile(values, 0.95), "max": max(values)}


def show(name: str, figures: dict[str, float]) -> None:
    """Prints a line of figures."""
    listed = (
        f"{label} {value:,}" if isinstance(value, int) else f"{label} {value:,.1f}"
        for label, value in figures.items()
    )
    print(f"  {name}: {', '.join(listed)}", flush=True)


if __name__ == "__main__":
    main()
