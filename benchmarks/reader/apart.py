"""Measures the reading model on the written questions that are kept apart.

    python benchmarks/reader/apart.py [--model FILE] [--data DATA]

Each question of ``written/apart.jsonl`` is read with the text that it was written for, each of
``written/stories/apart.jsonl`` with the articles of its story and one of another; with DATA (see
``passages.py``) each of ``written/passages_apart.jsonl``, on public texts, with its passage, two
others of the article and one of another. Told are whether a sentence that answers comes first, the
short answer's F1, and how well the highest log odds tell questions that are answered from those
that are not. Nothing of these files is trained on.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from examples import APART, PASSAGES_APART, STORIES_APART, lines_of, with_texts
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
    print("on stories that were written:", _measured(reader, _in_stories(lines_of(STORIES_APART))))
    if given.data:
        records = with_texts(lines_of(PASSAGES_APART), given.data)
        print("on passages of public texts:", _measured(reader, _among(records)))


# A question, what it is read with, and for each text that answers its number and the words.
_Asked = Iterator[tuple[str, list[Text], list[tuple[int, str]]]]


def _alone(records: list[dict[str, Any]]) -> _Asked:
    for record in records:
        for question, answer in record["asked"]:
            yield question, [_text(record)], [(0, answer)] if answer else []


def _in_stories(records: list[dict[str, Any]]) -> _Asked:
    for record, other in zip(records, [*records[1:], records[0]], strict=True):
        texts = [_text(article) for article in (*record["story"], other["story"][0])]
        for question, answers in record["asked"]:
            yield question, texts, answers


def _among(records: list[dict[str, Any]]) -> _Asked:
    for record, other in zip(records, [*records[1:], records[0]], strict=True):
        same = [{"title": record["title"], "text": text} for text in record["same"][:2]]
        texts = [_text(each) for each in (record, *same, other)]
        for question, answer in record["asked"]:
            yield question, texts, [(0, answer)] if answer else []


def _text(record: dict[str, Any]) -> Text:
    text = record["text"]
    return Text(record["title"], text, [(s.start, s.end) for s in split_sentences(text)])


def _measured(reader: Reader, asked: _Asked) -> str:
    first, shared, best, answerable = [], [], [], []
    for question, texts, answers in asked:
        read = [
            (reading.margin + reading.relevance, number, reading, span)
            for number, (text, row) in enumerate(
                zip(texts, reader.read(question, texts), strict=True)
            )
            for reading, span in zip(row, text.sentences, strict=True)
        ]
        odds, number, reading, (start, end) = max(read, key=lambda one: one[0])
        best.append(odds)
        answerable.append(bool(answers))
        if answers:
            text = texts[number].text
            here = [words for n, words in answers if n == number]
            first.append(any(start <= text.find(words) < end for words in here))
            told = text[reading.start : reading.end]
            shared.append(max(f1(words, told) for _, words in answers))
    return (
        f"{len(best)} questions, {len(first)} answerable: sentence first {np.mean(first):.3f},"
        f" short answer F1 {np.mean(shared):.3f}, AUC {roc_auc_score(answerable, best):.3f}"
    )


if __name__ == "__main__":
    main()
