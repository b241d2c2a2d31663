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
    column = f"{item.key} COLLATE NOCASE" if item.key == "publisher" else item.key
    if operator := _COMPARISONS.get(item.operator):
        return f"{column} {operator} ?", [_value(item.value)]
    if item.operator in (FilterOperator.IN, FilterOperator.NIN):
        if not isinstance(item.value, list):
            raise ValueError(f"filter on {item.key!r}: {item.operator.value} wants a list")
        negation = "NOT " if item.operator == FilterOperator.NIN else ""
        marks = ", ".join("?" * len(item.value))
        return f"{column} {negation}IN ({marks})", [_value(value) for value in item.value]
    if item.operator == FilterOperator.TEXT_MATCH:
        return f"instr(lower({item.key}), lower(?)) > 0", [_value(item.value)]
    if item.operator == FilterOperator.IS_EMPTY:
        return f"coalesce({item.key}, '') = ''", []
    known = [op.value for op in (*_COMPARISONS, FilterOperator.IN, FilterOperator.NIN)]
    raise ValueError(f"filter on {item.key!r}: {item.operator.value} is not one of {known}")


def _value(value: object) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)
