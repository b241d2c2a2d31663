"""The words that answer are found where they stand, by offsets, and only there."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.types import Short
from tests.rag.builders import cited, claim
from tests.ui.fake_corpus import reply
from ui.answer_parts import carried, in_claim, in_text, pieces

TEXT = st.text(alphabet=" \n\t\u00a0\u2028ab<&*", max_size=20)


def short(quote, words, *, number=1, at=0, offset=0):
    """The words at one of their places in a quote that stands at an offset of its article."""
    start = -1
    for _ in range(at + 1):
        start = quote.index(words, start + 1)
    return Short(text=words, citation=number, start=offset + start, end=offset + start + len(words))


def lines(quote):
    """A quote as its claim says it."""
    return "\n".join(" ".join(line.split()) for line in quote.splitlines() if line.strip())


def said(text, spans):
    return [text[low:high] for low, high in spans]


def test_of_words_that_occur_twice_those_at_the_offsets_are_found():
    quote = "He paid 10  euros,\n\nthen 10 more."
    own = cited(1, quote, start=100, end=100 + len(quote))
    told = claim(lines(quote), own)
    for at, place in enumerate(((8, 10), (23, 25))):
        span = in_claim(told, [short(quote, "10", at=at, offset=100)])
        assert span == [place]
    assert said(told.text, in_claim(told, [short(quote, "10  euros,\n\nthen", offset=100)])) == [
        "10 euros,\nthen"
    ]


@given(st.data())
def test_a_quote_that_is_a_claim_shows_the_very_words(data):
    quote = data.draw(TEXT.filter(str.strip))
    start = data.draw(st.integers(0, len(quote) - 1))
    end = data.draw(st.integers(start + 1, len(quote)))
    own = cited(1, quote, start=7, end=7 + len(quote))
    found = in_claim(
        claim(lines(quote), own),
        [Short(text=quote[start:end], citation=1, start=7 + start, end=7 + end)],
    )
    words = "".join(quote[start:end].split())
    assert ["".join(each.split()) for each in said(lines(quote), found)] == [words] * bool(words)
    before = "".join(quote[:start].split())
    assert all("".join(lines(quote)[:low].split()) == before for low, _ in found)


def test_in_what_a_model_wrote_words_are_found_that_occur_once():
    quote = "Mayor Ilse\nHahn said 40 homes, not 140, were flooded."
    own = cited(1, quote)
    mayor, count = short(quote, "Ilse\nHahn"), short(quote, "40")
    told = claim("So 40 homes (of 140) were flooded, says Ilse Hahn.", own)
    assert said(told.text, in_claim(told, [mayor, count])) == ["40", "Ilse Hahn"]
    twice = claim("Ilse Hahn spoke of 40 and 40 again.", own)
    assert said(twice.text, in_claim(twice, [mayor, count])) == ["Ilse Hahn"]
    assert in_claim(replace(told, status="unsupported"), [mayor, count]) == []


@pytest.mark.parametrize(
    "given_",
    [
        Short(text="Rain", citation=2, start=0, end=4),
        Short(text="Rain", citation=1, start=-1, end=3),
        Short(text="fell.!", citation=1, start=5, end=11),
        Short(text="", citation=1, start=3, end=3),
        Short(text=" ", citation=1, start=4, end=5),
    ],
)
def test_a_short_answer_that_lies_in_no_cited_words_is_nowhere(given_):
    assert in_claim(claim("Rain fell.", cited(1, "Rain fell.")), [given_]) == []
    assert in_claim(claim("Rain, I say, fell.", cited(1, "Rain fell.")), [given_]) == []


def test_in_the_text_of_an_answer_each_claim_shows_its_own():
    one, other = cited(1, "It fell in May."), cited(2, "May said so in May.")
    answer = reply("q", claim(one.quote, one), claim(other.quote, other))
    answer = replace(
        answer,
        text="The Post, 3 May 2026: It fell in May. [1] May said so in May. [2]",
        shorts=(short(other.quote, "May", number=2), short(one.quote, "May")),
    )
    assert in_text(answer) == [(33, 36), (42, 45)]
    assert said(answer.text, in_text(answer)) == ["May", "May"]


@given(TEXT, st.integers(0, 20), st.integers(0, 20))
def test_a_stretch_is_carried_to_the_same_letters(text, low, high):
    other = f"  {' '.join(text)}\n"
    span = carried((low, high), text, other)
    words = "".join(text[low:high].split())
    assert (span is None) == (not words)
    if span:
        assert "".join(other[slice(*span)].split()) == words
        assert "".join(other[: span[0]].split()) == "".join(text[:low].split())


@given(TEXT, st.lists(st.tuples(st.integers(-2, 22), st.integers(-2, 22))))
def test_pieces_are_the_whole_text_whatever_the_spans(text, spans):
    inside = {at for low, high in spans for at in range(low, high)}
    found = list(pieces(text, sorted(spans)))
    assert "".join(piece for piece, _ in found) == text
    marks = [is_ for piece, is_ in found for _ in piece]
    assert marks == [at in inside for at in range(len(text))]
    assert "".join(piece for piece, _ in pieces(text, sorted(spans), 1, 3)) == text[1:3]
