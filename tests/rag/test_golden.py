"""The quality of answers over the sample corpus, held to floors.

A floor falls only on purpose: change it together with the reason, in the commit that lowers it.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from statistics import median

import pytest

from index.build import Builder
from index.readers.source import Source
from rag.corpus import Corpus
from rag.evaluation import evaluate
from rag.judge import judge
from rag.question_files import read_golden
from rag.settings import Settings

GOLDEN = Path(__file__).parent.parent / "golden" / "sample.jsonl"

# Measured on 2026-12-01 with the model in rag/reading: see the assertion messages for today's
# figures. The margin is two questions: what another processor may turn.
# With the state of it before this one 66 were complete, 4 refused wrongly and 23 rightly; on all
# other sets, in other words than the text's, this one tells better that nothing answers.
MARGIN = 2
FLOOR_COMPLETE = 66  # of 86 answerable: every fact stated, the first citation a listed article
CEILING_REFUSED = 5  # of 86 answerable
# Of the answers that are said to be what may answer: complete ones, and others (of 21).
CEILING_MAY, FLOOR_MAY = 7, 5
FLOOR_REFUSED = 20  # of 27 unanswerable, 15 of them on the corpus's own story

# The same for the questions in users' own words.
USERS = Path(__file__).parent.parent / "golden" / "users.jsonl"
FLOOR_COMPLETE_USERS = 121  # of 145
CEILING_REFUSED_USERS = 6  # of 145
FLOOR_REFUSED_USERS = 42  # of 46
FLOOR_SHORT_USERS = 0.42  # F1 of the short answer, 107 questions

# And on the story of 40 articles, in other words than theirs; written before the state that is
# shipped was trained, and not looked at for it.
STORY = USERS.with_name("story_users.jsonl")
FLOOR_COMPLETE_STORY = 50  # of 90
CEILING_REFUSED_STORY = 11  # of 90
FLOOR_REFUSED_STORY = 28  # of 45

# And on five tables, of other things than those of the made-up ones that the state was trained on.
TABLES = USERS.with_name("tables.jsonl")
FLOOR_COMPLETE_TABLES = 18  # of 20
FLOOR_REFUSED_TABLES = 9  # of 10

TODAY = date(2026, 6, 1)  # a little after the newest article: what "last week" is counted from


@pytest.fixture(scope="module")
def measured(sample_corpus):
    judgements = list(judge(sample_corpus, read_golden(GOLDEN), TODAY))
    return evaluate(judgements, sample_corpus.settings.threshold)


def named(measured, *outcomes):
    return [given.question.id for given in measured.judgements if given.outcome in outcomes]


def test_the_golden_set_asks_enough_of_every_kind(measured):
    questions = [given.question for given in measured.judgements]
    unanswerable = [question for question in questions if not question.answerable]
    assert len(questions) >= 60
    assert 4 * len(unanswerable) >= len(questions) * 0.9
    wanted = {"who", "when", "how-many", "multi-part", "list", "follow-up", "near-topic"}
    assert wanted <= measured.kinds.keys()


def test_answers_state_every_fact_and_cite_the_right_article_first(measured):
    good = named(measured, "complete")
    assert len(good) >= FLOOR_COMPLETE - MARGIN, f"{len(good)}: {good}"


def test_answerable_questions_are_seldom_refused(measured):
    refused = named(measured, "wrongly refused")
    assert len(refused) <= CEILING_REFUSED + MARGIN, f"{len(refused)}: {refused}"


def test_unanswerable_questions_are_refused(measured):
    refused = named(measured, "rightly refused")
    assert len(refused) >= FLOOR_REFUSED - MARGIN, f"{len(refused)}: {refused}"


def test_every_question_on_another_topic_is_refused(measured):
    assert measured.kinds["off-topic"].measures["refusal_recall"].value == 1.0


def test_what_is_not_right_is_often_said_to_be_what_may_answer_and_what_is_right_seldom(measured):
    may = [given for given in measured.judgements if given.answer.may]
    assert len([given for given in may if given.outcome == "complete"]) <= CEILING_MAY + MARGIN
    wrong = [given for given in may if given.outcome != "complete"]
    assert len(wrong) >= FLOOR_MAY - MARGIN, [given.question.id for given in wrong]


def test_answers_are_short(measured):
    claims = [len(g.answer.claims) for g in measured.judgements if g.answer.answered]
    assert max(claims) <= 12  # a list; else the settings' four
    assert median(claims) <= 2


def test_every_quote_is_verbatim(measured):
    assert measured.measures["verbatim_rate"].value == 1.0


def test_a_refusal_is_as_sure_of_the_answer_that_it_kept_back(measured):
    for given in measured.judgements:
        assert given.candidate.confidence == given.answer.confidence, given.question.id


@pytest.fixture(scope="module")
def users(sample_corpus):
    judgements = list(judge(sample_corpus, read_golden(USERS), TODAY))
    return evaluate(judgements, sample_corpus.settings.threshold)


def test_users_own_words_are_understood(users):
    good, refused = named(users, "complete"), named(users, "wrongly refused")
    assert len(good) >= FLOOR_COMPLETE_USERS - MARGIN, f"{len(good)}: {good}"
    assert len(refused) <= CEILING_REFUSED_USERS + MARGIN, f"{len(refused)}: {refused}"
    right = named(users, "rightly refused")
    assert len(right) >= FLOOR_REFUSED_USERS - MARGIN, f"{len(right)}: {right}"
    assert users.measures["short_f1"].value >= FLOOR_SHORT_USERS


def test_a_story_is_understood_in_other_words_than_its_own(story_corpus):
    judgements = list(judge(story_corpus, read_golden(STORY), TODAY))
    measured = evaluate(judgements, story_corpus.settings.threshold)
    good, refused = named(measured, "complete"), named(measured, "wrongly refused")
    assert len(good) >= FLOOR_COMPLETE_STORY - MARGIN, f"{len(good)}: {good}"
    assert len(refused) <= CEILING_REFUSED_STORY + MARGIN, f"{len(refused)}: {refused}"
    right = named(measured, "rightly refused")
    assert len(right) >= FLOOR_REFUSED_STORY - MARGIN, f"{len(right)}: {right}"


def test_the_cells_of_tables_answer(tmp_path, embedder):
    Builder(tmp_path / "index", embedder).add([Source.at(TABLES.with_suffix(""))])
    corpus = Corpus(tmp_path / "index", embedder, Settings())
    measured = evaluate(list(judge(corpus, read_golden(TABLES), TODAY)), corpus.settings.threshold)
    good, right = named(measured, "complete"), named(measured, "rightly refused")
    assert len(good) >= FLOOR_COMPLETE_TABLES - MARGIN, f"{len(good)}: {good}"
    assert len(right) >= FLOOR_REFUSED_TABLES - MARGIN, f"{len(right)}: {right}"
