"""An answer is put together from the articles' own sentences."""

from datetime import date

import pytest

from rag.expect import CONDITION
from rag.quote import (
    COPIES,
    MARGINS,
    OTHER_ARTICLE,
    REFUSAL,
    SAME_ARTICLE,
    SETS_CONDITION,
    answer_text,
    attribution,
    citation,
    compose,
    nearest,
    refusal,
)
from tests.fakes import FakeEmbedder
from tests.rag.making import cited, claim, evidence, stored

RAIN = "Rain fell on Kyiv. Trams stood still. Boats came for 640 people. The gate held at noon."
HAIL = "Hail hit Paris. Markets shut early. Farmers lost their wheat. Prices doubled overnight."


def composed(whole, parts=None, max_claims=4):
    """The texts of the claims, the numbers cited for each, and the quotes by number."""
    claims, citations = compose(whole, parts or [whole], max_claims, FakeEmbedder())
    assert [c.number for c in citations] == list(range(1, len(citations) + 1))
    return (
        [c.text for c in claims],
        [[cite.number for cite in c.citations] for c in claims],
        [(c.uri, c.quote) for c in citations],
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
    assert compose([], [[]], 4, FakeEmbedder()) == ((), ())
    assert compose([], [[], []], 4, FakeEmbedder()) == ((), ())


def test_no_claim_is_made_where_none_is_wanted():
    whole = [evidence(stored(RAIN), 0, 5.0)]
    assert compose(whole, [whole], 0, FakeEmbedder()) == ((), ())


def test_a_sentence_too_far_below_the_best_is_left_out():
    rain, hail = stored(RAIN, 1), stored(HAIL, 2)
    least = 5.0 - MARGINS[0] + OTHER_ARTICLE
    inside = [evidence(rain, 0, 5.0), evidence(hail, 0, least)]
    assert composed(inside)[0] == ["Rain fell on Kyiv.", "Hail hit Paris."]
    outside = [evidence(rain, 0, 5.0), evidence(hail, 0, least - 0.01)]
    assert composed(outside)[0] == ["Rain fell on Kyiv."]


def test_each_further_margin_is_held():
    articles = [stored(RAIN, 1), stored(HAIL, 2), stored("Snow lay in Oslo.", 3)]
    best = [evidence(articles[0], 0, 5.0), evidence(articles[1], 0, 5.0)]
    least = 5.0 - MARGINS[1] + OTHER_ARTICLE
    inside = [*best, evidence(articles[2], 0, least)]
    assert len(composed(inside)[0]) == 3
    outside = [*best, evidence(articles[2], 0, least - 0.01)]
    assert len(composed(outside)[0]) == 2


@pytest.mark.parametrize("max_claims", [1, 2, 3, 4])
def test_never_more_claims_than_wanted(max_claims):
    article = stored("Rain fell on Kyiv. Hail hit Paris. Snow lay in Oslo. Fog hid Rome.")
    whole = [evidence(article, index, 5.0) for index in range(4)]
    assert len(composed(whole, max_claims=max_claims)[0]) == max_claims
    parts = [[item] for item in whole]
    assert len(composed(whole, parts, max_claims)[0]) == max_claims


def test_a_place_beside_what_is_chosen_counts_for_a_sentence():
    rain, hail = stored(RAIN, 1), stored(HAIL, 2)
    low = 5.0 - MARGINS[0] - SAME_ARTICLE
    assert composed([evidence(rain, 0, 5.0), evidence(hail, 2, low)])[0] == ["Rain fell on Kyiv."]
    assert composed([evidence(rain, 0, 5.0), evidence(rain, 2, low)])[0] == [
        "Rain fell on Kyiv.",
        "Boats came for 640 people.",
    ]


def test_a_condition_that_is_asked_for_comes_after_the_sentence_that_speaks_of_it():
    article, other = stored(RAIN), stored(HAIL, 2)
    low = 5.0 - MARGINS[0] - SAME_ARTICLE - SETS_CONDITION

    def found(log_odds, kinds, of=article):
        return [evidence(article, 0, 5.0), evidence(of, 3, log_odds, kinds=kinds)]

    assert len(composed(found(low, {CONDITION}))[0]) == 2
    assert len(composed(found(low - 0.1, {CONDITION}))[0]) == 1
    assert len(composed(found(low, {"time"}))[0]) == 1
    assert len(composed(found(low + OTHER_ARTICLE + SAME_ARTICLE, {CONDITION}, other))[0]) == 1
    listed = stored("Two things are asked: rain and hail. Trams run. Boats run. The gate held.")
    whole = [evidence(listed, 0, 5.0), evidence(listed, 3, low, kinds={CONDITION})]
    assert len(composed(whole)[0]) == 1


def test_articles_come_in_the_order_of_their_best_and_quotes_in_that_of_the_article():
    rain, hail = stored(RAIN, 1), stored(HAIL, 2)
    whole = [evidence(hail, 2, 5.0), evidence(rain, 0, 5.0), evidence(hail, 0, 4.8)]
    assert composed(whole) == (
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
    texts, numbers, _ = composed([evidence(first, 0, 5.0), evidence(second, 0, 4.9)])
    assert texts == [first.article.text, second.article.text]
    assert numbers == [[1], [2]]


@pytest.mark.parametrize(("one", "other"), [("1,000", "1.5"), ("3.9", "39"), ("640", "some")])
def test_no_digit_is_lost_when_numbers_are_compared(one, other):
    first, second = (
        stored(f"Boats came for {number} people at noon in the dock of Halvermouth.", pk)
        for pk, number in enumerate((one, other), 1)
    )
    assert composed([evidence(first, 0, 5.0), evidence(second, 0, 4.9)])[1] == [[1], [2]]


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
    assert composed(whole)[1] == [[1, 2], [3, 2]]


def test_every_part_of_a_question_gets_its_own_best_sentence():
    rain, hail = stored(RAIN, 1), stored(HAIL, 2)
    whole = [evidence(rain, 0, 5.0), evidence(hail, 3, -5.0)]
    assert composed(whole)[0] == ["Rain fell on Kyiv."]
    parts = [[evidence(rain, 0, 3.0)], [evidence(hail, 3, 2.0), evidence(rain, 0, 1.0)]]
    assert composed(whole, parts)[0] == ["Rain fell on Kyiv.", "Prices doubled overnight."]


def test_white_space_of_a_quote_is_one_space_in_the_claim_and_lines_stay_lines():
    text = "The board found:\n\n-  cracked\u00a0bolts\n- a motor   that jams\n\nRain fell on Kyiv."
    article = stored(text)
    claims, citations = compose([evidence(article, 1, 5.0)], [[]], 4, FakeEmbedder())
    assert claims[0].text == "The board found:\n- cracked bolts\n- a motor that jams"
    assert citations[0].quote == text[citations[0].start : citations[0].end]
    assert claims[0].status == "supported"
    assert claims[0].citations == citations


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
    assert answer_text(claims) == (
        "The Post, 20 March 2026: Rain fell. [1] Trams stood. [2] [3]\n\n"
        "Hail hit. [4] Snow lay. [5]\n\n"
        "The Post, 20 March 2026: Fog hid Rome. [1]"
    )
    assert answer_text([]) == ""


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
        cited(3, "Snow lay.", key="snow"),
    ]
    assert refusal(near) == (
        "The articles do not answer this. Nearest passages:\n"
        "“Rain fell.” (The Post, 20 March 2026)\n"
        "“Hail hit.” (Hail)\n"
        "“Snow lay.” (snow)"
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
