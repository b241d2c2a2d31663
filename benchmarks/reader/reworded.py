"""Asks again in other words: what question and passage share is exchanged for what WordNet has.

    python benchmarks/reader/reworded.py EXAMPLES OUT --wordnet WORDNET [--skip N] [--count N]

A question in the passage's own words teaches to look for these words. EXAMPLES are those that
``examples.py`` made; a word of a question, whole in one token, that its passage holds may become
one that the passage lacks, of one of the synsets of WordNet's (the files ``data.noun`` and so on
are in WORDNET), in the same form, if their word embeddings are near. Nothing moves: a token for a
token.
"""

from __future__ import annotations

import argparse
import pickle
import random
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from index.text.words import is_content
from rag.reading.reader import default_reader
from rag.types import KINDS

# The least cosine of two words' embeddings; senses that are seldom meant lie below.
NEAR = 0.33
# The nearest so many are taken; how many questions are reworded, and of these how many words.
CHOICES, QUESTIONS, WORDS = 3, 0.75, 0.6

_ENDINGS = {"noun": ("", "s"), "verb": ("", "s", "ed", "ing"), "adj": ("",), "adv": ("",)}


def main() -> None:
    """Writes the examples, those that are no questions unchanged."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("examples", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--wordnet", type=Path, required=True)
    parser.add_argument("--skip", type=int, default=0)
    parser.add_argument("--count", type=int, default=10**9)
    given = parser.parse_args()
    groups = pickle.loads(given.examples.read_bytes())[given.skip :][: given.count]  # noqa: S301
    near, rng = synonyms(given.wordnet), random.Random(9)  # noqa: S311
    names = {number: word for word, number in _vocabulary().items()}
    for group in groups:
        if len(group) == 1:  # in a group all are asked in the same words
            group[0] = _reworded(group[0], near, names, rng)
    given.out.write_bytes(pickle.dumps(groups))


def synonyms(wordnet: Path) -> dict[int, list[int]]:
    """For each token that is a word those that say the same, nearest first."""
    vocabulary, words = _vocabulary(), default_reader()._words
    unit = words / np.linalg.norm(words, axis=1, keepdims=True)
    found: dict[int, dict[int, float]] = defaultdict(dict)
    for kind, endings in _ENDINGS.items():
        for line in (wordnet / f"data.{kind}").read_text("latin-1").splitlines():
            if line.startswith("  "):  # the licence
                continue
            fields = line.split(" ")
            lemmas = [fields[4 + 2 * n].lower().split("(")[0] for n in range(int(fields[3], 16))]
            for one, other in ((a, b) for a in lemmas for b in lemmas if a != b):
                for ending in endings:
                    pair = [form(one, ending), form(other, ending)]
                    ids = [vocabulary.get(w, 0) for w in pair if is_content(w) and len(w) > 2]
                    if len(ids) == 2 and all(ids) and float(unit[ids[0]] @ unit[ids[1]]) >= NEAR:
                        found[ids[0]][ids[1]] = float(unit[ids[0]] @ unit[ids[1]])
    return {word: sorted(near, key=lambda n: -near[n]) for word, near in found.items()}


def form(lemma: str, ending: str) -> str:
    """A regular form of a word.

    >>> form("reply", "ed"), form("seize", "ing"), form("wish", "s")
    ('replied', 'seizing', 'wishes')
    """
    if ending in ("s", "ed") and re.search(r"[^aeiou]y$", lemma):
        return f"{lemma[:-1]}i{'es' if ending == 's' else 'ed'}"
    if ending == "s" and re.search(r"(?:s|x|ch|sh)$", lemma):
        return f"{lemma}es"
    if ending in ("ed", "ing") and lemma.endswith("e") and not lemma.endswith("ee"):
        return lemma[:-1] + ending
    return lemma + ending


def _vocabulary() -> dict[str, int]:
    found: dict[str, int] = default_reader()._tokenizer.get_vocab()
    return found


def _reworded(
    example: tuple[Any, ...], near: dict[int, list[int]], names: dict[int, str], rng: random.Random
) -> tuple[Any, ...]:
    tokens, second, first, last, sentences, supported, source, wrong = example
    if source in KINDS or supported >= 0 or first is None or rng.random() >= QUESTIONS:
        return example
    said, tokens = set(tokens[second:]), list(tokens)
    for at in range(1, second - 1):
        whole = not names[tokens[at + 1]].startswith("##")
        others = [word for word in near.get(tokens[at], ()) if word not in said]
        if whole and others and tokens[at] in said and rng.random() < WORDS:
            tokens[at] = rng.choice(others[:CHOICES])
    return tokens, second, first, last, sentences, supported, source, wrong


if __name__ == "__main__":
    main()
