"""Files become articles; what cannot be read is told and stops nothing."""

import json
import os
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.article import Article, Skipped
from index.readers.encoding import decode, tidy
from index.readers.fields import parse_date
from index.readers.source import Source, SourceMissing, extensions
from tests.index.documents import read_source

RAIN = "Rain fell on Bern on Sunday.\n\nIt will fall on Monday too, the weather office said.\n"


def put(path, content=RAIN):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def uris(source):
    return [found.uri for found in read_source(source)]


def only(source, **options):
    (found,) = read_source(source, **options)
    return found


def reason(source, **options):
    found = only(source, **options)
    assert isinstance(found, Skipped), found
    assert not found.reason.endswith(".")
    return found.reason


def test_a_text_file_is_one_article(tmp_path):
    path = put(tmp_path / "2025" / "rain.txt", "Rain\r\n\r\nIt rai\u00adned.\r\n")
    assert only(path) == Article(
        uri="rain.txt", key="rain", text="Rain\n\nIt rained.\n",
        raw="Rain\r\n\r\nIt rai\u00adned.\r\n", root=str(tmp_path / "2025"),
    )  # fmt: skip


def test_a_folder_is_read_in_order_without_what_is_hidden(tmp_path):
    for name in ("b.txt", "a/z.txt", "a/b/c.md", ".hidden/x.txt", "a/.x.txt", "B.TXT", "d.2.text"):
        put(tmp_path / name)
    found = list(read_source(tmp_path))
    assert [article.uri for article in found] == [
        "B.TXT", "a/b/c.md", "a/z.txt", "b.txt", "d.2.text",
    ]  # fmt: skip
    assert [article.key for article in found] == ["B", "c", "z", "b", "d.2"]
    assert {article.root for article in found} == {str(tmp_path)}


def test_globs_name_files_below_what_is_before_the_first_wildcard(tmp_path, monkeypatch):
    for name in ("in/a.txt", "in/b.md", "in/deep/c.txt", "in/deep/er/d.txt", "out/a.txt"):
        put(tmp_path / name)
    assert uris(f"{tmp_path}/in/*.txt") == ["a.txt"]
    assert uris(f"{tmp_path}/in/**/*.txt") == ["a.txt", "deep/c.txt", "deep/er/d.txt"]
    assert uris(f"{tmp_path}/in/**") == ["a.txt", "b.md", "deep/c.txt", "deep/er/d.txt"]
    assert uris(f"{tmp_path}/*/[ab].txt") == ["in/a.txt", "out/a.txt"]
    monkeypatch.chdir(tmp_path)
    assert uris("in/?.txt") == ["a.txt"]
    assert only("in/*.txt").root == str(tmp_path / "in")
    assert "is a folder" in list(read_source(f"{tmp_path}/in/*"))[-1].reason


def test_a_name_with_wildcards_that_exists_is_a_file(tmp_path):
    path = put(tmp_path / "a[1].txt")
    assert uris(path) == ["a[1].txt"]
    assert Source.at(path).covers("a[1].txt")


@pytest.mark.parametrize("name", ["none", "none/*.txt", "*.md", "no\0ne"])
def test_a_source_that_is_missing_is_an_error_at_once(tmp_path, name):
    put(tmp_path / "a.txt")
    with pytest.raises(SourceMissing, match=r"(no such file|no file matches).*; check .*, or give"):
        read_source(f"{tmp_path}/{name}")


def test_an_empty_source_is_an_error():
    with pytest.raises(SourceMissing, match="the source is empty text; give a file"):
        read_source(" ")


def test_what_is_not_read_is_named(tmp_path):
    put(tmp_path / "a.xyz")
    put(tmp_path / "README")
    first, second, folder = read_source(tmp_path)
    assert (first.uri, folder.uri) == ("README", str(tmp_path))
    assert second == Skipped("a.xyz", second.reason, fault=False)
    assert second.reason.startswith("files ending in .xyz are not read; onrecord reads .txt, .text")
    assert first.reason.startswith("files without an extension are not read")
    assert all(end in folder.reason for end in extensions())
    assert reason(tmp_path / "a.xyz") == second.reason


def test_an_empty_folder_is_told(tmp_path):
    assert "holds no file that can be read" in reason(tmp_path)


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (b"", "the file is empty; "),
        (b" \n\t\r\n", "the file holds only blank space; "),
        (b"\xef\xbb\xbf", "the file holds only blank space; "),
        ("\u200b\u00ad".encode(), "the file holds only blank space; "),
        (bytes(range(256)) * 4, "the file is binary, not text; "),
        (b"\0" * 50, "the file is binary, not text; "),
        (b"%PDF-1.7 and so on", "the PDF is damaged and cannot be opened; "),
        (b"PK\x03\x04rest", "the file is a zip archive or an office document, not text; "),
    ],
)
@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html"])
def test_a_file_without_text_is_skipped(tmp_path, name, content, cause):
    put(tmp_path / "b.txt")
    put(tmp_path / name, content)
    skipped, rest = read_source(tmp_path)
    assert skipped.uri == name
    assert skipped.reason.startswith(cause)
    assert rest.text == RAIN


def test_a_large_file_is_skipped(tmp_path):
    path = put(tmp_path / "a.txt", "x" * 101)
    assert reason(path, max_bytes=100).startswith("the file has 101 bytes and one article may have")
    assert only(path, max_bytes=101).text == "x" * 101


def test_links_pipes_and_files_without_rights_are_skipped(tmp_path, monkeypatch):
    (tmp_path / "gone.txt").symlink_to(tmp_path / "nowhere")
    assert reason(tmp_path / "gone.txt") == "the link leads to nothing; mend it or delete it"
    (tmp_path / "self.txt").symlink_to("self.txt")
    assert reason(tmp_path / "self.txt") == "the link leads to itself; delete it"
    os.mkfifo(tmp_path / "pipe.txt")
    assert reason(tmp_path / "pipe.txt").startswith("it is a device or a pipe")
    path = put(tmp_path / "shut.txt")

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert reason(path).startswith("the file cannot be read (permission denied); give yourself")


def test_a_link_back_up_ends_and_folders_may_be_named_like_files(tmp_path):
    put(tmp_path / "in" / "a.txt")
    put(tmp_path / "x.txt" / "b.txt")
    (tmp_path / "in" / "loop").symlink_to(tmp_path)
    (tmp_path / "twin").symlink_to(tmp_path / "x.txt")
    assert uris(tmp_path) == ["in/a.txt", "in/loop", "twin/b.txt", "x.txt/b.txt"]
    assert "leads back" in list(read_source(tmp_path))[1].reason
    assert "is a folder" in reason(f"{tmp_path}/*.txt")


def test_a_source_covers_what_it_would_give(tmp_path):
    put(tmp_path / "a.txt")
    put(tmp_path / "c.jsonl", '{"id": "1/2", "text": "x"}')
    folder = Source.at(tmp_path)
    assert folder.root == tmp_path
    assert folder.covers("gone/deep.txt")
    assert not folder.covers("https://gull.example/a.txt")
    records = Source.at(tmp_path / "c.jsonl")
    assert [uri for uri in ("c.jsonl", "c.jsonl#7", "c.jsonl#a/b#c", "a.txt", "x/c.jsonl#7")
            if records.covers(uri)] == ["c.jsonl", "c.jsonl#7", "c.jsonl#a/b#c"]  # fmt: skip
    pattern = Source.at(f"{tmp_path}/*.jsonl")
    assert [uri for uri in ("c.jsonl#a/b", "d.jsonl#1", "a.txt", "x/c.jsonl#1", "c.jsonl.txt")
            if pattern.covers(uri)] == ["c.jsonl#a/b", "d.jsonl#1"]  # fmt: skip
    for source in (folder, records, pattern):
        assert all(source.covers(article.uri) for article in source.articles())


TEXT = "Größe, “words” – café, Łódź, Кремль, 東京."


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_unicode_is_read_with_and_without_a_mark(encoding):
    text = "The harbour bridge reopened, said the mayor. " + TEXT
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Café déjà vu", "latin-1"),
        ("Le président a déclaré que l’été serait chaud à Paris – enfin.", "cp1252"),
        ("Пресс-секретарь Кремля заявил, что переговоры возможны.", "cp1251"),
        ("Пресс-секретарь Кремля заявил, что переговоры возможны.", "koi8-r"),
        ("Příliš žluťoučký kůň. Vláda dnes řekla, že most bude otevřen v září.", "cp1250"),
        ("東京の橋が日曜日に再開した。市長が述べた。", "shift_jis"),
        ("桥梁于星期日重新开放，市长说。维修耗资四千万欧元。", "gb18030"),
        ("Пресс-секретарь", "utf-16-le"),
    ],
)
def test_other_encodings_are_detected(text, encoding):
    assert decode(text.encode(encoding)) == text


def test_a_broken_byte_does_not_spoil_utf8():
    assert decode(TEXT.encode() + b"\xff") == TEXT + "\ufffd"


def test_a_stray_nul_is_dropped(tmp_path):
    assert only(put(tmp_path / "a.txt", RAIN[:9] + "\0" + RAIN[9:])).text == RAIN


def test_what_nobody_sees_is_removed():
    assert tidy("a\u200bb\u202ec\ufeff\x07d\u2066e\U000e0041f\u200dg\x85h\r\ni\rj\u2028k") == (
        "abcdefg\nh\ni\nj\nk"
    )
    assert tidy("می\u200cخواهم 👩\u200d💻 e\u0301") == "می\u200cخواهم 👩\u200d💻 é"


@given(st.text(st.characters(codec="utf-8")))
def test_text_survives_utf8_and_tidying_twice_is_tidying_once(text):
    controls = sum(not char.isprintable() and char < "\xa0" for char in text)
    if not controls and not text.startswith(("%PDF-", "{\\rtf", "\ufeff")):
        assert decode(text.encode()) == text
    assert tidy(tidy(text)) == tidy(text)


@pytest.mark.parametrize("extension", extensions())
@given(
    data=st.binary(max_size=300) | st.text(max_size=300).map(lambda t: t.encode("utf-8", "replace"))
)
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=60,
)
def test_no_bytes_make_a_reader_raise(tmp_path, extension, data):
    path = put(tmp_path / f"a{extension}", data)
    for found in read_source(path):
        assert found.uri.startswith(path.name)
        assert isinstance(found, Skipped) or found.text.strip()


@pytest.mark.parametrize(
    "written",
    [
        "2025-05-18", "2025-05-18T10:00:00Z", "2025-05-18 23:59:00+05:00", "2025/05/18", "20250518",
        "18 May 2025", "18th of May, 2025", "May 18, 2025", "may 18th 2025",
        "Sun, 18 May 2025 10:00", "Sunday, May 18, 2025 at 10:00 GMT", "18-May-2025", "18.05.2025",
        "05/18/2025", "18/5/2025", date(2025, 5, 18),
    ],
)  # fmt: skip
def test_a_clear_date_is_read(written):
    assert parse_date(written) == date(2025, 5, 18)


@pytest.mark.parametrize(
    "written", ["05/06/2025", "2025", "May 2025", "31 February 2025", "soon", "", None, 20250518]
)
def test_an_unclear_date_is_none(written):
    assert parse_date(written) is None


def lines(path, *records):
    return put(path, "\n".join(r if isinstance(r, str) else json.dumps(r) for r in records))


def test_records_are_articles(tmp_path):
    path = lines(
        tmp_path / "c.jsonl",
        {"_id": "d1", "title": "Rain", "text": "It ra\u00adined.", "metadata": {
            "published": "1963-01-04", "author": ["A", "B"], "source": "Gull", "url": "http://x"}},
        "",
        {"id": 7, "text": "Sun.", "date": "18 May 2025", "language": "en-GB", "author": "Cy"},
        {"text": "No id.", "title": None},
    )  # fmt: skip
    root = str(tmp_path)
    assert list(read_source(path)) == [
        Article(uri="c.jsonl#d1", key="d1", text="It rained.", raw="It ra\u00adined.", title="Rain",
                author="A, B", publisher="Gull", published=date(1963, 1, 4), url="http://x",
                root=root),
        Article(uri="c.jsonl#7", key="7", text="Sun.", raw="Sun.", author="Cy", language="en",
                published=date(2025, 5, 18), root=root),
        Article(uri="c.jsonl#4", key="4", text="No id.", raw="No id.", root=root),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("bad", "cause"),
    [
        ('{"id": "x", "text": ', "the line is not JSON ("),
        ("[" * 100_000, "the line is not JSON ("),
        ("[1, 2]", "the line is not a JSON object; "),
        ('{"id": "x"}', "the record has no text; "),
        ('{"id": "x", "text": " "}', "the record has no text; "),
        ('{"id": "x", "text": 5}', "the record has no text; "),
        ('{"id": ["x"], "text": "y"}', 'the field "id" is neither text nor a number; '),
        ('{"id": "a", "text": "y"}', "the id 'a' is that of an earlier line; "),
    ],
)
def test_a_bad_line_is_skipped_and_the_rest_goes_on(tmp_path, bad, cause):
    good = {"id": "a", "text": "A."}
    first, skipped, last = read_source(
        lines(tmp_path / "c.ndjson", good, bad, {"id": "b", "text": "B."})
    )
    assert (first.key, skipped.uri, last.key) == ("a", "c.ndjson:2", "b")
    assert skipped.reason.startswith(cause)


def test_a_long_line_is_passed_over(tmp_path):
    path = lines(tmp_path / "c.jsonl", {"text": "x" * 200}, {"id": "b", "text": "B."})
    skipped, last = read_source(path, max_bytes=100)
    assert skipped == Skipped("c.jsonl:1", "the line is longer than 100 bytes; split the record")
    assert last.key == "b"


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (b"", "the file is empty; "),
        (b"\n \n", "the file holds only blank lines; "),
        (b"\0\1\2\n" * 50, "the file is binary, not JSON Lines; "),
        ('{"text": "x"}'.encode("utf-16"), "the file is in UTF-16 and JSON Lines are UTF-8; "),
    ],
)
def test_a_file_that_is_no_json_lines_is_skipped_once(tmp_path, content, cause):
    assert reason(put(tmp_path / "c.jsonl", content)).startswith(cause)


def test_a_lone_surrogate_can_be_stored(tmp_path):
    article = only(put(tmp_path / "c.jsonl", '\ufeff{"id": "a", "text": "x\\ud800y"}'))
    assert (article.text, article.raw) == ("x\ufffdy", "x\ufffdy")
