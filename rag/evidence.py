"""Which sentences of the passages answer the question."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from index.ledger import StoredArticle
from index.sentences import Sentence
from index.words import content_stems
from rag.expect import KINDS, asked, offered
from rag.logistic import Logistic
from rag.retrieve import Passage, Query

# What a sentence is judged by, in the order of the coefficients; ``_features`` computes them.
#
# Tried on XQuAD and left out, because leaving it out cost less than 0.002 of the questions there
# and gained on golden sets of news: the fused score of the passage (it favours what echoes the
# question), its cosine, the sentence's length and place, the sentence after it, a vector of its
# own from a second pass through the model, and whether it names a place or a reason.
FEATURES = (
    "late",  # mean over the question's tokens of the nearest token of the sentence
    "late_low",  # the same over the half of the tokens that are matched worst
    "late_after",  # the same over all, the sentence before included: it names, this one tells
    "pooled",  # cosine of the question and the mean of the sentence's tokens
    "coverage",  # share of the question's words that the sentence holds, by idf
    "coverage_context",  # the same with its neighbours and the title
    *KINDS,  # 1 if the kind is asked for and offered, -1 if asked for and not, else 0
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence that may answer the question.

    Attributes:
        index: Which sentence of the article it is.
        features: One value for each of ``FEATURES``.
        matches: float32 (n,): for each content token of the question, the product with the
            nearest token of the sentence.
        log_odds: That it holds the answer, given that the passages hold one.
        kinds: The kinds of answer that the question asks for and the sentence offers.
    """

    passage: Passage
    index: int
    features: tuple[float, ...]
    matches: NDArray[np.float32]
    log_odds: float
    kinds: frozenset[str] = frozenset()

    @property
    def probability(self) -> float:
        """That it holds the answer, given that the passages hold one."""
        return 1 / (1 + math.exp(-min(max(self.log_odds, -50.0), 50.0)))

    @property
    def article(self) -> StoredArticle:
        """The article it stands in."""
        return self.passage.article

    @property
    def sentence(self) -> Sentence:
        """Where it stands in the article."""
        return self.article.sentences[self.index]

    @property
    def text(self) -> str:
        """Its words."""
        return self.article.article.text[self.sentence.start : self.sentence.end]


@cache
def default_model() -> Logistic:
    """The model that comes with onrecord."""
    return Logistic.shipped("evidence", FEATURES)


def gather(
    query: Query,
    passages: Sequence[Passage],
    idf: Callable[[str], float],
    model: Logistic | None = None,
) -> list[Evidence]:
    """Every sentence of the passages, most probable first; headings and questions are no evidence.

    Args:
        query: The question as searched.
        passages: Best first.
        idf: What a stem's presence says, the rarer the more.
        model: None for the one that comes with onrecord.
    """
    if not passages:
        return []
    places = _places(passages)
    wanted = asked(query.asking)
    scene = _Scene(
        query,
        places,
        {p: wanted & offered(_text(places[p], p[1]), query.stems) for p in places},
        *_matches(passages, places),
        {p: frozenset(content_stems(_text(places[p], p[1]))) for p in places},
        {stem: weight * idf(stem) for stem, weight in query.stems.items()},
    )
    features = np.array([_features(scene, place) for place in places])
    features = features.reshape(len(places), len(FEATURES))
    judged = (model or default_model()).log_odds(features)
    found = [
        Evidence(
            places[place],
            place[1],
            tuple(row),
            scene.matches[place],
            log_odds,
            scene.kinds[place],
        )
        for place, row, log_odds in zip(places, features.tolist(), judged.tolist(), strict=True)
    ]
    return sorted(found, key=lambda e: (-e.log_odds, e.article.pk, e.index))


_Place = tuple[int, int]  # an article's pk and the number of a sentence in it


def _places(passages: Sequence[Passage]) -> dict[_Place, Passage]:
    """Each sentence once, with the best passage that it stands in."""
    places: dict[_Place, Passage] = {}
    for passage in passages:
        text = passage.article.article.text
        for number in range(passage.chunk.first, passage.chunk.last):
            sentence = passage.article.sentences[number]
            asks = text[sentence.start : sentence.end].rstrip("”\"’')").endswith("?")
            if not sentence.heading and not asks:
                places.setdefault((passage.article.pk, number), passage)
    return places


def _matches(
    passages: Sequence[Passage], places: Mapping[_Place, Passage]
) -> tuple[dict[_Place, NDArray[np.float32]], dict[_Place, float]]:
    """Stands in until sentences are judged by the reader: no token is compared."""
    return (
        {place: np.zeros(1, dtype=np.float32) for place in places},
        {place: passage.cosine for place, passage in places.items()},
    )


@dataclass(frozen=True, slots=True)
class _Scene:
    """What the features of every sentence are computed from.

    Attributes:
        kinds: For each sentence, the kinds that are asked for and that it offers.
        matches: For each sentence, what ``_matches`` gives; likewise ``pooled``.
        stems: For each sentence, its content stems.
        idf: Of each stem of the query, times what it counts.
    """

    query: Query
    places: Mapping[_Place, Passage]
    kinds: Mapping[_Place, frozenset[str]]
    matches: Mapping[_Place, NDArray[np.float32]]
    pooled: Mapping[_Place, float]
    stems: Mapping[_Place, frozenset[str]]
    idf: Mapping[str, float]


def _features(scene: _Scene, place: _Place) -> list[float]:
    passage, number = scene.places[place], place[1]
    around = [p for p in ((place[0], number - 1), (place[0], number + 1)) if p in scene.places]
    own = scene.matches[place]
    before = scene.matches.get((place[0], number - 1), own)
    held = scene.stems[place]
    title = content_stems(passage.article.article.title)
    wanted, given = asked(scene.query.asking), scene.kinds[place]
    return [
        float(own.mean()),
        float(np.sort(own)[: max(1, len(own) // 2)].mean()),
        float(np.maximum(own, before).mean()),
        scene.pooled[place],
        _coverage(scene.idf, held),
        _coverage(scene.idf, held.union(title, *(scene.stems[p] for p in around))),
        *((1.0 if kind in given else -1.0) if kind in wanted else 0.0 for kind in KINDS),
    ]


def _text(passage: Passage, number: int) -> str:
    sentence = passage.article.sentences[number]
    return passage.article.article.text[sentence.start : sentence.end]


def _coverage(idf: Mapping[str, float], held: Collection[str]) -> float:
    """The share of the wanted stems that are held, each weighed by its idf; 0 if none is wanted."""
    total = sum(idf.values())
    return sum(weight for stem, weight in idf.items() if stem in held) / total if total else 0.0
