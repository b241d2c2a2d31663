"""Articles as entries of a reference manager: BibTeX and RIS."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from index.article import Article
from rag.types import Citation
from ui.output import plain

Source = Article | Citation

# What TeX takes for a command; a braced title keeps its capital letters.
_TEX = {
    **{mark: f"\\{mark}" for mark in "&%$#_{}"},
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}
# "Writer, Ada" has a comma of its own; "Ada Writer, Ben Reporter" are two.
_AND = re.compile(r"\s*(?:;|,|\band\b)\s*")


def bibtex(sources: Iterable[Source]) -> str:
    """BibTeX entries, an article once, in their order; each named by its key."""
    names: set[str] = set()
    return "\n".join(_bibtex(source, names) for source in _once(sources))


def ris(sources: Iterable[Source]) -> str:
    """The same as RIS records."""
    return "\n".join(map(_ris, _once(sources)))


def _bibtex(source: Source, names: set[str]) -> str:
    day = source.published
    fields = {
        "title": f"{{{_tex(source.title or source.key)}}}",
        "author": " and ".join(f"{{{_tex(name)}}}" for name in _people(source)),
        "journal": _tex(source.publisher or ""),
        "year": f"{day:%Y}" if day else "",
        "month": f"{day:%m}" if day else "",
        "day": f"{day:%d}" if day else "",
        "url": _url(source).replace("{", "%7B").replace("}", "%7D"),
        "note": "" if _url(source) else _tex(source.uri),
    }
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
    return f"@article{{{_name(source, names)},\n{lines}}}\n"


def _ris(source: Source) -> str:
    day = source.published
    lines = [
        ("TY", "NEWS"),
        ("TI", source.title or source.key),
        *(("AU", name) for name in _people(source)),
        ("T2", source.publisher or ""),
        ("PY", f"{day:%Y}" if day else ""),
        ("DA", f"{day:%Y/%m/%d}" if day else ""),
        ("UR", _url(source)),
        ("ID", source.key),
        ("N1", "" if _url(source) else source.uri),
    ]
    told = "".join(f"{tag}  - {_line(value)}\r\n" for tag, value in lines if value)
    return f"{told}ER  - \r\n"


def _once(sources: Iterable[Source]) -> Sequence[Source]:
    found: dict[str, Source] = {}
    for source in sources:
        found.setdefault(source.uri, source)
    return list(found.values())


def _people(source: Source) -> list[str]:
    return [name for name in _AND.split(_line(source.author or "")) if name]


def _url(source: Source) -> str:
    url = _line(source.url or "").replace(" ", "%20")
    return url if re.match(r"https?://", url) else ""


def _name(source: Source, names: set[str]) -> str:
    """A name for an entry that TeX takes and no other entry has."""
    end = re.sub(r"^\w+://", "", source.key)
    base = re.sub(r"[^A-Za-z0-9:.-]+", "-", end).strip("-")[:80] or "article"
    name, number = base, 1
    while name.lower() in names:
        number += 1
        name = f"{base}-{number}"
    names.add(name.lower())
    return name


def _tex(text: str) -> str:
    return "".join(_TEX.get(character, character) for character in _line(text))


def _line(text: str) -> str:
    return " ".join(plain(text).split())
