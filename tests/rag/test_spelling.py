"""What is misspelt is read as what the articles spell; what they know is never changed."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text.words import WORD
from index.vocabulary import Vocabulary, counted
from rag.spelling import mend

NEWS = """
The Kremlin’s spokesman Dmitry Peskov said that Crimea was not on the table. Volodymyr Zelenskyy
answered that Ukraine would go on, and Friedrich Merz agreed; a Ukrainian question. What about the
preconditions, asked reporters; about them Peskov said what he had said before. In Halvermouth the
commissioner, Ada Dunmore, resigned after the barrier failed its inspection. The council heard
Marta Holm and Marta Helm about the cases, and of Putin.
"""


def words_of(text="", title=""):
    """The vocabulary of one article."""
    return Vocabulary.of(*counted([(title, text)]))


WORDS = words_of(NEWS)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("waht did peskow say abuot crimea", "what did Peskov say about Crimea"),
        ("Waht did Peskow say?", "What did Peskov say?"),
        ("what preconditons did teh kremln set", "what preconditions did the Kremlin set"),
        ("did zelenski recieve putn", "did Zelenskyy receive Putin"),
        ("mercz and zelinsky", "Merz and Zelenskyy"),
        ("Who resinged in Halvermoth?", "Who resigned in Halvermouth?"),
        ("wich barrir", "which barrier"),
        ("wat did peskov sai", "what did Peskov say"),
        ("what are norvias conditions", "what are Norvia's conditions"),
        ("is the kremlin talkin to ukraine", "is the Kremlin talking to Ukraine"),
        ("how meny spoke", "how many spoke"),
        ("who is blameing merz", "who is blaming Merz"),  # English that the articles lack
        ("is he questionning it", "is he questioning it"),  # of which they hold other forms
        ("wat sez peskov bout it, and y", "what says Peskov about it, and why"),
        ("whats on the table", "what's on the table"),
        ("what is in peskovs answer", "what is in Peskov's answer"),
        ("what did the ukranians say", "what did the Ukrainians say"),
    ],
)
def test_a_slip_is_mended(typed, meant):
    assert mend(typed, WORDS) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "Did Scholz meet Beyonce in Budapest?",  # near to other words, and names by their capital
        "Who said “peskow” and 'crimae'?",  # quoted
        "Is it the iPeskow or the PESKOW?",  # a capital inside
        "Was it 2O25 or 20255?",  # numbers
        "Why was qtr at the tbl?",  # short
        "how many pows spoke",
        "Did Ma Yun answer Xi Yan?",  # three letters of a name
        "did ma yun answer",
        "Which photosynthesis colours organisations?",  # English that the articles lack
    ],
)
def test_what_may_be_meant_stays(typed):
    assert mend(typed, WORDS) == typed


AMERICAN = words_of("The organized labor of the harbor wants demilitarization.")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("is organised labour for demilitarisation", "is organized labor for demilitarization"),
        ("who was at the harbour", "who was at the harbor"),
        ("who works in the centre for four hours", "who works in the centre for four hours"),
    ],
)
def test_what_america_spells_otherwise_is_read_as_articles_spell_it(typed, meant):
    assert mend(typed, AMERICAN) == meant


@pytest.mark.parametrize("turn", ["and {}?", "what about {}", "so how about {}?"])
def test_who_is_asked_about_next_is_a_name_though_english_has_a_word_like_it(turn):
    assert mend(turn.format("merx"), AMERICAN) == turn.format("Merx")


def test_a_word_of_a_longer_name_is_none_alone():
    told = "The Pell Families met. The Pell Families sued. Most families stayed with Pell."
    words = words_of(told)
    assert mend("who pays the families", words) == "who pays the families"
    assert mend("who pays the pell families", words) == "who pays the Pell Families"


def test_how_old_asks_for_an_age_where_articles_tell_of_a_place_called_so():
    places = words_of("They met in Old Dock, near Old Bridge, as Putin said.")
    assert (
        mend("how old was the bridge in old dock", places) == "how old was the Bridge in Old Dock"
    )
    assert mend("how putin answered", places) == "how Putin answered"


def test_what_is_near_to_two_words_alike_stays():
    two = words_of("They saw Marta Holm, and Marta Helm too.")
    assert mend("did Hjlm speak", two) == "did Hjlm speak"
    assert mend("did martta speak", two) == "did Marta speak"


def test_a_question_without_capitals_gets_those_of_names():
    assert mend("did dunmore say what merz said", WORDS) == "did Dunmore say what Merz said"
    assert mend("Did dunmore resign?", WORDS) == "Did dunmore resign?"
    assert mend("who is witkoff", WORDS) == "who is Witkoff"  # nobody knows it: a name
    assert mend("is it a cragk", WORDS) == "is it a cragk"  # two words of English are as near


def test_several_of_a_thing_are_no_name_unless_they_stand_in_one():
    text = "CNN said so. He met Halvermouth Trams, where Halvermouth Trams said each tram was full."
    words = words_of(text)
    assert mend("when do trams run", words) == "when do trams run"
    assert mend("what did halvermouth trams say", words) == "what did Halvermouth Trams say"
    assert mend("did cnn say so", words) == "did CNN say so"


def test_an_empty_corpus_mends_to_common_words():
    assert mend("waht did the goverment say", words_of()) == "what did the government say"


def test_a_vowel_that_is_missing_is_an_easy_slip():
    nothing = words_of()
    assert mend("which newspapr reportd it", nothing) == "which newspaper reported it"


KNOWN = sorted({*WORD.findall(NEWS), *WORD.findall(NEWS.lower())})
NAMES = "|".join(word for word in KNOWN if word[0].isupper())
# What gets an apostrophe or a hyphen, as ``mend`` says: hasnt, whos, putins offer, email, how come.
# Hypothesis draws texts from the project's own literals too, of those modules that are loaded.
SHORTENED = re.compile(
    rf"(?i)nt|\bemails?\b|\bhow come\b|\b(?:who|what|when|where|why|how|that|there|{NAMES})s\b"
    r"|s (?:demand|position|term|condition|offer|plan)"
)


@given(st.lists(st.sampled_from(KNOWN), min_size=1, max_size=8).map(" ".join))
def test_no_word_that_the_corpus_knows_is_ever_changed(question):
    assert mend(question, WORDS).lower() == question.lower()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("why hasnt he resigned", "why hasn't he resigned"),
        ("and how come he resigned?", "and why he resigned?"),
        ("How come?", "How come?"),
        ("will kyiv be told of the us-russia talks", "will Kyiv be told of the US-Russia talks"),
        ("did the us tell us", "did the US tell us"),
        ("who said 'whats new in the us'", "who said 'whats new in the us'"),
    ],
)
def test_what_is_left_out_in_a_hurry_comes_back(typed, meant):
    text = "At first Kyiv had been told of it by the US, and by Russia, when new talks were near."
    assert mend(typed, words_of(text)) == meant


def test_the_words_of_headings_are_not_names():
    text = "He did offer a meeting.\n\nAn Offer Made To Dunmore\n\nThen it was told to Dunmore."
    words = words_of(text, "Dunmore’s Meeting Offer")
    assert mend("did dunmore offer a meeting", words) == "did Dunmore offer a meeting"


@given(st.text(max_size=80).filter(lambda text: not SHORTENED.search(text)))
def test_nothing_but_words_is_changed(question):
    mended = mend(question, WORDS)
    assert WORD.sub("", mended) == WORD.sub("", question)
    assert len(WORD.findall(mended)) == len(WORD.findall(question))
    assert mend(mended, WORDS) == mended
    assert re.findall(r"\d+", mended) == re.findall(r"\d+", question)
