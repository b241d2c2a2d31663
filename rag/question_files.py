"""Files of questions: plain ones, golden sets, and collections in the BEIR layout."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, Field, StrictBool, TypeAdapter, ValidationError

from index.errors import OnRecordError
from index.readers.encoding import scrub


class UnreadableInput(OnRecordError):
    """A file cannot be used."""


Text = Annotated[str, AfterValidator(scrub)]
Wording = Annotated[str, Field(pattern=r"\S"), AfterValidator(scrub)]
Key = Annotated[str, Field(pattern=r"\S", coerce_numbers_to_str=True), AfterValidator(scrub)]


def _message(given: dict[str, Any]) -> dict[str, str]:
    if given.get("role") not in ("user", "assistant"):
        raise ValueError('role is neither "user" nor "assistant"')
    return {"role": given["role"], "content": scrub(str(given.get("content") or ""))}


Message = Annotated[dict[str, Any], AfterValidator(_message)]
"""Half of an earlier turn: {"role", "content"}."""


@dataclass(frozen=True, slots=True)
class Line:
    """One question of a file."""

    number: int  # its line, from 1
    id: Text | int
    question: Text
    history: tuple[Message, ...] = ()  # earlier turns, oldest first
    today: date | None = None  # the day on which it is asked, if the line says


@dataclass(frozen=True, slots=True)
class GoldenQuestion(Line):
    """A question, and what answers it."""

    # Keys of the articles that hold the answer, each once.
    docs: Annotated[tuple[Key, ...], AfterValidator(lambda keys: (*dict.fromkeys(keys),))] = ()
    # What the answer has to state; each fact as wordings of which one is enough.
    facts: tuple[Annotated[tuple[Wording, ...], Field(min_length=1)], ...] = ()
    answerable: StrictBool = True  # false where the articles do not answer, and a refusal is right
    kind: Text = ""  # the group that the question is counted in; "" for none
    # Short answers of which one is expected; none where they are not measured.
    short: tuple[Wording, ...] = ()
    # For a request, what a good reply holds: ``WANTED``.
    wanted: Mapping[str, Any] = field(default_factory=dict)


WANTED = ("events", "items", "sides", "main", "quotes", "differ", "count", "day")
"""Fields of a golden line that say what the reply to a request holds."""

L = TypeVar("L", bound=Line)


@dataclass(frozen=True, slots=True)
class Record:
    """A JSON object of a file."""

    where: str  # the file and the line, for messages: "q.jsonl:7"
    number: int  # its line, from 1
    fields: dict[str, Any]

    def as_(self, kind: type[L], **more: object) -> L:
        """The object as a question of a kind.

        Raises:
            UnreadableInput: names the field that is not as it has to be.
        """
        fields = {name: value for name, value in self.fields.items() if value is not None}
        given = {
            "id": fields.get("_id", str(self.number)),
            "question": fields.get("text", fields.get("request")),
            **fields,
            **more,
            "number": self.number,
        }
        try:
            return TypeAdapter(kind).validate_python(given)
        except ValidationError as error:
            first = error.errors()[0]
            name = ".".join(map(str, first["loc"]))
            raise UnreadableInput(f"{self.where}: {name}: {first['msg']}") from error


def read(path: Path) -> list[Line]:
    """Reads questions; all of them, so that a broken line is told before the first is asked.

    The file has a JSON object a line.

    Raises:
        UnreadableInput: names the file, the line, and what it lacks.
    """
    return [record.as_(Line) for record in records(path)]


def records(path: Path) -> Iterator[Record]:
    """The JSON objects of a file, blank lines left out.

    Raises:
        UnreadableInput: names the file, the line, and what is wrong with it.
    """
    for number, line in _numbered(path):
        where = f"{path}:{number}"
        try:
            fields = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise UnreadableInput(
                f"{where}: not JSON ({error}); mend or delete the line"
            ) from error
        if not isinstance(fields, dict):
            raise UnreadableInput(f"{where}: not a JSON object; give id and question")
        yield Record(where, number, fields)


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


def _by_id(path: Path, lines: Iterator[L]) -> dict[str, L]:
    """Questions by their ids.

    Raises:
        UnreadableInput: two have the same.
    """
    found: dict[str, L] = {}
    for line in lines:
        known = found.setdefault(str(line.id), line)
        if known is not line:
            raise UnreadableInput(
                f"{path}:{line.number}: the id {line.id!r} is that of line {known.number}; give"
                " each question its own"
            )
    return found


def read_golden(path: Path) -> list[GoldenQuestion]:
    """Reads a golden set, all of it, so that a broken line is told before a question is asked.

    The file has a JSON object a line.

    Raises:
        UnreadableInput: names the file, the line, what is wrong, and the remedy.
    """
    questions = [*_by_id(path, map(_golden, records(path))).values()]
    if not questions:
        raise UnreadableInput(f"{path}: no questions; write a JSON object a line")
    return questions


def _golden(record: Record) -> GoldenQuestion:
    fields = record.fields
    asks_more = fields.keys() & {*WANTED}
    wanted = {name: fields[name] for name in (*WANTED, "also", "docs") if name in fields}
    found = record.as_(GoldenQuestion, wanted=wanted if asks_more else {})
    if not found.question.strip():
        raise UnreadableInput(f"{record.where}: the question is empty; write it or delete the line")
    if found.answerable and not (found.docs or found.facts or found.wanted):
        raise UnreadableInput(
            f"{record.where}: nothing to judge an answer by; add facts or docs, or answerable:"
            " false"
        )
    return found


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
    # How many ids there are of queries without a relevant document, and of judged ones without a
    # query.
    left_out: int


def read_collection(folder: Path) -> Collection:
    """Reads queries and judgements; all of them, so that a broken line is told at once.

    The folder holds ``queries.jsonl`` and ``qrels``.

    Raises:
        UnreadableInput: names the file and the line, or what the folder lacks.
    """
    qrels = _qrels(folder)
    relevant = _relevant(qrels)
    queries = _by_id(folder / QUERIES, iter(read(folder / QUERIES)))
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
        left_out=len(({*queries} | {name for name in relevant if relevant[name]}) - asked.keys()),
    )


def _qrels(folder: Path) -> Path:
    """The judgements of the folder: those of the test split where there are several."""
    found = sorted((folder / JUDGED).glob("*.tsv"))
    if not found:
        raise UnreadableInput(
            f"{folder}: not a collection; put {QUERIES}, {JUDGED}/test.tsv and {DOCUMENTS} in it,"
            " or give the file of a golden set"
        )
    named = [path for path in found if path.name == "test.tsv" or len(found) == 1]
    if not named:
        names = ", ".join(path.name for path in found)
        raise UnreadableInput(
            f"{folder / JUDGED}: holds {names}, and none is called test.tsv; leave one of them"
            " there"
        )
    return named[0]


def _relevant(path: Path) -> dict[str, dict[str, int]]:
    """For each query its relevant documents with their grades; the first line may be a header."""
    relevant: dict[str, dict[str, int]] = {}
    for place, (number, line) in enumerate(_numbered(path)):
        fields = [field.strip() for field in scrub(line).split("\t")]
        if place == 0 and len(fields) == 3 and not fields[2].lstrip("-").isdecimal():
            continue
        try:
            query, document, grade = fields[0], fields[1], int(fields[2])
        except (IndexError, ValueError):
            query = document = ""
        if not (query and document and len(fields) == 3):
            raise UnreadableInput(
                f"{path}:{number}: not a query, a document and a whole number with a tab between"
                " them; mend or delete the line"
            )
        grades = relevant.setdefault(query, {})
        if grade > 0:
            grades[document] = grade
    return relevant
