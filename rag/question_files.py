"""Files of questions: plain ones, golden sets, and collections in the BEIR layout."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from index.errors import OnRecordError
from index.readers.encoding import scrub

_ROLES = ("user", "assistant")


class UnreadableInput(OnRecordError):
    """A file cannot be used."""


@dataclass(frozen=True, slots=True)
class Line:
    """One question of a file."""

    number: int  # its line, from 1
    id: str | int
    question: str
    history: tuple[dict[str, str], ...] = ()  # earlier turns, oldest first
    today: date | None = None  # the day on which it is asked, if the line says


@dataclass(frozen=True, slots=True)
class Record:
    """A JSON object of a file."""

    number: int  # its line, from 1
    where: str  # the file and the line, for messages: "q.jsonl:7"
    fields: dict[str, Any]


def read(path: Path) -> list[Line]:
    """Reads questions; all of them, so that a broken line is told before the first is asked.

    Args:
        path: A JSON object a line.

    Raises:
        UnreadableInput: names the file, the line, and what it lacks.
    """
    return [_question_of(record) for record in records(path)]


def records(path: Path, wanted: str = "id and question") -> Iterator[Record]:
    """The JSON objects of a file, blank lines left out.

    Args:
        path: The file.
        wanted: What an object holds, for the message about a line that is none.

    Raises:
        UnreadableInput: names the file, the line, and what is wrong with it.
    """
    for number, line in _numbered(path):
        where = f"{path}:{number}"
        try:
            fields = json.loads(line)
        except (ValueError, RecursionError) as error:
            said = str(error) if isinstance(error, ValueError) else "nested too deep"
            raise UnreadableInput(f"{where}: not JSON ({said}); mend or delete the line") from error
        if not isinstance(fields, dict):
            raise UnreadableInput(f"{where}: not a JSON object; give {wanted}")
        yield Record(number, where, fields)


def _numbered(path: Path) -> Iterator[tuple[int, str]]:
    """The lines of a text file with their numbers from 1, blank ones left out.

    Raises:
        UnreadableInput: the file cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UnreadableInput(f"{path}: {error.strerror}; check the path") from error
    except UnicodeDecodeError as error:
        raise UnreadableInput(f"{path}: not UTF-8 text; convert it") from error
    # Not splitlines, which ends a line at U+2028 too.
    return ((number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip())


def _question_of(record: Record) -> Line:
    """The question of a record."""
    fields = record.fields
    question = fields.get("question", fields.get("text", fields.get("request")))
    if not isinstance(question, str):
        raise UnreadableInput(f"{record.where}: no question; add a field question or text")
    named = (fields.get("id"), fields.get("_id"), str(record.number))
    given = next(name for name in named if name is not None)
    id_ = given if isinstance(given, int) else scrub(str(given))
    turns = tuple(_turns(record.where, fields.get("history") or []))
    return Line(record.number, id_, scrub(question), turns, _day(record))


def _day(record: Record) -> date | None:
    """The day that a line calls today."""
    given = record.fields.get("today")
    try:
        return None if given is None else date.fromisoformat(given)
    except (TypeError, ValueError) as error:
        raise UnreadableInput(
            f"{record.where}: today is no date; write it as 2025-05-20 or leave it out"
        ) from error


def _turns(where: str, history: Any) -> Iterator[dict[str, str]]:  # noqa: ANN401 (parsed JSON)
    for turn in history if isinstance(history, list) else [None]:
        if not isinstance(turn, dict) or turn.get("role") not in _ROLES:
            raise UnreadableInput(
                f'{where}: history is not a list of {{"role": "user" or "assistant", "content"}}'
            )
        yield {"role": turn["role"], "content": str(turn.get("content") or "")}


WANTED = ("events", "items", "sides", "main", "quotes", "differ", "count", "day")
"""Fields of a golden line that say what the reply to a request holds."""


@dataclass(frozen=True, slots=True)
class GoldenQuestion(Line):
    """A question, and what answers it."""

    docs: tuple[str, ...] = ()  # keys of the articles that hold the answer
    # What the answer has to state; each fact as wordings of which one is enough.
    facts: tuple[tuple[str, ...], ...] = ()
    answerable: bool = True  # false where the articles do not answer, and a refusal is right
    kind: str = ""  # the group that the question is counted in; "" for none
    # Short answers of which one is expected; none where they are not measured.
    short: tuple[str, ...] = ()
    # For a request, what a good reply holds: ``WANTED``.
    wanted: Mapping[str, Any] = field(default_factory=dict)


def read_golden(path: Path) -> list[GoldenQuestion]:
    """Reads a golden set, all of it, so that a broken line is told before a question is asked.

    Args:
        path: A JSON object a line.

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
    line = _question_of(record)
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


DOCUMENTS, QUERIES, JUDGED = "corpus.jsonl", "queries.jsonl", "qrels"


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection, without its documents."""

    name: str  # the folder's name
    documents: Path  # the file of the documents, which need not be there
    qrels: Path  # the file of the relevance judgements
    queries: tuple[Line, ...]  # those that have a relevant document, in the order of their file
    # For each of them, by id, its documents with a grade above 0.
    relevant: dict[str, dict[str, int]]
    left_out: int  # how many queries have no relevant document
    lost: int  # how many ids have relevant documents and no query


def read_collection(folder: Path) -> Collection:
    """Reads queries and judgements; all of them, so that a broken line is told at once.

    Args:
        folder: With ``queries.jsonl`` and ``qrels``.

    Raises:
        UnreadableInput: names the file and the line, or what the folder lacks.
    """
    qrels = _qrels(folder)
    relevant = _relevant(qrels)
    queries: dict[str, Line] = {}
    for line in read(folder / QUERIES):
        if str(line.id) in queries:
            raise UnreadableInput(
                f"{folder / QUERIES}:{line.number}: the id {line.id!r} is that of line"
                f" {queries[str(line.id)].number}; give each query its own"
            )
        queries[str(line.id)] = line
    asked = {name: line for name, line in queries.items() if relevant.get(name)}
    if not asked:
        raise UnreadableInput(
            f"{folder}: {qrels.name} names no relevant document for any query of {QUERIES}; check"
            " that both use the same ids"
        )
    return Collection(
        name=folder.resolve().name,
        documents=folder / DOCUMENTS,
        qrels=qrels,
        queries=tuple(asked.values()),
        relevant={name: relevant[name] for name in asked},
        left_out=len(queries) - len(asked),
        lost=sum(bool(grades) for name, grades in relevant.items() if name not in queries),
    )


def _qrels(folder: Path) -> Path:
    """The judgements of the folder: those of the test split where there are several."""
    found = sorted((folder / JUDGED).glob("*.tsv"))
    if not found:
        raise UnreadableInput(
            f"{folder}: not a collection; put {QUERIES}, {JUDGED}/test.tsv and {DOCUMENTS} in it,"
            " or give the file of a golden set"
        )
    if len(found) == 1:
        return found[0]
    for path in found:
        if path.name == "test.tsv":
            return path
    names = ", ".join(path.name for path in found)
    raise UnreadableInput(
        f"{folder / JUDGED}: holds {names}, and none is called test.tsv; leave one of them there"
    )


def _relevant(path: Path) -> dict[str, dict[str, int]]:
    """For each query its relevant documents with their grades; the first line may be a header."""
    relevant: dict[str, dict[str, int]] = {}
    for place, (number, line) in enumerate(_numbered(path)):
        fields = [field.strip() for field in scrub(line).split("\t")]
        grade = _grade(fields)
        if grade is None and place == 0 and len(fields) == 3:
            continue
        if grade is None:
            raise UnreadableInput(
                f"{path}:{number}: not a query, a document and a whole number with a tab between"
                " them; mend or delete the line"
            )
        grades = relevant.setdefault(fields[0], {})
        if grade > 0:
            grades[fields[1]] = grade
    return relevant


def _grade(fields: list[str]) -> int | None:
    try:
        return int(fields[2]) if len(fields) == 3 and all(fields[:2]) else None
    except ValueError:
        return None
