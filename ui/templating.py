"""HTML from the templates in ``ui/templates``: what a template is given is text, never markup."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from jinja2.ext import Extension
from markupsafe import Markup

from rag.periods import day_text

_SPECIAL = re.compile(r"[!-/:-@\[-`{-~\t\n\r]")
_UNSHOWABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")

# A line break of a template beside a tag or a statement, and any other.
_BETWEEN = re.compile(r"(?<=>)\n\s*|(?<=[%#]\})\n\s*|\n\s*(?=<|\{[%#])")
_WITHIN = re.compile(r"\n\s*")


def escape(text: str) -> str:
    """Text as HTML that reads the same and means nothing, in HTML and in Markdown.

    All ASCII punctuation and every line break become character references, so that the result
    is one line, in which Markdown finds no syntax, address or formula, and HTML no tag.
    Characters that no page can show (lone surrogates, control characters) become U+FFFD.

    >>> escape("<b>*1*")
    '&#60;b&#62;&#42;1&#42;'
    """
    showable = _UNSHOWABLE.sub("\ufffd", text)
    return _SPECIAL.sub(lambda found: f"&#{ord(found[0])};", showable)


def render(name: str, /, **values: object) -> str:
    """What a template makes of values, as one line of HTML.

    The name is that of a file in ``ui/templates``. Text is escaped wherever it is put, as
    ``escape`` does it.
    """
    return _templates().get_template(name).render(values)


def static(name: str) -> str:
    """A file of ``ui/static``."""
    return (files("ui") / "static" / name).read_text("utf-8")


class _OneLine(Extension):
    """Leaves out the line breaks of HTML templates: Markdown ends a block of HTML at one."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        if not (name or "").endswith(".html"):
            return source
        return _WITHIN.sub(" ", _BETWEEN.sub("", source))


@cache
def _templates() -> Environment:
    made = Environment(
        loader=PackageLoader("ui"),
        autoescape=True,
        auto_reload=False,  # else each template is looked for on the disk each time that it is used
        finalize=_shown,
        undefined=StrictUndefined,
        extensions=[_OneLine],
    )
    made.filters |= {"day": day_text, "counted": counted, "zip": zip}
    return made


def _shown(value: Any) -> Any:  # noqa: ANN401
    return value if isinstance(value, int | float | Markup) else Markup(escape(str(value)))  # noqa: S704


_UNITS = ((1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB"))


def counted(number: int, noun: str, several: str = "") -> str:
    """A number with its noun: "1 article", "2,000 articles".

    Args:
        number: How many.
        noun: The name of one.
        several: That of several, if it is not the noun and an s.

    >>> counted(1, "query", "queries"), counted(2000, "article")
    ('1 query', '2,000 articles')
    """
    return f"{number:,} {noun if number == 1 else several or f'{noun}s'}"


def size_text(count: int) -> str:
    """Bytes for a reader.

    >>> size_text(512), size_text(458752), size_text(3_200_000_000)
    ('512 bytes', '459 kB', '3.2 GB')
    """
    for unit, name in _UNITS:
        if count >= unit:
            share = count / unit
            return f"{share:.1f} {name}" if share < 10 else f"{share:.0f} {name}"
    return f"{count} bytes"
