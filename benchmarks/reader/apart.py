"""Measures the reading model on the written questions that are kept apart.

    python benchmarks/reader/apart.py [--model FILE]

Each question of ``written/apart.jsonl`` is read with the text that it was written for: whether the
sentence that answers comes first, the short answer's F1, and how well the margin tells questions
that the text answers from those that it does not. Nothing of the file is trained on.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

from index.text.sentences import split_sentences
from rag.evaluation.judge import f1
from rag.reading.reader import Reader, Text

APART = Path(__file__).parent / "written" / "apart.jsonl"


def main() -> None:
    """Reads every question and prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--model", type=Path, help="another model than the one that is shipped")
    model = parser.parse_args().model
    reader = Reader(model) if model else Reader()
    first, shared, margins, answerable = [], [], [], []
    for line in APART.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        text = record["text"]
        spans = [(s.start, s.end) for s in split_sentences(text)]
        for question, answer in record["asked"]:
            (read,) = reader.read(question, [Text(record["title"], text, spans)])
            margins.append(max(r.margin for r in read))
            answerable.append(bool(answer))
            if answer:
                best = max(range(len(read)), key=lambda n: read[n].margin + read[n].relevance)
                at = text.find(answer)
                first.append(spans[best][0] <= at < spans[best][1])
                shared.append(f1(answer, text[read[best].start : read[best].end]))
    print(
        f"{len(margins)} questions, {len(first)} answerable: sentence first {np.mean(first):.3f},"
        f" short answer F1 {np.mean(shared):.3f},"
        f" AUC {roc_auc_score(answerable, margins):.3f}"
    )


if __name__ == "__main__":
    main()
