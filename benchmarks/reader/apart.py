"""Measures the reading model on the written questions that are kept apart.

    python benchmarks/reader/apart.py [--model FILE] [--data DATA]

Each question of ``written/apart.jsonl`` is read with the text that it was written for; with DATA
(see ``passages.py``) each of ``written/passages_apart.jsonl``, on public texts, with its passage,
two others of the article and one of another. Told are whether the sentence that answers comes
first, the short answer's F1, and how well the highest log odds tell questions that are answered
from those that are not. Nothing of these files is trained on.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from examples import APART, PASSAGES_APART, lines_of, with_texts
from sklearn.metrics import roc_auc_score

from index.text.sentences import split_sentences
from rag.judge import f1
from rag.reading.reader import Reader, Text


def main() -> None:
    """Reads every question and prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--model", type=Path, help="another model than the one that is shipped")
    parser.add_argument("--data", type=Path, help="public texts, for the questions on them")
    given = parser.parse_args()
    reader = Reader(given.model) if given.model else Reader()
    print("on news that was written:", _measured(reader, _alone(lines_of(APART))))
    if given.data:
        records = with_texts(lines_of(PASSAGES_APART), given.data)
        print("on passages of public texts:", _measured(reader, _among(records)))


def _alone(records: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], list[Text]]]:
    for record in records:
        yield record, [_text(record["title"], record["text"])]


def _among(records: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], list[Text]]]:
    for record, other in zip(records, [*records[1:], records[0]], strict=True):
        title = record["title"]
        same = [_text(title, text) for text in record["same"][:2]]
        own, far = _text(title, record["text"]), _text(other["title"], other["text"])
        yield record, [own, *same, far]


def _text(title: str, text: str) -> Text:
    return Text(title, text, [(s.start, s.end) for s in split_sentences(text)])


def _measured(reader: Reader, asked: Iterator[tuple[dict[str, Any], list[Text]]]) -> str:
    first, shared, best, answerable = [], [], [], []
    for record, texts in asked:
        for question, answer in record["asked"]:
            read = [
                (reading.margin + reading.relevance, number, reading, span)
                for number, (text, row) in enumerate(
                    zip(texts, reader.read(question, texts), strict=True)
                )
                for reading, span in zip(row, text.sentences, strict=True)
            ]
            odds, number, reading, (start, end) = max(read, key=lambda one: one[0])
            best.append(odds)
            answerable.append(bool(answer))
            if answer:
                first.append(number == 0 and start <= record["text"].find(answer) < end)
                shared.append(f1(answer, texts[number].text[reading.start : reading.end]))
    return (
        f"{len(best)} questions, {len(first)} answerable: sentence first {np.mean(first):.3f},"
        f" short answer F1 {np.mean(shared):.3f}, AUC {roc_auc_score(answerable, best):.3f}"
    )


if __name__ == "__main__":
    main()
