"""To whom an article gives what is said in it."""

from __future__ import annotations

import pytest

from rag.requests.quoting import by_others
from rag.requests.speech import is_of, speech
from tests.rag.builders import evidence
from tests.rag.builders import stored as stored_of


def spoken(text):
    stored = stored_of(text)
    sentences = [text_of(stored, n) for n in range(len(stored.sentences))]
    return {sentences[said.index]: said.speaker for said in speech(stored)}


def text_of(stored, index):
    sentence = stored.sentences[index]
    return stored.article.text[sentence.start : sentence.end]


def test_pronouns_stand_for_who_spoke_as_far_as_they_fit():
    said = spoken(
        "Ms Ada Lund told the court that the books were burnt. Mr Olaf Brand listened. "
        "She said that nobody had helped her. “It was cold,” he said."
    )
    assert said == {
        "Ms Ada Lund told the court that the books were burnt.": "Ms Ada Lund",
        "She said that nobody had helped her.": "Ms Ada Lund",
        "“It was cold,” he said.": "Mr Olaf Brand",
    }


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        (
            "The report is by Professor Hester Bell. It had, she writes, “no bearing” on that.\n\n"
            "The opposition called on Mayor Della Rook to go. She refused. “I was elected,” she"
            " said.",
            "Mayor Della Rook",
        ),
        (
            "“They can come home,” said Agnes Thorn, their mother.\n\nHenrik Sole of the Marine"
            " Bureau went on board. The switch was down, he said.",
            "Henrik Sole of the Marine Bureau",
        ),
        (
            "Members of the Seafarers’ Alliance will vote. Marta Oye, the general secretary,"
            " recommends it. “It is what we asked for,” she said.",
            "Marta Oye",
        ),
        (
            "Ida Brand said that it was late. She had written to Mr Olaf Rook. “I waited,” she"
            " said.",
            "Ida Brand",
        ),
        (
            "“I left,” said Kim Lund, a spokesman. Ada Berg, a spokeswoman, said no. “It rained,”"
            " he said.",
            "Kim Lund",
        ),
    ],
)
def test_a_pronoun_means_whom_the_paragraph_is_about(text, speaker):
    assert [*spoken(text).values()][-1] == speaker


def test_a_quotation_that_goes_on_has_one_speaker():
    said = spoken("“We left at dawn. Nobody waved,” said the skipper, Jon Holm. “It rained.”")
    assert set(said.values()) == {"Jon Holm"}
    assert len(said) == 3


@pytest.mark.parametrize(
    "text",
    [
        "The chairman of Brandreth said that it was late.",
        "The mayor described Holm as a friend.",
        "Rain fell on the harbour for three days.",
    ],
)
def test_who_is_only_named_says_nothing(text):
    assert spoken(text) == {}


def test_a_title_before_the_name_is_none():
    said = spoken("According to Kremlin spokesman Dmitry Peskov, no date is set.")
    assert [*said.values()] == ["Dmitry Peskov"]


@pytest.mark.parametrize(
    ("said", "wanted", "expected"),
    [
        ("Dmitry Peskov", "peskov", True),
        ("Peskov", "Dmitry Peskov", False),
        ("Zelenskyy", "Zelensky", True),
        ("Donald Trump", "Zelensky", False),
        ("Mayor Della Ravenscroft", "mayor ravenscroft", True),
    ],
)
def test_a_speaker_is_known_by_the_name_that_is_asked_for(said, wanted, expected):
    assert is_of(said, wanted) is expected


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("Its spokeswoman on transport, Ada Lund, said that it was late.", "Ada Lund"),
        ("Ada Lund of the opposition said that it was late.", "Ada Lund"),
        ("Ada Lund spoke. She is ready, she told the Courier, to sign.", "Ada Lund"),
        ("A letter came from Paris, said Ada Lund.", "Ada Lund"),
        ("The mayor, Ada Lund, brought a bill. She called it a debt.", "Ada Lund"),
        ("Ms Ada Lund spoke. Olaf Brand came first, as he had promised.", "Olaf Brand"),
    ],
)
def test_the_last_words_are_those_of_who_says_them(text, speaker):
    assert [*spoken(text).values()][-1:] == [speaker]


@pytest.mark.parametrize(
    ("text", "left_out"),
    [
        ("The Premier is ready to meet Ines Tembo, Hal Oakes said.", True),
        ("Premier Hal Oakes would like to see Ines Tembo.", True),
        ("Ines Tembo came away calling the talks with Hal Oakes useful.", False),
        ("The quarrel dents Ines Tembo's standing.", True),
        ("Oakes is ready to talk with Ines Tembo, his spokesman said.", True),
        ("In Lorne, Ines Tembo called the talks useful.", False),
        ("She called the talks useful.", False),
    ],
)
def test_a_sentence_that_names_the_speaker_after_another_is_not_hers(text, left_out):
    assert by_others("Ines Tembo")(evidence(stored_of(text), 0, 1.0)) is left_out
