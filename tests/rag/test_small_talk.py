"""A question is what is left of a request when its wrapping is off."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.dialogue.small_talk import bare, is_small_talk
from rag.question import UnusableQuestion, understand


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("tell me what Merz said", "what Merz said"),
        ("Can you tell me who resigned, please?", "who resigned?"),
        ("hi, could you please tell me why the trams stopped", "why the trams stopped"),
        ("Do you know when the trams return?", "when the trams return?"),
        ("I'd like to know how many people left", "how many people left"),
        ("i want to know about the strike", "the strike"),
        ("please, what did the council decide. thanks", "what did the council decide"),
        ("Hey, who resigned? Thank you!", "who resigned?"),
        ("so what did he say", "what did he say"),
        ("ok cool. whose idea was it", "whose idea was it"),
        ("hey, quick one - where's the mayor", "where's the mayor"),
        ("Thanks! And why?", "And why?"),
        ("what does the corpus say about crimea", "crimea"),
        ("What do the articles say about the Old Dock flood?", "the Old Dock flood?"),
        ("what do you know about the memo", "the memo"),
        ("is there anything in the articles on Merz", "Merz"),
        ("any news on the repair fund?", "the repair fund?"),
        ("According to the articles, who resigned?", "who resigned?"),
        ("so I was wondering if the trams are back", "the trams are back"),
    ],
)
def test_the_wrapping_comes_off(typed, asked):
    assert bare(typed) == asked


@pytest.mark.parametrize(
    "question",
    [
        "Who said that he would tell me?",
        "So many residents left; why?",
        "Well water in Oslo, is it clean?",
        "What does the Gazette say about Crimea?",
        "and what about Merz?",
        "tell me more",
        "Does anyone lead the union?",
        "Is the answer in the articles?",
        "What did the report say about rust?",
        "please",
        "?!",
    ],
)
def test_what_is_asked_stays(question):
    assert bare(question) == question


@pytest.mark.parametrize(
    "turn",
    [
        *("hi", "Hello!", "hey there", "good morning", "thanks", "Thank you so much!", "ok cool"),
        *("Thank you, that is good to know!", "who are you?", "What can you do?", "help"),
        *(
            "what can I ask you",
            "how does this work?",
            "are you a robot",
            "bye",
            "hi, how are you?",
            "thanks, that helps",
            "much appreciated!",
            "makes sense, brilliant",
        ),
        *("That is terrible.", "Got it, thanks for the help!", "yes"),
    ],
)
def test_small_talk_is_told(turn):
    assert is_small_talk(bare(turn))
    meant = understand(turn, [{"role": "user", "content": "Who leads the Harbour Union?"}])
    assert (meant.kind, meant.text, meant.query) == ("smalltalk", turn, turn)


@pytest.mark.parametrize(
    "turn",
    [
        *("Who said thanks?", "hi, who resigned?", "Did Kyiv say yes or no?", "help for Ukraine"),
        *("What can Kyiv do?", "thanks, and why?", "really?", "tell me more", "Who are they?"),
        *("How does the barrier work?", "is that right?", "good morning Kyiv: who said it?"),
    ],
)
def test_a_question_is_no_small_talk(turn):
    assert not is_small_talk(bare(turn))
    try:
        assert understand(turn).kind == "question"
    except UnusableQuestion:
        assert turn in ("Who said thanks?", "thanks, and why?", "Who are they?")  # stop words


@given(st.text(max_size=200))
def test_nothing_is_added_and_something_is_left(text):
    left = bare(text)
    assert left.rstrip("?") in text
    assert left or not text
    assert bare(left) == left or is_small_talk(text)


@given(
    st.lists(
        st.sampled_from(
            "please can you tell me what so thanks , . ? about the articles say hi i know".split()
        ),
        max_size=60,
    ).map(" ".join)
)
def test_any_heap_of_politeness_is_read_at_once(text):
    assert bare(bare(text)) == bare(text)
    is_small_talk(text)
