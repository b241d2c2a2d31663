"""The quality of answers over the sample corpus, held to floors.

A floor falls only on purpose: change it together with the reason, in the commit that lowers it.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parent.parent / "golden" / "sample.jsonl"

# Measured on 2026-11-22 with the models in rag/: see the assertion messages for today's figures.
# The margin is two questions: what another build of PyTorch may turn.
MARGIN = 2
FLOOR_COMPLETE = 42  # of 86 answerable: every fact stated, the first citation a listed article
CEILING_REFUSED = 32  # of 86 answerable
FLOOR_REFUSED = 18  # of 27 unanswerable, 15 of them on the corpus's own story


@pytest.fixture(scope="module")
def results(sample_corpus):
    questions = [json.loads(line) for line in GOLDEN.read_text(encoding="utf-8").splitlines()]
    return [
        (q, sample_corpus.ask(q["question"], history=q.get("history") or ())) for q in questions
    ]


def complete(question, answer):
    text = answer.text.lower()
    return answer.answered and all(
        any(words.lower() in text for words in fact) for fact in question["facts"]
    )


def test_the_golden_set_asks_enough_of_every_kind(results):
    unanswerable = [q for q, _ in results if not q.get("answerable", True)]
    assert len(results) >= 60
    assert 4 * len(unanswerable) >= len(results) * 0.9
    kinds = {q["kind"] for q, _ in results}
    assert {"who", "when", "how-many", "multi-part", "list", "follow-up", "near-topic"} <= kinds


def test_answers_state_every_fact_and_cite_the_right_article_first(results):
    good = [
        q["id"]
        for q, a in results
        if q.get("answerable", True) and complete(q, a) and a.citations[0].key in q["docs"]
    ]
    assert len(good) >= FLOOR_COMPLETE - MARGIN, f"{len(good)}: {good}"


def test_answerable_questions_are_seldom_refused(results):
    refused = [q["id"] for q, a in results if q.get("answerable", True) and not a.answered]
    assert len(refused) <= CEILING_REFUSED + MARGIN, f"{len(refused)}: {refused}"


def test_unanswerable_questions_are_refused(results):
    refused = [q["id"] for q, a in results if not q.get("answerable", True) and not a.answered]
    assert len(refused) >= FLOOR_REFUSED - MARGIN, f"{len(refused)}: {refused}"


def test_every_question_on_another_topic_is_refused(results):
    answered = [q["id"] for q, a in results if q["kind"] == "off-topic" and a.answered]
    assert answered == []


def test_answers_are_short(results):
    lengths = sorted(len(a.claims) for _, a in results if a.answered)
    assert lengths[-1] <= 4
    assert lengths[len(lengths) // 2] <= 2
