"""As much of an article is quoted as one of its sentences needs to be understood."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.quote_context import LONGEST, quote_span
from tests.rag.builders import said, stored

LIST = """The board met on Monday.

The board found three faults:

- cracked bolts in the hinge
- a motor that jams
- no spare parts

The mayor was not there."""


def quoted(text, sentence):
    """The sentences that are quoted for the one that begins with some words."""
    article = stored(text)
    sentences = said(article)
    index = next(i for i, s in enumerate(sentences) if s.startswith(sentence))
    return sentences[slice(*quote_span(article, index))]


FAULTS = [
    "The board found three faults:",
    "- cracked bolts in the hinge",
    "- a motor that jams",
    "- no spare parts",
]


@pytest.mark.parametrize("sentence", FAULTS)
def test_a_list_is_quoted_whole_with_what_introduces_it(sentence):
    assert quoted(LIST, sentence) == FAULTS


@pytest.mark.parametrize("mark", ["-", "*", "•", "–"])
def test_every_mark_of_a_list(mark):
    text = LIST.replace("\n- ", f"\n{mark} ")
    assert quoted(text, f"{mark} a motor") == [FAULTS[0], *(f"{mark}{f[1:]}" for f in FAULTS[1:])]


def test_numbered_items():
    text = "He named two terms:\n\n1. A text in writing.\n2. A name under it.\n\nThat was all."
    assert quoted(text, "2.") == [
        "He named two terms:",
        "1. A text in writing.",
        "2. A name under it.",
    ]


@pytest.mark.parametrize("sentence", ["The board met", "The mayor"])
def test_what_stands_around_a_list_is_quoted_alone(sentence):
    assert len(quoted(LIST, sentence)) == 1


def test_items_without_an_introduction_are_quoted_alone():
    text = "The board met.\n\n- cracked bolts were found.\n- a motor jams.\n"
    assert quoted(text, "- a motor") == ["- a motor jams."]


def test_a_heading_introduces_no_list():
    text = "## Faults\n\n- cracked bolts were found.\n- a motor jams.\n\nThe mayor slept."
    assert quoted(text, "- a motor") == ["- a motor jams."]


@pytest.mark.parametrize(("opening", "closing"), [("“", "”"), ('"', '"')])
@pytest.mark.parametrize("sentence", range(3))
def test_a_quotation_of_several_sentences_is_not_torn(opening, closing, sentence):
    spoken = [f"{opening}We shut the gate.", "Nobody slept.", f"Boats came,{closing} said Tembo."]
    text = f"Rain fell on Kyiv. {' '.join(spoken)} Trams stood still."
    assert quoted(text, spoken[sentence]) == spoken


@pytest.mark.parametrize(("opening", "closing"), [("“", "”"), ('"', '"')])
def test_what_stands_around_a_quotation_is_quoted_alone(opening, closing):
    text = f"Rain fell. {opening}We shut it. Nobody slept,{closing} said Tembo. Trams stood still."
    assert quoted(text, "Rain") == ["Rain fell."]
    assert quoted(text, "Trams") == ["Trams stood still."]


@pytest.mark.parametrize(
    "leaning",
    [
        "He left at noon.",
        "But the gate held.",
        "They said so.",
        "In return the bank paid.",
        "“That is wrong,” said Tembo.",
        "According to him nobody slept.",
        "Asked about this, Tembo sighed.",
    ],
)
def test_a_sentence_that_leans_comes_with_the_one_before_it(leaning):
    assert quoted(f"Rain fell. Tembo shut the gate. {leaning} Trams ran.", leaning) == [
        "Tembo shut the gate.",
        leaning,
    ]


def test_two_sentences_before_are_the_most():
    text = "Tembo shut the gate. He left. Then he slept. But she woke. Trams ran."
    assert quoted(text, "But she") == ["He left.", "Then he slept.", "But she woke."]


@pytest.mark.parametrize("text", ["Hence rain fell. Helena slept.", "Rain fell. Butter melted."])
def test_words_that_only_begin_alike_do_not_lean(text):
    article = stored(text)
    assert quote_span(article, 1) == (1, 2)


def test_the_first_sentence_of_an_article_stands_alone_even_if_it_leans():
    assert quoted("He left at noon. Trams ran.", "He") == ["He left at noon."]


@pytest.mark.parametrize("between", ["\n\n", "\n\n## What came next\n\n"])
def test_no_sentence_is_taken_from_another_paragraph(between):
    assert quoted(f"Tembo shut the gate.{between}He left at noon.", "He") == ["He left at noon."]


def test_a_quotation_before_a_leaning_sentence_is_not_torn_either():
    text = "Rain fell. “We shut it. Nobody slept,” said Tembo. He left at noon."
    assert quoted(text, "He") == ["“We shut it.", "Nobody slept,” said Tembo.", "He left at noon."]


def test_a_mark_that_is_never_closed_does_not_swallow_the_paragraph():
    sentences = ["“We shut it.", *(f"Boat {n} came to the dock." for n in range(8))]
    assert quoted(" ".join(sentences), "Boat 7") == ["Boat 7 came to the dock."]
    assert quoted(" ".join(sentences), "“We") == ["“We shut it."]


def test_an_unclosed_mark_ends_with_its_paragraph():
    text = "“We shut it. Nobody slept.\n\nTrams stood still."
    assert quoted(text, "Trams") == ["Trams stood still."]


def test_what_is_leant_on_is_left_out_where_it_grows_too_long():
    long = f"Tembo shut the gate {'and the next one ' * 54}at noon."
    assert len(long) > LONGEST
    assert quoted(f"{long} He left.", "He") == ["He left."]
    short = long[: LONGEST - len(" He left.") - len("noon.")] + "noon."
    assert quoted(f"{short} He left.", "He") == [short, "He left."]
    assert quoted(f"{short[:-5]}xnoon. He left.", "He") == ["He left."]


def test_a_list_too_long_gives_the_item_alone():
    items = [f"- {n} {'cracked ' * 20}bolts" for n in range(10)]
    text = "The board found:\n\n" + "\n".join(items)
    assert quoted(text, "- 3") == [f"- 3 {'cracked ' * 20}bolts"]


PIECES = st.sampled_from(
    [
        *("Rain fell.", "He left.", "But", "“We shut it.", "Boats came,” she said.", '"', "Kyiv"),
        *("found three faults:", "- a bolt", "1. one", "\n\n", "\n", "## Next\n\n", "?"),
        "slept " * 90,
    ]
)


@given(st.lists(PIECES, min_size=1, max_size=25).map(" ".join))
def test_what_is_quoted_holds_the_sentence_and_lies_in_the_article(text):
    article = stored(text)
    for index in range(len(article.sentences)):
        first, last = quote_span(article, index)
        assert 0 <= first <= index < last <= len(article.sentences)
        long = article.sentences[last - 1].end - article.sentences[first].start > LONGEST
        assert not long or (first, last) == (index, index + 1)


BRIEFING = """The spokesman met the press on Monday in the old hall.

QUESTION: Dmitri Sergeyevich, who proposed the meeting?

MR PESKOV: Not we. The proposal came from Ankara.

QUESTION: And when will the next call take place? It was said to be near.

MR PESKOV: It is not planned. It can be arranged within a day.

ADA LUND: Will you tell us?

MR PESKOV: Yes."""


@pytest.mark.parametrize(
    ("sentence", "first", "last"),
    [
        ("The proposal", "QUESTION: Dmitri", "The proposal"),
        ("MR PESKOV: Not", "QUESTION: Dmitri", "The proposal"),
        ("QUESTION: Dmitri", "QUESTION: Dmitri", "The proposal"),
        ("It can be", "MR PESKOV: It", "It can be"),  # what stands before it asks nothing
        ("MR PESKOV: Yes", "ADA LUND", "MR PESKOV: Yes"),
        ("The spokesman", "The spokesman", "The spokesman"),
    ],
)
def test_a_turn_is_quoted_with_its_speaker_and_the_question(sentence, first, last):
    found = quoted(BRIEFING, sentence)
    assert found[0].startswith(first)
    assert found[-1].startswith(last)


def test_of_a_long_turn_what_leads_to_the_sentence_is_quoted():
    words = " ".join(f"We have looked at matter number {n} with great care." for n in range(40))
    text = BRIEFING.replace("The proposal came", f"{words} The proposal came")
    assert quoted(text, "We have looked at matter number 2 ")[0].startswith("QUESTION: Dmitri")
    assert quoted(text, "The proposal") == ["The proposal came from Ankara."]
    assert quoted(f"{BRIEFING}\n\nThe press left.", "The press") == ["The press left."]


@pytest.mark.parametrize(
    "text",
    [
        "Country: Ruritania; 2026: 4.1.\n\nYear: 2025; Crop: wheat.\n\nYear: 2026; Crop: rye.",
        "Note: It rained.\n\nSource: The office.\n\nContact: Ada Lund.",
        "Photo: Bo Ek.\n\nIt rained.\n\nIt snowed.\n\nSource: The Gull.\n\nIt froze.\n\nIt thawed."
        "\n\nIt dried.\n\nPhoto: Al By.\n\nAll was well.\n\nSo it stayed.",
    ],
)
def test_labels_and_rows_of_tables_are_no_turns(text):
    for words in text.split("\n\n"):
        assert quoted(text, words) == [words]


def test_dashes_stand_for_speakers_where_something_is_asked():
    turns = ["Он рассказал о гавани.", "— Кто решил это?", "— Не мы. Решило министерство.", "— Да."]
    text = "\n\n".join(turns)
    assert quoted(text, "Решило") == ["— Кто решил это?", "— Не мы.", "Решило министерство."]
    assert quoted(text.replace("?", "."), "Решило") == ["Решило министерство."]


def test_a_sentence_is_quoted_with_the_question_that_is_its_heading():
    text = (
        "The fares rise on Sunday.\n\nAre old tickets valid?\n\nThey are until March, he said. "
        "Then they can be exchanged.\n\nWho decided it\n\nThe council did so in May, he said."
    )
    assert quoted(text, "They are") == ["Are old tickets valid?", "They are until March, he said."]
    assert quoted(text, "The council") == ["The council did so in May, he said."]
