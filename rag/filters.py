"""Which articles a question may be answered from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from llama_index.core.vector_stores.types import FilterOperator, MetadataFilter, MetadataFilters

from rag.scope import Scope


@dataclass(frozen=True, slots=True)
class Filters:
    """Which articles may be used.

    Attributes:
        after: Published on this day or later.
        before: Published on this day or earlier.
        publisher: By this publisher, letter case aside.
    """

    after: date | None = None
    before: date | None = None
    publisher: str | None = None

    def as_metadata(self) -> MetadataFilters:
        """The same as LlamaIndex has it; an article without a date passes no date filter."""
        wanted = (
            ("published", FilterOperator.GTE, self.after),
            ("published", FilterOperator.LTE, self.before),
            ("publisher", FilterOperator.EQ, self.publisher),
        )
        return MetadataFilters(
            filters=[
                MetadataFilter(key=key, operator=operator, value=str(value))
                for key, operator, value in wanted
                if value is not None
            ]
        )

    def within(self, confined: Scope) -> Filters:
        """The same, and what a question confines itself to where nothing is said here."""
        dated = self.after or self.before
        return Filters(
            self.after if dated else confined.after,
            self.before if dated else confined.before,
            self.publisher or confined.publisher,
        )


NO_FILTERS = Filters()
