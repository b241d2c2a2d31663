"""Many questions from a file: one answer a line, or one run."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import TypeVar

import typer
from rich.console import Console
from rich.progress import track

from index.embedders import cores
from index.errors import OnRecordError
from index.ledger import StoredArticle
from rag.corpus import Corpus
from rag.question_files import Line
from rag.types import Answer, Filters
from ui import output
from ui.files import replacing

RUN_DEPTH = 100

_Item = TypeVar("_Item")


def ask(
    corpus: Corpus,
    lines: Sequence[Line],
    filters: Filters,
    *,
    as_json: bool,
    scope: bool = True,
    today: date | None = None,
) -> int:
    """Answers every question in order; how many could not be asked.

    Such a one gives {"id", "question", "error"} in place of an answer, and a line on standard
    error. A line's own day goes before ``today``.

    Args:
        corpus: The corpus that is asked.
        lines: The questions.
        filters: Which articles may be used.
        as_json: Whether JSON is printed, and nothing else.
        scope: Whether a question's own words may confine it.
        today: The day on which lines are asked that name none.
    """

    def asked(line: Line) -> Answer:
        return corpus.ask(
            line.question,
            history=line.history,
            filters=filters,
            scope=scope,
            today=line.today or today,
            id=line.id,
        )

    failed = 0
    with closing(_each(asked, lines, "Asking")) as answers:
        for line, answer in answers:
            if not isinstance(answer, OnRecordError):
                output.answer(answer, as_json=as_json)
                continue
            failed += 1
            if as_json:
                broken = {"id": line.id, "question": line.question, "error": str(answer)}
                typer.echo(json.dumps(broken, ensure_ascii=False))
    return failed


def write_run(corpus: Corpus, lines: Sequence[Line], path: Path, top_k: int) -> int:
    """Ranks articles for every query and writes a TREC run; how many could not be searched.

    Args:
        corpus: The corpus that is asked.
        lines: The queries.
        path: Of the run.
        top_k: How many articles for each at most.
    """

    def ranked(line: Line) -> list[tuple[StoredArticle, float]]:
        return corpus.rank(line.question, top_k, history=line.history)

    failed = 0
    with replacing(path) as file, closing(_each(ranked, lines, "Searching")) as rankings:
        for line, ranking in rankings:
            if isinstance(ranking, OnRecordError):
                failed += 1
                continue
            best: dict[str, float] = {}
            for article, score in ranking:  # articles of several folders may share a key
                best.setdefault(_as_word(article.article.key), score)
            for rank, (key, score) in enumerate(best.items(), 1):
                file.write(f"{_as_word(str(line.id))} Q0 {key} {rank} {score:.6f} onrecord\n")
    return failed


def _each(
    work: Callable[[Line], _Item], lines: Sequence[Line], verb: str
) -> Generator[tuple[Line, _Item | OnRecordError]]:
    """What comes of each line, in their order; as many at a time as there are cores."""

    def tried(line: Line) -> _Item | OnRecordError:
        try:
            return work(line)
        except OnRecordError as error:
            return error

    pool = ThreadPoolExecutor(cores())
    try:
        for line, found in zip(tracked(lines, verb), pool.map(tried, lines), strict=True):
            if isinstance(found, OnRecordError):
                said = f"onrecord: question {line.id} (line {line.number}): {found}"
                typer.echo(output.plain(said), err=True)
            yield line, found
    finally:
        pool.shutdown(cancel_futures=True)


def _as_word(name: str) -> str:
    """A name as a field of a run, whose fields stand between spaces."""
    return re.sub(r"\s", "%20", name)


def tracked(items: Sequence[_Item], verb: str) -> Iterator[_Item]:
    """The items, with a progress bar on standard error where a person watches."""
    console = Console(stderr=True)
    hidden = len(items) < 2 or not console.is_terminal
    return iter(track(items, verb, console=console, transient=True, disable=hidden))
