"""The report on answers to a golden set."""

from __future__ import annotations

from rag.evaluation.answers import Evaluation, Group
from ui.figures import counted
from ui.report.about import About
from ui.report.charts import reliability_diagram, risk_curve, stacked
from ui.report.failures import failures
from ui.report.measures import ANSWERS
from ui.report.parts import head, measures_table, tiles
from ui.templating import escape

_TILES = ("complete_answers", "fact_recall", "citation_precision", "verbatim_rate")
_OF_KIND = (*_TILES[:3], "wrong_refusal_rate", "refusal_recall")

# For each outcome its class in the style sheet: its colour.
_ANSWERABLE = {"complete": "good", "incomplete": "partly", "wrongly refused": "held"}
_UNANSWERABLE = {"rightly refused": "good", "wrongly answered": "bad"}


def body(about: About, found: Evaluation) -> str:
    """The page between its head and its foot, as HTML."""
    sections = (
        head(about, _lead(found), (f"Threshold {found.threshold:g}",)),
        tiles(ANSWERS, found.measures, _TILES),
        _outcomes(found),
        "<h2>Measures</h2>" + measures_table(ANSWERS, found.measures),
        _kinds(found),
        _confidence(found),
        failures(about, found),
    )
    return "\n".join(sections)


def _lead(found: Evaluation) -> str:
    outcomes = found.outcomes
    answerable = sum(given.question.answerable for given in found.judgements)
    said = []
    if answerable:
        said.append(
            f"Of {counted(answerable, 'question')} that the articles answer,"
            f" <b>{outcomes['complete']:,}</b> got a complete answer, {outcomes['incomplete']:,} an"
            f" answer that lacks something, and {outcomes['wrongly refused']:,} none."
        )
    if others := len(found.judgements) - answerable:
        said.append(
            f"Of {counted(others, 'question')} that they do not answer,"
            f" <b>{outcomes['rightly refused']:,}</b> were refused and"
            f" {outcomes['wrongly answered']:,} answered all the same."
        )
    checked = [ok for given in found.judgements for ok in given.verbatim]
    if checked:
        false = len(checked) - sum(checked)
        said.append(
            f"<b>{counted(false, 'quote')}</b> of {len(checked):,} cannot be found where the"
            " citation says."
            if false
            else f"Every quote ({len(checked):,}) stands in its article word for word."
        )
    return " ".join(said)


def _outcomes(found: Evaluation) -> str:
    """A bar for each of the two sorts of question: what became of them."""
    return _bar(found, "Questions that the articles answer", _ANSWERABLE) + _bar(
        found, "Questions that the articles do not answer", _UNANSWERABLE
    )


def _bar(found: Evaluation, title: str, classes: dict[str, str]) -> str:
    parts = [(name, found.outcomes[name], style) for name, style in classes.items()]
    total = sum(count for _, count, _ in parts)
    if not total:
        return ""
    rows = "".join(
        f'<li><svg viewBox="0 0 12 12" aria-hidden="true"><rect class="{style}" width="12"'
        f' height="12"/></svg>{escape(name)}: {count:,} ({count / total:.0%})</li>'
        for name, count, style in parts
    )
    return (
        f'<section class="outcome"><p>{escape(title)}: {total:,}</p>{stacked(parts)}'
        f'<ul class="key">{rows}</ul></section>'
    )


def _kinds(found: Evaluation) -> str:
    rows = [_group(kind, group) for kind, group in found.kinds.items()]
    if found.follow_ups:
        rows.append(_group("Questions with earlier turns", found.follow_ups))
    if not rows:
        return ""
    heads = "".join(f'<th class="figure">{escape(ANSWERS[name].label)}</th>' for name in _OF_KIND)
    return (
        "<h2>Kinds of question</h2>"
        '<div class="wide" role="region" aria-label="Kinds of question" tabindex="0">'
        '<table class="kinds"><thead><tr><th>Kind</th>'
        f'<th class="figure">Questions</th>{heads}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _group(name: str, group: Group) -> str:
    cells = "".join(
        f'<td class="figure">{ANSWERS[each].figure(group.measures[each].value)}</td>'
        for each in _OF_KIND
    )
    named = f'<td class="name">{escape(name)}</td><td class="figure">{group.questions:,}</td>'
    return f"<tr>{named}{cells}</tr>"


def _confidence(found: Evaluation) -> str:
    right = sum(given.right for given in found.judgements) / len(found.judgements)
    area = found.measures["risk_coverage_area"].value
    return (
        '<h2>Confidence</h2><div class="charts">'
        + _figure(
            risk_curve(found.curve, found.threshold, right),
            "What other thresholds would give: a higher one answers fewer questions, of which fewer"
            " should be wrong. Wrong is an answer that is not complete, or that ought to be a"
            " refusal. The dashed line is the best that any order of these questions could do. Area"
            f" under the curve {area:.3f}, under the dashed line {found.least_area:.3f}.",
        )
        + _figure(
            reliability_diagram(found.calibration),
            "Whether the confidence means what it says: of the questions with a confidence near"
            " 70 %, the articles should answer 70 %. On the dashed line that is so. The bars count"
            " the questions.",
        )
        + "</div>"
        + _thresholds(found)
    )


def _thresholds(found: Evaluation) -> str:
    """The curves' figures, for who cannot see them: what several thresholds would give."""
    rows = []
    for threshold in sorted({0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, found.threshold}):
        held = [point for point in found.curve if point.threshold >= threshold]
        coverage, risk = (held[-1].coverage, f"{held[-1].risk:.1%}") if held else (0.0, "–")
        used = threshold == found.threshold
        rows.append(
            f"<tr{' class=strong' if used else ''}><td>{threshold:g}{' (in use)' if used else ''}"
            f'</td><td class="figure">{coverage:.1%}</td><td class="figure">{risk}</td></tr>'
        )
    return (
        "<details><summary>The thresholds in figures</summary>"
        '<table class="narrow"><thead><tr><th>Threshold</th><th class="figure">Questions answered'
        '</th><th class="figure">Answers that are wrong</th></tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></details>"
    )


def _figure(drawn: str, caption: str) -> str:
    return f"<figure>{drawn}<figcaption>{escape(caption)}</figcaption></figure>"
