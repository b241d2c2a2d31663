"""Documents that are large, damaged or made to harm: told or read, in a time like their length."""

import random
from io import BytesIO
from pathlib import Path

import docx
import pytest

from index.article import Article, Skipped
from index.readers.assembly import Assembly
from index.readers.encoding import MAX_CHARACTERS
from index.readers.files import SourceFile
from index.readers.pdf_layout import Words, reading_order, write
from index.readers.source import read_file
from tests.growth import assert_linear
from tests.index.documents import archive, read_source, report
from tests.index.test_readers_archives import CRAWL, MEMBERS, tar, warc
from tests.index.test_readers_office import W, book, flat, slides

SENTENCE = "The harbour authority approved a budget of 41 million crowns on Tuesday. "


def read(name, data):
    return list(read_file(SourceFile(Path(name), name, "/", content=lambda: BytesIO(data))))


def word(paragraphs, rows):
    body = f"<w:p><w:r><w:t>{SENTENCE}</w:t></w:r></w:p>" * paragraphs
    cell = "<w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p></w:tc>"
    table = f"<w:tbl>{f'<w:tr>{cell}{cell}</w:tr>' * rows}</w:tbl>"
    return archive(
        {"word/document.xml": f"<w:document {W}><w:body>{body}{table}</w:body></w:document>"}
    )


def cues(count):
    return "WEBVTT\n\n" + "".join(
        f"{n // 3600:02}:{n // 60 % 60:02}:{n % 60:02}.0 --> 99:00:00.0\n<v A>{n} {SENTENCE}\n\n"
        for n in range(count)
    )


GROWING = {
    "a.docx": lambda n: word(n, n),
    "b.docx": lambda n: archive(
        {"word/document.xml": f"<w:document {W}><w:body>{'<w:p>' * n}</w:body></w:document>"}
    ),
    "a.odt": lambda n: flat(
        f"<t:p>{SENTENCE}</t:p>" * n + f"<t:p>{'<t:span>a</t:span>' * n}</t:p>"
    ),
    "a.rtf": lambda n: (r"{\rtf1\ansi " + (SENTENCE + r"\par ") * n + "{" * n).encode(),
    "a.vtt": lambda n: cues(n).encode(),
    "a.csv": lambda n: ("A,B,C\n" + "1,2,xyz\n" * n).encode(),
    "b.csv": lambda n: ('a,"' + "x,y\n" * n).encode(),
    "c.csv": lambda n: ("id,text\n" + "".join(f'{k},"{SENTENCE}"\n' for k in range(n))).encode(),
    "a.mbox": lambda n: (b"From a@b.example \nSubject: x\n\nIt rained.\n\n") * n,
    "b.mbox": lambda n: b"From a@b.example \nSubject: x\n\n" + b">From \n" * n,
    "a.eml": lambda n: b"Subject: x\nContent-Type: text/html\n\n<p>" + (SENTENCE * n).encode(),
    "b.eml": lambda n: b"Subject: " + b"=?utf-8?q?a?= " * n + b"\n\nIt rained.\n",
    "a.epub": lambda n: book(f"<p>{SENTENCE * n}</p>", "<div>" * n, "<b>a" * n, "<li>" * n),
    "a.zip": lambda n: archive({f"{k}.txt": "It rained." for k in range(n // 8)}),
    "a.tar": lambda n: tar({f"{k}.txt": "It rained." for k in range(n // 8)}),
}


@pytest.mark.parametrize("name", GROWING)
def test_a_document_costs_what_its_length_is(name):
    assert_linear(lambda data: read(name, data), GROWING[name](1_000), GROWING[name](4_000))


def laid(at):
    """Words of a page, each where a function of its number has them."""
    return lambda n: tuple(
        Words("a word or two of a line", x, x + 100, y, y + 10) for x, y in map(at, range(n))
    )


PAGES = {
    "one under the other": laid(lambda n: (50, -12 * n)),
    "two columns": laid(lambda n: (50 + n % 2 * 200, -12 * (n // 2))),
    "columns that are not aligned": laid(lambda n: (50 + n % 2 * 200, -6 * n)),
    "a staircase": laid(lambda n: (9 * n, -9 * n)),
    "one line": laid(lambda n: (120 * n, 0)),
    "anywhere": laid(lambda n: (n * 7919 % 500, -(n * 104729 % 5000))),
    "one on the other": laid(lambda n: (50, 0)),
}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_costs_what_stands_on_it(page):
    def work(words):
        write([("p. 1", list(reading_order(words)))], Assembly())

    assert_linear(work, PAGES[page](1_500), PAGES[page](6_000))


def made_word():
    made = BytesIO()
    document = docx.Document()
    document.add_paragraph(SENTENCE)
    document.save(made)
    return made.getvalue()


def made_slides():
    made = BytesIO()
    slides(["Quay 1"]).save(made)
    return made.getvalue()


WHOLE = {
    "a.pdf": report(2),
    "a.docx": made_word(),
    "a.pptx": made_slides(),
    "a.odt": flat(f"<t:p>{SENTENCE}</t:p>"),
    "a.epub": book(f"<h1>One</h1><p>{SENTENCE}</p>"),
    "a.zip": archive(MEMBERS),
    "a.tar.gz": tar(MEMBERS, "w:gz"),
    "a.warc.gz": warc(*CRAWL),
    "a.rtf": rb"{\rtf1\ansi{\info{\title x}}The caf\'e9 \u1052? was closed.\par}",
    "a.eml": b"Subject: =?utf-8?q?a?=\nContent-Type: multipart/mixed; boundary=X\n\n--X"
    b"\n\nIt rained.\n--X\nContent-Disposition: attachment; filename=a.csv\n\nA,B\n1,2\n--X--\n",
}


@pytest.mark.parametrize("name", WHOLE)
def test_no_damage_makes_a_reader_raise(name):
    """Bytes changed, taken out and cut off at random: an article, or one sentence."""
    chance = random.Random(name)
    for _ in range(40):
        data = bytearray(WHOLE[name])
        for _ in range(chance.choice((1, 3, 30))):
            place = chance.randrange(max(1, len(data) - 1))
            how = chance.randrange(3)
            if how == 0 and data:
                data[place] = chance.randrange(256)
            elif how == 1:
                del data[place : place + chance.randrange(1, 50)]
            else:
                del data[max(20, len(data) - chance.randrange(100)) :]
        for found in read(name, bytes(data)):
            assert found.uri.startswith(name)
            if isinstance(found, Skipped):
                assert found.reason
                assert "\n" not in found.reason
            else:
                assert found.text.strip()
                assert all(0 <= at < len(found.text) for at, _ in found.places)


@pytest.mark.parametrize("name", [*WHOLE, "a.csv", "a.srt", "a.mbox", "a.tar"])
def test_an_empty_file_is_told(tmp_path, name):
    (tmp_path / name).write_bytes(b"")
    (found,) = read_source(tmp_path / name)
    assert isinstance(found, Skipped)
    assert ";" in found.reason


def test_a_text_that_is_too_long_is_told(monkeypatch):
    long = f"<w:p><w:r><w:t>{'ab ' * 100_000}</w:t></w:r></w:p>" * (MAX_CHARACTERS // 300_000 + 1)
    data = archive({"word/document.xml": f"<w:document {W}><w:body>{long}</w:body></w:document>"})
    (found,) = read("a.docx", data)
    assert "characters and one article may have 5,000,000" in found.reason
    monkeypatch.setattr("index.readers.pdf.MAX_PAGES", 3)
    (found,) = read("a.pdf", report(4))
    assert found.reason == "the PDF has 4 pages and 3 can be read; split it"


def test_five_megabytes_are_read():
    """A book of as many characters as an article may have, or nearly."""
    count = MAX_CHARACTERS // len(SENTENCE) - 1
    (found,) = read("a.epub", book(f"<p>{SENTENCE * count}</p>"))
    assert isinstance(found, Article)
    assert len(found.text) == len(SENTENCE) * count - 1


def test_text_that_steers_is_no_longer_in_the_text():
    """What nobody sees on the page (zero width, direction, tags) is not in the article either."""
    words = "It\u200b rained\u202e on\U000e0041 Sunday."
    (found,) = read("a.docx", archive(
        {"word/document.xml": f"<w:document {W}><w:body><w:p><w:r><w:t>{words}</w:t></w:r></w:p>"
         "</w:body></w:document>"}
    ))  # fmt: skip
    assert found.text == "It rained on Sunday."
