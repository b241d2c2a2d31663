"""What the articles say to a question: search, read, decide whether it answers."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from index.article import Article
from index.embed import Embedder
from index.generation import Allowed, Generation
from index.text.names import aliases, groups, names_in
from index.text.words import ENGLISH, WORD, code_of, content_stems, stem
from rag.dialogue.followup import ASKS_FOR, asked_otherwise, resolved
from rag.facts import Lacking, lacking
from rag.question import Part, Question, acted_for, without_quotations
from rag.reading import by_words, evidence
from rag.reading.evidence import Evidence
from rag.reading.reader import Reader
from rag.reading.tolls import with_newest
from rag.retrieve import Passage, Query, Search, inverse_frequency, query_of, retrieve

# The log odds that the best sentence answers, what counts for each thing that the question states
# and its article lacks: a logistic regression (benchmarks/calibrate.py). With the level a threshold
# of 0.35 refuses 155 of the 216 questions that no article answers (tests/golden, and 437 on five
# scraped articles, on tests/golden/story and on TIME in other words than theirs), and 364 of 525
# are answered in full; at 1.27, 152 and 364, at 1.05, 159 and 360. Other weights of a sentence's
# two judgements, and how far the next is behind, tell answers from others no better.
# Tried and left out, as the reading model knows better since it was trained on news in other words
# than the question's: the cosine of the nearest passage and the share of the question's words, by
# idf, that are not said where it answers. AUC between questions that 161 stories of 1989 answer
# and that they do not: 0.615 with both, 0.749 without; tests/golden/users.jsonl 0.922 and 0.936,
# sample.jsonl 0.929 and 0.922.
EVIDENCE, FALSE, LEVEL = 1.0, -1.0, 1.15

# More that is not true says no more.
MOST_UNTRUE = 2

# Log odds beyond these say no more.
FLOOR, CEILING = -12.0, 12.0


def confidence(evidence: Sequence[Evidence], untrue: int = 0) -> float:
    """The probability, from 0 to 1, that the corpus holds the answer.

    ``evidence`` comes most probable first, and none gives 0; ``untrue`` counts what the question
    states and the best article does not hold.
    """
    if not evidence:
        return 0.0
    best = min(max(evidence[0].log_odds, FLOOR), CEILING)
    total = EVIDENCE * best + FALSE * untrue + LEVEL
    return 1 / (1 + math.exp(-total))


# A word that a hurried question leaves without its capital is a name only from this length on.
LONG = 4


def mismatches(question: str, article: Article, typed: str = "") -> list[Lacking]:
    """What a question states that neither an article nor its day of publication holds.

    Args:
        question: As meant, names with their capitals.
        article: The article that would answer it.
        typed: The question as typed; if it has no capitals, short names are not judged.
    """
    held = f"{article.title}. {article.text} {article.publisher or ''} {article.author or ''}"
    # Words between quotation marks are looked for as words, by the search.
    found = lacking(without_quotations(question), held, article.published)
    if typed.islower():
        found = [f for f in found if f.kind != "name" or _surely_named(f.said)]
    return found


def _surely_named(word: str) -> bool:
    """Whether a word that was typed without its capital is a name: no "pows"."""
    return word.isupper() or len(word.removesuffix("s")) >= LONG


def reason(found: Lacking) -> str:
    """What a refusal says of a mismatch.

    >>> reason(Lacking("date", "1984", "1987"))
    'the articles speak of 1987, not of 1984'
    """
    if found.instead:
        return f"the articles speak of {found.instead}, not of {found.said}"
    return f"the articles found do not speak of {found.said}"


# Passages that are read. On XQuAD the answer's sentence is among those of the first eight for
# 0.998 of the questions. In users' words it is further down more often: of 332 questions on the
# sample and on five scraped articles 4 more are answered right with 12 than with 8, none with 16.
PASSAGES = 12

# The first so many are read, as copies and other accounts are among them, and more at a time until
# the best sentence is as sure as ``SURE``, less ``FALL`` for each point that the next passage is
# behind the first in the search. Of 177 questions on SQuAD 2.0 in other words 76 are right, as
# with all twelve read; at 2.0 and 6.0, 71. With two first, 304 questions in users' words had as
# many right answers and refusals as with all twelve read, but some lost what other outlets told.
# Where a figure or a day is asked for all are read: another account may lie further down.
FIRST, STEP, SURE, FALL = 4, 2, 3.0, 3.0
_FIGURE = re.compile(r"\b(?:how (?:many|much|big|large|long|old)|when)\b", re.I)

# What the question alone says of a sentence, where it was searched with the turn before it: read
# together, the reader answers the earlier one again. Of 40 follow-ups (tests/golden, and 16 on
# scraped articles) 19 are answered right at 0, 23 at 0.4.
ALONE = 0.4

# Passages that are read for each further part of a question, and for one that leans, alone: of 28
# follow-ups of tests/golden as many are answered right with 4 as with 12.
PART_PASSAGES = 4

# What a part of a question gains, in log odds, in the article that best answers the whole, where
# it is likelier than POSSIBLE. Of 27 questions of two parts (the sample, five scraped articles,
# stories of 1989) 17 are answered in both with it, 16 without or at 1.5.
TOGETHER, POSSIBLE = 2.5, -2.5


# What each name, number or date counts, in log odds, that a question states and an article lacks:
# an article that holds them all answers before it.
UNTRUE = 2.0

# What each counts for the decision: another year or number is surer to be wrong than another name,
# which may be one of the same bearer.
NAME, FIGURE = 1, 2

# What a name counts that no article of the corpus holds: of the questions of tests/golden on the
# sample and five scraped articles 15 name somebody or something so, and none of them is answered.
# Of 1,579 that written texts and passages of SQuAD answer 13 do, mostly by a capital for a
# government, so that what is surely told is answered all the same.
UNHEARD = 4


_WHO = re.compile(r"(?:who|whom|which \w+)\b", re.I)


@dataclass(frozen=True, slots=True)
class Found:
    """What some articles say to a question.

    Attributes:
        whole: The evidence for the question as a whole, most probable first.
        parts: For each part of the question its own; ``whole`` for a plain question.
        confidence: The probability that they answer.
        untrue: What the question states and the best article does not hold.
        retrieved: When the passages were known, as ``time.perf_counter`` counts.
        by_words: Whether that was judged by words alone, since the model does not know the
            language of the question or of the articles.
        sure: The probability that each part is answered; empty for a plain question.
    """

    whole: list[Evidence]
    parts: list[list[Evidence]]
    confidence: float
    untrue: list[Lacking]
    retrieved: float
    by_words: bool = False
    sure: tuple[float, ...] = ()

    def without(self, left_out: Callable[[Evidence], bool], *, next_best: bool = False) -> Found:
        """A copy without some of the evidence.

        If the best is left out, its confidence is 0, or with ``next_best`` that of the next.
        """
        parts = [[item for item in part if not left_out(item)] for part in self.parts]
        whole = [item for item in self.whole if not left_out(item)]
        sure = bool(self.whole and whole and whole[0] is self.whole[0])
        certain = self.confidence if sure else confidence(whole) if next_best else 0.0
        return replace(self, whole=whole, parts=parts, confidence=certain)


def find(
    now: Generation,
    meant: Question,
    allowed: Allowed | None,
    embedder: Embedder,
    reader: Reader,
    search: Search = retrieve,
) -> Found:
    """Asks the articles of a generation that are allowed.

    Args:
        now: The generation.
        meant: The question.
        allowed: None for all articles.
        embedder: The model that the index was made with.
        reader: The model that reads.
        search: Finds the passages.
    """
    query = query_of(meant, embedder, now)
    passages = search(now, query, PASSAGES, allowed)
    retrieved = time.perf_counter()
    known, other = _by_language(meant, passages)
    unread = _unread(query, other, inverse_frequency(now), retrieved)
    if not known:
        return unread
    found = _read(meant, known, reader, retrieved, now)
    if len(found.parts) == 1:
        whole = with_newest(meant.asked, found.whole, now, allowed)
        found = replace(found, whole=whole, parts=[whole])
    return found if found.confidence >= unread.confidence else unread


def _is_unheard(said: Lacking, now: Generation) -> bool:
    """Whether a name is in no article at all, however it is called there."""
    frequency = now.search_index.article_words.frequency
    forms = (form for word in WORD.findall(said.said) for form in aliases(word.lower()))
    known = any(frequency(stem(form)) for form in forms)
    # Where a store of LlamaIndex's is searched, the index itself may be empty.
    return said.kind == "name" and not known and bool(now.ledger.counts()["articles"])


def _by_language(
    meant: Question, passages: Sequence[Passage]
) -> tuple[list[Passage], list[Passage]]:
    """The passages that the reading model can read for a question, and the others."""
    english = [
        meant.language == code_of(passage.article.article.language) == ENGLISH
        for passage in passages
    ]
    known = [passage for passage, can in zip(passages, english, strict=True) if can]
    return known, [passage for passage, can in zip(passages, english, strict=True) if not can]


def _unread(
    query: Query, passages: Sequence[Passage], idf: Callable[[str], float], retrieved: float
) -> Found:
    """What passages say to a question by its words alone."""
    whole = by_words.gather(query, by_words.Words.of(query, idf), passages)
    return Found(whole, [whole], by_words.confidence(whole), [], retrieved, by_words=True)


def _read(
    meant: Question,
    passages: Sequence[Passage],
    reader: Reader,
    retrieved: float,
    now: Generation,
) -> Found:
    """What passages in English say to a question in English, as the model reads them."""
    whole = searched(meant, passages, reader)
    if meant.before and not meant.said:
        best = _best(whole, PART_PASSAGES)
        whole = evidence.blended(whole, evidence.gather(meant.asked, best, reader), ALONE)
    asked, event = meant.apart_from_event
    if event and (there := _telling(event, _best(whole, PART_PASSAGES, passages))):
        whole = evidence.surest(whole, evidence.gather(asked, there, reader))
    if meant.said:
        whole = _unsaid(whole, meant.said)
    whole = _other_than(_known(meant), _for_whom(meant.asked, whole))
    whole, untrue = demote_untrue(meant, whole)
    false = min(MOST_UNTRUE, sum(NAME if one.kind == "name" else FIGURE for one in untrue))
    if any(_is_unheard(one, now) for one in untrue):
        false = UNHEARD
    certain = confidence(whole, false)
    if whole and ":" not in whole[0].text:  # else it names the conditions itself
        best = _best(whole, PART_PASSAGES, passages)
        for wording in meant.asked_as_told:
            whole = evidence.surest(whole, evidence.gather(wording, best, reader))
    parts = meant.parts
    if len(parts) == 1 or meant.said:
        return Found(whole, [whole], certain, untrue, retrieved)
    found = _by_part(parts, passages, whole, reader)
    sure = tuple(confidence(part, false) for part in found)
    certain = max(certain, *sure)  # one part that is answered is an answer
    return Found(whole, found, certain, untrue, retrieved, sure=sure)


def searched(meant: Question, passages: Sequence[Passage], reader: Reader) -> list[Evidence]:
    """The evidence for a question, its passages read until the rest can hardly matter.

    Args:
        meant: The question.
        passages: What was found for it, best first.
        reader: The model that reads.
    """
    whole = meant.said or _FIGURE.search(meant.asked)
    for read in () if whole else range(FIRST, len(passages), STEP):
        found = evidence.gather(meant.query, passages[:read], reader)
        behind = passages[0].score - passages[read].score
        likely = _other_than(_known(meant), _for_whom(meant.asked, found))
        best, untrue = demote_untrue(meant, likely[:1])
        if best and best[0].log_odds - UNTRUE * len(untrue) >= SURE - FALL * behind:
            return found
    return evidence.gather(meant.query, passages, reader)


def _best(found: Sequence[Evidence], most: int, others: Sequence[Passage] = ()) -> list[Passage]:
    """The passages of the most probable evidence; where there are too few, others after them."""
    ranked = {p.chunk.pk: p for p in (*(item.passage for item in found), *others)}
    return [*ranked.values()][:most]


def _telling(event: str, passages: Sequence[Passage]) -> list[Passage]:
    """The passages that hold all the content words of an event, which is told once in a report."""
    stems = {*content_stems(event)}
    texts = [f"{p.article.article.title} {p.text}" for p in passages]
    return [p for p, text in zip(passages, texts, strict=True) if stems <= {*content_stems(text)}]


def demote_untrue(
    meant: Question, found: Sequence[Evidence]
) -> tuple[list[Evidence], list[Lacking]]:
    """The evidence, ranked down where its article lacks what the question states.

    Args:
        meant: The question.
        found: Most probable first.

    Returns:
        The evidence, and what the article of the best lacks.
    """
    lacks: dict[int, list[Lacking]] = {}
    for item in found:
        if item.article.pk not in lacks:
            lacks[item.article.pk] = mismatches(meant.asked, item.article.article, meant.text)
    ranked = sorted(found, key=lambda e: -(e.log_odds - UNTRUE * len(lacks[e.article.pk])))
    return ranked, lacks[ranked[0].article.pk] if ranked else []


def _for_whom(asked: str, found: Sequence[Evidence]) -> list[Evidence]:
    """The sentences that answer with somebody else than the one for or against whom it is asked."""
    whom = acted_for(asked).lower().replace(" ", "+")
    if not groups(whom):
        return list(found)
    return [one for one in found if not _is_only(one.short, whom)]


def _is_only(short: str, whom: str) -> bool:
    """Whether a short answer names a state or body, whoever else, and nobody of another kind."""
    names = [name.text.lower().replace(" ", "+") for name in names_in(f"x {short}")]
    mine = [name for name in names if groups(name) & groups(whom)]
    return bool(mine) and all(groups(name) for name in names)


def _unsaid(found: Sequence[Evidence], said: str) -> list[Evidence]:
    """The sentences that earlier answers left out."""
    flat = " ".join(said.split())
    return [e for e in found if " ".join(e.text.split()) not in flat]


def _known(meant: Question) -> list[str]:
    """What answered the turn before, and who is named in it, where a turn asks for another."""
    asks = ASKS_FOR.match(meant.asked)
    return [meant.given, *(name.text for name in names_in(meant.before) if asks)]


def _other_than(given: Sequence[str], found: Sequence[Evidence]) -> list[Evidence]:
    """The evidence, last what answers with words that answered another question."""
    known = {words.casefold() for words in given} - {""}
    again = [e for e in found if e.short.casefold() in known]
    other = [e for e in found if e.short.casefold() not in known]
    return other + [replace(e, log_odds=min(e.log_odds, FLOOR)) for e in again]


def _by_part(
    parts: Sequence[Part], passages: Sequence[Passage], whole: Sequence[Evidence], reader: Reader
) -> list[list[Evidence]]:
    """The evidence for each part, from the passages that say most to the question as a whole.

    A part that asks for more of somebody ("who resigned and what did she say") is also read with
    the name that answers the first.
    """
    ranked = _best(whole, PART_PASSAGES, passages)
    found = [_for_whom(p.alone, evidence.gather(p.alone, ranked, reader)) for p in parts]
    # The first part is whole alone; what answers it is read surer than what answers all at once.
    best = max((found[0], whole), key=lambda each: each[0].log_odds if each else FLOOR)
    name = found[0][0].short if found[0] and _WHO.match(parts[0].asked) else ""
    for number, part in enumerate(parts[1:], 1):
        if name and (whole_part := asked_otherwise(part.asked, parts[0].asked, name)):
            found[number] = evidence.gather(whole_part, ranked, reader)
        elif name and (named := resolved(part.asked, name)):
            again = evidence.gather(named, ranked, reader)
            found[number] = evidence.surest(again, found[number])
        if (asks := ASKS_FOR.match(part.asked)) and found[0]:
            # What may say who it was does not say what their salary is.
            other = not parts[0].asked.lower().startswith(asks[0].lower())
            given = [e.short for e in found[0] if other and e.log_odds > POSSIBLE]
            found[number] = _other_than([found[0][0].short, *given], found[number])
    return [_together(part, best[0].article.pk if best else 0) for part in found]


def _together(part: Sequence[Evidence], best: int) -> list[Evidence]:
    """The evidence for a part, that of the article first that answers best, by its number."""

    def worth(e: Evidence) -> float:
        together = e.article.pk == best and e.log_odds > POSSIBLE
        return e.log_odds + TOGETHER * together

    return sorted(part, key=worth, reverse=True)
