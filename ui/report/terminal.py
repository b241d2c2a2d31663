"""The figures of an evaluation as tables in the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from rag.evaluation.answers import Evaluation
from rag.evaluation.rankings import RankingEvaluation
from rag.evaluation.statistics import Estimate
from ui.figures import counted
from ui.output import plain
from ui.report.page import ANSWERS, RANKING, About, Measure, shown

_WORST = 10
"""Failures printed for people; the report and --json hold all of them."""


def show(about: About, found: Evaluation | RankingEvaluation) -> None:
    """Prints the measures, those of each kind of question, and what went worst.

    Args:
        about: What the report is about.
        found: The figures.
    """
    if isinstance(found, Evaluation):
        _show_answers(about, found)
    else:
        _show_rankings(about, found)


def _show_answers(about: About, found: Evaluation) -> None:
    count = len(found.judgements)
    typer.echo(plain(f"{about.name}: {counted(count, 'question')} on {about.searched}\n"))
    _show_measures(ANSWERS, found.measures)
    groups = dict(found.kinds)
    if found.follow_ups:
        groups["with earlier turns"] = found.follow_ups
    if groups:
        typer.echo()
        columns = ("complete_answers", "fact_recall", "citation_precision", "refusal_recall")
        heads = ("complete", "facts", "citations", "refused rightly")
        table = Table("kind", "questions", *heads, box=None, pad_edge=False)
        for kind, group in groups.items():
            figures = [ANSWERS[name].figure(group.measures[name].value) for name in columns]
            table.add_row(Text(plain(kind)), str(group.questions), *figures)
        Console().print(table)
    _show_worst(
        [
            (f"{given.outcome} ({given.answer.confidence:.2f})", given.question.question)
            for given in found.failures
        ],
        f"of {counted(count, 'question')} went wrong",
    )


def _show_rankings(about: About, found: RankingEvaluation) -> None:
    count = len(found.results)
    typer.echo(plain(f"{about.name}: {counted(count, 'query', 'queries')} on {about.searched}\n"))
    _show_measures(RANKING, found.measures)
    _show_worst(
        [
            (f"nDCG@10 {result.values['ndcg_at_10']:.3f}", result.ranked.query.question)
            for result in found.worst
        ],
        f"of {counted(count, 'query', 'queries')} are not ranked perfectly",
    )


def _show_measures(named: Mapping[str, Measure], found: Mapping[str, Estimate]) -> None:
    table = Table("measure", "value", "95 % interval", "of", box=None, pad_edge=False)
    for measure, value in shown(named, found):
        figures = (measure.figure(value.value), measure.interval(value))
        table.add_row(measure.label, *figures, f"{value.count:,} {measure.of}")
    Console().print(table)


def _show_worst(failures: Sequence[tuple[str, str]], said: str) -> None:
    if not failures:
        return
    more = f"; the worst {_WORST} (--report FILE.html shows all)" if len(failures) > _WORST else ""
    typer.echo(f"\n{len(failures)} {said}{more}:")
    table = Table(box=None, show_header=False, pad_edge=False)
    for what, question in failures[:_WORST]:
        table.add_row(what, Text(plain(" ".join(question.split()))))
    Console().print(table)
