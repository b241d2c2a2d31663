"""What waits between reading and storing waits on the disk, whole and in its order."""

import tempfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import disk as room
from index.disk import Spool
from index.errors import IndexUnwritable

KEYS = st.sampled_from("abcde")
STEPS = st.lists(st.tuples(KEYS, st.none() | st.text()))


@given(STEPS)
def test_it_is_as_a_dictionary_is(steps):
    spool, held = Spool(), {}
    for key, item in steps:
        for each in (spool, held):
            if item is None:
                each.pop(key, None)
            else:
                each[key] = item
        assert list(spool.items()) == list(held.items())
        assert (len(spool), bool(spool)) == (len(held), bool(held))
        assert spool.setdefault(key, "new") == held.setdefault(key, "new")


def test_items_are_held_on_the_disk(monkeypatch):
    monkeypatch.setattr(room, "_HELD", 100)
    spool = Spool()
    spool["a"] = "x" * 1000
    spool["b"] = "y"
    assert spool._file._rolled  # the file is one of the system's
    assert [*spool.values()] == ["x" * 1000, "y"]


def test_a_full_disk_is_one_sentence(monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(room.pickle, "dump", full)
    with pytest.raises(IndexUnwritable, match="TMPDIR") as told:
        Spool()["a"] = "x"
    assert str(told.value).startswith(tempfile.gettempdir())
    assert "\n" not in str(told.value)
