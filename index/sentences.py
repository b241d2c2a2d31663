"""Where each sentence of an article begins and ends, as exact character offsets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from index.blocks import Block, split_blocks
from index.stops import sentence_ends

# Characters of a sentence that is quoted whole; 4 of 25,000 sentences have more. A text
# without stops, such as a file of captions on one line, is one sentence of thousands.
LONGEST = 1_000
SHORTEST_PIECE = 400
_CLAUSES = re.compile(r"[,;:]\s+|[，、；：]|\s+[–—-]\s+")
_SPACES = re.compile(r"\s+")
# What a sentence holds at least one of: a word, a year, single letters, CJK.
_WORDS = re.compile(r"[^\W\d_]{2}|\d{4}|[^\W_]\s[^\W_]|[\u3040-\u9fff\uac00-\ud7af]")


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
    r"""Splits a text into its sentences, in order; every visible character lies in exactly one.

    A blank line ends a sentence, and so does a line break, unless the lines are prose that was
    wrapped. What cannot stand alone (a source note in brackets, a footnote mark, a dash with a
    name after the last full stop) stays with the sentence before it. What has more than
    ``LONGEST`` characters is cut after clauses. Empty text gives [].

    >>> text = "Talks\n\nMr. Putin met U.S. envoys. (CNN report) “Why now?” asked one."
    >>> [text[s.start : s.end] for s in split_sentences(text)]
    ['Talks', 'Mr. Putin met U.S. envoys. (CNN report)', '“Why now?” asked one.']
    """
    blocks = split_blocks(text)
    if not blocks:
        return []
    has_prose = any(not block.heading for block in blocks)
    sentences = []
    for block in blocks:
        if block.heading:
            sentences.append(Sentence(block.start, block.end, heading=has_prose))
        else:
            sentences += _sentences_of_block(text, block)
    return sentences


def _sentences_of_block(text: str, block: Block) -> list[Sentence]:
    """The sentences of one paragraph or list item."""
    spans: list[tuple[int, int]] = []
    start = seen = block.start
    for cut in sentence_ends(text, block.start, block.end):
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
