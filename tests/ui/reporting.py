"""Reports made by hand, and one of which everything is hostile."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from rag.evaluation import evaluate
from tests.rag.evaluation.judgements import answer, asked, judged, unanswerable
from tests.ui.fake_corpus import HOSTILE
from ui.report import About

TITLES = {"a": "Rain at last", "x": "Hail & ice"}


def about(**fields):
    """What a report is about."""
    values = {
        "name": "g.jsonl",
        "target": Path("g.jsonl"),
        "searched": "the index .onrecord",
        "titles": TITLES,
        "moment": datetime(2026, 3, 1, 9, 5),
    }
    return About(**(values | fields))


def hostile_answers():
    """An evaluation with four failures, in which every text is hostile."""
    turns = ({"role": "user", "content": HOSTILE}, {"role": "assistant", "content": HOSTILE})
    question = {"question": HOSTILE, "docs": (HOSTILE, "a"), "facts": ((HOSTILE, "x"), ("y",))}
    own = answer((HOSTILE, HOSTILE))
    own = replace(own, citations=(replace(own.citations[0], title=HOSTILE),))
    return evaluate(
        [
            judged(asked(HOSTILE, kind=HOSTILE, history=turns, **question), own, verbatim=[False]),
            judged(asked("b", **question), candidate=own),
            replace(judged(asked("c", **question)), problem=HOSTILE),
            judged(unanswerable("d", question=HOSTILE), own),
        ],
        0.35,
    )
