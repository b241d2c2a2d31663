"""What is suggested is answered, surely, from where it was read off."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text.names import names_in
from rag.corpus import Corpus
from rag.settings import Settings
from rag.suggestions import (
    LONGEST,
    Candidate,
    _everywhere,
    _on_the_subject,
    follow_ups,
    questions_of,
    suggest,
)
from rag.types import SURE
from tests.rag.builders import corpus_of, empty_index, stored

BARRIER = stored(
    "Tidal Board officials met at noon. The Tidal Board approved a new gate on 3 March after"
    " months of delay. Ada Lund, the chief engineer, said the Tidal Board was right about the gate."
    " About 870 people left their homes on Thursday night, she said. Members of the Dock Union"
    " will walk out on 8 April. Mr Ferris resigned as harbour master on Tuesday. Olaf Ferris had"
    " held the post since 2018. “We shall see,” said Ms Lund.",
    title="Tidal Board approves new gate after storm",
)


def asked(article):
    return {candidate.question: candidate.kind for candidate in questions_of(article)}


def test_the_forms_of_question():
    assert asked(BARRIER) == {
        "When did the Tidal Board approve the new gate?": "when",
        "Why did the Tidal Board approve the new gate?": "why",
        "What did Ada Lund say about the gate?": "say",
        "How many people left their homes?": "how many",
        "Who resigned as harbour master?": "who",
        "When did Olaf Ferris resign as harbour master?": "when",
    }


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Judge orders builder to open records", "The judge did so."),  # it says no reason
        ("Moor farm wins approval", "They saw the Moor Farm."),
        ("", "Mr Renn left by the main door. They saw Ada Renn."),
        ("", "Ada Lund will hear the minister himself on Wednesday."),
    ],
)
def test_what_nobody_would_ask_or_no_article_answers_is_not_asked(title, text):
    assert [kind for kind in asked(stored(text, title=title)).values() if kind != "who"] == []
    assert "Who left by the main door?" not in asked(stored(text, title=title))


def test_what_most_stories_ask_about_tells_no_two_apart():
    questions = ("What did Corran reject?", "Who left Corran?", "Why did the Tidal Board resign?")
    found = [Candidate(text, "what", "", "", story) for story, text in enumerate(questions)]
    assert _everywhere(found) == {"corran"}
    assert _everywhere(found[:2]) == set()


@pytest.mark.parametrize(
    "text",
    [
        "He said on Tuesday that they would do this and that.",
        "They will walk out on 8 April, and others with them.",
        "Two of them were late for it all on that same day.",
        "This was approved on 3 March by those who were there.",
    ],
)
def test_what_only_its_article_explains_is_not_asked(text):
    assert asked(stored(text)) == {}


@given(st.text(max_size=300), st.text(max_size=60))
def test_any_text_gives_short_questions_or_none(text, title):
    for candidate in questions_of(stored(text, title=title)):
        assert candidate.question.endswith("?")
        assert len(candidate.question.split()) <= LONGEST


def test_each_suggestion_is_answered_surely(sample_corpus):
    found = suggest(sample_corpus, 8)
    assert len(set(found)) == len(found) == 8
    for question in found:
        answer = sample_corpus.ask(question)
        assert answer.answered
        assert answer.confidence >= SURE
    stories = {article.id: article.story for article in sample_corpus.articles()}
    first = [stories[sample_corpus.ask(q).citations[0].article_id] for q in found[:4]]
    assert len(set(first)) == 4


def test_suggestions_are_the_same_for_the_same_articles(sample_corpus, embedder):
    other = Corpus(sample_corpus.directory, embedder, Settings())
    assert suggest(other) == suggest(sample_corpus)


def test_what_was_suggested_is_not_asked_again_until_the_articles_change(
    tmp_path, embedder, monkeypatch
):
    texts = {f"{n}.txt": text for n, text in enumerate(TEXTS)}
    corpus, builder = corpus_of(tmp_path / "index", embedder, texts)
    before = suggest(corpus)
    assert before == (
        "How many people left their homes in Ropewalk?",
        "Why did Olaf Ferris resign as harbour master?",
    )
    with monkeypatch.context() as patch:
        patch.setattr(Corpus, "ask", None)
        assert suggest(corpus) == before
    builder.remove(["1.txt"])
    assert suggest(corpus) == before[:1]


TEXTS = (
    "About 870 people left their homes in Ropewalk on Thursday night. The water rose quickly.",
    "Olaf Ferris resigned as harbour master on 3 May after an inquiry into the missing keys. He had"
    " held the post since 2018.",
)


def test_no_language_model_is_asked(sample_corpus, embedder):
    class Untouched:
        def __getattr__(self, name):
            raise AssertionError(name)

    corpus = Corpus(sample_corpus.directory, embedder, Settings(), Untouched())
    assert suggest(corpus) == suggest(sample_corpus)
    answer = sample_corpus.ask("Who resigned as harbour commissioner?")
    assert follow_ups(corpus, answer) == follow_ups(sample_corpus, answer)
    assert corpus.model is not None


def test_follow_ups_go_on_with_other_names_and_are_answered(sample_corpus):
    answer = sample_corpus.ask("Who resigned as harbour commissioner?")
    found = follow_ups(sample_corpus, answer)
    assert 1 <= len(found) <= 3
    assert answer.question not in found
    said = f"{answer.question} {answer.text}"
    new = {name.text for question in found for name in names_in(question) if name.text not in said}
    assert "Estuary Safety Board" in new
    for question in found:
        assert sample_corpus.ask(question).confidence >= SURE


@pytest.mark.parametrize(
    ("question", "about", "not_about"),
    [
        ("Who resigned as harbour commissioner?", {"Fairweather", "Barrier"}, "Zelenskyy"),
        ("What preconditions did the Kremlin set?", {"Putin", "Peskov"}, "Ravenscroft"),
    ],
)
def test_what_is_read_for_follow_ups_is_on_the_subject(sample_corpus, question, about, not_about):
    read = _on_the_subject(sample_corpus, sample_corpus.ask(question))
    assert read
    for each in read:
        assert any(name in each.article.text for name in about), each.article.uri
        assert not_about not in each.article.text


def test_under_a_refusal_stand_questions_that_are_answered(sample_corpus):
    refused = sample_corpus.ask("Who won the football world cup in 1998?")
    assert not refused.answered
    for question in follow_ups(sample_corpus, refused):
        assert sample_corpus.ask(question).answered


def test_nothing_is_suggested_where_nothing_is(tmp_path, fake):
    directory = tmp_path / "index"
    empty_index(directory, fake)
    corpus = Corpus(directory, fake, Settings())
    assert suggest(corpus) == ()
    assert follow_ups(corpus, corpus.ask("Where did rain fall?")) == ()


def test_small_talk_is_followed_by_the_questions_to_begin_with(sample_corpus):
    answer = sample_corpus.ask("hello, what can you do?")
    assert follow_ups(sample_corpus, answer) == suggest(sample_corpus, 3) != ()
