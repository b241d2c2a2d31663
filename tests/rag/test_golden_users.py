"""The questions in users' own words, held to the articles that they ask about."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import as_file, files
from pathlib import Path

import pytest

from index.boilerplate.clean import clean_article
from index.readers.source import Source
from index.text.sentences import split_sentences
from rag.judge import stated
from rag.question_files import read_golden, records
from tests.rag.evaluation.judgements import answer

GOLDEN = Path(__file__).parent.parent / "golden" / "users.jsonl"
QUESTIONS = read_golden(GOLDEN)  # which refuses an id that is given twice
ANSWERABLE = [question for question in QUESTIONS if question.answerable]
SHORT = {record.fields["id"]: record.fields.get("short", []) for record in records(GOLDEN)}


@pytest.fixture(scope="module")
def texts():
    """The cleaned text of each article of the sample corpus, by its key."""
    with as_file(files("index").joinpath("sample")) as folder:
        articles = [clean_article(article) for article in Source.at(folder).articles()]
    return {article.key: article.text for article in articles}


def unstated(question, texts):
    """The wordings that no sentence of an expected article holds, as a measure would look."""
    wordings = [wording for fact in question.facts for wording in fact]
    alone = replace(question, facts=tuple((wording,) for wording in wordings))
    given = answer(
        *(
            (texts[key][sentence.start : sentence.end], key)
            for key in question.docs
            for sentence in split_sentences(texts[key])
        )
    )
    found = stated(alone, given)
    return [wording for wording, held in zip(wordings, found, strict=True) if not held]


def test_the_set_asks_enough_of_every_kind():
    assert len(QUESTIONS) >= 70
    assert 5 * (len(QUESTIONS) - len(ANSWERABLE)) >= len(QUESTIONS)
    kinds = [question.kind for question in QUESTIONS]
    assert {kind for kind in kinds if kinds.count(kind) < 4} == set()


def test_no_question_is_asked_twice():
    asked = [(str(question.history), question.question.casefold()) for question in QUESTIONS]
    assert len(set(asked)) == len(asked)


def test_every_article_is_asked_about(texts):
    assert {key for question in ANSWERABLE for key in question.docs} == set(texts)


def test_each_answer_has_facts_and_articles_that_hold_them(texts):
    lacking = [question.id for question in ANSWERABLE if not (question.docs and question.facts)]
    assert lacking == []
    missing = {question.id: unstated(question, texts) for question in ANSWERABLE}
    assert {id_: wordings for id_, wordings in missing.items() if wordings} == {}


def test_each_short_answer_is_words_of_one_sentence(texts):
    sentences = {
        question.id: [
            texts[key][sentence.start : sentence.end]
            for key in question.docs
            for sentence in split_sentences(texts[key])
        ]
        for question in ANSWERABLE
    }
    assert [
        (id_, words)
        for id_, short in SHORT.items()
        for words in short
        if not any(words in sentence for sentence in sentences.get(id_, []))
    ] == []


def test_what_has_no_answer_expects_none():
    expecting = [
        question.id
        for question in QUESTIONS
        if not question.answerable and (question.docs or question.facts or SHORT[question.id])
    ]
    assert expecting == []
