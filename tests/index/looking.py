"""Corpora on disk for the tests, and all that can be seen of an index."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np

from index.build import Builder, Report
from index.engine import open_ledger
from index.generation import Generations
from index.readers.source import Source
from index.text.words import content_stems

RAIN = "Rain fell on Bern on Sunday.\n\nThe weather office expects more rain in Bern on Monday.\n"
SNOW = "Snow closed the pass above Airolo.\n\nPloughs cleared the road to the pass by noon.\n"
VOTE = "Parliament adopted the budget.\n\nThe minister of finance praised the vote.\n"
QUERIES = ("rain in Bern", "the road to the pass", "budget vote minister", "nothing of this kind")


def write(folder: Path, files: dict[str, str | bytes | list[dict]]) -> Path:
    """Writes files; a list becomes the lines of a JSONL file."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, list):
            content = "".join(json.dumps(record) + "\n" for record in content)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def add(directory: Path, embedder, *sources, **options) -> Report:
    """What ``onrecord add`` does."""
    return Builder(directory, embedder, **options).add([Source.at(s) for s in sources])


def counts(report: Report) -> dict[str, list[str]]:
    """What a build says it did, without what is empty."""
    names = ("added", "changed", "unchanged", "removed", "duplicates")
    told = {name: sorted(getattr(report, name)) for name in names}
    told["skipped"] = sorted(item.uri for item in report.skipped)
    return {name: uris for name, uris in told.items() if uris}


def rows(directory: Path, table: str) -> int:
    """How many rows a table of the ledger has."""
    ledger = open_ledger(directory)
    with ledger.read():
        return ledger.database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


def search(store: Generations, embedder, text: str) -> dict[str, list]:
    """Every result of a query in each of the search structures, by articles and offsets."""
    with store.reading() as now:
        whole = 10_000
        chunks = {c.pk: c for c in now.ledger.all_chunks()}
        uris = {a.pk: a.article.uri for a in now.ledger.all_articles()}

        def chunk(pk):
            found = chunks[pk]
            return f"{uris[found.article]}:{found.start}-{found.end}"

        vector = embedder.encode_query(text)
        weights = dict.fromkeys(content_stems(text), 1.0)
        found = now.search_index
        by = {
            "near chunks": (chunk, found.chunk_vectors.search(vector, whole)),
            "near articles": (uris.get, found.article_vectors.search(vector, whole)),
            "chunks with words": (chunk, found.chunk_words.search(weights, whole)),
            "articles with words": (uris.get, found.article_words.search(weights, whole)),
        }
    return {
        kind: sorted((-round(score, 4), name(pk)) for pk, score in scored)
        for kind, (name, scored) in by.items()
    }


def look(directory: Path, embedder) -> dict[str, object]:
    """All that a reader can see of an index, without pks, revisions, roots and generations.

    Two indexes of one corpus look equal however they came about.
    """
    store = Generations(directory, embedder)
    with store.reading() as now:
        stored = list(now.ledger.all_articles())
        uris = {a.pk: a.article.uri for a in stored}
        chunks = list(now.ledger.all_chunks())
        vectors = {pk: v for pk, _, v in now.ledger.vectors(now.dimension)}
        texts = {a.pk: a.article.text for a in stored}
        told = {
            "counts": now.ledger.counts(),
            "articles": {
                a.article.uri: (
                    a.id,
                    replace(a.article, root="", raw=now.ledger.raw(a.pk)),
                    a.sentences,
                )
                for a in stored
            },
            "stories": sorted(
                sorted(uris[a.pk] for a in stored if a.story == story)
                for story in {a.story for a in stored}
            ),
            "chunks": sorted(
                (
                    uris[c.article],
                    *(c.start, c.end, texts[c.article][c.start : c.end], c.heading),
                    *(c.first, c.last),
                    np.round(vectors[c.pk], 5).tolist(),
                )
                for c in chunks
            ),
            "sizes": (
                len(now.search_index.chunk_vectors),
                len(now.search_index.article_vectors),
                len(now.search_index.chunk_words),
                len(now.search_index.article_words),
            ),
            "vocabulary": [
                (
                    word,
                    now.search_index.vocabulary.usual(word),
                    now.search_index.vocabulary.count(word),
                )
                for word in now.search_index.vocabulary
            ],
        }
        assert len(vectors) == len(chunks)
    told["searches"] = {text: search(store, embedder, text) for text in QUERIES}
    return told
