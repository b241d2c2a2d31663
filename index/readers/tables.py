"""Tables (.csv, .tsv): an article a row if a column holds texts, else one article of rows."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

from index.article import Article, Skipped
from index.readers.assembly import Assembly, line
from index.readers.encoding import Refused, decode, scrub, tidy, within_bounds
from index.readers.fields import one_line, particulars
from index.readers.files import SourceFile
from index.readers.reader import Reader

TEXT = ("text", "body", "content", "article", "full_text", "fulltext")
IDS = ("_id", "id", "uuid", "guid")
SEPARATORS = ",;\t|"


def read_table(file: SourceFile) -> Iterator[Article | Skipped]:
    """The articles of a table with a column of texts, in its order, or the table as an article.

    Raises:
        Refused: It holds no rows, or the column that was named for the text is not there.
    """
    raw = decode(file.data())
    rows = _rows(raw, "\t" if file.extension == ".tsv" else "")
    first = next(rows, None)
    if first is None:
        raise Refused("the file holds only blank lines; put a row of heads and rows in it")
    heads = [line(cell) for cell in first[1]]
    wanted = file.fields.get("text")
    column = wanted or next((h for h in heads if h.casefold() in TEXT), None)
    if wanted and wanted not in heads:
        raise Refused(
            f"the table has no column {wanted!r} but {', '.join(heads)[:200]}; name one of them"
            " with --map text=COLUMN"
        )
    if column:
        yield from _records(file, heads, column, rows)
        return
    text = Assembly()
    text.table([heads, *(cells for _, cells in rows)])
    yield text.article(file, particulars({}))


def _rows(raw: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not blank, each with the number of its line."""
    csv.field_size_limit(2**31 - 1)  # the file's own size is bounded
    head = raw.strip().partition("\n")[0]
    separator = separator or max(SEPARATORS, key=head.count)
    lines = iter(
        re.split(r"(?<=\n)", raw.replace("\r\n", "\n").replace("\r", "\n").replace("\0", ""))
    )
    reader = csv.reader(lines, delimiter=separator, skipinitialspace=True)
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield reader.line_num, cells


def _records(
    file: SourceFile, heads: list[str], column: str, rows: Iterator[tuple[int, list[str]]]
) -> Iterator[Article | Skipped]:
    seen: set[str] = set()
    for number, cells in rows:
        where = f"{file.uri}:{number}"
        row: dict[str, object] = dict(zip(heads, cells, strict=False))
        record = file.article_of_record({**row, "text": row.get(column)})
        raw = str(record.get("text") or "")
        known = {name.casefold(): value for name, value in record.items()}
        ids = (one_line(known.get(name)) for name in IDS)
        key = next(filter(None, ids), None) or str(number)
        try:
            text = tidy(within_bounds(raw))
        except Refused as refusal:
            yield Skipped(where, str(refusal))
            continue
        if not text.strip():
            yield Skipped(where, f"the row has nothing under {column!r}; write its text there")
        elif key in seen:
            yield Skipped(where, f"the id {key!r} is that of an earlier row; give each its own id")
        else:
            seen.add(key)
            yield Article(
                uri=f"{file.uri}#{key}",
                key=key,
                text=text,
                raw=scrub(raw),
                root=file.root,
                **particulars(record),
            )


READER = Reader("a table", (".csv", ".tsv"), read_table, many=True)
