"""Articles are prepared by several processes, of which any may be killed."""

import sys
from functools import partial

import pytest

from index.build import Builder
from index.engine import faults
from index.errors import OnRecordError
from index.preparing import Workers
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


def test_processes_that_end_at_the_same_article_each_time_are_told_of(tmp_path, news, fake):
    workers = Workers(2, partial(Dying, tmp_path, always=True))
    builder = Builder(tmp_path / "index", fake, workers=workers)
    with pytest.raises(OnRecordError, match=r"ended 3 times at \d+\.txt.*fewer --workers"):
        builder.add([Source.at(news)])
    report = Builder(tmp_path / "index", fake).add([Source.at(news)])
    assert (len(report.added), report.generation) == (150, 1)
    assert len(fake.texts) < 150  # the first part was kept
