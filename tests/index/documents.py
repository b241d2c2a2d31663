"""Documents as newsrooms get them, made by code: PDF, Word, OpenDocument, slides and more."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

from index.readers.files import MAX_FILE_BYTES
from index.readers.source import Source

COLUMNS = (
    "The harbour authority of Port Ellis approved a budget of 41 million crowns on Tuesday, after"
    " a debate that lasted until the early morning. Commissioner Lucan Fairweather said that the"
    " money would be spent on the northern breakwater, which was damaged in the storms of January."
    " Fishermen had asked for compensation instead. The vote was seven to four.",
    "Opponents called the decision irresponsible. “Nobody has explained where the remaining 12"
    " million will come from,” said Ada Lund, who speaks for the taxpayers’ association. She"
    " announced a petition for a referendum in the autumn. The authority replied that a loan from"
    " the regional development bank had been agreed in principle. Construction is to begin in"
    " March and to take two years, according to the engineers’ report.",
)


def pdf(
    pages: Sequence[Sequence[tuple[float, float, str, float]]],
    *,
    title: str = "",
    author: str = "",
    password: str = "",
    rotation: int = 0,
    turn: int = 0,
    font: str = "Times-Roman",
) -> bytes:
    """Pages of lines, each (x, y, text, size), y from below, on A4.

    The pages are shown turned by ``rotation``; what is drawn is by ``turn``, around the middle.
    """
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    if font != "Times-Roman":
        pdfmetrics.registerFont(UnicodeCIDFont(font))
    made = io.BytesIO()
    canvas = Canvas(made, A4, invariant=1, encrypt=password or None)
    canvas.setTitle(title)
    canvas.setAuthor(author)
    for lines in pages:
        if rotation:
            canvas.setPageRotation(rotation)
        if turn:
            canvas.translate(300, 420)
            canvas.rotate(turn)
            canvas.translate(-200, -160)
        for x, y, words, size in lines:
            canvas.setFont(font, size)
            canvas.drawString(x, y, words)
        canvas.showPage()
    canvas.save()
    return made.getvalue()


def scan(pages: int, *, before: str = "") -> bytes:
    """Pages that are pictures, maybe after one of text."""
    from PIL import Image
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    made = io.BytesIO()
    canvas = Canvas(made, A4, invariant=1)
    if before:
        for x, y, words, size in column(before, 72, 740):
            canvas.setFont("Times-Roman", size)
            canvas.drawString(x, y, words)
        canvas.showPage()
    for _ in range(pages):
        canvas.drawImage(ImageReader(Image.new("L", (300, 400), 230)), 50, 50, 400, 600)
        canvas.showPage()
    canvas.save()
    return made.getvalue()


def column(
    text: str, x: float, y: float, *, width: int = 40, size: float = 10, hyphens: bool = True
) -> list[tuple[float, float, str, float]]:
    """A text set in a column: so many letters a line, words split where they do not fit."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        if len(line) + len(word) + bool(line) <= width:
            line = f"{line} {word}".strip()
            continue
        room = width - len(line) - 2
        if hyphens and room >= 4 and len(word) - room >= 3 and word[: room + 3].isalpha():
            lines.append(f"{line} {word[:room]}-")
            line = word[room:]
        else:
            lines.append(line)
            line = word
    lines.append(line)
    return [(x, y - 12 * number, words, size) for number, words in enumerate(lines)]


def report(pages: int = 4) -> bytes:
    """A report with a running head, page numbers and paragraphs that go on over the pages."""
    laid = []
    for number in range(1, pages + 1):
        lines = [(72.0, 800.0, "Harbour authority - annual report 2026", 8.0)]
        lines += [(290.0, 30.0, str(number), 8.0)]
        body = (
            f"Chapter {number} tells of quay number {number}. In the year under review it handled"
            f" {number * 11} thousand containers. The crane on it was inspected by the engineer"
            f" of district {number} and found safe."
        )
        lines += column(body, 72, 740, width=80)
        lines += column(
            f"Its keeper is Mr Brandt the {number}. He retires in 203{number}.", 72, 640, width=80
        )
        laid.append(lines)
    return pdf(laid, title="Annual report of the harbour authority", author="Port Ellis")


def two_columns() -> bytes:
    """A newspaper's page: a headline across, two columns with split words, a page number."""
    return pdf(
        [
            [
                (60, 780, "Port Ellis votes for a new breakwater", 24),
                *column(COLUMNS[0], 60, 740),
                *column(COLUMNS[1], 310, 740),
                (290, 30, "- 7 -", 9),
            ]
        ]
    )


def archive(members: dict[str, bytes | str], *, stored: Sequence[str] = ()) -> bytes:
    """A zip archive; those that are stored are not compressed."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, content in members.items():
            how = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            pack.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content, how)
    return made.getvalue()


def read_source(source, max_bytes=MAX_FILE_BYTES):
    """The articles of a file, a folder or a glob, and what was skipped."""
    return Source.at(source, max_bytes).articles()
