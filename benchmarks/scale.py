"""How the folder engine searches many chunks, and adds many articles: times, memory and recall.

    python -m benchmarks.scale [--chunks 100000 300000] [--keep FOLDER] [--queries 300]
    python -m benchmarks.scale --add 5000 20000

Makes articles of ten chunks of 60 words each, drawn as Zipf has it, and vectors of 384 dimensions
that lie around their article's, and that around one of 2,000 topics; nothing is embedded. A
question is a chunk's vector with noise of the same length (cosine 0.71) and six of its words.
Each index is built in a process of its own and asked in another, on one thread; times of a question
are those of the processor. With ``--keep`` what is built stays there, and is only asked the next
time.

``--add`` has so many articles of 60 words read from a file, cut, compared and stored, as
``onrecord add`` does, but with vectors that take no model, and then 20 more.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import psutil
from numpy.typing import NDArray

from index.article import Article
from index.build import Builder
from index.chunk import Chunk
from index.engine import Embedded
from index.generation import Generation, Generations
from index.ledger import Prepared
from index.readers.source import Source
from index.text.sentences import Sentence
from rag.retrieve import Query, retrieve

DIMENSION, TOPICS = 384, 2_000
CHUNKS, WORDS = 10, 60  # of an article, and of a chunk
SENTENCES, FEW = 5, 20  # of a short article; articles that are added to all the others
VOCABULARY, COMMON = 200_000, 50  # words; the first of these, the stop words, are left out
BATCH = 20_000
MB = 1e6


class Made:
    """Stands for the model that made the vectors."""

    name, fingerprint, dimension, window = "made", "1", DIMENSION, 254

    def count_tokens(self, texts: list[str]) -> list[int]:
        """Words of each text."""
        return [len(text.split()) for text in texts]

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """A row for each text, the same for the same one."""
        seeds = [zlib.crc32(text.encode()) for text in texts]
        return np.concatenate([noise(np.random.default_rng(seed), 1) for seed in seeds])

    def encode_query(self, text: str) -> NDArray[np.float32]:
        """The vector of one text."""
        return self.encode_passages([text])[0]


def unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows at unit length."""
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


def noise(rng: np.random.Generator, *shape: int) -> NDArray[np.float32]:
    """Vectors in random directions, of unit length."""
    return unit(rng.standard_normal((*shape, DIMENSION), dtype=np.float32))


def articles(count: int) -> Iterator[tuple[Prepared, NDArray[np.float32]]]:
    """Made articles and the vectors of their chunks, the same in every run."""
    rng = np.random.default_rng(1)
    topics = noise(rng, TOPICS)
    for number in range(count):
        about = topics[number % TOPICS] + noise(rng)
        vectors = unit(unit(about) + noise(rng, CHUNKS))
        words = [f"w{rank}" for rank in drawn(rng, CHUNKS * WORDS)]
        lines = [" ".join(words[n : n + WORDS]) + "." for n in range(0, len(words), WORDS)]
        starts = np.cumsum([0, *(len(line) + 1 for line in lines)]).tolist()
        spans = [(start, start + len(line)) for start, line in zip(starts, lines, strict=False)]
        article = Article(
            uri=f"{number}.txt", key=str(number), text=" ".join(lines), raw="", title=f"W{number}"
        )
        yield (
            Prepared(
                article,
                [Sentence(*span) for span in spans],
                [
                    Chunk(*span, line, "", n, n)
                    for n, (span, line) in enumerate(zip(spans, lines, strict=True))
                ],
                [f"{number}-{n}" for n in range(CHUNKS)],
                b"",
                "en",
            ),
            vectors,
        )


def build(folder: Path, chunks: int) -> dict[str, float]:
    """Makes an index; seconds and peak memory of what is derived from the ledger."""
    engine = Embedded(folder)
    manifest = {"embedder": "made", "fingerprint": "1", "dimension": str(DIMENSION)}
    with engine.alone():
        engine.create(manifest | {"chunk_tokens": "100", "overlap": "0"})
        ledger = engine.open()
        with ledger.write():
            for prepared, vectors in articles(chunks // CHUNKS):
                ledger.put_encodings(zip(prepared.encodings, vectors, strict=True))
                ledger.insert(prepared)
        started = time.perf_counter()
        with ledger.write():
            ledger.set_manifest({"generation": "1", "token": "000001-made"})
            engine.learn(ledger, DIMENSION, "000001-made")
        spent = time.perf_counter() - started
    return {"build, s": spent, "build, peak MB": peak()}


def add(folder: Path, count: int) -> dict[str, float]:
    """Adds short articles, and then a few more; seconds of the processor, and peak memory."""
    folder.mkdir()
    source, rng = folder / "articles.jsonl", np.random.default_rng(1)
    builder = Builder(folder / "index", Made())
    told = {"start, peak MB": peak()}
    for name, first, last in (("add", 0, count), ("add 20 more", count, count + FEW)):
        with source.open("a", encoding="utf-8") as lines:
            for number in range(first, last):
                sentences = drawn(rng, WORDS).reshape(SENTENCES, -1)
                text = " ".join(f"W{' w'.join(map(str, row))}." for row in sentences)
                record = {"id": str(number), "title": f"Report {number}", "text": text}
                print(json.dumps(record), file=lines)
        started = time.process_time()
        report = builder.add([Source.at(source)])
        told[f"{name}, s"] = time.process_time() - started
        told[f"{name}, peak MB"] = peak()
        assert len(report.added) == last - first, report
    return told


def drawn(rng: np.random.Generator, count: int) -> NDArray[np.int64]:
    """The numbers of words, as often as Zipf has it."""
    ranks = COMMON * (VOCABULARY / COMMON) ** rng.random(count) - COMMON
    return ranks.astype(np.int64)


def peak() -> float:
    """The most memory that this process had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def ask(folder: Path, count: int) -> dict[str, float]:
    """Opens an index and asks it."""
    process = psutil.Process()
    before = process.memory_info().rss
    started = time.perf_counter()
    generations = Generations(folder, Made())
    with generations.reading() as now:
        opened = time.perf_counter() - started
        queries = [*questions(now, count)]
        loaded = process.memory_info().rss
        index = now.search_index
        ways = {
            "dense": lambda q: index.chunk_vectors.search(q.vector, 100),
            "BM25": lambda q: index.chunk_words.search(q.terms, 100),
            "all, fused": lambda q: retrieve(now, q, 10),
        }
        found: dict[str, float] = {"open, s": opened}
        for name, way in ways.items():
            spent = []
            for query in queries:
                started = time.process_time()
                way(query)
                spent.append(1000 * (time.process_time() - started))
            told = np.percentile(spent, [50, 95]).tolist()
            found |= dict(zip((f"{name} p50, ms", f"{name} p95, ms"), told, strict=True))
        found["opened, MB"] = (loaded - before) / MB
        found["whole process, MB"] = process.memory_info().rss / MB
        found["recall@10"] = recall(now, queries)
    return found


def questions(now: Generation, count: int) -> Iterator[Query]:
    """Questions near chunks of the index."""
    rng = np.random.default_rng(2)
    pks = rng.choice(now.ledger.counts()["chunks"], count, replace=False) + 1
    chunks = now.ledger.chunks(pks.tolist())
    owners = {chunk.article for chunk in chunks.values()}
    vectors = {pk: vector for pk, _, vector in now.ledger.vectors(DIMENSION, owners)}
    for pk, chunk in chunks.items():
        text = now.ledger.articles([chunk.article])[chunk.article].article.text
        words = text[chunk.start : chunk.end - 1].split()
        asked = dict.fromkeys(rng.choice(words, 6, replace=False).tolist(), 1.0)
        vector = unit(vectors[pk] + noise(rng))
        yield Query(" ".join(asked), " ".join(asked), vector, asked, Made())


def recall(now: Generation, queries: list[Query]) -> float:
    """The mean share of the true first ten that are found."""
    asked = np.stack([query.vector for query in queries])
    best = np.full((len(asked), 10), -2.0, np.float32)
    which = np.zeros((len(asked), 10), np.int64)
    held: list[tuple[int, NDArray[np.float32]]] = []

    def look() -> None:
        nonlocal best, which
        scores = np.hstack([best, asked @ np.stack([row for _, row in held]).T])
        pks = np.broadcast_to([pk for pk, _ in held], (len(asked), len(held)))
        first = np.argpartition(-scores, 10)[:, :10]
        best = np.take_along_axis(scores, first, 1)
        which = np.take_along_axis(np.hstack([which, pks]), first, 1)
        held.clear()

    for pk, _, vector in now.ledger.vectors(DIMENSION):
        held.append((pk, vector))
        if len(held) == BATCH:
            look()
    if held:
        look()
    index = now.search_index.chunk_vectors
    shares = [
        len({pk for pk, _ in index.search(query.vector, 10)} & set(true)) / 10
        for query, true in zip(queries, which.tolist(), strict=True)
    ]
    return float(np.mean(shares))


def apart(*words: str) -> dict[str, float]:
    """What a process of its own found."""
    command = [sys.executable, "-m", "benchmarks.scale", *words]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    """Builds and asks an index of each size, or adds to one, and prints a table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--chunks", type=int, nargs="+", default=[100_000, 300_000])
    parser.add_argument("--queries", type=int, default=300)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--add", type=int, nargs="+", default=[])
    parser.add_argument("--part", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.part:
        import faiss

        faiss.omp_set_num_threads(1)
        name, folder, count = given.part
        print(json.dumps({"build": build, "ask": ask, "add": add}[name](Path(folder), int(count))))
        return
    rows: dict[int, dict[str, float]] = {}
    with tempfile.TemporaryDirectory(prefix="onrecord-scale-") as made:
        for count in given.add or given.chunks:
            folder = (given.keep or Path(made)) / str(count)
            parts = {"add": count} if given.add else {"build": count, "ask": given.queries}
            if folder.exists():
                del parts["build"]
            rows[count] = {}
            for name, size in parts.items():
                rows[count] |= apart("--part", name, str(folder), str(size))
                print(json.dumps(rows[count]), file=sys.stderr, flush=True)
    print(
        f"| {'articles' if given.add else 'chunks'} | "
        + " | ".join(map("{:,}".format, rows))
        + " |"
    )
    print("|---|" + "---:|" * len(rows))
    for name in next(iter(rows.values())):
        figures = " | ".join(f"{row.get(name, 0):,.3g}" for row in rows.values())
        print(f"| {name} | {figures} |")


if __name__ == "__main__":
    main()
