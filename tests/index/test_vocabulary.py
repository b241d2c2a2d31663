"""The words of the articles: how often they stand there, and how they are usually written."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text.words import WORD, plain
from index.vocabulary import Vocabulary, counted

NEWS = [
    ("Council Backs Trams", "The council met Erdoğan. Trams ran; the EU paid for trams."),
    ("", "Old trams ran to\nAnkara, Erdoğan said. In May the council may meet Erdogan."),
]


@pytest.fixture
def vocabulary():
    return Vocabulary.of(*counted(NEWS))


def test_words_are_counted_in_any_letter_case_and_without_accents(vocabulary):
    words = ("Council", "trams", "ERDOGAN", "Erdoğan", "eu", "oslo")
    assert [vocabulary.count(w) for w in words] == [3, 4, 3, 3, 1, 0]
    assert [w in vocabulary for w in words] == [True, True, True, True, True, False]


def test_a_word_is_written_as_it_mostly_is_where_no_sentence_begins(vocabulary):
    words = ("COUNCIL", "Trams", "erdogan", "eu", "may", "old", "Oslo")
    assert [vocabulary.usual(w) for w in words] == [
        *("council", "trams", "Erdoğan", "EU", "may", "old", "Oslo")
    ]


def test_a_name_has_a_capital_inside_sentences(vocabulary):
    words = ("council", "trams", "erdogan", "EU", "ankara", "old", "backs", "oslo")
    assert [w for w in words if vocabulary.is_name(w)] == ["erdogan", "EU", "ankara"]


def test_the_most_frequent_words_come_first(vocabulary):
    assert list(vocabulary)[:3] == ["trams", "erdogan", "council"]
    assert len(vocabulary) == len(list(vocabulary)) == 17


def test_no_article_no_words():
    empty = Vocabulary.of(*counted([]))
    assert (len(empty), list(empty), "" in empty, empty.is_name("")) == (0, [], False, False)


@given(st.lists(st.tuples(st.text(max_size=20), st.text(max_size=60)), max_size=4))
def test_what_was_saved_is_loaded_and_knows_every_word(texts):
    built = Vocabulary.of(*counted(texts))
    with TemporaryDirectory() as folder:
        built.save(Path(folder) / "words.tsv")
        loaded = Vocabulary.load(Path(folder) / "words.tsv")
    assert list(loaded) == list(built)
    for title, text in texts:
        for word in filter(plain, WORD.findall(f"{title} {text}")):
            assert word in loaded
            assert loaded.usual(word) == built.usual(word)
            assert plain(loaded.usual(word)) == plain(word)
            assert loaded.count(word) == built.count(word) > 0


def test_where_all_letters_are_capitals_none_tells_a_name():
    held = Vocabulary.of(
        *counted([("FERRY RUN BY NATO", "FERRY FARES RISE\n\nThe ferry of Aldby sails for NATO.")])
    )
    words = ("ferry", "fares", "run", "aldby", "nato")
    assert [word for word in words if held.is_name(word)] == ["aldby", "nato"]
    assert [held.count(word) for word in words] == [3, 1, 1, 1, 2]
