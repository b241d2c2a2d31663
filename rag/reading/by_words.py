"""Evidence by the words of a question alone, where the reading model knows no word of it.

The model reads English. What is asked in another language, or answered in an article in another,
is judged by how much of the question's words a sentence holds, the rarer the more.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from index.text.languages import code_of
from index.text.words import content_stems
from rag.reading.evidence import Evidence, may_answer, numbers_of, surest
from rag.reading.reader import SentenceReading
from rag.retrieve import Passage, Query

NOTE = (
    "Found by the words of the question: the reading model knows English only, so these sentences"
    " may answer it."
)

# Log odds that a sentence answers, by the share of the question's words that it holds, and that
# its neighbours and the title hold; and by whether it has a number where one is asked for.
# On tests/golden/languages.jsonl; see tests/rag/test_golden_languages.py for what comes of them.
OWN, NEAR, NUMBER, LEVEL = 6.0, 2.5, 1.5, -3.5

# However many of the words a sentence has, it may not be what is asked: 33 of 36 were.
CEILING = 0.9

_HOW_MANY = re.compile(
    r"\b(?:combien|wie ?viele?n?|сколько|скільки|cuánt[oa]s?|quant[oaie]s?|hoeveel|ile|hur många"
    r"|how (?:many|much)|hvor mange|kaç|کم|كم)\b|多少|几|幾|いくつ|何人|何",
    re.I,
)
_NUMERAL = re.compile(r"\d|[一二三四五六七八九十百千万亿]")


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a question, and what each one's presence in a sentence says.

    Attributes:
        weights: For each word the forms that it may have, and what it counts; together 1.
        counts: Whether it asks how many there are.
    """

    weights: tuple[tuple[frozenset[str], float], ...]
    counts: bool

    @classmethod
    def of(cls, query: Query, idf: Callable[[str], float]) -> Words:
        """Weighs the words of a query by how rare the most frequent form of each is."""
        forms = [frozenset({stem, *query.forms.get(stem, ())}) for stem in query.stems]
        counted = zip(query.stems.values(), forms, strict=True)
        rare = [weight * min(map(idf, words)) for weight, words in counted]
        total = sum(rare) or 1.0
        shares = tuple((words, share / total) for words, share in zip(forms, rare, strict=True))
        return cls(shares, _HOW_MANY.search(query.asking) is not None)

    def share(self, held: frozenset[str]) -> float:
        """How much of them some stems hold, from 0 to 1."""
        return sum(weight for forms, weight in self.weights if forms & held)


def gather(words: Words, passages: Sequence[Passage]) -> list[Evidence]:
    """Every sentence of the passages, most probable first; headings and questions are no evidence.

    Args:
        words: What is asked.
        passages: What was found for it.
    """
    every = (_evidence(words, passage, n) for passage in passages for n in numbers_of(passage))
    return surest([each for each in every if may_answer(each)], ())


def _evidence(words: Words, passage: Passage, number: int) -> Evidence:
    """A sentence and its log odds; it has no short answer."""
    stored = passage.article
    text, language = stored.article.text, code_of(stored.article.language)
    around = stored.sentences[max(0, number - 2) : number + 2]
    said = [text[s.start : s.end] for s in (stored.sentences[number], *around)]
    own, *beside = (frozenset(content_stems(t, language)) for t in said)
    near = own.union(*beside, content_stems(stored.article.title, language))
    numeral = words.counts and _NUMERAL.search(said[0]) is not None
    log_odds = OWN * words.share(own) + NEAR * words.share(near) + NUMBER * numeral + LEVEL
    start = stored.sentences[number].start
    return Evidence(passage, number, SentenceReading(0.0, 0.0, start, start), log_odds)


def confidence(found: Sequence[Evidence]) -> float:
    """The probability, from 0 to 1, that the best of them answers; 0 for none."""
    return min(CEILING, 1 / (1 + math.exp(-found[0].log_odds))) if found else 0.0
