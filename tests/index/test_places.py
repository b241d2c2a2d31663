"""An index folder that is made again, may not be written, or was copied in part."""

from __future__ import annotations

import os
import shutil
import sqlite3
import threading

import pytest

from index.engine import LEDGER
from index.errors import IndexMissing, IndexUnwritable
from index.generation import Generations
from tests.fakes import FakeEmbedder
from tests.index.looking import RAIN, SNOW, VOTE, add, look, write
from tests.llm_server import WAIT as SECONDS


def uris(index):
    with index.reading() as now:
        told = [a.article.uri for a in now.ledger.all_articles()]
        chunks = now.ledger.chunks(range(1, 9))
        stored = now.articles({c.article for c in chunks.values()})
        vectors = sorted(pk for pk, *_ in now.ledger.vectors(now.dimension))
        assert len(now.search_index.chunk_vectors) == len(vectors) == len(chunks)
        assert sorted(s.article.uri for s in stored.values()) == told
    return told


def in_thread(work):
    found = []
    thread = threading.Thread(target=lambda: found.append(work()))
    thread.start()
    thread.join()
    (value,) = found
    return value


def test_a_folder_that_is_made_again_is_seen_whole_by_every_thread(tmp_path, fake):
    folder = tmp_path / "index"
    add(folder, fake, write(tmp_path / "old", {"rain.txt": RAIN, "snow.txt": SNOW}))
    index = Generations(folder, fake)
    go, done, seen = threading.Barrier(2), threading.Barrier(2), []

    def reader():
        for _ in range(2):
            go.wait(SECONDS)
            seen.append(uris(index))
            done.wait(SECONDS)

    thread = threading.Thread(target=reader)
    thread.start()
    go.wait(SECONDS)
    done.wait(SECONDS)
    assert uris(index) == ["rain.txt", "snow.txt"]
    shutil.rmtree(folder)
    add(folder, FakeEmbedder(), write(tmp_path / "new", {"vote.txt": VOTE}))
    go.wait(SECONDS)
    done.wait(SECONDS)
    thread.join()
    assert seen == [["rain.txt", "snow.txt"], ["vote.txt"]]
    assert uris(index) == in_thread(lambda: uris(index)) == ["vote.txt"]


def test_a_reader_keeps_the_index_that_was_deleted_until_it_has_finished(tmp_path, fake):
    folder = tmp_path / "index"
    add(folder, fake, write(tmp_path / "old", {"rain.txt": RAIN, "snow.txt": SNOW}))
    index = Generations(folder, fake)
    with index.reading() as now:
        shutil.rmtree(folder)
        add(folder, FakeEmbedder(), write(tmp_path / "new", {"vote.txt": VOTE}))
        assert in_thread(lambda: uris(index)) == ["vote.txt"]
        assert [a.article.uri for a in now.ledger.all_articles()] == ["rain.txt", "snow.txt"]
        assert now.articles([1])[1].article.uri == "rain.txt"
    assert uris(index) == ["vote.txt"]


def test_a_folder_that_is_gone_is_told_and_picked_up_when_it_is_back(tmp_path, fake):
    folder = tmp_path / "index"
    news = write(tmp_path / "news", {"rain.txt": RAIN})
    add(folder, fake, news)
    index = Generations(folder, fake)
    shutil.rmtree(folder)

    def refused():
        with pytest.raises(IndexMissing, match="there is no index here"):
            uris(index)

    refused()
    in_thread(refused)
    add(folder, FakeEmbedder(), news)
    assert uris(index) == ["rain.txt"]


@pytest.fixture
def frozen(tmp_path, fake, monkeypatch):
    """An index of which this process may change nothing, as the file system tells it."""
    folder = tmp_path / "index"
    add(folder, fake, write(tmp_path / "news", {"rain.txt": RAIN, "snow.txt": SNOW}))
    with sqlite3.connect(folder / LEDGER) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    access = os.access
    monkeypatch.setattr(
        os, "access", lambda path, mode, **k: mode != os.W_OK and access(path, mode, **k)
    )
    return folder


def test_a_folder_that_may_only_be_read_can_be_asked(frozen, fake):
    files = sorted(path.name for path in frozen.iterdir())
    index = Generations(frozen, fake)
    assert uris(index) == in_thread(lambda: uris(index)) == ["rain.txt", "snow.txt"]
    assert sorted(path.name for path in frozen.iterdir()) == files


def test_what_somebody_else_writes_there_is_seen(frozen, fake, monkeypatch, tmp_path):
    index = Generations(frozen, fake)
    assert uris(index) == ["rain.txt", "snow.txt"]
    monkeypatch.undo()
    add(frozen, FakeEmbedder(), write(tmp_path / "more", {"vote.txt": VOTE}))
    assert uris(index) == ["rain.txt", "snow.txt", "vote.txt"]


def test_nothing_is_added_to_a_folder_that_may_only_be_read(frozen, fake, tmp_path):
    with pytest.raises(IndexUnwritable, match=f"{frozen}: nothing can be written here"):
        add(frozen, fake, write(tmp_path / "more", {"vote.txt": VOTE}))


def test_the_ledger_alone_is_a_copy_of_the_index_while_it_is_used(tmp_path, fake):
    folder, copy = tmp_path / "index", tmp_path / "copy"
    add(folder, fake, write(tmp_path / "news", {"rain.txt": RAIN}))
    index = Generations(folder, fake)
    assert uris(index) == ["rain.txt"]
    add(folder, fake, write(tmp_path / "more", {"snow.txt": SNOW}))
    copy.mkdir()
    shutil.copyfile(folder / LEDGER, copy / LEDGER)  # and not the log beside it
    assert uris(Generations(copy, fake)) == ["rain.txt", "snow.txt"]
    assert look(copy, fake) == look(folder, fake)
