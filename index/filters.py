"""LlamaIndex metadata filters as conditions on the ledger's articles."""

from __future__ import annotations

from llama_index.core.vector_stores.types import (
    FilterCondition,
    FilterOperator,
    MetadataFilter,
    MetadataFilters,
)

from index.conditions import Condition, compared, joined, written_as

_COMPARISONS = {
    FilterOperator.EQ: "=",
    FilterOperator.NE: "<>",
    FilterOperator.GT: ">",
    FilterOperator.GTE: ">=",
    FilterOperator.LT: "<",
    FilterOperator.LTE: "<=",
}
_LISTS = {FilterOperator.IN: "IN", FilterOperator.NIN: "NOT IN"}
_OPERATORS = (*_COMPARISONS, *_LISTS, FilterOperator.TEXT_MATCH, FilterOperator.IS_EMPTY)


def as_sql(filters: MetadataFilters) -> Condition:
    """The condition that filters state; an article without the field never matches a comparison.

    Raises:
        ValueError: a field or an operator that the ledger does not know.

    >>> as_sql(MetadataFilters(filters=[MetadataFilter(key="language", value="en")]))
    ('(language = ?)', ['en'])
    """
    parts = [
        as_sql(item) if isinstance(item, MetadataFilters) else _condition(item)
        for item in filters.filters
    ]
    if parts and filters.condition == FilterCondition.NOT:
        condition, values = joined(parts)
        return f"NOT {condition}", values
    return joined(parts, "OR" if filters.condition == FilterCondition.OR else "AND")


def _condition(item: MetadataFilter) -> Condition:
    if operator := _COMPARISONS.get(item.operator):
        return compared(item.key, operator, item.value)
    if operator := _LISTS.get(item.operator):
        if not isinstance(item.value, list):
            raise ValueError(f"filter on {item.key!r}: {item.operator.value} wants a list")
        return compared(item.key, operator, *item.value)
    compared(item.key, "=")  # that there is such a field
    if item.operator == FilterOperator.TEXT_MATCH:
        return f"instr(caseless({item.key}), caseless(?)) > 0", [written_as(item.value)]
    if item.operator == FilterOperator.IS_EMPTY:
        return f"coalesce({item.key}, '') = ''", []
    known = [operator.value for operator in _OPERATORS]
    raise ValueError(f"filter on {item.key!r}: {item.operator.value} is not one of {known}")
