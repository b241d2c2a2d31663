"""Files of questions: one JSON object a line, with an id, a question and what was said before."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
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
    """One question of a file.

    Attributes:
        number: Its line, from 1.
        history: Earlier turns, oldest first.
        today: The day on which it is asked, if the line says.
    """

    number: int
    id: str | int
    question: str
    history: tuple[dict[str, str], ...] = ()
    today: date | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """A JSON object of a file.

    Attributes:
        number: Its line, from 1.
        where: The file and the line, for messages: "q.jsonl:7".
    """

    number: int
    where: str
    fields: dict[str, Any]


def read(path: Path) -> list[Line]:
    """Reads questions; all of them, so that a broken line is told before the first is asked.

    Raises:
        UnreadableInput: names the file, the line, and what it lacks.
    """
    return [question_of(record) for record in records(path)]


def records(path: Path, wanted: str = "id and question") -> Iterator[Record]:
    """The JSON objects of a file, blank lines left out.

    Args:
        path: The file.
        wanted: What an object holds, for the message about a line that is none.

    Raises:
        UnreadableInput: names the file, the line, and what is wrong with it.
    """
    for number, line in numbered(path):
        where = f"{path}:{number}"
        try:
            fields = json.loads(line)
        except (ValueError, RecursionError) as error:
            said = str(error) if isinstance(error, ValueError) else "nested too deep"
            raise UnreadableInput(f"{where}: not JSON ({said}); mend or delete the line") from error
        if not isinstance(fields, dict):
            raise UnreadableInput(f"{where}: not a JSON object; give {wanted}")
        yield Record(number, where, fields)


def numbered(path: Path) -> Iterator[tuple[int, str]]:
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


def question_of(record: Record) -> Line:
    """The question of a record.

    Raises:
        UnreadableInput: it has none, or its history is not one.
    """
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
