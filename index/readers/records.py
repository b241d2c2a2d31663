"""Records: one a line of JSON Lines (.jsonl), one a row of tables (.csv, .tsv) with texts.

A table without a column of texts is one article, whose rows can be quoted.
"""

from __future__ import annotations

import codecs
import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import BinaryIO, TypeAlias

from index.article import Article, Place, Skipped
from index.readers.assembly import Assembly, line
from index.readers.encoding import UTF8_BOM, Refused, decode, letters, scrub, tidy, within_bounds
from index.readers.fields import one_line, particulars
from index.readers.files import Reader, SourceFile, unreadable
from index.readers.html.names import stated_by_hand
from index.readers.markup import without_markup

UTF16_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
PROBE_BYTES = 4096  # tells a binary file before thousands of its lines are refused one by one
TEXT = (  # as `letters` compares names
    *("text", "body", "content", "article", "fulltext", "articlebody", "maintext", "bodytext"),
    *("articletext", "story", "storytext", "plaintext", "cleantext", "contentelements"),
    *("articlecontent", "bodyhtml", "contenthtml", "contents"),
)
# NewsAPI gives the beginning of an article.
CUT = re.compile(r"\s*(?:…|\.\.\.)?\s*\[\+\d+ chars\]\s*$")
ONLY_BEGUN = "only its beginning is in the record"
MAX_DEPTH = 3  # of the list of articles in a service's reply: {"response": {"results": [...]}}
PARTS = ("text", "paragraph", "p", "header", "heading", "list", "quote", "html")  # of a text
IDS = ("_id", "id", "uuid", "guid")  # of rows; of lines the first two
LACKING = "the record has no text; name its field: --map text=FIELD"
SEPARATORS = ",;\t|"

Record: TypeAlias = Mapping[str, object]
Numbered: TypeAlias = tuple[int, "Record | Refused"]
"""A record, or why it cannot be read, and the number of its line."""


def _read_jsonl(file: SourceFile) -> Iterator[Article | Skipped]:
    """The articles of a JSON Lines file, in its order, and a ``Skipped`` for each bad line.

    The file may be larger than memory; one line may have ``file.max_bytes``.
    """
    found = False
    try:
        with file.open() as stream:
            _probe(stream)
            for item in _articles(file, _lines(stream, file.max_bytes), "line", LACKING):
                found = True
                yield item
    except OSError as error:
        raise Refused(unreadable(error)) from error
    if not found:
        raise Refused("the file holds only blank lines; put one JSON object a line in it")


def _read_json(file: SourceFile) -> Iterator[Article | Skipped]:
    """The articles of the longest list of objects in a file of JSON, or the one that it is."""
    try:
        value = json.loads(decode(file.data()))
    except (ValueError, RecursionError) as error:
        raise Refused(f"the file is not JSON ({str(error).lower()}); mend it") from error
    found = max(_lists(value, 0), key=len, default=[])
    if isinstance(value, Mapping) and _raw(value):
        found = [value]
    if not any(map(_raw, found)):
        reason = "the file holds no articles; name the field of their texts: --map text=FIELD"
        yield Skipped(file.uri, reason, fault=bool(file.fields))
        return
    yield from _articles(file, enumerate(found, 1), "record", LACKING, IDS)


def _lists(value: object, depth: int) -> Iterator[list[Record]]:
    """The lists of objects in what JSON says, down to those of a reply's articles."""
    if isinstance(value, list):
        yield [each for each in value if isinstance(each, dict)]
    elif isinstance(value, dict) and depth < MAX_DEPTH:
        for each in value.values():
            yield from _lists(each, depth + 1)


def _read_table(file: SourceFile) -> Iterator[Article | Skipped]:
    """The articles of a table with a column of texts, in its order, or the table as an article."""
    rows = _rows(decode(file.data()), "\t" if file.extension == ".tsv" else "")
    first = next(rows, None)
    if first is None:
        raise Refused("the file holds only blank lines; put a row of heads and rows in it")
    heads = [line(cell) for cell in first[1]]
    wanted = file.fields.get("text")
    column = wanted or next((head for head in heads if letters(head) in TEXT), None)
    if wanted and wanted not in heads:
        raise Refused(
            f"the table has no column {wanted!r} but {', '.join(heads)[:200]}; name one of them"
            " with --map text=COLUMN"
        )
    if column is None:
        text = Assembly()
        text.table([heads, *(cells for _, cells in rows)])
        # Often the file's name alone says what of: "grain-exports.csv".
        yield text.article(file, particulars({"title": re.sub(r"[-_\s]+", " ", file.key).strip()}))
        return
    named = [head.casefold() if head.casefold() in IDS else head for head in heads]
    records: Iterable[Numbered] = (
        (number, {**(row := dict(zip(named, cells, strict=False))), "text": row.get(column)})
        for number, cells in rows
    )
    lacking = f"the row has nothing under {column!r}; write its text there"
    yield from _articles(file, records, "row", lacking, IDS)


def _articles(
    file: SourceFile,
    records: Iterable[Numbered],
    what: str,
    lacking: str,
    ids: tuple[str, ...] = IDS[:2],
) -> Iterator[Article | Skipped]:
    """The articles of records, and a ``Skipped`` for each that cannot be one."""
    seen: set[str] = set()
    for number, record in records:
        try:
            if isinstance(record, Refused):
                raise record
            article = _article(file, file.article_of_record(record), number, ids)
            if not article.text.strip():
                raise Refused(lacking)
            if article.key in seen:
                raise Refused(
                    f"the id {article.key!r} is that of an earlier {what}; give each its own id"
                )
        except Refused as refusal:
            yield Skipped(f"{file.uri}:{number}", str(refusal))
        else:
            seen.add(article.key)
            yield article


def _article(file: SourceFile, record: Record, number: int, ids: tuple[str, ...]) -> Article:
    key = _key(record, number, ids)
    raw = _raw(record)
    cleaned = record.get("cleaned") is True
    text = CUT.sub(" …", within_bounds(raw))
    metadata = record.get("metadata")
    fields = (record, metadata if isinstance(metadata, dict) else {})
    known, notes = (particulars(*fields), []) if cleaned else stated_by_hand(*fields)
    notes += [("text", ONLY_BEGUN)] if text != raw else []
    article = Article(
        uri=f"{file.uri}#{key}",
        key=key,
        text=tidy(text if cleaned else without_markup(text)),
        raw=scrub(raw),
        root=file.root,
        notes=tuple(notes),
        **known,
    )
    return _exported(article, record) if cleaned else article


def _raw(record: Record) -> str:
    """The text of a record as it stands there; "" without one."""
    told = {letters(name): value for name, value in record.items()}
    return next(filter(str.strip, (_text_of(told.get(name)) for name in TEXT)), "")


def _text_of(value: object) -> str:
    """A text, or what systems part it into or wrap it in; "" for anything else."""
    if isinstance(value, list):
        kinds = (
            part.get("type", "text") if isinstance(part, Mapping) else "text" for part in value
        )
        parts = (_text_of(part) for part, kind in zip(value, kinds, strict=True) if kind in PARTS)
        return "\n\n".join(filter(None, parts))
    if isinstance(value, Mapping):
        names = ("rendered", *TEXT, "value", "items")
        return next(filter(None, (_text_of(value.get(name)) for name in names)), "")
    return value if isinstance(value, str) else ""


def _exported(article: Article, record: Record) -> Article:
    """An article of ``index/backup.py``: nothing is left to be cleaned off, and more is known."""
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
    places: list[Place] = []
    for each in given if isinstance(given, list) else []:
        match each:
            case [int(offset), label] if 0 <= offset < len(text):
                places.append((offset, one_line(label) or ""))
            case _:
                return ()
    return tuple(sorted(places))


def _key(record: Record, number: int, ids: tuple[str, ...]) -> str:
    for name in ids:
        value = record.get(name)
        value = value.get("$oid") if isinstance(value, Mapping) else value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
        if value is not None and not isinstance(value, str):
            raise Refused(f'the field "{name}" is neither text nor a number; write it as text')
        if key := one_line(value):
            return key
    return str(number)


def _probe(stream: BinaryIO) -> None:
    head = stream.read(PROBE_BYTES)
    stream.seek(0)
    if not head:
        raise Refused("the file is empty; put one JSON object a line in it or delete it")
    if head.startswith(UTF16_BOMS):
        raise Refused("the file is in UTF-16 and JSON Lines are UTF-8; convert it with iconv")
    if head.count(0) > 1:
        raise Refused("the file is binary, not JSON Lines; put one JSON object a line in it")


def _lines(stream: BinaryIO, limit: int) -> Iterator[Numbered]:
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
        if not whole:
            yield number, Refused(f"the line is longer than {limit:,} bytes; split the record")
        elif data.strip():
            yield number, _parsed(data)


def _parsed(data: bytes) -> Record | Refused:
    try:
        record = json.loads(decode(data))
    except Refused as refusal:
        return refusal
    except (ValueError, RecursionError) as error:
        what = error.msg if isinstance(error, json.JSONDecodeError) else "nested too deep"
        return Refused(f"the line is not JSON ({what.lower()}); mend it or delete it")
    if not isinstance(record, dict):
        return Refused('the line is not a JSON object; write {"id": ..., "text": ...}')
    return record


def _rows(raw: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not blank, each with the number of its line."""
    csv.field_size_limit(2**31 - 1)  # the file's own size is bounded
    head = raw.strip().partition("\n")[0]
    separator = separator or max(SEPARATORS, key=head.count)
    lines = re.split(r"(?<=\n)", raw.replace("\r\n", "\n").replace("\r", "\n").replace("\0", ""))
    reader = csv.reader(iter(lines), delimiter=separator, skipinitialspace=True)
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield reader.line_num, cells


JSONL = Reader("a JSON Lines file", (".jsonl", ".ndjson"), _read_jsonl, many=True)
JSON = Reader("a file of JSON", (".json",), _read_json, many=True)
TABLE = Reader("a table", (".csv", ".tsv"), _read_table, many=True)
