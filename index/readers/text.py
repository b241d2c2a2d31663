"""Plain text, Markdown, whose front matter tells about the article, and transcripts."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

import yaml

from index.article import Article, Skipped
from index.readers.assembly import PARAGRAPH, SPACE, Assembly, line
from index.readers.encoding import UTF8_BOM, Refused, decode, decode_telling, tidy, within_bounds
from index.readers.fields import particulars
from index.readers.files import Reader, SourceFile, signed
from index.readers.html.articles import wall
from index.readers.html.names import stated_by_hand
from index.readers.markup import Node, parsed_text, text_of, without_comments

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

TEXT = (".txt", ".text")
BLANK = "the file holds only blank space; put the article's text in it or delete it"


def read_text(file: SourceFile, data: bytes) -> Article:
    """The article that a text file holds.

    Args:
        file: Where the article is read from.
        data: The bytes of the file.

    Raises:
        Refused: The file is binary, blank or too long, or holds what stood before an article.
    """
    raw, doubt = decode_telling(data)
    text = tidy(within_bounds(raw))
    if not text.strip():
        raise Refused(BLANK)
    if reason := wall(text):
        raise Refused(reason)
    notes = (("text", doubt),) if doubt else ()
    return Article(uri=file.uri, key=file.key, text=text, raw=raw, root=file.root, notes=notes)


MARKDOWN = (".md", ".markdown")

MAX_FRONT = 100_000  # characters of front matter: a second to parse; articles have hundreds
FRONT = re.compile(r"\A\s*---[ \t]*\n(?=[^\n]*\S)")
FRONT_END = re.compile(r"^---[ \t]*$", re.MULTILINE)
FIRST_FIELD = re.compile(r"\A\s*---[ \t]*\n\s*[\w-]+[ \t]*:")
_MULTIPLIED = re.compile(r"(?<=\d)\*(?=\d)")  # of two numbers; CommonMark sees emphasis


@cache
def _parser() -> MarkdownIt:
    """CommonMark with tables; lines stay lines, and indentation is no code."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"breaks": True})
    return parser.enable(["table", "strikethrough"]).disable("code")


def read_markdown(file: SourceFile, data: bytes) -> Article:
    """The article that a Markdown file holds, its markup turned into plain text.

    Args:
        file: Where the article is read from.
        data: The bytes of the file.

    Raises:
        Refused: As there; its front matter is broken.
    """
    raw = decode(data)
    front, body = _split(raw.replace("\r\n", "\n").replace("\r", "\n"))
    tree = _tree(within_bounds(body))
    text = text_of(tree)
    if not text:
        raise Refused(BLANK)
    if reason := wall(text):
        raise Refused(reason)
    known, notes = stated_by_hand(front)
    if (first := next(iter(tree.find("body")), None)) is not None and first.tag == "h1":
        known["title"] = known["title"] or text_of(first)
    article = Article(uri=file.uri, key=file.key, text=text, raw=raw, root=file.root, **known)
    return replace(article, notes=tuple(notes))


def _tree(markdown: str) -> Node:
    """Markdown as a tree of HTML."""
    return parsed_text(_parser().render(_MULTIPLIED.sub(r"\*", without_comments(markdown))))


def _split(raw: str) -> tuple[dict[str, object], str]:
    if not FRONT.match(raw):
        return {}, raw
    opening = FRONT_END.search(raw)
    closing = FRONT_END.search(raw, opening.end()) if opening else None
    if opening is None or closing is None:
        if FIRST_FIELD.match(raw):
            raise Refused("the front matter of line 1 never ends; close it with a line of ---")
        return {}, raw
    front = raw[opening.end() : closing.start()]
    if not re.match(r"\s*[^\s:]+\s*:", front):
        return {}, raw  # a page that begins with a rule
    return _fields(front, raw.count("\n", 0, opening.end()) + 1), raw[closing.end() :]


class _Loader(yaml.BaseLoader):
    """Leaves "2025-05-18", "no" and 007 the texts that they are, and repeats nothing.

    A field that is named once and repeated ten times ten times ten times fills the memory.
    """

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            where = self.get_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, "it repeats a field by *name", where)
        return super().compose_node(parent, index)


def _fields(front: str, first_line: int) -> dict[str, object]:
    if len(front) > MAX_FRONT:
        raise Refused(
            f"the front matter has {len(front):,} characters and {MAX_FRONT:,} can be read;"
            " shorten it"
        )
    try:
        fields = yaml.load(front, Loader=_Loader)  # noqa: S506 (it makes texts and nothing else)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = first_line + (mark.line if mark else 0)
        what = getattr(error, "problem", None) or "it cannot be read"
        raise Refused(
            f"the front matter is not YAML (line {line}: {what}); mend that line or remove the "
            "front matter"
        ) from error
    if not isinstance(fields, dict):
        raise Refused(
            f"the front matter of line {first_line} is not a list of fields; write title: ..."
        )
    return {str(name): value for name, value in fields.items()}


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
        words: list[str] = []
        for each in lines[start + 1 : end]:
            if not each.strip():
                break
            words.append(each)
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
