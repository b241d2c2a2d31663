"""One chat: earlier turns in, an answer that grows out."""

from dataclasses import replace
from itertools import pairwise

import pytest

from rag.answer_text import UNSUPPORTED
from rag.dialogue.history import Conversation
from rag.extractive import growing
from rag.question import UnusableQuestion
from rag.types import NO_FILTERS, Answer, as_turns, messages_of
from tests.rag.builders import cited, claim, corpus_of

NEWS = {
    "rain.txt": "Rain fell on Kyiv for three days.",
    "hail.txt": "Hail hit Paris for four days.",
}


@pytest.fixture
def corpus(tmp_path, fake):
    return corpus_of(tmp_path / "index", fake, NEWS, threshold=0, max_claims=1)[0]


def timeless(answer):
    return replace(answer, timings={})


def test_history_grows_by_what_was_asked_and_answered(corpus):
    chat = corpus.conversation()
    assert chat.history == []
    first = chat.ask("  Where did\nrain fall? ")
    second = chat.ask("And hail?")
    assert chat.history == [
        {"role": "user", "content": "Where did rain fall?"},
        {"role": "assistant", "content": first.text},
        {"role": "user", "content": "And hail?"},
        {"role": "assistant", "content": second.text},
    ]


def test_a_follow_up_is_searched_with_the_turn_before(corpus):
    chat = corpus.conversation()
    assert chat.ask("How many days did rain fall on the city of Kyiv?").query == (
        "How many days did rain fall on the city of Kyiv?"
    )
    answer = chat.ask("And hail?")
    assert answer.question == "And hail?"
    assert answer.query == "How many days did rain fall on the city of Kyiv? And hail?"


def test_a_chat_goes_on_from_earlier_turns_and_leaves_them_alone(corpus):
    history = [{"role": "user", "content": "How many days did rain fall on the city of Kyiv?"}]
    chat = corpus.conversation(history)
    answer = chat.ask("And hail?")
    assert answer.query == f"{history[0]['content']} And hail?"
    assert len(history) == 1
    chat.history[0]["content"] = "changed"
    chat.history.clear()
    assert chat.history[0] == history[0]
    assert len(chat.history) == 3


def test_chats_do_not_hear_each_other(corpus):
    one, other = corpus.conversation(), corpus.conversation()
    one.ask("Where did rain fall?")
    assert other.history == []


def test_a_question_that_cannot_be_asked_leaves_no_turn(corpus):
    chat = corpus.conversation()
    with pytest.raises(UnusableQuestion, match=r"^the question is empty"):
        chat.ask(" ")
    with pytest.raises(UnusableQuestion, match=r"^the question is empty"):
        list(chat.stream(" "))
    assert chat.history == []


class Told:
    """A corpus that gives one answer, and remembers what it was asked."""

    def __init__(self, answer):
        self.answer = answer
        self.asked = []

    def stream(self, question, *, history=(), filters=NO_FILTERS, scope=True, plain=False):
        self.asked.append((question, messages_of(as_turns(history))))
        self.scope = scope
        yield from growing(self.answer)


def test_a_stream_grows_claim_by_claim_and_ends_in_the_whole():
    one, two, three = cited(1), cited(2), cited(3)
    claims = (claim("Rain.", one, two), claim("Hail.", two), claim("Snow.", three))
    whole = Answer(
        question="q",
        query="q",
        answered=True,
        text="Rain. [1] [2] Hail. [2] Snow. [3]",
        claims=claims,
        citations=(one, two, three),
        confidence=0.5,
    )
    corpus = Told(whole)
    chat = Conversation(corpus)
    seen = list(chat.stream("q"))
    assert [s.text for s in seen] == ["Rain. [1] [2]", "Rain. [1] [2] Hail. [2]", whole.text]
    assert [s.claims for s in seen] == [claims[:1], claims[:2], claims]
    assert [s.citations for s in seen] == [(one, two), (one, two), (one, two, three)]
    assert seen[-1] is whole
    assert all(s.confidence == 0.5 and s.answered for s in seen)
    assert corpus.asked == [("q", [])]
    assert [turn["content"] for turn in chat.history] == ["q", whole.text]


def test_what_no_article_supports_is_no_history():
    fell = claim("Rain fell.", cited(1))
    wept = replace(claim("Macron wept."), status="unsupported", reason="not cited")
    text = f"Rain fell. [1]\n\n{UNSUPPORTED}\n- Macron wept. (not cited)"
    said = Answer(question="q", query="q", answered=True, text=text, claims=(fell, wept))
    chat = Conversation(Told(replace(said, citations=fell.citations)))
    chat.ask("q")
    assert chat.history[1] == {"role": "assistant", "content": "Rain fell. [1]"}


def test_a_refusal_comes_in_one_piece(corpus):
    chat = corpus.conversation()
    refused = Answer(question="q", query="q", answered=False, text="No.", nearest=(cited(1),))
    corpus = Told(refused)
    assert list(Conversation(corpus).stream("q")) == [refused]
    assert corpus.scope
    assert list(Conversation(corpus).stream("q", scope=False)) == [refused]
    assert not corpus.scope
    assert chat.history == []


def test_a_stream_gives_what_ask_gives(sample_corpus):
    question = "Who resigned as harbour commissioner, and who will act as commissioner?"
    asked = sample_corpus.ask(question)
    chat = sample_corpus.conversation()
    seen = list(chat.stream(question))
    assert len(seen) == len(asked.claims) > 1
    assert timeless(seen[-1]) == timeless(asked)
    for shorter, longer in pairwise(seen):
        assert longer.text.startswith(shorter.text)
        assert longer.claims[: len(shorter.claims)] == shorter.claims
    assert len(chat.history) == 2
