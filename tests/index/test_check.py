"""Checking finds what is wrong with an index, and says it in a sentence."""

import pytest

from index.build import LEDGER, open_ledger
from index.check import faults
from index.errors import IndexMissing
from tests.index.looking import RAIN, SNOW, add, write


@pytest.fixture
def index(tmp_path, fake):
    add(tmp_path / "index", fake, write(tmp_path / "n", {"rain.txt": RAIN, "snow.txt": SNOW}))
    return tmp_path / "index"


def harm(index, statement, *values):
    ledger = open_ledger(index)
    ledger._db.execute("PRAGMA foreign_keys = OFF")
    assert ledger._db.execute(statement, values).rowcount > 0
    ledger.close()


def test_a_whole_index_has_no_faults(index):
    assert faults(index) == ([], [])


def test_an_index_that_is_not_there_is_told(tmp_path):
    with pytest.raises(IndexMissing, match=f"{tmp_path}: there is no index here; make one with"):
        faults(tmp_path)


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE manifest SET value = '9' WHERE name = 'chunks'",
         "the manifest counts 9 chunks and the ledger holds 2"),
        ("DELETE FROM encodings WHERE key = (SELECT encoding FROM chunks WHERE pk = 1)",
         "row 1 of chunks names a row that is gone"),
        ('UPDATE chunks SET "end" = 9999 WHERE pk = 2', "chunk 2 lies outside its article's text"),
        ('UPDATE chunks SET start = "end" WHERE pk = 1', "chunk 1 lies outside its article's text"),
        ("UPDATE articles SET text = 'short' WHERE uri = 'rain.txt'",
         "rain.txt: a sentence lies outside the text"),
        ("UPDATE articles SET current = 0 WHERE uri = 'rain.txt'",
         "the manifest counts 2 articles and the ledger holds 1"),
        ("UPDATE encodings SET vector = zeroblob(200) WHERE key ="
         " (SELECT encoding FROM chunks WHERE pk = 2)", "the vector of chunk 2 has not length 1"),
        ("UPDATE encodings SET vector = zeroblob(8) WHERE key ="
         " (SELECT encoding FROM chunks WHERE pk = 2)",
         "the encoding of chunk 2 is not of dimension 100"),
    ],
)  # fmt: skip
def test_a_fault_of_the_ledger_is_told(index, statement, fault):
    harm(index, statement)
    wrong, derived = faults(index)
    assert fault in wrong
    assert derived == []


def test_a_page_that_is_overwritten_is_told(index):
    ledger = open_ledger(index)
    ledger._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    ledger.close()
    path = index / LEDGER
    data = bytearray(path.read_bytes())
    page = 4096
    for first in range(2 * page, len(data) - page, page):
        data[first : first + 60] = b"\xee" * 60
    path.write_bytes(data)
    wrong, _ = faults(index)
    assert wrong
    assert all(fault.startswith("the ledger is damaged: ") for fault in wrong)
