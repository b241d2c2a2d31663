"""An answer held against what a golden question expects."""

from __future__ import annotations

import re
import time
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

from index.errors import NotIndexed
from rag.corpus import Corpus
from rag.question import UnusableQuestion
from rag.question_files import GoldenQuestion
from rag.reply_measures import reply_precision, reply_recall
from rag.types import Answer, Citation

Outcome = Literal[
    "complete", "incomplete", "wrongly refused", "rightly refused", "wrongly answered"
]
GOOD = ("complete", "rightly refused")

_QUOTES = str.maketrans("‘’“”", "''\"\"")
_ARTICLE = re.compile(r"\b(?:an?|the)\b")

# A reply to a request is complete from this recall and precision on.
ENOUGH = 0.8


@dataclass(frozen=True)
class Judgement:
    """A question, what was answered, and how good that is."""

    question: GoldenQuestion
    answer: Answer  # what a person gets
    # What the articles would be quoted with if nothing were refused; the answer, if there is one.
    candidate: Answer
    # For each citation of the answer, whether its article holds the quote where the citation says.
    verbatim: tuple[bool, ...]
    milliseconds: float  # how long the answer took
    problem: str = ""  # why the question could not be asked; "" for one that was

    @cached_property
    def stated(self) -> tuple[bool, ...]:
        """For each fact whether the answer states it; a refusal states none."""
        return stated(self.question, self.answer)

    @property
    def missing(self) -> list[tuple[str, ...]]:
        """The facts that the answer does not state."""
        facts = zip(self.question.facts, self.stated, strict=True)
        return [fact for fact, found in facts if not found]

    @property
    def outcome(self) -> Outcome:
        """What became of the question."""
        if not self.question.answerable:
            return "wrongly answered" if self.answer.answered else "rightly refused"
        if not self.answer.answered:
            return "wrongly refused"
        return "complete" if complete(self.question, self.answer) else "incomplete"

    @property
    def failed(self) -> bool:
        """Whether there is something to mend: in what became of it, or in a quote."""
        return self.outcome not in GOOD or not all(self.verbatim)

    @cached_property
    def right(self) -> bool:
        """Whether the candidate is an answer to give: complete, to a question that has one."""
        return self.question.answerable and complete(self.question, self.candidate)


def judge(
    corpus: Corpus, questions: Iterable[GoldenQuestion], today: date | None = None
) -> Iterator[Judgement]:
    """Asks each question, and judges what comes.

    A question that cannot be asked at all counts as refused. One that is refused is asked again of
    a corpus that refuses nothing, for what its answer would have been; no language model hears of
    that.

    Args:
        corpus: What is asked; its threshold decides what is refused.
        questions: In any order.
        today: The day from which "last week" is counted; None for this one.
    """
    lenient = corpus.quoting(threshold=0.0)
    corpus.prepare()
    for question in questions:
        started = time.perf_counter()
        problem = ""
        try:
            answer = _ask(corpus, question, today)
        except UnusableQuestion as error:
            problem = str(error)
            answer = _refusal(question, problem)
        milliseconds = 1000 * (time.perf_counter() - started)
        candidate = answer
        if not answer.answered and not problem:
            # Refused by the articles that the question names, it was asked of all: so it is here.
            candidate = _ask(lenient, question, today, scope=answer.scope is None)
        verbatim = tuple(is_verbatim(corpus, citation) for citation in answer.citations)
        yield Judgement(question, answer, candidate, verbatim, milliseconds, problem)


def stated(question: GoldenQuestion, answer: Answer) -> tuple[bool, ...]:
    """For each fact whether one of its wordings occurs in a claim.

    Letter case, line breaks and the shape of quotation marks do not count. A number does not
    occur in a longer one, such as 30 in 130 or in 30,000; a word may, such as "advis" in
    "advisers".
    """
    claims = [_plain(claim.text) for claim in answer.claims]
    return tuple(
        any(_occurs(_plain(wording), claim) for wording in fact for claim in claims)
        for fact in question.facts
    )


def complete(question: GoldenQuestion, answer: Answer) -> bool:
    """Whether an answer states every fact, and cites an expected article first."""
    if not answer.answered or not all(stated(question, answer)):
        return False
    if question.wanted:
        measured = (f(question.wanted, answer) for f in (reply_recall, reply_precision))
        return all(sum(found) >= ENOUGH * len(found) for found in measured)
    return not question.docs or cites_right_first(question, answer)


def cites_right_first(question: GoldenQuestion, answer: Answer) -> bool:
    """Whether the first citation is of an expected article."""
    return bool(answer.citations) and answer.citations[0].key in question.docs


def is_verbatim(corpus: Corpus, citation: Citation) -> bool:
    """Whether the cited article holds the quote at the offsets of the citation."""
    try:
        text = corpus.article(citation.article_id).text
    except NotIndexed:
        return False
    return bool(citation.quote) and text[citation.start : citation.end] == citation.quote


def _ask(
    corpus: Corpus, question: GoldenQuestion, today: date | None, *, scope: bool = True
) -> Answer:
    return corpus.ask(
        question.question,
        history=question.history,
        scope=scope,
        today=question.today or today,
        id=question.id,
    )


def _refusal(question: GoldenQuestion, problem: str) -> Answer:
    asked = question.question
    return Answer(id=question.id, question=asked, query=asked, answered=False, text=problem)


def _occurs(wording: str, claim: str) -> bool:
    before = r"(?<!\d)(?<!\d[.,])" if wording[0].isdigit() else ""
    after = r"(?!\d|[.,]\d)" if wording[-1].isdigit() else ""
    return re.search(before + re.escape(wording) + after, claim) is not None


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text.translate(_QUOTES)).strip().casefold()


def exact(expected: str, given: str) -> float:
    """1 if both say the same but for case, punctuation, articles and white space, else 0."""
    return float(_squad_words(expected) == _squad_words(given))


def f1(expected: str, given: str) -> float:
    """The harmonic mean of the shares of words that one has of the other, from 0 to 1."""
    wanted, said = _squad_words(expected), _squad_words(given)
    if not wanted or not said:
        return float(wanted == said)
    shared = (Counter(wanted) & Counter(said)).total()
    return 2 * shared / (len(wanted) + len(said))


def _squad_words(text: str) -> list[str]:
    """Words as SQuAD's script compares them; its ASCII punctuation, and all other too."""
    kept = (c for c in text.lower() if unicodedata.category(c)[0] not in "PS")
    return _ARTICLE.sub(" ", "".join(kept)).split()
