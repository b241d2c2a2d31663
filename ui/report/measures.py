"""What each measure is called, what it means, and how its figures are written."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files

from rag.answer_text import MAY
from rag.evaluation.statistics import Estimate

NONE = "–"
"""Written where there was nothing to measure."""


@dataclass(frozen=True, slots=True)
class Measure:
    """How a measure is shown.

    Attributes:
        unit: "%" for a share, "ms" for a time, "" for a count or a score.
        of: What is counted in ``Estimate.count``.
        always: Whether it is shown where there was nothing to measure.
    """

    label: str
    meaning: str
    unit: str
    of: str
    always: bool = True

    @property
    def of_one(self) -> bool:
        """Whether its values lie from 0 to 1."""
        return self.unit == "%" or (not self.unit and self.of != "answers")

    def figure(self, value: float) -> str:
        """A value as a person reads it: "48.8 %", "51 ms", "2", "0.981"."""
        if math.isnan(value):
            return NONE
        if self.unit == "%":
            return f"{100 * value:.1f} %"
        if self.unit == "ms":
            return f"{value:,.0f} ms"
        return f"{round(value, 1):g}" if self.of == "answers" else f"{value:.3f}"

    def interval(self, found: Estimate) -> str:
        """The interval of an estimate: "38.4 to 59.3 %"."""
        if math.isnan(found.value):
            return ""
        low, high = self.figure(found.low), self.figure(found.high)
        return f"{low.removesuffix(self.unit).strip()} to {high}"


def shown(
    named: Mapping[str, Measure], found: Mapping[str, Estimate]
) -> Iterator[tuple[Measure, Estimate]]:
    """The measures that a table has, in order, without those that this set does not ask for.

    Args:
        named: The measures of the table.
        found: The figures by name.
    """
    for name, measure in named.items():
        if measure.always or found[name].count:
            yield measure, found[name]


def _read(group: str) -> dict[str, Measure]:
    told = json.loads((files("ui.report") / "measures.json").read_text("utf-8"))[group]
    return {
        name: Measure(**known | {"meaning": known["meaning"].replace("{may}", MAY)})
        for name, known in told.items()
    }


ANSWERS = _read("answers")
RANKING = _read("rankings")
