"""Measures claim verification: on claims made by rule, and on two public sets.

    python benchmarks/verification.py SOURCE... [--wice FILE] [--fm2 FILE] [--model ONNX]

A SOURCE is a collection in BEIR layout or a folder of articles. Where its questions carry
``metadata.answers``, question and answer become one statement; where they carry
``metadata.reference``, the sentences of that are claims that a person or a model wrote over the
relevant passages. All other claims are sentences of the articles rewritten by ``rewrites.py``: true
ones say the same in other words, changed ones differ in one thing, and are made from sentences as
they stand and from true rewrites of them alike. A claim cites the paragraph that it is made from,
or the sentence with a neighbour or two. The reading model is trained on claims that the same rules
make of other texts.

WiCE and FoolMeTwice are JSON Lines with ``label``, ``claim`` and ``evidence``, a list of sentences,
FoolMeTwice's with the ``title`` of their page, which is cited with them.
Of both only the claims are measured on that training holds back (``held_back``).

A threshold is chosen on one half of the documents and measured on the other, both ways round; the
last column has what the shipped one gives.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import statistics
import time
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from beir import queries, records_of
from rewrites import answer_kind, changed_claims, declared, true_claims

from index.article import Article
from index.readers.source import Source
from index.text.sentences import split_sentences
from index.text.words import content_stems
from rag.facts import exchanged, lacking
from rag.reading.reader import Reader
from rag.verify import THRESHOLD, verify

MOST = 250  # claims of one kind
FLAGGED = 0.05  # of the true claims, at the threshold that is chosen

Query = tuple[dict[str, Any], list[str]]
"""The record of a query, and the keys of the documents judged relevant."""

# Told, but left out of the totals: a hedge is dropped in good summaries too.
APART = ("hedge", "verbatim")

# What is published: WiCE's claims beside their gold evidence, F1 of "supported".
PUBLISHED = {"WiCE": "published: T5-3B tuned F1 0.778, GPT-4 F1 0.61", "FoolMeTwice": ""}


@dataclass(frozen=True, slots=True)
class Case:
    """A claim with what it cites.

    Attributes:
        half: 0 or 1, by its document.
        base: What it was made from: "verbatim", or a kind of true claim.
        before: For a changed claim what it was before.
    """

    half: int
    kind: str
    base: str
    true: bool
    claim: str
    cited: tuple[str, ...]
    before: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """A claim with what the verifier says; one that it leaves unchecked counts as supported."""

    case: Case
    score: float
    reason: str


def main() -> None:
    """Makes the claims, verifies, reports."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("sources", nargs="*", type=Path)
    parser.add_argument("--wice", type=Path)
    parser.add_argument("--fm2", type=Path)
    parser.add_argument("--model", type=Path, help="another reading model than the shipped one")
    given = parser.parse_args()
    reader = Reader(given.model) if given.model else Reader()
    if cases := capped([case for source in given.sources for case in collect(source)]):
        report(judged(cases, reader))
    for name, path in (("WiCE", given.wice), ("FoolMeTwice", given.fm2)):
        if path:
            public(name, judged(list(held_back(path)), reader))


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
    asked = [*queries(source)] if (source / "queries.jsonl").is_file() else []
    if any(query["metadata"].get("reference") for query, _ in asked):
        return list(written(source, asked, rng))
    return [*rewritten(source, asked, rng)]


def rewritten(source: Path, asked: Sequence[Query], rng: random.Random) -> Iterator[Case]:
    """Claims made of each paragraph, and of the questions that it answers."""
    groups: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for key, title, text in paragraphs(source):
        groups[title].append((key, text))
    about: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for query, keys in asked:
        for key in keys:
            about[key].append(query)
    for number, (_, members) in enumerate(sorted(groups.items())):
        for key, text in members:
            elsewhere = [s for k, t in members if k != key for s in sentences(t)]
            yield from of_paragraph(number % 2, text, elsewhere, rng)
            yield from of_questions(number % 2, text, about[key], rng)


def paragraphs(source: Path) -> Iterator[tuple[str, str, str]]:
    """Key, document and text of every paragraph that is longer than a line."""
    if (source / "corpus.jsonl").is_file():
        for record in records_of(source / "corpus.jsonl"):
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
            made.append(Case(half, kind, base, False, changed, cited, claim))
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
            other = declared(question["text"], rng.choice(others))
            yield Case(half, "answer", "answer", False, other, (text,), claim)
        yield from (
            Case(half, k, "answer", False, c, (text,), claim)
            for k, c in changed_claims(claim, text, (), rng)
            if k in ("negation", "opposite") and rng.random() < 0.3
        )


def written(source: Path, asked: Sequence[Query], rng: random.Random) -> Iterator[Case]:
    """Sentences that were written over relevant passages, and what is changed in them."""
    texts = {record["_id"]: record["text"] for record in records_of(source / "corpus.jsonl")}
    conversations = sorted({query["_id"].split("<")[0] for query, _ in asked})
    for query, keys in asked:
        half = conversations.index(query["_id"].split("<")[0]) % 2
        cited = tuple(texts[key] for key in keys)
        if query["metadata"].get("answerability") != "answerable" or not cited:
            continue
        for sentence in sentences(query["metadata"]["reference"].strip()):
            claim = re.sub(r"^(?:\d+\.|[-*])\s+", "", sentence)
            if not grounded(claim, cited):
                continue
            yield Case(half, "written", "written", True, claim, cited)
            changes = list(changed_claims(claim, " ".join(cited), (), rng))
            for kind, changed in rng.sample(changes, min(2, len(changes))):
                yield Case(half, kind, "written", False, changed, cited, claim)


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


def is_held_back(claim: str) -> bool:
    """Whether a claim of a public set is measured on, and never trained on: three in ten are."""
    return zlib.crc32(claim.encode()) % 10 < 3


def held_back(path: Path) -> Iterator[Case]:
    """The claims of a public set that training holds back."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for record in map(json.loads, lines):
            claim, label = record["claim"], record["label"].lower()
            if is_held_back(claim):
                title = [f"{record['title']}."] if "title" in record else []
                cited = (*title, *record["evidence"])
                true = label in ("supported", "supports")
                yield Case(zlib.crc32(claim.encode()) // 10 % 2, label, "", true, claim, cited)


def judged(cases: Sequence[Case], reader: Reader) -> list[Judged]:
    """The verdict on each claim; prints how long they take."""
    found, times = [], []
    for case in cases:
        began = time.perf_counter()
        verdict = verify(case.claim, case.cited, reader)
        times.append(1000 * (time.perf_counter() - began))
        score = 1.0 if verdict.status == "unchecked" else verdict.score
        found.append(Judged(case, score, verdict.reason))
    p95 = statistics.quantiles(times, n=20)[-1]
    print(f"milliseconds a claim: median {statistics.median(times):.1f}, p95 {p95:.1f}")
    return found


def counted(found: Sequence[Judged], *, true: bool) -> list[Judged]:
    """Those that the totals are of."""
    return [j for j in found if j.case.true == true and j.case.kind not in APART]


def at_most(found: Sequence[Judged]) -> float:
    """The threshold at which ``FLAGGED`` of the true claims are unsupported."""
    return float(np.quantile([j.score for j in counted(found, true=True)], FLAGGED))


def unsupported(
    found: Sequence[Judged], choose: Callable[[Sequence[Judged]], float]
) -> dict[int, bool]:
    """Which are unsupported, by place, each half at the threshold that is chosen on the other."""
    chosen = [choose([j for j in found if j.case.half != half]) for half in (0, 1)]
    print(f"thresholds chosen: {chosen[0]:.3f}, {chosen[1]:.3f}; shipped: {THRESHOLD}")
    return {n: j.score < chosen[j.case.half] for n, j in enumerate(found)}


def report(found: Sequence[Judged]) -> None:
    """Prints what is flagged of each kind, and what the rules alone and the reasons are worth."""
    flags = unsupported(found, at_most)
    rules = [by_rule(j.case) for j in found]
    for true in (True, False):
        print(f"{'true' if true else 'changed'} claims: chosen, shipped, rules alone")
        kinds: dict[str, list[int]] = defaultdict(list)
        for n, j in enumerate(found):
            if j.case.true == true:
                kinds[j.case.kind].append(n)
                if j.case.kind not in APART:
                    kinds["~all"].append(n)
        for kind, places in sorted(kinds.items()):
            shares = [
                share([flags[n] for n in places]),
                share([found[n].score < THRESHOLD for n in places]),
                share([rules[n] for n in places]),
            ]
            right = [named(found[n]) for n in places if not true and found[n].score < THRESHOLD]
            shown = f"  reason {share(right)}" if right else ""
            print(f"  {kind:12} {len(places):5}  {'  '.join(shares)}{shown}")


def by_rule(case: Case) -> bool:
    """Whether a claim is unsupported whatever the reading model makes of it."""
    said = [text[s.start : s.end] for text in case.cited for s in split_sentences(text)]
    return bool(lacking(case.claim, " ".join(case.cited)) or [*exchanged(case.claim, said)])


def named(item: Judged) -> bool:
    """Whether a reason quotes a word that the change put in, or one of those in its place."""
    before, after = set(item.case.before.split()), set(item.case.claim.split())
    quoted = {word for part in re.findall(r"“([^”]*)”", item.reason) for word in part.split()}
    changed = {word.strip(".,;:") for word in before ^ after}
    return not before or bool(changed & {word.strip(".,;:") for word in quoted})


def public(name: str, found: Sequence[Judged]) -> None:
    """Prints F1 of the supported claims and balanced accuracy."""
    print(f"{name}: {len(found)} claims held back. {PUBLISHED[name]}")
    flags = unsupported(found, balanced)
    for what, flagged in (
        ("chosen", [flags[n] for n in range(len(found))]),
        ("shipped", [j.score < THRESHOLD for j in found]),
        ("rules", [by_rule(j.case) for j in found]),
    ):
        true = [not f for f, j in zip(flagged, found, strict=True) if j.case.true]
        false = [f for f, j in zip(flagged, found, strict=True) if not j.case.true]
        kept, caught = sum(true) / len(true), sum(false) / len(false)
        f1 = 2 * sum(true) / (2 * sum(true) + len(true) - sum(true) + len(false) - sum(false))
        print(
            f"  {what:8} F1 {f1:.3f}  balanced accuracy {(kept + caught) / 2:.3f}"
            f"  true kept {kept:.3f}  others caught {caught:.3f}"
        )


def balanced(found: Sequence[Judged]) -> float:
    """The threshold of the highest balanced accuracy."""
    true = np.sort([j.score for j in found if j.case.true])
    false = np.sort([j.score for j in found if not j.case.true])
    cuts = np.unique([j.score for j in found])
    kept = 1 - np.searchsorted(true, cuts) / len(true)
    caught = np.searchsorted(false, cuts) / len(false)
    return float(cuts[int(np.argmax(kept + caught))])


def share(found: Sequence[bool]) -> str:
    """A share with three decimals."""
    return f"{sum(found) / len(found):.3f}" if found else "-"


if __name__ == "__main__":
    main()
