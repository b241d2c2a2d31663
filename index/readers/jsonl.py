"""JSON Lines files: one article a line, as in the BEIR layout; read as a stream."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO

from index.article import Article, Place, Skipped
from index.readers.encoding import UTF8_BOM, Refused, decode, scrub, tidy, within_bounds
from index.readers.fields import one_line, particulars, unclear_dates
from index.readers.files import SourceFile, unreadable
from index.readers.markup import without_markup

EXTENSIONS = (".jsonl", ".ndjson")
UTF16_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
PROBE_BYTES = 4096  # tells a binary file before thousands of its lines are refused one by one


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    data: bytes
    whole: bool


def read_jsonl(file: SourceFile) -> Iterator[Article | Skipped]:
    """The articles of a JSON Lines file, in its order, and a ``Skipped`` for each bad line.

    The file may be larger than memory; one line may have ``file.max_bytes``.

    Raises:
        Refused: The file as a whole cannot be read, is empty or is no JSON Lines file.
    """
    try:
        with file.open() as stream:
            _probe(stream)
            yield from _records(file, stream, file.max_bytes)
    except OSError as error:
        raise Refused(unreadable(error)) from error


def _probe(stream: BinaryIO) -> None:
    head = stream.read(PROBE_BYTES)
    stream.seek(0)
    if not head:
        raise Refused("the file is empty; put one JSON object a line in it or delete it")
    if head.startswith(UTF16_BOMS):
        raise Refused("the file is in UTF-16 and JSON Lines are UTF-8; convert it with iconv")
    if head.count(0) > 1:
        raise Refused("the file is binary, not JSON Lines; put one JSON object a line in it")


def _records(file: SourceFile, stream: BinaryIO, limit: int) -> Iterator[Article | Skipped]:
    seen: set[str] = set()
    found = False
    for line in _lines(stream, limit):
        found = True
        where = f"{file.uri}:{line.number}"
        if not line.whole:
            yield Skipped(where, f"the line is longer than {limit:,} bytes; split the record")
            continue
        try:
            article = _article(file, line)
        except Refused as refusal:
            yield Skipped(where, str(refusal))
            continue
        if article.key in seen:
            yield Skipped(
                where,
                f"the id {article.key!r} is that of an earlier line; give each record its own id",
            )
            continue
        seen.add(article.key)
        yield article
    if not found:
        raise Refused("the file holds only blank lines; put one JSON object a line in it")


def _lines(stream: BinaryIO, limit: int) -> Iterator[_Line]:
    """Lines that are not blank; one that is too long is passed over without being held."""
    number = 0
    while data := stream.readline(limit + 1):
        number += 1
        whole = len(data) <= limit or data.endswith(b"\n")
        rest = data
        while rest and not rest.endswith(b"\n"):
            rest = stream.readline(limit)
        if number == 1:
            data = data.removeprefix(UTF8_BOM)
        if data.strip():
            yield _Line(number, data, whole)


def _article(file: SourceFile, line: _Line) -> Article:
    record = file.article_of_record(_parsed(line.data))
    key = _key(record, line.number)
    raw = record.get("text")
    if not isinstance(raw, str) or not (text := _text(raw, record)).strip():
        raise Refused('the record has no text; give it a field "text" or delete it')
    metadata = record.get("metadata")
    told = (record, metadata if isinstance(metadata, dict) else {})
    known = particulars(*told)
    unclear = () if known["published"] else unclear_dates(*told)
    article = Article(
        uri=f"{file.uri}#{key}",
        key=key,
        text=text,
        raw=scrub(raw),
        root=file.root,
        notes=tuple(("published", f"left out, as it is no certain day: {day}") for day in unclear),
        **known,
    )
    return _exported(article, record) if record.get("cleaned") is True else article


def _text(raw: str, record: dict[str, object]) -> str:
    """A record's text; HTML in it becomes lines, unless it was cleaned before."""
    text = within_bounds(raw)
    return tidy(text if record.get("cleaned") is True else without_markup(text))


def _exported(article: Article, record: dict[str, object]) -> Article:
    """An article of ``index/export.py``: nothing is left to be cleaned off, and more is known."""
    raw, sources = record.get("raw"), record.get("sources")
    return replace(
        article,
        raw=scrub(raw) if isinstance(raw, str) else article.raw,
        sources=tuple(filter(None, map(one_line, sources))) if isinstance(sources, list) else (),
        places=_places(record.get("places"), article.text),
        cleaned=True,
    )


def _places(given: object, text: str) -> tuple[Place, ...]:
    """The places of an exported text; none if they do not fit it."""
    match given:
        case list() if all(
            isinstance(each, list)
            and len(each) == 2
            and isinstance(each[0], int)
            and 0 <= each[0] < len(text)
            for each in given
        ):
            return tuple(sorted((offset, one_line(label) or "") for offset, label in given))
    return ()


def _parsed(data: bytes) -> dict[str, object]:
    try:
        record = json.loads(decode(data))
    except (ValueError, RecursionError) as error:
        what = error.msg if isinstance(error, json.JSONDecodeError) else "nested too deep"
        raise Refused(f"the line is not JSON ({what.lower()}); mend it or delete it") from error
    if not isinstance(record, dict):
        raise Refused('the line is not a JSON object; write {"id": ..., "text": ...}')
    return record


def _key(record: dict[str, object], number: int) -> str:
    for name in ("_id", "id"):
        value = record.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
        if value is not None and not isinstance(value, str):
            raise Refused(f'the field "{name}" is neither text nor a number; write it as text')
        if key := one_line(value):
            return key
    return str(number)
