"""A turn of a chat becomes a question that can be searched by itself."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text.names import names_in
from index.text.words import content_stems
from rag.dialogue.followup import EARLIER_CHARS, Completed, complete, joined
from rag.dialogue.leaning import leans, pointing
from rag.dialogue.referents import (
    listed_in,
    people_in,
    place_in,
    plural_in,
    subject_in,
)
from rag.question import UnusableQuestion, understand
from rag.types import Answer, Claim, Short

MERZ = "What did Merz say about sanctions?"
FERRY = "Why did the ferry sink?"
DOOR = "The Star, 3 May 2025: The bow door was left open. [1] A pump failed. [2]"
MILL = "Who owns the mill?"
CAUSES = "Which three causes did the report name?"
NUMBERED = "1. Rust in the cables\n2. Bad maintenance [1]\n3. A late warning [2]"
ACT = "What did the court say about the Riverside Act?"


def asked(question, before, reply=""):
    """What a turn means after one other, what it leans on marked off by a stroke."""
    found = complete(question, [(before, reply)])
    return " | ".join(filter(None, (found.before, found.question)))


def test_a_place_is_nobody_and_who_spoke_without_a_name_is_he():
    said = "The Star: Ann Berg met officials in Lodden. [1] One official warned of delays. [2]"
    before = "what did the harbour official say after Lodden"
    assert asked("was he optimistic?", before, said) == "was the harbour official optimistic?"
    assert asked("was she there?", "who warned of delays after Lodden", said) == (
        "was Ann Berg there?"
    )


# One name, place or date in another's place.
SWAPPED = [
    ("What are Norvia's conditions?", "And Corvale's?", "What are Corvale's conditions?"),
    (MERZ, "And Macron?", "What did Macron say about sanctions?"),
    (MERZ, "what about Poland", "What did Poland say about sanctions?"),
    (MERZ, "What about gas?", "What did Merz say about gas?"),
    (MERZ, "And what does Macron think of him?", "And what does Macron think of Merz?"),
    (MERZ, "Ok, and Orban?", "What did Orban say about sanctions?"),
    (
        MERZ,
        "How about the Bank of England?",
        "What did the Bank of England say about sanctions?",
    ),
    ("Who won the vote in Portugal?", "And in Spain?", "Who won the vote in Spain?"),
    (
        "Who won the vote in Portugal in 2022?",
        "And in 2019?",
        "Who won the vote in Portugal in 2019?",
    ),
    ("How many ferries sank in March?", "What about April?", "How many ferries sank in April?"),
    (
        "What did the council decide on Tuesday?",
        "And on Friday?",
        "What did the council decide on Friday?",
    ),
    ("Who leads the Labour Party?", "And the Greens?", "Who leads the Greens?"),
    (
        "Is the Alvarez government stable?",
        "And Duarte's?",
        "Is the Duarte government stable?",
    ),
    ("What did Peskov say about Crimea?", "What about Merz?", "What did Merz say about Crimea?"),
    ("what did Merz say about Kyiv", "and the Germans?", "what did the Germans say about Kyiv"),
    ("What did Merz say about Russia?", "And about Ukraine?", "What did Merz say about Ukraine?"),
    (MILL, "I meant the paper mill.", "Who owns the paper mill?"),
    (MERZ, "no, i meant Macron", "What did Macron say about sanctions?"),
    (MERZ, "sorry, i meant the mayor", "What did the mayor say about sanctions?"),
    (MERZ, "and about gas prices?", "What did Merz say about gas prices?"),
    (MERZ, "no i meant who resigned", "who resigned"),
    ("What happened on 4 March 2026?", "and in May?", "What happened in May 2026?"),
    ("How many mention the mayor?", "and the union?", "How many mention the union"),
    ("latest on Ukraine", "and on the barrier", "latest on the barrier"),
    ("When does the museum open?", "And the library?", "When does the library open?"),
    ("What did Merz say?", "about the judge?", "What did Merz say about the judge"),
    (
        "Did the Kremlin answer before the vote in Oslo?",
        "And in Bergen?",
        "Did the Kremlin answer before the vote in Bergen?",
    ),
]

# Not clear what it would replace, so both are searched.
APPENDED = [
    ("What is Tanaka's plan for Osaka?", "And Kyoto?"),
    ("How many ferries sank in March and in May?", "And in April?"),
    ("What did the strike cost the company?", "And the islands?"),
    (MERZ, "And Merz?"),
    (MERZ, "And did Macron agree?"),
    ("What treaty was signed in Vienna?", "Who signed it?"),
    (FERRY, "Since when was the ferry leaking?"),
    (FERRY, "and why?"),
    (FERRY, "How much in dollars?"),
    ("Was Putin in Istanbul?", "Who else was there?"),
    ("Who bid for the port?", "What did the latter offer?"),
    (MILL, "What did Laurent say about that?"),
    (MILL, "And which of the others were sold by the family?"),
    ("Did Rossi meet Laurent?", "What did he say?"),
]

# Another thing asked of the same event: question, short answer, turn, the turn as meant.
OTHERWISE = [
    (
        "How much does the Union lend?",
        "",
        "Over how many years?",
        "Over how many years does the Union lend",
    ),
    ("How much does the Union lend?", "€9", "Why?", "Why does the Union lend"),
    (FERRY, "", "When was that?", "When did the ferry sink"),
    (
        "How many prisoners will be swapped?",
        "12",
        "and when?",
        "when will the prisoners be swapped",
    ),
    ("How many bolts failed the test?", "13", "when?", "when the bolts failed the test"),
    ("how many prisoners did Rome free", "12", "when was that", "when did Rome free the prisoners"),
    (
        "Did the council double the grant?",
        "",
        "by how many votes?",
        "by how many votes did the council double the grant",
    ),
    ("Did they agree?", "", "why not?", "why did not they agree"),
    ("who resigned and why", "Ada Lund", "when?", "when Ada Lund resigned"),
    ("What did Rome sign?", "a treaty", "by when?", "by when did Rome sign a treaty"),
    ("Who was hurt in Rome?", "Ada Lund", "how?", "how was Ada Lund hurt in Rome"),
    ("What was agreed in Rome?", "", "why was that?", "why was it agreed in Rome"),
    ("how high did the water get", "3 m", "since when?", "since when did the water get"),
]

# What a word stands for, in its place: question, reply, turn, the turn as meant.
RESOLVED = [
    (
        "Who is the mayor of Porto Vale?",
        "Ines Rocha has been mayor since 2021. [1]",
        "When was she elected?",
        "When was Ines Rocha elected?",
    ),
    (
        "Who wrote the memo?",
        "The Star, 3 May 2025: Dr Ada Holm wrote it for the board. [1]",
        "What does her memo say?",
        "What does Dr Ada Holm’s memo say?",
    ),
    (MERZ, "", "Did he mention gas?", "Did Merz mention gas?"),
    (
        "Why did Captain Osei leave?",
        "",
        "Was his decision right?",
        "Was Captain Osei’s decision right?",
    ),
    ("Did Berg and Falk meet?", "", "What did they agree?", "What did Berg and Falk agree?"),
    ("How many nurses went on strike?", "", "What do they want?", "What do the nurses want?"),
    ("Which schools closed?", "", "When will they reopen?", "When will the schools reopen?"),
    (
        "who resigned",
        "The Star, 3 May 2025: Commissioner Ada Lund resigned. [1]",
        "is she still in office",
        "is Commissioner Ada Lund still in office",
    ),
    ("Who owns the tide barrier?", "", "Why did it fail?", "Why did the tide barrier fail?"),
    (
        "What is the Riverside Act?",
        "",
        "When does it take effect?",
        "When does the Riverside Act take effect?",
    ),
    (ACT, "", "When was it passed?", "When was the Riverside Act passed?"),
    ("Was Putin in Istanbul?", "", "Did Trump speak there?", "Did Trump speak in Istanbul?"),
    ("What did Peskov say about Merz?", "", "What else did he say?", "What else did Peskov say?"),
    ("How big is the EU's loan?", "", "Who opposed it?", "Who opposed the EU's loan?"),
    (
        "When did the strike start?",
        "",
        "How long did it last?",
        "How long did the strike last?",
    ),
    (
        "Who is Agnes Thorburn?",
        "The Star, 3 May 2025: Agnes Thorburn of Pell Families spoke. [1]",
        "What does she want?",
        "What does Agnes Thorburn want?",
    ),
]

# Leans on nothing, whatever went before.
ALONE = [
    "Why did the mayor say that she would resign?",
    "Did Laurent keep his promise to cut taxes?",
    "What happened to the drivers after they refused to work?",
    "Is it true that Norvia left the treaty?",
    "How long does it take to rebuild a bridge in Norvia?",
    "How many people live in Corvale?",
    "Which laws did the parliament of Norvia pass in 2024?",
    "Which thesis did Anders defend before the Brussels committee?",
    "Which bolts that failed the test were replaced before the opening?",
    "Does the commission believe that exports will recover next spring?",
    "Was there a strike at the Corvale paper mill?",
    "What did the union and its lawyers tell the court in Lyon?",
    "Is this year's harvest in Norvia worse than usual?",
    "What is the average rent of those who live in Corvale?",
    "And who was elected mayor of Porto Vale?",
    "Did Falk sell the same shares as Berg?",
    "How do voters choose one another's deputies in Norvia?",
    "who won the world cup",
    "what did the court order",
    "when is the trial",
    "list everyone who lost their job",
    "timeline of the flood please, a short one",
]


def test_a_question_that_ends_in_a_thing_of_which_nothing_was_told_stands_alone():
    told = "The minister said on Monday that Berg reported the loss."
    asked_before = "When did the minister say that?"
    assert not leans("who reported the call", f"{asked_before} {told}")
    assert leans("who reported the loss", f"{asked_before} {told}")
    assert leans("and who reported the call", f"{asked_before} {told}")


@pytest.mark.parametrize(("before", "turn", "meant"), SWAPPED)
def test_one_name_or_date_takes_another_s_place(before, turn, meant):
    assert asked(turn, before) == meant


@pytest.mark.parametrize(("before", "turn"), APPENDED)
def test_what_is_not_clear_is_searched_with_the_turn_before(before, turn):
    assert asked(turn, before) == f"{before} | {turn}"


def replied(short, **more):
    """An answer whose short answer is such."""
    shorts = (Short(text=short, citation=1, start=0, end=len(short)),) if short else ()
    return Answer(question="q", query="q", answered=True, text=short, shorts=shorts, **more)


@pytest.mark.parametrize(("before", "short", "turn", "meant"), OTHERWISE)
def test_another_thing_is_asked_of_the_same_event(before, short, turn, meant):
    completed = complete(turn, [(before, replied(short))])
    assert (completed.question, completed.before) == (meant, "")
    assert completed.given == short  # which answers no other question


def test_a_long_answer_does_not_stand_in_the_next_question():
    long = "European leaders agreed on a loan after they had talked for two nights"
    completed = complete("how much", [("who pays for Norvia", replied(long))])
    assert (completed.question, completed.before) == ("how much", "who pays for Norvia")


def test_the_reply_is_that_to_what_was_asked_before():
    completed = complete("what was the reply", [("did Berg invite Falk", replied("invited"))])
    assert joined(completed.before, completed.question) == (
        "did Berg invite Falk? what was the reply"
    )


def test_it_is_what_a_brief_was_about():
    brief = ("summarise the memo story", replied("", kind="brief"))
    assert complete("who wrote it?", [brief]) == Completed("who wrote the memo?")


def test_a_thing_asked_aside_is_passed_over():
    call = ("When did Berg call Falk?", replied("Monday"))
    turns = [call, ("Is there a record of that?", replied("no record"))]
    assert complete("and when was that?", turns) == Completed("when did Berg call Falk")
    assert complete("and where was that?", turns).question == "where did Berg call Falk"
    assert complete("and why?", turns).before == call[0]


def test_whoever_was_asked_for_is_meant_by_what_stands_for_them():
    spoke = [("Who's Berg's spokesman?", replied("Ada Lund"))]
    assert complete("what did he say?", spoke).question == "what did Ada Lund say?"
    paper = [("Which paper broke the story?", replied("The Star"))]
    assert complete("what did it say?", paper).question == "what did The Star say?"
    sent = [("who did Berg send", replied("Ada Lund"))]
    assert complete("why did he do so", sent).question == "why did Berg do so"


def test_it_is_nobody_with_a_title():
    told = (
        Claim(
            text="But President Berg sent others.", status="supported", support=1.0, citations=()
        ),
    )
    turns = [("Who did Berg send?", replied("others", claims=told))]
    assert complete("what came of it?", turns) == Completed(
        "what came of it?", "Who did Berg send?", given="others"
    )
    assert (
        complete("what came of it?", [("Who did Berg send?", "")]).question == "what came of Berg?"
    )


def test_the_last_one_is_an_item_only_of_a_list():
    assert asked("How did the last one end?", "When is the strike?", DOOR) == (
        "When is the strike? | How did the last one end?"
    )


@pytest.mark.parametrize(("before", "reply", "turn", "meant"), RESOLVED)
def test_a_word_that_stands_for_one_thing_is_replaced(before, reply, turn, meant):
    assert asked(turn, before, reply) == meant


@pytest.mark.parametrize("question", ALONE)
def test_a_change_of_topic_stands_alone(question):
    assert not leans(question)
    assert asked(question, MERZ, DOOR) == question


@pytest.mark.parametrize(
    ("turn", "meant"),
    [
        ("Who said that?", "The bow door was left open. | Who said that?"),
        ("Is that really true?", "The bow door was left open. | Is that really true?"),
        ("According to whom?", "The bow door was left open. | According to whom?"),
        (
            "Who is to blame for the second one?",
            "A pump failed. | Who is to blame for the second one?",
        ),
    ],
)
def test_a_claim_of_the_reply_is_what_is_asked_about(turn, meant):
    assert asked(turn, FERRY, DOOR) == meant


def test_a_refusal_claims_nothing():
    refusal = "The articles do not answer this. Nearest passages:\n“It sank.”"
    assert asked("Who said that?", FERRY, refusal) == f"{FERRY} | Who said that?"


@pytest.mark.parametrize(
    ("turn", "meant"),
    [
        ("Who reported the last one?", "A late warning | Who reported the last one?"),
        ("why the first point", "Rust in the cables | why the first point"),
        ("Since when the fifth?", f"{CAUSES} | Since when the fifth?"),
    ],
)
def test_an_item_of_a_list_is_what_is_asked_about(turn, meant):
    assert asked(turn, CAUSES, NUMBERED) == meant


@pytest.mark.parametrize(
    "turn", ["tell me more", "Go on.", "more details, please", "And what else?", "Anything else?"]
)
def test_more_is_the_same_question_without_what_was_said(turn):
    assert complete(turn, [(FERRY, DOOR)]) == Completed(FERRY, said=DOOR)
    again = complete(turn, [(FERRY, DOOR), ("Tell me more", "It was dark. [1]")])
    assert again == Completed(FERRY, said=f"{DOOR} It was dark. [1]")
    assert complete("Why?", [(FERRY, DOOR), (turn, "It was dark. [1]")]).said == ""


def test_who_else_is_asked_of_the_same_question():
    reply = "Ada Lund resigned. [1]"
    assert complete("who else?", [("Who resigned?", reply)]) == Completed(
        "Who resigned?", said=reply
    )
    assert complete("who else?", [("Why did Lund resign?", reply)]) == Completed(
        "who else?", "Why did Lund resign?"
    )


def test_a_short_question_goes_on_about_what_was_asked_or_replied():
    assert asked("since when was the pump broken", FERRY, DOOR) == (
        f"{FERRY} | since when was the pump broken"
    )
    assert asked("since when was the pump broken", FERRY) == "since when was the pump broken"


def test_two_questions_are_read_as_one_text():
    assert joined("who resigned", "and why") == "who resigned? and why"
    assert joined("Who resigned?", "and why") == "Who resigned? and why"
    assert joined("", "and why") == "and why"


def test_a_chain_of_turns_is_completed_one_by_one():
    turns = [(MERZ, ""), ("And Macron?", "Macron said no. [1]"), ("And Orban?", "")]
    assert complete("When did he say so?", turns) == Completed("When did Orban say so?")


def test_a_pleasantry_between_two_questions_is_no_turn():
    turns = [(FERRY, DOOR), ("Thank you, that is good to know!", "")]
    assert complete("Did it burn?", turns) == complete("Did it burn?", turns[:1])


def test_without_turns_before_a_turn_is_what_it_says():
    assert complete("And Macron?", []) == Completed("And Macron?")
    assert complete("tell me more", []) == Completed("tell me more")


def test_the_words_that_point():
    def points(question):
        return [question[a:b] for a, b in pointing(question)]

    assert points("Did Merz say that he was ill?") == []
    assert points("Did he say that Merz was ill?") == ["he"]
    assert points("Did Kyiv confirm it?") == ["it"]
    assert points("How many residents of Ropewalk slept there?") == []
    assert points("What caused that mistake?") == ["that"]
    assert points("Who lives there?") == ["there"]
    assert points("Is there water on the moon?") == []


def test_names():
    def names(text):
        return [name.text for name in names_in(text)]

    assert names("Did the Bank of England warn Mr Merz on Friday in May?") == [
        "Bank of England",
        "Mr Merz",
    ]
    assert names("Explain Brexit. Tell Ada O’Hara-Lund's story") == ["Brexit", "Ada O’Hara-Lund"]
    assert names("WHO LEADS THE UNION?") == []
    assert people_in("Did Ada Lund of the Harbour Union meet Lund in Oslo?") == ["Ada Lund"]
    assert people_in("Oslo is wet. Minister Berg said so.", told=True) == ["Minister Berg"]
    assert people_in("Pell Ferries was warned; Lund said so.", told=True) == ["Lund"]


def test_what_they_it_and_there_stand_for():
    assert plural_in("How many drivers struck?") == "the drivers"
    assert plural_in("Did the drivers meet the nurses?") == ""
    assert subject_in("Who owns the mill?") == "the mill"
    assert subject_in("Did the council buy the mill?") == ""
    assert subject_in("What did Merz say about Putin?") == ""
    assert place_in("Who won the vote in the Faroe Islands?") == "in the Faroe Islands"


def test_what_a_reply_lists():
    assert listed_in(NUMBERED) == ["Rust in the cables", "Bad maintenance", "A late warning"]
    assert listed_in(DOOR) == ["The bow door was left open.", "A pump failed."]


WORDS = st.sampled_from(
    [
        *"what did he she they it that there say about the second one and in on of these".split(),
        *"Merz Macron Oslo And Tell more who former latter 2024 May sanctions ferries ? . , [1]"
        " 1. Star: is’s ' - \n".split(" "),
    ]
)
TEXT = st.one_of(st.text(max_size=60), st.lists(WORDS, max_size=14).map(" ".join))


@given(TEXT, st.lists(st.tuples(TEXT, TEXT), max_size=5))
def test_any_chat_can_be_completed(text, turns):
    history = [
        {"role": role, "content": content}
        for turn in turns
        for role, content in zip(("user", "assistant"), turn, strict=True)
    ]
    try:
        meant = understand(text, history)
    except UnusableQuestion:
        return
    assert len(meant.before) <= EARLIER_CHARS
    assert meant.query.endswith(meant.asked)
    assert meant.parts
    assert meant.kind == "smalltalk" or content_stems(meant.query)
    assert re.search(r"\s{2}|^\s", meant.asked) is None
    assert understand(text, history) == meant


@given(TEXT)
def test_a_question_without_turns_before_it_leans_on_none(text):
    try:
        meant = understand(text)
    except UnusableQuestion:
        return
    assert meant.query == meant.asked
    assert (meant.leans, meant.before, meant.said) == (False, "", "")
