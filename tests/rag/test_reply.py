"""A reply that comes in pieces is cut into the same sentences, wherever the pieces break."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.generative.reply import MOST_SENTENCES, ReplyReader, visible

TEXT = (
    "Mr. Hale resigned on Monday [1]. The U.S. envoy said “We are done. It is over.” [2] Prices"
    " rose 1.5 percent.[3] Nobody was hurt.[1]\n\n- The fund is empty [1]\n- Trams return in May"
    " [2]\n\nThat is all 【2】."
)
SENTENCES = [
    "Mr. Hale resigned on Monday [1].",
    "The U.S. envoy said “We are done.",
    "It is over [2].”",
    "Prices rose 1.5 percent[3].",
    "Nobody was hurt[1].",
    "- The fund is empty [1]",
    "- Trams return in May [2]",
    "That is all 【2】.",
]


def read(pieces, *, complete=True):
    reader = ReplyReader()
    found = []
    for piece in pieces:
        found += reader.feed(piece)
    return found + reader.finish(complete=complete)


def test_sentences_come_with_their_markers():
    found = read([TEXT])
    assert [s for s in found if "envoy" not in s and "over" not in s] == [
        s for s in SENTENCES if "envoy" not in s and "over" not in s
    ]
    assert sum("[2]" in s for s in found) == 2


@settings(deadline=None)
@given(st.lists(st.integers(1, len(TEXT)), max_size=20))
def test_it_does_not_matter_where_the_pieces_break(cuts):
    edges = [0, *sorted(set(cuts)), len(TEXT)]
    pieces = [TEXT[a:b] for a, b in pairwise(edges)]
    assert read(pieces) == read([TEXT])


@settings(deadline=None)
@given(st.text(max_size=200), st.integers(1, 7))
def test_anything_can_be_read(text, step):
    read([text[at : at + step] for at in range(0, len(text), step)])


def test_a_sentence_waits_until_it_is_surely_complete():
    reader = ReplyReader()
    assert reader.feed("Mr. Hale met the U.S. ") == []
    assert reader.feed("envoy. The ") == []
    assert reader.feed("talks went ") == ["Mr. Hale met the U.S. envoy."]
    assert reader.tail == "The talks went"
    assert reader.feed("on.\n\n") == ["The talks went on."]
    assert reader.finish(complete=True) == []


@pytest.mark.parametrize(
    ("raw", "seen"),
    [
        ("<think>no</think>Rain fell.", "Rain fell."),
        ("no, wait</think>Rain fell.", "Rain fell."),
        ("<think>never closed. Rain fell.", ""),
        ("Rain fell.<think>and on", "Rain fell."),
        ("Rain fell.<|im_end|>\n<|im_start|>user", "Rain fell."),
        ("Rain fell.\nQuestion: what else?", "Rain fell."),
        ("Rain fell.\nUser: more", "Rain fell."),
        ("Rain fell.</s>", "Rain fell."),
    ],
)
def test_thoughts_and_other_roles_are_not_seen(raw, seen):
    assert visible(raw)[0] == seen


def test_what_turns_out_to_be_a_thought_is_taken_back():
    reader = ReplyReader()
    assert reader.feed("Snow fell on Kyiv. Or did it rain there? ") == ["Snow fell on Kyiv."]
    assert reader.feed("</think>Rain fell. ") == []
    assert reader.restarts == 1
    assert reader.finish(complete=True) == ["Rain fell."]


@settings(deadline=None)
@given(st.integers(1, 40))
def test_a_tag_is_never_shown_by_halves(cut):
    raw = "<think>hidden words</think>Rain fell on Kyiv."
    reader = ReplyReader()
    for piece in (raw[:cut], raw[cut:]):
        reader.feed(piece)
        assert "hidden" not in reader.tail
        assert "<" not in reader.tail


@pytest.mark.parametrize(
    "pieces",
    [
        ["Rain fell on Kyiv. "] * 50,
        ["ha"] * 9000,
        ["Rain fell on Kyiv\n\n"] * 50,
        [f"Rain fell {n} times today. " for n in range(90)],
        [f"word{n} " for n in range(2000)],
    ],
)
def test_endless_replies_are_over(pieces):
    reader = ReplyReader()
    found = []
    for number, piece in enumerate(pieces):  # noqa: B007
        found += reader.feed(piece)
        if reader.over:
            break
    assert reader.over
    assert number < len(pieces) - 1
    found += reader.finish(complete=True)
    assert len(found) <= MOST_SENTENCES


def test_the_sentence_in_which_a_reply_was_cut_is_left_out():
    assert read(["Rain fell on Kyiv. Then it"], complete=False) == ["Rain fell on Kyiv."]
    assert read(["Rain fell on Kyiv. Then it"], complete=True) == ["Rain fell on Kyiv.", "Then it"]
    assert read(["Rain fell. It stopped."], complete=False) == ["Rain fell.", "It stopped."]


@pytest.mark.parametrize("start", ['{"answer": "Rain', '[{"claim": "Rain'])
def test_json_is_no_answer(start):
    reader = ReplyReader()
    assert reader.feed(f"{start} fell on Kyiv. It stopped there") == []
    assert (reader.over, reader.tail) == (True, "")
    assert reader.finish(complete=True) == []
