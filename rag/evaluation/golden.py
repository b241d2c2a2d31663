"""Golden sets: questions with what a good answer states and which articles it cites."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from index.readers.encoding import scrub
from rag.evaluation.requests import WANTED
from rag.question_files import Line, Record, UnreadableInput, question_of, records


@dataclass(frozen=True, slots=True)
class GoldenQuestion(Line):
    """A question, and what answers it.

    Attributes:
        docs: Keys of the articles that hold the answer.
        facts: What the answer has to state; each fact as wordings of which one is enough.
        wanted: For a request, what a good reply holds: see ``rag.evaluation.requests``.
        short: Short answers of which one is expected; none where they are not measured.
        answerable: False where the articles do not answer, and a refusal is right.
        kind: The group that the question is counted in; "" for none.
    """

    docs: tuple[str, ...] = ()
    facts: tuple[tuple[str, ...], ...] = ()
    answerable: bool = True
    kind: str = ""
    short: tuple[str, ...] = ()
    wanted: Mapping[str, Any] = field(default_factory=dict)


def read_golden(path: Path) -> list[GoldenQuestion]:
    """Reads a golden set, all of it, so that a broken line is told before a question is asked.

    Raises:
        UnreadableInput: names the file, the line, what is wrong, and the remedy.
    """
    questions: list[GoldenQuestion] = []
    lines: dict[str | int, int] = {}
    for record in records(path, "id, question, docs and facts"):
        question = _question(record)
        if question.id in lines:
            raise UnreadableInput(
                f"{record.where}: the id {question.id!r} is that of line {lines[question.id]};"
                " give each question its own"
            )
        lines[question.id] = record.number
        questions.append(question)
    if not questions:
        raise UnreadableInput(f"{path}: no questions; write a JSON object a line")
    return questions


def _question(record: Record) -> GoldenQuestion:
    where, fields = record.where, record.fields
    line = question_of(record)
    if not line.question.strip():
        raise UnreadableInput(f"{where}: the question is empty; write it or delete the line")
    answerable = fields.get("answerable", True)
    if not isinstance(answerable, bool):
        raise UnreadableInput(f"{where}: answerable is neither true nor false; write one of them")
    docs = _listed(record, "docs", _is_key, 'keys; write ["key", ...]')
    facts = _listed(
        record,
        "facts",
        lambda fact: isinstance(fact, list) and fact and all(map(_is_wording, fact)),
        'facts, each a list of wordings; write [["one wording", "another"], ...]',
    )
    short = _listed(record, "short", _is_wording, 'short answers; write ["28 April", "Tuesday"]')
    kind = fields.get("kind")
    if kind is not None and not isinstance(kind, str):
        raise UnreadableInput(f'{where}: kind is not a word; write one, such as "who"')
    wanted = {name: value for name, value in fields.items() if name in (*WANTED, "also", "docs")}
    wanted = wanted if wanted.keys() & {*WANTED} else {}
    if answerable and not (docs or facts or wanted):
        raise UnreadableInput(
            f"{where}: nothing to judge an answer by; add facts or docs, or answerable: false"
        )
    return GoldenQuestion(
        line.number,
        line.id,
        line.question,
        line.history,
        line.today,
        docs=tuple(dict.fromkeys(scrub(str(doc)) for doc in docs)),
        facts=tuple(tuple(scrub(wording) for wording in fact) for fact in facts),
        answerable=answerable,
        kind=scrub(kind or "").strip(),
        short=tuple(scrub(each) for each in short),
        wanted=wanted,
    )


def _listed(record: Record, name: str, fits: Callable[[Any], object], wanted: str) -> list[Any]:
    """A field that is a list of what fits; empty where a line has none."""
    given = record.fields.get(name)
    given = [] if given is None else given
    if not isinstance(given, list) or not all(map(fits, given)):
        raise UnreadableInput(f"{record.where}: {name} is not a list of {wanted}")
    return given


def _is_key(given: Any) -> bool:  # noqa: ANN401 (parsed JSON)
    return isinstance(given, str | int) and not isinstance(given, bool) and bool(str(given).strip())


def _is_wording(given: Any) -> bool:  # noqa: ANN401 (parsed JSON)
    """Whether it is a text; an empty one would be found in every answer."""
    return isinstance(given, str) and bool(given.strip())
