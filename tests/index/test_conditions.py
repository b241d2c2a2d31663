"""Conditions on articles against a ledger: each leaves the articles that it says."""

from datetime import date

import pytest

from index.article import Article
from index.build import Builder
from index.database import FIELDS, compared, joined
from index.engine import open_ledger

ARTICLES = [
    Article(uri="a", key="1", text="One.", publisher="The Record", published=date(2025, 5, 18),
            language="en", author="Ada O'Neil", title="Rain in Bern"),
    Article(uri="b", key="2", text="Two.", publisher="the record", published=date(2025, 5, 19),
            language="de", title="Schnee"),
    Article(uri="c", key="3", text="Three.", publisher="L'ÉQUIPE", published=date(2024, 12, 31),
            title="100% 'rain'; DROP TABLE articles"),
    Article(uri="d", key="4", text="Four.", title=""),
]  # fmt: skip


@pytest.fixture(scope="module")
def ledger(tmp_path_factory):
    from tests.fakes import FakeEmbedder

    directory = tmp_path_factory.mktemp("conditions") / "index"
    Builder(directory, FakeEmbedder()).put(ARTICLES)
    return open_ledger(directory)


def left(ledger, *conditions):
    with ledger.read():
        pks = ledger.select(*joined(conditions))
        return "".join(sorted(a.article.uri for a in ledger.articles(pks).values()))


@pytest.mark.parametrize(
    ("key", "operator", "value", "wanted"),
    [
        ("uri", "=", "a", "a"),
        ("key", "=", "2", "b"),
        ("publisher", "=", "THE RECORD", "ab"),
        ("publisher", "=", "l'équipe", "c"),
        ("author", "=", "Ada O'Neil", "a"),
        ("title", "=", "100% 'rain'; DROP TABLE articles", "c"),
        ("published", "=", "2025-05-18", "a"),
        ("published", ">=", date(2025, 5, 18), "ab"),
        ("published", "<=", date(2025, 5, 18), "ac"),
    ],
)
def test_a_condition_leaves_what_it_says(ledger, key, operator, value, wanted):
    assert left(ledger, compared(key, operator, value)) == wanted


def test_every_field_can_be_asked_for(ledger):
    for name in FIELDS:
        assert left(ledger, compared(name, "=", "no article has this")) == ""
    assert left(ledger, compared("id", "=", ARTICLES[2].id)) == "c"


def test_conditions_all_hold_and_none_are_always_true(ledger):
    recent = compared("published", ">=", date(2025, 1, 1))
    assert left(ledger, recent, compared("language", "=", "de")) == "b"
    assert left(ledger) == "abcd"


@pytest.mark.parametrize("name", ["text", "raw", "pk", "1=1; --", ""])
def test_an_unknown_field_is_refused(name):
    with pytest.raises(ValueError, match=r"filter on .*: an article has id, uri, key, title"):
        compared(name, "=", "x")
