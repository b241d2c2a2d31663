"""PDFs: columns in order, words whole, heads gone, and every word at its page."""

import os
import stat
from datetime import date

import pytest

from index.article import Article, Skipped
from index.readers.assembly import line
from index.readers.pdf import _tesseract
from index.text.words import WORD
from tests.index.documents import COLUMNS, column, pdf, read_source, report, scan, two_columns


def put(path, data):
    path.write_bytes(data)
    return path


def read(path):
    (found,) = read_source(path)
    return found


def place_of(article, words):
    assert article.text.count(words) == 1
    return article.place_at(article.text.index(words))


def test_columns_are_read_one_after_the_other_and_split_words_are_whole(tmp_path):
    data = two_columns()
    article = read(put(tmp_path / "vote.pdf", data))
    assert article.title == "Port Ellis votes for a new breakwater"
    assert article.text == "\n\n".join(COLUMNS)
    assert article.places == ((0, "p. 1"),)


def test_columns_as_browsers_print_them(tmp_path):
    """One column begins above the other, a line is short, and the foot has two ends."""
    page = [
        (60, 815, "29.11.26, 23:39", 7), (330, 815, "Gull Post", 7),
        (60, 770, "Ferries run later after the storm", 20),
        (60, 745, "By Jane Doe", 10), (60, 730, "18 May 2026", 10),
        *column(COLUMNS[0], 60, 700), *column(COLUMNS[1], 310, 708),
        (60, 20, "file:///ferries.html", 7), (520, 20, "{}/2", 7),
    ]  # fmt: skip
    pages = [[(x, y, words.format(n), size) for x, y, words, size in page] for n in (1, 2)]
    article = read(put(tmp_path / "a.pdf", pdf(pages, title="Ferries run later after the storm")))
    each = ["Ferries run later after the storm", "By Jane Doe", "18 May 2026", *COLUMNS]
    assert article.text.split("\n\n") == each * 2
    assert (article.author, article.published) == ("Jane Doe", date(2026, 5, 18))


def test_each_page_is_a_place_without_its_head_and_number(tmp_path):
    article = read(put(tmp_path / "report.pdf", report(5)))
    assert article.title == "Annual report of the harbour authority"
    assert article.published is None  # the day that the file was made says nothing of that
    assert article.author == "Port Ellis"
    assert "annual report 2026" not in article.text
    assert [label for _, label in article.places] == ["p. 1", "p. 2", "p. 3", "p. 4", "p. 5"]
    for number in range(1, 6):
        assert place_of(article, f"handled {number * 11} thousand containers") == f"p. {number}"
        assert place_of(article, f"He retires in 203{number}.") == f"p. {number}"


def test_a_sentence_over_a_page_break_is_one_sentence_and_both_pages_are_known(tmp_path):
    first = column(
        "The commission found that the pilot had not slept for thirty hours and", 72, 90, width=60
    )
    second = column(
        "that nobody had asked him. It recommends a rule of rest. It is new.", 72, 780, width=60
    )
    article = read(put(tmp_path / "a.pdf", pdf([first, second])))
    assert article.text == (
        "The commission found that the pilot had not slept for thirty hours and that nobody had"
        " asked him. It recommends a rule of rest. It is new."
    )
    assert place_of(article, "The commission") == "p. 1"
    assert place_of(article, "thirty hours and") == "p. 1"
    assert place_of(article, "that nobody had asked him") == "p. 2"


def test_paragraphs_lists_and_rows_of_a_table_are_kept_apart(tmp_path):
    lines = [
        *column("The ministry published the figures of the year on Monday in the capital.", 72, 760,
                width=60),
        (72, 700, "•", 10), (90, 700, "Wheat rose by a third.", 10),
        (72, 686, "•", 10), (90, 686, "Barley fell.", 10),
        (72, 640, "Country", 10), (220, 640, "2025", 10), (330, 640, "2026", 10),
        (72, 626, "Ruritania", 10), (220, 626, "3.5", 10), (330, 626, "4.1", 10),
        (72, 612, "Graustark", 10), (220, 612, "1.2", 10), (330, 612, "0.9", 10),
    ]  # fmt: skip
    article = read(put(tmp_path / "a.pdf", pdf([lines])))
    assert article.text.split("\n\n") == [
        "The ministry published the figures of the year on Monday in the capital.",
        "- Wheat rose by a third.",
        "- Barley fell.",
        "Country: Ruritania; 2025: 3.5; 2026: 4.1.\nCountry: Graustark; 2025: 1.2; 2026: 0.9.",
    ]


def test_a_hyphen_of_the_word_itself_stays(tmp_path):
    lines = [
        (72, 700, "The talks on the cease-fire began late, and the cease-", 10),
        (72, 688, "fire was signed on Friday by the minis-", 10),
        (72, 676, "ters of both coun-", 10),
        (72, 664, "tries in the presence of the secretary-general.", 10),
    ]
    assert read(put(tmp_path / "a.pdf", pdf([lines]))).text == (
        "The talks on the cease-fire began late, and the cease-fire was signed on Friday by the"
        " ministers of both countries in the presence of the secretary-general."
    )


def test_other_scripts(tmp_path):
    lines = [
        (72, 700, "Мария Иванова сказала, что мост закрыт.", 11),
        (72, 660, "橋は閉鎖された。", 11),
    ]
    article = read(put(tmp_path / "a.pdf", pdf([lines], font="HeiseiMin-W3")))
    assert article.text == "Мария Иванова сказала, что мост закрыт.\n\n橋は閉鎖された。"
    lines = [(72, 700, "Größe zählt nicht, sagte die Café-Besitzerin – für 40 €.", 11)]
    assert read(put(tmp_path / "b.pdf", pdf([lines]))).text == lines[0][2]


def test_ligatures_and_soft_hyphens_are_letters():
    assert line("The o\ufb03ce con\ufb01rmed\u00a0it,\nco\u00adoperating.") == (
        "The office confirmed it, cooperating."
    )


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_page_that_lies_on_its_side(tmp_path, rotation):
    laid = column(COLUMNS[0], 72, 700)
    article = read(put(tmp_path / "a.pdf", pdf([laid], rotation=rotation)))
    assert article.text == COLUMNS[0]


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_text_that_was_drawn_on_its_side(tmp_path, turn):
    article = read(put(tmp_path / "a.pdf", pdf([column(COLUMNS[0], 60, 240)], turn=turn)))
    assert article.text == COLUMNS[0]


def test_no_word_is_lost_or_added(tmp_path):
    """Every word of many pages, set in two columns without splitting, and in its order."""
    words = [f"w{number}x" for number in range(2000)]
    texts = [" ".join(words[at : at + 100]) for at in range(0, len(words), 100)]
    pages = [
        [*column(left, 60, 740, hyphens=False), *column(right, 320, 740, hyphens=False)]
        for left, right in zip(texts[::2], texts[1::2], strict=True)
    ]
    article = read(put(tmp_path / "a.pdf", pdf(pages)))
    assert WORD.findall(article.text) == words


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (pdf([[(72, 700, "Secret words.", 12)]], password="x"), "the PDF has a password; save it"),
        (report()[:700], "the PDF is damaged and cannot be opened; get or save it anew"),
        (b"%PDF-1.7\n" + bytes(range(256)) * 9, "the PDF is damaged and cannot be opened; get"),
        (b"", "the file is empty; "),
        (b"Rain fell.", "the PDF is damaged and cannot be opened; get or save it anew"),
        (pdf([[]]), "the PDF holds no text; save its text as a .txt file or leave it out"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(tmp_path, data, cause):
    found = read(put(tmp_path / "a.pdf", data))
    assert isinstance(found, Skipped)
    assert found.uri == "a.pdf"
    assert found.reason.startswith(cause)
    assert not found.reason.endswith(".")


def test_three_words_are_an_article(tmp_path):
    assert read(put(tmp_path / "a.pdf", pdf([[(72, 700, "Bridge is closed", 12)]]))).text == (
        "Bridge is closed"
    )


@pytest.fixture
def tesseract(tmp_path, monkeypatch):
    """A program in the place of tesseract that gives one reply a page, or none without replies."""

    def install(*replies):
        folder = tmp_path / "bin"
        folder.mkdir()
        path = str(folder)
        if replies:
            for number, reply in enumerate(replies, 1):
                (folder / f"reply{number}").write_text(reply)
            program = folder / "tesseract"
            program.write_text(
                "#!/bin/sh\n"
                'if [ "$1" = --list-langs ]; then echo List; echo deu; echo eng; exit; fi\n'
                f'cd {folder}; head -c 2 > seen; echo "$@" > args; cat > /dev/null\n'
                "echo >> asked; cat reply$(wc -l < asked)\n"
            )
            program.chmod(program.stat().st_mode | stat.S_IXUSR)
            path = os.pathsep.join((path, "/bin", "/usr/bin"))
        monkeypatch.setenv("PATH", path)
        _tesseract.cache_clear()
        return folder

    yield install
    _tesseract.cache_clear()


def test_a_scan_without_tesseract_says_how(tmp_path, tesseract):
    tesseract()
    found = read(put(tmp_path / "a.pdf", scan(1)))
    assert isinstance(found, Skipped)
    assert found.reason == (
        "the PDF holds pictures of pages and no text; install tesseract, and its data for the"
        " language (on Debian: apt-get install tesseract-ocr tesseract-ocr-deu), then add it again"
    )


def test_a_scan_is_read_by_tesseract_page_by_page(tmp_path, tesseract):
    folder = tesseract(
        "The ferry was late and the pas-\nsengers waited.\n\nIt rained.", "Sun came."
    )
    article = read(put(tmp_path / "a.pdf", scan(2)))
    page = "The ferry was late and the passengers waited.\n\nIt rained."
    assert article.text == f"{page}\n\nSun came."
    assert article.places == ((0, "p. 1"), (len(page) + 2, "p. 2"))
    assert (folder / "seen").read_bytes() == b"P5"
    assert (folder / "args").read_text().split() == ["-", "-", "--dpi", "300", "-l", "deu+eng"]


def test_a_scan_is_titled_by_its_capitals_and_its_sentences_go_on(tmp_path, tesseract):
    tesseract(
        "NO NEW CRANE\nFOR NORVIK\n\nBy Anna Lund, 3 May 2026\n\n"
        "The old crane stays, said the chair. Dockers\n\nhad asked for another.\n\nIt rained."
    )
    article = read(put(tmp_path / "a.pdf", scan(1)))
    assert article.title == "NO NEW CRANE FOR NORVIK"
    assert (article.author, article.published) == ("Anna Lund", date(2026, 5, 3))
    assert article.text.split("\n\n")[-2:] == [
        "The old crane stays, said the chair. Dockers had asked for another.",
        "It rained.",
    ]


def test_the_name_of_the_file_is_no_title(tmp_path):
    pages = [[(60, 740, "The quay is shut.", 10)]]
    assert read(put(tmp_path / "scan-12.pdf", pdf(pages, title="Scan-12"))).title != "Scan-12"


def test_a_picture_among_pages_of_text_is_told_and_no_fault(tmp_path, tesseract):
    tesseract()
    article, told = read_source(put(tmp_path / "a.pdf", scan(1, before=COLUMNS[0])))
    assert isinstance(article, Article)
    assert article.text == COLUMNS[0]
    assert not told.fault
    assert told.reason.startswith("page 2 of the PDF may be a picture of text; install tesseract")
