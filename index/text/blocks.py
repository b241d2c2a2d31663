"""Which lines of a text are read as one: paragraphs, hard-wrapped prose, headings, list items."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from index.boilerplate import rules

HEADING_CHARACTERS = 100  # the longest heading of the sample corpus has 74
HEADING_WORDS = 15

LIST_ITEM = re.compile(
    r"(?:[-*+•‣◦▪●○–—·]|\(?\d{1,3}[.)]|[a-z]\.|\(?(?:[a-zA-Z]|[ivx]{1,4})\))\s+\S"
)
_MARKDOWN_HEADING = re.compile(r"#{1,6}\s+\S")
_UNDERLINE = re.compile(r"(?:={3,}|-{3,})$")
_FINAL_STOP = re.compile(r"[.!?…:;,。！？؟۔।][\"'”’»)\]*_]*$")
_HEADING_START = re.compile(r"[\"'“‘«(\[*_¿¡]*[^\W_]")
WRAP_WIDTHS = range(40, 111)  # e-mail wraps at 65 to 78, agency copy at 60 to 90


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that are read as one: a paragraph, a heading or a list item, without its margins."""

    start: int
    end: int
    heading: bool = False


def split_blocks(text: str) -> list[Block]:
    r"""The lines of a text as blocks, the wrapped ones joined; blank lines left out.

    >>> text = "Talks\n\n- Rain fell.\n- Snow fell."
    >>> [(text[b.start : b.end], b.heading) for b in split_blocks(text)]
    [('Talks', True), ('- Rain fell.', False), ('- Snow fell.', False)]
    """
    blocks: list[Block] = []
    paragraphs = list(_paragraphs(text))
    widths = [_wrap_width(text, lines) for lines in paragraphs]
    usual = max(widths, default=0)
    for lines, width in zip(paragraphs, widths, strict=True):
        first = 0
        for last in range(1, len(lines) + 1):
            if last == len(lines) or not _continues(text, lines, last, width or usual):
                blocks.append(_block(text, lines[first:last]))
                first = last
    return blocks


def _paragraphs(text: str) -> Iterator[list[tuple[int, int]]]:
    """The spans of the lines, stripped, in groups between blank lines."""
    lines: list[tuple[int, int]] = []
    offset = 0
    for line in text.splitlines(keepends=True):
        stripped = line.strip()
        if stripped:
            start = offset + line.index(stripped[0])
            lines.append((start, start + len(stripped)))
        elif lines:
            yield lines
            lines = []
        offset += len(line)
    if lines:
        yield lines


def _block(text: str, lines: list[tuple[int, int]]) -> Block:
    """Lines that belong together as a block; one short line without a final stop is a heading."""
    start, end = lines[0][0], lines[-1][1]
    underlined = len(lines) == 2 and _UNDERLINE.match(text, lines[1][0], end)
    return Block(start, end, bool(underlined) or (len(lines) == 1 and _is_heading(text[start:end])))


def _is_heading(line: str) -> bool:
    """Whether a line by itself reads as a heading: short, and without a final stop."""
    if _MARKDOWN_HEADING.match(line):
        return True
    return (
        len(line) <= HEADING_CHARACTERS
        and len(line.split()) <= HEADING_WORDS
        and _HEADING_START.match(line) is not None
        and not line.lstrip("\"'“‘«([*_")[:1].islower()
        and not _FINAL_STOP.search(line)
        and not LIST_ITEM.match(line)
        and "://" not in line
        and not rules.is_figures(line)
    )


def _continues(text: str, lines: list[tuple[int, int]], index: int, width: int) -> bool:
    """Whether line ``index`` of a paragraph goes on where the line before it was wrapped."""
    (before, before_end), (start, end) = lines[index - 1], lines[index]
    if _UNDERLINE.match(text, start, end):
        return index == 1 and _is_heading(text[before:before_end])
    if (
        LIST_ITEM.match(text, start, end)
        or _MARKDOWN_HEADING.match(text, start, end)
        or _MARKDOWN_HEADING.match(text, before, before_end)
    ):
        return False
    length = before_end - before
    if length >= WRAP_WIDTHS.start and text[start].islower():
        return length in WRAP_WIDTHS or not _FINAL_STOP.search(text, before_end - 3, before_end)
    return bool(width) and _was_full(text, lines[index - 1], lines[index], width)


def _was_full(text: str, line: tuple[int, int], after: tuple[int, int], width: int) -> bool:
    """Whether the first word of the line after would have stood out beyond the margin."""
    word = len(text[after[0] : min(after[1], after[0] + 40)].split(None, 1)[0])
    if word > 30:
        word = 1  # a script without spaces, which wraps anywhere
    length = line[1] - line[0]
    return length <= width < length + 1 + word


def _wrap_width(text: str, lines: list[tuple[int, int]]) -> int:
    """The width that a paragraph was wrapped at, or 0 if its lines are not wrapped prose."""
    width = max(end - start for start, end in lines)
    if len(lines) < 3 or width not in WRAP_WIDTHS:
        return 0
    full = sum(_was_full(text, line, after, width) for line, after in pairwise(lines))
    low = sum(text[start].islower() for start, _ in lines[1:])
    inner = text[lines[0][0] : lines[-1][1]]
    wrapped = full >= 0.85 * (len(lines) - 1)
    return width if wrapped and (low * 3 >= len(lines) - 1 or inner == inner.upper()) else 0
