"""Measures what the reading model is worth in onrecord, and fits the few numbers that join it.

    python benchmarks/calibrate.py COLLECTION ... [--indexes DIR] [--limit N]

A COLLECTION is a folder in BEIR layout; where its queries carry ``metadata.answers`` (text and
offset), such as XQuAD's English part, the place of the answer's sentence and the short answer are
measured too; a query with an empty list there is unanswerable as it stands. Every other question
counts as answerable as it stands, and as unanswerable once the articles that answer it are taken
out of the search. Passages are those that onrecord's own search brings. Figures are for the half
of the articles that the numbers were not fitted on, both ways round; what a fit on everything
gives is printed for ``rag/reading/evidence.py`` and ``rag/reading/retriever_reader.py``.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from beir import queries
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from index.build import Builder
from index.embed import Embedder
from index.embedders import embedder_of
from index.generation import Allowed, Generation, Generations
from index.readers.source import Source
from rag.judge import exact, f1
from rag.question import UnusableQuestion, understand
from rag.reading.evidence import Evidence
from rag.reading.reader import Reader
from rag.reading.retriever_reader import (
    CEILING,
    EVIDENCE,
    FALSE,
    FLOOR,
    LEVEL,
    MOST_UNTRUE,
    PASSAGES,
    demote_untrue,
    searched,
)
from rag.retrieve import Query, retrieve

THRESHOLDS = (0.3, 0.35, 0.4, 0.5, 0.6, 0.7, 0.8)
ANSWERED = (0.90, 0.92, 0.95)

# Of the best sentence; and what the question states and its article lacks.
SIGNALS = ("log_odds", "untrue")


@dataclass
class Asked:
    """A question with what was found for it.

    Attributes:
        half: 0 or 1, by its article.
        rows: For each sentence that was read its relevance, its margin and how far its passage is
            behind the best: float64 (n, 3).
        labels: For each of them whether it holds the answer; empty where that is not known.
        short: The short answer of each sentence, and those that are right.
        signals: What answerability is judged by, one value for each of ``SIGNALS``.
    """

    source: str
    half: int
    answerable: bool
    rows: NDArray[np.float64]
    labels: NDArray[np.int_]
    short: list[str]
    right: list[str]
    signals: list[float]


def main() -> None:
    """Collects, fits, reports."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("collections", nargs="+", type=Path)
    parser.add_argument("--indexes", type=Path, default=Path(tempfile.mkdtemp()))
    parser.add_argument("--limit", type=int, default=10**6, help="questions of a collection")
    parser.add_argument("--model", type=Path, help="another model than the one that is shipped")
    given = parser.parse_args()
    reader = Reader(given.model) if given.model else Reader()
    embedder = embedder_of()
    asked: list[Asked] = []
    for folder in given.collections:
        asked += collect(folder, given.indexes, embedder, reader, given.limit)
    report(asked)


def report(asked: Sequence[Asked]) -> None:
    """Every figure."""
    located = [a for a in asked if a.answerable and len(a.labels)]
    weights = [fit_sentences([a for a in located if a.half != h]) for h in (0, 1)]
    for source in dict.fromkeys(a.source for a in located):
        mine = [a for a in located if a.source == source]
        report_sentences(source, mine, weights)
    report_answerability(asked)
    print("sentence:", fit_sentences(located))


def collect(
    folder: Path, indexes: Path, embedder: Embedder, reader: Reader, limit: int
) -> Iterator[Asked]:
    """Every question of a collection, as it stands and with its articles taken out."""
    directory = indexes / folder.name
    if not directory.exists():
        Builder(directory, embedder).add([Source.at(folder / "corpus.jsonl")])
    with Generations(directory, embedder).reading() as now:
        chunks = {c.pk: c.article for c in now.ledger.all_chunks()}
        articles = {a.article.key: a for a in now.ledger.all_articles()}
        records = [*queries(folder)]
        step = max(1, len(records) // limit)
        for record, right in records[::step]:
            relevant = {articles[key].pk for key in right if key in articles}
            answers = record.get("metadata", {}).get("answers")
            if not relevant:
                continue
            spans = [(a["start"], a["start"] + len(a["text"])) for a in answers or ()]
            stands = answers is None or bool(answers)
            one = seen(now, record, None, embedder, reader)
            if one is None:
                continue
            texts = [a["text"] for a in answers or ()]
            yield asked_of(folder.name, min(relevant), stands, *one, relevant, spans, texts)
            if stands:
                kept = {pk: a for pk, a in chunks.items() if a not in relevant}
                allowed = Allowed(frozenset(kept.values()), kept)
                two = seen(now, record, allowed, embedder, reader)
                if two is not None:
                    yield asked_of(folder.name, min(relevant), False, *two, relevant, [], [])


def seen(
    now: Generation,
    record: dict[str, Any],
    allowed: Allowed | None,
    embedder: Embedder,
    reader: Reader,
) -> tuple[list[Evidence], list[float]] | None:
    """The evidence for a question, and what else tells whether it is answered."""
    try:
        meant = understand(record["text"], record.get("history") or ())
    except UnusableQuestion:
        return None
    query = Query.of(meant.query, embedder, len(meant.query) - len(meant.asked))
    passages = retrieve(now, query, PASSAGES, allowed)
    found = searched(meant, passages, reader)
    found, untrue = demote_untrue(meant, found)
    best = min(max(found[0].log_odds, FLOOR), CEILING) if found else FLOOR
    return found, [best, float(min(len(untrue), MOST_UNTRUE))]


def asked_of(
    source: str,
    pk: int,
    answerable: bool,
    found: list[Evidence],
    signals: list[float],
    relevant: set[int],
    spans: Sequence[tuple[int, int]],
    right: list[str],
) -> Asked:
    """What is kept of a question."""
    top = max((e.passage.score for e in found), default=0.0)
    hits = [
        e.article.pk in relevant
        and any(e.sentence.start <= a and b <= e.sentence.end for a, b in spans)
        for e in found
    ]
    return Asked(
        source,
        pk % 2,
        answerable,
        np.array(
            [(e.reading.relevance, e.reading.margin, top - e.passage.score) for e in found]
        ).reshape(-1, 3),
        np.array(hits if spans else [], dtype=int),
        [e.article.article.text[e.reading.start : e.reading.end] for e in found],
        right,
        signals,
    )


def fit_sentences(located: Sequence[Asked]) -> NDArray[np.float64]:
    """What each column counts in the log odds that a sentence answers, and the level."""
    rows = np.vstack([a.rows for a in located])
    labels = np.concatenate([a.labels for a in located])
    model = LogisticRegression(C=10.0, max_iter=2000).fit(np.clip(rows, -30, 30), labels)
    return np.array([*model.coef_[0], *model.intercept_])


def report_sentences(
    source: str, located: Sequence[Asked], weights: Sequence[NDArray[np.float64]]
) -> None:
    """Whether the answer's sentence is first, and how good the short answer is."""
    for name, fixed in (("relevance", (1, 0, 0)), ("margin", (0, 1, 0)), ("all", None)):
        first, three, shared, same = [], [], [], []
        for item in located:
            w = weights[item.half][:3] if fixed is None else np.array(fixed)
            order = np.argsort(-(item.rows @ w), kind="stable")
            hits = item.labels[order]
            first.append(bool(hits[:1].any()))
            three.append(bool(hits[:3].any()))
            said = item.short[order[0]] if len(order) else ""
            shared.append(max(f1(r, said) for r in item.right))
            same.append(max(exact(r, said) for r in item.right))
        print(
            f"{source:12} {name:10} {len(located)} questions: sentence first {np.mean(first):.3f},"
            f" within three {np.mean(three):.3f}, short answer F1 {np.mean(shared):.3f},"
            f" exact {np.mean(same):.3f}"
        )


def report_answerability(asked: Sequence[Asked]) -> None:
    """Refusals: with everything, and with each signal alone."""
    rows = np.array([a.signals for a in asked])
    labels = np.array([a.answerable for a in asked])
    halves = np.array([a.half for a in asked])
    sources = np.array([a.source for a in asked])
    count = rows.shape[1]
    chosen = {"all": range(count), **{n: [SIGNALS.index(n)] for n in SIGNALS}}
    for name, columns in chosen.items():
        scores = np.zeros(len(asked))
        for h in (0, 1):
            model = fit_rows(
                rows[halves != h][:, columns], labels[halves != h], sources[halves != h]
            )
            scores[halves == h] = predict(model, rows[halves == h][:, columns])
        told = []
        for source in dict.fromkeys(sources):
            mine = sources == source
            yes, no = scores[mine & labels], scores[mine & ~labels]
            if len(yes) and len(no):
                cuts = [np.mean(no >= np.quantile(yes, 1 - share)) for share in ANSWERED]
                told.append(
                    f"{source} AUC {roc_auc_score(labels[mine], scores[mine]):.3f}"
                    f" false at {ANSWERED}: " + " ".join(f"{c:.3f}" for c in cuts)
                )
        print(f"{name:20}", "; ".join(told))
    shipped = 1 / (1 + np.exp(-(rows @ np.array([EVIDENCE, FALSE]) + LEVEL)))
    for source in dict.fromkeys(sources):
        mine = sources == source
        for t in THRESHOLDS:
            yes, no = shipped[mine & labels], shipped[mine & ~labels]
            print(
                f"  {source} at {t}, as shipped: answered {np.mean(yes >= t):.3f},"
                f" false answers {np.mean(no >= t):.3f}"
            )
    print(
        "answerability:",
        dict(zip((*SIGNALS, "level"), fit_rows(rows, labels, sources).tolist(), strict=True)),
    )


def fit_rows(
    rows: NDArray[np.float64], labels: NDArray[np.bool_], sources: NDArray[np.str_]
) -> NDArray[np.float64]:
    """Logistic regression in which every collection, and each of its two answers, weighs alike."""
    groups = np.array([f"{s}{y}" for s, y in zip(sources, labels, strict=True)])
    size = {g: np.sum(groups == g) for g in set(groups)}
    weight = np.array([1 / size[g] for g in groups]) * len(rows) / len(size)
    spread = rows.std(axis=0)
    spread[spread == 0] = 1.0
    model = LogisticRegression(C=3.0, max_iter=3000).fit(rows / spread, labels, weight)
    return np.array([*(model.coef_[0] / spread), *model.intercept_])


def predict(model: NDArray[np.float64], rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probabilities."""
    return 1 / (1 + np.exp(-(rows @ model[:-1] + model[-1])))


if __name__ == "__main__":
    main()
