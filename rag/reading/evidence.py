"""Which sentences of the passages answer the question, as the reading model sees them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from index.ledger import StoredArticle
from index.text.names import alike
from index.text.numbers import numbers_in
from index.text.sentences import Sentence
from rag.question import quotations
from rag.reading.reader import Reader, SentenceReading, Text
from rag.reading.short_answer import flat, trimmed
from rag.retrieve import Passage

# What the reader's two judgements of a sentence count, in log odds that it answers, and how far
# its passage is behind the best in the search: on the sample, five scraped articles and stories of
# 1989 (382 questions, with a near mean of the same states) the first sentence answers 276 or 277
# with BEHIND 2 to 3, 261 with 1 and 274 with 4; RELEVANCE 0.15 and 0.5, MARGIN 0.1 and 0.2 change
# that by three at most. With the level right answers have the log odds that they had with the state
# before, so that what is fitted to them elsewhere holds.
# Tried and left out, as none answered more questions in users' words (97 of 145): reading the best
# sentences once more with their neighbours alone (XQuAD 0.912 of 397 instead of 0.907); asking each
# passage in its own words, those of the question exchanged for near ones by their embeddings (94
# either way); the share of the question's words that a sentence holds, at 0.7 and 1.5 (94 and 92).
RELEVANCE, MARGIN, BEHIND, LEVEL = 0.3, 0.3, 2.4, -0.2

# What a sentence gains that holds the words which the question quotes: it is the one that is meant;
# fewer characters may be anybody's words.
QUOTED, TOLD = 8.0, 8


# What a sentence loses that tells no number where an amount is asked for: "the human cost of war",
# and one that tells no speed or age where that is. Of 30 golden questions that this and UNNAMED
# touch no right answer changes, a wrong one goes.
UNCOUNTED = 4.0
_AMOUNT = re.compile(
    r"\bhow much (?:money )?(?:did|does|do|will|would|has|have|had|is|was|were)\b.*\b(?:cost|pay"
    r"|paid|spen[dt]|len[dt]|owed?|raised?|worth|earn|earned|lost?|lose|invest|invested|charged?)\b"
    r"|\bwhat (?:did|does|will|would) .* cost\b",
    re.I,
)


_MEASURES = tuple(
    (re.compile(asked, re.I), re.compile(told, re.I))
    for asked, told in (
        (
            r"\bhow fast\b.*\b(?:go(?:ing)?|travel\w*|mov\w+|sail\w*|driv\w+|fl[iy]\w*|run\w*)\b"
            r"|\bwhat speed\b",
            r"\b(?:knots?|mph|kmh|km/h|kph|speed\w*|(?:miles|kilomet\w+|metres|feet) (?:an?|per))",
        ),
        (
            r"\bhow old\b",
            r"\byears?\b|\bage[ds]?\b|\bborn\b|\bbuilt\b|\bfounded\b|, \d{1,3}(?=[,.)]|$)"
            r"|\(\d{1,3}\)|\b(?:is|was|turn(?:s|ed)) \w+\b|\bcentury\b|\b1[5-9]\d\d\b",
        ),
    )
)

# And one, with the two before it, that does not name who is asked about: "has Germany set terms".
UNNAMED = 4.0
_DOES = re.compile(
    r"\W*(?:has|have|had|did|does|do|will|would) (?:the )?"
    r"(?P<who>[A-Z][\w’'-]+(?: [A-Z][\w’'-]+)*)\b"
)
_WORDS = re.compile(r"[^\W_]+(?:[’'.-][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence that may answer the question.

    Attributes:
        index: Which sentence of the article it is.
        reading: What the reader makes of it; the offsets of its answer are into the article.
        log_odds: That it answers.
        behind: How far its passage is behind the best in the search, as a difference of scores.
    """

    passage: Passage
    index: int
    reading: SentenceReading
    log_odds: float
    behind: float = 0.0

    @property
    def alone(self) -> float:
        """The log odds that it answers, wherever the search found its passage."""
        return self.log_odds + BEHIND * self.behind

    @property
    def article(self) -> StoredArticle:
        """The article it stands in."""
        return self.passage.article

    @property
    def place(self) -> tuple[int, int]:
        """Its article's number and its own, by which it is known."""
        return self.article.pk, self.index

    @property
    def sentence(self) -> Sentence:
        """Where it stands in the article."""
        return self.article.sentences[self.index]

    @property
    def text(self) -> str:
        """Its words."""
        return self.article.article.text[self.sentence.start : self.sentence.end]

    @property
    def short(self) -> str:
        """The words of it that answer."""
        return self.article.article.text[self.reading.start : self.reading.end]


def gather(question: str, passages: Sequence[Passage], reader: Reader) -> list[Evidence]:
    """Every sentence of the passages, most probable first; headings and questions are no evidence.

    Args:
        question: What is asked, such that it can be understood alone.
        passages: What was found for it.
        reader: The model that reads them.
    """
    readings = reader.read(question, [_text(passage) for passage in passages])
    top = max((passage.score for passage in passages), default=0.0)
    gains = _gains(question)
    found: list[Evidence] = []
    for passage, read in zip(passages, readings, strict=True):
        for number, reading in zip(numbers_of(passage), read, strict=True):
            each = _evidence(question, passage, number, reading, top - passage.score)
            gain = sum(gain for gain, has in gains if has(each))
            if may_answer(each := replace(each, log_odds=each.log_odds + gain)):
                found.append(each)
    return _ranked({e.place: e for e in sorted(found, key=lambda e: e.log_odds)}.values())


def _gains(question: str) -> list[tuple[float, Callable[[Evidence], bool]]]:
    """What a sentence gains, in log odds, and of which that is true, by what is asked."""
    long = [flat(words) for words in quotations(question) if len(words) >= TOLD]
    quoted = [words for words in long if " " in words]
    amount, who = _AMOUNT.search(question), _DOES.match(question)
    measures = [told for asked, told in _MEASURES if asked.search(question)]
    gains: list[tuple[float, Callable[[Evidence], bool]]] = []
    if quoted:
        gains.append((QUOTED, lambda e: any(words in flat(e.text) for words in quoted)))
    if amount:
        gains.append((-UNCOUNTED, lambda e: not numbers_in(e.text)))
    if measures:
        gains.append((-UNCOUNTED, lambda e: not all(told.search(e.text) for told in measures)))
    if who:
        gains.append((-UNNAMED, lambda e: not _names(e, who["who"])))
    return gains


def _names(evidence: Evidence, who: str) -> bool:
    """Whether a sentence, or one of the two before it, holds the last word of a name."""
    sentences = evidence.article.sentences
    begin = sentences[max(0, evidence.index - 2)].start
    told = evidence.article.article.text[begin : evidence.sentence.end]
    last = re.sub(r"[’']s?$", "", who.split()[-1]).lower()
    return any(alike(re.sub(r"[’']s$", "", word), last) for word in _WORDS.findall(told.lower()))


def blended(
    together: Sequence[Evidence], alone: Sequence[Evidence], share: float
) -> list[Evidence]:
    """The mean of two readings of the same sentences, most probable first.

    Args:
        together: The evidence for a question read together with the one before it.
        alone: The evidence for the question alone, from the same passages.
        share: What the log odds of ``alone`` count, from 0 to 1.
    """
    other = {e.place: e for e in alone}
    mixed = []
    for e in (e for e in together if e.place in other):
        own = other[e.place]
        reading = own.reading if own.reading.margin > 0 else e.reading
        log_odds = (1 - share) * e.log_odds + share * own.log_odds
        mixed.append(replace(e, reading=reading, log_odds=log_odds))
    return _ranked(mixed)


def surest(asked: Sequence[Evidence], reworded: Sequence[Evidence]) -> list[Evidence]:
    """For each sentence its higher log odds in two readings, most probable first.

    The short answer of a sentence stays that to the question as asked, if it is one.
    """
    best = {e.place: e for e in asked}
    for e in reworded:
        known = best.get(e.place)
        if known is None or known.log_odds < e.log_odds:
            answers = known is not None and known.reading.margin > 0
            best[e.place] = replace(e, reading=known.reading) if known and answers else e
    return _ranked(best.values())


def _ranked(found: Iterable[Evidence]) -> list[Evidence]:
    return sorted(found, key=lambda e: (-e.log_odds, *e.place))


def numbers_of(passage: Passage) -> range:
    """The sentences of its article that a passage holds."""
    return range(passage.chunk.first, passage.chunk.last)


def _text(passage: Passage) -> Text:
    """A passage as the reader takes it."""
    sentences = [passage.article.sentences[number] for number in numbers_of(passage)]
    begin = passage.chunk.start
    return Text(
        passage.article.article.title,
        passage.text,
        [(s.start - begin, s.end - begin) for s in sentences],
    )


def _evidence(
    question: str, passage: Passage, number: int, reading: SentenceReading, behind: float
) -> Evidence:
    begin = passage.chunk.start
    text = passage.article.article.text
    start, end = trimmed(question, text, reading.start + begin, reading.end + begin)
    placed = replace(reading, start=start, end=end)
    read = RELEVANCE * reading.relevance + MARGIN * reading.margin
    log_odds = read - BEHIND * behind + LEVEL
    return Evidence(passage, number, placed, log_odds, behind)


def may_answer(evidence: Evidence) -> bool:
    """Whether a sentence tells something: a heading does not, nor does a question."""
    told = not evidence.sentence.heading and not asks(evidence.text)
    return told and math.isfinite(evidence.log_odds)


def asks(sentence: str) -> bool:
    """Whether a sentence is a question, also one in quotation marks or brackets."""
    return sentence.rstrip("”\"’')").endswith("?")
