"""Markdown files: the front matter tells about the article, the rest is its text."""

from __future__ import annotations

import html
import re

import yaml
from frontmatter.default_handlers import YAMLHandler

from index.article import Article
from index.readers.encoding import Refused, decode, tidy
from index.readers.fields import one_line, particulars
from index.readers.files import SourceFile
from index.readers.text import BLANK

EXTENSIONS = (".md", ".markdown")

FRONT = re.compile(r"\A\s*---[ \t]*\n(?=[^\n]*\S)")
FRONT_END = re.compile(r"^---[ \t]*$", re.MULTILINE)
FIRST_FIELD = re.compile(r"\A\s*---[ \t]*\n\s*[\w-]+[ \t]*:")
FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(.*?)[ \t]*#*[ \t]*$")
UNDERLINE = re.compile(r"^ {0,3}(=+|-{2,})[ \t]*$")
RULE = re.compile(r"^ {0,3}([-*_])[ \t]*(?:\1[ \t]*){2,}$")
BULLET = re.compile(r"^(\s*)[*+-][ \t]+")
QUOTED = re.compile(r"^ {0,3}(?:>[ \t]?)+")
HARD_BREAK = re.compile(r"(?<!\\)\\$")
DEFINITION = re.compile(r"^ {0,3}\[([^\]^][^\]]*)\]:[ \t]*\S+.*$", re.MULTILINE)
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
CODE_SPAN = re.compile(r"(`+)(?!`).{1,1000}?(?<!`)\1(?!`)")

URL_PART = r"\((?:[^()\s\\]|\\.|\([^()]*\))*(?:\s+(?:\"[^\"]*\"|'[^']*'))?\s*\)"
IMAGE = re.compile(rf"(?<!\\)!\[[^\]]{{0,1000}}\](?:{URL_PART}|\[[^\]]{{0,1000}}\])")
LINK = re.compile(rf"(?<![\\!])\[((?:[^\[\]\\]|\\.|\[[^\[\]]*\])*)\]{URL_PART}")
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
        Refused: The file is binary, its front matter is broken, or there is no text.
    """
    raw = decode(data)
    front, body = _split(raw.replace("\r\n", "\n").replace("\r", "\n"))
    known = particulars(front)
    text = plain_text(body)
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
    for line in COMMENT.sub("", markdown).split("\n"):
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
        return ["", _inline(heading[1], names), ""]
    return [_inline(BULLET.sub(r"\1- ", line), names)]


def _inline(line: str, names: set[str]) -> str:
    """One line without its inline marks; code spans stay as they are."""
    parts: list[str] = []
    end = 0
    for span in CODE_SPAN.finditer(line):
        parts += [_unmarked(line[end : span.start()], names), span[0]]
        end = span.end()
    return "".join([*parts, _unmarked(line[end:], names)])


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


def _fields(front: str, first_line: int) -> dict[str, object]:
    try:
        # The base loader leaves "2025-05-18", "no" and 007 the texts that they are.
        fields = YAMLHandler().load(front, Loader=yaml.BaseLoader)
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
