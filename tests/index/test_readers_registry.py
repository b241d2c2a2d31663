"""Which reader reads a file: its name says, unless its content says otherwise; anybody adds one."""

import importlib.metadata

import pytest

from index.article import Article, Skipped
from index.errors import OnRecordError
from index.readers import source
from index.readers import source as sources
from index.readers.encoding import Refused
from index.readers.files import Reader
from index.readers.source import extensions
from tests.index.documents import archive, read_source, report

PAGE = (
    "<!DOCTYPE html><html><body><article><h1>Rain</h1><p>Rain fell on Bern on Sunday, and the"
    " weather office said that it would fall on Monday.</p><p>The streets were flooded, the mayor"
    " told reporters in the morning.</p></article></body></html>"
)


def put(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(path):
    (found,) = read_source(path)
    return found


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.txt", report(), "44 thousand containers"),
        ("a.docx", report(), "44 thousand containers"),
        ("a.bin", report(), "44 thousand containers"),
        ("a", report(), "44 thousand containers"),
        ("a.pdf", PAGE, "The streets were flooded"),
        ("a.txt", f"\ufeff\n{PAGE}", "The streets were flooded"),
        ("a.doc", r"{\rtf1\ansi Rain fell.\par}", "Rain fell."),
        ("a.txt", "WEBVTT\n\n00:01.000 --> 00:02.000\nRain fell.\n", "Rain fell."),
    ],
)
def test_a_file_of_a_wrong_name_is_read_as_what_it_is(tmp_path, name, content, words):
    found = read(put(tmp_path / name, content))
    assert isinstance(found, Article), found
    assert words in found.text
    assert (found.uri, found.key) == (name, "a")


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.txt", archive({"b.txt": "x"}), "the file is a zip archive by what it holds; rename it"),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "the file is an old office"),
        ("a.xlsx", archive({"[Content_Types].xml": "<x/>"}), "files ending in .xlsx are not read"),
        ("a.txt", b"WARC/1.0\r\n", "the file is a web archive by what it holds; rename it to end"),
    ],
)
def test_what_is_read_under_its_own_name_only_says_so(tmp_path, name, content, reason):
    assert read(put(tmp_path / name, content)).reason.startswith(reason)


def test_in_a_folder_files_of_unknown_names_are_passed_over_unread(tmp_path):
    put(tmp_path / "a.txt", "It rained.")
    put(tmp_path / "b.bin", report())
    article, passed = read_source(tmp_path)
    assert article.uri == "a.txt"
    assert (passed.uri, passed.fault) == ("b.bin", False)


# a third party's


@pytest.fixture
def brought(monkeypatch):
    """Has a package bring a reader."""

    def bring(what):
        entry = importlib.metadata.EntryPoint("theirs", "their.package:READER", source.GROUP)
        monkeypatch.setattr(importlib.metadata.EntryPoint, "load", lambda self: what())
        monkeypatch.setattr(
            source, "entry_points", lambda group: [entry] if group == source.GROUP else []
        )
        forget()

    def forget():
        for each in (source.readers, source.by_extension, sources._record):
            each.cache_clear()

    yield bring
    monkeypatch.undo()
    forget()


def theirs(file):
    data = file.data()
    if not data.startswith(b"WP"):
        raise Refused("the file is no WordPerfect document; save it anew")
    yield Article(uri=file.uri, key=file.key, text=data[2:].decode(), root=file.root)


def test_a_package_brings_a_reader(tmp_path, brought):
    brought(lambda: Reader("a WordPerfect document", (".wpd", ".txt"), theirs))
    assert {".wpd", ".txt", ".pdf"} <= set(extensions())
    assert read(put(tmp_path / "a.wpd", "WPIt rained.")).text == "It rained."
    assert read(put(tmp_path / "a.txt", "WPIt rained.")).text == "It rained."  # and takes one over
    assert read(put(tmp_path / "b.wpd", "no")).reason.startswith("the file is no WordPerfect doc")
    (member,) = read_source(put(tmp_path / "c.zip", archive({"d.wpd": "WPIt rained."})))
    assert (member.uri, member.text) == ("c.zip#d.wpd", "It rained.")


def test_a_reader_of_many_names_its_records(tmp_path, brought):
    def many(file):
        for number in (1, 2):
            yield Article(uri=f"{file.uri}#{number}", key=str(number), text="x", root=file.root)

    brought(lambda: Reader("a store", (".store",), many, many=True))
    assert [item.uri for item in read_source(put(tmp_path / "a.store", "x"))] == [
        "a.store#1", "a.store#2",
    ]  # fmt: skip
    assert sources.file_of("in/a.store#2") == "in/a.store"


def test_what_goes_wrong_in_a_reader_is_one_sentence_and_the_rest_goes_on(tmp_path, brought):
    def fails(file):
        yield Article(uri=file.uri, key=file.key, text="x", root=file.root)
        raise KeyError("no such thing\nat all")

    brought(lambda: Reader("a WordPerfect document", (".wpd",), fails))
    put(tmp_path / "a.wpd", "x")
    put(tmp_path / "b.txt", "It rained.")
    first, told, rest = read_source(tmp_path)
    assert (first.uri, rest.uri) == ("a.wpd", "b.txt")
    assert isinstance(told, Skipped)
    assert told.reason == (
        "the file is damaged and cannot be read as a WordPerfect document (KeyError:"
        r" 'no such thing\nat all'); save it anew, or save its text as a .txt file"
    )


def test_an_article_under_another_files_name_is_not_taken(tmp_path, brought):
    brought(lambda: Reader("x", (".wpd",), lambda f: [Article(uri="other.txt", key="", text="x")]))
    assert "gave an article of another file" in read(put(tmp_path / "a.wpd", "x")).reason


@pytest.mark.parametrize("what", [lambda: 1 / 0, lambda: "no reader"])
def test_a_reader_that_cannot_be_used_is_told(tmp_path, brought, what):
    brought(what)
    with pytest.raises(
        OnRecordError, match=r"the reader “theirs” of the package .* cannot be used"
    ):
        list(read_source(put(tmp_path / "a.txt", "x")))
