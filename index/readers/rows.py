"""The rows of a table as lines that can be read, found and quoted alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

LONGEST_HEAD = 60  # characters; what is longer at the top of a column is text
LONGEST_CELL = 400  # what holds more is a layout of blocks, not a table
YEAR = re.compile(r"(?:19|20)\d\d(?:[/–-]\d{2,4})?")
FIGURE = re.compile(r"[\W_]*\d[\d\s.,:/%–-]*\W*")


def lines(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """A line for each row; under heads, each cell after the head of its column.

    >>> list(lines([["Country", "2026"], ["Ruritania", "4.1 million t"]]))
    ['Country: Ruritania; 2026: 4.1 million t.']
    """
    filled = [row for row in rows if any(row)]
    if any(len(cell) > LONGEST_CELL for row in filled for cell in row):
        yield from (cell for row in filled for cell in row if cell)
        return
    heads = filled[0] if has_heads(filled) else None
    for row in filled[1 if heads else 0 :]:
        yield headed(heads, row) if heads else " | ".join(cell for cell in row if cell)


def has_heads(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row names the columns: short, each once, and no figures but years."""
    if len(rows) < 2 or len(rows[0]) < 2:
        return False
    first = rows[0]
    named = [head for head in first if head]
    return (
        len(named) >= len(first) - 1
        and all(first[1:])
        and len(set(first)) == len(first)
        and all(len(head) <= LONGEST_HEAD for head in named)
        and all(YEAR.fullmatch(head) or not FIGURE.fullmatch(head) for head in named)
    )


def headed(heads: Sequence[str], row: Sequence[str]) -> str:
    """A row as a sentence: "Country: Ruritania; Year: 2026."."""
    cells = [*row, *[""] * len(heads)]
    more = row[len(heads) :]
    said = [
        f"{head}: {cell}" if head else cell
        for head, cell in zip(heads, cells, strict=False)
        if cell
    ]
    whole = "; ".join([*said, *filter(None, more)])
    return whole if whole.endswith((".", "!", "?")) else f"{whole}."
