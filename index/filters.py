"""LlamaIndex metadata filters as conditions on the ledger's articles."""

from __future__ import annotations

from datetime import date, datetime

from llama_index.core.vector_stores.types import (
    FilterCondition,
    FilterOperator,
    MetadataFilter,
    MetadataFilters,
)

FIELDS = ("id", "uri", "key", "title", "author", "publisher", "published", "language", "url")

_COMPARISONS = {
    FilterOperator.EQ: "=",
    FilterOperator.NE: "<>",
    FilterOperator.GT: ">",
    FilterOperator.GTE: ">=",
    FilterOperator.LT: "<",
    FilterOperator.LTE: "<=",
}
_OPERATORS = (
    *_COMPARISONS,
    FilterOperator.IN,
    FilterOperator.NIN,
    FilterOperator.TEXT_MATCH,
    FilterOperator.IS_EMPTY,
)
_JOINS = {FilterCondition.AND: " AND ", FilterCondition.OR: " OR "}


def as_sql(filters: MetadataFilters) -> tuple[str, list[str]]:
    """An SQL condition and its values; an article without the field never matches a comparison.

    Publisher names are compared without regard to letter case.

    Raises:
        ValueError: a field or an operator that the ledger does not know.

    >>> as_sql(MetadataFilters(filters=[MetadataFilter(key="language", value="en")]))
    ('(language = ?)', ['en'])
    """
    parts: list[str] = []
    values: list[str] = []
    for item in filters.filters:
        part, found = as_sql(item) if isinstance(item, MetadataFilters) else _condition(item)
        parts.append(part)
        values += found
    if not parts:
        return "1", []
    if filters.condition == FilterCondition.NOT:
        return "NOT (" + " AND ".join(parts) + ")", values
    return "(" + _JOINS[filters.condition or FilterCondition.AND].join(parts) + ")", values


def _condition(item: MetadataFilter) -> tuple[str, list[str]]:
    if item.key not in FIELDS:
        raise ValueError(f"filter on {item.key!r}: an article has {', '.join(FIELDS)}")
    column, mark = _compared(item)
    if operator := _COMPARISONS.get(item.operator):
        return f"{column} {operator} {mark}", [_value(item.value)]
    if item.operator in (FilterOperator.IN, FilterOperator.NIN):
        if not isinstance(item.value, list):
            raise ValueError(f"filter on {item.key!r}: {item.operator.value} wants a list")
        negation = "NOT " if item.operator == FilterOperator.NIN else ""
        marks = ", ".join([mark] * len(item.value))
        return f"{column} {negation}IN ({marks})", [_value(value) for value in item.value]
    if item.operator == FilterOperator.TEXT_MATCH:
        return f"instr(caseless({item.key}), caseless(?)) > 0", [_value(item.value)]
    if item.operator == FilterOperator.IS_EMPTY:
        return f"coalesce({item.key}, '') = ''", []
    known = [operator.value for operator in _OPERATORS]
    raise ValueError(f"filter on {item.key!r}: {item.operator.value} is not one of {known}")


def _compared(item: MetadataFilter) -> tuple[str, str]:
    """How a column and a value are written for a comparison.

    SQLite knows letter case in ASCII alone; the ledger's own function knows it in any alphabet
    and takes four times as long (300,000 articles: 0.36 s instead of 0.09 s).
    """
    if item.key != "publisher":
        return item.key, "?"
    if str(item.value).isascii():
        return "publisher COLLATE NOCASE", "?"
    return "caseless(publisher)", "caseless(?)"


def _value(value: object) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)
