"""Where accounts differ: sentences of different articles on one thing that cannot both hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from index.embed import Embedder
from index.ledger import StoredArticle
from index.text.dates import dates_in
from index.text.names import names_in
from index.text.numbers import Number, numbers_in
from index.text.words import content_stems
from rag.answer_text import extractive_text
from rag.facts import Lacking, lacking
from rag.quote_context import words_of
from rag.reading.evidence import Evidence
from rag.reading.reader import Reader
from rag.requests.material import HELD, Line, Material, composed, published_by, telling
from rag.requests.speech import speaks
from rag.requests.timeline import day_of
from rag.retrieve import Query, retrieve
from rag.types import Answer

# Two sentences are about one thing if their cosine is so high and they share so much of the content
# words of the shorter, facts aside; more with nothing but a negation between them, less where both
# count the same thing in the same words.
NEAR, SHARED = 0.62, 0.55
NEAR_NEGATED, SHARED_NEGATED = 0.7, 0.75
NEAR_COUNTED = 0.5

# Figures are of one thing if the greater is at most so many times the less, and the reports came so
# many days apart.
TIMES, DAYS = 3.0, 10

# Sentences at the beginning of a correction among which is the one that says what was wrong, and
# among which is what is right.
OPENING = 2
REPEATED = 6

# The log odds of support under which the reading model says that a number is another's.
APART = -1.0

_CORRECTED = "Corrected"

# Articles looked at for those that correct others, and passages for what each corrects.
CORRECTIONS, PASSAGES = 20, 8

# Further sentences of evidence that a fact is held against.
BESIDE = 12

# Sentences of an article that are compared, and of all; differences that are told.
SENTENCES, ALL, MOST = 30, 440, 8

_NEGATION = re.compile(
    r"\b(?:not|no|never|none|neither|nor|without|refus\w+|reject\w*|declin\w+|fail\w*|den(?:y|ies|ied)"
    r"|turn\w* down|vot\w+ down|threw out|ruled out|cannot|withdr[ae]w\w*|block\w*|ban(?:s|ned)?)\b"
    r"|n[’']t\b",
    re.I,
)
_VAGUE = re.compile(
    r"\b(?:about|around|roughly|nearly|almost|approximately|some|over|than|up to|under|at least"
    r"|at most|close to|by (?:mon|tues|wednes|thurs|fri|satur|sun)day)\W*(?:\w+ )?$",
    re.I,
)
_CORRECTS = re.compile(r"^\W*(?:correct|clarif)|\b(?:correction|clarification)\b", re.I)


@dataclass(frozen=True, slots=True)
class Difference:
    """Two sentences that cannot both hold.

    Attributes:
        why: "number", "date", "name", "polarity" or "correction".
        corrects: Whether the second corrects the first.
    """

    one: tuple[StoredArticle, int]
    other: tuple[StoredArticle, int]
    why: str
    corrects: bool = False


def disagreements(material: Material) -> list[Line]:
    """Each difference as two lines, what was published later second."""
    lines: list[Line] = []
    for number, found in enumerate(differences(material), 1):
        for (article, index), last in ((found.one, False), (found.other, True)):
            who = published_by(article)
            what = ("As first reported", "As corrected")[last]
            what = what if found.corrects else _NAMED[found.why]
            lines.append(Line(article, index, f"{number}. {what} – {who}".removesuffix(" – ")))
    return lines


_NAMED = {
    "number": "Figures differ",
    "date": "Days differ",
    "name": "Names differ",
    "polarity": "One affirms, the other denies",
}


def with_corrections(material: Material) -> Material:
    """The same with what was corrected of it: articles that correct, and those that they do."""
    now, allowed = material.now, material.allowed
    stems = dict.fromkeys(content_stems("correction clarification"), 1.0)
    among = allowed.articles if allowed else None
    hits = now.search_index.article_words.search(stems, CORRECTIONS, among)
    found: dict[int, StoredArticle] = {}
    for article in now.articles({pk for pk, _ in hits}).values():
        text = f"{article.article.title} {article.article.text}"
        on = not material.subject or material.share(text) >= HELD
        first = next(telling(article), None)
        if not (on and first is not None and _corrects(article)):
            continue
        query = Query.of(words_of(article, first), material.embedder)
        passages = retrieve(now, query, PASSAGES, allowed)
        before = [p.article for p in passages if _before(p.article, article)]
        found |= {each.pk: each for each in (article, *before[:1])}
    return replace(
        material, articles=[*found.values(), *(a for a in material.articles if a.pk not in found)]
    )


def differences(material: Material) -> list[Difference]:
    """Where the articles on a subject differ: corrections, then the most alike sentences first."""
    places = [
        (article, index)
        for article in material.articles
        for index in islice(telling(article), REPEATED if _corrects(article) else SENTENCES)
    ][:ALL]
    if len(places) < 2:
        return []
    vectors = material.encode([words_of(*place) for place in places])
    cosines = np.triu(vectors @ vectors.T, 1)
    found = list(_corrections(places, cosines + cosines.T))
    told = {place for each in found for place in (_key(each.one), _key(each.other))}
    for flat in np.argsort(-cosines, axis=None):
        i, j = divmod(int(flat), len(places))
        near = float(cosines[i, j])
        if near < NEAR_COUNTED or len(found) >= MOST:
            break
        one, other = sorted(
            (places[i], places[j]), key=lambda p: p[0].article.published or date.min
        )
        if one[0].story == other[0].story or {_key(one), _key(other)} & told:
            continue
        if _corrects(one[0]) or _corrects(other[0]):
            continue  # what is corrected is found above
        days = one[0].article.published, other[0].article.published
        if why := differ(words_of(*one), words_of(*other), near, material.reader, days):
            told |= {_key(one), _key(other)}
            found.append(Difference(one, other, why))
    return found


def with_other_account(
    answer: Answer, found: Sequence[Evidence], embedder: Embedder, reader: Reader
) -> Answer:
    """An answer that gives another account too, if the evidence surely holds one.

    A correction of what answers comes before it; the short answer is then none.

    Args:
        answer: What the first of the evidence answers.
        found: The evidence, most probable first.
        embedder: The model that the index was made with.
        reader: The model that tells whether one sentence supports another.
    """
    lines = _beside(found[0], found[1:], embedder, reader)
    if not lines:
        return answer
    claims, citations = composed(lines)
    first = citations[0]
    kept = {c.number for c in answer.citations if c.article_id == first.article_id}
    shorts = tuple(
        replace(short, citation=first.number)
        for short in answer.shorts
        if not lines[0].label.startswith(_CORRECTED)  # that may be what was wrong
        and short.citation in kept
        and first.start <= short.start
        and short.end <= first.end
    )
    return replace(
        answer, text=extractive_text(claims), claims=claims, citations=citations, shorts=shorts
    )


def _beside(
    best: Evidence, others: Sequence[Evidence], embedder: Embedder, reader: Reader
) -> list[Line]:
    """The sentence that answers and another that gives another figure or day, if one does."""
    place = best.article, best.index
    label = f"{_CORRECTED} – {published_by(best.article)}"
    if _corrects(best.article) and best.index < OPENING:
        says = _correct(best.article, best.index)
        return [Line(*place, label), *(Line(best.article, n, label) for n in says)]
    apart = [o for o in others[:BESIDE] if o.article.story != best.article.story]
    articles = {o.article.pk: o.article for o in apart}.values()
    correcting = [
        (a, index)
        for a in articles
        if _corrects(a) and _before(best.article, a)
        for index in islice(telling(a), SENTENCES)
    ]
    places = [place, *((o.article, o.index) for o in apart), *correcting]
    vectors = embedder.encode_passages([words_of(*each) for each in places])
    cosines = vectors @ vectors.T
    corrected = [0, *range(len(places) - len(correcting), len(places))]
    for found in _corrections(
        [places[n] for n in corrected], cosines[np.ix_(corrected, corrected)]
    ):
        return [
            Line(*found.other, f"{_CORRECTED} – {published_by(found.other[0])}"),
            Line(*place, f"As first reported – {published_by(best.article)}"),
        ]
    day = best.article.article.published
    for number, other in enumerate(apart, 1):
        days = day, other.article.article.published
        why = differ(best.text, other.text, float(cosines[0, number]), reader, days)
        if why in ("number", "date"):
            return [
                Line(*place, published_by(best.article)),
                Line(other.article, other.index, f"{_NAMED[why]} – {published_by(other.article)}"),
            ]
    return []


def _key(place: tuple[StoredArticle, int]) -> tuple[int, int]:
    return place[0].pk, place[1]


def _corrections(
    places: list[tuple[StoredArticle, int]], cosines: NDArray[np.float32]
) -> Iterator[Difference]:
    """What an article that corrects another says behind the sentence in which it repeats that."""
    for article in {stored.pk: stored for stored, _ in places}.values():
        if not _corrects(article):
            continue
        mine = [n for n, (stored, _) in enumerate(places) if stored.pk == article.pk][:OPENING]
        others = [n for n, (stored, _) in enumerate(places) if _before(stored, article)]
        if not others:
            continue
        block = cosines[np.ix_(mine, others)]
        row, column = np.unravel_index(int(block.argmax()), block.shape)
        index = places[mine[int(row)]][1]
        says = _correct(article, index)
        if block[row, column] >= NEAR_COUNTED and says:
            corrected = places[others[int(column)]]
            yield Difference(corrected, (article, says[0]), "correction", corrects=True)


def _correct(article: StoredArticle, index: int) -> list[int]:
    """The sentence that says what is right behind the one that repeats what was wrong, if any."""
    behind = range(index + 1, min(index + 4, len(article.sentences)))
    return ([n for n in behind if _states(words_of(article, n))] or [*behind])[:1]


def _states(text: str) -> bool:
    return bool(numbers_in(text) or names_in(text))


def _corrects(article: StoredArticle) -> bool:
    return bool(_CORRECTS.search(article.article.title))


def _before(one: StoredArticle, other: StoredArticle) -> bool:
    """Whether an article came before another at the same publisher."""
    first, second = one.article, other.article
    days = first.published or date.min, second.published or date.max
    return one.pk != other.pk and first.publisher == second.publisher and days[0] <= days[1]


def differ(
    one: str,
    other: str,
    near: float,
    reader: Reader,
    published: tuple[date | None, date | None] = (None, None),
) -> str:
    """What two sentences on one thing differ in; "" if they do not, or are on different things.

    Args:
        one: A sentence.
        other: Another.
        near: The cosine of their encodings.
        reader: The model that tells whether one supports the other.
        published: The days of publication, from which "on Monday" is counted.
    """
    late = bool(published[0] and published[1] and abs((published[0] - published[1]).days) > DAYS)
    if near >= NEAR_COUNTED and not late and _counts_differ(one, other):
        return "number"
    if near < NEAR:
        return ""
    if _ordinals(one) != _ordinals(other):
        return ""  # the first offer and the second
    lacks = lacking(one, other, published[1]), lacking(other, one, published[0])
    # What only one of them tells is no difference.
    first, second = ({found.kind for found in each} for each in lacks)
    shared = _shared(one, other, lacks)
    if not first & second:
        alike = near >= NEAR_NEGATED and shared >= SHARED_NEGATED
        return "polarity" if alike and _denies(one) != _denies(other) else ""
    if shared < SHARED or len(first & second) != 1:
        return ""
    why = next(iter(first & second))
    if why == "number":
        return why if _numbers_differ(one, other, lacks, reader) and not late else ""
    if why == "date":
        told = all(any(lack.instead for lack in each if lack.kind == "date") for each in lacks)
        return why if told and _days_differ(one, other, published) else ""
    return why if _slots(one, lacks[0]) & _slots(other, lacks[1]) else ""


def _shared(one: str, other: str, lacks: tuple[list[Lacking], list[Lacking]]) -> float:
    """The share of the content words that both have, what differs left out."""
    rest = []
    for text, found in zip((one, other), lacks, strict=True):
        aside = {stem for lack in found for stem in content_stems(lack.said)}
        rest.append(set(content_stems(_NEGATION.sub(" ", text))) - aside)
    first, second = rest
    return len(first & second) / max(1, min(len(first), len(second)))


def _slots(text: str, lacks: list[Lacking]) -> set[str]:
    """The content words beside the names that the other text lacks, speakers' left out."""
    said = {lack.said for lack in lacks if lack.kind == "name"}
    found = set()
    for name in names_in(text):
        if name.text in said and not speaks(name, text):
            found |= {f"{stem} _" for stem in content_stems(text[: name.start])[-1:]}
            found |= {f"_ {stem}" for stem in content_stems(text[name.end :])[:1]}
    return found


def _ordinals(text: str) -> set[float]:
    return {n.value for n in numbers_in(text) if n.unit == "th"}


def _denies(text: str) -> bool:
    return len(_NEGATION.findall(text)) % 2 == 1


def _numbers_differ(
    one: str, other: str, lacks: tuple[list[Lacking], list[Lacking]], reader: Reader
) -> bool:
    """Whether numbers of one unit differ, neither of them vague, and the model sees it too."""
    said = []
    for text, found in zip((one, other), lacks, strict=True):
        mine = [n for n in numbers_in(text) if any(n.text == lack.said for lack in found)]
        if not mine or any(_VAGUE.search(text[max(0, n.start - 24) : n.start]) for n in mine):
            return False
        said.append(mine)
    if not any(_comparable(m, n) for m in said[0] for n in said[1]):
        return False
    return all(r.log_odds < APART for r in reader.check([(one, other), (other, one)]))


def _counts_differ(one: str, other: str) -> bool:
    """Whether two texts count the same thing, in the same words, and come to other numbers."""
    mine, theirs = _counted(one), _counted(other)
    return any(
        mine[what].value != theirs[what].value and _comparable(mine[what], theirs[what])
        for what in mine.keys() & theirs.keys()
    )


def _comparable(one: Number, other: Number) -> bool:
    """Whether two numbers may be of one thing, by their unit and size."""
    low, high = sorted((one.value, other.value))
    return one.unit == other.unit and high <= TIMES * low


def _counted(text: str) -> dict[tuple[str, str], Number]:
    """The numbers of a text by the two content words behind them, vague ones and days left out."""
    days = dates_in(text)
    found: dict[tuple[str, str], Number] = {}
    for number in numbers_in(text):
        dated = any(d.start < number.end and number.start < d.end for d in days)
        vague = _VAGUE.search(text[max(0, number.start - 24) : number.start])
        behind = content_stems(text[number.end : number.end + 40])[:2]
        if not dated and not vague and len(behind) == 2 and number.unit != "th":
            found[behind[0], behind[1]] = number
    return found


def _days_differ(one: str, other: str, published: tuple[date | None, date | None]) -> bool:
    days = [set(_days(text, day)) for text, day in zip((one, other), published, strict=True)]
    return not (days[0] and days[1] and days[0] & days[1])


def _days(text: str, published: date | None) -> Iterator[date]:
    for told in dates_in(text):
        if day := day_of(told, text, published):
            yield day
