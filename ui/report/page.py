"""A report: one page that needs nothing else, neither a script nor a file nor a network."""

from __future__ import annotations

from importlib.resources import files
from string import Template

from rag.evaluation.answers import Evaluation
from rag.evaluation.rankings import RankingEvaluation
from ui.report import answers, rankings
from ui.report.about import About
from ui.templating import escape


def page(about: About, found: Evaluation | RankingEvaluation) -> str:
    """The report as HTML; all that the set, the articles and the answers say is escaped."""
    if isinstance(found, Evaluation):
        body = answers.body(about, found)
    else:
        body = rankings.body(about, found)
    template = files("ui").joinpath("static", "report.html").read_text(encoding="utf-8")
    title = escape(f"{about.name} measured with onrecord")
    return Template(template).substitute(title=title, body=body)
