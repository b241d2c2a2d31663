"""How much of an article must be quoted for a sentence to be understood, and its citation."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from index.ledger import StoredArticle
from index.text.words import Phrases
from rag.types import Citation

# Characters that a quotation may grow to before what it leans on is left out.
LONGEST = 900

# Sentences that a spoken quotation may have; what seems longer is a mark that was never closed.
_SPOKEN = 4

# Sentences before a leaning one that are quoted with it, at most.
_BEFORE = 2

_PHRASES = Phrases("rag")
_LEANS = _PHRASES.compiled("leans")
_SPEAKER = _PHRASES.compiled("speaker", re.M)
# "The company opposes this."
_POINTS = re.compile(r"^(?:[^\s,;:“\"]+ ){1,5}(?:this|that|it|them)[.!]$")
# Who says what stands before it.
_WHO = re.compile(r"So (?:says|said|say)\b")
_ITEM = re.compile(r"(?:[-*•–]|\(?\d{1,2}[.)]|\(?[a-z]\))\s")
_DASH = re.compile(r"^([—–]) (?=\S)", re.M)
_ASKED = re.compile(r"^[—–] .*[?？؟]$", re.M)
_TURNS = 3  # of a text of turns, and two speakers at least
_SHARE = 1 / 3  # of its lines; labels such as "Photo:" begin fewer
_OPENING, _CLOSING = "“", "”"


def quote_span(stored: StoredArticle, index: int) -> tuple[int, int]:
    """The first sentence to quote, and the one after the last.

    A list is quoted whole, with what introduces it; words between quotation marks are not torn
    apart; a sentence that opens with "He", "But" or the like comes with the one before it, and one
    behind which "So says" stands with that; what is said in an interview comes with its speaker and
    the question that it answers, also where that is the line above.
    """
    for low, high in _turn(stored, index):
        if _fits(stored, low, high):
            return low, high
    whole = _spoken(stored, *_listed(stored, index))
    first, last = whole
    while (
        index - first < _BEFORE
        and (_LEANS.match(words_of(stored, first)) or _POINTS.match(words_of(stored, first)))
        and same_paragraph(stored, first - 1)
    ):
        first -= 1
    if last < len(stored.sentences) and same_paragraph(stored, last - 1):
        last += bool(_WHO.match(words_of(stored, last)))
    for low, high in (_spoken(stored, first, last), whole):
        low -= _asked_above(stored, low)
        if _fits(stored, low, high):
            return low, high
    return index, index + 1


def _fits(stored: StoredArticle, first: int, last: int) -> bool:
    return stored.sentences[last - 1].end - stored.sentences[first].start <= LONGEST


def _turn(stored: StoredArticle, index: int) -> Iterator[tuple[int, int]]:
    """The turn of a speaker with the question before it, or less of both; nothing in prose."""
    speaker = _SPEAKER if _speak(stored.article.text, _SPEAKER) else _DASH
    if not _speak(stored.article.text, speaker):
        return
    begins = [n for n in range(len(stored.sentences)) if speaker.match(words_of(stored, n))]
    place = bisect_right(begins, index) - 1
    if place < 0:
        return
    ends = [*begins[1:], len(stored.sentences)]
    if _asks(stored, ends[place] - 1) and place + 1 < len(begins):
        place += 1  # a question is told with its answer
    elif place == len(begins) - 1 and not _in_paragraph(stored, begins[place], index):
        return  # prose below the last turn
    start, end = begins[place], ends[place]
    while place == len(begins) - 1 and not _in_paragraph(stored, start, end - 1):
        end -= 1
    asked = begins[place - 1] if place and _asks(stored, start - 1) else start
    if asked < start:
        yield asked, end
        yield asked, max(start + 1, index + 1)
    yield start, end
    yield start, max(start + 1, index + 1)


@lru_cache(maxsize=256)  # asked for every sentence of an article
def _speak(text: str, speaker: re.Pattern[str]) -> bool:
    """Whether several speak in a text in turns; where dashes stand for them, something is asked."""
    names = [found[1] for found in speaker.finditer(text)]
    several = 1 < len(set(names)) < len(names) or bool(_ASKED.search(text) and speaker is _DASH)
    lines = len(re.findall(r"^.*\S", text, re.M))
    return len(names) >= max(_TURNS, _SHARE * lines) and several


def _asks(stored: StoredArticle, index: int) -> bool:
    return words_of(stored, index).rstrip('"”»’)').endswith(("?", "？", "؟"))


def _asked_above(stored: StoredArticle, index: int) -> bool:
    """Whether the line above a paragraph is a question by itself, as above the parts of an FAQ."""
    alone = not (same_paragraph(stored, index - 1) or same_paragraph(stored, index - 2))
    return bool(index) and alone and words_of(stored, index - 1).endswith(("?", "？", "؟"))


def _in_paragraph(stored: StoredArticle, first: int, last: int) -> bool:
    return all(same_paragraph(stored, number) for number in range(first, last))


def _listed(stored: StoredArticle, index: int) -> tuple[int, int]:
    """The list that a sentence belongs to or introduces, or the sentence alone."""
    first = index
    while (
        first and _ITEM.match(words_of(stored, first)) and not stored.sentences[first - 1].heading
    ):
        first -= 1
    last = first + 1
    if words_of(stored, first).endswith(":"):
        while last < len(stored.sentences) and _ITEM.match(words_of(stored, last)):
            last += 1
    return (first, last) if first <= index < last and last - first > 1 else (index, index + 1)


def _spoken(stored: StoredArticle, first: int, last: int) -> tuple[int, int]:
    """The same sentences, with the rest of a quotation that they begin or end within."""
    start = first
    while start and same_paragraph(stored, start - 1):
        start -= 1
    inside = [_open(stored, start, number) for number in range(start, first + 1)]
    wider = first
    while wider > start and inside[wider - start]:
        wider -= 1
    end = last
    while (
        end < len(stored.sentences)
        and _open(stored, start, end)
        and same_paragraph(stored, end - 1)
    ):
        end += 1
    return (wider, end) if end - wider <= _SPOKEN + last - first else (first, last)


def _open(stored: StoredArticle, start: int, number: int) -> bool:
    """Whether a quotation is open where a sentence begins, counted from the paragraph's start."""
    sentences = stored.sentences
    end = sentences[number].start if number < len(sentences) else None
    before = stored.article.text[sentences[start].start : end]
    return before.count('"') % 2 == 1 or before.count(_OPENING) > before.count(_CLOSING)


def same_paragraph(stored: StoredArticle, index: int) -> bool:
    """Whether a sentence and the next stand in one paragraph, neither of them a heading."""
    if not 0 <= index < len(stored.sentences) - 1:
        return False
    one, other = stored.sentences[index], stored.sentences[index + 1]
    between = stored.article.text[one.end : other.start]
    return not (one.heading or other.heading or "\n\n" in between)


def words_of(stored: StoredArticle, index: int) -> str:
    """The words of a sentence."""
    sentence = stored.sentences[index]
    return stored.article.text[sentence.start : sentence.end]


def citation(stored: StoredArticle, first: int, last: int, number: int = 0) -> Citation:
    """The words from one sentence of an article up to another, which is not included.

    Args:
        stored: The article.
        first: The first sentence.
        last: The one after the last.
        number: The citation's number in its answer, 0 if it has none yet.
    """
    start, end = stored.sentences[first].start, stored.sentences[last - 1].end
    return Citation.of(stored.article, stored.id, start, end, number)


def numbered(citations: list[Citation], wanted: Citation) -> Citation:
    """The citation of the same words among those made, which it joins if it is new.

    The number of ``wanted`` does not count.
    """
    where = wanted.article_id, wanted.start, wanted.end
    for known in citations:
        if (known.article_id, known.start, known.end) == where:
            return known
    citations.append(replace(wanted, number=len(citations) + 1))
    return citations[-1]
