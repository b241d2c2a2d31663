"""What every report shows: its head, its chief figures, and the table of its measures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rag.evaluation.statistics import Estimate
from rag.period import day_text
from ui.figures import counted
from ui.report.about import About
from ui.report.charts import whisker
from ui.report.measures import Measure, shown
from ui.templating import escape


def head(about: About, lead: str, details: Sequence[str]) -> str:
    """What was measured, what came of it in a few sentences, and what to know beside.

    Args:
        about: What was measured, and when.
        lead: The sentences, as HTML.
        details: Further particulars, as text.
    """
    moment = about.moment
    when = f"{day_text(moment)}, {moment:%H:%M}"
    named = (f"Searched: {about.searched}, {counted(len(about.titles), 'article')}", *details, when)
    notes = "".join(f"<p>{escape(note)}</p>" for note in about.notes)
    return (
        '<header><p class="kicker">Measured with onrecord</p>'
        f'<h1>{escape(about.name)}</h1><p class="lead">{lead}</p>'
        f'<p class="quiet">{escape(" · ".join(named))}</p></header>'
        + (f'<aside class="notes">{notes}</aside>' if notes else "")
    )


def tiles(named: Mapping[str, Measure], found: Mapping[str, Estimate], chief: Sequence[str]) -> str:
    """The chief figures, large."""
    rows = "".join(
        f'<li><span class="value">{named[name].figure(found[name].value)}</span>'
        f'<span class="name">{escape(named[name].label)}</span>'
        f"<small>{escape(_between(named[name], found[name]))}</small></li>"
        for name in chief
    )
    return f'<ul class="tiles">{rows}</ul>'


def measures_table(named: Mapping[str, Measure], found: Mapping[str, Estimate]) -> str:
    """Every measure with what it means, its interval and what it is a share or a mean of."""
    rows = "".join(_row(measure, value) for measure, value in shown(named, found))
    return (
        '<div class="wide" role="region" aria-label="Measures" tabindex="0">'
        '<table class="measures"><thead><tr><th>Measure</th><th class="figure">'
        'Value</th><th class="figure">95 % interval</th><th class="figure">Of</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
        '<p class="quiet">The interval holds the figure of 95 of 100 sets of as many questions,'
        " drawn from these with repetition. Where the intervals of two measurements overlap widely,"
        " the difference may be chance.</p>"
    )


def _row(measure: Measure, found: Estimate) -> str:
    drawn = whisker(found) if measure.of_one else ""
    return (
        f"<tr><td>{escape(measure.label)}<small>{escape(measure.meaning)}</small></td>"
        f'<td class="figure">{measure.figure(found.value)}</td>'
        f'<td class="figure">{measure.interval(found)}{drawn}</td>'
        f'<td class="figure">{found.count:,} {escape(measure.of)}</td></tr>'
    )


def _between(measure: Measure, found: Estimate) -> str:
    interval = measure.interval(found)
    return f"likely {interval}" if interval else "nothing to measure"
