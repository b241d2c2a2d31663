"""The words that answer can be shown by themselves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.reading.short_answer import trimmed

TALKS = "They were “constructive”, said Ida Brandt, the union's envoy; Brandt had “a (first) step”."


def shown(question, words, text=TALKS):
    start = text.index(words)
    start, end = trimmed(question, text, start, start + len(words))
    return text[start:end]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("constructive”", "“constructive”"),
        ("“constructive", "“constructive”"),
        ("constructive", "constructive"),
        ("were “constructive”", "were “constructive”"),
        ("step”", "step"),
        ("“a (first", "a (first"),
        ("(first", "(first)"),
        ("the union's envoy", "the union's envoy"),
    ],
)
def test_marks_around_an_answer_are_whole(words, told):
    assert shown("how were the talks?", words) == told


def test_the_name_that_is_asked_for_is_no_answer():
    assert shown("who is Brandt", "Ida") == ""
    assert shown("who's Brandt?", "said Ida") == "said"
    assert shown("who is Ida Brandt", "Ida") == "Ida"
    assert shown("who spoke for the union", "Ida") == "Ida"


@given(st.text(alphabet='ab “”‘’(),."', max_size=30), st.data())
def test_what_answers_stays_within_its_text_and_loses_no_word(text, data):
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    low, high = trimmed("who is it", text, start, end)
    assert 0 <= low <= high <= len(text)
    kept = text[low:high]
    assert [c for c in text[start:end] if c.isalnum()] == [c for c in kept if c.isalnum()]
