"""Where each sentence of an article begins and ends, as exact character offsets.

Lines come first (paragraphs, headings, list items, hard-wrapped prose), then the stops inside
them. NLTK's Punkt, with its trained English data, judges the ordinary full stop; what news text
does beyond that (quotations, titles, source notes, telegraphic capitals, scraped text without
spaces) is judged by the rules here.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

HEADING_CHARACTERS = 100  # the longest heading of the sample corpus has 71; prose lines pass 100
HEADING_WORDS = 15


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, or a line that stands for one, as offsets into its text.

    Attributes:
        start: Offset of the first character, which is not white space.
        end: Offset after the last character, which is not white space either.
        heading: Whether this is a heading or another short line without a final stop: words
            that stand over sentences, and are none.
    """

    start: int
    end: int
    heading: bool = False


def split_sentences(text: str) -> list[Sentence]:
    """Splits a text into its sentences, in order; every visible character lies in exactly one.

    A blank line ends a sentence, and so does a line break, unless the lines are prose that was
    wrapped. What cannot stand alone (a source note in brackets, a footnote mark, a dash with a
    name after the last full stop) stays with the sentence before it. Empty text gives [].

    >>> text = "Talks\\n\\nMr. Putin met U.S. envoys. (CNN report) “Why now?” asked one."
    >>> [text[s.start : s.end] for s in split_sentences(text)]
    ['Talks', 'Mr. Putin met U.S. envoys. (CNN report)', '“Why now?” asked one.']
    """
    blocks = _blocks(text)
    if not blocks:
        return []
    ends = _punkt_ends(text)
    has_prose = any(not block.heading for block in blocks)
    sentences = []
    for block in blocks:
        if block.heading:
            sentences.append(Sentence(block.start, block.end, heading=has_prose))
        else:
            sentences += _sentences_of_block(text, block, ends)
    return sentences


# Lines ---------------------------------------------------------------------------------------

_LIST_ITEM = re.compile(r"(?:[-*+•‣◦▪●○–—·]|\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,4})[.)])\s+\S")
_MARKDOWN_HEADING = re.compile(r"#{1,6}\s+\S")
_UNDERLINE = re.compile(r"(?:={3,}|-{3,})$")
_FINAL_STOP = re.compile(r"[.!?…:;,。！？؟۔।][\"'”’»)\]*_]*$")
_HEADING_START = re.compile(r"[\"'“‘«(\[*_¿¡]*[^\W_]")
_WRAP_WIDTHS = range(40, 111)  # e-mail wraps at 65 to 78, agency copy at 60 to 90


@dataclass(frozen=True, slots=True)
class _Block:
    """Lines that are read as one: a paragraph, a heading or a list item, without its margins."""

    start: int
    end: int
    heading: bool = False


def _blocks(text: str) -> list[_Block]:
    """The lines of the text, the wrapped ones joined; blank lines left out."""
    blocks: list[_Block] = []
    for lines in _paragraphs(text):
        first = 0
        for last in range(1, len(lines) + 1):
            if last == len(lines) or not _continues(text, lines, last):
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


def _block(text: str, lines: list[tuple[int, int]]) -> _Block:
    """Lines that belong together as a block; one short line without a final stop is a heading."""
    start, end = lines[0][0], lines[-1][1]
    underlined = len(lines) == 2 and _UNDERLINE.match(text, lines[1][0], end)
    return _Block(
        start, end, bool(underlined) or (len(lines) == 1 and _is_heading(text[start:end]))
    )


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
        and not _LIST_ITEM.match(line)
        and "://" not in line
    )


def _continues(text: str, lines: list[tuple[int, int]], index: int) -> bool:
    """Whether line ``index`` of a paragraph goes on where the line before it was wrapped."""
    (before, before_end), (start, end) = lines[index - 1], lines[index]
    if _UNDERLINE.match(text, start, end):
        return index == 1 and _is_heading(text[before:before_end])
    if (
        _LIST_ITEM.match(text, start, end)
        or _MARKDOWN_HEADING.match(text, start, end)
        or _MARKDOWN_HEADING.match(text, before, before_end)
    ):
        return False
    if before_end - before >= _WRAP_WIDTHS.start and text[start].islower():
        return not _FINAL_STOP.search(text, before_end - 3, before_end) or (
            before_end - before in _WRAP_WIDTHS
        )
    width = _wrap_width(text, lines)
    return bool(width) and _was_full(text, lines[index - 1], lines[index], width)


def _was_full(text: str, line: tuple[int, int], after: tuple[int, int], width: int) -> bool:
    """Whether the first word of the line after would have stood out beyond the margin."""
    return line[1] - line[0] + 1 + len(text[slice(*after)].split(None, 1)[0]) > width


def _wrap_width(text: str, lines: list[tuple[int, int]]) -> int:
    """The width that a paragraph was wrapped at, or 0 if its lines are not wrapped prose."""
    width = max(end - start for start, end in lines)
    if len(lines) < 3 or width not in _WRAP_WIDTHS:
        return 0
    full = sum(_was_full(text, line, after, width) for line, after in pairwise(lines))
    low = sum(text[start].islower() for start, _ in lines[1:])
    has_case = text[lines[0][0] : lines[-1][1]].upper() != text[lines[0][0] : lines[-1][1]]
    wrapped = full >= 0.85 * (len(lines) - 1)
    return width if wrapped and (low * 3 >= len(lines) - 1 or not has_case) else 0


# Stops ---------------------------------------------------------------------------------------

# Titles and the like are never the last word of a sentence.
_NEVER_LAST = frozenset(
    "mr mrs ms dr prof gen sen rep gov lt col capt sgt maj cmdr cdr adm rev hon pres supt cpl pvt "
    "brig amb insp det messrs mx fr msgr reps sens gens drs profs govs e.g i.e eg vs cf viz ca "
    "pt mt ft dist asst assoc mme mlle rt".split()
) - {"ft", "pt", "fr", "rt", "ca"}
# These are followed by a number: "No. 10", "Jan. 6", "pp. 3-5".
_BEFORE_NUMBER = frozenset(
    "no nos vol p pp art arts sec secs fig figs ch chap par para op ver ed rs approx est c ca "
    "circa jan feb mar apr jun jul aug sep sept oct nov dec tel ext rm sq lot eq § lk jn".split()
)
# These may end a sentence or not: what follows decides.
_ABBREVIATIONS = frozenset(
    "inc ltd co corp cos llc plc bros jr sr st ave blvd rd hwy dept univ assn est approx gov "
    "jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri "
    "ala ariz ark calif colo conn del fla ga ill ind kan ky la mass md mich minn miss mo mont neb "
    "nev okla ore pa penn tenn tex vt va wash wis wyo al etc ft mt pt fr rt ca no nos vol "
    "dist ft lbs oz min max avg hrs yrs tbsp tsp fig figs sec ed eds trans repr".split()
) - {"ill", "ind", "miss", "mo", "la", "del", "min", "max", "mass", "wash", "no", "mar", "trans"}
_INITIALS = re.compile(r"(?:[^\W\d_]\.)*[^\W\d_]$|ph\.d$")
_STARTERS = frozenset(
    "a according after all although among an and another any are as asked at because before both "
    "but by can did do does during each earlier even every few finally for from had has have he "
    "her here his how however i if in indeed instead is it its just last later like many "
    "meanwhile more moreover most my nearly neither nevertheless next no nonetheless nor not now "
    "of officials on once one only or other others our over she since so some soon still such "
    "than that the their then there these they this those though through to today two under "
    "unlike until was we were what when where whether which while who whose why will with yet "
    "you your".split()
)
# In capitals throughout, "THE U.S . IN" may go on; these words hardly ever do.
_CAPITAL_STARTERS = frozenset(
    "the he she it they we but this these there those when while after although however if "
    "meanwhile nevertheless yet though i what why".split()
)
_SAID = (
    r"(?:said|says|asked|asks|added|adds|wondered|replied|cried|shouted|demanded|exclaimed|"
    r"declared|inquired|enquired|snapped|warned|wrote|writes|told|quipped|insisted|joked)"
)
_ATTRIBUTION = re.compile(
    rf"\s+(?:{_SAID}\b|(?:[^\W\d_][\w.'’-]*\s+){{1,4}}{_SAID}\s*(?:[.,;:]|$))", re.IGNORECASE
)
_BANG_NAMES = frozenset({"yahoo", "jeopardy", "yum"})
_FILE_ENDINGS = frozenset(
    "com net org gov edu int info biz news co uk de fr ru ua eu us io ai tv me py js ts go java "
    "html htm php txt pdf doc docx xls xlsx csv json xml yaml md exe zip jpg png gif mp3 mp4".split()
)

_STOP = re.compile(r"[.!?…]+|[。！？｡؟۔।]+")
_WIDE_STOPS = frozenset("。！？｡")
# What belongs to a stop: closing quotes and brackets, footnote marks.
_TAIL = re.compile(
    r"(?:[\"'”’»›)\]}*_」』）】》〉]+|[⁰¹²³⁴-⁹]+|\s?\[(?![.…])[^\[\]\n.!?]{1,30}\](?![(\w]))*"
)
_SPACED_QUOTE = re.compile(r"\s+(?:[\"”]|'')(?=\s|$)")
# A source note after the stop: "(Real Social, cited)", "— Reuters".
_NOTE = re.compile(
    r"\s*\((?=[^()\n]*[^\W_])[^()\n]{0,79}[^()\n.!?…\s]\s?\)\.?(?=\s*$|\s+[^\Wa-z]|\s+[\"“‘'«(\[])"
    r"|\s*(?:[—–]|--?)\s?(?=[^\W\d_])[^.!?—–]{1,40}$"
)
_NEXT = re.compile(r"(\s+)[\"'“”‘’„«»‹›(\[{*_¿¡—–\s-]*(\w?(?:[\w'’]|[.-](?=\w))*)")
_GLUED_WORD = re.compile(r"[^\W\d_a-z][^\W\d_A-Z]+")
_GLUE_BEFORE = re.compile(r"[^\W\d_]*[^\W\d_A-Z]{2}$")
_NO_WORD = re.compile(r"\W*(?:\d{1,3}|[^\W\d_])?[.)\W]*$")


def _sentences_of_block(text: str, block: _Block, ends: frozenset[int]) -> list[Sentence]:
    """The sentences of one paragraph or list item."""
    spans: list[tuple[int, int]] = []
    start = block.start
    reader = _Reader(text, block, ends)
    for cut in reader.cuts():
        # A list number, a letter or bare punctuation is no sentence: it waits for its words.
        if not _NO_WORD.match(text, start, cut):
            spans.append((start, cut))
            start = cut
    if spans and not re.compile(r"\W*$").match(text, start, block.end):
        spans.append((start, block.end))
    else:
        spans[-1:] = [(spans[-1][0] if spans else start, block.end)]
    return [_stripped(text, *span) for span in spans]


def _stripped(text: str, start: int, end: int) -> Sentence:
    """A span without the white space at both its ends; it must hold something else."""
    inner = text[start:end]
    return Sentence(
        start + len(inner) - len(inner.lstrip()), end - len(inner) + len(inner.rstrip())
    )
