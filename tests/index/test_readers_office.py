"""Word, OpenDocument, RTF, slides and books: everything in its order, particulars from the file.

The documents are made by other code than ours (python-docx, odfpy, python-pptx) where there is any.
"""

import io
from datetime import date, datetime

import docx
import pptx
import pytest
from docx.oxml import parse_xml
from odf import dc, meta
from odf.opendocument import OpenDocumentText
from odf.table import Table, TableCell, TableRow
from odf.text import H, List, ListItem, Note, NoteBody, NoteCitation, P, Span, Tab

from index.article import Skipped
from tests.index.documents import archive, read_source

GRAIN = [["Country", "2025", "2026"], ["Ruritania", "3.5", "4.1"], ["Graustark", "1.2", "0.9"]]
ROWS = "Country: Ruritania; 2025: 3.5; 2026: 4.1.\nCountry: Graustark; 2025: 1.2; 2026: 0.9."
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def saved(path, document):
    if hasattr(document, "save"):
        document.save(str(path))
    else:
        path.write_bytes(document if isinstance(document, bytes) else document.encode())
    return path


def read(path):
    (found,) = read_source(path)
    return found


def word(title="", author="", made=None):
    document = docx.Document()
    document.core_properties.title = title
    document.core_properties.author = author
    if made:
        document.core_properties.created = made
    return document


# Word


@pytest.mark.parametrize(
    ("lines", "day", "note"),
    [
        ((), date(2026, 5, 4), "when the file was made, a guess"),
        (("Published: 2 May 2026",), date(2026, 5, 2), None),
        (("Tarn, 14 April 2026 – Nordwind opened its third wind farm.",), date(2026, 4, 14), None),
    ],
)
def test_when_a_document_was_made_is_a_guess_that_its_own_day_goes_before(
    tmp_path, lines, day, note
):
    document = word(made=datetime(2026, 5, 4, 8))
    for line in (*lines, "The ministry published the figures on Monday."):
        document.add_paragraph(line)
    article = read(saved(tmp_path / "a.docx", document))
    assert (article.published, dict(article.notes).get("published")) == (day, note)


def test_a_word_document_in_its_order(tmp_path):
    document = word(author="Zoë Brånd", made=datetime(2026, 5, 4, 8))
    document.add_heading("Grain exports of Ruritania", 0)
    document.add_heading("Summary", 1)
    document.add_paragraph("The ministry published the figures on Monday.")
    for item in ("Żyto rose.", "Barley fell."):
        document.add_paragraph(item, style="List Bullet")
    table = document.add_table(rows=3, cols=3)
    for number, row in enumerate(GRAIN):
        for place, cell in enumerate(row):
            table.cell(number, place).text = cell
    document.add_paragraph("«Это рекорд», сказала Мария Иванова.")
    article = read(saved(tmp_path / "a.docx", document))
    assert article.text.split("\n\n") == [
        "Summary",
        "The ministry published the figures on Monday.",
        "- Żyto rose.\n- Barley fell.",
        ROWS,
        "«Это рекорд», сказала Мария Иванова.",
    ]
    assert (article.title, article.author, article.published, article.places) == (
        "Grain exports of Ruritania", "Zoë Brånd", date(2026, 5, 4), (),
    )  # fmt: skip


def test_what_word_hides_or_wraps(tmp_path):
    """Insertions, links, fields and content controls are text; what was deleted is not."""
    document = word(title="From the properties")
    document.element.body.insert(0, parse_xml(
        f"<w:p {W}><w:r><w:t xml:space='preserve'>The </w:t></w:r>"
        "<w:del><w:r><w:delText>false </w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t xml:space='preserve'>true </w:t></w:r></w:ins>"
        "<w:hyperlink><w:r><w:t>story</w:t></w:r></w:hyperlink>"
        "<w:r><w:instrText> PAGE </w:instrText></w:r><w:r><w:tab/><w:t>ends.</w:t></w:r></w:p>"
    ))  # fmt: skip
    document.element.body.insert(1, parse_xml(
        f"<w:sdt {W}><w:sdtContent><w:p><w:r><w:t>In a content control.</w:t></w:r></w:p>"
        "</w:sdtContent></w:sdt>"
    ))  # fmt: skip
    article = read(saved(tmp_path / "a.docx", document))
    assert article.text == "The true story ends.\n\nIn a content control."
    assert article.title == "From the properties"


def test_a_long_interview_in_word(tmp_path):
    document = word(title="Interview")
    turns = [
        f"{who}: This is turn number {n}, and it is a whole sentence."
        for n in range(300)
        for who in ("Q", "MR PESKOV")
    ]
    for turn in turns:
        document.add_paragraph(turn)
    assert read(saved(tmp_path / "a.docx", document)).text == "\n\n".join(turns)


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "the file is an old office document or"),
        (archive({"word/document.xml": "<w:document"}), "the file is damaged and is not a Word"),
        (archive({"a.txt": "x"})[:-9], "the file is damaged and is not a Word document ("),
        (b"Rain fell.", "the file is damaged and is not a Word document (file is not a zip"),
        (b"", "the file is empty; "),
    ],
)
def test_a_word_document_that_cannot_be_read(tmp_path, content, cause):
    found = read(saved(tmp_path / "a.docx", content))
    assert isinstance(found, Skipped)
    assert found.reason.startswith(cause)


def test_entities_of_a_document_bring_nothing_in(tmp_path):
    (tmp_path / "secret.txt").write_text("secret")
    evil = (
        f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{tmp_path}/secret.txt"><!ENTITY a "{"ha" * 50}">]>'
        f"<w:document {W}><w:body><w:p><w:r><w:t>It rained.&e;&a;</w:t></w:r></w:p></w:body>"
        "</w:document>"
    )
    found = read(saved(tmp_path / "a.docx", archive({"word/document.xml": evil})))
    assert "secret" not in found.text
    assert found.text.startswith("It rained.")


# OpenDocument


def test_an_opendocument_text_in_its_order(tmp_path):
    document = OpenDocumentText()
    document.meta.addElement(dc.Title(text="Der Hafen"))
    document.meta.addElement(meta.InitialCreator(text="Ada Lund"))
    document.meta.addElement(meta.CreationDate(text="2026-03-04T10:00:00"))
    document.text.addElement(H(outlinelevel=1, text="Überschrift"))
    paragraph = P(text="Der Hafen ")
    paragraph.addElement(Span(text="wurde"))
    paragraph.addElement(Tab())
    paragraph.addText("geschlossen")
    note = Note(noteclass="footnote")
    note.addElement(NoteCitation(text="1"))
    body = NoteBody()
    body.addElement(P(text="So das Amt."))
    note.addElement(body)
    paragraph.addElement(note)
    paragraph.addText(", sagte das Amt.")
    document.text.addElement(paragraph)
    items = List()
    for words in ("eins", "zwei"):
        item = ListItem()
        item.addElement(P(text=words))
        items.addElement(item)
    document.text.addElement(items)
    table = Table()
    for cells in GRAIN:
        row = TableRow()
        for cell in cells:
            element = TableCell()
            element.addElement(P(text=cell))
            row.addElement(element)
        table.addElement(row)
    document.text.addElement(table)
    article = read(saved(tmp_path / "a.odt", document))
    assert article.text.split("\n\n") == [
        "Überschrift", "Der Hafen wurde geschlossen, sagte das Amt.", "- eins\n- zwei", ROWS,
        "So das Amt.",
    ]  # fmt: skip
    assert (article.title, article.author, article.published) == (
        "Der Hafen", "Ada Lund", date(2026, 3, 4),
    )  # fmt: skip


OFFICE = "urn:oasis:names:tc:opendocument:xmlns:"


def flat(body, manifest="<m/>"):
    content = (
        f'<o:document-content xmlns:o="{OFFICE}office:1.0" xmlns:t="{OFFICE}text:1.0"><o:body>'
        f"<o:text>{body}</o:text></o:body></o:document-content>"
    )
    mime = "application/vnd.oasis.opendocument.text"
    members = {"mimetype": mime, "content.xml": content, "META-INF/manifest.xml": manifest}
    return archive(members, stored=["mimetype"])


def test_what_was_deleted_in_opendocument_is_no_text_and_spaces_are(tmp_path):
    body = (
        "<t:tracked-changes><t:p>Gone.</t:p></t:tracked-changes><t:section><t:p>A<t:s/>b"
        "<t:line-break/>c <o:annotation><t:p>Mine.</t:p></o:annotation>d.</t:p></t:section>"
    )
    assert read(saved(tmp_path / "a.odt", flat(body))).text == "A b c d."


def test_an_encrypted_opendocument_text_is_told(tmp_path):
    found = read(saved(tmp_path / "a.odt", flat("", "<m><encryption-data/></m>")))
    assert found.reason == "an OpenDocument text is encrypted; save it without a password"


# RTF


def test_rich_text(tmp_path):
    source = (
        r"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}{\info{\title Caf\'e9}{\author Ada Lund}"
        r"{\creatim\yr2026\mo2\dy3}}\f0 The caf\'e9 in \u1052?\u1080? was closed.\par "
        r"\bullet\tab first item\par A new paragraph \b bold\b0  here.\par "
        r"\trowd\cellx1000\cellx2000 Country\cell Year\cell\row\trowd\cellx1000\cellx2000 "
        r"Ruritania\cell 2026\cell\row After.\par}"
    )
    article = read(saved(tmp_path / "a.rtf", source))
    assert article.text.split("\n\n") == [
        "The café in Ми was closed.", "- first item", "A new paragraph bold here.",
        "Country: Ruritania; Year: 2026.", "After.",
    ]  # fmt: skip
    assert (article.title, article.author, article.published) == (
        "Café", "Ada Lund", date(2026, 2, 3),
    )  # fmt: skip


def test_cyrillic_rich_text_with_a_picture(tmp_path):
    words = "Мост закрыт до марта.".encode("cp1251")
    coded = "".join(chr(b) if b < 128 else f"\\'{b:02x}" for b in words)
    source = (
        rf"{{\rtf1\ansi\ansicpg1251\deff0{{\fonttbl{{\f0 Arial;}}}}{coded}\par {{\pict 00ff}}}}"
    )
    assert read(saved(tmp_path / "a.rtf", source)).text == "Мост закрыт до марта."


@pytest.mark.parametrize("content", ["Rain fell.", r"{\rtf1\ansi }"])
def test_no_rich_text(tmp_path, content):
    found = read(saved(tmp_path / "a.rtf", content))
    assert isinstance(found, Skipped)
    assert found.reason.startswith(("the file is damaged and is not RTF", "the document holds no"))


# Presentations


def slides(titles, notes=""):
    show = pptx.Presentation()
    for title in titles:
        slide = show.slides.add_slide(show.slide_layouts[1])
        slide.shapes.title.text = title
        frame = slide.placeholders[1].text_frame
        frame.text = f"The crane of {title} was mended."
        frame.add_paragraph().text = "It is naïve."
        if notes:
            slide.notes_slide.notes_text_frame.text = f"{notes} {title}."
    return show


def test_slides_are_places(tmp_path):
    article = read(saved(tmp_path / "a.pptx", slides(["Quay 1", "Quay 2"], notes="Praise")))
    each = "{0}\n\n- The crane of {0} was mended.\n- It is naïve.\n\nPraise {0}."
    assert article.text == "\n\n".join(each.format(f"Quay {n}") for n in (1, 2))
    assert article.title == "Quay 1"
    assert article.places == ((0, "slide 1"), (article.text.index("Quay 2"), "slide 2"))


def test_slides_in_the_order_of_the_show_with_tables(tmp_path):
    show = slides(["Первый", "Второй"])
    order = show.slides._sldIdLst
    order.append(order[0])  # the first one moves to the end
    frame = show.slides[1].shapes.add_table(3, 3, 0, 0, 9_000_000, 3_000_000)
    for number, row in enumerate(GRAIN):
        for place, cell in enumerate(row):
            frame.table.cell(number, place).text = cell
    article = read(saved(tmp_path / "a.pptx", show))
    assert [p for p in article.text.split("\n\n") if not p.startswith("-")] == [
        "Второй", "Первый", ROWS,
    ]  # fmt: skip
    assert article.place_at(article.text.index("Ruritania")) == "slide 2"


def test_an_empty_show(tmp_path):
    found = read(saved(tmp_path / "a.pptx", pptx.Presentation()))
    assert found.reason.startswith("the document holds no text; ")


# Books

CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
)


def book(*chapters, **told):
    items = "".join(
        f'<item id="c{n}" href="c%20{n}.xhtml" media-type="application/xhtml+xml"/>'
        for n in range(len(chapters))
    )
    spine = "".join(f'<itemref idref="c{n}"/>' for n in range(len(chapters)))
    known = "".join(f"<dc:{name}>{value}</dc:{name}>" for name, value in told.items())
    opf = (
        '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<metadata>{known}</metadata><manifest>{items}</manifest><spine>{spine}</spine></package>"
    )
    files = {f"OEBPS/c {n}.xhtml": chapter for n, chapter in enumerate(chapters)}
    first = {"mimetype": "application/epub+zip", "META-INF/container.xml": CONTAINER}
    return archive({**first, "OEBPS/book.opf": opf, **files}, stored=["mimetype"])


def test_chapters_are_places(tmp_path):
    made = book(
        "<html><body><img src='cover.jpg'/></body></html>",
        "<html><head><title>x</title></head><body><h1>The harbour</h1><p>It was <i>closed</i>"
        "<br/>on Monday.</p><ul><li><p>One</p></li><li>Two</li></ul></body></html>",
        "<html><body><p>Второй день.</p><table><tr><th>Day</th><th>Ships</th></tr>"
        "<tr><td>Monday</td><td>7</td></tr></table></body></html>",
        title="A year", creator="Ada Lund", date="2026-05-04", language="en-GB",
    )  # fmt: skip
    article = read(saved(tmp_path / "a.epub", made))
    assert article.text == (
        "The harbour\n\nIt was closed\non Monday.\n\n- One\n- Two\n\nВторой день.\n\n"
        "Day: Monday; Ships: 7."
    )
    assert article.places == ((0, "“The harbour”"), (article.text.index("Второй"), "part 2"))
    assert (article.title, article.author, article.published, article.language) == (
        "A year", "Ada Lund", date(2026, 5, 4), "en",
    )  # fmt: skip


def test_a_long_book_keeps_every_word(tmp_path):
    chapters = [
        f"<html><body><h2>Day {n}</h2>"
        + "".join(f"<div>w{n}x{m} <span>a<b>b</b></span>c</div>" for m in range(200))
        + "</body></html>"
        for n in range(50)
    ]
    words = read(saved(tmp_path / "a.epub", book(*chapters))).text.split()
    assert words == [
        word
        for n in range(50)
        for word in ("Day", str(n), *(w for m in range(200) for w in (f"w{n}x{m}", "abc")))
    ]


def test_a_book_under_copy_protection(tmp_path):
    made = io.BytesIO(book("<p>x</p>"))
    import zipfile

    with zipfile.ZipFile(made, "a") as pack:
        pack.writestr("META-INF/encryption.xml", "<encryption><EncryptedKey/></encryption>")
    found = read(saved(tmp_path / "a.epub", made.getvalue()))
    assert found.reason == "an EPUB book is encrypted; get one without copy protection"
