"""The text of a picture of a page, read by tesseract where that is installed."""

from __future__ import annotations

import shutil
import subprocess
from functools import cache
from typing import TYPE_CHECKING

from index.readers.pdf.reading_order import Words

if TYPE_CHECKING:
    from pypdfium2 import PdfPage

HOW = (
    "install tesseract, and its data for the language (on Debian: apt-get install tesseract-ocr"
    " tesseract-ocr-deu), then add it again"
)
DPI = 300  # as tesseract's authors advise
MAX_SIDE = 10_000  # pixels; a poster is read at a lower resolution
SECONDS = 120  # for one page; two seconds are usual
LINE_HEIGHT = 10.0


@cache
def _command() -> tuple[str, ...] | None:
    """Tesseract with all the languages that it has; None without it."""
    program = shutil.which("tesseract")
    if program is None:
        return None
    try:
        told = subprocess.run(  # noqa: S603 (a program of that name on the person's own path)
            [program, "--list-langs"], capture_output=True, text=True, timeout=SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    spoken = [name for name in told.stdout.split("\n")[1:] if name and name not in ("osd", "snum")]
    return (program, "-", "-", "--dpi", str(DPI), "-l", "+".join(spoken) or "eng")


def lines(page: PdfPage) -> list[Words] | None:
    """The lines of a page from the top down; None if tesseract is not there or fails."""
    command = _command()
    if command is None:
        return None
    scale = min(DPI / 72, MAX_SIDE / max(page.get_size()))
    picture = page.render(scale=scale, grayscale=True).to_numpy()
    height, width = picture.shape[:2]
    image = b"P5 %d %d 255\n" % (width, height) + picture.tobytes()
    try:
        read = subprocess.run(  # noqa: S603
            command, input=image, capture_output=True, timeout=SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return _stacked(read.stdout.decode("utf-8", "replace"))


def _stacked(text: str) -> list[Words]:
    """Lines of text as they would stand on a page, paragraphs far apart."""
    said = text.replace("\f", "").split("\n")
    wide = float(max(map(len, said), default=0))
    found: list[Words] = []
    y = 0.0
    for words in said:
        y -= LINE_HEIGHT if words.strip() else 3 * LINE_HEIGHT
        if words.strip():
            x1 = float(len(words.strip()))
            found.append(Words(words.strip(), 0, x1, y - LINE_HEIGHT, y, 0, wide))
    return found
