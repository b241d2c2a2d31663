"""Plain text, with what a header above it tells of the article, and transcripts."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import takewhile

from index.article import Article, Skipped
from index.readers.assembly import PARAGRAPH, SPACE, Assembly, line
from index.readers.encoding import UTF8_BOM, Refused, decode, decode_telling, tidy, within_bounds
from index.readers.fields import header, particulars
from index.readers.files import Reader, SourceFile, signed
from index.readers.html.articles import wall, with_times
from index.readers.html.names import stated_by_hand
from index.readers.markup import unescaped, without_markup

TEXT = (".txt", ".text")
MARKUP = re.compile(r"</p>|<br\s*/?>.*<br\s*/?>", re.IGNORECASE | re.DOTALL)
BLANK = "the file holds only blank space; put the article's text in it or delete it"


def read_text(file: SourceFile) -> Iterator[Article]:
    """The article that a text file holds.

    Raises:
        Refused: The file is binary, blank or too long, or holds what stood before an article.
    """
    raw, doubt = decode_telling(file.data(), file.charset)
    read = without_markup if MARKUP.search(within_bounds(raw)) else unescaped
    text = tidy(read(raw))
    fields, body = header(text)
    lines = body.split("\n")
    if all(line.startswith(">") for line in lines if line.strip()):
        body = "\n".join(line.removeprefix(">").removeprefix(" ") for line in lines)
    if not body.strip():
        raise Refused(BLANK)
    if reason := wall(body):
        raise Refused(reason)
    known, notes = stated_by_hand(fields)
    notes += [("text", doubt)] if doubt else []
    article = Article(uri=file.uri, key=file.key, text=body, raw=raw, root=file.root, **known)
    yield with_times(replace(article, notes=tuple(notes)))


TIMES = re.compile(
    r"^[ \t]*(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[.,]\d{1,3}[ \t]+-->[ \t]+"
    r"(?:\d{1,3}:)?\d{1,2}:\d{2}[.,]\d"
)
VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]*)>")
TAG = re.compile(r"</?[A-Za-z0-9][^<>]*>|\{\\[^{}]*\}")
# "MR PESKOV:", "Ada Lund:", ">> HOST:"; a clock, a quotation or a sentence is none.
SPEAKER = re.compile(r"(?:>>\s*)?([^\W\d_][\w.'’-]*(?:\s+[\w.'’()-]+){0,4}):\s+(?=\S)")
TURN = re.compile(r"^(?:>>|[-–—])\s*")
FINISHED = re.compile(r"[.!?…。！？؟।][\"'”’»)\]]*$")
LONGEST = 600  # characters of a paragraph of one speaker, after which the next sentence opens one


@dataclass(frozen=True, slots=True)
class _Cue:
    time: str
    speaker: str
    words: str
    turn: bool  # whether it says that somebody else speaks


def _read_subtitles(file: SourceFile) -> Iterator[Article | Skipped]:
    """The transcript that a file of subtitles holds; the time of each cue is a place."""
    source = decode(file.data())
    cues = list(_cues(re.split(r"\r\n|[\r\n]", source)))
    if not cues:
        raise Refused(
            "the file holds no subtitles with times such as 00:00:01,000 --> 00:00:03,000; mend it,"
            " or save its text as a .txt file"
        )
    text = Assembly()
    speaker, begun, last = "", 0, ""
    for cue in cues:
        other = cue.turn or (cue.speaker != "" and cue.speaker != speaker)
        long = text.length - begun > LONGEST and FINISHED.search(last)
        opens = bool(other or long or not last)
        if opens:
            begun = text.length
        if other:
            speaker = cue.speaker
        said = f"{speaker}: {cue.words}" if other and speaker else cue.words
        text.place(cue.time)
        text.write(said, PARAGRAPH if opens else SPACE)
        last = cue.words
    yield text.article(file, particulars({}))


def _cues(lines: list[str]) -> Iterator[_Cue]:
    """The cues of a file, one for each speaker in it; what repeats the cue above says no more."""
    starts = [number for number, each in enumerate(lines) if TIMES.match(each)]
    said = ""
    for start, end in zip(starts, [*starts[1:], len(lines) + 1], strict=False):
        words = [*takewhile(str.strip, lines[start + 1 : end])]
        hours, minutes, seconds = TIMES.match(lines[start]).groups()  # type: ignore[union-attr]
        time = f"{int(hours or 0):02}:{int(minutes):02}:{seconds}"
        for cue in _spoken(time, words):
            if cue.words and cue.words != said:
                yield cue
            said = cue.words


def _spoken(time: str, lines: list[str]) -> Iterator[_Cue]:
    speaker, turn, parts = "", False, list[str]()
    for each in lines:
        voice = VOICE.search(each)
        plain = line(html.unescape(TAG.sub("", each)))
        named = SPEAKER.match(TURN.sub("", plain))
        marked = len(lines) > 1 and TURN.match(plain) is not None
        if voice or named or marked or plain.startswith(">>"):
            if parts:
                yield _Cue(time, speaker, " ".join(parts), turn)
            parts, turn = [], marked or plain.startswith(">>")
            plain = TURN.sub("", plain)
            speaker = line(html.unescape(voice[1])) if voice else named[1] if named else ""
            plain = plain[named.end() :] if named and not voice else plain
        if plain:
            parts.append(plain)
    if parts:
        yield _Cue(time, speaker, " ".join(parts), turn)


VTT = signed(b"WEBVTT", UTF8_BOM + b"WEBVTT")
READER = Reader("a file of subtitles", (".srt", ".vtt"), _read_subtitles, VTT)
