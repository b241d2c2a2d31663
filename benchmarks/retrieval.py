"""Ranks articles for the queries of a BEIR collection and reports retrieval metrics.

    python benchmarks/retrieval.py COLLECTION [--index DIR]

COLLECTION holds corpus.jsonl, queries.jsonl (``history`` is used where there is one) and
qrels/test.tsv; queries without a relevant document are left out.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

import ir_measures
from ir_measures import AP, RR, R, nDCG

from index.build import LEDGER, Builder
from index.embed import TransformerEmbedder
from index.readers import Source
from rag.corpus import Corpus
from rag.question import UnusableQuestion
from rag.settings import Settings

MEASURES = [nDCG @ 10, AP, RR @ 10, R @ 1, R @ 5, R @ 10, R @ 100]


def main() -> None:
    """Indexes the collection unless it is, searches, and prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("collection", type=Path)
    parser.add_argument("--index", type=Path)
    given = parser.parse_args()
    embedder = TransformerEmbedder()
    directory = given.index or Path(tempfile.mkdtemp())
    if not (directory / LEDGER).exists():
        Builder(directory, embedder).add([Source.at(given.collection / "corpus.jsonl")])
    corpus = Corpus(directory, embedder, Settings())
    judged: dict[str, dict[str, int]] = {}
    rows = (given.collection / "qrels" / "test.tsv").read_text(encoding="utf-8").splitlines()[1:]
    for query, document, score in (row.split("\t") for row in rows):
        judged.setdefault(query, {})[document] = int(score)
    run: dict[str, dict[str, float]] = {}
    for line in (given.collection / "queries.jsonl").read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        if not any(judged.get(record["_id"], {}).values()):
            judged.pop(record["_id"], None)
            continue
        try:
            ranked = corpus.rank(record["text"], 100, history=record.get("history") or ())
        except UnusableQuestion:
            ranked = []
        run[record["_id"]] = {stored.article.key: score for stored, score in ranked}
    print(f"{given.collection.name}: {len(judged)} queries")
    for measure, value in ir_measures.calc_aggregate(MEASURES, judged, run).items():
        print(f"  {measure}: {value:.4f}")


if __name__ == "__main__":
    main()
