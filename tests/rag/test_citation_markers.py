"""Markers of any form become keys; what only looks like one stays."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.generative.reply import resolve

PLAIN = "Rain fell on Kyiv."

FORMS = [
    ("Rain fell on Kyiv [1].", (1,)),
    ("Rain fell on Kyiv. [1]", (1,)),
    ("Rain fell on Kyiv [1] [3].", (1, 3)),
    ("Rain fell [3] on Kyiv [1][3].", (3, 1)),
    ("Rain fell on Kyiv [1, 2; 5].", (1, 2, 5)),
    ("Rain fell on Kyiv [1 and 2].", (1, 2)),
    ("Rain fell on Kyiv [1, 3–5].", (1, 3, 4, 5)),
    ("Rain fell on Kyiv [3-1].", (1, 2, 3)),
    ("Rain fell on Kyiv [1 to 3].", (1, 2, 3)),
    ("Rain fell on Kyiv.[^1]", (1,)),
    ("Rain fell on Kyiv^[1].", (1,)),
    ("Rain fell on Kyiv [[1], [2]].", (1, 2)),
    ("Rain fell on Kyiv [1](https://evil.example/x).", (1,)),
    ("Rain fell on Kyiv [Source 1, source: 2].", (1, 2)),
    ("Rain fell on Kyiv【1†source】.", (1,)),
    ("Rain fell on Kyiv (1, 2).", (1, 2)),
    ("Rain fell on Kyiv (Passage 1).", (1,)),
    ("Rain fell on Kyiv (see [2]).", (2,)),
    ("According to passages 1 and 2, rain fell on Kyiv.", (1, 2)),
    ("- Rain fell on Kyiv [1].", (1,)),
    ("2. Rain fell on Kyiv [1].", (1,)),
    ("[2]: Rain fell on Kyiv.", (2,)),
]


@pytest.mark.parametrize(("text", "keys"), FORMS)
def test_every_form_of_marker_is_read_and_taken_out(text, keys):
    marked = resolve(text, 5)
    assert (marked.text, marked.keys) == (PLAIN, keys)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("Rain fell on Kyiv [0].", ()),
        ("Rain fell on Kyiv [6].", ()),
        ("Rain fell on Kyiv [0, 1, 9].", (1,)),
        ("Rain fell on Kyiv [4-9].", (4, 5)),
        ("Rain fell on Kyiv [1-999999999].", (1, 2, 3, 4, 5)),
        ("Rain fell on Kyiv【9†source】.", ()),
    ],
)
def test_keys_of_no_passage_are_removed(text, keys):
    marked = resolve(text, 5)
    assert (marked.text, marked.keys) == (PLAIN, keys)


def test_without_passages_every_key_is_removed():
    assert resolve("Rain fell on Kyiv [1].", 0).keys == ()


@pytest.mark.parametrize(
    "text",
    [
        "John Smith (45) said so.",
        "He won in a landslide (2024).",
        "It covers every member (27).",
        "Article 5(1) applies.",
        "It covers 40 km² of forest.",
        "About 10⁶ people saw it.",
        "He said “it [the fund] is empty”.",
        "They wrote “recieve [sic]” twice.",
        "The score was 3-1 at half time.",
        "He was in room 1.",
        "The source of the river is in Kyiv.",
        "The first source said nothing.",
        "Prices rose 1.5% in 2025.",
        "He asked {name} to pay.",
        "The vote was 9 to 4.",
        "She wrote to all (see below).",
    ],
)
def test_what_only_looks_like_a_marker_stays(text):
    assert resolve(text, 5) == resolve(text, 9)
    assert (resolve(text, 5).text, resolve(text, 5).keys) == (text, ())


@settings(deadline=None)
@given(st.text(max_size=80), st.integers(0, 12))
def test_keys_are_of_passages_and_anything_can_be_read(text, count):
    marked = resolve(text, count)
    assert set(marked.keys) <= set(range(1, count + 1))
    assert len(set(marked.keys)) == len(marked.keys)


@settings(deadline=None)
@given(st.lists(st.integers(0, 20), min_size=1, max_size=4), st.integers(1, 9))
def test_every_bracketed_number_is_a_key_or_removed(numbers, count):
    marked = resolve("Rain fell on Kyiv" + "".join(f" [{n}]" for n in numbers) + ".", count)
    assert marked.text == PLAIN
    assert marked.keys == tuple(dict.fromkeys(n for n in numbers if 1 <= n <= count))
