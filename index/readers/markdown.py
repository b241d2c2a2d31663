"""Markdown files: the front matter tells about the article, the rest is its text."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import yaml
from frontmatter.default_handlers import YAMLHandler

from index.article import Article
from index.readers.encoding import Refused, decode, tidy, within_bounds
from index.readers.fields import one_line, particulars
from index.readers.files import SourceFile
from index.readers.text import BLANK

EXTENSIONS = (".md", ".markdown")

MAX_FRONT = 100_000  # characters of front matter: a second to parse; articles have hundreds
FRONT = re.compile(r"\A\s*---[ \t]*\n(?=[^\n]*\S)")
FRONT_END = re.compile(r"^---[ \t]*$", re.MULTILINE)
FIRST_FIELD = re.compile(r"\A\s*---[ \t]*\n\s*[\w-]+[ \t]*:")
FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(.*)$")
UNDERLINE = re.compile(r"^ {0,3}(=+|-{2,})[ \t]*$")
RULE = re.compile(r"^ {0,3}([-*_])[ \t]*(?:\1[ \t]*){2,}$")
BULLET = re.compile(r"^(\s*)[*+-][ \t]+")
QUOTED = re.compile(r"^ {0,3}(?:>[ \t]?)+")
HARD_BREAK = re.compile(r"(?<!\\)\\$")
DEFINITION = re.compile(r"^ {0,3}\[([^\]^\n][^\]\n]*)\]:[ \t]*\S+.*$", re.MULTILINE)
TICKS = re.compile(r"`+")

URL_PART = r"\((?:[^()\s\\]|\\.|\([^()]*\))*(?:\s+(?:\"[^\"]*\"|'[^']*'))?\s*\)"
LABEL = r"\[((?:[^\[\]\\]|\\.|\[[^\[\]]*\])*)\]"
IMAGE = re.compile(rf"(?<!\\)!{LABEL}(?:{URL_PART}|\[[^\[\]]*\])")
LINK = re.compile(rf"(?<![\\!]){LABEL}{URL_PART}")
REFERENCE = re.compile(r"(?<![\\!])\[([^\[\]]+)\](?:\[([^\[\]]*)\])")
AUTOLINK = re.compile(r"<((?:https?|mailto):[^\s<>]+)>")
EMPHASIS = (
    re.compile(r"(?<![\\*\w])(\*{1,3})(?![\s*])((?:[^*\n]|\\\*)*?[^\s*\\])\1(?![*\w])"),
    re.compile(r"(?<![\\\w])(_{1,3})(?![\s_])((?:[^_\n]|\\_|(?<=\w)_(?=\w))*?[^\s_\\])\1(?!\w)"),
    re.compile(r"(?<!\\)(~~)(?!\s)([^~\n]*?[^\s\\])~~"),
)
ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")


def read_markdown(file: SourceFile, data: bytes) -> Article:
    """The article that a Markdown file holds, its markup turned into plain text.

    Raises:
        Refused: The file is binary or too long, its front matter is broken, or there is no text.
    """
    raw = decode(data)
    front, body = _split(raw.replace("\r\n", "\n").replace("\r", "\n"))
    known = particulars(front)
    text = plain_text(within_bounds(body))
    if not text.strip():
        raise Refused(BLANK)
    known["title"] = known["title"] or _first_heading(body)
    return Article(uri=file.uri, key=file.key, text=text, raw=raw, root=file.root, **known)


def plain_text(markdown: str) -> str:
    r"""Markdown without its marks: what a reader of the page would see, as plain lines.

    Headings stay lines of their own, list items keep "- ", fenced code stays as it is.

    >>> plain_text("# Rain\nIt *will* [rain](http://x.example).")
    'Rain\n\nIt will rain.'
    """
    names = {name.casefold() for name in DEFINITION.findall(markdown)}
    lines: list[str] = []
    fence = ""
    for line in _without_comments(markdown).split("\n"):
        mark = FENCE.match(line)
        if fence:
            fence = "" if mark and line.strip().startswith(fence) else fence
            lines.append(line)
        elif mark:
            fence = mark[1]
            lines.append(line)
        else:
            lines += _plain_line(line, lines, names)
    return tidy(re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n"))


def _without_comments(markdown: str) -> str:
    """The text around HTML comments; one that never ends is text."""
    parts: list[str] = []
    at = 0
    while (start := markdown.find("<!--", at)) >= 0 and (
        end := markdown.find("-->", start + 4)
    ) >= 0:
        parts.append(markdown[at:start])
        at = end + len("-->")
    return "".join([*parts, markdown[at:]])


def _plain_line(line: str, above: list[str], names: set[str]) -> list[str]:
    line = HARD_BREAK.sub("", QUOTED.sub("", line))
    if UNDERLINE.match(line) and above and above[-1].strip():
        return [""]
    if RULE.match(line):
        return [""]
    definition = DEFINITION.match(line)
    if definition and definition[1].casefold() in names:
        return []
    if heading := HEADING.match(line):
        return ["", _inline(heading[1].strip(" \t").rstrip("#").rstrip(" \t"), names), ""]
    return [_inline(BULLET.sub(r"\1- ", line), names)]


def _inline(line: str, names: set[str]) -> str:
    """One line without its inline marks; code spans stay as they are."""
    parts: list[str] = []
    end = 0
    for start, stop in _code_spans(line):
        parts += [_unmarked(line[end:start], names), line[start:stop]]
        end = stop
    return "".join([*parts, _unmarked(line[end:], names)])


def _code_spans(line: str) -> Iterator[tuple[int, int]]:
    """Where code is written in a line: between two runs of as many backticks."""
    runs = [run.span() for run in TICKS.finditer(line)]
    closing: dict[int, int] = {}  # of each run, the next that is as long
    following: dict[int, int] = {}
    for number in range(len(runs) - 1, -1, -1):
        length = runs[number][1] - runs[number][0]
        closing[number] = following.get(length, -1)
        following[length] = number
    number = 0
    while number < len(runs):
        last = closing[number]
        if last >= 0:
            yield runs[number][0], runs[last][1]
        number = max(number, last) + 1


def _unmarked(text: str, names: set[str]) -> str:
    def referenced(found: re.Match[str]) -> str:
        return found[1] if (found[2] or found[1]).casefold() in names else found[0]

    text = LINK.sub(r"\1", IMAGE.sub("", text))
    text = AUTOLINK.sub(r"\1", REFERENCE.sub(referenced, text))
    for pattern in EMPHASIS:
        for _ in range(3):  # bold inside italic inside bold is as deep as prose goes
            text = pattern.sub(r"\2", text)
    return ESCAPE.sub(r"\1", ENTITY.sub(lambda found: html.unescape(found[0]), text))


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
        fields = YAMLHandler().load(front, Loader=_Loader)
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


def _first_heading(body: str) -> str:
    """The headline, when the page begins with a first-level heading."""
    lines = body.strip().split("\n", 2)
    if re.match(r"#[ \t]", lines[0]):
        return one_line(plain_text(lines[0])) or ""
    if len(lines) > 1 and re.match(r"=+[ \t]*$", lines[1]):
        return one_line(plain_text(lines[0])) or ""
    return ""
