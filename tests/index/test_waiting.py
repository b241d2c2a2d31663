"""Over PostgreSQL, processes of any machine encode; what one that ended had in hand waits again."""

import sys
from functools import partial

import pytest

from index.build import Builder
from index.engine import engine_at, faults
from index.errors import IndexMismatch
from index.postgres import waiting
from index.preparing import Preparer, Workers, unknown
from index.readers.source import Source
from tests.fakes import FakeEmbedder
from tests.index.dying import Dying
from tests.index.looking import add, look, write
from tests.postgres import fresh

NEWS = {f"{n:03}.txt": f"Report {n} of the harbour.\n\nRain fell for {n} days." for n in range(150)}

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")


@pytest.fixture
def news(tmp_path):
    return write(tmp_path / "news", NEWS)


@pytest.fixture
def place(postgres):
    return fresh(postgres)


def waits(place):
    """The texts that wait and that nobody has in hand."""
    ledger = engine_at(place).open()
    with ledger.write():
        rows = ledger.database.execute(
            "SELECT text FROM waiting ORDER BY key FOR UPDATE SKIP LOCKED"
        )
        return [text for (text,) in rows]


@pytest.mark.parametrize("always", [False, True])
def test_what_a_killed_process_had_in_hand_others_encode(tmp_path, place, news, fake, always):
    workers = Workers(2, partial(Dying, tmp_path, always=always))
    report = Builder(place, fake, workers=workers).add([Source.at(news)])
    assert (len(report.added), report.embedded, report.generation) == (150, 150, 1)
    assert waits(place) == []
    add(tmp_path / "one", FakeEmbedder(), news)
    assert look(place, FakeEmbedder()) == look(tmp_path / "one", FakeEmbedder())
    assert faults(place) == ([], [])


class CutOff(FakeEmbedder):
    """A machine that is cut off at its first texts, while another one is at work."""

    def __init__(self, other):
        super().__init__()
        self.other = other

    def encode_passages(self, texts):
        """Has the other one encode, and fails."""
        self.texts += texts
        while self.other():
            pass
        raise ConnectionResetError


def queue(place, news):
    """An ``add`` that is stopped when all of its texts wait."""
    add(place, FakeEmbedder(), write(news.parent / "first", {"a.txt": "The first report."}))
    ledger = engine_at(place).open()
    preparer = Preparer(FakeEmbedder(), 200, 1)
    prepared = [preparer.split(article) for article in Source.at(news).articles()]
    waiting.put(ledger, unknown(ledger, prepared))


def test_two_machines_never_take_the_same_text(place, news):
    queue(place, news)
    texts, one = waits(place), engine_at(place).open()
    two, model = engine_at(place).open(), FakeEmbedder()
    cut_off = CutOff(lambda: waiting.encode(two, model))
    with pytest.raises(ConnectionResetError):
        waiting.encode(one, cut_off)
    assert sorted(cut_off.texts + model.texts) == sorted(texts)
    assert sorted(waits(place)) == sorted(cut_off.texts)


def test_the_next_add_embeds_nothing_that_another_machine_did_meanwhile(place, news):
    queue(place, news)
    ledger, elsewhere, here = engine_at(place).open(), FakeEmbedder(), FakeEmbedder()
    assert sum(iter(lambda: waiting.encode(ledger, elsewhere), 0)) == 150
    report = Builder(place, here, workers=Workers(2, FakeEmbedder)).add([Source.at(news)])
    assert (len(report.added), report.embedded, here.texts) == (150, 0, [])
    assert len(elsewhere.texts) == 150


def test_a_machine_with_another_model_encodes_nothing(place, news):
    queue(place, news)
    texts, other = waits(place), FakeEmbedder()
    other.fingerprint = "another"
    with pytest.raises(IndexMismatch, match="the model at hand has another"):
        waiting.work(engine_at(place).open(), other)
    assert (waits(place), other.texts) == (texts, [])
