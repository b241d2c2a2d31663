"""What is left of a sentence of a reply, and whether that says anything."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.generative.prompt import CANNOT_ANSWER
from rag.generative.reply import refuses, says_nothing, wording

QUESTION = "What fell on Kyiv?"


@pytest.mark.parametrize(
    ("sentence", "left"),
    [
        ("**Rain** fell on _Kyiv_.", "Rain fell on Kyiv."),
        ("`Rain` ~~fell~~ on ***Kyiv***.", "Rain fell on Kyiv."),
        ("> Rain fell on Kyiv.", "Rain fell on Kyiv."),
        ("## Rain fell on Kyiv.", "Rain fell on Kyiv."),
        ("Answer: rain fell on Kyiv.", "Rain fell on Kyiv."),
        ("Final answer: Rain fell on Kyiv.", "Rain fell on Kyiv."),
        ("The answer is: rain fell on Kyiv.", "Rain fell on Kyiv."),
        ("Assistant: Rain fell on Kyiv.", "Rain fell on Kyiv."),
        ("Based on the provided passages, rain fell on Kyiv.", "Rain fell on Kyiv."),
        ("According to the articles, rain fell on Kyiv.", "Rain fell on Kyiv."),
        ("The passages state that rain fell on Kyiv.", "Rain fell on Kyiv."),
        ("In summary, rain fell on Kyiv.", "Rain fell on Kyiv."),
        ("Here is the answer: rain fell on Kyiv.", "Rain fell on Kyiv."),
        ("Rain fell on Kyiv <img src=x onerror=alert(1)", "Rain fell on Kyiv"),
        ("Rain fell on Kyiv. ![x](https://evil.example/a", "Rain fell on Kyiv."),
        ("Rain fell on [Kyiv](https://evil.example/a).", "Rain fell on Kyiv."),
        ("Rain fell on Kyiv (https://evil.example).", "Rain fell on Kyiv."),
        ("Rain fell on [Kyiv]*(https://evil.example/a).", "Rain fell on Kyiv."),
        ("Rain fell!*[x](https://evil.example/a.png).", "Rain fell."),
        ("Rain fell; 3 < 4, he said.", "Rain fell; 3 ‹ 4, he said."),
        ("Snake_case and 2*3 stay.", "Snake_case and 23 stay."),
    ],
)
def test_markup_and_manners_are_left_out(sentence, left):
    assert wording(sentence) == left


@settings(deadline=None)
@given(st.text(alphabet="ab <>[]()!*_`|#:/.h t p s", max_size=60))
def test_no_tag_image_or_link_is_left(sentence):
    left = wording(sentence)
    assert not set(left) & set("<>")
    assert "![" not in left
    assert "](" not in left


@pytest.mark.parametrize(
    "text",
    [
        CANNOT_ANSWER,
        "I cannot answer this question.",
        "I'm sorry, but I can't help with that.",
        "Unfortunately, the articles do not mention it.",
        "The provided passages do not contain this information.",
        "There is no information about this in the passages.",
        "There is not enough information to answer.",
        "It is not stated who paid.",
        "None of the articles says who paid.",
    ],
)
def test_refusals_are_known(text):
    assert refuses(text)


@pytest.mark.parametrize(
    "text",
    [
        "The mayor refused to answer.",
        "No one was hurt.",
        "Nobody knows why the dam broke.",
        "Hahn said she could not find the report.",
        "The articles of the treaty bind both sides.",
        "Information about the flood spread quickly.",
        "Inspectors did not find the cause.",
    ],
)
def test_news_is_no_refusal(text):
    assert not refuses(text)
    assert not says_nothing(text, text, QUESTION)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "...",
        QUESTION,
        "Sure!",
        "Certainly, here you go.",
        "Here is the answer:",
        "Here are the main points:",
        "I hope this helps!",
        "Let me know if you need more.",
        "Please note that I may be wrong.",
        "As an AI language model, I have no opinions.",
        "As an AI, I cannot browse.",
        "I am an AI assistant.",
        "Sources:",
        "Do you want to know more?",
    ],
)
def test_what_says_nothing_is_known(text):
    assert says_nothing(text, text, QUESTION)


@pytest.mark.parametrize(
    "text",
    [
        "Rain fell on Kyiv.",
        "She worked as an AI researcher.",
        "Sure of victory, the party sang.",
        "Of course the union objected to the plan of the port and its owners, Hahn said.",
        "Yes, rain fell.",
        "40 homes.",
    ],
)
def test_what_says_something_is_kept(text):
    assert not says_nothing(text, text, QUESTION)


def test_a_line_of_only_names_is_no_claim():
    sources = ["Dam breaks The Post. Tuesday, 3 March 2026"]
    assert says_nothing("The Post, 3 March 2026", "The Post, 3 March 2026", QUESTION, sources)
    assert not says_nothing("The Post shut.", "The Post shut.", QUESTION, sources)
