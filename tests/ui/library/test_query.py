"""What is typed to find articles, words, phrases and operators, and what it finds."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes import FakeEmbedder
from tests.rag.builders import corpus_of
from ui.library.listing import Row, Term, excerpt, facets, holding, matching, parsed, rows
from ui.library.view import READ_ONLY, library

TODAY = date(2026, 6, 1)
TEXTS = {
    "a.txt": (
        "He resigned after the flood.",
        "Storm hits Straße",
        "The Post",
        "2026-03-01",
    ),
    "b.txt": ("After the storm, the flood receded.", "Water falls", "Wire", "2026-04-02"),
    "c.txt": ("Nobody resigned. The bridge stands.", "Bridge", "The Post", None),
    "d.txt": ("Der Minister trat zurück.", "Rücktritt", "Bote", "2025-05-03"),
}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    made, _ = corpus_of(
        tmp_path_factory.mktemp("found") / "index",
        FakeEmbedder(),
        {
            name: {"text": text, "title": title, "publisher": publisher, "published": day}
            | ({"language": "de", "author": "Ida Moor"} if name == "d.txt" else {})
            for name, (text, title, publisher, day) in TEXTS.items()
        },
    )
    return made


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("", "abcd"),
        ("STRASSE", "a"),
        ("2026-03 post", "a"),
        ("flood", "ab"),
        ("resign", "ac"),
        ("flood resigned", "a"),
        ("flood AND resigned", "a"),
        ("resigned OR receding", "abc"),
        ("resigned NOT flood", "c"),
        ("resigned -flood", "c"),
        ('"the flood"', "ab"),
        ('"flood receded"', "b"),
        ('"receded flood"', ""),
        ('-"the flood"', "cd"),
        ('publisher:"the post"', "ac"),
        ("flood OR bridge publisher:post", "ac"),
        ("publisher:post bridge", "c"),
        ("language:de", "d"),
        ("ida moor", "d"),
        ('flood OR minister named:"minister"', "d"),
        ('flood OR bridge named:"the flood"', "ab"),
        ("after:2026-04-02", "b"),
        ('after:"March 2026" before:"March 2026"', "a"),
        ("before:2025", "d"),
        ("after:2", "abcd"),
        ("OR", "abcd"),
        ("flood OR", "ab"),
        ("hail", ""),
    ],
)
def test_what_is_typed_finds(corpus, typed, found):
    held = rows(corpus.articles())
    got = matching(held, typed, partial(holding, corpus), TODAY)
    assert "".join(row.uri[0] for row in got) == found


@given(st.text(alphabet='ab"-: ORNT', max_size=20))
def test_anything_can_be_typed_and_what_is_found_was_there(typed):
    held = [Row(str(n), f"{n}.txt", word, "", None, 1, 0, 1) for n, word in enumerate(("a", "b"))]
    assert {row.id for row in matching(held, typed, lambda term: (), TODAY)} <= {"0", "1"}
    assert all(group or parsed(typed)[0] == [[]] for group in parsed(typed)[0])


def test_a_phrase_and_a_word_are_told_apart():
    assert parsed('"a  B" c') == ([[Term("", "a b", True), Term("", "c")]], [])


def test_the_words_that_were_found_are_shown_among_those_around_them():
    assert excerpt("The minister has resigned today.", "resigns") == (
        "The minister has ",
        "resigned",
        " today.",
    )
    long = f"{'before ' * 30}the flood {'after ' * 30}"
    before, held, after = excerpt(long, '"the flood"')
    assert (before[:2], held, after[-2:]) == ("… ", "the flood", " …")
    assert len(before) + len(after) < 170
    assert excerpt("Rain.", "publisher:rain") is excerpt("Rain.", "NOT rain") is None
    assert excerpt("", "") is None


def test_what_narrows_the_list_is_offered_with_counts_and_what_is_typed_is_marked(corpus):
    held = rows(corpus.articles())
    found = facets(held, 'publisher:"The Post"', {})
    assert [(f.label, f.count, f.chosen) for f in found["Publisher"]] == [
        ("The Post", 2, True),
        ("Bote", 1, False),
        ("Wire", 1, False),
    ]
    assert next(f.query for f in found["Month"]) == 'after:"April 2026" before:"April 2026"'
    told = [f.label for f in found["Month"]]
    assert told == sorted(told, key=lambda month: datetime.strptime(month, "%B %Y"), reverse=True)
    for facet in (f for each in found.values() for f in each):
        got = matching(held, facet.query, partial(holding, corpus), TODAY)
        assert len(got) == facet.count
    assert facets(held[:1], "", {}) == {}


def test_the_page_shows_what_was_found_and_by_what_to_narrow_it(corpus):
    told = library(corpus, {"words": "flood"}, READ_ONLY)
    assert (told["found"], told["total"]) == (2, 4)
    assert told["table"].count("<mark>flood</mark>") == 2
    assert told["facets"].count("data-find=") == 4
    assert "<mark>" not in library(corpus, {}, READ_ONLY)["table"]


def test_names_narrow_too_and_say_who_speaks():
    held = [Row(str(n), f"{n}.txt", "", "The Post", None, 1, 0, 1) for n in range(3)]
    names = {
        "0": {"Ada Lund": True, "Corran": False, "The Post": False},
        "1": {"Ada Lund": False, "Corran": False},
        "2": {"Corran": False},
    }
    (corran, ada) = facets(held, "", names)["Named"]
    assert (corran.label, corran.count, corran.speaks) == ("Corran", 3, False)
    assert (ada.query, ada.count, ada.speaks, ada.chosen) == ('"Ada Lund"', 2, True, False)
    assert [each.label for each in facets(held, '"Ada Lund"', names)["Named"] if each.chosen] == [
        "Ada Lund"
    ]


def test_a_name_confines_all_alternatives():
    held = [Row(str(n), f"{n}.txt", "", "", None, 1, 0, 1) for n in range(2)]
    names = {"0": {"Ada Lund": True, "Corran": False}, "1": {"Corran": False}}
    typed = "storm OR hail"
    told = [each.query for each in facets(held, typed, names)["Named"]]
    assert told == ['named:"Corran"', 'named:"Ada Lund"']
    assert parsed(f"{typed} {told[1]}")[1] == [Term("named", "ada lund", True)]
    chosen = facets(held, f"{typed} {told[1]}", names)["Named"]
    assert [each.label for each in chosen if each.chosen] == ["Ada Lund"]


def test_an_author_is_found_and_shown(corpus):
    told = library(corpus, {"words": "moor"}, READ_ONLY)
    assert "By&#32;Ida&#32;<mark>Moor</mark>".replace("&#32;", " ") in told["table"]


def test_a_name_is_found_in_every_spelling(tmp_path):
    made, _ = corpus_of(
        tmp_path / "index",
        FakeEmbedder(),
        {
            "en.txt": {"text": "The envoy Dmitry Peskov spoke in Lind. Lind cheered Peskov."},
            "de.txt": {"text": "The envoy met Dmitrij Peskow in Lind. Nobody spoke to Peskow."},
            "no.txt": {"text": "The envoy met Dmitry Pesko in Lind, and Pesko left."},
        },
    )
    held = rows(made.articles())
    for typed in ('"Dmitrij Peskow"', '"Dmitry Peskov"', "peskov", "Peskow"):
        got = matching(held, typed, partial(holding, made), TODAY)
        assert sorted(row.uri for row in got) == ["de.txt", "en.txt"]
    facet = next(f for f in facets(held, "", made.named())["Named"] if "Pesko" in f.label)
    assert (facet.count, facet.label.split()[-1] in ("Peskov", "Peskow")) == (2, True)
    assert len(matching(held, facet.query, partial(holding, made), TODAY)) == 2
