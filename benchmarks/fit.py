"""Fits the evidence and abstention models on a collection with answer offsets, and reports them.

    python benchmarks/fit.py COLLECTION [--elsewhere COLLECTION ...] [--write]

COLLECTION is a folder in BEIR layout whose queries carry ``metadata.answers`` (text and offset),
such as XQuAD's English part. A question counts as unanswerable when its article is taken out of
the search, and so does every question of a collection given with ``--elsewhere``. Figures are for
the half of the articles that was not fitted on, both ways round; ``--write`` then fits on all of
it and stores the coefficients with their provenance in ``rag/``.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from index.build import Builder
from index.embed import TransformerEmbedder
from index.readers import Source
from index.store import Allowed, Generation, Store
from rag import abstain, evidence
from rag.corpus import EVIDENCE_PASSAGES, inverse_frequency
from rag.evidence import Evidence
from rag.logistic import Logistic
from rag.retrieve import Query, retrieve

TARGET = 0.05  # false answers, at most, among unanswerable questions


@dataclass
class Asked:
    """One question as the models see it, before and after its article is taken out."""

    half: int
    found: list[Evidence]
    labels: NDArray[np.int_]
    query: Query
    without: list[Evidence]


def main() -> None:
    """Fits, reports and, if asked to, writes."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("collection", type=Path)
    parser.add_argument("--elsewhere", type=Path, nargs="*", default=[])
    parser.add_argument("--index", type=Path, help="an index of the collection, to reuse")
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    embedder = TransformerEmbedder()
    directory = given.index or Path(tempfile.mkdtemp())
    if not given.index:
        Builder(directory, embedder).add([Source.at(given.collection / "corpus.jsonl")])
    store = Store(directory, embedder)
    with store.reading() as now:
        idf = inverse_frequency(now)
        asked = [gathered(now, embedder, *line) for line in labelled(now, given.collection)]
        others = [
            evidence_for(now, Query.of(text, embedder), None)
            for folder in given.elsewhere
            for text in questions(folder)
        ]
        others_queries = [
            Query.of(text, embedder) for folder in given.elsewhere for text in questions(folder)
        ]
        report(asked, list(zip(others_queries, others, strict=True)), idf, given.write, given)


def questions(folder: Path) -> Iterator[str]:
    """The texts of a collection's queries."""
    for line in (folder / "queries.jsonl").read_text(encoding="utf-8").splitlines():
        yield json.loads(line)["text"]


def labelled(now: Generation, folder: Path) -> Iterator[tuple[str, int, list[tuple[int, int]]]]:
    """(question, pk of its article, offsets of its answers) for every query."""
    articles = {a.article.key: a for a in now.ledger.all_articles()}
    rows = (folder / "qrels" / "test.tsv").read_text(encoding="utf-8").splitlines()[1:]
    right = dict(row.split("\t")[:2] for row in rows)
    for line in (folder / "queries.jsonl").read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        stored = articles[right[record["_id"]]]
        spans = []
        for answer in record["metadata"]["answers"]:
            start, text = answer["start"], answer["text"]
            if stored.article.text[start : start + len(text)] == text:
                spans.append((start, start + len(text)))
        if spans:
            yield record["text"], stored.pk, spans


def gathered(
    now: Generation,
    embedder: TransformerEmbedder,
    text: str,
    article: int,
    spans: Sequence[tuple[int, int]],
) -> Asked:
    """The evidence for a question with its article in the search and without it."""
    query = Query.of(text, embedder)
    found = evidence_for(now, query, None)
    labels = [
        int(
            e.article.pk == article
            and any(e.sentence.start <= a and b <= e.sentence.end for a, b in spans)
        )
        for e in found
    ]
    return Asked(article % 2, found, np.array(labels), query, evidence_for(now, query, article))


_chunks: dict[int, int] = {}


def evidence_for(now: Generation, query: Query, leave_out: int | None) -> list[Evidence]:
    """The evidence for a query, one article left out of the search or none."""
    allowed = None
    if leave_out is not None:
        if not _chunks:
            _chunks.update((c.pk, c.article) for c in now.ledger.all_chunks())
        kept = {pk: a for pk, a in _chunks.items() if a != leave_out}
        allowed = Allowed(frozenset(kept.values()), kept)
    passages = retrieve(now, query, EVIDENCE_PASSAGES, allowed)
    tokens = now.ledger.tokens([p.chunk.pk for p in passages], now.dimension)
    return evidence.gather(query, passages, tokens, inverse_frequency(now), _flat())


def _flat() -> Logistic:
    """A model that calls every sentence equally probable: features are what is wanted."""
    count = len(evidence.FEATURES)
    return Logistic(np.zeros(count), np.ones(count), np.zeros(count), 0.0)


def fit(rows: NDArray[np.float64], labels: NDArray[np.int_], strength: float = 1.0) -> Logistic:
    """Logistic regression over standardised rows."""
    means, deviations = rows.mean(axis=0), rows.std(axis=0)
    deviations[deviations == 0] = 1.0
    model = LogisticRegression(C=strength, max_iter=2000).fit((rows - means) / deviations, labels)
    return Logistic(means, deviations, model.coef_[0], float(model.intercept_[0]))


def fit_evidence(asked: Sequence[Asked], keep: Sequence[bool] | None = None) -> Logistic:
    """The evidence model of some questions; features that are not kept count nothing."""
    rows = np.vstack([[e.features for e in a.found] for a in asked])
    if keep is not None:
        rows = rows * np.array(keep)
    return fit(rows, np.concatenate([a.labels for a in asked]))


def ranks(asked: Sequence[Asked], model: Logistic) -> NDArray[np.float64]:
    """For each question the place of the first sentence that holds the answer, from 0."""
    places = []
    for item in asked:
        order = np.argsort(-model.log_odds(np.array([e.features for e in item.found])))
        hits = np.flatnonzero(item.labels[order])
        places.append(float(hits[0]) if len(hits) else np.inf)
    return np.array(places)


def judged(found: Sequence[Evidence], model: Logistic) -> list[Evidence]:
    """The same evidence under a model, most probable first."""
    if not found:
        return []
    chances = model.probabilities(np.array([e.features for e in found])).tolist()
    again = [
        Evidence(e.passage, e.index, e.features, e.matches, chance)
        for e, chance in zip(found, chances, strict=True)
    ]
    return sorted(again, key=lambda e: -e.probability)


def report(asked, others, idf, write, given) -> None:  # noqa: ANN001
    """Prints the figures of both models, fitted on one half and measured on the other."""
    halves = [[a for a in asked if a.half == half] for half in (0, 1)]
    places = np.concatenate([ranks(halves[1 - h], fit_evidence(halves[h])) for h in (0, 1)])
    print(
        f"questions {len(asked)}  in the first sentence {np.mean(places < 1):.4f}"
        f"  within three {np.mean(places < 3):.4f}"
    )
    for left, name in enumerate(evidence.FEATURES):
        keep = [i != left for i in range(len(evidence.FEATURES))]
        p = np.concatenate([ranks(halves[1 - h], fit_evidence(halves[h], keep)) for h in (0, 1)])
        print(f"  without {name:18s} {np.mean(p < 1):.4f} {np.mean(p < 3):.4f}")
    scores, labels = [], []
    for h in (0, 1):
        rows_fit, y_fit = _answerable(halves[h], others[h::2], fit_evidence(halves[h]), idf)
        rows_test, y_test = _answerable(
            halves[1 - h], others[1 - h :: 2], fit_evidence(halves[h]), idf
        )
        scores.append(fit(rows_fit, y_fit).probabilities(rows_test))
        labels.append(y_test)
    score, label = np.concatenate(scores), np.concatenate(labels)
    _abstention(score, label)
    if write:
        final = fit_evidence(asked)
        rows, y = _answerable(asked, others, final, idf)
        source = f"{given.collection.name} ({len(asked)} questions)"
        extra = ", ".join(f.name for f in given.elsewhere)
        _write("evidence", evidence.FEATURES, final, source)
        _write(
            "abstain",
            abstain.FEATURES,
            fit(rows, y),
            f"{source} with and without each question's article; unanswerable: {extra}",
        )


def _answerable(asked, others, model, idf):  # noqa: ANN001, ANN202
    rows, labels = [], []
    for item in asked:
        for found, label in ((item.found, 1), (item.without, 0)):
            if found:
                rows.append(abstain.features(item.query, judged(found, model), idf))
                labels.append(label)
    for query, found in others:
        if found and query.stems:
            rows.append(abstain.features(query, judged(found, model), idf))
            labels.append(0)
    return np.array(rows), np.array(labels)


def _abstention(score: NDArray[np.float64], label: NDArray[np.int_]) -> None:
    for share in (0.90, 0.92, 0.95):
        threshold = np.quantile(score[label == 1], 1 - share)
        wrong = np.mean(score[label == 0] >= threshold)
        print(
            f"answering {share:.2f} of the answerable: threshold {threshold:.3f},"
            f" false answers {wrong:.4f}"
        )
    threshold = np.quantile(score[label == 0], 1 - TARGET)
    print(
        f"false answers {TARGET:.2f}: threshold {threshold:.3f},"
        f" answered {np.mean(score[label == 1] >= threshold):.4f}"
    )
    bins = np.clip((score * 10).astype(int), 0, 9)
    error = sum(
        abs(score[bins == b].mean() - label[bins == b].mean()) * np.mean(bins == b)
        for b in range(10)
        if np.any(bins == b)
    )
    print(f"expected calibration error {error:.4f}")


def _write(name: str, features: Sequence[str], model: Logistic, source: str) -> None:
    data = {
        "what": "logistic regression, standardised features, L2 with C = 1",
        "fitted_on": source,
        "by": "python benchmarks/fit.py COLLECTION --write",
        "features": list(features),
        "means": np.round(model.means, 6).tolist(),
        "deviations": np.round(model.deviations, 6).tolist(),
        "coefficients": np.round(model.coefficients, 6).tolist(),
        "intercept": round(model.intercept, 6),
    }
    path = Path(__file__).parent.parent / "rag" / f"{name}.json"
    path.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    print(f"wrote {path}")


if __name__ == "__main__":
    main()
