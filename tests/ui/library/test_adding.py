"""What readers bring becomes articles that are asked; what they take out is gone."""

from __future__ import annotations

import json
import threading
from datetime import date
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import IndexBusy, NotIndexed
from tests.fakes import FakeEmbedder
from tests.rag.builders import article, corpus_of, empty_index
from ui.library.adding import Editor, Pasted, Result, Sent, Step, _parts, steps

MB = 2**20


def quiet(stage, done, total):
    pass


@pytest.fixture
def corpus(tmp_path, fake):
    made, _ = corpus_of(tmp_path / "index", fake, {"rain.txt": "Rain fell on Kyiv."})
    return made


@pytest.fixture
def editor(corpus):
    return Editor(corpus, corpus.directory, max_bytes=MB)


def told(results):
    return [(r.uri, r.outcome, r.reason) for r in results]


def held(corpus):
    return [a.uri for a in corpus.articles()]


def test_files_of_every_kind_become_articles_in_the_order_sent(editor, corpus):
    lines = [{"_id": "1", "title": "Hail", "text": "Hail hit Paris."}, {"text": "Fog in Riga."}]
    results = editor.add_files(
        [
            Sent("snow.txt", b"Snow fell on Corran."),
            Sent("may/wire.jsonl", "\n".join(map(json.dumps, lines)).encode()),
            Sent("wind.md", b"---\ntitle: Wind\npublisher: The Post\n---\nWind came."),
            Sent("page.pdf", b"%PDF"),
            Sent("empty.txt", b""),
        ],
        quiet,
    )
    assert [(r.uri, r.outcome, r.title) for r in results] == [
        ("upload/snow.txt", "added", ""),
        ("upload/may/wire.jsonl#1", "added", "Hail"),
        ("upload/may/wire.jsonl#2", "added", ""),
        ("upload/wind.md", "added", "Wind"),
        ("upload/page.pdf", "skipped", ""),
        ("upload/empty.txt", "skipped", ""),
    ]
    assert results[4].reason.startswith("the PDF is damaged and cannot be opened; get or save it")
    assert results[5].reason == "the file is empty; put the article's text in it or delete it"
    assert held(corpus) == [
        "rain.txt",
        "upload/may/wire.jsonl#1",
        "upload/may/wire.jsonl#2",
        "upload/snow.txt",
        "upload/wind.md",
    ]
    for result in results[:4]:
        assert corpus.article(result.id).uri == result.uri
        assert corpus.article(result.id).root == ""


def test_what_was_added_is_asked(editor, corpus):
    editor.add_files([Sent("snow.txt", b"Snow fell on Corran on Monday.")], quiet)
    assert corpus.ask("Where did snow fall on Monday?").citations[0].uri == "upload/snow.txt"


def test_a_file_sent_again_is_unchanged_changed_or_a_copy(editor, corpus):
    text = b"Snow fell on Corran on Monday, and the ferry stayed in the harbour all week long."
    editor.add_files([Sent("a.txt", text)], quiet)
    assert told(editor.add_files([Sent("a.txt", text)], quiet)) == [
        ("upload/a.txt", "unchanged", "")
    ]
    assert told(editor.add_files([Sent("b.txt", text)], quiet)) == [
        ("upload/b.txt", "added", "it prints a story that the corpus holds already")
    ]
    (changed,) = editor.add_files([Sent("a.txt", b"Hail hit Corran.")], quiet)
    assert changed.outcome == "changed"
    assert corpus.article(changed.id).text == "Hail hit Corran."
    assert [a.revision for a in corpus.articles() if a.uri == "upload/a.txt"] == [2]


def test_two_files_of_one_name_are_told_apart_or_refused(editor):
    first, second = Sent("a/x.txt", b"Snow fell."), Sent("b/x.txt", b"Hail fell.")
    results = editor.add_files([first, second, Sent("a/x.txt", b"Fog came.")], quiet)
    assert told(results) == [
        ("upload/a/x.txt", "added", ""),
        ("upload/b/x.txt", "added", ""),
        (
            "upload/a/x.txt",
            "skipped",
            "another one of this name came with it; give one of them another name",
        ),
    ]


def test_a_file_that_is_too_large_is_told(corpus):
    editor = Editor(corpus, corpus.directory, max_bytes=10)
    ((uri, outcome, reason),) = told(editor.add_files([Sent("a.txt", b"Snow fell here.")], quiet))
    assert (uri, outcome) == ("upload/a.txt", "skipped")
    assert reason.startswith("the file has 15 bytes and one article may have 10; ")


def test_pasted_text_has_what_was_said_of_it(editor, corpus):
    given_ = Pasted(
        text="Snow fell on Corran.\n\nThe ferry stayed.",
        title=" Snow on Corran ",
        publisher="The Post",
        author="Ada Writer",
        published=date(2026, 4, 2),
        url="https://post.example/snow",
    )
    (result,) = editor.add_pasted([given_], quiet)
    assert result.uri == "pasted/2026-04-02-snow-on-corran.txt"
    found = corpus.article(result.id)
    assert (found.title, found.publisher, found.author, found.published, found.url) == (
        "Snow on Corran",
        "The Post",
        "Ada Writer",
        date(2026, 4, 2),
        "https://post.example/snow",
    )
    assert found.text == "Snow fell on Corran.\n\nThe ferry stayed."


def test_pasted_text_is_named_by_its_first_words(editor):
    results = editor.add_pasted([Pasted("Größe 水: snow/fell\x00!"), Pasted("?!")], quiet)
    assert results[0].uri == "pasted/größe-水-snow-fell.txt"
    assert results[1].uri == "pasted/545f940d.txt"
    assert [r.outcome for r in results] == ["added", "added"]


def test_blank_text_is_told(editor):
    ((_, outcome, reason),) = told(editor.add_pasted([Pasted(" \n ")], quiet))
    assert outcome == "skipped"
    assert reason == "the file holds only blank space; put the article's text in it or delete it"


def test_removing_takes_all_or_nothing(editor, corpus):
    editor.add_files([Sent("a.txt", b"Snow fell."), Sent("b.txt", b"Hail fell.")], quiet)
    ids = [a.id for a in corpus.articles()]
    with pytest.raises(NotIndexed, match="nobody"):
        editor.remove([ids[0], "nobody"])
    assert len(corpus.articles()) == 3
    assert editor.remove(ids[:2]) == [
        Result("rain.txt", "removed"),
        Result("upload/a.txt", "removed"),
    ]
    assert held(corpus) == ["upload/b.txt"]


def test_a_folder_that_is_read_again_leaves_what_was_brought(tmp_path, fake):
    from index.readers.source import Source

    folder = tmp_path / "news" / "upload"
    folder.mkdir(parents=True)
    (folder / "x.txt").write_text("Rain fell.")
    corpus, builder = corpus_of(tmp_path / "index", fake, {})
    builder.add([Source.at(tmp_path / "news")])
    Editor(corpus, corpus.directory, max_bytes=MB).add_files([Sent("y.txt", b"Hail fell.")], quiet)
    (folder / "x.txt").unlink()
    (folder / "z.txt").write_text("Fog came.")
    builder.add([Source.at(tmp_path / "news")])
    assert held(corpus) == ["upload/y.txt", "upload/z.txt"]


def test_while_another_process_writes_nothing_is_stored(editor, corpus):
    lock = FileLock(corpus.directory / "build.lock")
    with lock, pytest.raises(IndexBusy, match="another process is writing"):
        editor.add_files([Sent("a.txt", b"Snow fell.")], quiet)
    assert held(corpus) == ["rain.txt"]


def test_the_first_article_ends_the_sample(tmp_path, fake):
    sample, _ = corpus_of(tmp_path / "sample", fake, {"rain.txt": "Rain fell on Kyiv."})
    moves = []

    def moved(home):
        moves.append(home)
        sample.turn_to(home)

    editor = Editor(sample, tmp_path / "own", moved, max_bytes=MB)
    assert told(editor.add_files([Sent("a.pdf", b"x")], quiet))[0][1] == "skipped"
    with pytest.raises(NotIndexed, match="the sample's articles are not removed"):
        editor.remove([sample.articles()[0].id])
    assert moves == []
    assert held(sample) == ["rain.txt"]
    editor.add_files([Sent("a.txt", b"Snow fell on Corran.")], quiet)
    editor.add_files([Sent("b.txt", b"Hail fell on Corran.")], quiet)
    assert moves == [tmp_path / "own"]
    assert held(sample) == ["upload/a.txt", "upload/b.txt"]
    assert sample.search("snow")[0].article.article.uri == "upload/a.txt"


def test_a_copy_of_the_sample_is_begun_with_once(tmp_path, fake):
    sample, _ = corpus_of(tmp_path / "sample", fake, {"rain.txt": "Rain fell on Kyiv."})
    editor = Editor(sample, tmp_path / "own", sample.turn_to, max_bytes=MB)
    for name in ("a.txt", "b.txt"):
        editor.copy_sample(quiet)
        editor.add_files([Sent(name, f"Snow fell on {name}.".encode())], quiet)
    assert held(sample) == ["rain.txt", "upload/a.txt", "upload/b.txt"]
    assert sample.directory == tmp_path / "own"


def test_an_index_that_was_emptied_takes_articles_again(tmp_path, fake):
    from rag.corpus import Corpus
    from rag.settings import Settings

    empty_index(tmp_path / "index", fake)
    corpus = Corpus(tmp_path / "index", fake, Settings())
    Editor(corpus, corpus.directory, max_bytes=MB).add_files([Sent("a.txt", b"Fog came.")], quiet)
    assert held(corpus) == ["upload/a.txt"]


def test_nothing_that_was_sent_stays_on_the_disk(editor, tmp_path, monkeypatch):
    import tempfile

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    editor.add_files([Sent("a.txt", b"Snow fell."), Sent("b.pdf", b"%PDF")], quiet)
    assert list((tmp_path / "temporary").rglob("*")) == []


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(st.text(max_size=30), st.text(max_size=30)), max_size=4))
def test_whatever_is_sent_every_item_is_told_and_added_ones_are_held(tmp_path_factory, sent):
    corpus, _ = corpus_of(tmp_path_factory.mktemp("any") / "index", FakeEmbedder(), {})
    editor = Editor(corpus, corpus.directory, max_bytes=MB)
    files = [Sent(name, text.encode("utf-8", "surrogatepass")) for name, text in sent]
    results = editor.add_files(files, quiet)
    assert len(results) >= len(files)
    added = sorted(r.uri for r in results if r.outcome == "added")
    assert added == held(corpus)
    assert all(r.reason for r in results if r.outcome == "skipped")
    assert all(r.uri.startswith("upload/") for r in results)


@settings(deadline=None)
@given(st.text(max_size=400))
def test_a_name_has_only_safe_parts(name):
    parts = _parts(name)
    assert parts
    for part in parts:
        assert part not in ("", ".", "..")
        assert not set(part) & set("/\\\x00")
        assert len(part) <= 121
    assert Path("/up", *parts).resolve().is_relative_to("/up")


def test_the_steps_of_work_come_before_its_results():
    def work(tell):
        tell("read", 1, 2)
        tell("embed", 2, 2)
        return [Result("a", "added")]

    assert list(steps(work)) == [
        Step("read", 1, 2),
        Step("embed", 2, 2),
        [Result("a", "added")],
    ]


def test_work_that_fails_says_so_after_its_steps():
    def work(tell):
        tell("read", 1, 1)
        raise IndexBusy("busy")

    found = steps(work)
    assert next(found) == Step("read", 1, 1)
    with pytest.raises(IndexBusy, match="busy"):
        next(found)


def test_work_goes_on_to_its_end_when_nobody_waits():
    gate, done = threading.Event(), threading.Event()

    def work(tell):
        tell("read", 1, 1)
        gate.wait(120)
        done.set()
        return []

    found = steps(work)
    next(found)
    found.close()
    gate.set()
    assert done.wait(120)


def test_a_pasted_text_takes_the_place_of_the_one_of_its_name(corpus, editor):
    corpus.builder(corpus.directory).put([article("pasted/x.txt", "Fog came over Riga.")])
    (result,) = editor.add_pasted([Pasted("Snow.", title="x")], quiet)
    assert (result.uri, result.outcome) == ("pasted/x.txt", "changed")
