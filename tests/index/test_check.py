"""Checking finds what is wrong with an index, and says it in a sentence."""

import re

import pytest

from index.engine import LEDGER, faults, open_ledger
from index.errors import IndexMissing
from tests.index.looking import RAIN, SNOW, add, write


@pytest.fixture
def index(tmp_path, fake):
    add(tmp_path / "index", fake, write(tmp_path / "n", {"rain.txt": RAIN, "snow.txt": SNOW}))
    return tmp_path / "index"


def harm(index, statement, *values):
    ledger = open_ledger(index)
    ledger.database.execute("PRAGMA foreign_keys = OFF")
    assert ledger.database.execute(statement, values).rowcount > 0
    ledger.close()


def test_a_whole_index_has_no_faults(index):
    assert faults(index) == ([], [])


def test_an_index_that_is_not_there_is_told(tmp_path):
    with pytest.raises(IndexMissing, match=f"{tmp_path}: there is no index here; make one with"):
        faults(tmp_path)


RAIN_ROW = "WHERE uri = 'rain.txt'"
SECOND = "WHERE key = (SELECT encoding FROM chunks WHERE pk = 2)"


@pytest.mark.parametrize(
    ("statement", "faults_"),
    [
        ("UPDATE manifest SET value = '9' WHERE name = 'chunks'",
         [r"the ledger is damaged: .* \(its manifest is not as it was written\)$"]),
        ("UPDATE manifest SET value = 'x' WHERE name = 'generation'",
         [r"the ledger is damaged: .* \(its manifest is not as it was written\)$"]),
        (f"UPDATE articles SET text = replace(text, 'Sunday', 'Monday') {RAIN_ROW}",
         ["rain.txt: this article is not as it was written"]),
        (f"UPDATE articles SET sentences = x'000000000100000000000000' {RAIN_ROW}",
         ["rain.txt: this article is not as it was written"]),
        (f"UPDATE articles SET minhash = zeroblob(512) {RAIN_ROW}",
         ["rain.txt: this article is not as it was written"]),
        (f"UPDATE articles SET published = 'soon' {RAIN_ROW}",
         ["rain.txt: this article is not as it was written"]),
        (f"UPDATE articles SET raw = x'00' {RAIN_ROW}",
         ["rain.txt: the source of this article is not as it was written"]),
        ('UPDATE chunks SET "end" = "end" - 1 WHERE pk = 2',
         ["snow.txt: what finds this article .*", "1 chunks are not as they were written"]),
        ("UPDATE chunks SET article = 1 WHERE pk = 2",
         ["snow.txt: what finds this article .*", "1 chunks are not as they were written"]),
        ("DELETE FROM chunks WHERE pk = 2",
         ["snow.txt: what finds this article .*", "the manifest counts 2 chunks .* holds 1"]),
        (f"UPDATE encodings SET vector = zeroblob(200) {SECOND}",
         ["snow.txt: what finds this article .*", "1 chunks are not as they were written"]),
        (f"UPDATE encodings SET key = 'x' {SECOND}",
         ["snow.txt: what finds this article .*", "1 chunks are not as they were written"]),
        (f"DELETE FROM encodings {SECOND}",
         ["snow.txt: what finds this article .*", "1 chunks are not as they were written"]),
        (f"UPDATE articles SET current = 0 {RAIN_ROW}",
         ["the manifest counts 2 articles and the ledger holds 1"]),
    ],
)  # fmt: skip
def test_a_fault_of_the_ledger_is_told(index, statement, faults_):
    harm(index, statement)
    wrong, derived = faults(index)
    assert derived == []
    wrong = [fault for fault in wrong if "stories" not in fault]
    assert len(wrong) == len(faults_)
    for fault, pattern in zip(wrong, faults_, strict=True):
        assert re.match(pattern, fault)


def test_a_page_that_is_overwritten_is_told(index):
    ledger = open_ledger(index)
    ledger.database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
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
