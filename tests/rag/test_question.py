"""A question as asked becomes a question as meant."""

import pytest

from rag.dialogue.leaning import leans
from rag.question import MAX_QUESTION_CHARS, Question, UnusableQuestion, understand

LOAN = "How much is the European Union lending to Ukraine?"


def user(*turns):
    return [{"role": "user", "content": turn} for turn in turns]


@pytest.mark.parametrize(
    "question",
    [
        "Who opposed it then?",
        "And Macron?",
        "What about the bolts of gate four at the barrier?",
        "When did he meet the French president in Paris?",
        "Did the Estuary Safety Board publish this memo on Friday?",
        "How many residents stayed overnight with the others?",
        "AND WHICH OTHER OUTLETS PRINTED BRANDRETH'S DENIAL?",
    ],
)
def test_a_follow_up_leans_on_the_turn_before(question):
    assert leans(question)
    meant = understand(question, user(LOAN))
    assert (meant.query, meant.before, meant.leans) == (f"{LOAN} {question}", LOAN, True)


@pytest.mark.parametrize(
    "question",
    [
        "Who leads the Amalgamated Harbour Union?",
        "How many residents of Ropewalk stayed there overnight?",
        "What preconditions did the Kremlin set for a meeting?",
        "How many people were evacuated from the Old Dock?",
        "Which thesis did Anders defend before the Brussels committee?",
    ],
)
def test_a_question_that_stands_alone_is_searched_alone(question):
    assert not leans(question)
    assert understand(question, user(LOAN)).query == question


@pytest.mark.parametrize("question", ["Over how many years?", "And Macron?"])
def test_without_turns_before_it_a_follow_up_is_searched_as_it_is(question):
    if question == "And Macron?":
        assert understand(question).query == question
        assert understand(question, [{"role": "assistant", "content": LOAN}]).query == question
    else:
        assert understand(question, ()).text == question


def test_what_the_assistant_said_is_not_searched():
    history = [
        {"role": "user", "content": LOAN},
        {"role": "assistant", "content": "The Observer: 90 billion euros. [1]"},
    ]
    meant = understand("And Macron?", history)
    assert meant.query == f"{LOAN} And Macron?"
    assert meant.text == "And Macron?"


def test_leaning_turns_reach_back_to_the_one_that_stood_alone():
    history = user("Where do trams run in Halvermouth today?", LOAN, "And Macron?")
    assert understand("How so?", history).query == f"{LOAN} And Macron? How so?"


def test_no_more_than_three_turns_are_searched_as_well():
    history = user(LOAN, "And Rome?", "Any others?", "How so?")
    assert understand("And Berlin?", history).query == "And Rome? Any others? And Berlin?"


def test_a_turn_that_names_nothing_is_passed_over():
    history = user("How many people died on the ferry?", "who were they")
    meant = understand("and how many got out alive?", history)
    assert meant.query == "How many people died on the ferry? and how many got out alive?"


def test_the_turn_that_stood_alone_most_recently_is_the_one_leant_on():
    trams = "Where do trams run in Halvermouth today?"
    assert understand("How so?", user(LOAN, trams)).query == f"{trams} How so?"


def test_what_went_before_is_cut_to_what_can_be_read():
    history = user("word " * 1000)
    meant = understand("And Macron?", history)
    assert len(meant.query) <= MAX_QUESTION_CHARS + 1 + len("And Macron?")
    assert meant.query.endswith("word? And Macron?")


def test_white_space_is_one_space():
    meant = understand("  Who\nleads \t the Harbour\u00a0Union? ", user("Why\n so?"))
    assert meant.text == "Who leads the Harbour Union?"
    assert understand("And  Macron?", user("Was   Putin\nthere?")).query == "Was Macron there?"


def test_a_question_is_told_as_typed_and_as_meant():
    meant = understand("hi, and Macron please?", user(LOAN))
    assert (meant.text, meant.asked, meant.before) == (
        "hi, and Macron please?",
        "and Macron?",
        LOAN,
    )
    assert [part.alone for part in meant.parts] == [f"{LOAN} and Macron?"]


def test_spelling_is_mended_before_anything_else():
    mended = {"plese tell me waht he said": "please tell me what he said"}
    meant = understand(
        "plese tell me waht he said", user("Is Merz ill?"), lambda t: mended.get(t, t)
    )
    assert (meant.text, meant.query) == ("plese tell me waht he said", "what Merz said")


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        (LOAN, [LOAN]),
        (
            "What did Kyiv propose, and how did Moscow answer?",
            ["What did Kyiv propose", "how did Moscow answer?"],
        ),
        (
            "Who resigned but why did Dunmore stay?",
            ["Who resigned", "why did Dunmore stay?"],
        ),
        (
            "Who resigned? When did the trams return; what did Gangway report?",
            ["Who resigned", "When did the trams return", "what did Gangway report?"],
        ),
        ("What did Putin and Trump discuss?", ["What did Putin and Trump discuss?"]),
        (
            "What did Putin say, and Trump and Macron answer?",
            ["What did Putin say, and Trump and Macron answer?"],
        ),
        ("who resigned, and why?", ["who resigned", "who resigned, why?"]),
        ("who was hurt and how", ["who was hurt", "who was hurt, how"]),
        ("who resigned and when", ["who resigned", "who resigned, when"]),
        (
            "how many were killed, where and by whom",
            [
                "how many were killed",
                "where were they killed",
                "by whom were they killed",
            ],
        ),
        (
            "what did kyiv propose and how did moscow answer",
            ["what did kyiv propose", "how did moscow answer"],
        ),
        ("who owns the mill and why did it close", ["who owns the mill", "why did the mill close"]),
        ("when and where was Merz born?", ["when was Merz born?", "where was Merz born?"]),
        (
            "Who resigned, and what is it?",
            ["Who resigned", "Who resigned, what is it?"],
        ),
        ("Did Ada Lund, who resigned, testify?", ["Did Ada Lund, who resigned, testify?"]),
        ("Is it, and was it?", ["Is it, and was it?"]),
    ],
)
def test_parts(question, parts):
    assert [part.alone for part in Question(question, question).parts] == parts


def test_each_part_is_read_with_what_it_leans_on():
    question = Question(
        "And Paris, and why did Rome wait?", "And Paris, and why did Rome wait?", LOAN
    )
    assert question.parts == [
        ("And Paris", f"{LOAN} And Paris"),
        ("why did Rome wait?", f"{LOAN} why did Rome wait?"),
    ]


@pytest.mark.parametrize("text", ["", "   ", "\n\t\u00a0"])
def test_an_empty_question_is_told(text):
    with pytest.raises(UnusableQuestion, match=r"^the question is empty; type what you want"):
        understand(text)


def test_a_question_too_long_is_told_with_both_lengths():
    assert understand("k" * 2000).text == "k" * 2000
    with pytest.raises(UnusableQuestion, match="has 2,001 characters and 2,000 can be read; ask"):
        understand("k" * 2001)


@pytest.mark.parametrize("text", ["what is it?", "The?", "?!", "— … “”", "Who are they, and why?"])
def test_a_question_of_stop_words_is_told(text):
    with pytest.raises(UnusableQuestion, match="holds only words like “the” and “what”; name whom"):
        understand(text)


def test_stop_words_are_enough_when_the_turn_before_says_what_about():
    assert understand("And what is it?", user(LOAN)).query == f"{LOAN} And what is it?"


def test_an_unusable_question_is_a_value_error_too():
    with pytest.raises(ValueError, match="the question is empty"):
        understand("")


def test_a_character_that_utf_8_cannot_hold_does_not_stop_a_question():
    meant = understand("Who leads\udcff the \ud800 Harbour Union?", user("Was \udfff Putin there?"))
    assert meant.query.encode("utf-8").decode("utf-8") == meant.query
    assert "Harbour Union?" in meant.text
