"""Measures the replies to requests for more than a fact, and shows some.

    python benchmarks/requests.py [--apart] [--examples FILE] [--times] [--index DIR]

The requests are those of ``tests/golden/requests.jsonl``, on the sample corpus and on the story in
``tests/golden/story``; with ``--apart`` those of ``requests_apart.jsonl``: for each kind the mean
recall of what a good reply holds, the mean precision where all that may be held is known, and how
long a reply takes. ``--examples`` writes the replies to some requests on the sample corpus as
Markdown: that is ``docs/requests.md``. ``--times`` asks all of them and the chats of
``requests_read.jsonl`` of the sample, for the processor's time alone; ``--index`` of another index,
such as ``benchmarks/speed.py`` makes.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from index.build import Builder
from index.embedders import embedder_of
from index.readers.source import Source
from rag.corpus import Corpus
from rag.reply_measures import reply_precision, reply_recall
from rag.settings import Settings

GOLDEN = Path(__file__).parent.parent / "tests" / "golden"
EXAMPLES = (
    "summarise the peace talks",
    "timeline of the ansel barrier",
    "compare what Russia and Ukraine want",
    "where do the articles disagree about the memo?",
    "what did mayor ravenscroft say?",
    "what did Zelensky say?",
    "which cities hosted talks?",
    "how many demands does the harbour union have?",
    "what do the articles disagree on?",
    "any news on the missing submarine?",
    "how many articles mention Peskov?",
    "latest on the barrier",
    "articles about the tram line",
    "compare what the union and the tram company want",
    "what did the Estuary Post get wrong?",
    "what happens next with the inquiry?",
    "who are the key people in the memo story?",
    "what happened on 14 October 2025?",
    "which article is the oldest?",
    "what can you do?",
)


def main() -> None:
    """Measures, or writes examples."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--examples", type=Path, metavar="FILE", help="write some replies there")
    parser.add_argument("--apart", action="store_true", help="the requests kept apart")
    parser.add_argument("--times", action="store_true", help="time them on the sample")
    parser.add_argument("--index", type=Path, metavar="DIR", help="time them on this index")
    given = parser.parse_args()
    lines = _lines("requests_apart" if given.apart else "requests")
    if given.index:
        _time(Corpus.open(given.index))
        return
    with tempfile.TemporaryDirectory() as folder, as_file(files("index") / "sample") as sample:
        corpora = {
            "sample": _corpus(Path(folder, "sample"), sample),
            "story": _corpus(Path(folder, "story"), GOLDEN / "story"),
        }
        if given.times:
            _time(corpora["sample"])
        elif given.examples:
            given.examples.write_text(_examples(corpora["sample"]), "utf-8")
        else:
            _measure(corpora, lines)


def _corpus(directory: Path, articles: Path) -> Corpus:
    settings = Settings()
    embedder = embedder_of(settings.embedder)
    Builder(directory, embedder).add([Source.at(articles)])
    corpus = Corpus(directory, embedder, settings)
    corpus.prepare()
    return corpus


def _lines(name: str) -> list[dict[str, Any]]:
    text = (GOLDEN / f"{name}.jsonl").read_text("utf-8")
    return [json.loads(line) for line in text.splitlines()]


def _time(corpus: Corpus) -> None:
    chats = [[line["request"]] for name in ("requests", "requests_apart") for line in _lines(name)]
    chats += [line["turns"] for line in _lines("requests_read")]
    corpus.prepare()
    corpus.ask("what happened?")
    taken: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for chat in chats:
        talk = corpus.conversation()
        for turn in chat:
            started = time.process_time()
            answer = talk.ask(turn)
            taken[answer.kind].append((1000 * (time.process_time() - started), turn))
    print("kind             n  processor ms: p50   p95  slowest")
    for kind, values in sorted(taken.items()):
        each = sorted(ms for ms, _ in values)
        p95 = each[min(len(each) - 1, int(0.95 * len(each)))]
        most, turn = max(values)
        middle = statistics.median(each)
        print(f"{kind:13} {len(values):4} {middle:18.0f} {p95:5.0f} {most:8.0f}  {turn}")


def _measure(corpora: dict[str, Corpus], lines: Sequence[dict[str, Any]]) -> None:
    recall, precision = defaultdict(list), defaultdict(list)
    taken, kinds = [], defaultdict(int)
    for line in lines:
        started = time.perf_counter()
        answer = corpora[line["corpus"]].ask(line["request"])
        taken.append(1000 * (time.perf_counter() - started))
        kind = line["kind"]
        kinds[kind] += answer.kind == kind
        found, good = reply_recall(line, answer), reply_precision(line, answer)
        if kind == "search":
            keys = {citation.key for citation in answer.citations}
            found = [key in keys for key in line["docs"]]
            good = [key in line["docs"] for key in keys]
        recall[kind].append(sum(found) / len(found))
        if good:
            precision[kind].append(sum(good) / len(good))
    print("kind           n  taken for it  recall  precision")
    for kind, values in recall.items():
        known = f"{statistics.mean(precision[kind]):9.2f}" if precision[kind] else "        -"
        print(f"{kind:13} {len(values):2} {kinds[kind]:10} {statistics.mean(values):11.2f} {known}")
    p95 = statistics.quantiles(taken, n=20)[-1]
    print(f"ms: p50 {statistics.median(taken):.0f}, p95 {p95:.0f}")


def _examples(corpus: Corpus) -> str:
    parts = [
        "# What requests are answered with",
        "On the sample corpus, by `python benchmarks/requests.py --examples docs/requests.md`.",
    ]
    for request in EXAMPLES:
        answer = corpus.ask(request)
        body = "\n".join(f"> {line}".rstrip() for line in answer.text.split("\n"))
        parts += [f"## {request}", body]
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    main()
