"""Fits the evidence and abstention models on public collections, and reports them.

    python benchmarks/fit.py ANSWERS [--more COLLECTION ...] [--indexes DIR] [--write]

ANSWERS is a folder in BEIR layout whose queries carry ``metadata.answers`` (text and offset), such
as XQuAD's English part. The other collections have relevance judgements alone. For abstention a
question counts as answerable as it stands, and as unanswerable once the articles that answer it
are taken out of the search; every second one also once one of its names is another's; so does every
question of the other collections asked of the first.
Figures are for the half of the articles that was not fitted on, both ways round. ``--write`` fits
on everything and stores the coefficients, with their provenance, in ``rag/``.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

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
from rag.facts.names import names_in
from rag.logistic import Logistic
from rag.question import UnusableQuestion, understand
from rag.retrieve import Query, retrieve

SEED = 0
THRESHOLDS = (0.3, 0.35, 0.4, 0.5, 0.6, 0.7)
FALSE_ANSWERS = 0.05  # at most, among unanswerable questions, at the threshold that is reported


@dataclass
class Asked:
    """A question with the evidence found for it.

    Attributes:
        half: 0 or 1, by its article: fitted on one, measured on the other.
        labels: For each sentence, whether it holds the answer; empty where offsets are unknown.
        answerable: Whether the articles that were searched hold the answer.
        source: The collection.
    """

    half: int
    query: Query
    found: list[Evidence]
    labels: NDArray[np.int_]
    answerable: bool
    source: str
    idf: Callable[[str], float]


def main() -> None:
    """Fits, reports and, if asked to, writes."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("answers", type=Path)
    parser.add_argument("--more", type=Path, nargs="*", default=[])
    parser.add_argument("--indexes", type=Path, default=Path(tempfile.mkdtemp()))
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    embedder = TransformerEmbedder()
    asked: list[Asked] = []
    for folder in [given.answers, *given.more]:
        foreign = [] if folder != given.answers else given.more
        asked += list(collect(folder, given.indexes, embedder, foreign))
    located = [a for a in asked if len(a.labels)]
    report_evidence(located)
    report_abstention(asked, located)
    if given.write:
        model = fit_evidence(located)
        names = ", ".join(f.name for f in [given.answers, *given.more])
        write("evidence", evidence.FEATURES, model, given.answers.name, len(located))
        rows, labels = answerable(asked, model)
        write("abstain", abstain.FEATURES, fit(rows, labels), names, len(rows))


def collect(
    folder: Path, indexes: Path, embedder: TransformerEmbedder, foreign: Sequence[Path]
) -> Iterator[Asked]:
    """Every question of a collection, as it stands and with its articles taken out."""
    directory = indexes / folder.name
    if not directory.exists():
        Builder(directory, embedder).add([Source.at(folder / "corpus.jsonl")])
    with Store(directory, embedder).reading() as now:
        idf = inverse_frequency(now)
        chunks = {c.pk: c.article for c in now.ledger.all_chunks()}
        articles = {a.article.key: a for a in now.ledger.all_articles()}

        def seen(query: Query, out: set[int], half: int, spans: Any, yes: bool) -> Asked:  # noqa: ANN401
            kept = {pk: a for pk, a in chunks.items() if a not in out}
            allowed = Allowed(frozenset(kept.values()), kept) if out else None
            found = gather(now, query, allowed, idf)
            hits = [any(_within(e, pk, a, b) for pk, a, b in spans) for e in found]
            labels = np.array(hits if spans and yes else [], dtype=int)
            return Asked(half, query, found, labels, yes, folder.name, idf)

        rng = random.Random(SEED)  # noqa: S311 (nothing is kept secret by it)
        records = list(queries(folder))
        others = [(record, right) for record, right in records if names_in(record["text"])]
        for number, (record, right) in enumerate(records):
            relevant = [articles[key] for key in right if key in articles]
            if not relevant or not (query := as_query(record, embedder)):
                continue
            spans = [
                (stored.pk, answer["start"], answer["start"] + len(answer["text"]))
                for stored in relevant
                for answer in record.get("metadata", {}).get("answers", ())
            ]
            half = relevant[0].pk % 2
            yield seen(query, set(), half, spans, True)
            yield seen(query, {stored.pk for stored in relevant}, half, spans, False)
            texts = " ".join(f"{a.article.title} {a.article.text}" for a in relevant)
            other, elsewhere = rng.choice(others)
            swapped = {**record, "text": another_name(record["text"], other["text"], texts, rng)}
            odd = number % 2 and set(right).isdisjoint(elsewhere)
            again = as_query(swapped, embedder) if odd else None
            if again and swapped["text"] != record["text"]:
                yield replace(
                    seen(again, set(), half, [], False), source=f"{folder.name}, another name"
                )
        for other in foreign:
            for number, (record, _) in enumerate(queries(other)):
                if query := as_query(record, embedder):
                    yield seen(query, set(), number % 2, [], False)


def another_name(question: str, other: str, texts: str, rng: random.Random) -> str:
    """A question with one of its names replaced by one of another's that the texts do not hold."""
    mine, theirs = names_in(question), [n.text for n in names_in(other) if n.text not in texts]
    if not (mine and theirs):
        return question
    old = rng.choice(mine)
    return question[: old.start] + rng.choice(theirs) + question[old.end :]


def _within(item: Evidence, pk: int, start: int, end: int) -> bool:
    sentence = item.sentence
    return item.article.pk == pk and sentence.start <= start and end <= sentence.end


def queries(folder: Path) -> Iterator[tuple[dict[str, Any], list[str]]]:
    """Each query's record, and the keys of the documents judged relevant."""
    right: dict[str, list[str]] = {}
    for row in (folder / "qrels" / "test.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        query, document, score = row.split("\t")
        if float(score) > 0:
            right.setdefault(query, []).append(document)
    for line in (folder / "queries.jsonl").read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        yield record, right.get(record["_id"], [])


def as_query(record: dict[str, Any], embedder: TransformerEmbedder) -> Query | None:
    """A query as onrecord would search it, or None if it has no word to search for."""
    try:
        meant = understand(record["text"], record.get("history") or ())
    except UnusableQuestion:
        return None
    return Query.of(meant.query, embedder, len(meant.query) - len(meant.asked))


def gather(
    now: Generation, query: Query, allowed: Allowed | None, idf: Callable[[str], float]
) -> list[Evidence]:
    """The evidence for a query under a model that calls every sentence equally probable."""
    count = len(evidence.FEATURES)
    flat = Logistic(np.zeros(count), np.ones(count), np.zeros(count), 0.0)
    passages = retrieve(now, query, EVIDENCE_PASSAGES, allowed)
    tokens = now.ledger.tokens([p.chunk.pk for p in passages], now.dimension)
    return evidence.gather(query, passages, tokens, idf, flat)


def fit(rows: NDArray[np.float64], labels: NDArray[np.int_]) -> Logistic:
    """Logistic regression over standardised rows."""
    means, deviations = np.nanmean(rows, axis=0), np.nanstd(rows, axis=0)
    deviations[deviations == 0] = 1.0
    model = LogisticRegression(C=1.0, max_iter=2000)
    model.fit(np.nan_to_num((rows - means) / deviations), labels)
    return Logistic(means, deviations, model.coef_[0], float(model.intercept_[0]))


def fit_evidence(asked: Sequence[Asked], keep: NDArray[np.bool_] | None = None) -> Logistic:
    """The evidence model of some questions; features that are not kept count nothing."""
    rows = np.vstack([[e.features for e in a.found] for a in asked])
    rows = rows if keep is None else rows * keep
    return fit(rows, np.concatenate([a.labels for a in asked]))


def judged(found: Sequence[Evidence], model: Logistic) -> list[Evidence]:
    """The same evidence under a model, most probable first."""
    if not found:
        return []
    odds = model.log_odds(np.array([e.features for e in found])).tolist()
    again = [replace(e, log_odds=value) for e, value in zip(found, odds, strict=True)]
    return sorted(again, key=lambda e: -e.log_odds)


def places(asked: Sequence[Asked], model: Logistic) -> NDArray[np.float64]:
    """For each question the place of the first sentence that holds the answer, from 0."""
    found = []
    for item in asked:
        order = np.argsort(-model.log_odds(np.array([e.features for e in item.found])))
        hits = np.flatnonzero(item.labels[order])
        found.append(float(hits[0]) if len(hits) else np.inf)
    return np.array(found)


def report_evidence(located: Sequence[Asked]) -> None:
    """Where the answer's sentence is ranked, with all features and without each."""
    halves = [[a for a in located if a.half == half] for half in (0, 1)]
    for left in (None, *range(len(evidence.FEATURES))):
        keep = np.array([i != left for i in range(len(evidence.FEATURES))])
        models = [fit_evidence(half, keep) for half in halves]
        found = np.concatenate([places(halves[1 - h], models[h]) for h in (0, 1)])
        name = "all features" if left is None else f"without {evidence.FEATURES[left]}"
        print(f"{name:26s} first {np.mean(found < 1):.4f}  three {np.mean(found < 3):.4f}")


def answerable(
    asked: Sequence[Asked], model: Logistic
) -> tuple[NDArray[np.float64], NDArray[np.int_]]:
    """Rows and labels for the abstention model."""
    rows, labels = [], []
    for item in asked:
        if item.found:
            rows.append(abstain.features(item.query, judged(item.found, model), item.idf))
            labels.append(int(item.answerable))
    return np.array(rows), np.array(labels)


def report_abstention(asked: Sequence[Asked], located: Sequence[Asked]) -> None:
    """Refusals at several thresholds, and how well the probability is calibrated."""
    scores, labels, sources = [], [], []
    for h in (0, 1):
        model = fit_evidence([a for a in located if a.half == h])
        mine = fit(*answerable([a for a in asked if a.half == h], model))
        test = [a for a in asked if a.half != h and a.found]
        rows, truth = answerable(test, model)
        scores.append(mine.probabilities(rows))
        labels.append(truth)
        sources += [a.source for a in test]
    score, label, source = np.concatenate(scores), np.concatenate(labels), np.array(sources)
    for name in dict.fromkeys(sources):
        print(f"{name}:")
        _report(score[source == name], label[source == name])
    print("all:")
    _report(score, label)


def _report(score: NDArray[np.float64], label: NDArray[np.int_]) -> None:
    yes, no = score[label == 1], score[label == 0]
    if not len(yes):
        print(
            *(f"  threshold {t:.2f}: false answers {np.mean(no >= t):.3f}" for t in THRESHOLDS),
            sep="\n",
        )
        return
    for threshold in THRESHOLDS:
        print(
            f"  threshold {threshold:.2f}: answered {np.mean(yes >= threshold):.3f},"
            f" false answers {np.mean(no >= threshold):.3f}"
        )
    held = np.quantile(no, 1 - FALSE_ANSWERS)
    share = np.mean(yes >= held)
    print(f"  false answers {FALSE_ANSWERS}: threshold {held:.3f}, answered {share:.3f}")
    bins = np.clip((score * 10).astype(int), 0, 9)
    errors = [
        abs(score[bins == b].mean() - label[bins == b].mean()) * np.mean(bins == b)
        for b in np.unique(bins)
    ]
    print(f"  expected calibration error, ten bins: {sum(errors):.4f}")


def write(name: str, features: Sequence[str], model: Logistic, source: str, count: int) -> None:
    """Stores a model beside the code that reads it."""
    data = {
        "what": "logistic regression over standardised features, L2 with C = 1",
        "fitted_on": f"{source}, {count} questions",
        "by": "benchmarks/fit.py --write",
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
