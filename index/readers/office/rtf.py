"""Rich Text Format (.rtf), as word processors and agencies' systems save it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from index.article import Article, Skipped
from index.readers.assembly import Assembly
from index.readers.encoding import Refused, within_bounds
from index.readers.fields import particulars
from index.readers.files import SourceFile
from index.readers.reader import Reader, signed

SIGNATURE = b"{\\rtf"
INFO = re.compile(r"\{\\(title|author)\s((?:[^{}\\]|\\.)*)\}", re.S)
MADE = re.compile(r"\{\\creatim\\yr(\d{4})\\mo(\d{1,2})\\dy(\d{1,2})")
INFO_CHARACTERS = 20_000  # the information stands at the head


def read_rtf(file: SourceFile) -> Iterator[Article | Skipped]:
    """The article that an RTF file holds, with what its information says of it."""
    data = file.data()
    if not data.lstrip().startswith(SIGNATURE):
        raise Refused("the file is damaged and is not RTF; save it anew")
    source = within_bounds(data.decode("cp1252", "replace").replace("\r", ""))
    text = Assembly()
    rows: list[list[str]] = []
    for line in [*_plain(source).split("\n"), ""]:
        if line.rstrip().endswith("|"):
            rows.append([cell.strip() for cell in line.rstrip().rstrip("|").split("|")])
            continue
        text.table(rows)
        rows = []
        bullet = re.match(r"\s*[•·▪\uf0b7]\s*", line)
        (text.item if bullet else text.write)(line[bullet.end() :] if bullet else line)
    head = source[:INFO_CHARACTERS]
    told = {name: _plain(f"{{\\rtf1 {value}}}") for name, value in INFO.findall(head)}
    yield text.article(file, particulars({**told, "date": _made(head)}))


def _plain(rtf: str) -> str:
    from striprtf.striprtf import rtf_to_text

    return str(rtf_to_text(rtf, errors="replace"))  # type: ignore[no-untyped-call]


def _made(head: str) -> date | None:
    try:
        found = MADE.search(head)
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


READER = Reader("an RTF document", (".rtf",), read_rtf, signed(SIGNATURE))
