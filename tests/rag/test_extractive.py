"""An answer is put together from the articles' own sentences."""

from datetime import date

import pytest

from rag.answer_text import REFUSAL, attribution, extractive_text, refusal
from rag.extractive import (
    BESIDE,
    COPIES,
    ONE,
    OTHER_ARTICLE,
    SEVERAL,
    SHORT,
    Composed,
    answer,
    compose,
    nearest,
)
from rag.question import Question
from rag.quote_context import citation
from rag.reading.retriever_reader import Found
from tests.fakes import FakeReader
from tests.rag.builders import cited, claim, evidence, stored

RAIN = "Rain fell on Kyiv. Trams stood still. Boats came for 640 people. The gate held at noon."
HAIL = "Hail hit Paris. Markets shut early. Farmers lost their wheat. Prices doubled overnight."


def compose_(*parts, several=False, max_claims=4):
    return compose(parts, several=several, max_claims=max_claims, reader=FakeReader())


def composed(*parts, **given):
    """The texts of the claims, the numbers cited for each, and the quotes by number."""
    found = compose_(*parts, **given)
    assert [c.number for c in found.citations] == list(range(1, len(found.citations) + 1))
    return (
        [c.text for c in found.claims],
        [[cite.number for cite in c.citations] for c in found.claims],
        [(c.uri, c.quote) for c in found.citations],
    )


def test_a_citation_holds_the_words_and_whose_they_are():
    article = stored(
        RAIN, title="T", author="A", publisher="P", published=date(2026, 3, 1), url="https://p/1"
    )
    assert citation(article, 1, 3, 7) == cited(
        7,
        "Trams stood still. Boats came for 640 people.",
        article_id=article.id,
        key="1",
        uri="1.txt",
        title="T",
        author="A",
        publisher="P",
        published=date(2026, 3, 1),
        url="https://p/1",
        start=19,
        end=64,
    )


def test_nothing_is_composed_from_nothing():
    assert compose_() == compose_([]) == compose_([], []) == Composed()


def test_no_claim_is_made_where_none_is_wanted():
    assert compose_([evidence(stored(RAIN), 0, 5.0)], max_claims=0) == Composed()


@pytest.mark.parametrize(("several", "below"), [(False, ONE), (True, SEVERAL)])
def test_a_sentence_too_far_below_the_best_is_left_out(several, below):
    rain, hail = stored(RAIN, 1), stored(HAIL, 2)
    least = 5.0 - below + OTHER_ARTICLE
    inside = [evidence(rain, 0, 5.0), evidence(hail, 0, least + 0.01)]
    assert composed(inside, several=several)[0] == ["Rain fell on Kyiv.", "Hail hit Paris."]
    outside = [evidence(rain, 0, 5.0), evidence(hail, 0, least - 0.01)]
    assert composed(outside, several=several)[0] == ["Rain fell on Kyiv."]


def test_what_is_improbable_is_no_further_sentence():
    rain = stored(RAIN)
    whole = [evidence(rain, 0, -2.0), evidence(rain, 2, -2.0)]
    assert composed(whole, several=True)[0] == ["Rain fell on Kyiv."]


@pytest.mark.parametrize("max_claims", [1, 2, 3, 4])
def test_never_more_claims_than_wanted(max_claims):
    article = stored("Rain fell on Kyiv. Hail hit Paris. Snow lay in Oslo. Fog hid Rome.")
    whole = [evidence(article, index, 5.0) for index in range(4)]
    assert len(composed(whole, max_claims=max_claims)[0]) == max_claims
    parts = [[item] for item in whole]
    assert len(composed(*parts, max_claims=max_claims)[0]) == max_claims


def test_a_place_beside_what_is_chosen_counts_for_a_sentence():
    rain = stored(RAIN)
    low = 5.0 - ONE - BESIDE + 0.01
    assert composed([evidence(rain, 0, 5.0), evidence(rain, 2, low)])[0] == ["Rain fell on Kyiv."]
    assert composed([evidence(rain, 0, 5.0), evidence(rain, 1, low)])[0] == [
        "Rain fell on Kyiv.",
        "Trams stood still.",
    ]


def test_short_answers_are_exact_words_the_surest_first():
    rain, hail = stored(RAIN, 1), stored(HAIL, 2)
    parts = [
        [evidence(rain, 2, 5.0, margin=1.0, words="640 people")],
        [evidence(hail, 1, 5.0, margin=3.0, words="early")],
    ]
    found = compose_(*parts)
    assert [(s.text, s.citation) for s in found.shorts] == [("early", 2), ("640 people", 1)]
    for short in found.shorts:
        cite = found.citations[short.citation - 1]
        assert cite.start <= short.start < short.end <= cite.end
        assert cite.quote[short.start - cite.start : short.end - cite.start] == short.text


def test_a_short_answer_far_less_sure_than_the_best_is_none():
    rain = stored(RAIN)
    low = evidence(rain, 3, 5.0, margin=9.0 - SHORT - 0.1)
    found = compose_([evidence(rain, 0, 5.0, margin=9.0)], [low])
    assert [s.text for s in found.shorts] == ["Rain fell on Kyiv."]


def test_articles_come_in_the_order_of_their_best_and_quotes_in_that_of_the_article():
    rain, hail = stored(RAIN, 1), stored(HAIL, 2)
    whole = [evidence(hail, 2, 5.0), evidence(rain, 0, 5.0), evidence(hail, 0, 4.8)]
    assert composed(whole, several=True) == (
        ["Hail hit Paris.", "Farmers lost their wheat.", "Rain fell on Kyiv."],
        [[1], [2], [3]],
        [
            ("2.txt", "Hail hit Paris."),
            ("2.txt", "Farmers lost their wheat."),
            ("1.txt", "Rain fell on Kyiv."),
        ],
    )


def test_copies_of_a_sentence_are_one_claim_with_a_citation_each():
    first, second = stored("Boats came for 640 people.", 1), stored("Kyiv woke. " + RAIN, 2)
    whole = [evidence(first, 0, 5.0), evidence(second, 3, 4.9)]
    assert composed(whole) == (
        ["Boats came for 640 people."],
        [[1, 2]],
        [("1.txt", "Boats came for 640 people."), ("2.txt", "Boats came for 640 people.")],
    )


def test_so_many_copies_are_cited_and_no_more():
    whole = [
        evidence(stored("Boats came for 640 people.", pk), 0, 5.0 - pk / 100)
        for pk in range(1, COPIES + 4)
    ]
    assert composed(whole)[1] == [list(range(1, COPIES + 2))]


def test_a_copy_that_says_something_else_after_all_is_not_cited():
    first = stored("Boats came for 640 people on Friday, the mayor said in Kyiv.", 1)
    second = stored("Boats did not come for 640 people on Friday, the mayor said in Kyiv.", 2)
    whole = [evidence(first, 0, 5.0), evidence(second, 0, 4.9)]
    texts, numbers, _ = composed(whole)
    assert (texts[0], numbers[0]) == (first.article.text, [1])


def test_a_repetition_in_the_same_article_is_not_cited_again():
    article = stored("Boats came for 640 people. Trams stood still. Boats came for 640 people.")
    assert composed([evidence(article, 0, 5.0), evidence(article, 2, 5.0)])[1] == [[1]]


def test_sentences_with_different_numbers_do_not_say_the_same():
    first = stored("The memo says that 13 bolts failed the hardness test.", 1)
    second = stored("The memo says that 31 bolts failed the hardness test.", 2)
    texts, numbers, _ = composed([evidence(first, 0, 5.0), evidence(second, 0, 4.9)], several=True)
    assert texts == [first.article.text, second.article.text]
    assert numbers == [[1], [2]]


@pytest.mark.parametrize(("one", "other"), [("1,000", "1.5"), ("3.9", "39"), ("640", "some")])
def test_no_digit_is_lost_when_numbers_are_compared(one, other):
    first, second = (
        stored(f"Boats came for {number} people at noon in the dock of Halvermouth.", pk)
        for pk, number in enumerate((one, other), 1)
    )
    whole = [evidence(first, 0, 5.0), evidence(second, 0, 4.9)]
    assert composed(whole, several=True)[1] == [[1], [2]]


def test_what_a_claim_quotes_already_is_not_quoted_again():
    article = stored("Tembo shut the gate. He left at noon. Trams ran.")
    whole = [evidence(article, 1, 5.0), evidence(article, 0, 4.9)]
    assert composed(whole)[0] == ["Tembo shut the gate. He left at noon."]


def test_quotes_that_overlap_become_one():
    article = stored("Tembo shut the gate. He left at noon. Trams ran.")
    whole = [evidence(article, 0, 5.0), evidence(article, 1, 4.9)]
    assert composed(whole) == (
        ["Tembo shut the gate. He left at noon."],
        [[1]],
        [("1.txt", "Tembo shut the gate. He left at noon.")],
    )


def test_no_words_are_cited_twice_for_one_claim():
    apart = stored("Tembo shut the gate. He left at noon. Trams ran.", 1)
    whole_list = stored("So it went:\n- Tembo shut the gate.\n- He left at noon.\n", 2)
    whole = [
        evidence(apart, 0, 5.0),
        evidence(whole_list, 1, 4.95),
        evidence(apart, 1, 4.9),
        evidence(whole_list, 2, 4.85),
    ]
    texts, numbers, quotes = composed(whole)
    assert texts == ["Tembo shut the gate. He left at noon."]
    assert numbers == [[1, 2]]
    assert [uri for uri, _ in quotes] == ["1.txt", "2.txt"]


def test_a_citation_of_the_same_words_keeps_its_number():
    quotation = "So it went:\n- Tembo shut the gate.\n- Boats came for 640 people.\n"
    rain, tembo, both = stored(RAIN, 1), stored("Tembo shut the gate.", 3), stored(quotation, 2)
    whole = [
        evidence(rain, 2, 5.0),
        evidence(both, 2, 4.95),
        evidence(tembo, 0, 4.9),
        evidence(both, 1, 4.85),
    ]
    assert composed(whole, several=True)[1] == [[1, 2], [3, 2]]


def test_every_part_of_a_question_gets_its_own_best_sentence():
    rain, hail = stored(RAIN, 1), stored(HAIL, 2)
    parts = [[evidence(rain, 0, 3.0)], [evidence(hail, 3, 2.0), evidence(rain, 0, 1.0)]]
    assert composed(parts[0])[0] == ["Rain fell on Kyiv."]
    assert composed(*parts)[0] == ["Rain fell on Kyiv.", "Prices doubled overnight."]


def test_white_space_of_a_quote_is_one_space_in_the_claim_and_lines_stay_lines():
    text = "The board found:\n\n-  cracked\u00a0bolts\n- a motor   that jams\n\nRain fell on Kyiv."
    article = stored(text)
    found = compose_([evidence(article, 1, 5.0)])
    claim, cite = found.claims[0], found.citations[0]
    assert claim.text == "The board found:\n- cracked bolts\n- a motor that jams"
    assert cite.quote == text[cite.start : cite.end]
    assert (claim.status, claim.citations) == ("supported", found.citations)


DAY = date(2026, 3, 20)


@pytest.mark.parametrize(
    ("citations", "expected"),
    [
        ([cited()], ""),
        ([cited(publisher="The Post")], "The Post"),
        ([cited(published=DAY)], "20 March 2026"),
        ([cited(publisher="The Post", published=DAY)], "The Post, 20 March 2026"),
        (
            [cited(publisher="B", published=DAY), cited(publisher="A", published=date(2026, 3, 1))],
            "B and A, 1 March 2026",
        ),
        ([cited(publisher=p, published=DAY) for p in "ABCA"], "A, B and C, 20 March 2026"),
        ([cited(publisher="A"), cited(published=DAY), cited()], "A, 20 March 2026"),
    ],
)
def test_attribution(citations, expected):
    assert attribution(citations) == expected


def test_an_answer_says_who_published_what_once_in_a_row():
    post = {"publisher": "The Post", "published": DAY}
    claims = [
        claim("Rain fell.", cited(1, **post)),
        claim("Trams stood.", cited(2, **post), cited(3, **post)),
        claim("Hail hit.", cited(4)),
        claim("Snow lay.", cited(5)),
        claim("Fog hid Rome.", cited(1, **post)),
    ]
    assert extractive_text(claims) == (
        "The Post, 20 March 2026: Rain fell. [1] Trams stood. [2] [3]\n\n"
        "Hail hit. [4] Snow lay. [5]\n\n"
        "The Post, 20 March 2026: Fog hid Rome. [1]"
    )
    assert extractive_text([]) == ""


def test_the_nearest_are_the_best_sentences_of_as_many_stories():
    articles = [
        stored(RAIN, 1),
        stored(RAIN, 2, story=1),
        stored(HAIL, 3),
        stored("He woke. Snow lay in Oslo.", 4),
        stored("Fog hid Rome.", 5),
    ]
    found = nearest(
        [
            evidence(articles[1], 2, -1.0),
            evidence(articles[0], 0, -1.1),
            evidence(articles[2], 1, -2.0),
            evidence(articles[2], 0, -3.0),
            evidence(articles[3], 0, -4.0),
            evidence(articles[4], 0, -5.0),
        ]
    )
    assert [(c.number, c.uri, c.quote) for c in found] == [
        (1, "2.txt", "Boats came for 640 people."),
        (2, "3.txt", "Markets shut early."),
        (3, "4.txt", "He woke."),
    ]
    assert nearest([]) == ()


def test_a_refusal_says_why_and_names_what_is_near():
    near = [
        cited(1, "Rain\nfell.", publisher="The Post", published=DAY),
        cited(2, "Hail hit.", title="Hail"),
        cited(3, "Snow lay.", title="Snow"),
    ]
    assert refusal(near) == (
        "The articles do not answer this. Nearest passages:\n"
        "“Rain fell.” (The Post, 20 March 2026)\n"
        "“Hail hit.” (Hail)\n"
        "“Snow lay.” (Snow)"
    )
    why = "the articles speak of 1987, not of 1984"
    head, *passages = refusal(near, why).split("\n")
    assert head == (
        "The articles do not answer this. The articles speak of 1987, not of 1984."
        " Nearest passages:"
    )
    assert passages == refusal(near).split("\n")[1:]
    assert refusal([], why) == head.removesuffix(" Nearest passages:")
    assert refusal([]) == REFUSAL == "The articles do not answer this."


def test_where_one_sentence_is_the_best_for_two_parts_its_article_says_more():
    rain, hail = stored(RAIN, 1), stored(HAIL, 2)
    parts = [
        [evidence(rain, 0, 4.0), evidence(hail, 0, 3.5), evidence(rain, 2, 2.0)],
        [evidence(rain, 0, 3.0)],
    ]
    assert composed(*parts)[0] == ["Rain fell on Kyiv.", "Boats came for 640 people."]
    parts[0].pop()
    assert composed(*parts)[0] == ["Rain fell on Kyiv."]


def answered(*found, parts=None):
    """The answer from evidence, two claims at most, that is sure to be one at all."""
    whole = Found([*found], parts or [[*found]], 0.99, [], 0.0)
    return answer(Question("who?", "who?"), whole, 0.35, 2, FakeReader())


def test_what_answers_nearly_as_well_makes_an_answer_one_that_may_answer():
    rain, hail = stored(RAIN, 1), stored(HAIL, 2)
    best, beside, rival = evidence(rain, 0, 0.0), evidence(rain, 1, -0.1), evidence(hail, 0, -2.0)
    alone, near = answered(best, beside), answered(best, beside, evidence(hail, 0, -0.3))
    assert [len(each.claims) for each in (alone, near)] == [2, 2]
    assert (alone.may, near.may) == (False, True)
    assert near.certainty < answered(best, beside, rival).certainty < alone.certainty
    assert near.confidence == alone.confidence == 0.99


def test_of_two_parts_the_surer_says_how_sure_the_answer_is():
    rain, hail = stored(RAIN, 1), stored(HAIL, 2)
    whole = [evidence(rain, 0, -2.0), evidence(hail, 2, -2.5)]
    parts = [[evidence(rain, 0, 3.0)], [evidence(hail, 0, -3.0)]]
    assert (answered(*whole).may, answered(*whole, parts=parts).may) == (True, False)


def test_a_refusal_does_not_answer_perhaps():
    found = Found([evidence(stored(RAIN), 0, -9.0)], [], 0.01, [], 0.0)
    refused = answer(Question("who?", "who?"), found, 0.35, 2, FakeReader())
    assert (refused.answered, refused.may, refused.certainty) == (False, False, 0.01)
