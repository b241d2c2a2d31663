"""A disk that takes no more is one sentence at every step, and harms nothing."""

from __future__ import annotations

import errno
import sqlite3
import sys
from contextlib import contextmanager

import pytest

from index import search_index
from index.backup import backup
from index.build import Builder
from index.disk import MAKING, Connections, create, put
from index.engine import LEDGER, faults
from index.errors import IndexMissing, IndexUnwritable
from index.ledger import Ledger
from tests.fakes import FakeEmbedder
from tests.index.looking import RAIN, SNOW, VOTE, add, counts, look, write

resource = pytest.importorskip("resource", reason="Windows has no limits for files")

MANY = {
    f"{number:02}.txt": f"{RAIN}\n\n{' '.join(f'w{number}x{n}' for n in range(900))}."
    for number in range(6)
}  # fmt: skip


@contextmanager
def room(kilobytes):
    """No file grows beyond so much: SQLite, FAISS, tantivy and Python all meet it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (kilobytes * 1024, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def attempt(kilobytes, work):
    """Whether something was done in so much room; else it is one sentence."""
    with room(kilobytes):
        try:
            work()
        except IndexUnwritable as error:
            told = str(error)
        else:
            return True
    assert "nothing can be written here" in told
    assert "\n" not in told
    return False


@pytest.mark.skipif(sys.platform != "linux", reason="as Linux tells the limit")
def test_a_first_add_is_whole_or_can_be_done_again(tmp_path):
    news = write(tmp_path / "news", MANY)
    add(tmp_path / "fresh", FakeEmbedder(), news)
    expected = look(tmp_path / "fresh", FakeEmbedder())
    done = []
    for kilobytes in (0, 4, 16, 48, 92, 124, 192, 4096):
        index = tmp_path / f"index{kilobytes}"
        done.append(attempt(kilobytes, lambda index=index: add(index, FakeEmbedder(), news)))
        if done[-1]:
            assert look(index, FakeEmbedder()) == expected
            continue
        assert not (index / LEDGER).exists() or faults(index) == ([], [])
        assert not (index / MAKING).exists()
        assert counts(add(index, FakeEmbedder(), news)) == {"added": sorted(MANY)}
        assert look(index, FakeEmbedder()) == expected
    assert done[0] is False
    assert done[-1] is True
    assert done == sorted(done)  # what has more room gets further


@pytest.mark.skipif(sys.platform != "linux", reason="as Linux tells the limit")
def test_a_later_add_leaves_the_old_generation(tmp_path):
    news = write(tmp_path / "news", {"rain.txt": RAIN, "snow.txt": SNOW})
    index = tmp_path / "index"
    add(index, FakeEmbedder(), news)
    before = look(index, FakeEmbedder())
    write(news, {**MANY, "vote.txt": VOTE})
    failed = 0
    for kilobytes in (0, 4, 16, 48, 92, 124, 160, 192, 4096):
        if attempt(kilobytes, lambda: add(index, FakeEmbedder(), news)):
            break
        failed += 1
        assert look(index, FakeEmbedder()) == before
        assert faults(index) == ([], [])
        assert len(list((index / search_index.FOLDER).iterdir())) == 1
    assert failed >= 5
    add(tmp_path / "fresh", FakeEmbedder(), news)
    assert look(index, FakeEmbedder()) == look(tmp_path / "fresh", FakeEmbedder())


def stop(*_, **__):
    raise OSError(errno.ENOSPC, "No space left on device")


def sqlite_stop(*_, **__):
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode = sqlite3.SQLITE_FULL
    raise error


def faiss_stop(*_, **__):
    raise RuntimeError(
        "Error in faiss::FileIOWriter: write error: 0 != 1 (No space left on device)"
    )


def tantivy_stop(*_, **__):
    raise ValueError("An IO error occurred: 'No space left on device (os error 28)'")


@pytest.mark.parametrize(
    ("where", "how"),
    [
        ("index.ledger.Ledger.put_encodings", sqlite_stop),
        ("index.ledger.Ledger.insert", sqlite_stop),
        ("index.ledger.Ledger.set_stories", sqlite_stop),
        ("index.ledger.Ledger.set_manifest", sqlite_stop),
        ("faiss.write_index", faiss_stop),
        ("tantivy.Index", tantivy_stop),
        ("index.vocabulary.Vocabulary.save", stop),
        ("index.search_index.settle", stop),
        ("index.search_index.sync", stop),
        ("pathlib.Path.mkdir", stop),
        ("pathlib.Path.write_text", stop),
    ],
)
def test_every_step_says_the_same(tmp_path, monkeypatch, where, how):
    news = write(tmp_path / "news", {"rain.txt": RAIN})
    index = tmp_path / "index"
    add(index, FakeEmbedder(), news)
    before = look(index, FakeEmbedder())
    write(news, {"snow.txt": SNOW})
    with monkeypatch.context() as patch:
        patch.setattr(where, how)
        with pytest.raises(IndexUnwritable) as error:
            add(index, FakeEmbedder(), news)
    assert str(error.value).startswith(f"{index}: nothing can be written here (")
    assert str(error.value).endswith(
        "; make room on the disk or the folder writable and run the command again; what was"
        " indexed before is unharmed"
    )
    assert look(index, FakeEmbedder()) == before
    assert faults(index) == ([], [])
    assert counts(add(index, FakeEmbedder(), news)) == {
        "added": ["snow.txt"],
        "unchanged": ["rain.txt"],
    }


def test_a_new_ledger_lies_in_its_file_before_it_has_its_name(tmp_path):
    ledger = create(tmp_path / "new.sqlite", {"dimension": "3"})
    copy = tmp_path / "copy.sqlite"
    copy.write_bytes((tmp_path / "new.sqlite").read_bytes())
    ledger.close()
    with Ledger(Connections(copy)).read():
        pass
    assert Connections(copy).schema() == "5"


def test_a_mend_without_room_leaves_the_damaged_ledger(tmp_path, fake, monkeypatch):
    news = write(tmp_path / "news", {"rain.txt": RAIN})
    index = tmp_path / "index"
    add(index, fake, news)
    with sqlite3.connect(index / LEDGER) as db:
        db.execute("UPDATE articles SET text = replace(text, 'Sunday', 'Monday')")
    db.close()
    told = faults(index)
    for where in ("faiss.write_index", "index.disk.copy", "shutil.copyfile"):
        with monkeypatch.context() as patch:
            patch.setattr(where, faiss_stop if "faiss" in where else stop)
            with pytest.raises(IndexUnwritable):
                Builder(index, fake).repair()
        assert faults(index)[0] == told[0]
        assert not (index / MAKING).exists()
    assert Builder(index, fake).repair().lost == ["rain.txt"]


def test_a_backup_without_room_is_told_and_leaves_nothing(tmp_path, fake, monkeypatch):
    index, kept = tmp_path / "index", tmp_path / "kept"
    add(index, fake, write(tmp_path / "news", {"rain.txt": RAIN}))
    kept.mkdir()
    monkeypatch.setattr("index.backup.copy", sqlite_stop)
    with pytest.raises(IndexUnwritable, match=f"{kept}: nothing can be written here"):
        backup(index, [LEDGER], kept / "all.backup")
    assert list(kept.iterdir()) == []


def test_what_a_ledger_has_in_its_log_stays_when_another_has_no_room(tmp_path, fake, monkeypatch):
    index, new = tmp_path / "index", tmp_path / "new.sqlite"
    add(index, fake, write(tmp_path / "news", {"rain.txt": RAIN}))
    log = index / f"{LEDGER}-wal"
    log.write_bytes(b"what was committed last")
    monkeypatch.setattr("index.disk.copy", sqlite_stop)
    with pytest.raises(sqlite3.OperationalError, match="disk is full"):
        put(new, index / LEDGER)
    assert log.read_bytes() == b"what was committed last"


def test_no_folder_that_can_be_made_is_told(tmp_path, fake, monkeypatch):
    news = write(tmp_path / "news", {"rain.txt": RAIN})
    monkeypatch.setattr("pathlib.Path.mkdir", stop)
    with pytest.raises(IndexUnwritable):
        add(tmp_path / "index", fake, news)
    monkeypatch.undo()
    with pytest.raises(IndexMissing):
        faults(tmp_path / "index")
