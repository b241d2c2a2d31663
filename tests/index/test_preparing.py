"""Articles are prepared by several processes, of which any may be killed."""

import sys
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from functools import partial

import pytest

from index import preparing
from index.build import Builder
from index.engine import engine_at, faults
from index.errors import OnRecordError
from index.preparing import Preparer, Workers
from index.readers.source import Source
from tests.fakes import FakeEmbedder
from tests.index.dying import Dying
from tests.index.looking import add, look, write

NEWS = {f"{n:03}.txt": f"Report {n} of the harbour.\n\nRain fell for {n} days." for n in range(150)}

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")


@pytest.fixture
def news(tmp_path):
    return write(tmp_path / "news", NEWS)


def test_several_processes_make_the_index_that_one_makes(tmp_path, news, fake):
    add(tmp_path / "one", fake, news)
    builder = Builder(tmp_path / "several", FakeEmbedder(), workers=Workers(2, FakeEmbedder))
    report = builder.add([Source.at(news)])
    assert (len(report.added), report.embedded) == (150, len(fake.texts))
    assert builder.embedder.calls == 0
    assert look(tmp_path / "several", FakeEmbedder()) == look(tmp_path / "one", FakeEmbedder())
    assert faults(tmp_path / "several") == ([], [])


def test_what_a_killed_process_had_in_hand_is_done_again(tmp_path, news, fake):
    workers = Workers(2, partial(Dying, tmp_path))
    report = Builder(tmp_path / "index", fake, workers=workers).add([Source.at(news)])
    assert (tmp_path / "40").exists()
    assert (tmp_path / "100").exists()
    assert (len(report.added), report.generation) == (150, 1)
    add(tmp_path / "one", FakeEmbedder(), news)
    assert look(tmp_path / "index", FakeEmbedder()) == look(tmp_path / "one", FakeEmbedder())
    assert faults(tmp_path / "index") == ([], [])


def told_of(builder, news):
    """What an ``add`` whose processes end at article 40 says, and what the next one embeds."""
    with pytest.raises(OnRecordError, match=r"3 times at \S*032\.txt or .* 31 .*fewer --workers"):
        builder.add([Source.at(news)])
    after = FakeEmbedder()
    report = Builder(builder.place, after).add([Source.at(news)])
    assert (len(report.added), report.generation) == (150, 1)
    return after.texts


def test_processes_that_end_at_the_same_article_each_time_are_told_of(tmp_path, news, fake):
    workers = Workers(2, partial(Dying, tmp_path, always=True))
    texts = told_of(Builder(tmp_path / "index", fake, workers=workers), news)
    assert len(texts) == 150 - 32  # all before its group are kept


class Given(Future):
    """A group that is prepared when it is asked for, if its pool has not ended by then."""

    def __init__(self, work):
        super().__init__()
        self.work = work

    def exception(self, timeout=None):
        if not self.done():
            self.set_result(self.work())
        return super().exception(timeout)


class EndsAtOnce:
    """A pool that ends when it is given article 40, before anything else in hand is done."""

    def __init__(self):
        self.given, self.ended = [], False

    def submit(self, work, group):
        if self.ended:
            raise BrokenProcessPool
        self.given.append(Given(partial(work, group)))
        self.ended = any(article.uri.endswith("040.txt") for article in group)
        for future in self.given:
            if self.ended and not future.done():
                future.set_exception(BrokenProcessPool())
        return self.given[-1]

    def shutdown(self, **_):
        pass


def test_whatever_the_order_all_before_the_group_that_ends_processes_is_kept(
    tmp_path, news, fake, monkeypatch
):
    class InOrder(Workers):
        def _started(self, place, settings):
            here = Preparer(self.embedder(), *settings), engine_at(place).open()
            monkeypatch.setattr(preparing, "_here", here, raising=False)
            return EndsAtOnce()

    texts = told_of(Builder(tmp_path / "index", fake, workers=InOrder(2, FakeEmbedder)), news)
    assert len(texts) == 150 - 32
