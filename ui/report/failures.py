"""What went wrong: each question with what was answered and what was expected, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from rag.evaluation.answers import Evaluation
from rag.evaluation.golden import GoldenQuestion
from rag.evaluation.judge import Judgement, Outcome, stated
from rag.types import Answer
from ui.figures import counted
from ui.report.about import About
from ui.templating import escape

_LONGEST_TURN = 300
"""Characters shown of an earlier turn."""

# For each outcome its heading and its class in the style sheet.
_OUTCOMES: dict[Outcome, tuple[str, str]] = {
    "wrongly answered": ("Answered, though the articles do not", "bad"),
    "wrongly refused": ("Refused, though the articles answer", "held"),
    "incomplete": ("Answered with something missing", "partly"),
    "complete": ("Complete, with a quote that its article does not hold", "bad"),
    "rightly refused": ("Refused, with a quote that its article does not hold", "bad"),
}


def failures(about: About, found: Evaluation) -> str:
    """Every failure, the worst first."""
    wrong = found.failures
    if not wrong:
        return "<h2>What went wrong</h2><p>Nothing: every question came to what was expected.</p>"
    parts = []
    for outcome, given in groupby(wrong, key=lambda each: each.outcome):
        cards = [_card(about, each, found.threshold) for each in given]
        title = f"{_OUTCOMES[outcome][0]} ({len(cards):,})"
        parts.append(f"<h3>{escape(title)}</h3>{''.join(cards)}")
    said = f"{counted(len(wrong), 'question')} of {len(found.judgements):,}, the worst first."
    return f'<h2>What went wrong</h2><p class="quiet">{said}</p>{"".join(parts)}'


def _card(about: About, given: Judgement, threshold: float) -> str:
    question = given.question
    style = _OUTCOMES[given.outcome][1]
    known = (
        str(question.id),
        question.kind,
        f"line {question.number}",
        f"confidence {given.answer.confidence:.2f}",
    )
    return (
        f'<article class="failure {style}">{earlier(question.history)}'
        f'<p class="question">{escape(question.question)}</p>'
        f'<p class="meta">{escape(" · ".join(part for part in known if part))}</p>'
        f'<div class="sides">{_answered(given, threshold)}{_expected(about, given)}</div></article>'
    )


def earlier(history: Sequence[dict[str, str]]) -> str:
    """Earlier turns, each shortened to what a reader needs to know of it."""
    rows = []
    for turn in history:
        said = " ".join(turn["content"].split())
        shown = said if len(said) <= _LONGEST_TURN else said[:_LONGEST_TURN].rstrip() + " …"
        who = "Asked" if turn["role"] == "user" else "Answered"
        rows.append(f"<p>{who}: {escape(shown)}</p>")
    return f'<div class="earlier">{"".join(rows)}</div>' if rows else ""


def _answered(given: Judgement, threshold: float) -> str:
    """What a person got; for a refusal, what they would have got without one."""
    answer = given.answer
    if answer.answered:
        return f"<div><h4>Answer</h4>{_words(given.question, answer)}{_broken(given)}</div>"
    if given.problem:
        return f"<div><h4>Not asked</h4><p>{escape(given.problem)}</p></div>"
    refused = f"<p>Refused: the confidence is below the threshold {threshold:g}.</p>"
    candidate = given.candidate
    if not candidate.answered:
        return f"<div><h4>Answer</h4>{refused}<p>No sentence was found to quote.</p></div>"
    held = "which is complete" if given.right else "which is not complete"
    return (
        f"<div><h4>Answer</h4>{refused}<h4>With a lower one, {held}</h4>"
        f"{_words(given.question, candidate)}</div>"
    )


def _words(question: GoldenQuestion, answer: Answer) -> str:
    paragraphs = "".join(
        f'<p class="answer">{escape(paragraph)}</p>'
        for paragraph in answer.text.split("\n")
        if paragraph.strip()
    )
    numbers: dict[str, list[int]] = {}
    titles = {citation.key: citation.title or citation.key for citation in answer.citations}
    for citation in answer.citations:
        numbers.setdefault(citation.key, []).append(citation.number)
    rows = []
    for key, cited in numbers.items():
        marks = "".join(f"[{number}]" for number in cited)
        other = question.answerable and question.docs and key not in question.docs
        said = f"{marks} {titles[key]} ({key}){', not expected' if other else ''}"
        rows.append(f'<p class="source">{escape(said)}</p>')
    return paragraphs + "".join(rows)


def _broken(given: Judgement) -> str:
    """The citations whose quotes are not where they say."""
    cited = zip(given.answer.citations, given.verbatim, strict=True)
    return "".join(
        f'<p class="missing"><span class="mark">Not verbatim</span> [{c.number}]: {escape(c.key)}'
        f" does not hold “{escape(c.quote)}” at {c.start} to {c.end}</p>"
        for c, ok in cited
        if not ok
    )


def _expected(about: About, given: Judgement) -> str:
    question = given.question
    if not question.answerable:
        return "<div><h4>Expected</h4><p>A refusal: the articles do not answer this.</p></div>"
    # What a refusal kept back is shown beside it, so the facts are looked for in that.
    shown = given.candidate
    facts = "".join(
        _marked(" or ".join(f"“{wording}”" for wording in fact), "Stated" if found else "Missing")
        for fact, found in zip(question.facts, stated(question, shown), strict=True)
    )
    cited = {citation.key for citation in shown.citations}
    docs = "".join(
        _marked(_named(about, key), "Cited" if key in cited else "Not cited")
        for key in question.docs
    )
    return (
        "<div>"
        + (f"<h4>Expected facts</h4><ul>{facts}</ul>" if facts else "")
        + (f"<h4>Expected articles</h4><ul>{docs}</ul>" if docs else "")
        + "</div>"
    )


def _named(about: About, key: str) -> str:
    if key not in about.titles:
        return f"{key}, which is not in the index"
    title = about.titles[key]
    return key if title == key else f"{title} ({key})"


def _marked(text: str, mark: str) -> str:
    missing = "" if mark in ("Stated", "Cited") else ' class="missing"'
    return f'<li{missing}><span class="mark">{mark}</span> {escape(text)}</li>'
