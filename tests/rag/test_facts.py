"""The numbers, dates and names of a text."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.text.dates import MONTHS, dates_in, month_number
from index.text.names import alike, names_in
from index.text.numbers import numbers_in
from rag.facts import exchanged, in_their_words, lacking

DAY = date(2025, 5, 18)  # a Sunday


def number(text):
    (found,) = numbers_in(text)
    return found


def dated(text):
    (found,) = dates_in(text)
    return found


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1,200 jobs", "1200 jobs"),
        ("1,200 jobs", "twelve hundred jobs"),
        ("5 %", "5 percent"),
        ("5%", "five per cent"),
        ("40 percentage points", "40 percent"),
        ("$350 million", "350 million dollars"),
        ("€1.2bn", "1,200 million euros"),
        ("two hundred and five", "205"),
        ("a dozen", "12"),
        ("thirty-one", "31"),
        ("forty-two thousand", "42,000"),
        ("3rd", "third"),
        ("1½", "1.5"),
        ("2.1bn kroner", "2.1 billion"),
        ("six-year", "6 years"),
        ("nearly 19 million", "18.5 million"),
    ],
)
def test_one_number_written_in_two_ways(one, other):
    assert number(one).same(number(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("18.5 million", "18.5 billion"),
        ("18 percent", "18"),
        ("€350", "$350"),
        ("16", "60"),
        ("19 million", "18.5 million"),
        ("nearly 18.5 million", "19 million"),
        ("3rd", "3"),
        ("the 90s", "90"),
    ],
)
def test_two_numbers(one, other):
    assert not number(one).same(number(other))


def test_where_numbers_stand():
    text = "At 10:30 the F-16 and two dozen others, 5k runners, 12,000 in all, left one by one."
    found = numbers_in(text)
    assert [n.text for n in found] == ["two dozen", "12,000", "one", "one"]
    assert [text[n.start : n.end] for n in found] == [n.text for n in found]
    assert [n.small for n in found] == [False, False, True, True]


@given(st.integers(0, 999_999))
def test_a_number_is_the_same_with_and_without_commas(value):
    assert number(f"{value:,}").same(number(str(value)))
    assert number(f"{value:,}").value == value


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("18 May", "May 18"),
        ("18 May", "18/5"),
        ("18 May 2025", "2025-05-18"),
        ("May 18th, 2025", "18/05/2025"),
        ("18th of May 2025", "5/18/2025"),
        ("May 2025", "18 May 2025"),
        ("in May", "on 18 May"),
        ("2025", "Sept. 5, 2025"),
        ("the 1990s", "1994"),
        ("Tuesday", "Tuesdays"),
        ("Tuesday", "13 May 2025"),
        ("yesterday", "yesterday"),
    ],
)
def test_one_date_told_in_two_ways(one, other):
    assert dated(one).same(dated(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("18 May", "19 May"),
        ("18 May 2025", "18 May 2024"),
        ("18 May 2025", "18 May"),
        ("18 May", "in May"),
        ("1994", "the 1990s"),
        ("Tuesday", "Wednesday"),
        ("Tuesday", "14 May 2025"),
        ("yesterday", "today"),
        ("yesterday", "17 May 2025"),
    ],
)
def test_two_dates(one, other):
    assert not dated(one).same(dated(other))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("17 May 2025", "yesterday", True),
        ("yesterday", "17 May", True),
        ("18 May 2025", "18 May", True),
        ("18 May 2024", "18 May", False),
        ("13 May", "Tuesday", True),
        ("20 May", "Tuesday", True),
        ("27 May", "Tuesday", False),
        ("May 2025", "Tuesday", True),
        ("Saturday", "yesterday", True),
        ("16 May", "yesterday", False),
        ("2025", "tomorrow", True),
    ],
)
def test_a_day_told_from_the_day_of_publication(one, other, same):
    assert dated(one).same(dated(other), DAY) is same
    assert not dated("17 May 2025").same(dated("yesterday"))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("May said that March winds may march in May.", ["May"]),
        ("1200 jobs were lost in 1200 and 1999.", ["1200", "1999"]),
        ("It cost $1500, or 1500 euros.", []),
        ("Open 24/7, on 5/6 and on 05/06/2025.", ["05/06/2025"]),
        ("In 2014-15, from 1998–2003.", ["2014-15", "1998", "2003"]),
        ("On 30/2 and 45 May", ["30/2"]),
        ("Jan Smith was tested in Jan 2020", ["Jan 2020"]),
    ],
)
def test_what_is_a_date(text, found):
    assert [d.text for d in dates_in(text)] == found


def test_a_day_that_no_month_has_is_no_day():
    assert dated("30 February 2025").exact is None
    assert dated("30 February").days(DAY) == frozenset()


@given(st.dates(date(1000, 1, 1), date(2099, 12, 31)))
def test_every_day_is_read_back_however_it_is_written(day):
    month = MONTHS[day.month - 1]
    for text in (
        day.isoformat(),
        f"{day.day} {month} {day.year}",
        f"{month} {day.day}, {day.year}",
        f"{day.day} {month[:3]}. {day.year}",
    ):
        assert dated(text).exact == day
    assert month_number(month) == day.month


def test_names():
    def texts(text):
        return [name.text for name in names_in(text)]

    assert texts("Did the Bank of England warn Merz on Friday?") == ["Bank of England", "Merz"]
    assert texts("Wheat rose. The U.S. and St. Ives agreed in May.") == ["U.S.", "St. Ives"]
    assert texts("Captain Jonas Lind met Ukraine's Zelensky at the G7.") == [
        "Captain Jonas Lind",
        "Ukraine",
        "Zelensky",
        "G7",
    ]
    assert texts("WHO MET MERZ?") == texts("who met merz?") == []
    (first, second) = names_in("New York Times reporters met President Ada Lund.")
    assert (first.opens, first.words) == (True, ("new", "york", "times"))
    assert (second.opens, second.words) == (False, ("ada", "lund"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("zelensky", "zelenskyy"),
        ("zelenskiy", "zelenskyy"),
        ("zelenksyy", "zelenskyy"),
        ("russia", "russian"),
        ("germany", "german"),
        ("china", "chinese"),
        ("norway", "norwegian"),
        ("eu", "european+union"),
        ("us", "washington"),
        ("kiev", "kyiv"),
    ],
)
def test_one_bearer(one, other):
    assert alike(one, other)
    assert alike(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("iran", "iraq"),
        ("slovakia", "slovenia"),
        ("austria", "australia"),
        ("niger", "nigeria"),
        ("berg", "berger"),
        ("g7", "g8"),
        ("merz", "macron"),
    ],
)
def test_two_bearers(one, other):
    assert not alike(one, other)
    assert not alike(other, one)


@given(st.text(max_size=200), st.text(max_size=200))
@example("The Foo- and Bar'’ A_B of O'Brien met N.B. on 1 May at 5", "")
def test_no_text_lacks_what_it_says_itself(text, other):
    assert lacking(text, f"{other}\n\n{text}") == []
    assert list(exchanged(text, [text])) == []


@given(st.text(max_size=300))
def test_what_is_found_stands_in_any_text(text):
    for found in (*numbers_in(text), *dates_in(text), *names_in(text)):
        assert text[found.start : found.end].strip() == found.text


SAID = (
    "Mayor Jana Kralova told Petr Vlk on 3 March that 1,200 tiles of the Hradek Bridge are loose."
)


@pytest.mark.parametrize(
    ("claim", "wrong"),
    [
        (SAID, []),
        (SAID.replace("Petr Vlk", "Jana Kralova"), [("name", "Jana Kralova", "Petr Vlk")]),
        (SAID.replace("3 March", "5 April"), [("date", "5 April", "3 March")]),
        (SAID.replace("1,200", "1500"), [("number", "1500", "1,200")]),
        (SAID.replace("1,200", "twelve hundred").replace("3 March", "March 3"), []),
        (SAID.replace("Mayor Jana Kralova", "She"), []),
        (SAID.replace("Petr Vlk", "an engineer"), []),
        ("Vlk heard Kralova in April.", []),
        ("Petr Vlk was told by Jana Kralova.", []),
        (
            "Petr Vlk told Jana Kralova.",
            [("name", "Petr Vlk told Jana Kralova", "Mayor Jana Kralova told Petr Vlk")],
        ),
    ],
)
def test_what_stands_in_the_place_of_another(claim, wrong):
    found = exchanged(claim, ["It rained.", SAID])
    assert [(f.kind, f.said, f.instead) for f in found] == wrong


def test_numbers_and_dates_are_told_as_the_other_text_tells_them():
    held = "On 4 May 2025, 1,200 of 2,000 left; 5% of €3 million stayed for six years."
    claim = "Five per cent of €3m stayed 6 years after 1200 left on May 4, 2025, not 1300."
    assert in_their_words(claim, held) == (
        "5% of €3 million stayed six years after 1,200 left on 4 May 2025, not 1300."
    )


@pytest.mark.parametrize(
    ("said", "held"),
    [
        ("In the U.S Congress", "The US Congress met."),
        ("at the IMF", "The International Monetary Fund warned."),
        ("the European Union said", "The EU said no."),
        ("for African-Americans", "Many African Americans voted."),
        ("in Yan'an", "It reached Yan'an."),
        ("in the 16th century", "It was in 1510."),
        ("in the late 1970's", "From 1979 on"),
        ("the 80s", "in 1984"),
        ("two building materials", "It is made of concrete and soapstone."),
        ("the 1st and 2nd", "the first and the second"),
        ("President Ada Lund", "Lund said so."),
        ("the Vietcong", "the Viet Cong fled"),
        ("in El Marj", "in Elmarj"),
    ],
)
def test_what_is_held_in_another_form(said, held):
    assert lacking(said, held) == []


@pytest.mark.parametrize(
    ("said", "held", "wrong"),
    [
        ("in the 15th century", "It was in 1510.", ("date", "15th century")),
        ("two captains", "He met three captains.", ("number", "two")),
        ("8 siblings", "He has brothers.", ("number", "8")),
        ("the IMF", "The Imperial Mint failed.", ("name", "IMF")),
        ("of Jan Hus in May", "Hus died in June.", ("date", "May")),
    ],
)
def test_what_is_not_held(said, held, wrong):
    assert [(f.kind, f.said) for f in lacking(said, held)] == [wrong]


def test_a_name_is_held_as_another_language_spells_it():
    held = "President Selenskyj called that a pretext, and Poutine did not answer."
    assert lacking("Then Zelensky and Putin spoke.", held) == []
    assert [each.said for each in lacking("Then Zaluzhny and Putin spoke.", held)] == ["Zaluzhny"]
