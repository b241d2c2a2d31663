"""How many copies of a story are grouped with it, and how fast.

    python benchmarks/copies.py [--articles 20000]

The articles are made of sentences of the sample corpus and of the story in ``tests/golden/story``,
drawn by chance: half are stories of their own, a quarter of these hold three sentences of another
story, as reports do that take over an agency's words; the other half are copies of one to three
outlets each, under a dateline, cut at the end by up to a quarter, every fortieth word spelt
otherwise, a line of the outlet's own behind.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from index.preparing import signature, stories
from index.readers.source import Source
from index.text.sentences import split_sentences

ROOT = Path(__file__).parent.parent
SENTENCES, TAKEN, LEAST, RESPELT = 14, 3, 0.75, 40


def main() -> None:
    """Makes the articles, groups them, and prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--articles", type=int, default=20_000)
    count = parser.parse_args().articles
    made = list(articles(count, random.Random(0)))  # noqa: S311 (nothing is kept secret by it)
    started = time.process_time()
    signatures = {number: signature(text) for number, (_, text) in enumerate(made)}
    signed = time.process_time()
    found = stories(signatures)
    grouped = time.process_time()
    precision, recall = pairs(found, [story for story, _ in made])
    print(
        f"{count:,} articles: signatures {signed - started:.1f} s, groups {grouped - signed:.1f} s"
    )
    print(f"pairs: precision {precision:.4f}, recall {recall:.4f}")


def articles(count: int, rng: random.Random) -> Iterator[tuple[int, str]]:
    """So many articles, each with the number of its story."""
    pool = sentences()
    before: list[str] = []
    story = made = 0
    while made < count:
        told = rng.sample(pool, SENTENCES)
        if before and rng.random() < 1 / 4:
            told[:TAKEN] = rng.sample(before, TAKEN)
        copies = rng.choice((0, 0, 0, 1, 2, 3))
        for text in (" ".join(told), *(copied(told, rng) for _ in range(copies)))[: count - made]:
            yield story, text
            made += 1
        before, story = told, story + 1


def copied(told: Sequence[str], rng: random.Random) -> str:
    """A story as another outlet prints it."""
    words = " ".join(told).split()
    words = words[: int(len(words) * rng.uniform(LEAST, 1.0))]
    for place in range(rng.randrange(RESPELT), len(words), RESPELT):
        words[place] = words[place] + "s"
    return f"TARNHOLT, {rng.randint(1, 28)} May – {' '.join(words)} Our desk adds to this report."


def sentences() -> list[str]:
    """Those of the articles in the repository that have eight words and more."""
    found = []
    for folder in ("index/sample", "tests/golden/story"):
        for article in Source.at(ROOT / folder).articles():
            text = article.text
            found += [text[s.start : s.end] for s in split_sentences(text)]
    return [sentence for sentence in dict.fromkeys(found) if len(sentence.split()) >= 8]


def pairs(found: Mapping[int, int], right: Sequence[int]) -> tuple[float, float]:
    """The precision and recall of pairs that are grouped."""
    together = Counter((found[number], story) for number, story in enumerate(right))
    both = sum(n * (n - 1) // 2 for n in together.values())
    told, wanted = (
        sum(n * (n - 1) // 2 for n in Counter(groups).values())
        for groups in (found.values(), right)
    )
    return both / max(told, 1), both / max(wanted, 1)


if __name__ == "__main__":
    main()
