"""Plain text, all of which is the article, and Markdown, whose front matter tells about it."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import yaml

from index.article import Article
from index.readers.encoding import Refused, decode, decode_telling, tidy, within_bounds
from index.readers.files import SourceFile
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
TIMES = re.compile(r"(?<=\d)\*(?=\d)")  # of two numbers; CommonMark sees emphasis


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
    return parsed_text(_parser().render(TIMES.sub(r"\*", without_comments(markdown))))


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
