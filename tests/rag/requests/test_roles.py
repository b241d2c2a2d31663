"""What articles call those whom they name."""

from __future__ import annotations

import pytest

from rag.requests.roles import callings
from tests.rag.builders import stored


def called(text):
    return {(c.name, c.noun, c.of) for c in callings([stored(text)])}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The mayor, Anna Berg, resigned on Monday.", ("Anna Berg", "mayor", "")),
        ("The ferry Maid of Ilsay sank.", ("Maid of Ilsay", "ferry", "")),
        ("It was Judge Anna Berg who ruled.", ("Anna Berg", "judge", "")),
        ("Holm's lawyer, Anna Berg, denied it.", ("Anna Berg", "lawyer", "Holm")),
        ("They asked Anna Berg, a shipping lawyer, for help.",
         ("Anna Berg", "shipping lawyer", "")),
        ("They asked Anna Berg, the captain of the Tern, for help.",
         ("Anna Berg", "captain", "Tern")),
        ("Nobody told Anna Berg of the Harbour Board.", ("Anna Berg", "", "Harbour Board")),
        ("Their union, the Road Workers' League, agreed.", ("Road Workers' League", "union", "")),
    ],
)  # fmt: skip
def test_a_name_is_called_by_what_stands_beside_it(text, expected):
    assert expected in called(text)


@pytest.mark.parametrize(
    "text",
    [
        "More people were put on its ships, the Harbour Board said.",
        "The company told Anna Berg that it was late.",
        "They met Anna Berg, who was late.",
    ],
)
def test_what_only_stands_beside_a_name_is_nothing_that_it_is_called(text):
    assert not {noun for _, noun, _ in called(text) if noun}


def test_a_body_is_what_another_article_calls_it_through_somebody():
    found = called(
        "They asked Anna Berg, the union's general secretary, for help.\n\n"
        "They asked Anna Berg, general secretary of the Harbour League, for more."
    )
    assert ("Harbour League", "union", "") in found


def test_whose_spokeswoman_somebody_is_stands_in_the_sentence_before():
    text = "The opposition was angry. Its spokeswoman on transport, Anna Berg, said so."
    (calling,) = [c for c in callings([stored(text)]) if c.name == "Anna Berg"]
    assert (calling.noun, calling.of) == ("spokeswoman", "opposition")
    assert calling.is_a("politician")
