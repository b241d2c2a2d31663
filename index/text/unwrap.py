"""Lines that were wrapped at a fixed width, as agency copy and e-mail are, put together again.

Agency copy tells its paragraphs by indentation and not by blank lines; a line of it that begins
with a name or a figure looks like a line of its own. What the text as a whole shows decides: a
width up to which nearly every line is filled, lines that go on in small letters, indentations. A
text that does not show them stays as it is, character for character.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate, pairwise

from index.boilerplate import rules
from index.text.sentences import LIST_ITEM, WRAP_WIDTHS, english_contexts
from index.text.words import Phrases

OPENING = 2  # columns of indentation that open a paragraph; one is a slip, or a sign-off's
# Of the ends of lines, those at which the next word would not have fitted. Copy wrapped by a
# program has 1.0; of 400 lists of unrelated lines, 8 to 29 ends each, 95 % had at most 0.42.
FILLED = 0.6
FILLED_PLAIN = 0.85  # where no indentation vouches for it; what blocks.py asks of a paragraph
MIN_PLAIN_ENDS = 3  # two full lines may be chance
MIN_CAPITAL_ENDS = 4  # and more where every line happens to begin with a capital
LOW = 1 / 3  # of the lines begin in small letters, in English prose 0.6 to 0.8
LONGER = 0.1  # of the lines may be longer than the width: an address, an edited line
SLACK = 0.6  # of the width that a line edited by hand still has; a heading or row has less
LONGEST_WORD = 30  # a script without spaces wraps anywhere, an address is no word
SHORT_ROW = 0.85  # of the width that no row of figures reaches
# Of the distinct words of a text, those of English news: 0.73 to 0.89 of the five English
# articles of tests/pages.py, at most 0.24 of the nineteen in other languages.
ENGLISH = 0.4
HEAD_LINES = 6  # in which a byline stands

_DATELINE, _GOES_ON = (Phrases("index.text").compiled(name) for name in ("dateline", "goes_on"))
# Who wrote and edited agency copy, at its end.
_CREDITS = re.compile(
    r"\(\(|\((?:Additional |With )?(?:[Rr]eporting|[Ww]riting|[Ee]diting)\b.* by "
)
_FINISHED = re.compile(r"[.!?…:。！？][\"'”’»)\]]*$")
_INITIAL = re.compile(r"\b[A-Z]\.$")
_SUSPENDED = re.compile(r"(?:and|or|to)\s")  # "pre- and post-war"
_OPEN_DASH = re.compile(r"\s(?:--?|[–—_])$")  # after a dateline, or inside a sentence
_SPLIT = re.compile(r"(?<![^\W\d_])([^\W\d_]+)[-\u2010]$")
_REST = re.compile(r"[^\W\d_]+")
_GLUED = re.compile(r"\w(?:--?|[—/])$")  # nothing stands between these and the next word


@dataclass(frozen=True, slots=True)
class _Line:
    """A line that is not blank."""

    raw: str  # as it stands, without white space at its end
    text: str  # without its indentation
    column: int  # its indentation, a tab reaching to the next multiple of eight
    blank: bool  # whether a blank line stands above it
    opens: bool = False  # whether it is indented beyond the lines around it

    @property
    def end(self) -> int:
        return self.column + len(self.text)

    @property
    def low(self) -> bool:
        return self.text.lstrip("\"'“‘(")[:1].islower()

    @property
    def finished(self) -> bool:
        return bool(_FINISHED.search(self.text)) and not _INITIAL.search(self.text)

    @property
    def caps(self) -> bool:
        """Whether it is a headline's line in capitals, not a sentence's last words."""
        return self.text.isupper() and len(self.text.split()) > 1 and not self.finished

    @property
    def apart(self) -> bool:
        """Whether it stands for itself by its look, whatever the lines around it."""
        return self.text[0] in ">|" or rules.is_columns(self.text) or rules.is_sign_off(self.text)


def unwrap(text: str, titled: bool = False) -> str:
    r"""The text with its wrapped lines joined and a blank line between its paragraphs.

    Rows of figures, lists and other lines that were not wrapped stay lines. A text that does not
    show that it was wrapped comes back as it is.

    The text is tidy, as ``tidy`` gives it; if it is titled, its first line is no headline.

    >>> unwrap("    BERN, May 4 - Rain fell on the whole of\nBern and Basel.\n    It will go on.")
    'BERN, May 4 - Rain fell on the whole of Bern and Basel.\n\nIt will go on.'
    """
    lines = _lines(text) if "\n" in text.strip() else []
    wrapping = _Wrapping.of(lines, titled) if len(lines) > 1 else None
    return wrapping.undone() if wrapping else text


def _lines(text: str) -> list[_Line]:
    lines: list[_Line] = []
    blank = False
    for raw in text.split("\n"):
        stripped = raw.strip()
        if stripped:
            indentation = raw[: len(raw) - len(raw.lstrip())].expandtabs(8)
            lines.append(_Line(raw.rstrip(), stripped, len(indentation), blank and bool(lines)))
        blank = not stripped
    return _with_openings(lines)


def _with_openings(lines: list[_Line]) -> list[_Line]:
    """The lines, those marked that are indented beyond the margin of their text or block quote."""
    usual = _margin(lines)
    marked: list[_Line] = []
    for block in _blocks(lines):
        own = _margin(block)
        quote = len(block) > 1 and own > usual and any(line.low for line in block[1:])
        margin = own if quote else usual
        marked += [replace(line, opens=line.column >= margin + OPENING) for line in block]
    return marked


def _blocks(lines: list[_Line]) -> Iterator[list[_Line]]:
    """The lines between blank lines."""
    block: list[_Line] = []
    for line in lines:
        if line.blank and block:
            yield block
            block = []
        block.append(line)
    if block:
        yield block


def _margin(lines: list[_Line]) -> int:
    """Where lines begin; a first line does not tell, as it is indented or a headline."""
    body = [line.column for line in lines[1:] if not rules.is_sign_off(line.text)]
    return min(body, default=lines[0].column if lines else 0)


@dataclass(frozen=True)
class _Wrapping:
    """The lines of a text that was wrapped, and how."""

    lines: list[_Line]  # all that are not blank, without the agency's mark at the end
    width: int  # the column up to which they are filled
    titled: bool  # whether the first line cannot be the headline

    @classmethod
    def of(cls, lines: list[_Line], titled: bool) -> _Wrapping | None:
        """How the lines were wrapped; None if they do not show that they were."""
        body = lines
        while len(body) > 1 and rules.is_sign_off(body[-1].text):
            body = body[:-1]
        signed, lines = len(body) < len(lines), body
        ends = [pair for pair in pairwise(lines) if _may_go_on(*pair)]
        if not ends:  # short paragraphs and rows of an agency
            return cls(lines, WRAP_WIDTHS.stop, titled) if signed else None
        width, filled = _width(ends)
        if sum(line.end > width for line in lines) > LONGER * len(lines):
            return None
        return cls(lines, width, titled) if _shows(lines, ends, filled, signed) else None

    @cached_property
    def indented(self) -> bool:
        """Whether indentations tell the paragraphs, be it that of a single line."""
        return _indented(self.lines) or any(
            after.opens
            and not (before.opens or after.blank or after.low or rules.is_columns(after.text))
            and not (LIST_ITEM.match(before.text) or LIST_ITEM.match(after.text))
            for before, after in pairwise(self.lines)
        )

    @cached_property
    def hyphens(self) -> Hyphens:
        return Hyphens([line.text for line in self.lines])

    def undone(self) -> str:
        """The text, its paragraphs whole."""
        parts: list[str] = []
        above = False
        for unit in self._units():
            paragraph = self._is_paragraph(unit)
            if parts:
                apart = unit[0].blank or (self.indented and (above or paragraph))
                parts.append("\n\n" if apart else "\n")
            parts.append(self._joined(unit))
            above = paragraph
        return "".join(parts)

    def _units(self) -> Iterator[list[_Line]]:
        """Lines that are read as one, in their order."""
        unit = [self.lines[0]]
        for number, (before, after) in enumerate(pairwise(self.lines)):
            if self._goes_on(number, before, after, unit):
                unit.append(after)
            else:
                yield unit
                unit = [after]
        yield unit

    def _goes_on(self, number: int, before: _Line, after: _Line, unit: list[_Line]) -> bool:
        """Whether the line after number ``number`` goes on where that one was wrapped."""
        if after.blank:  # a page of a printed text may end inside a sentence
            sentence = _is_full(before, after, self.width) and not before.finished
            return sentence and after.low and not (after.opens or before.apart or after.apart)
        if _CREDITS.match(after.text):
            return False
        if before.apart or after.apart or (number < HEAD_LINES and _is_head(before, after)):
            return False
        return self._follows(number, before, after, unit)

    def _follows(self, number: int, before: _Line, after: _Line, unit: list[_Line]) -> bool:
        """The same where no blank line is between them, and neither stands apart."""
        full = _is_full(before, after, self.width)
        sentence = full and not before.finished
        item = LIST_ITEM.match(unit[0].text) is not None
        if LIST_ITEM.match(after.text):
            return sentence and not (after.opens or item)
        if self._is_row(before) or self._is_row(after):
            return False
        if after.opens and not (item and after.column > unit[0].column and full):
            return after.low and sentence
        if not self.capitals and (before.caps or after.caps):
            return before.caps and after.caps and number < HEAD_LINES
        return full or after.low or self._edited(number, before, after)

    @cached_property
    def capitals(self) -> bool:
        """Whether all of it is in capitals."""
        return all(line.text.isupper() for line in self.lines)

    def _edited(self, number: int, before: _Line, after: _Line) -> bool:
        """Whether a line goes on though it had room: its dateline was cut off, or it was edited."""
        if before.finished and not self.indented:
            return False
        if _OPEN_DASH.search(before.text):
            return True
        first = number == self.first and not before.opens
        if (first or self.indented) and (
            _GOES_ON.search(before.text) or not after.text[0].isalpha()
        ):
            return True
        if first:
            headed = number > 0 or self.indented
            return self.titled or (headed and not _is_title_case(before.text))
        return self.indented and before.end >= SLACK * self.width

    @cached_property
    def first(self) -> int:
        """The number of the first line that is no headline in capitals and no byline."""
        body = (n for n, line in enumerate(self.lines) if not (line.caps or _is_byline(line)))
        return next(body, 0)

    def _is_row(self, line: _Line) -> bool:
        return rules.is_figures(line.text) and line.end < SHORT_ROW * self.width

    def _is_paragraph(self, unit: list[_Line]) -> bool:
        """Whether lines that are read as one are a paragraph, not a row or an item of a list."""
        if LIST_ITEM.match(unit[0].text) or self._is_row(unit[0]):
            return False
        return len(unit) > 1 or unit[0].finished

    def _joined(self, unit: list[_Line]) -> str:
        first = unit[0]
        if len(unit) == 1 and (not self.indented or rules.is_columns(first.text)):
            return first.raw
        parts = [first.text]
        for line in unit[1:]:
            parts[-1:] = self.hyphens.joined(parts[-1], line.text)
        return "".join(parts)


class Hyphens:
    """Which hyphens at the ends of a text's lines are a word's own, and which only split it."""

    def __init__(self, lines: list[str]) -> None:
        self.words = set(re.findall(r"\w+(?:-\w+)*", "\n".join(lines).lower()))
        known = sum(word in english_contexts() for word in self.words)
        self.foreign = known < ENGLISH * len(self.words)
        halves = filter(None, (_halves(before, after) for before, after in pairwise(lines)))
        self.splits = any(self._is_split(left, right) for left, right in halves)

    def joined(self, before: str, after: str) -> tuple[str, str]:
        """A line and the line after it, as they are put together."""
        if before.endswith("\u00ad"):
            return before[:-1], after
        if before.endswith("-") and _SUSPENDED.match(after):
            return f"{before} ", after
        if halves := _halves(before, after):
            split = self._is_split(*halves) or (self.splits and self._may_be_split(*halves))
            return before[:-1] if split else before, after
        return before if _GLUED.search(before) else f"{before} ", after

    def _is_split(self, left: str, right: str) -> bool:
        """Whether it is plain that a word was split: its halves are no words, the whole is one."""
        left = left.lower()
        if f"{left}-{right}" in self.words:
            return False
        if self.foreign:  # a hyphen before a small letter parts a word; few have one of their own
            return True
        whole, known = left + right, english_contexts()
        return whole in self.words or (whole in known and not (left in known and right in known))

    def _may_be_split(self, left: str, right: str) -> bool:
        """In a text that splits words: whether one may have been."""
        if not left.islower() or f"{left}-{right}" in self.words:
            return False
        known = english_contexts()
        return left + right in known or not (left in known and right in known)


def _halves(before: str, after: str) -> tuple[str, str] | None:
    """The ends of two lines that may be one word; None if no hyphen joins small letters."""
    left, right = _SPLIT.search(before), _REST.match(after)
    return (left[1], right[0]) if left and right and right[0].islower() else None


def _shows(lines: list[_Line], ends: list[tuple[_Line, _Line]], filled: int, signed: bool) -> bool:
    """Whether lines show that they were wrapped: ``filled`` of the line ends are full.

    Agency copy is known by its indentations, its dateline or the mark at its end. It was edited by
    hand, so lines of about one length will do there if sentences go on beyond their ends.
    """
    number = len(ends)
    cut = sum(not before.finished for before, _ in ends) * 2 >= number
    marked = signed or any(_DATELINE.match(line.text) for line in lines[:HEAD_LINES])
    if not (marked or _indented(lines)):
        return _shows_plainly(lines, ends, filled, cut)
    low = sum(after.low for _, after in ends)
    judged = number - (number > 1 and not ends[0][0].opens)  # the first may lack its dateline
    if filled >= FILLED * judged:
        return low > 0 or cut
    agency = (marked or lines[0].caps) and cut
    return (agency or low >= LOW * number) and _alike(lines, ends, judged)


def _shows_plainly(
    lines: list[_Line], ends: list[tuple[_Line, _Line]], filled: int, cut: bool
) -> bool:
    """The same of lines without indentation and marks; ``cut``: most end inside a sentence."""
    number = len(ends)
    if number < MIN_PLAIN_ENDS or filled < FILLED_PLAIN * number:
        return False
    texts = [line.text for line in lines]
    prose = all(map(str.isupper, texts)) or any(map(rules.INNER_STOP.search, texts))
    low = sum(after.low for _, after in ends) >= LOW * number
    return low or (prose and cut and number >= MIN_CAPITAL_ENDS)


def _alike(lines: list[_Line], ends: list[tuple[_Line, _Line]], judged: int) -> bool:
    """Whether enough of the ``judged`` line ends are of about one length, as wrapped lines have."""
    longest = max(line.end for line in lines)
    near = sum(before.end >= SLACK * longest for before, _ in ends)
    return near >= FILLED * judged and longest in WRAP_WIDTHS


def _may_go_on(before: _Line, after: _Line) -> bool:
    """Whether a line may go on in the next one; how many do tells whether a text is wrapped."""
    rows = rules.is_figures(before.text) or rules.is_figures(after.text)
    item = LIST_ITEM.match(after.text)
    apart = before.apart or after.apart or _is_head(before, after)
    return not (after.blank or after.opens or item or rows or apart)


def _is_head(before: _Line, after: _Line) -> bool:
    """Whether one of two lines is a byline, or the second a dateline below a headline."""
    dateline = before.caps and _DATELINE.match(after.text)
    return bool(dateline) or _is_byline(before) or _is_byline(after)


def _is_byline(line: _Line) -> bool:
    return line.text[0] == "B" and rules.bylined(line.text) is not None


def _is_title_case(text: str) -> bool:
    """Whether all longer words have capitals, as in headlines of American papers."""
    words = [word for word in text.split() if len(word) > 3 and word[0].isalpha()]
    return len(words) > 1 and all(word[0].isupper() for word in words)


def _indented(lines: list[_Line]) -> bool:
    """Whether paragraphs are told by the indentation of their first lines."""
    return any(
        before.opens
        and not (before.low or after.opens or after.blank or LIST_ITEM.match(before.text))
        for before, after in pairwise(lines)
    )


def _width(ends: list[tuple[_Line, _Line]]) -> tuple[int, int]:
    """The width at which most of the line ends are full, and how many of them are."""
    changes = [0] * (WRAP_WIDTHS.stop + 1)
    for before, after in ends:
        beyond = _needed(before, after)
        if before.end < WRAP_WIDTHS.stop and beyond > WRAP_WIDTHS.start:
            changes[max(before.end, WRAP_WIDTHS.start)] += 1
            changes[min(beyond, WRAP_WIDTHS.stop)] -= 1
    counts = list(accumulate(changes))
    width = max(WRAP_WIDTHS, key=lambda width: (counts[width], width))
    return width, counts[width]


def _is_full(before: _Line, after: _Line, width: int) -> bool:
    """Whether the first word of the next line would have stood out beyond the width."""
    return _needed(before, after) > width


def _needed(before: _Line, after: _Line) -> int:
    """The width at which the first word of the next line would have stood on the line before."""
    word = after.text.split(None, 1)[0]
    return before.end + (not before.text.endswith("-")) + min(len(word), LONGEST_WORD)
