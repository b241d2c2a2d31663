"""A chat of any length costs what its last turns cost."""

import pytest

from rag.dialogue.history import MESSAGES, QUESTION_CHARS, REPLY_CHARS, turns_of
from rag.dialogue.referents import people_in, place_in
from rag.question import understand
from tests.growth import assert_linear


def said(role, content):
    return {"role": role, "content": content}


def test_of_a_long_chat_the_last_messages_are_read_each_so_far():
    long = [said("user", "a" * 9_000), said("assistant", "b" * 9_000)] * 300
    assert turns_of(long) == [("a" * QUESTION_CHARS, "b" * REPLY_CHARS)] * (MESSAGES // 2)


def test_turns_are_questions_with_their_replies():
    chat = [said("assistant", "Hello."), said("user", " Who  left? "), said("user", "\ud800?"),
            said("assistant", "Lee."), said("assistant", "Lee left.")]  # fmt: skip
    assert turns_of(chat) == [("Who left?", ""), ("\ufffd?", "Lee left.")]


def test_no_more_than_these_is_mended():
    mended = []
    chat = [
        said("user", "Who resigned? " * 5_000),
        said("assistant", "Ann Lee did. " * 5_000),
    ] * 200

    def mend(text):
        mended.append(len(text))
        return text

    understand("And why?", chat, mend)
    assert mended == [8] + [QUESTION_CHARS] * (MESSAGES // 2)


@pytest.mark.parametrize("work", [people_in, place_in])
@pytest.mark.parametrize("name", ["Ann Lee met Bob Ray in Bern. ", "A{} saw B{} "])
def test_the_names_of_a_text_cost_what_its_length_is(work, name):
    small, large = ("".join(name.format(n, n) for n in range(most)) for most in (2_000, 16_000))
    assert_linear(work, small, large)
