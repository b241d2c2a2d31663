"""A cited text that was changed or withdrawn says so where it is opened."""

import re
from html import unescape

import pytest

from index.article import Article
from index.build import Builder
from rag.corpus import Corpus
from rag.settings import Settings
from tests.fakes import FakeReader
from ui.page.chat import open_source

OLD = "It froze on Monday.\n\nVines died in <3> villages. Nobody was hurt."
NEW = "It froze on Monday.\n\nVines died in <14> villages. Nobody was hurt."


@pytest.fixture
def corpus(tmp_path, fake):
    Builder(tmp_path, fake).add([], [article(OLD)])
    return Corpus(tmp_path, fake, Settings(), reader=FakeReader())


def article(text):
    return Article(uri="https://a.example/1", key="1", title="Frost", text=text)


def cited(words):
    start = OLD.index(words)
    return f"{article(OLD).id}-{start}-{start + len(words)}"


def notice(html):
    found = re.match(r'<div class="superseded note" role="note">(.*)</div><article>', html)
    return found and found[1]


def test_a_current_text_says_nothing(corpus):
    assert notice(open_source(corpus, cited("It froze on Monday."))) is None


def test_cited_words_that_changed_are_shown_with_the_difference(corpus, fake):
    Builder(corpus.directory, fake).add([], [article(NEW)])
    said = notice(open_source(corpus, cited("Vines died in <3> villages.")))
    assert re.match(r"<p>This article was changed on \d+ \w+ \d{4}; see <a href=", said)
    assert f'<a href="#cite-{article(NEW).id}">' in said
    assert "<3>" not in said
    assert "<del>Vines died in <3> villages.</del> <ins>Vines died in <14> villages.</ins>" in (
        unescape(said)
    )


def test_cited_words_that_did_not_change_are_said_not_to(corpus, fake):
    Builder(corpus.directory, fake).add([], [article(NEW)])
    html = open_source(corpus, cited("Nobody was hurt."))
    assert notice(html).endswith(" The cited words were not.</p>")
    assert "<mark" in html


def test_a_withdrawn_article_says_so_and_still_opens(corpus, fake):
    other = Article(uri="b", key="b", text="Snow lay in Oslo.")
    Builder(corpus.directory, fake).add([], [other], ["https://a.example/1"])
    html = open_source(corpus, cited("It froze on Monday."))
    assert notice(html).startswith("<p>This article was withdrawn on ")
    assert "<mark>It froze on Monday.</mark>" in unescape(html)
