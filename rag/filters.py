"""Which articles a question may be answered from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from index.conditions import Condition, compared, joined
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

    def condition(self) -> Condition | None:
        """The same on the ledger's articles, None if all are meant.

        An article without a date passes no date filter.
        """
        wanted = (
            ("published", ">=", self.after),
            ("published", "<=", self.before),
            ("publisher", "=", self.publisher),
        )
        given = [compared(*one) for one in wanted if one[2] is not None]
        return joined(given) if given else None

    def within(self, confined: Scope) -> Filters:
        """The same, and what a question confines itself to where nothing is said here."""
        dated = self.after or self.before
        return Filters(
            self.after if dated else confined.after,
            self.before if dated else confined.before,
            self.publisher or confined.publisher,
        )


NO_FILTERS = Filters()
