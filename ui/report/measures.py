"""What each measure is called, what it means, and how its figures are written."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

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


def _share(label: str, meaning: str, of: str) -> Measure:
    return Measure(label, meaning, "%", of)


ANSWERS: Mapping[str, Measure] = {
    "complete_answers": _share(
        "Complete answers",
        "Of the questions that the articles answer: every expected fact is stated, and the first"
        " citation is of an expected article.",
        "questions",
    ),
    "fact_recall": _share(
        "Facts stated",
        "Of the expected facts, those that an answer states in one of their wordings. A refusal"
        " states none.",
        "facts",
    ),
    "short_exact": Measure(
        "Short answer exact",
        "Of the questions with expected short answers: the first short answer is one of them but"
        " for case, punctuation and articles (SQuAD's exact match). A refusal has none.",
        "%",
        "questions",
        always=False,
    ),
    "short_f1": Measure(
        "Short answer F1",
        "How many words the first short answer shares with the nearest of those expected (SQuAD's"
        " F1), on average. A refusal shares none.",
        "%",
        "questions",
        always=False,
    ),
    "citation_precision": _share(
        "Citations of an expected article",
        "Of the citations given to questions that the articles answer (citation precision).",
        "citations",
    ),
    "citation_recall": _share(
        "Expected articles cited",
        "Of the articles that the golden set expects (citation recall). A refusal cites none.",
        "articles",
    ),
    "first_citation_right": _share(
        "First citation right",
        "Of the answers to questions that the articles answer: the first citation is of an"
        " expected article.",
        "answers",
    ),
    "verbatim_rate": _share(
        "Quotes that are verbatim",
        "Of all citations: the article holds exactly these words where the citation says.",
        "citations",
    ),
    "supported_claims": _share(
        "Claims supported",
        "Of the claims that were checked: the words they cite support them, as far as onrecord can"
        " tell.",
        "claims",
    ),
    "may_answer": Measure(
        "Given as what may answer",
        f"Of the answers: not sure, so that “{MAY}” stands above them.",
        "%",
        "answers",
    ),
    "wrong_refusal_rate": _share(
        "Wrongly refused", "Of the questions that the articles answer.", "questions"
    ),
    "false_answer_rate": _share(
        "Wrongly answered", "Of the questions that the articles do not answer.", "questions"
    ),
    "refusal_precision": _share(
        "Refusals that are right",
        "Of the refusals: the articles do not answer the question (refusal precision).",
        "refusals",
    ),
    "refusal_recall": _share(
        "Rightly refused",
        "Of the questions that the articles do not answer (refusal recall).",
        "questions",
    ),
    "claims_median": Measure("Claims, median", "Sentences of an answer.", "", "answers"),
    "claims_most": Measure("Claims, most", "Of the longest answer.", "", "answers"),
    "words_median": Measure("Words, median", "Words of an answer's claims.", "", "answers"),
    "words_most": Measure("Words, most", "Of the longest answer.", "", "answers"),
    "latency_p50_ms": Measure(
        "Time, median", "For one question, with model and index loaded.", "ms", "questions"
    ),
    "latency_p95_ms": Measure(
        "Time, 95th percentile",
        "All but one question in twenty take less.",
        "ms",
        "questions",
    ),
    "calibration_error": Measure(
        "Calibration error",
        "How far the confidence lies from the share of questions that the articles answer, on"
        " average over ten bins (ECE). 0 is perfect.",
        "",
        "questions",
    ),
    "risk_coverage_area": Measure(
        "Risk–coverage area",
        "The mean share of wrong answers when the surest 1, 2, … questions are answered (AURC)."
        " Lower is better.",
        "",
        "questions",
    ),
}

RANKING: Mapping[str, Measure] = {
    "ndcg_at_10": Measure(
        "nDCG@10",
        "How near the first ten articles are to the best order of the relevant ones.",
        "",
        "queries",
    ),
    "map": Measure(
        "MAP",
        "Precision at the place of each relevant article, on average (to rank 100).",
        "",
        "queries",
    ),
    "mrr_at_10": Measure(
        "MRR@10",
        "One over the rank of the first relevant article; 0 beyond rank 10.",
        "",
        "queries",
    ),
    **{
        f"recall_at_{k}": Measure(
            f"Recall@{k}", f"Of the relevant articles, those ranked to {k}.", "", "queries"
        )
        for k in (1, 5, 10, 100)
    },
    **{
        name: replace(ANSWERS[name], meaning=meaning, of="queries")
        for name, meaning in {
            "latency_p50_ms": "For one query, with model and index loaded.",
            "latency_p95_ms": "All but one query in twenty take less.",
        }.items()
    },
}
