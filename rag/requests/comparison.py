"""A comparison: what each of several sides wants, says or did, one beside the other."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from rag import evidence
from rag.evidence import Evidence
from rag.facts.bearers import alike
from rag.facts.names import names_in
from rag.quote import says_the_same
from rag.requests.material import Line, Material
from rag.requests.speech import speech
from rag.retrieve import Query, retrieve

# Sentences of each side, passages that are read for them, sides that are found where none is named.
EACH, PASSAGES, SIDES = 3, 6, 3

_WORD = re.compile(r"[^\W_]+(?:[’'.-][^\W_]+)*")

# The least log odds of a sentence, as the reading model sees it.
LEAST = -2.5


def comparison(material: Material, sides: Sequence[str]) -> list[Line]:
    """What tells most of each side, under its name; the sides that speak most, if none is named."""
    lines: list[Line] = []
    for side in sides or _speakers(material):
        chosen: list[Evidence] = []
        for found in _about(material, side):
            if len(chosen) < EACH and not any(says_the_same(found.text, c.text) for c in chosen):
                chosen.append(found)
        lines += [
            Line(e.article, e.index, _titled(side))
            for e in sorted(chosen, key=lambda e: (e.article.pk, e.index))
        ]
    return lines


def _about(material: Material, side: str) -> list[Evidence]:
    """Sentences that name a side, or do not name another behind one that does, best first."""
    query = Query.of(f"{side} {material.subject}".strip(), material.embedder)
    passages = retrieve(material.now, query, PASSAGES, material.allowed)
    on = f" on {material.subject}" if material.subject else ""
    asked = f"What does {side} want or say{on}?"
    found = evidence.gather(asked, passages, material.reader)
    return [e for e in found if e.log_odds >= LEAST and _names(e.text, side)]


def _names(text: str, side: str) -> bool:
    """Whether a text holds the words by which a side is called."""
    words = [word.lower() for word in side.split()]
    held = [re.sub(r"[’']s$", "", word).lower() for word in _WORD.findall(text)]
    return all(any(alike(word, other) for other in held) for word in words[-1:])


def _speakers(material: Material) -> list[str]:
    """Who speaks most in the articles, in the form that names them most fully."""
    counts: Counter[str] = Counter()
    for article in material.stories():
        for said in speech(article):
            theirs = set(said.speaker.split())
            counts[next((n for n in counts if theirs & set(n.split())), said.speaker)] += 1
    return [name for name, _ in counts.most_common(SIDES) if names_in(f"x {name}")]


def _titled(side: str) -> str:
    return side if any(c.isupper() for c in side) else side.title()
