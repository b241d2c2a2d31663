"""Asks a golden set and reports facts, citations, refusals, length and time.

    python benchmarks/golden.py GOLDEN.jsonl SOURCE... [--misses]

GOLDEN.jsonl has a question a line: id, question, history, docs (keys that answer it), facts (each
a list of wordings, of which one must occur in the answer), answerable (true unless it says false).
SOURCE is what the questions are asked of. Times are of warm questions, each asked once more.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from index.build import Builder
from index.embed import TransformerEmbedder
from index.readers import Source
from rag.answer import Answer
from rag.corpus import Corpus
from rag.settings import Settings


def main() -> None:
    """Builds an index of the sources, asks, and prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("golden", type=Path)
    parser.add_argument("sources", nargs="+")
    parser.add_argument("--threshold", type=float)
    parser.add_argument("--misses", action="store_true", help="print what went wrong")
    given = parser.parse_args()
    chosen = {} if given.threshold is None else {"threshold": given.threshold}
    embedder = TransformerEmbedder()
    with tempfile.TemporaryDirectory() as folder:
        Builder(Path(folder), embedder).add([Source.at(source) for source in given.sources])
        corpus = Corpus(Path(folder), embedder, Settings(**chosen))
        lines = given.golden.read_text(encoding="utf-8").splitlines()
        report(corpus, [json.loads(line) for line in lines if line.strip()], given.misses)


def report(corpus: Corpus, questions: list[dict[str, Any]], misses: bool) -> None:
    """Prints the figures of a golden set."""
    yes = [q for q in questions if q.get("answerable", True)]
    no = [q for q in questions if not q.get("answerable", True)]
    answers = {q["id"]: ask(corpus, q) for q in questions}
    times = [timed(corpus, q) for q in questions]
    answered = [q for q in yes if answers[q["id"]].answered]
    complete = [q for q in yes if all(held(answers[q["id"]], q))]
    right = [q for q in answered if answers[q["id"]].citations[0].key in q["docs"]]
    facts = [found for q in yes for found in held(answers[q["id"]], q)]
    cited = [c.key in q["docs"] for q in answered for c in answers[q["id"]].citations]
    both = [q for q in complete if q in right]
    claims = [len(answers[q["id"]].claims) for q in answered]
    print(f"answerable {len(yes)}: every fact and the right first citation {len(both)},")
    print(f"  fact recall {share(facts)}, citation precision {share(cited)},")
    print(f"  first citation right {len(right)} of {len(answered)}")
    print(f"  refused {len(yes) - len(answered)}")
    print(f"unanswerable {len(no)}: refused {sum(not answers[q['id']].answered for q in no)}")
    print(f"claims: median {statistics.median(claims)}, most {max(claims)}")
    times.sort()
    slow = times[int(len(times) * 0.95)]
    print(f"ms a question: median {times[len(times) // 2]:.0f}, p95 {slow:.0f}")
    for q in questions if misses else []:
        wrong = q not in both if q.get("answerable", True) else answers[q["id"]].answered
        if wrong:
            answer = answers[q["id"]]
            print(f"\n{q['id']} ({answer.confidence:.2f}) {q['question']}\n{answer.text}")


def ask(corpus: Corpus, question: dict[str, Any]) -> Answer:
    """The answer to a golden question."""
    return corpus.ask(question["question"], history=question.get("history") or ())


def timed(corpus: Corpus, question: dict[str, Any]) -> float:
    """Milliseconds that a warm question takes."""
    started = time.perf_counter()
    ask(corpus, question)
    return 1000 * (time.perf_counter() - started)


def held(answer: Answer, question: dict[str, Any]) -> list[bool]:
    """For each fact whether the answer states it; a refusal states none."""
    text = answer.text.lower() if answer.answered else ""
    return [any(words.lower() in text for words in fact) for fact in question["facts"]]


def share(values: list[bool]) -> str:
    """A proportion in words, such as "0.950 (19 of 20)"."""
    return f"{sum(values) / max(1, len(values)):.3f} ({sum(values)} of {len(values)})"


if __name__ == "__main__":
    main()
