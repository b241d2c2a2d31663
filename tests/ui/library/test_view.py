"""The corpus page's HTML: what it shows, and that nothing of an article is markup."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes import FakeEmbedder
from tests.rag.builders import corpus_of
from ui.library.view import READ_ONLY, ROWS, Terms, library

EVIL = '"><script>alert(1)</script><img src=x onerror=alert(1)>'


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    made, _ = corpus_of(
        tmp_path_factory.mktemp("library") / "index",
        FakeEmbedder(),
        {
            f"{n:03}.txt": {
                "text": f"Gale number {n} came.",
                "title": EVIL if n == 7 else f"Gale {n}",
                "publisher": EVIL if n == 7 else None,
                "published": f"2026-01-{1 + n % 28:02}",
            }
            for n in range(ROWS + 3)
        },
    )
    return made


def uris(told):
    return re.findall(r'class="uri">([^<]*)<', told["table"])


def plain(text):
    return re.sub(r"&#(\d+);", lambda found: chr(int(found[1])), text)


def test_the_table_comes_in_pages_newest_first(corpus):
    told = library(corpus, {}, READ_ONLY)
    assert (told["total"], told["found"], told["first"], told["last"]) == (53, 53, 0, 50)
    listed = sorted(corpus.articles(), key=lambda a: (-a.published.toordinal(), a.uri))
    assert [plain(uri) for uri in uris(told)] == [a.uri for a in listed[:ROWS]]
    rest = library(corpus, {"first": 50}, READ_ONLY)
    assert (rest["first"], rest["last"]) == (50, 53)
    assert [plain(uri) for uri in uris(rest)] == [a.uri for a in listed[ROWS:]]


def test_the_table_is_searched_and_sorted(corpus):
    asked = {"words": "gale 04", "column": "title", "descending": False}
    told = library(corpus, asked, READ_ONLY)
    titles = [plain(t) for t in re.findall(r'href="#cite-\w+">([^<]*)<', told["table"])]
    # the third and the thirty-first are of 4 January, the rest have it in their uris
    assert titles == sorted(f"Gale {n}" for n in (3, 4, 31, *range(40, 50)))
    assert 'class="title" aria-sort="ascending"' in told["table"]


def test_a_title_opens_its_article(corpus):
    told = library(corpus, {"words": "000.txt"}, READ_ONLY)
    (first,) = [a for a in corpus.articles() if a.uri == "000.txt"]
    assert re.findall(r'href="#cite-(\w+)"', told["table"]) == [first.id]


def test_nothing_of_an_article_is_markup(corpus):
    told = library(corpus, {"words": "007.txt"}, Terms(add=True, remove=True))
    shown = told["table"] + told["about"]
    assert "<script" not in shown
    assert "<img" not in shown
    assert EVIL in plain(told["table"])
    tags = set(re.findall(r"<(\w+)", told["table"]))
    assert tags == {"table", "thead", "tbody", "tr", "th", "td", "span", "button", "a", "input"}


def test_only_who_may_remove_can_choose(corpus):
    for terms, boxes in [(READ_ONLY, 0), (Terms(add=True), 0), (Terms(True, True), ROWS)]:
        told = library(corpus, None, terms)
        assert told["table"].count('type="checkbox"') == boxes
        assert told["add"] == terms.add


def test_the_figures_are_said(corpus):
    about = library(corpus, {}, READ_ONLY)["about"]
    said = plain(re.search(r'class="figures">(.*?)</p>', about)[1])
    assert re.fullmatch(
        r"53 articles · 1 publisher · 1 January 2026 to 28 January 2026"
        r" · [\d,]+ characters of text · [\d.]+ (kB|MB) of index",
        said,
    )
    assert "Articles by month of publication." in about


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)
ASKED = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("words", "column", "descending", "first"), ANYTHING)
)


@settings(deadline=None)
@given(ANYTHING | ASKED)
def test_anything_may_be_asked(corpus, asked):
    told = library(corpus, asked, READ_ONLY)
    assert 0 <= told["first"] <= told["last"] <= told["found"] <= told["total"] == 53
    assert told["last"] - told["first"] <= ROWS


def test_the_sample_begins_a_corpus_of_ones_own(workplace, embedder):
    from rag.settings import Settings
    from ui.sample import open_corpus

    sample = open_corpus(Settings(), sample=True)
    told = Terms.of(sample, editable=True, shared=False)
    assert (told.add, told.remove) == (True, False)
    assert told.said == (
        "These articles are a sample. What you add goes to .onrecord, with or without a copy of"
        " them; from then on that is asked."
    )
    assert told.copies
    assert Terms.of(sample, editable=False, shared=False) == READ_ONLY


def test_who_shares_a_corpus_is_told_so(corpus):
    assert Terms.of(corpus, editable=True, shared=False) == Terms(True, True, "", 50)
    said = Terms.of(corpus, editable=True, shared=True).said
    assert said == "Everybody who signs in here is answered from what you add."


def test_a_timeline_is_offered_of_a_name_with_something_dated(tmp_path):
    said = "Ada Lund spoke in Brno."
    texts = {
        "undated.txt": {"text": said, "title": "Brno"},
        "told.txt": {"text": "On 3 May 2025 Kim Novak sang in Riga.", "title": "Riga"},
        "published.txt": {"text": "Eva Holm won in Oslo.", "published": "2026-01-02"},
    }
    made, _ = corpus_of(tmp_path / "index", FakeEmbedder(), texts)

    def asks(name):
        shown = library(made, {"words": f'"{name}"'}, READ_ONLY)["facets"]
        return re.findall('data-ask="([A-Z][a-z]+)', shown)

    assert [asks(name) for name in ("Brno", "Riga", "Oslo")] == [
        ["Tell"],
        ["Tell", "Timeline"],
        ["Tell", "Timeline"],
    ]
