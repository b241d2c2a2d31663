"""What is read of 66 annotated pages in many layouts and languages, and floors under it."""

import pytest

from benchmarks.boilerplate import by_onrecord, measured, summary
from tests.pages import pages


@pytest.fixture(scope="module")
def scores():
    return measured(by_onrecord, pages())


def test_there_are_sixty_pages_in_many_languages(scores):
    assert len(scores) >= 60
    assert len({each.page.language for each in scores}) >= 15
    assert len({each.page.name.split("-")[0] for each in scores}) >= 20


def test_the_words_are_the_articles(scores):
    told = summary(scores)
    assert told["f1"] >= 0.985
    assert told["precision"] >= 0.98
    assert min(each.f1 for each in scores) >= 0.9


def test_no_word_of_an_article_is_missing(scores):
    lost = {each.page.name: each.lost for each in scores if each.lost}
    assert set(lost) <= {"tables-en-2"}  # a table inside a table of layout
    assert summary(scores)["recall"] >= 0.998


@pytest.mark.parametrize("name", ["title", "author", "published", "publisher"])
def test_particulars_are_right_and_none_is_invented(scores, name):
    told = summary(scores)
    assert told[name] >= 0.98
    assert told[f"{name}, wrong"] == 0
