"""Where each sentence of a text begins and ends, as exact character offsets.

`split_blocks` gives the lines that are read as one; which stops inside them end a sentence is
judged then, and what belongs to a stop (quotation marks, brackets, source notes).
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from index.boilerplate import rules
from index.text.dates import ABBREVIATED
from index.text.words import ENGLISH, Phrases, stop_words

HEADING_CHARACTERS = 100  # the longest heading of the sample corpus has 74
HEADING_WORDS = 15

LIST_ITEM = re.compile(
    r"(?:[-*+•‣◦▪●○–—·]|\(?\d{1,3}[.)]|[a-z]\.|\(?(?:[a-zA-Z]|[ivx]{1,4})\))\s+\S"
)
_MARKDOWN_HEADING = re.compile(r"#{1,6}\s+\S")
_UNDERLINE = re.compile(r"(?:={3,}|-{3,})$")
_FINAL_STOP = re.compile(r"[.!?…:;,。！？؟۔।][\"'”’»)\]*_]*(?:\[\d{1,3}\])*$")
_HEADING_START = re.compile(r"[\"'“‘«(\[*_¿¡]*(?:(?<=«)\s)?[^\W_]")
WRAP_WIDTHS = range(40, 111)  # e-mail wraps at 65 to 78, agency copy at 60 to 90


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, or a line that stands for one, as offsets into its text."""

    start: int  # offset of the first character, which is not white space
    end: int  # offset after the last character, which is not white space either
    # Whether this is a heading or another short line without a final stop: words that stand over
    # sentences, and are none.
    heading: bool = False


def split_blocks(text: str) -> list[Sentence]:
    r"""The lines of a text that are read as one: paragraphs, headings, list items, without margins.

    A line that goes on in small letters is joined; what was wrapped, ``unwrap`` joined before.

    >>> text = "Talks\n\n- Rain fell.\n- Snow fell."
    >>> [(text[b.start : b.end], b.heading) for b in split_blocks(text)]
    [('Talks', True), ('- Rain fell.', False), ('- Snow fell.', False)]
    """
    blocks: list[Sentence] = []
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


def _block(text: str, lines: list[tuple[int, int]]) -> Sentence:
    """Lines that belong together as a block; one short line without a final stop is a heading."""
    start, end = lines[0][0], lines[-1][1]
    underlined = len(lines) == 2 and _UNDERLINE.match(text, lines[1][0], end)
    return Sentence(
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
        and not LIST_ITEM.match(line)
        and "://" not in line
        and not rules.is_figures(line)
    )


def _continues(text: str, lines: list[tuple[int, int]], index: int) -> bool:
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
    return (
        length >= WRAP_WIDTHS.start
        and text[start].islower()
        and (length in WRAP_WIDTHS or not _FINAL_STOP.search(text, before_end - 3, before_end))
    )


# Bits of Punkt's table of contexts.
_SEEN_LOW = 0b1110000  # in small letters, anywhere
_SEEN_CAPITAL_INSIDE = 0b100  # with a capital inside a sentence


def seen_small(word: str) -> bool:
    """Whether English news has a word in small letters too, as it has no names."""
    return bool(english_contexts().get(word.lower(), 0) & _SEEN_LOW)


@cache
def _english_starters() -> frozenset[str]:
    """English words that, with a capital, begin a sentence after an abbreviation."""
    low = {
        word
        for word, seen in english_contexts().items()
        if seen & _SEEN_LOW and not seen & _SEEN_CAPITAL_INSIDE
    }
    return frozenset(_learnt()["starters"]["en"].split()) | low


@cache
def english_contexts() -> Mapping[str, int]:
    """The 20,000 words of Punkt's English news in small letters, and in which contexts each stood.

    ``card.md`` says what the bits mean. NLTK's own reader is not used: importing it costs 1.2 s
    and 70 MB, its regular expressions give up after five seconds (a long list of "? ? ?" does
    it), and they halve the speed. A test compares the decisions with NLTK's.
    """
    rows = (line.split("\t") for line in _file("punkt-english.tab").splitlines())
    return {word: int(seen) for word, seen in rows}


@cache
def _learnt() -> dict[str, dict[str, str]]:
    learnt: dict[str, dict[str, str]] = json.loads(_file("punkt.json"))
    return learnt


def _file(name: str) -> str:
    return files("index.text").joinpath(name).read_text("utf-8")


# Characters of a sentence that is quoted whole; 4 of 25,000 sentences have more. A text
# without stops, such as a file of captions on one line, is one sentence of thousands.
LONGEST = 1_000
SHORTEST_PIECE = 400
_CLAUSES = re.compile(r"[,;:]\s+|[，、；：]|\s+[–—-]\s+")
_SPACES = re.compile(r"\s+")
# What a sentence holds at least one of: a word, a year, single letters, CJK.
_WORDS = re.compile(r"[^\W\d_]{2}|\d{4}|[^\W_]\s[^\W_]|[\u3040-\u9fff\uac00-\ud7af]")

_WORDS_OF = {
    name: frozenset(words.split()) for name, words in tomllib.loads(_file("stops.toml")).items()
}
_NEVER_LAST, _TITLES = _WORDS_OF["never_last"], _WORDS_OF["titles"]
_MONTHS = ABBREVIATED - {"may"}
_BEFORE_NUMBER = _MONTHS | _WORDS_OF["before_number"]
_ABBREVIATIONS = (_MONTHS - {"mar"}) | _WORDS_OF["abbreviations"]
_STARTERS, _FIRM_STARTERS = _WORDS_OF["starters"], _WORDS_OF["firm_starters"]
_UNITS = _WORDS_OF["units"]
_FILE_ENDINGS = _WORDS_OF["file_endings"]
_COMPANIES = frozenset("corp inc ltd co cos plc".split())
_HOUSE_STYLES = (  # what a pattern finds is written with a stop inside a sentence, or without one
    (
        _COMPANIES,
        re.compile(r"\b(?:Corp|Inc|Ltd|Cos?|Plc)\b(?:(\.)(?:,|\s+[a-z\d])|(?![.\w-]|\s\.))"),
    ),
    (_MONTHS, re.compile(rf"\b(?:{'|'.join(sorted(map(str.title, _MONTHS)))})\b(\.?) \d")),
)
_ALSO_WORDS = frozenset("ill ore wash wed ok sec tex pa mi".split())  # when in lower case
_INITIALS = re.compile(r"(?:[^\W\d_]\.)*[^\W\d_]$")
# Languages that write "3." for "third".
_ORDINALS = frozenset("cs da de et fi hr hu is lb lt lv no pl sk sl sr tr".split())
_ORDINAL = re.compile(r"\d{1,2}|[ivx]+")
_ATTRIBUTION = Phrases("index.text").compiled("attribution", re.I)
# "since 4 a.m. “That’s it,” he said."
_BEFORE_QUOTATION = frozenset("a.m p.m inc ltd co corp llc plc jr sr etc".split())
_OPENS_QUOTATION = re.compile(r"\s+[“\"„«][^\W\d_a-z]")
_COUNTED = re.compile(r"\d[\d.,]*\s?\w*\s?[^\W\d_]{1,4}$")  # a figure and its unit
_NAMES_WITH_MARK = frozenset({"yahoo", "jeopardy"})

_STOP = re.compile(r"[.!?…]+|[。！？｡؟۔।]+")
_WIDE = frozenset("。！？｡")
# After a quotation in Japanese and Chinese: "…。”市民王建国说".
_SAID_WIDE = re.compile(
    r"と|って|[^，,。！？；：:\n“「]{0,14}?(?:[说說道]|表示|[称稱]|指出|强调|強調|告诉|告訴|回[应應]|补充)"
    r"(?=[，,。：:！]|[^一-鿿]|$)"
)
_AGENCY = re.compile(r"\s*/[^\W\d_][\w -]{1,20}/[.,]?\s")
_IN_DATELINE = re.compile(r".{3,80}\s/[^\W\d_][\w -]{1,20}/\.\Z")
_CLOSING_QUOTE = re.compile(r"[\"”“»」』]|''|’$|'$")
# What belongs to a stop: closing quotes and brackets, footnote marks.
_TAIL = re.compile(
    r"(?:[\"'”’»›)\]}*_」』）】》〉]+|[“‘«]+(?=\s|$)|[⁰¹²³⁴-⁹]+"
    r"|\s?\[(?:\d{1,3}\](?!\()|(?![.…])[^\[\]\n.!?]{1,30}\](?![(\w])))*"
)
_QUOTES = re.compile(r"\"")
_SPACED_QUOTE = re.compile(r"\s+(?:(\"|”)|''|»)(?=[\s.,;:]|$)")
# A source note after the stop: "(Real Social, cited)"; at a paragraph's end also "— Reuters".
_NOTE = re.compile(
    r"\s*\((?=[^()\n]*[^\W_])[^()\n]{1,80}(?<![.!?…])(?<![.!?…][\"'”’»])\)(?:\s?\.)?(?=\s*$|\s+[^\Wa-z]|\s+[\"“‘'«(\[])"
    r"|\s*(?:[—–]|--?)\s?(?=[^\W\d_])[^.!?—–]{1,40}$"
)
_NEXT = re.compile(r"\s+[\"'“”‘’„«»‹›`(\[{*_¿¡—–\s-]*((?:\w[\w'’]*(?:[.-]\w+)*)?)")
_GLUED = re.compile(r"[^\W\d_a-z][^\W\dA-Z_]+(?![\w(/@])(?!\.\w)")
_BEFORE_GLUED = re.compile(r"(?:^|[\"'“‘(\[—–-])(?:[^\W_]*[^\W\d_A-Z]{2}|\d{4})[%)\"'”’“»]?$")


def split_sentences(text: str, language: str = ENGLISH) -> list[Sentence]:
    r"""Splits a text into its sentences, in order; every visible character lies in exactly one.

    A blank line ends a sentence, and so does a line break, unless the lines are prose that was
    wrapped. What cannot stand alone (a source note in brackets, a footnote mark, a dash with a
    name after the last full stop) stays with the sentence before it. What has more than
    ``LONGEST`` characters is cut after clauses. Empty text gives [].

    The language, by its code, tells abbreviations and the words that begin sentences after them.

    >>> text = "Talks\n\nMr. Putin met U.S. envoys. (CNN report) “Why now?” asked one."
    >>> [text[s.start : s.end] for s in split_sentences(text)]
    ['Talks', 'Mr. Putin met U.S. envoys. (CNN report)', '“Why now?” asked one.']
    """
    blocks = split_blocks(text)
    has_prose = any(not block.heading for block in blocks)
    sentences = []
    for block in blocks:
        if block.heading:
            sentences.append(Sentence(block.start, block.end, heading=has_prose))
        else:
            sentences += _sentences_of_block(text, block, language)
    return sentences


def _sentences_of_block(text: str, block: Sentence, language: str) -> list[Sentence]:
    """The sentences of one paragraph or list item."""
    spans: list[tuple[int, int]] = []
    start = seen = block.start
    for cut in _Stops(text, block.start, block.end, language).ends():
        # A list number, a lone letter or bare punctuation waits for the words it belongs to.
        if _WORDS.search(text, max(start, seen - 4), cut):
            spans.append((start, cut))
            start = cut
        seen = cut
    if spans and not _WORDS.search(text, start, block.end):
        start = spans.pop()[0]
    spans.append((start, block.end))
    return [_stripped(text, *piece) for span in spans for piece in _pieces(text, *span)]


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A span that nobody would quote whole, cut after clauses, else between words."""
    while end - start > LONGEST:
        stretch = text[start + SHORTEST_PIECE : start + LONGEST]
        cuts = [*_CLAUSES.finditer(stretch)] or [*_SPACES.finditer(stretch)]
        cut = start + (SHORTEST_PIECE + cuts[-1].end() if cuts else LONGEST)
        if not (text[cut:end].strip() and text[start:cut].strip()):
            break
        yield start, cut
        start = cut
    yield start, end


def _stripped(text: str, start: int, end: int) -> Sentence:
    """A span without the white space at both its ends; it must hold something else."""
    inner = text[start:end]
    return Sentence(end - len(inner.lstrip()), start + len(inner.rstrip()))


@lru_cache(maxsize=1)
def _bare(text: str) -> frozenset[str]:
    """Abbreviations that a text writes without a stop: a stop after one of them ends a sentence.

    Agency copy has "Dodge Inc said" and "on Feb 26", so its "sold to Dodge Inc. Shares" ends one.
    """
    bare: set[str] = set()
    for words, pattern in _HOUSE_STYLES:
        stops = pattern.findall(text)
        if stops.count("") > stops.count("."):
            bare |= words
    return frozenset(bare)


@cache
def _abbreviations(language: str) -> frozenset[str]:
    """Those of a language in small letters, without their last full stop."""
    learnt = frozenset(_learnt()["abbreviations"].get(language, "").split())
    own = _ABBREVIATIONS if language == ENGLISH else _TITLES
    return learnt | own | _WORDS_OF.get(language, frozenset())


class _Stops:
    """The stops of one block, and which of them end a sentence.

    What Punkt learnt from English news tells abbreviations and the words that start sentences; what
    news text does beyond that (quotations, titles, source notes, telegraphic capitals,
    scraped text without spaces) is judged by the rules here. In other languages, a sentence ends
    after an abbreviation or an ordinal number before a word of their closed classes.
    """

    def __init__(self, text: str, start: int, end: int, language: str) -> None:
        self.text = text
        self.start = start
        self.end = end
        self.language = language
        self.abbreviations = _abbreviations(language)
        inner = text[start:end]
        self.one_case = inner.isupper() or inner.islower()
        self.opened = self._straight_quotes()

    def ends(self) -> Iterator[int]:
        """Offsets after each sentence's stop and what belongs to it, the block's end left out."""
        done = self.start
        for stop in _STOP.finditer(self.text, self.start, self.end):
            if stop.start() < done:
                continue  # inside a source note
            cut = self._tail_end(stop.end())
            if cut < self.end and self._ends_sentence(stop[0], stop.start(), stop.end(), cut):
                done = cut
                yield cut

    def _straight_quotes(self) -> dict[int, bool]:
        """Whether a straight double quote opens a quotation, by its offset."""
        opened: dict[int, bool] = {}
        is_open = False
        for quote in _QUOTES.finditer(self.text, self.start, self.end):
            at = quote.start()
            space_before = at == self.start or self.text[at - 1].isspace()
            space_after = at + 1 == self.end or self.text[at + 1].isspace()
            opened[at] = is_open = not is_open if space_before == space_after else space_before
        return opened

    def _tail_end(self, end: int) -> int:
        """The offset after all that belongs to a stop which ends at ``end``."""
        tail = _TAIL.match(self.text, end, self.end)
        end = tail.end() if tail else end
        quote = _SPACED_QUOTE.match(self.text, end, self.end)
        if quote and (quote[1] != '"' or not self.opened[quote.start(1)]):
            end = quote.end()
        note = _NOTE.match(self.text, end, self.end)
        return note.end() if note else end

    def _ends_sentence(self, stop: str, start: int, end: int, cut: int) -> bool:
        """Whether the stop from ``start`` to ``end``, its tail reaching to ``cut``, ends one."""
        text = self.text
        after = _NEXT.match(text, cut, self.end)
        if stop[-1] in _WIDE:
            return cut == end or not _SAID_WIDE.match(text, cut, self.end)
        if _AGENCY.match(text, cut, self.end) or _IN_DATELINE.match(text, self.start, end):
            return False  # "HALM, May 18. /TASS/. The port was shut."
        if after is None:
            return self._ends_glued(stop, start, end, cut)
        word = after[1]
        if not word and (after.end() == self.end or text[after.end()] in ".?!…"):
            return False  # nothing to begin a sentence with; of ". . ." the last is judged
        quoted = cut > end and _CLOSING_QUOTE.search(text, end, cut) is not None
        if quoted and (stop != "." or self.one_case) and _ATTRIBUTION.match(text, cut, self.end):
            return False
        spaced = start > self.start and text[start - 1].isspace()
        if stop == ".":
            return self._full_stop_ends(start, word, cut > end, spaced)
        return self._mark_ends(stop, start, word, spaced)

    def _mark_ends(self, stop: str, start: int, word: str, spaced: bool) -> bool:
        """Whether a mark or dots from ``start`` on, a word after them, end a sentence."""
        if word[:1].islower() and not self.one_case:
            return False
        if stop[-1] in ".…":
            return not (spaced or self.one_case) or self._starts(word)
        if stop == "!" and self._word_before(start).lower() in _NAMES_WITH_MARK:
            return self._starts(word)
        return True

    def _full_stop_ends(self, start: int, word: str, closed: bool, spaced: bool) -> bool:
        """Whether a full stop between two words ends a sentence.

        Args:
            start: Its offset.
            word: The word after it; "" for a sign such as "$".
            closed: Whether a closing quote, bracket or footnote mark follows the stop.
            spaced: Whether the stop stands apart from the word before.
        """
        before = self._word_before(start)  # "" if that is another stop
        key = before.lower()
        if self.language != ENGLISH:
            return self._foreign_stop_ends(start, key, word, closed)
        if key in _NEVER_LAST or (word[:1].isdigit() and key in _BEFORE_NUMBER):
            return False
        abbreviated = (
            key in self.abbreviations or _INITIALS.match(key) is not None
        ) and before not in _ALSO_WORDS
        abbreviated = abbreviated and key not in _bare(self.text)
        if word[:1].islower() and not self.one_case:
            # Sloppy prose starts sentences in lower case; an unknown abbreviation is shorter.
            return not (closed or abbreviated) and before.islower() and len(before) > 3
        return not (abbreviated or not key) or self._begins(start, key, word, spaced)

    def _begins(self, start: int, key: str, word: str, spaced: bool) -> bool:
        """Whether a word after an abbreviation in small letters, or after dots, begins a sentence.

        The arguments are those of ``_full_stop_ends``.
        """
        if key in _BEFORE_QUOTATION and _OPENS_QUOTATION.match(self.text, start + 1, self.end):
            return True
        return self._starts(word) or (
            len(key) > 1
            and not (self.one_case or spaced)
            and word[:1].isupper()
            and word.lower() in _english_starters()
        )

    def _foreign_stop_ends(self, start: int, before: str, word: str, closed: bool) -> bool:
        """As ``_full_stop_ends`` in another language; ``before`` in small letters."""
        counted = before in _UNITS and _COUNTED.search(self.text, max(0, start - 24), start)
        if counted and word[:1].isupper():
            return True  # "2021 г. Подрядчик"
        if len(word) == 1 and word.isupper() and _INITIALS.match(before):
            return False  # "А. С. Петренко"
        abbreviated = self._foreign_abbreviation(before, word)
        if word[:1].islower() and not self.one_case:
            return not (closed or abbreviated or before.isdigit()) and len(before) > 4
        return not abbreviated or (word[:1].isupper() and word.lower() in stop_words(self.language))

    def _foreign_abbreviation(self, before: str, word: str) -> bool:
        """Whether a word in small letters and a stop are a word cut short, or a number for one."""
        return (
            not before
            or (self.language in _ORDINALS and _ORDINAL.fullmatch(before) is not None)
            or before in self.abbreviations
            or (self.language == "de" and before.endswith("str"))
            or (word[:1].isdigit() and before in _BEFORE_NUMBER)
            or _INITIALS.match(before) is not None
        )

    def _starts(self, word: str) -> bool:
        """Whether a word is one of those that start sentences."""
        if self.one_case:
            return word.lower() in _FIRM_STARTERS
        return word[:1].isupper() and word.lower() in _STARTERS

    def _word_before(self, offset: int) -> str:
        """The word that a stop follows, without what opens it or a hyphen joins to its front.

        It keeps what closes it, as "Mr’": the stop after that is no abbreviation's.
        """
        words = self.text[max(self.start, offset - 40) : offset].split()
        last = "".join(words[-2:] if words[-1:] == ["»"] else words[-1:])
        inner = last.rstrip("\"'”’“‘»«›‹")
        word = re.split(r"[-–—/(\[\"“„'‘‚’«»‹›]", inner)[-1]
        return word and word + last[len(inner) :]

    def _ends_glued(self, stop: str, start: int, end: int, cut: int) -> bool:
        """Whether a stop with no space after it ends a sentence: scraped pages lose spaces."""
        text = self.text
        if cut >= self.end:
            return False
        if cut > end:
            return text[cut - 1] in "]”»" and text[cut].isupper()
        word = _GLUED.match(text, cut, self.end)
        if word is None or len(stop) > 1 or word[0].lower() in _FILE_ENDINGS:
            return False
        before = text[max(self.start, start - 40) : start].split()
        return (
            bool(before)
            and _BEFORE_GLUED.search(before[-1]) is not None
            and not set(before[-1]) & set("./@\\_=")
            and before[-1].lower() not in _NEVER_LAST | self.abbreviations
        )
