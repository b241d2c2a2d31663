"""Measures claim verification on claims made by rule, and fits its model.

    python benchmarks/verification.py SOURCE... [--misses] [--write]

A SOURCE is a collection in BEIR layout or a folder of articles. Where its questions carry
``metadata.answers``, question and answer become one statement; where they carry
``metadata.reference``, the sentences of that are claims that a person or a model wrote over the
relevant passages. All other claims are sentences of the articles rewritten by ``rewrites.py``: true
ones say the same in other words, changed ones differ in one thing, and are made from sentences as
they stand and from true rewrites of them alike. A claim cites the paragraph that it is made from,
or the sentence with a neighbour or two.

Fitted on one half of the documents, measured on the other. ``--write`` fits on everything and
stores the coefficients in ``rag/verify.json``.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from rewrites import answer_kind, changed_claims, declared, true_claims
from sklearn.linear_model import LogisticRegression

from index.article import Article
from index.embed import TransformerEmbedder
from index.readers import Source
from index.sentences import split_sentences
from index.words import content_stems
from rag.logistic import Logistic
from rag.verification.comparison import FEATURES, Comparison
from rag.verify import verbatim, verify

# For each kind of change, what a reason that names it has to say.
NAMED = {
    "number": r"say “.*”, not “|is not in",
    "date": r"say “.*”, not “|is not in",
    "name": r"say “.*”, not “|is not in|say this, not",
    "negation": r"deny|opposite|do not deny",
    "opposite": r"opposite|deny",
    "roles": r"the reverse|not of|say this, not|say “.*”, not",
    "speaker": r"say this, not|is not in|say “.*”, not “",
    "elsewhere": r"do not speak of|is not in",
    "addition": r"do not speak of|is not in",
    "hedge": r"as a fact",
}
# One of these is enough against a claim of which every word is cited, from this value on: each
# is above it for less than one true claim in a hundred, and for many times as many changed ones.
DECISIVE = (
    "number_margin",
    "date_margin",
    "name_margin",
    "denied",
    "opposite",
    "reversed",
    "other",
    "speaker",
)
ENOUGH = 0.6
WORDING = FEATURES[: FEATURES.index("pooled") + 1]
MOST = 250  # claims of one kind
FLAGGED = 0.055  # of the true claims that a model is fitted on

# Told, but left out of the totals: a hedge is dropped in good summaries too.
APART = ("hedge", "verbatim")


@dataclass(frozen=True, slots=True)
class Case:
    """A claim with what it cites.

    Attributes:
        half: 0 or 1, by its document.
        base: What it was made from: "verbatim", or a kind of true claim.
    """

    half: int
    kind: str
    base: str
    true: bool
    claim: str
    cited: tuple[str, ...]


def main() -> None:
    """Makes the claims, fits, reports and, if asked to, writes."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("sources", nargs="+", type=Path)
    parser.add_argument("--misses", action="store_true", help="print examples of what went wrong")
    parser.add_argument("--write", action="store_true", help="store the model")
    given = parser.parse_args()
    cases = capped([case for source in given.sources for case in collect(source)])
    embedder = TransformerEmbedder()
    report(cases, embedder, given.misses)
    if given.write:
        rows, kept = features(cases, embedder)
        write(fit(rows, kept), [s.name for s in given.sources], len(rows))


def capped(cases: Sequence[Case]) -> list[Case]:
    """At most ``MOST`` of each kind, in their order, so that none drowns the others."""
    rng = random.Random(5)  # noqa: S311
    kinds: dict[tuple[bool, str], list[int]] = defaultdict(list)
    for number, case in enumerate(cases):
        kinds[case.true, case.kind].append(number)
    kept = {n for found in kinds.values() for n in rng.sample(found, min(MOST, len(found)))}
    return [case for number, case in enumerate(cases) if number in kept]


def collect(source: Path) -> list[Case]:
    """Every claim that can be made of a source, the same each time."""
    rng = random.Random(7)  # noqa: S311
    queries = source / "queries.jsonl"
    asked = [json.loads(line) for line in queries.open()] if queries.is_file() else []
    if any(q["metadata"].get("reference") for q in asked):
        return list(written(source, asked, rng))
    return [*rewritten(source, asked, rng)]


def rewritten(source: Path, asked: Sequence[dict[str, Any]], rng: random.Random) -> Iterator[Case]:
    """Claims made of each paragraph, and of the questions that it answers."""
    groups: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for key, title, text in paragraphs(source):
        groups[title].append((key, text))
    about: dict[str, list[dict[str, Any]]] = defaultdict(list)
    if asked:
        for line in (source / "qrels" / "test.tsv").read_text().splitlines()[1:]:
            query, key, _ = line.split("\t")
            about[key] += [q for q in asked if q["_id"] == query]
    for number, (_, members) in enumerate(sorted(groups.items())):
        for key, text in members:
            elsewhere = [s for k, t in members if k != key for s in sentences(t)]
            yield from of_paragraph(number % 2, text, elsewhere, rng)
            yield from of_questions(number % 2, text, about[key], rng)


def paragraphs(source: Path) -> Iterator[tuple[str, str, str]]:
    """Key, document and text of every paragraph that is longer than a line."""
    if (source / "corpus.jsonl").is_file():
        for line in (source / "corpus.jsonl").open():
            record = json.loads(line)
            yield record["_id"], record["title"], record["text"]
        return
    for article in Source.at(source).articles():
        if not isinstance(article, Article):
            continue
        for number, text in enumerate(re.split(r"\n\s*\n|\n", article.text)):
            if len(text) > 150:
                yield f"{article.uri}-{number}", article.uri, text


def sentences(text: str) -> list[str]:
    """The sentences of a text that are not headings and not endless."""
    found = [text[s.start : s.end] for s in split_sentences(text) if not s.heading]
    return [s for s in found if 6 <= len(s.split()) <= 45]


def of_paragraph(
    half: int, text: str, elsewhere: Sequence[str], rng: random.Random
) -> Iterator[Case]:
    """Rewrites of its sentences, what is changed in them, and sentences from elsewhere."""
    own = sentences(text)
    made: list[Case] = []
    for n, sentence in enumerate(own):
        before, after = own[n - 1] if n else "", own[n + 1] if n + 1 < len(own) else ""
        near = " ".join(s for s in (before, sentence, after) if s)
        cited = (text if rng.random() < 0.5 else near,)
        true = list(true_claims(sentence, before, after, rng))
        made += [Case(half, kind, kind, True, claim, cited) for kind, claim in true]
        base, claim = ("verbatim", sentence)
        if true and rng.random() < 0.6:
            base, claim = rng.choice(true)
        for kind, changed in changed_claims(claim, text, elsewhere, rng):
            made.append(Case(half, kind, base, False, changed, cited))
    rare = ("roles", "speaker", "passive", "resolved", "indirect", "hedge", "surname")
    kept = [c for c in made if c.kind in rare]
    rest = [c for c in made if c.kind not in rare]
    yield from kept
    yield from rng.sample(rest, min(8, len(rest)))
    if elsewhere and own:
        yield Case(half, "elsewhere", "verbatim", False, rng.choice(elsewhere), (text,))


def of_questions(
    half: int, text: str, asked: Sequence[dict[str, Any]], rng: random.Random
) -> Iterator[Case]:
    """Each question that has an answer as a statement, and with another answer of its kind."""
    answers = [q["metadata"]["answers"][0]["text"].strip(" .,;") for q in asked]
    for question, answer in zip(asked, answers, strict=True):
        claim = declared(question["text"], answer)
        if not claim or not within(claim, text):
            continue
        yield Case(half, "answer", "answer", True, claim, (text,))
        kind = answer_kind(answer)
        others = [
            a
            for a in answers
            if kind
            and answer_kind(a) == kind
            and not set(a.split()) & set(claim.rstrip(".").split())
        ]
        if others:
            yield Case(
                half, kind, "answer", False, declared(question["text"], rng.choice(others)), (text,)
            )
        yield from (
            Case(half, k, "answer", False, c, (text,))
            for k, c in changed_claims(claim, text, (), rng)
            if k in ("negation", "opposite") and rng.random() < 0.3
        )


def written(source: Path, asked: Sequence[dict[str, Any]], rng: random.Random) -> Iterator[Case]:
    """Sentences that were written over relevant passages, and what is changed in them."""
    texts = {}
    for line in (source / "corpus.jsonl").open():
        record = json.loads(line)
        texts[record["_id"]] = record["text"]
    relevant: dict[str, list[str]] = defaultdict(list)
    for line in (source / "qrels" / "test.tsv").read_text().splitlines()[1:]:
        query, key, _ = line.split("\t")
        relevant[query].append(texts[key])
    conversations = sorted({q["_id"].split("<")[0] for q in asked})
    for query in asked:
        half = conversations.index(query["_id"].split("<")[0]) % 2
        cited = tuple(relevant[query["_id"]])
        if query["metadata"].get("answerability") != "answerable" or not cited:
            continue
        for sentence in sentences(query["metadata"]["reference"].strip()):
            claim = re.sub(r"^(?:\d+\.|[-*])\s+", "", sentence)
            if not grounded(claim, cited):
                continue
            yield Case(half, "written", "written", True, claim, cited)
            changes = list(changed_claims(claim, " ".join(cited), (), rng))
            for kind, changed in rng.sample(changes, min(2, len(changes))):
                yield Case(half, kind, "written", False, changed, cited)


def grounded(claim: str, cited: Sequence[str]) -> bool:
    """Whether two thirds of a claim's words are cited: some answers add what the writer knew."""
    if not within(claim, " ".join(cited)):
        return False
    held = {stem for text in cited for stem in content_stems(text)}
    stems = content_stems(claim)
    return sum(stem in held for stem in stems) >= 0.66 * len(stems)


def within(claim: str, text: str) -> bool:
    """Whether a text has a claim's numbers and names: questions ask with what they take for known.

    A name counts as there if a word that begins with the same four letters is.
    """
    held = text.lower()
    numbers = re.findall(r"\d+", claim)
    capitals = re.findall(r"(?<=[\w,] )[A-Z]\w+", claim)
    return all(n in held for n in numbers) and all(c[:4].lower() in held for c in capitals)


def features(cases: Sequence[Case], embedder: TransformerEmbedder) -> tuple[np.ndarray, list[Case]]:
    """What the model judges each claim by; verbatim ones are left out."""
    kept = [c for c in cases if not verbatim(c.claim, c.cited)]
    compared = [(c, Comparison.of(c.claim, c.cited, embedder)) for c in kept]
    rows = [comparison.features for _, comparison in compared if comparison]
    return np.array(rows), [c for c, comparison in compared if comparison]


def fit(rows: np.ndarray, cases: Sequence[Case]) -> Logistic:
    """A model in which every kind weighs the same, moved to where ``FLAGGED`` is flagged."""
    counts = Counter((c.true, c.kind) for c in cases)
    kinds = Counter(true for true, _ in counts)
    weights = np.array([1 / kinds[c.true] / np.sqrt(counts[c.true, c.kind]) for c in cases])
    labels = np.array([c.true for c in cases])
    for truth in (True, False):
        weights[labels == truth] *= len(cases) / 2 / weights[labels == truth].sum()
    means, deviations = rows.mean(axis=0), np.maximum(rows.std(axis=0), 1e-6)
    found = LogisticRegression(C=1.0, max_iter=2000)
    found.fit((rows - means) / deviations, labels, weights)
    model = at_most(Logistic(means, deviations, found.coef_[0], 0.0), rows, kept=cases)
    perfect = np.array([[float(name in WORDING) for name in FEATURES]])
    coefficients = model.coefficients.copy()
    for at, name in enumerate(FEATURES):
        if name in DECISIVE:
            least = deviations[at] * float(model.log_odds(perfect)[0]) / ENOUGH
            coefficients[at] = min(coefficients[at], -least)
    return at_most(Logistic(means, deviations, coefficients, 0.0), rows, kept=cases)


def at_most(model: Logistic, rows: np.ndarray, kept: Sequence[Case]) -> Logistic:
    """The model moved to where ``FLAGGED`` of the true claims are unsupported."""
    counted = np.array([c.true and c.kind not in APART for c in kept])
    cut = float(np.quantile(model.log_odds(rows[counted]), FLAGGED))
    return replace(model, intercept=model.intercept - cut)


def report(cases: Sequence[Case], embedder: TransformerEmbedder, misses: bool) -> None:
    """Prints the table, each half judged by a model fitted on the other."""
    rows, kept = features(cases, embedder)
    halves = np.array([c.half for c in kept])
    flagged: dict[tuple[bool, str], list[bool]] = defaultdict(list)
    named: dict[str, list[bool]] = defaultdict(list)
    bases: dict[str, list[bool]] = defaultdict(list)
    wrong: dict[str, list[str]] = defaultdict(list)
    times = []
    models = [fit(rows[halves != h], [c for c in kept if c.half != h]) for h in (0, 1)]
    for case in cases:
        began = time.perf_counter()
        verdict = verify(case.claim, case.cited, embedder, model=models[case.half])
        times.append(1000 * (time.perf_counter() - began))
        bad = verdict.status == "unsupported"
        flagged[case.true, case.kind].append(bad)
        if not case.true and case.kind not in APART:
            bases[case.base].append(bad)
        if bad and not case.true:
            named[case.kind].append(bool(re.search(NAMED[case.kind], verdict.reason)))
        if bad == case.true:
            wrong[case.kind].append(f"{case.claim}\n      {verdict.score:.2f} {verdict.reason}")
    for true in (True, False):
        print("true claims" if true else "changed claims")
        for (truth, kind), found in sorted(flagged.items()):
            if truth == true:
                shown = "" if true or not named[kind] else f"  reason {share(named[kind])}"
                print(f"  {kind:12} {len(found):5}  flagged {share(found)}{shown}")
        total = [f for (t, k), v in flagged.items() if t == true and k not in APART for f in v]
        print(f"  {'all':12} {len(total):5}  flagged {share(total)}")
    print("caught by what they were made from")
    for base, found in sorted(bases.items()):
        print(f"  {base:12} {len(found):5}  {share(found)}")
    p95 = statistics.quantiles(times, n=20)[-1]
    print(f"milliseconds a claim: median {statistics.median(times):.1f}, p95 {p95:.1f}")
    if misses:
        rng = random.Random(1)  # noqa: S311
        for kind, found in sorted(wrong.items()):
            print(f"\n{kind}: {len(found)} wrong")
            for shown in rng.sample(found, min(8, len(found))):
                print(f"    {shown}")


def share(found: Sequence[bool]) -> str:
    """A share with three decimals."""
    return f"{sum(found) / len(found):.3f}" if found else "-"


def write(model: Logistic, sources: Sequence[str], count: int) -> None:
    """Stores a model, and where it comes from, as ``rag/verify.json``."""
    data = {
        "about": f"benchmarks/verification.py on {', '.join(sources)}: {count} claims",
        "features": list(FEATURES),
        "means": [round(x, 5) for x in model.means.tolist()],
        "deviations": [round(x, 5) for x in model.deviations.tolist()],
        "coefficients": [round(x, 5) for x in model.coefficients.tolist()],
        "intercept": round(model.intercept, 5),
    }
    path = Path(__file__).parent.parent / "rag" / "verify.json"
    path.write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
