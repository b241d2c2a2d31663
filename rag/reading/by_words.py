"""Evidence by the words of a question, where the reading model does not know its language.

The model reads English. What is asked in another language, or answered in an article in another,
is judged by how much of the question's words a sentence holds, the rarer the more, and by an
embedding model of many languages where the index was made with one.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from index.embed import likeness
from index.text.words import code_of, content_stems
from rag.reading.evidence import Evidence, may_answer, numbers_of, surest
from rag.reading.reader import SentenceReading
from rag.retrieve import Passage, Query

NOTE = (
    "Not read by the reading model, which knows English only: these sentences are nearest to the"
    " question, and may answer it."
)

# Log odds that a sentence answers, by the share of the question's words that it holds, and that
# its neighbours and the title hold; and by whether it has a number where one is asked for.
# Of 40 questions (tests/golden/languages.jsonl) 36 are right with 1.5 claims an answer; OWN 3.5
# with NEAR 4 and NUMBER 0.7 gives as many with 2.6, OWN 5 with NEAR 2.5 gives 35 with 1.7.
OWN, NEAR, NUMBER, LEVEL = 6.0, 2.5, 1.5, -3.5

# The same with a model of many languages: what those words count, how near a sentence under its
# title is to the question, and from where on that says something: texts in one language are nearer
# to each other. Of those 40 questions 39 are right, of 24 in English on the same articles 19
# (languages_across.jsonl); SAME -11 with ACROSS -5.4 gives 37 and 17, MEANT 15 with -8.5 and -4.2
# gives 38 and 17.
SAID, MEANT, SAME, ACROSS = 0.5, 20.0, -10.0, -5.2

# Passages whose sentences are encoded for that: of both sets as many are right with 4 as with 12.
MEANT_PASSAGES = 6

# However many of the words a sentence has, it may not be what is asked: 32 of 36 were.
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
        weights: For each word its stem, those that it has in other languages, and what it counts;
            together 1.
        counts: Whether it asks how many there are.
    """

    weights: tuple[tuple[str, frozenset[str], float], ...]
    counts: bool

    @classmethod
    def of(cls, query: Query, idf: Callable[[str], float]) -> Words:
        """Weighs the words of a query by how rare the most frequent form of each is."""
        other = {stem: query.forms.get(stem, frozenset()) for stem in query.stems}
        rare = {
            stem: weight * min(map(idf, {stem, *other[stem]}))
            for stem, weight in query.stems.items()
        }
        total = sum(rare.values()) or 1.0
        shares = tuple((stem, other[stem], share / total) for stem, share in rare.items())
        return cls(shares, _HOW_MANY.search(query.asking) is not None)

    def share(self, held: frozenset[str], *, same: bool) -> float:
        """How much of them some stems hold, from 0 to 1.

        ``same`` says whether the stems are of the question's own language.
        """
        return sum(w for stem, other, w in self.weights if (same and stem in held) or other & held)


def gather(query: Query, words: Words, passages: Sequence[Passage]) -> list[Evidence]:
    """Every sentence of the passages, most probable first; headings and questions are no evidence.

    Args:
        query: What is asked.
        words: Its words.
        passages: What was found for it.
    """
    every = [
        _evidence(query, words, passage, n) for passage in passages for n in numbers_of(passage)
    ]
    found = [each for each in every if may_answer(each)]
    if found and getattr(query.embedder, "multilingual", False):
        near = {p.chunk.pk for p in passages[:MEANT_PASSAGES]}
        found = _by_meaning(query, [e for e in found if e.passage.chunk.pk in near])
    return surest(found, ())


def _by_meaning(query: Query, found: Sequence[Evidence]) -> list[Evidence]:
    """The sentences with what a model of many languages says of how near they are."""
    texts = [f"{each.article.article.title}\n{each.text}" for each in found]
    cosines = query.embedder.encode_passages(texts) @ query.vector
    near = [likeness(query.embedder, float(cosine)) for cosine in cosines]
    levels = [
        SAME if code_of(each.article.article.language) == query.language else ACROSS
        for each in found
    ]
    return [
        replace(each, log_odds=SAID * (each.log_odds - LEVEL) + MEANT * like + level)
        for each, like, level in zip(found, near, levels, strict=True)
    ]


def _evidence(query: Query, words: Words, passage: Passage, number: int) -> Evidence:
    """A sentence and its log odds; it has no short answer."""
    stored = passage.article
    text, language = stored.article.text, code_of(stored.article.language)
    around = stored.sentences[max(0, number - 2) : number + 2]
    said = [text[s.start : s.end] for s in (stored.sentences[number], *around)]
    own, *beside = (frozenset(content_stems(t, language)) for t in said)
    near = own.union(*beside, content_stems(stored.article.title, language))
    same = language == query.language
    numeral = words.counts and _NUMERAL.search(said[0]) is not None
    shares = OWN * words.share(own, same=same) + NEAR * words.share(near, same=same)
    log_odds = shares + NUMBER * numeral + LEVEL
    start = stored.sentences[number].start
    return Evidence(passage, number, SentenceReading(0.0, 0.0, start, start), log_odds)


def confidence(found: Sequence[Evidence]) -> float:
    """The probability, from 0 to 1, that the best of them answers; 0 for none."""
    return min(CEILING, 1 / (1 + math.exp(-found[0].log_odds))) if found else 0.0
