"""Markdown, as people write it and as programs make it of web pages -> article."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import takewhile
from typing import TYPE_CHECKING

import yaml

from index.article import Article
from index.boilerplate import rules
from index.boilerplate.rules import is_sentence
from index.readers.encoding import Refused, decode, letters, within_bounds
from index.readers.fields import header
from index.readers.files import SourceFile
from index.readers.html.articles import wall, with_times
from index.readers.html.names import stated_by_hand, without_publisher
from index.readers.markup import Node, parsed_text, text_of, without_comments
from index.readers.text import BLANK

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

EXTENSIONS = (".md", ".markdown")

MAX_FRONT = 100_000  # characters of front matter: a second to parse; articles have hundreds
FRONT = re.compile(r"\A\s*---[ \t]*\n(?=[^\n]*\S)")
FRONT_END = re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE)
TOML = re.compile(r"\A\s*\+\+\+[ \t]*\n(.*?)^\+\+\+[ \t]*$", re.MULTILINE | re.DOTALL)
FIRST_FIELD = re.compile(r"\A\s*---[ \t]*\n\s*[\w-]+[ \t]*:")
FIELD = re.compile(r"^([^\s:#-][^\s:]*)[ \t]*:[ \t]+([^\s*&].*)$", re.MULTILINE)
QUOTED = re.compile(r"^([\"'])(.*)\1$")
_MULTIPLIED = re.compile(r"(?<=\d)\*(?=\d)")  # of two numbers; CommonMark sees emphasis
# Breaks, and what programs make of these.
_BACKSLASHES = re.compile(r"^[ \t]*\\+[ \t]*\n|\\+[ \t]*$", re.MULTILINE)


@cache
def _parser() -> MarkdownIt:
    """CommonMark with tables; lines stay lines, and indentation is no code."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"breaks": True})
    parser.validateLink = lambda url: True  # type: ignore[method-assign] # none is followed
    return parser.enable(["table", "strikethrough"]).disable("code")


def read_markdown(file: SourceFile) -> Iterator[Article]:
    """The article that a Markdown file holds, its markup turned into plain text.

    Raises:
        Refused: As there; its front matter is broken.
    """
    raw = decode(file.data(), file.charset)
    front, notes, body = _split(raw.replace("\r\n", "\n").replace("\r", "\n"))
    tree = _tree(within_bounds(body))
    known, unclear = stated_by_hand(front)
    headline = next(tree.iter("h1"), None)
    if headline is not None and not known["title"]:
        known["title"] = without_publisher(text_of(headline), known["publisher"])
    notes += unclear + _removed(tree, headline)
    text = text_of(tree)
    if not text:
        raise Refused(BLANK)
    if reason := wall(text):
        raise Refused(reason)
    article = Article(uri=file.uri, key=file.key, text=text, raw=raw, root=file.root, **known)
    yield with_times(replace(article, notes=tuple(notes)))


def _tree(markdown: str) -> Node:
    """Markdown as a tree of HTML."""
    markdown = _MULTIPLIED.sub(r"\*", without_comments(markdown))
    return parsed_text(_parser().render(_BACKSLASHES.sub("", markdown)))


SEPARATORS = re.compile(r"[\s|·•,/»›>+&-]*")
NUMBERED = re.compile(r"list \d+ of \d+")  # as pages tell screen readers
BY_HREF = re.compile(r"/(?:authors?|by|people|staff|profiles?|reporters?|autor\w*|auteurs?)/|/@")
PERSON = re.compile(r"[^\W\d_a-z][\w.'’-]+(?: [^\W\d_][\w.'’-]*){1,3}")
IMAGE_NUMBER = re.compile(r"^image \d+(?:: )?", re.IGNORECASE)
MAX_LINK_WORDS = 14  # of a line that is a link; longer ones are sentences that are linked
MAX_CAPTION_WORDS = 60


def _removed(tree: Node, headline: Node | None) -> list[tuple[str, str]]:
    """Takes out what only a page that was turned into Markdown has, and tells it."""
    notes = []
    for node, reason in list(_of_the_page(tree, headline)):
        text = " ".join(text_of(node).split())
        if text:
            notes.append(("removed", f"{reason}: {text}"))
        node.drop_tree()
    return notes


def _of_the_page(tree: Node, headline: Node | None) -> Iterator[tuple[Node, str]]:
    """The blocks that are a page's and not its article's, and why."""
    body = next(iter(tree.iter("body")), tree)
    alts = {letters(IMAGE_NUMBER.sub("", image.get("alt") or "")) for image in tree.iter("img")}
    above = set(takewhile(lambda node: node is not headline, body)) if headline is not None else ()
    led = False  # whether the block above announces what follows
    for node in body:
        if not isinstance(node.tag, str):
            continue
        text = " ".join(node.text_content().split())
        if node in above and text and _above(text):
            yield node, "above the headline"
        elif node.tag in ("ul", "ol") and len(node) and all(map(_links, node)) and not led:
            yield node, "links to other pages"
        elif node.tag == "p" and _is_byline(node):
            pass
        elif node.tag == "p" and _links(node):
            yield node, "links to other pages"
        elif node.tag == "p" and text and _captions(node, text, alts):
            yield node, "a picture's caption"
        led = text.endswith(":")


def _is_byline(node: Node) -> bool:
    """Whether a block is a link to who wrote the article, which then is written as a byline.

    As what they work may follow.
    """
    link = next(iter(node), None)
    if link is None or link.tag != "a" or (node.text or "").strip():
        return False
    name = " ".join(link.text_content().split())
    rest = " ".join(node.text_content().split()).removeprefix(name).strip(" ,|")
    named = BY_HREF.search(link.get("href") or "") and PERSON.fullmatch(name)
    if not named or (rest and not rules.is_role(rest)):
        return False
    node.text = f"By {name}"
    for child in list(node):
        node.remove(child)
    return True


def _above(text: str) -> bool:
    """Whether a block above the headline is none of its article."""
    told = rules.bylined(text) is not None or rules.dated(text)[0]
    return not told and (not is_sentence(text) or rules.is_end_boilerplate(text))


def _links(node: Node) -> list[Node]:
    """The links of a block that consists of nothing else; none of one that says something."""
    links = list(node.iter("a"))
    shown = [" ".join(link.text_content().split()) for link in links]
    rest = NUMBERED.sub("", " ".join(node.text_content().split()))
    for each in shown:
        rest = rest.replace(each, " ", 1)
    beside = {word.casefold() for word in rest.split() if not SEPARATORS.fullmatch(word)}
    if not any(shown) or beside - rules.SOCIAL_WORDS:
        return []
    words = [len(each.split()) for each in shown]
    told = any(is_sentence(each) or each.endswith("?”") for each in shown)
    return [] if told or max(words) > MAX_LINK_WORDS else links


def _captions(node: Node, text: str, alts: set[str]) -> bool:
    """Whether a paragraph is the caption of a picture beside it: what the picture is said to show.

    One behind its picture is, if it ends in who made that.
    """
    if len(text.split()) > MAX_CAPTION_WORDS:
        return False
    told = letters(text)
    if told in alts or any(len(alt) > 20 and told.startswith(alt) for alt in alts):
        return True
    behind = next(node.iter("img"), None) is not None
    return behind and rules.is_credited(text)


def _split(raw: str) -> tuple[dict[str, object], list[tuple[str, str]], str]:
    """The fields of front matter or a header, what is told of them, and the text below."""
    if toml := TOML.match(raw):
        try:
            return tomllib.loads(toml[1]), [], raw[toml.end() :]
        except tomllib.TOMLDecodeError as error:
            raise Refused(f"the front matter is not TOML ({error}); mend it") from error
    if not FRONT.match(raw):
        fields, body = header(raw)
        return dict(fields), [], body
    opening = FRONT_END.search(raw)
    closing = FRONT_END.search(raw, opening.end()) if opening else None
    if opening is None or closing is None:
        if FIRST_FIELD.match(raw):
            raise Refused("the front matter of line 1 never ends; close it with a line of ---")
        return {}, [], raw
    front = raw[opening.end() : closing.start()]
    if not re.match(r"\s*[^\s:]+\s*:", front):
        return {}, [], raw  # a page that begins with a rule
    return *_fields(front, raw.count("\n", 0, opening.end()) + 1), raw[closing.end() :]


class _Loader(yaml.BaseLoader):
    """Leaves "2025-05-18", "no" and 007 the texts that they are, and repeats nothing.

    A field that is named once and repeated ten times ten times ten times fills the memory.
    """

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            where = self.get_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, "it repeats a field by *name", where)
        return super().compose_node(parent, index)


def _fields(front: str, first_line: int) -> tuple[dict[str, object], list[tuple[str, str]]]:
    """The fields of front matter, and what is told of it; what is no YAML is read line by line."""
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
        told = f"its front matter is no YAML (line {line}: {what}) and was read line by line"
        read = {name: QUOTED.sub(r"\2", value.strip("[] ")) for name, value in FIELD.findall(front)}
        return dict(read), [("front matter", told)]
    if not isinstance(fields, dict):
        raise Refused(
            f"the front matter of line {first_line} is not a list of fields; write title: ..."
        )
    return {str(name): value for name, value in fields.items()}, []
