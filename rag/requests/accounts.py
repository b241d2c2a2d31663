"""Where accounts differ: sentences of different articles on one thing that cannot both hold."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain, combinations, islice, product, takewhile

import numpy as np
from numpy.typing import NDArray

from index.embed import Embedder
from index.ledger import StoredArticle
from index.text.dates import counts_in, dates_in
from index.text.numbers import numbers_in
from index.text.words import content_stems, stem
from rag.answer_text import attribution, extractive_text
from rag.quote_context import citation, same_paragraph, words_of
from rag.reading.evidence import Evidence
from rag.reading.reader import Reader
from rag.reasons import ASKS_WHY
from rag.requests.conflicts import (
    ANSWERED_DAYS,
    ANSWERS,
    BEHIND,
    NEAR_COUNTED,
    answers_differ,
    counted,
    days_differ,
    differ,
)
from rag.requests.material import (
    HELD,
    Line,
    Material,
    composed,
    corrects,
    opening,
    published_by,
    quoted,
    telling,
)
from rag.retrieve import Query, retrieve
from rag.types import Answer

# Sentences at the beginning of a correction among which is the one that says what was wrong, and
# among which it may say that of something else.
OPENING, REPEATED = 2, 6

# How near that must be to what it corrects, and how many content words it must have of it, where it
# says on which day that was published.
NEAR_DATED, REPEATS = 0.3, 3

_CORRECTED = "Corrected"

# The share of the subject's words that a correction must hold, and what names a day: half of them
# are soon anything's ("first officer": "for the first time").
NAMED = 0.75

# Articles looked at for those that correct others, and passages for what each corrects.
CORRECTIONS, PASSAGES = 20, 8

# Further sentences of evidence that a fact is held against; the least margin, in log odds, of an
# answer that tells how many there are where it is followed by what is counted.
BESIDE, COUNTED = 12, -4.0

# How far behind the surest, in log odds, a sentence may be that was corrected; what asks for a
# reason asks for no figure, so that only the surest may be corrected by one.
NEARLY = 0.8

# Sentences of an article that are compared; differences that are told.
SENTENCES, MOST = 30, 8

# Content words that two sentences must share, as they are, to be encoded and compared, and the
# share of those of the shorter: with 2 and 0.25 257 of the story's 329 sentences on its subject
# are encoded, so some 160, and no conflict of tests/golden/conflicts.jsonl is lost.
COMMON, COMPARABLE = 3, 0.4

_REPEATS = re.compile(
    r"\b(?:article|report|story|caption|headline)\b[^.]{0,40}\b(?:described|called|named|said|gave"
    r"|stated|misspelt|identified)\b",
    re.I,
)
_WRONG = re.compile(
    r"\W*(?:that|this|it) (?:was|is|were) [^.]{0,20}\b(?:wrong|incorrect|untrue|error|mistaken?)\b",
    re.I,
)

_HOW_MANY = re.compile(r"\bhow many (?P<noun>[a-z]+)\b", re.I)

# What tells itself that an account differs: "more than the 640 given by the fire service".
_THAN = re.compile(
    r"\b(?:more|fewer|less|higher|lower|greater|larger|smaller) than the (?=\S*\d)[^,;.]{1,30}?"
    r" (?:given|reported|stated|counted|named|claimed|announced|told|published|put out) by"
    r" (?P<who>[^,;.]+)",
    re.I,
)

_Place = tuple[StoredArticle, int]


@dataclass(frozen=True, slots=True)
class Difference:
    """Two sentences that cannot both hold."""

    one: _Place
    other: _Place
    why: str  # "number", "date", "name", "polarity" or "correction"
    corrects: bool = False  # whether the second corrects the first


def disagreements(found: Iterable[Difference]) -> list[Line]:
    """Each difference as two lines, what was published later second; the first ones alone."""
    lines: list[Line] = []
    for number, each in enumerate(islice(found, MOST), 1):
        for (article, index), last in ((each.one, False), (each.other, True)):
            who = published_by(article)
            what = ("As first reported", "As corrected")[last]
            what = what if each.corrects else _NAMED[each.why]
            lines.append(Line(article, index, f"{number}. {what} – {who}".removesuffix(" – ")))
    return lines


_NAMED = {
    "number": "Figures differ",
    "date": "Days differ",
    "name": "Names differ",
    "polarity": "One affirms, the other denies",
}


def corrections(material: Material) -> Iterator[Difference]:
    """What articles correct that hold the subject's words, wherever it was reported."""
    now, allowed = material.now, material.allowed
    stems = dict.fromkeys(content_stems("correction clarification"), 1.0)
    among = allowed.articles if allowed else None
    hits = now.search_index.article_words.search(stems, CORRECTIONS, among)
    for article in now.articles({pk for pk, _ in hits}).values():
        text = f"{article.article.publisher} {article.article.title} {article.article.text}"
        first = next(telling(article), None)
        if first is None or not corrects(article) or not _on(material, text, NAMED):
            continue
        text = words_of(article, first)
        passages = retrieve(now, Query.of(text, material.embedder), PASSAGES, allowed)
        before = [p.article for p in passages if _before(p.article, article)]
        days = _days_told(text, article)
        for wrong in sorted(before, key=lambda each: each.article.published not in days)[:1]:
            places = [(wrong, index) for index in islice(telling(wrong), SENTENCES)]
            yield from _repairs(article, places, material.embedder)


def differences(
    material: Material, answers: Sequence[Evidence] = (), *, asked: str = "", alone: bool = False
) -> Iterator[Difference]:
    """Where articles differ: in what is asked, by corrections, in days, in sentences most alike.

    Args:
        material: The articles that are compared.
        answers: The sentences that answer what accounts may differ in, most probable first.
        asked: That in words.
        alone: Whether only these are compared.
    """
    sure = _sure(answers)
    places = [(each.article, each.index) for each in sure] if alone else _places(material)
    told: set[tuple[int, int]] = set()
    corrected = () if alone else corrections(material)
    for each in chain(
        _answered(sure, answers, asked, alone),
        corrected,
        _contrasted(places),
        _dated(material, places),
        _alike(material, places, told),
    ):
        keys = {_key(each.other)} if each.corrects else {_key(each.one), _key(each.other)}
        if not keys & told:
            told |= {_key(each.one), _key(each.other)}
            yield each


def _places(material: Material) -> list[_Place]:
    """The sentences of the articles that are on the subject and correct nothing."""
    return [
        (article, index)
        for article in material.articles
        if not corrects(article)
        for opens in (_on(material, opening(article), HELD),)
        for index in islice(telling(article), SENTENCES)
        if opens or _on(material, quoted(article, index), HELD)
    ]


def _on(material: Material, text: str, least: float) -> bool:
    """Whether a text holds enough of the subject's words."""
    return not material.subject or material.share(text) >= least


def _ordered(one: _Place, other: _Place, why: str) -> Difference:
    """Two sentences that differ, what was published later second."""
    first, second = sorted((one, other), key=lambda p: p[0].article.published or date.min)
    return Difference(first, second, why)


def _sure(answers: Sequence[Evidence]) -> list[Evidence]:
    """The answers that are as sure as the first, or nearly, wherever the search found them."""
    least = max(ANSWERS, answers[0].alone - BEHIND) if answers else 0.0
    likely = sorted((e for e in answers if e.alone >= least), key=lambda e: -e.alone)
    return [each for each in likely if not corrects(each.article)]


def _answered(
    sure: Sequence[Evidence], answers: Sequence[Evidence], asked: str, alone: bool
) -> Iterator[Difference]:
    """The surest answers to what is asked, if they differ, else counts of the same that do.

    Where one thing is asked, those that are less sure count too if they give another day.
    """
    likely = [e for e in answers if e.alone >= ANSWERED_DAYS and not corrects(e.article)]
    for some, reasons in ((sure, ("number", "date")), (likely if alone else [], ("date",))):
        for one, other in combinations(some, 2):
            why = answers_differ(one, other) if one.article.story != other.article.story else ""
            if why in reasons:
                yield _ordered((one.article, one.index), (other.article, other.index), why)
                return
    for one, other in ((answers[0], o) for o in answers[1:BESIDE]) if answers else ():
        if _counts_differ(asked, one, other):
            yield _ordered((one.article, one.index), (other.article, other.index), "number")
            return


def _contrasted(places: Sequence[_Place]) -> Iterator[Difference]:
    """The accounts of which one says itself that it differs from the other."""
    for article in {article.pk: article for article, _ in places}.values():
        for index, value, who in _contrasts(article):
            said = (p for p in places if p[0].story != article.story and _says(p, value, who))
            if one := next(said, None):
                yield _ordered(one, (article, index), "number")


def _contrasts(article: StoredArticle) -> Iterator[tuple[int, float, set[str]]]:
    """The sentences that give another number than somebody: which, that number, who gave it."""
    for index in telling(article):
        text = words_of(article, index)
        if found := _THAN.search(text):
            theirs = [n for n in numbers_in(text) if found.start() <= n.start < found.end()]
            own = _figures(text) - {n.value for n in theirs}
            account = index if own else index - 1 if same_paragraph(article, index - 1) else None
            if theirs and account is not None and _figures(words_of(article, account)):
                yield account, theirs[0].value, {*content_stems(found["who"])}


def _says(place: _Place, value: float, who: set[str]) -> bool:
    """Whether a sentence gives a number in somebody's name."""
    text = words_of(*place)
    return value in _figures(text) and who <= {*content_stems(text)}


def _counts_differ(asked: str, one: Evidence, other: Evidence) -> bool:
    """Whether two sentences each answer how many of the same there are, and not with the same."""
    counted = _HOW_MANY.search(asked)
    if not counted or one.article.story == other.article.story:
        return False
    for each in (one, other):
        behind = each.article.article.text[each.reading.end : each.sentence.end]
        if each.reading.margin < COUNTED or stem(counted["noun"]) not in content_stems(behind)[:1]:
            return False
    return answers_differ(one, other) == "number"


def _dated(material: Material, places: Sequence[_Place]) -> Iterator[Difference]:
    """The sentences that put the same on different days."""
    told = [
        place
        for place in places
        if any(d.day for d in dates_in(words_of(*place)))
        and _on(material, f"{opening(place[0])} {quoted(*place)}", NAMED)
    ]
    for one, other in combinations(told, 2):
        days = one[0].article.published, other[0].article.published
        apart = one[0].story != other[0].story
        if apart and days_differ(words_of(*one), words_of(*other), days):
            yield _ordered(one, other, "date")


def _alike(
    material: Material, places: Sequence[_Place], told: set[tuple[int, int]]
) -> Iterator[Difference]:
    """The pairs of sentences that differ, the most alike first; none of those already told."""
    pairs = comparable(places)
    if not pairs.any():
        return
    texts = [words_of(*place) for place in places]
    kept = np.flatnonzero(pairs.any(axis=0) | pairs.any(axis=1))
    vectors = material.encode([texts[n] for n in kept])
    near = np.where(pairs[np.ix_(kept, kept)], vectors @ vectors.T, 0.0)
    for i, j in sorted(np.argwhere(near >= NEAR_COUNTED), key=lambda at: -near[*at]):
        one, other = places[kept[i]], places[kept[j]]
        if {_key(one), _key(other)} & told:
            continue
        found = _ordered(one, other, "")
        said = words_of(*found.one), words_of(*found.other)
        days = found.one[0].article.published, found.other[0].article.published
        if why := differ(*said, float(near[i, j]), material.reader, days):
            yield replace(found, why=why)


def comparable(places: Sequence[_Place]) -> NDArray[np.bool_]:
    """Which sentences of two stories share enough to differ: bool (n, n), above the diagonal.

    That is words, less of them than ``conflicts.SHARED`` as what differs is not counted there, or
    what they count.
    """
    texts = [words_of(*place) for place in places]
    shared = _shared([{*content_stems(text)} for text in texts])
    least = np.minimum.outer(shared.diagonal(), shared.diagonal())
    enough = (shared >= COMMON) & (shared >= COMPARABLE * least)
    enough |= _shared([{*counted(text)} for text in texts]) > 0
    stories = np.array([article.story for article, _ in places])
    return np.triu(enough & np.not_equal.outer(stories, stories), 1)


def _shared(sets: Sequence[Set[Hashable]]) -> NDArray[np.float32]:
    """How many members each two of some sets share: float32 (n, n)."""
    number = {member: n for n, member in enumerate({member for each in sets for member in each})}
    held = np.zeros((len(sets), len(number)), np.float32)
    for row, each in zip(held, sets, strict=True):
        row[[number[member] for member in each]] = 1
    return held @ held.T


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
    least = found[0].log_odds - (0.0 if ASKS_WHY.search(answer.query) else NEARLY)
    likely = list(takewhile(lambda each: each.log_odds >= least, found[:BESIDE]))
    lines = next(filter(None, (_correction(each, found, embedder) for each in likely)), None)
    if not (lines := lines or _beside(answer.query, found[0], found[1:], embedder, reader)):
        return answer
    lines[0] = _with_copies(lines[0], answer, found)
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
        answer,
        text=extractive_text(claims),
        claims=claims,
        citations=citations,
        shorts=shorts,
        certainty=1.0,  # each account is given as what it is
    )


def _with_copies(line: Line, answer: Answer, found: Sequence[Evidence]) -> Line:
    """A line with where other articles say the same, as an answer cites them; no correction."""
    cited = (claim.citations for claim in answer.claims)
    beside = [c for own, *more in cited if own.article_id == line.article.id for c in more]
    copies = tuple(
        (e.article, e.index)
        for e in found
        if any(c.article_id == e.article.id and c.start == e.sentence.start for c in beside)
    )
    if not copies or line.label.startswith(_CORRECTED):
        return line
    places = (line.article, line.index), *copies
    label = attribution([citation(article, n, n + 1) for article, n in places])
    return replace(line, label=label, copies=copies)


def _correction(best: Evidence, found: Sequence[Evidence], embedder: Embedder) -> list[Line]:
    """The correction that a sentence is of, or what corrects it before itself; else none."""
    place = best.article, best.index
    label = f"{_CORRECTED} – {published_by(best.article)}"
    if corrects(best.article) and best.index < OPENING:
        says = _correct(best.article, best.index)
        return [Line(*place, label), *(Line(best.article, n, label) for n in says)]
    correcting = [
        article
        for article in {o.article.pk: o.article for o in found[: BESIDE + 1]}.values()
        if corrects(article) and _before(best.article, article)
    ]
    for repair in chain(*(_repairs(article, [place], embedder) for article in correcting)):
        corrected = Line(*repair.other, f"{_CORRECTED} – {published_by(repair.other[0])}")
        first = Line(*place, f"As first reported – {published_by(best.article)}")
        # What answers may stand beside what was wrong: where it was, with a name misspelt.
        return [corrected, first] if _may_mend(corrected, best.short) else [first, corrected]
    return []


def _may_mend(correction: Line, short: str) -> bool:
    """Whether a correction may be one of the words that answer."""
    text = correction.article.article.text
    amounts = numbers_in(short) and numbers_in(correction.text)
    return bool(amounts or not short or {*content_stems(short)} & {*content_stems(text)})


def _beside(
    asked: str, best: Evidence, others: Sequence[Evidence], embedder: Embedder, reader: Reader
) -> list[Line]:
    """The sentence that answers and another that gives another figure or day, if one does."""
    place = best.article, best.index
    apart = [o for o in others[:BESIDE] if o.article.story != best.article.story]
    for article in {o.article.pk: o.article for o in apart}.values():
        for index, value, who in _contrasts(article):
            if value in _figures(best.short) and _says(place, value, who):
                return _two(place, (article, index), "number")
    apart = [o for o in apart if _states(o.text)] if _states(best.text) else []
    if not apart:
        return []
    vectors = embedder.encode_passages([best.text, *(other.text for other in apart)])
    cosines = vectors @ vectors[0]
    day = best.article.article.published
    for number, other in enumerate(apart, 1):
        days = day, other.article.article.published
        why = differ(best.text, other.text, float(cosines[number]), reader, days)
        why = why or "number" * _counts_differ(asked, best, other)
        if why in ("number", "date"):
            return _two(place, (other.article, other.index), why)
    return []


def _two(one: _Place, other: _Place, why: str) -> list[Line]:
    """The sentence that answers, and another account of it."""
    return [
        Line(*one, published_by(one[0])),
        Line(*other, f"{_NAMED[why]} – {published_by(other[0])}"),
    ]


def _states(text: str) -> bool:
    """Whether a text has a number or a day, in which another could differ."""
    return bool(numbers_in(text) or dates_in(text))


def _key(place: _Place) -> tuple[int, int]:
    return place[0].pk, place[1]


def _repairs(
    article: StoredArticle, places: Sequence[_Place], embedder: Embedder
) -> Iterator[Difference]:
    """What an article corrects of some sentences, by what stands behind that in which it says so.

    Args:
        article: The correction.
        places: Sentences of the one article that it corrects.
        embedder: The model that the index was made with.
    """
    mine = [(article, index) for index in islice(telling(article), REPEATED)]
    texts = [words_of(*place) for place in (*mine, *places)]
    vectors, stems = embedder.encode_passages(texts), [{*content_stems(text)} for text in texts]
    cosines = vectors @ vectors.T

    def nearest(some: Iterable[int]) -> tuple[int, int]:
        """Which of some sentences of the correction repeats which, by their words and cosine."""
        pairs = product(some, range(len(mine), len(texts)))
        return max(pairs, key=lambda p: (len(stems[p[0]] & stems[p[1]]), cosines[p]))

    first = nearest(range(min(OPENING, len(mine))))
    dated = places[0][0].article.published in _days_told(texts[first[0]], article)
    dated = dated and len(stems[first[0]] & stems[first[1]]) >= REPEATS
    figures = _figures(texts[first[0]])  # of which what is corrected must hold one
    apart = bool(figures) and not figures & _figures(texts[first[1]])
    if apart or cosines[first] < (NEAR_DATED if dated else NEAR_COUNTED):
        return
    more = (n for n in range(len(mine)) if n != first[0] and _REPEATS.search(texts[n]))
    for repeated, wrong in (first, *(nearest([n]) for n in more)):
        for right in _correct(*mine[repeated]):
            one = places[wrong - len(mine)]
            yield Difference(one, (article, right), "correction", corrects=True)


def _days_told(text: str, article: StoredArticle) -> set[date]:
    """The days that a sentence of an article names."""
    return {day for told in dates_in(text) for day in told.days(article.article.published)}


def _figures(text: str) -> set[float]:
    """The numbers of a text that are none of a date."""
    return {number.value for number in counts_in(text)}


def _correct(article: StoredArticle, index: int) -> list[int]:
    """The sentence that says what is right behind the one that repeats what was wrong, if any."""
    behind = range(index + 1, min(index + 4, len(article.sentences)))
    said = [n for n in behind if not _WRONG.match(words_of(article, n))]
    return said[:1]


def _before(one: StoredArticle, other: StoredArticle) -> bool:
    """Whether an article came before another at the same publisher."""
    first, second = one.article, other.article
    days = first.published or date.min, second.published or date.max
    return one.pk != other.pk and first.publisher == second.publisher and days[0] <= days[1]
