"""Collections in BEIR layout, with what their records say beside the text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def records_of(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSON Lines file."""
    with path.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines if line.strip())


def queries(folder: Path) -> Iterator[tuple[dict[str, Any], list[str]]]:
    """Each query's record, and the keys of the documents judged relevant."""
    right: dict[str, list[str]] = {}
    for row in (folder / "qrels" / "test.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        query, document, score = row.split("\t")
        if float(score) > 0:
            right.setdefault(query, []).append(document)
    for record in records_of(folder / "queries.jsonl"):
        yield record, right.get(record["_id"], [])
