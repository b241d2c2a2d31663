"""What kind of answer a question asks for, and which kinds a sentence offers."""

import pytest

from index.words import content_stems
from rag.expect import CONDITION, KINDS, asked, offered


@pytest.mark.parametrize(
    ("question", "kinds"),
    [
        ("When did the barrier fail?", {"time"}),
        ("In what year was the barrier built?", {"time"}),
        ("Which tax year is meant?", {"time"}),
        ("How long ago did it rain?", {"time", "number"}),
        ("How soon will trams return?", {"time"}),
        ("How many people were evacuated?", {"number"}),
        ("What percentage agreed?", {"number"}),
        ("What was the death toll?", {"number"}),
        ("What is the population of Kyiv?", {"number"}),
        ("Who resigned?", {"person"}),
        ("Whose signature would bind Ukraine?", {"person"}),
        ("WHICH MINISTER RESIGNED?", {"person"}),
        ("Who resigned, and when?", {"person", "time"}),
        ("Why did the barrier fail?", set()),
        ("Where is the whole dock?", set()),
        ("What preconditions did the Kremlin set?", {CONDITION}),
        ("On what terms was the loan given, and when?", {CONDITION, "time"}),
        ("What must the harbour do?", {CONDITION}),
        ("What was in demand at the time of the gale?", set()),
        ("Did the Kremlin set conditions?", set()),
    ],
)
def test_asked(question, kinds):
    assert asked(question) == kinds
    assert kinds <= {*KINDS, CONDITION}


@pytest.mark.parametrize(
    ("sentence", "kinds"),
    [
        ("It rained.", set()),
        ("It rained in the 1990s.", {"time", "number"}),
        ("It rained on a Tuesday night.", {"time", "person"}),
        ("It may rain.", set()),
        ("The rain came in May.", {"time", "person"}),
        ("It rained two weeks ago.", {"time", "number"}),
        ("It rained for a third of the year.", {"number"}),
        ("It rained on Dozens.", {"number", "person"}),
        ("The gate was shut by Tembo.", {"person"}),
        ("Tembo shut the gate.", set()),
        ("The gate shut. Tembo slept.", set()),
        ("“Tembo slept.”", set()),
        ("the loan is paid only if the bolts hold.", {CONDITION}),
        ("it can only be paid once the bolts hold.", {CONDITION}),
        ("the gate stays shut unless it rains.", {CONDITION}),
        ("the council insisted on new bolts.", {CONDITION}),
        ("a summit hinges on trust.", {CONDITION}),
        ("the only gate is shut.", set()),
    ],
)
def test_offered(sentence, kinds):
    assert offered(sentence, ()) == kinds


def test_a_name_that_the_question_holds_is_no_answer_to_who():
    stems = content_stems("Who succeeded Fairweather?")
    assert offered("The post of Fairweather is vacant.", stems) == set()
    assert offered("The post of Fairweather went to Dunmore.", stems) == {"person"}
