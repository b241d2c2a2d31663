"""What each measure is called and how it is written; the report in the terminal, and as a page."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from rag.answer_text import MAY
from rag.evaluation import DEPTH, Estimate, Evaluation, RankingEvaluation
from rag.judge import Outcome, stated
from ui.output import plain
from ui.templating import counted, render

NONE = "–"
"""Written where there was nothing to measure."""


@dataclass(frozen=True, slots=True)
class Measure:
    """How a measure is shown."""

    label: str
    meaning: str
    unit: str  # "%" for a share, "ms" for a time, "" for a score
    of: str  # what is counted in ``Estimate.count``
    always: bool = True  # whether it is shown where there was nothing to measure

    def figure(self, value: float) -> str:
        """A value as a person reads it: "48.8 %", "51 ms", "0.981"."""
        if math.isnan(value):
            return NONE
        if self.unit == "%":
            return f"{100 * value:.1f} %"
        if self.unit == "ms":
            return f"{value:,.0f} ms"
        return f"{value:.3f}"

    def interval(self, found: Estimate) -> str:
        """The interval of an estimate: "38.4 to 59.3 %"."""
        if math.isnan(found.value):
            return ""
        low, high = self.figure(found.low), self.figure(found.high)
        return f"{low.removesuffix(self.unit).strip()} to {high}"


def _shown(
    named: Mapping[str, Measure], found: Mapping[str, Estimate]
) -> Iterator[tuple[Measure, Estimate]]:
    """The measures that a table has, in order, without those that this set does not ask for."""
    for name, measure in named.items():
        if measure.always or found[name].count:
            yield measure, found[name]


def _read(group: str) -> dict[str, Measure]:
    told = json.loads((files("ui") / "measures.json").read_text("utf-8"))[group]
    return {
        name: Measure(**known | {"meaning": known["meaning"].replace("{may}", MAY)})
        for name, known in told.items()
    }


ANSWERS = _read("answers")
RANKING = _read("rankings")


_LONGEST_TURN = 300
"""Characters shown of an earlier turn."""

_TILES = ("complete_answers", "fact_recall", "citation_precision", "verbatim_rate")
_OF_KIND = (*_TILES[:3], "wrong_refusal_rate", "refusal_recall")
_RANKING_TILES = ("ndcg_at_10", "mrr_at_10", "recall_at_10", "map")

# For each outcome its class in the style sheet: its colour.
_BARS: dict[str, dict[Outcome, str]] = {
    "Questions that the articles answer": {
        "complete": "good",
        "incomplete": "partly",
        "wrongly refused": "held",
    },
    "Questions that the articles do not answer": {
        "rightly refused": "good",
        "wrongly answered": "bad",
    },
}

# For each outcome of a failure its heading and its class in the style sheet.
_FAILURES: dict[Outcome, tuple[str, str]] = {
    "wrongly answered": ("Answered, though the articles do not", "bad"),
    "wrongly refused": ("Refused, though the articles answer", "held"),
    "incomplete": ("Answered with something missing", "partly"),
    "complete": ("Complete, with a quote that its article does not hold", "bad"),
    "rightly refused": ("Refused, with a quote that its article does not hold", "bad"),
}


@dataclass(frozen=True, slots=True)
class About:
    """What was measured, and on what."""

    name: str  # of the golden set or the collection
    target: Path
    searched: str  # which index, in words
    # Of the articles in it, by key; the opening words of one without a title.
    titles: dict[str, str]
    moment: datetime
    # What a reader of the figures has to know, a sentence each.
    notes: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The same as JSON values."""
        return {
            "set": str(self.target),
            "searched": self.searched,
            "articles": len(self.titles),
            "notes": self.notes,
        }

    def named(self, key: str) -> str:
        """An article's title and key."""
        title = self.titles.get(key, key)
        return key if title == key else f"{title} ({key})"


def page(about: About, found: Evaluation | RankingEvaluation) -> str:
    """The report as HTML; all that the set, the articles and the answers say is escaped."""
    if isinstance(found, Evaluation):
        name, values = "report_answers.html", _of_answers(found)
    else:
        name, values = "report_rankings.html", _of_rankings(found)
    known = {"about": about, "found": found, "shown": _shown, "shortened": _shortened}
    return render(name, **known, **values)


def _of_answers(found: Evaluation) -> dict[str, object]:
    verbatim = [ok for given in found.judgements for ok in given.verbatim]
    outcomes = found.outcomes
    return {
        "named": ANSWERS,
        "tiles": _TILES,
        "of_kind": _OF_KIND,
        "headings": _FAILURES,
        "stated": stated,
        "answerable": sum(given.question.answerable for given in found.judgements),
        "quotes": len(verbatim),
        "false_quotes": verbatim.count(False),
        "bars": {
            title: [(name, outcomes[name], style) for name, style in styles.items()]
            for title, styles in _BARS.items()
        },
        "failures": [
            (outcome, list(given))
            for outcome, given in groupby(found.failures, key=lambda each: each.outcome)
        ],
    }


def _of_rankings(found: RankingEvaluation) -> dict[str, object]:
    return {
        "named": RANKING,
        "tiles": _RANKING_TILES,
        "depth": DEPTH,
        "places": [min(filter(None, each.ranks.values()), default=0) for each in found.results],
        "by_rank": _by_rank,
    }


def _shortened(content: str) -> str:
    """An earlier turn, as much as a reader needs to know of it."""
    said = " ".join(content.split())
    return said if len(said) <= _LONGEST_TURN else said[:_LONGEST_TURN].rstrip() + " …"


def _by_rank(ranks: dict[str, int | None]) -> list[tuple[str, int | None]]:
    return sorted(ranks.items(), key=lambda it: it[1] or DEPTH + 1)


_WORST = 10
"""Failures printed for people; the report and --json hold all of them."""


def show(about: About, found: Evaluation | RankingEvaluation) -> None:
    """Prints the measures, those of each kind of question, and what went worst."""
    if isinstance(found, Evaluation):
        _show_answers(about, found)
    else:
        _show_rankings(about, found)


def _show_answers(about: About, found: Evaluation) -> None:
    count = len(found.judgements)
    typer.echo(plain(f"{about.name}: {counted(count, 'question')} on {about.searched}\n"))
    _show_measures(ANSWERS, found.measures)
    if found.kinds:
        typer.echo()
        columns = ("complete_answers", "fact_recall", "citation_precision", "refusal_recall")
        heads = ("complete", "facts", "citations", "refused rightly")
        table = Table("kind", "questions", *heads, box=None, pad_edge=False)
        for kind, group in found.kinds.items():
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
    for measure, value in _shown(named, found):
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
