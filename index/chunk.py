"""Chunks: the stretches of an article that are embedded and retrieved, made of whole sentences.

What the embedder reads is a chunk under its context, the article's title and the nearest heading
(`embedded_text`); `chunk_article` sees to it that the whole fits the embedder's window.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from index.text.sentences import Sentence

# nDCG@10 on TIME, whose articles are long: 100 gives 0.649, 200 0.689, 254, as much as the model
# reads, 0.663; on MTRAGUN, whose articles are short, 0.912, 0.913, 0.910 (2026-11-30).
CHUNK_TOKENS = 200
OVERLAP_SENTENCES = 1  # what a chunk repeats of the one before
WINDOW_TOKENS = 254  # MiniLM reads 256, of which [CLS] and [SEP] take two
CONTEXT_CHARACTERS = 120  # a title or heading is trimmed to these; a headline has 40 to 110
CHARACTERS_PER_TOKEN = 32  # a blob without spaces is one unknown token to WordPiece: cut it too
FULL = 0.6  # a chunk this full prefers to end with its paragraph

_VISIBLE = re.compile(r"\S")

CountTokens = Callable[[list[str]], list[int]]


@dataclass(frozen=True, slots=True)
class Chunk:
    """A stretch of an article."""

    start: int  # offset of its first character in the article's text
    end: int  # offset after its last character
    text: str  # the words themselves, ``article_text[start:end]``
    heading: str  # the heading over the first of its sentences that is no heading itself, or ""
    first: int  # index of its first sentence
    # Index after its last sentence. The pieces of a sentence that was too long for one chunk all
    # name that sentence.
    last: int


def embedded_text(title: str, chunk: Chunk) -> str:
    r"""What the embedder reads: the title, the heading and the chunk, a line each.

    A part that is empty, or that the chunk itself holds as a line, is left out; a very long
    title or heading is trimmed at a word.

    >>> chunk = Chunk(10, 25, "Talks resumed.", "Istanbul", 1, 2)
    >>> embedded_text("Kremlin signals meeting", chunk)
    'Kremlin signals meeting\nIstanbul\nTalks resumed.'
    """
    lines = {_heading_text(line) for line in chunk.text.splitlines()}
    parts = (" ".join(title.split()), chunk.heading)
    context = dict.fromkeys(_trimmed(part) for part in parts if part not in lines)
    return "\n".join(part for part in (*context, chunk.text) if part)


def chunk_article(
    text: str,
    sentences: Sequence[Sentence],
    count_tokens: CountTokens,
    *,
    title: str = "",
    max_tokens: int = CHUNK_TOKENS,
    window: int = WINDOW_TOKENS,
    overlap: int = OVERLAP_SENTENCES,
) -> list[Chunk]:
    """Cuts an article into chunks of whole sentences, in order; together they hold them all.

    A chunk ends where its section or paragraph ends once it is 60 % full, and otherwise where
    the next sentence would not fit. A heading goes with what follows; only if the two do not fit
    together does it stand alone. A sentence that is too long by itself is cut at white space.
    No sentences give [].

    Args:
        text: The article's cleaned text.
        sentences: All sentences of ``text``, as `split_sentences` gives them.
        count_tokens: Counts the tokens of each text, as the embedder does, without the special
            tokens. It is called once for the whole article, and again only for a sentence that
            must be cut. A chunk counts as the sum of its sentences, which is exact where tokens
            never span white space (WordPiece, SentencePiece).
        title: The article's title, which is embedded above each chunk.
        max_tokens: The most tokens of a chunk's own text.
        window: The most tokens of a chunk under its title and heading, special tokens left out.
        overlap: How many sentences a chunk repeats from the one before. There are fewer where
            the next sentence would not fit beside them, and none before a heading.

    Raises:
        ValueError: If the title leaves no room in the window.

    >>> from index.text.sentences import split_sentences
    >>> text = "One two three. Four five six. Seven eight nine."
    >>> words = lambda texts: [len(text.split()) for text in texts]
    >>> chunks = chunk_article(text, split_sentences(text), words, max_tokens=6)
    >>> [chunk.text for chunk in chunks]
    ['One two three. Four five six.', 'Four five six. Seven eight nine.']
    """
    if not sentences:
        return []
    return _Chunker(text, sentences, count_tokens, title, max_tokens, window, overlap).chunks()


def _trimmed(line: str) -> str:
    """A title or heading on one line, cut at a word if it is very long."""
    line = " ".join(line.split())
    if len(line) <= CONTEXT_CHARACTERS:
        return line
    return line[: max(line.rfind(" ", 0, CONTEXT_CHARACTERS + 1), 0) or CONTEXT_CHARACTERS]


def _heading_text(line: str) -> str:
    """A heading without its Markdown marks and underline."""
    first = line.splitlines()[0] if line else ""
    return " ".join(first.strip("#*_ \t").split())


@dataclass
class _Chunker:
    """One article on its way into chunks."""

    text: str
    sentences: Sequence[Sentence]
    count_tokens: CountTokens
    title: str
    max_tokens: int
    window: int
    overlap: int

    def __post_init__(self) -> None:
        self.sections = self._sections()
        headings = sorted(set(self.sections) - {""})
        spans = [self.text[sentence.start : sentence.end] for sentence in self.sentences]
        tokens = self.count_tokens([_trimmed(self.title), *map(_trimmed, headings), *spans])
        free = self.window - tokens[0]
        if free < 1:
            raise ValueError(
                f"the title takes {tokens[0]} of the window's {self.window} tokens: use an embedder"
                f" with a larger window, or shorten the title {self.title!r}"
            )
        # A heading that would crowd out the text is not embedded; then it is not kept either.
        self.most = min(self.max_tokens, free)
        rooms = {
            heading: min(self.max_tokens, free - count)
            for heading, count in zip(headings, tokens[1:], strict=False)
        }
        self.sections = [
            heading if rooms.get(heading, 0) * 2 >= self.most else "" for heading in self.sections
        ]
        self.rooms = rooms | {"": self.most}
        weights = [
            max(count, -(-len(span) // CHARACTERS_PER_TOKEN))
            for count, span in zip(tokens[1 + len(headings) :], spans, strict=True)
        ]
        self.upto = [0, *accumulate(weights)]

    def _sections(self) -> list[str]:
        """For each sentence the heading it stands under; for a heading, that of its own text."""
        sections, heading = [], ""
        for sentence in self.sentences:
            if sentence.heading:
                heading = _heading_text(self.text[sentence.start : sentence.end])
            sections.append(heading)
        return sections

    def chunks(self) -> list[Chunk]:
        """All chunks, in order."""
        chunks: list[Chunk] = []
        begin = after = 0  # the next chunk's first sentence, and its first new one
        while after < len(self.sentences):
            room = self._room(begin)
            if self._weight(after, after + 1) > room:
                chunks += self._pieces(after)
                end = after + 1
            else:
                end = self._end(begin, after, room)
                chunks.append(self._chunk(begin, end))
            begin, after = self._next_begin(begin, end), end
        return chunks

    def _weight(self, first: int, last: int) -> int:
        """The tokens of the sentences from ``first`` to before ``last``."""
        return self.upto[last] - self.upto[first]

    def _room(self, begin: int) -> int:
        """The tokens that a chunk which begins with this sentence may hold."""
        if self.sentences[begin].heading:
            return self.most  # it holds its heading itself
        return self.rooms[self.sections[begin]]

    def _end(self, begin: int, after: int, room: int) -> int:
        """Where the chunk ends whose first new sentence is ``after``: an index past it."""
        furthest = bisect_right(self.upto, self.upto[begin] + room) - 1
        if furthest == len(self.sentences):
            return furthest
        fullest = max(after + 1, bisect_left(self.upto, self.upto[begin] + FULL * room))
        ends = range(fullest, furthest + 1)
        # The latest of the best: before a heading, a blank line, a line break, or anywhere.
        end = max(ends, key=lambda end: (self._break(end), end), default=furthest)
        pulled = end
        while pulled > after and self.sentences[pulled - 1].heading:
            pulled -= 1
        return pulled if pulled > after else end

    def _break(self, index: int) -> int:
        """How good a place to cut is before this sentence, from 0 to 3."""
        if self.sentences[index].heading:
            return 0 if self.sentences[index - 1].heading else 3
        between = self.text[self.sentences[index - 1].end : self.sentences[index].start]
        return min(2, len(re.findall(r"\r\n|[\n\r\v\f\x85\u2028\u2029]", between)))

    def _next_begin(self, begin: int, end: int) -> int:
        """The first sentence of the next chunk, ``end`` being its first new one."""
        if end == len(self.sentences) or self.sentences[end].heading:
            return end
        for first in range(max(begin + 1, end - self.overlap), end):
            if self._weight(first, end + 1) <= self._room(first):
                return first
        return end

    def _chunk(self, first: int, last: int) -> Chunk:
        """The chunk of the sentences from ``first`` to before ``last``."""
        start, end = self.sentences[first].start, self.sentences[last - 1].end
        body = first
        while body + 1 < last and self.sentences[body].heading:
            body += 1
        return Chunk(start, end, self.text[start:end], self.sections[body], first, last)

    def _pieces(self, index: int) -> list[Chunk]:
        """A sentence that is too long for a chunk, cut at white space."""
        sentence, room = self.sentences[index], self._room(index)
        heading = "" if sentence.heading else self.sections[index]
        pieces = []
        start = sentence.start
        while start < sentence.end:
            end = self._piece_end(start, sentence.end, room)
            piece = self.text[start:end].rstrip()
            end = start + len(piece)
            pieces.append(Chunk(start, end, piece, heading, index, index + 1))
            visible = _VISIBLE.search(self.text, end, sentence.end)
            start = visible.start() if visible else sentence.end
        return pieces

    def _piece_end(self, start: int, end: int, room: int) -> int:
        """The furthest cut at white space that fits, or anywhere if there is none."""
        low, high = 1, min(end - start, room * CHARACTERS_PER_TOKEN)
        while low < high:  # the longest prefix that fits
            middle = (low + high + 1) // 2
            if self.count_tokens([self.text[start : start + middle]])[0] <= room:
                low = middle
            else:
                high = middle - 1
        cut = start + low
        if cut == end or self.text[cut].isspace() or self.text[cut - 1].isspace():
            return cut
        words = self.text[start:cut].rsplit(None, 1)
        return start + len(words[0]) if len(words) == 2 else cut
