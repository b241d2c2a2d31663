"""Passages of public texts that questions were written on, by article, cut as they were read.

DATA holds SQuAD 1.1 (``squad1_train.jsonl.gz``) and, in a folder ``gum``, the files of GUM's
``dep`` (github.com/amir-zeldes/gum: news, interviews, speeches, lives, court sessions). Neither is
part of onrecord: ``written/passages*.jsonl`` names a passage by its article and its number there.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

# Words of a passage of GUM, at most, unless one paragraph is longer; shorter paragraphs are left.
WORDS, PARAGRAPH = 190, 4

_NAME = re.compile(r"GUM_((?:news|interview|speech|bio|court)_\w+)\.conllu")


def articles(data: Path) -> dict[str, tuple[str, list[str]]]:
    """The title and the passages of each article, by its id (``squad:Police``)."""
    found = {}
    with gzip.open(data / "squad1_train.jsonl.gz", "rt", encoding="utf-8") as lines:
        for record in map(json.loads, lines):
            title = unquote(record["title"])
            found[f"squad:{title}"] = title, [p["text"] for p in record["paragraphs"]]
    for file in sorted((data / "gum").glob("*.conllu")):
        if name := _NAME.fullmatch(file.name):
            text = file.read_text("utf-8")
            title = re.search(r"# meta::title = (.*)", text)
            found[f"gum:{name[1]}"] = title[1] if title else name[1], [*_cut(text)]
    return found


def _cut(text: str) -> Iterator[str]:
    """The paragraphs of a file of GUM, joined to passages."""
    paragraphs: list[list[str]] = [[]]
    for block in text.split("\n\n"):
        if sentence := re.search(r"^# text = (.*)$", block, re.M):
            if re.search(r"^# newpar", block, re.M) and paragraphs[-1]:
                paragraphs.append([])
            paragraphs[-1].append(sentence[1])
    passage: list[str] = []
    for words in (" ".join(sentences).split() for sentences in paragraphs):
        if len(words) < PARAGRAPH:
            continue
        if passage and len(passage) + len(words) > WORDS:
            yield " ".join(passage)
            passage = []
        passage += words
    if passage:
        yield " ".join(passage)
