"""Retrieval test collections in the BEIR layout: documents, queries, and what is relevant."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from index.readers.encoding import scrub
from rag.question_files import Line, UnreadableInput, numbered, read

DOCUMENTS, QUERIES, JUDGED = "corpus.jsonl", "queries.jsonl", "qrels"


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection, without its documents.

    Attributes:
        name: The folder's name.
        documents: The file of the documents, which need not be there.
        qrels: The file of the relevance judgements.
        queries: Those that have a relevant document, in the order of their file.
        relevant: For each of them, by id, its documents with a grade above 0.
        left_out: How many queries have no relevant document.
        lost: How many ids have relevant documents and no query.
    """

    name: str
    documents: Path
    qrels: Path
    queries: tuple[Line, ...]
    relevant: dict[str, dict[str, int]]
    left_out: int
    lost: int


def read_collection(folder: Path) -> Collection:
    """Reads queries and judgements; all of them, so that a broken line is told at once.

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
    for place, (number, line) in enumerate(numbered(path)):
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
