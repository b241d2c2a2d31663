"""PDF documents: columns in their order, paragraphs whole, and the page of every word kept.

PDFium gives the letters and their boxes; the order is ours (``pdf_layout``). Tried on pages of two
columns, by the share of words that come whole and in order: PDFium's and pypdf's own text 0.59 to
0.94, pypdf's layout mode 0.58, pdfminer.six 0.94 to 0.96, this 0.98 to 1. PDFium also renders the
pages that have to be read by OCR, and takes 10 ms a page.
"""

from __future__ import annotations

import ctypes
import re
import shutil
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import cache
from itertools import takewhile
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from index.article import Article, Skipped
from index.boilerplate import rules
from index.readers import pdf_layout
from index.readers.assembly import Assembly, line
from index.readers.encoding import MAX_CHARACTERS, Refused
from index.readers.fields import Particulars, particulars
from index.readers.files import Reader, SourceFile
from index.readers.pdf_layout import FINISHED, GUTTER, Words, reading_order

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage

KIND = "a PDF document"
HEAD = 1024  # bytes within which readers look for the mark
MAX_PAGES = 5_000
# What a page with a picture of its text has of real text is a stamp or a page number.
MIN_TEXT = 25
TITLE_SIZE = 1.15  # of the usual height of letters; a headline's are larger
MAX_TITLE = 200  # characters
HYPHENS = (0x02, 0xFFFE)  # what PDFium makes of a hyphen at the end of a line
NO_TITLE = re.compile(
    r"untitled|unknown|microsoft (?:word|powerpoint).*|.*\.(?:docx?|pdf|indd|qxd|rtf|odt|tex|pptx?)"
    r"|\W*|document\d*|.{1,2}|(?:un)?specified|anonymous|owner|user|admin\w*",
    re.I,
)
QUARTER = 1.5707963  # of a turn, in radians
HEAD_LINES = 8  # of the first page, among which a dateline and a byline are looked for
_one = threading.Lock()  # PDFium is not made for threads


def _read_pdf(file: SourceFile) -> Iterator[Article | Skipped]:
    """The article that a PDF holds; each of its pages is a place."""
    data = file.data()
    with _one, closing(_opened(data)) as document:
        if (count := len(document)) > MAX_PAGES:
            raise Refused(f"the PDF has {count:,} pages and {MAX_PAGES:,} can be read; split it")
        pages, pictured = _pages(document)
        known = _known(document, PurePath(file.uri).stem)
    if not any(lines for _, lines in pages):
        if pictured:
            raise Refused(f"the PDF holds pictures of pages and no text; {HOW_OCR}")
        raise Refused("the PDF holds no text; save its text as a .txt file or leave it out")
    first = [each.text for each in pages[0][1]] if pages else []
    for said in (*first[:HEAD_LINES], *first[-2:]):
        kind, day = rules.dated(said)
        known["published"] = known["published"] or (day if kind else None)
        known["author"] = known["author"] or rules.bylined(said) or None
    if not known["title"]:
        known["title"], pages = _headline(pages)
    text = Assembly()
    pdf_layout.write(pages, text)
    yield text.article(file, known)
    if pictured:
        which = f"page {pictured[0]}" if len(pictured) == 1 else f"{len(pictured)} of its pages"
        yield Skipped(file.uri, f"{which} of the PDF may be a picture of text; {HOW_OCR}", False)


def _opened(data: bytes) -> PdfDocument:
    import pypdfium2

    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower() or "security" in str(error).lower():
            raise Refused("the PDF has a password; save it without one") from error
        raise Refused("the PDF is damaged and cannot be opened; get or save it anew") from error


def _pages(document: PdfDocument) -> tuple[list[tuple[str, list[Words]]], list[int]]:
    """Each page's label and lines, and the numbers of those that are pictures nobody could read."""
    import pypdfium2

    pages: list[tuple[str, list[Words]]] = []
    pictured: list[int] = []
    characters = 0
    for number in range(len(document)):
        label = f"p. {number + 1}"
        try:
            page = document[number]
        except pypdfium2.PdfiumError:
            continue  # one damaged page; what is left is an article still
        words = _words(page)
        lines = list(reading_order(words))
        pictures = page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE], max_depth=3)
        if sum(len(each.text) for each in words) < MIN_TEXT and any(pictures):
            found = _lines_by_ocr(page)
            lines = found or lines
            if found is None:
                pictured.append(number + 1)
        characters += sum(len(each.text) for each in lines)
        if characters > MAX_CHARACTERS:
            raise Refused(
                f"the PDF has more than {MAX_CHARACTERS:,} characters; split it into parts"
            )
        pages.append((label, lines))
        page.close()
    return pages, pictured


def _words(page: PdfPage) -> list[Words]:
    """What stands on a page, upright, in stretches without a wide gap."""
    characters = _characters(page)
    if not characters:
        return []
    turns = Counter(turn for *_, turn in characters)
    turn = turns.most_common(1)[0][0]
    found: list[Words] = []
    run: list[tuple[str, float, float, float, float]] = []
    space = False
    for char, *box, own in characters:
        if own != turn:
            continue
        if char.isspace():
            space = bool(run)
            continue
        x0, y0, x1, y1 = _turned(box, turn)
        if run and _apart(run[-1], (x0, y0, x1, y1)):
            found.append(_stretch(run))
            run, space = [], False
        run.append((f" {char}" if space else char, x0, y0, x1, y1))
        space = False
    return [*found, _stretch(run)] if run else found


def _apart(last: tuple[Any, ...], box: tuple[float, float, float, float]) -> bool:
    """Whether a letter stands on another line than the last one, or far from it."""
    _, x0, y0, x1, y1 = last
    height = max(y1 - y0, 0.1)
    middle = (box[1] + box[3]) / 2
    if not y0 < middle < y1 and not box[1] < (y0 + y1) / 2 < box[3]:
        return True
    return bool(box[0] - x1 > GUTTER * height or x0 - box[2] > GUTTER * height)


def _stretch(run: Sequence[tuple[str, float, float, float, float]]) -> Words:
    chars, x0, y0, x1, y1 = zip(*run, strict=True)
    return Words("".join(chars), min(x0), max(x1), min(y0), max(y1))


def _characters(page: PdfPage) -> list[tuple[Any, ...]]:
    """Each character of a page with its box (x0, y0, x1, y1) and its turn in quarters."""
    import pypdfium2.raw as raw

    text = page.get_textpage()
    box = raw.FS_RECTF()
    found: list[tuple[Any, ...]] = []
    for number in range(min(raw.FPDFText_CountChars(text), MAX_CHARACTERS + 1)):
        code = raw.FPDFText_GetUnicode(text, number)
        if not code or code == 0xFFFF or 0xD800 <= code <= 0xDFFF:
            continue
        if not raw.FPDFText_GetLooseCharBox(text, number, ctypes.byref(box)):
            continue
        angle = raw.FPDFText_GetCharAngle(text, number)
        turn = round(angle / QUARTER) % 4 if angle >= 0 else 0
        char = "-" if code in HYPHENS else chr(code)
        found.append((char, box.left, box.bottom, box.right, box.top, turn))
    text.close()
    return found


def _turned(box: Sequence[float], turn: int) -> tuple[float, float, float, float]:
    """A box as it stands when the page is turned so that its text is upright."""
    x0, y0, x1, y1 = box
    return {
        0: (x0, y0, x1, y1),
        1: (-y1, x0, -y0, x1),
        2: (-x1, -y1, -x0, -y0),
        3: (y0, -x1, y1, -x0),
    }[turn]


def _known(document: PdfDocument, name: str) -> Particulars:
    """What its properties say; the day that the file was made is not that of publication.

    One word that is the file's name too is no title.
    """
    told = document.get_metadata_dict()
    title, author = line(told.get("Title", "")), line(told.get("Author", ""))
    named = " " not in title and title.casefold() == name.casefold()
    return particulars(
        {
            "title": "" if named or NO_TITLE.fullmatch(title) else title,
            "author": "" if NO_TITLE.fullmatch(author) else author,
        }
    )


def _headline(pages: list[tuple[str, list[Words]]]) -> tuple[str, list[tuple[str, list[Words]]]]:
    """The lines in the largest letters of the first page, and the pages without them.

    Where all are as large, those in capitals with which it begins.
    """
    if not pages or not pages[0][1]:
        return "", pages
    (label, first), *rest = pages
    heights: Counter[int] = Counter()
    for each in (each for _, lines in pages for each in lines):
        heights[round(each.height)] += len(each.text)
    usual = heights.most_common(1)[0][0]
    largest = max((w.height for w in first if len(w.text) > 2), default=0.0)
    if largest < TITLE_SIZE * usual:
        head = [*takewhile(lambda w: w.text.isupper(), first)]
    else:
        head = [w for w in first if w.height > 0.95 * largest and not w.cells]
    title = line(" ".join(w.text for w in head))
    if not title or len(title) > MAX_TITLE:
        return "", pages
    return title, [(label, [w for w in first if w not in head]), *rest]


READER = Reader(KIND, (".pdf",), _read_pdf, lambda file, head: b"%PDF-" in head[:HEAD])


HOW_OCR = (
    "install tesseract, and its data for the language (on Debian: apt-get install tesseract-ocr"
    " tesseract-ocr-deu), then add it again"
)
DPI = 300  # as tesseract's authors advise
MAX_SIDE = 10_000  # pixels; a poster is read at a lower resolution
SECONDS = 120  # for one page; two seconds are usual
LINE_HEIGHT = 10.0


@cache
def _tesseract() -> tuple[str, ...] | None:
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


def _lines_by_ocr(page: PdfPage) -> list[Words] | None:
    """The lines of a page from the top down; None if tesseract is not there or fails."""
    command = _tesseract()
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
    """Lines of text as they would stand on a page, paragraphs far apart.

    An empty line before a small letter, behind no end of a sentence, parts none.
    """
    said = [words.strip() for words in text.replace("\f", "").split("\n")]
    wide = float(max(map(len, said), default=0))
    found: list[Words] = []
    y, empty = 0.0, 0
    for words in said:
        if not words:
            empty += 1
            continue
        goes_on = words[0].islower() and found and not FINISHED.search(found[-1].text)
        y -= LINE_HEIGHT * (1 if goes_on else 1 + 3 * empty)
        empty = 0
        found.append(Words(words, 0, float(len(words)), y - LINE_HEIGHT, y, 0, wide))
    return found
