"""LlamaIndex filters against a ledger: each leaves the articles that it says."""

from datetime import date, datetime

import pytest
from llama_index.core.vector_stores.types import (
    FilterCondition,
    FilterOperator,
    MetadataFilter,
    MetadataFilters,
)

from index.article import Article
from index.build import Builder
from index.database import FIELDS
from index.engine import open_ledger
from index.vector_store import as_sql

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

    directory = tmp_path_factory.mktemp("filters") / "index"
    Builder(directory, FakeEmbedder()).put(ARTICLES)
    return open_ledger(directory)


def where(key, value, operator="=="):
    return MetadataFilter(key=key, value=value, operator=FilterOperator(operator))


def both(*filters, condition="and"):
    return MetadataFilters(filters=list(filters), condition=FilterCondition(condition))


def left(ledger, filters):
    with ledger.read():
        pks = ledger.select(*as_sql(filters))
        return "".join(sorted(a.article.uri for a in ledger.articles(pks).values()))


@pytest.mark.parametrize(
    ("item", "wanted"),
    [
        (where("uri", "a"), "a"),
        (where("key", "2"), "b"),
        (where("key", 2), "b"),
        (where("publisher", "THE RECORD"), "ab"),
        (where("publisher", "l'équipe"), "c"),
        (where("publisher", "the record", "!="), "c"),
        (where("publisher", ["The RECORD", "nobody"], "in"), "ab"),
        (where("publisher", ["L'Équipe"], "nin"), "ab"),
        (where("publisher", [], "in"), ""),
        (where("author", "Ada O'Neil"), "a"),
        (where("language", "en", "!="), "b"),
        (where("published", "2025-05-18"), "a"),
        (where("published", date(2025, 5, 18).isoformat(), ">"), "b"),
        (where("published", "2025-05-18", ">="), "ab"),
        (where("published", "2025-05-18", "<"), "c"),
        (where("published", "2025-05-18", "<="), "ac"),
        (where("title", "RAIN", "text_match"), "ac"),
        (where("title", "100%", "text_match"), "c"),
        (where("title", "'; DROP TABLE", "text_match"), "c"),
        (where("title", "SCHNEE", "text_match"), "b"),
        (where("title", None, "is_empty"), "d"),
        (where("published", None, "is_empty"), "d"),
        (where("author", None, "is_empty"), "bcd"),
    ],
)
def test_a_filter_leaves_what_it_says(ledger, item, wanted):
    assert left(ledger, both(item)) == wanted


def test_every_field_can_be_asked_for(ledger):
    for name in FIELDS:
        assert left(ledger, both(where(name, "no article has this"))) == ""
    assert left(ledger, both(where("id", ARTICLES[2].id))) == "c"


def test_dates_are_compared_as_days():
    for value in (date(2025, 5, 18), datetime(2025, 5, 18, 23, 59)):
        item = MetadataFilter.model_construct(
            key="published", value=value, operator=FilterOperator.GTE
        )
        assert as_sql(both(item)) == ("(published >= ?)", ["2025-05-18"])


def test_letter_case_of_publishers_is_not_told_apart_in_any_alphabet(ledger):
    assert left(ledger, both(where("publisher", ["l'équipe"], "in"))) == "c"
    assert left(ledger, both(where("publisher", "ÉQUIPE", "text_match"))) == "c"
    assert left(ledger, both(where("publisher", "équipe", "text_match"))) == "c"


def test_conditions_nest(ledger):
    recent = both(where("published", "2025-01-01", ">="))
    english_or_french = both(
        where("language", "en"), where("publisher", "L'ÉQUIPE"), condition="or"
    )
    assert left(ledger, english_or_french) == "ac"
    assert left(ledger, both(recent, english_or_french)) == "a"
    assert left(ledger, both(recent, english_or_french, condition="or")) == "abc"
    assert left(ledger, both(recent, condition="not")) == "c"
    assert left(ledger, both(english_or_french, where("uri", "b"), condition="not")) == "abcd"
    assert left(ledger, both(both(english_or_french, condition="not"), recent)) == "b"


def test_no_filters_leave_everything(ledger):
    assert left(ledger, both()) == "abcd"
    assert left(ledger, both(both(), where("uri", "a"))) == "a"


@pytest.mark.parametrize("name", ["text", "raw", "pk", "1=1; --", ""])
def test_an_unknown_field_is_refused(name):
    with pytest.raises(ValueError, match=r"filter on .*: an article has id, uri, key, title"):
        as_sql(both(where(name, "x")))


@pytest.mark.parametrize("operator", ["contains", "any", "all", "text_match_insensitive"])
def test_an_unknown_operator_is_refused_with_those_there_are(operator):
    with pytest.raises(
        ValueError, match=rf"{operator} is not one of .*'in'.*text_match'.*is_empty"
    ):
        as_sql(both(where("title", "x", operator)))


def test_in_wants_a_list():
    with pytest.raises(ValueError, match="filter on 'uri': in wants a list"):
        as_sql(both(where("uri", "a", "in")))
