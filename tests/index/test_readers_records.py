"""Mail, tables and transcripts: many records or turns, each with what is known of it."""

import json
from datetime import date
from email.message import EmailMessage

import pytest

from index.article import Article, Skipped
from index.readers.assembly import sentences_of
from index.readers.source import Source
from tests.index.documents import pdf, read_source


def put(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(path, **options):
    (found,) = read_source(path, **options)
    return found


def mapped(path, **fields):
    return list(Source.at(path, fields=fields).articles())


# Mail


def message(text="", page="", *, subject="Crane – safe", attached=()):
    made = EmailMessage()
    made["From"] = "Zoë Brand <zoe@mail.example>"
    made["To"] = "desk@paper.example"
    made["Subject"] = subject
    made["Date"] = "Mon, 04 May 2026 23:30:00 -0800"
    if text:
        made.set_content(text)
    if page:
        (made.add_alternative if text else made.set_content)(page, subtype="html")
    for name, kind, data in attached:
        made.add_attachment(data, maintype=kind, subtype="octet-stream", filename=name)
    return made.as_bytes()


def test_a_message_in_two_forms_is_its_plain_one(tmp_path):
    text = "Größe zählt.\n\nДа, сказал он.\n"
    article = read(put(tmp_path / "a.eml", message(text, "<p>Not this.</p>")))
    assert article.text == text
    assert (article.title, article.author, article.published, article.key) == (
        "Crane – safe", "Zoë Brand", date(2026, 5, 4), "a",
    )  # fmt: skip


def test_a_message_in_html(tmp_path):
    page = "<p>The crane is <b>safe</b>.</p><ul><li>One</li><li>Two</li></ul>"
    assert read(put(tmp_path / "a.eml", message(page=page))).text == (
        "The crane is safe.\n\n- One\n- Two"
    )


def test_what_is_attached_is_read_or_told(tmp_path):
    attached = [
        ("Bericht.pdf", "application", pdf([[(72, 700, "The quay is safe.", 12)]])),
        ("notes.exe", "application", b"MZ\0"),
        ("logo.png", "image", b"\x89PNG"),
        ("broken.pdf", "application", b"%PDF-1.4 rest"),
    ]
    found = list(read_source(put(tmp_path / "a.eml", message("See below.", attached=attached))))
    assert [(item.uri, type(item)) for item in found] == [
        ("a.eml", Article), ("a.eml#Bericht.pdf", Article), ("a.eml#notes.exe", Skipped),
        ("a.eml#broken.pdf", Skipped),
    ]  # fmt: skip
    assert found[1].text == "The quay is safe."
    assert found[1].published == date(2026, 5, 4)
    assert [found[2].fault, found[3].fault] == [False, True]


def test_a_message_that_only_carries_files(tmp_path):
    attached = [("a.txt", "application", b"It rained.\n")]
    told, article = read_source(put(tmp_path / "a.eml", message(attached=attached)))
    assert (told.fault, article.text) == (False, "It rained.\n")


def test_a_mailbox(tmp_path):
    first = (
        b"From: Ada <a@b.example>\nSubject: One\nMessage-ID: <1@x>\n\nHello.\n\n>From here on.\n"
    )
    second = b"From: Ada <a@b.example>\nSubject: Two\n\nThe second.\n"
    line = b"From a@b.example Mon May  4 10:00:00 2026\n"
    box = put(
        tmp_path / "a.mbox", b"\n".join([line + first, line + second, line + b"\nNothing.\n"])
    )
    one, two, bad = read_source(box)
    assert (one.uri, one.key, one.title, one.text) == (
        "a.mbox#1@x", "1@x", "One", "Hello.\n\nFrom here on.\n\n",
    )  # fmt: skip
    assert (two.uri, two.key, two.title) == ("a.mbox#2", "2", "Two")
    assert bad.uri == "a.mbox#3"
    assert bad.reason.startswith("the file is no e-mail message; ")


@pytest.mark.parametrize("name", ["a.eml", "a.mbox"])
def test_no_mail(tmp_path, name):
    assert isinstance(read(put(tmp_path / name, "Rain fell on Bern.\n")), Skipped)


# Tables


def test_a_table_of_articles(tmp_path):
    table = (
        "id,Title,body,date,Author\r\n"
        '7,Rain falls,"It rained in Bern, ""a lot"".\r\nAll day.",2026-05-04,Zoë\r\n'
        "\r\n"
        "8,,,,\r\n"
        "7,Again,Twice.,,\r\n"
        "\r\n"
        ",Снег,Снег выпал.,,\r\n"
    )
    one, empty, twice, last = read_source(put(tmp_path / "a.csv", table))
    assert (one.uri, one.title, one.author, one.published, one.text) == (
        "a.csv#7", "Rain falls", "Zoë", date(2026, 5, 4), 'It rained in Bern, "a lot".\nAll day.',
    )  # fmt: skip
    assert (empty.uri, twice.uri) == ("a.csv:5", "a.csv:6")
    assert empty.reason == "the row has nothing under 'body'; write its text there"
    assert twice.reason.startswith("the id '7' is that of an earlier row; ")
    assert (last.key, last.title, last.text) == ("8", "Снег", "Снег выпал.")


def test_columns_of_other_names_are_mapped(tmp_path):
    table = put(tmp_path / "a.tsv", "Nr\tSchlagzeile\tInhalt\n5\tRegen\tEs regnete.\n")
    (article,) = mapped(table, title="Schlagzeile", text="Inhalt", id="Nr")
    assert (article.uri, article.title, article.text) == ("a.tsv#5", "Regen", "Es regnete.")
    (missing,) = mapped(table, text="Body")
    assert missing.reason == (
        "the table has no column 'Body' but Nr, Schlagzeile, Inhalt; name one of them with"
        " --map text=COLUMN"
    )


def test_a_table_of_figures_is_one_article_whose_rows_can_be_quoted(tmp_path):
    table = "Country;Year;Grain exports\nRuritania;2026;4,1 Mt\nÖsterreich;2026;0,9 Mt\n"
    article = read(put(tmp_path / "grain.csv", table.encode("cp1252")))
    assert (article.uri, article.key, article.title) == ("grain.csv", "grain", "grain")
    assert article.text == (
        "Country: Ruritania; Year: 2026; Grain exports: 4,1 Mt.\n"
        "Country: Österreich; Year: 2026; Grain exports: 0,9 Mt."
    )


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([["", "2025"], ["Wheat", "3"]], ["Wheat; 2025: 3."]),
        ([["1", "2"], ["3", "4"]], ["1 | 2", "3 | 4"]),
        ([["Region", "2003 (%)"], ["Lorne", "5.5"]], ["Region: Lorne; 2003: 5.5 %."]),
        ([["Name"], ["Ada"]], ["Name", "Ada"]),
        ([["A", "A"], ["1", "2"]], ["A | A", "1 | 2"]),
        ([["A", "B"], ["", ""], ["1", "", "x"]], ["A: 1; x."]),
        ([["Exports"], ["A", "B"], ["1", "x"], ["In the south", ""], ["2", "y"]],
         ["Exports", "A: 1; B: x.", "In the south", "A: 2; B: y."]),
        ([["A", "B"], ["x" * 500, "y"]], ["A", "B", "x" * 500, "y"]),
    ],
)  # fmt: skip
def test_rows_are_lines(rows, said):
    assert list(sentences_of(rows)) == said


def test_records_of_other_names_are_mapped(tmp_path):
    records = [
        {"uuid": "x1", "headline": "Rain", "title": "kicker", "content": {"body": "It rained."}},
        {"uuid": "x2", "title": "Sun", "content": {"body": "It shone."}},
    ]
    path = put(tmp_path / "a.jsonl", "\n".join(map(json.dumps, records)))
    one, two = mapped(path, id="uuid", title="headline", text="content.body")
    assert (one.uri, one.title, one.text) == ("a.jsonl#x1", "Rain", "It rained.")
    assert (two.uri, two.title, two.text) == ("a.jsonl#x2", "Sun", "It shone.")


# Transcripts


def places(article):
    return {article.text[at:].split(" ")[0]: label for at, label in article.places}


def test_turns_of_a_transcript_are_paragraphs_with_speaker_and_time(tmp_path):
    source = (
        "WEBVTT\n\nNOTE made by hand\n\nSTYLE\n::cue { color: red }\n\n"
        "intro\n00:01.000 --> 00:04.000 align:start\n<v Ada Lund>Why was the quay closed?\n\n"
        "00:00:05.000 --> 00:00:08.000\n<v Mr Brandt>Because of the crane.\n\n"
        "1:12:31.500 --> 1:12:40.000\n<v Mr Brandt>It opens\nin <i>March</i> &amp; stays.\n"
    )
    article = read(put(tmp_path / "a.vtt", source))
    assert article.text == (
        "Ada Lund: Why was the quay closed?\n\n"
        "Mr Brandt: Because of the crane. It opens in March & stays."
    )
    assert places(article) == {"Ada": "00:00:01", "Mr": "00:00:05", "It": "01:12:31"}


def test_subtitles_with_names_dashes_and_repetitions(tmp_path):
    source = (
        "1\r\n00:00:01,000 --> 00:00:04,000\r\nREPORTER: Will you sign?\r\n\r\n"
        "2\r\n00:00:05,000 --> 00:00:08,000\r\nMR PESKOV: Not we.\r\n\r\n"
        "3\r\n00:00:07,000 --> 00:00:08,000\r\nMR PESKOV: Not we.\r\n\r\n"
        "4\r\n00:00:09,000 --> 00:00:12,000\r\n- Кто же?\r\n- Другие.\r\n"
    )
    article = read(put(tmp_path / "a.srt", source.encode("cp1251")))
    assert article.text == "REPORTER: Will you sign?\n\nMR PESKOV: Not we.\n\nКто же?\n\nДругие."
    assert article.place_at(article.text.index("Not we")) == "00:00:05"
    assert article.place_at(len(article.text) - 1) == "00:00:09"


def test_a_long_monologue_is_parted_at_its_sentences_and_no_word_is_new(tmp_path):
    cues = [
        f"{n}\n00:{n // 60:02}:{n % 60:02},000 --> 00:59:00,000\nSentence {n} is\nhere it ends.\n"
        for n in range(1, 200)
    ]
    article = read(put(tmp_path / "a.srt", "\n".join(cues)))
    assert (
        article.text.split()
        == " ".join(f"Sentence {n} is here it ends." for n in range(1, 200)).split()
    )
    assert max(map(len, article.text.split("\n\n"))) < 700
    assert len(article.places) == 199
    assert article.place_at(article.text.index("Sentence 77 ")) == "00:01:17"


def test_no_subtitles(tmp_path):
    found = read(put(tmp_path / "a.srt", "Rain fell on Bern."))
    assert found.reason.startswith("the file holds no subtitles with times such as 00:00:01,000")
