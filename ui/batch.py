"""Many questions from a file: one answer a line, or one run."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import typer
from rich.console import Console
from rich.progress import track

from index.errors import OnRecordError
from index.readers.encoding import scrub
from ui import output

if TYPE_CHECKING:
    from rag.corpus import Corpus, Filters

RUN_DEPTH = 100
_ROLES = ("user", "assistant")


class UnreadableInput(OnRecordError):
    """The file of questions cannot be used."""


@dataclass(frozen=True, slots=True)
class Line:
    """One question of a file.

    Attributes:
        number: Its line, from 1.
        history: Earlier turns, oldest first.
    """

    number: int
    id: str | int
    question: str
    history: tuple[dict[str, str], ...] = ()


def read(path: Path) -> list[Line]:
    """Reads questions; all of them, so that a broken line is told before the first is asked.

    Raises:
        UnreadableInput: names the file, the line, and what it lacks.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UnreadableInput(f"{path}: {error.strerror}; check the path") from error
    except UnicodeDecodeError as error:
        raise UnreadableInput(f"{path}: not UTF-8 text; convert it") from error
    lines = enumerate(text.split("\n"), 1)
    return [_line(path, number, line) for number, line in lines if line.strip()]


def ask(corpus: Corpus, lines: Sequence[Line], filters: Filters, *, as_json: bool) -> int:
    """Answers every question in order; how many could not be asked.

    Such a one gives {"id", "question", "error"} in place of an answer, and a line on standard
    error.
    """
    failed = 0
    for line in _tracked(lines, "Asking"):
        try:
            answer = corpus.ask(line.question, history=line.history, filters=filters, id=line.id)
        except OnRecordError as error:
            failed += 1
            _complain(line, error)
            if as_json:
                broken = {"id": line.id, "question": line.question, "error": str(error)}
                typer.echo(json.dumps(broken, ensure_ascii=False))
            continue
        output.answer(answer, as_json=as_json)
    return failed


def write_run(corpus: Corpus, lines: Sequence[Line], path: Path, top_k: int) -> int:
    """Ranks articles for every query and writes a TREC run; how many could not be searched."""
    failed = 0
    with _replacing(path) as file:
        for line in _tracked(lines, "Searching"):
            try:
                ranking = corpus.rank(line.question, top_k, history=line.history)
            except OnRecordError as error:
                failed += 1
                _complain(line, error)
                continue
            best: dict[str, float] = {}
            for article, score in ranking:  # articles of several folders may share a key
                best.setdefault(_as_word(article.article.key), score)
            for rank, (key, score) in enumerate(best.items(), 1):
                file.write(f"{_as_word(str(line.id))} Q0 {key} {rank} {score:.6f} onrecord\n")
    return failed


def _as_word(name: str) -> str:
    """A name as a field of a run, whose fields stand between spaces."""
    return re.sub(r"\s", "%20", name)


def _line(path: Path, number: int, text: str) -> Line:
    where = f"{path}:{number}"
    try:
        record = json.loads(text)
    except ValueError as error:
        raise UnreadableInput(f"{where}: not JSON ({error}); mend or delete the line") from error
    if not isinstance(record, dict):
        raise UnreadableInput(f"{where}: not a JSON object; give id and question")
    question = record.get("question", record.get("text"))
    if not isinstance(question, str):
        raise UnreadableInput(f"{where}: no question; add a field question or text")
    named = [
        name for name in (record.get("id"), record.get("_id"), str(number)) if name is not None
    ]
    id_ = named[0] if isinstance(named[0], int) else scrub(str(named[0]))
    return Line(number, id_, scrub(question), tuple(_turns(where, record.get("history") or [])))


def _turns(where: str, history: Any) -> Iterator[dict[str, str]]:  # noqa: ANN401 (parsed JSON)
    for turn in history if isinstance(history, list) else [None]:
        if not isinstance(turn, dict) or turn.get("role") not in _ROLES:
            raise UnreadableInput(
                f'{where}: history is not a list of {{"role": "user" or "assistant", "content"}}'
            )
        yield {"role": turn["role"], "content": str(turn.get("content") or "")}


def _tracked(lines: Sequence[Line], verb: str) -> Iterator[Line]:
    console = Console(stderr=True)
    hidden = len(lines) < 2 or not console.is_terminal
    return iter(track(lines, verb, console=console, transient=True, disable=hidden))


def _complain(line: Line, error: OnRecordError) -> None:
    said = f"onrecord: question {line.id} (line {line.number}): {error}"
    typer.echo(output.plain(said), err=True)


@contextmanager
def _replacing(path: Path) -> Iterator[IO[str]]:
    """Writes beside the file and puts it in its place at the end: never half a run."""
    making = path.with_name(path.name + ".making")
    try:
        with making.open("w", encoding="utf-8") as file:
            yield file
        making.replace(path)
    except OSError as error:
        raise UnreadableInput(f"{path}: {error.strerror}; choose another place") from error
    finally:
        making.unlink(missing_ok=True)
