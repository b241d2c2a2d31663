"""What a report is about: which set was measured, and what was searched for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class About:
    """What was measured, and on what.

    Attributes:
        name: Of the golden set or the collection.
        searched: Which index, in words.
        titles: Of the articles in it, by key; the opening words of one without a title.
        notes: What a reader of the figures has to know, a sentence each.
    """

    name: str
    target: Path
    searched: str
    titles: dict[str, str]
    moment: datetime
    notes: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The same as JSON values."""
        return {
            "set": str(self.target),
            "searched": self.searched,
            "articles": len(self.titles),
            "notes": self.notes,
        }
