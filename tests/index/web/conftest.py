"""A site of the news, and a clock that only moves when it is told to."""

import pytest

from index.web.fetch import Fetcher
from tests.newsite import Site


class Clock:
    """Seconds that pass only while somebody sleeps."""

    def __init__(self):
        self.now = 1_000.0
        self.slept = []

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def site():
    with Site() as site:
        yield site


@pytest.fixture
def fetcher(clock):
    """Fetches from this machine too; every name is this machine's."""
    fetcher = Fetcher(
        max_bytes=200_000,
        allow_private=True,
        resolve=lambda host, port: ["127.0.0.1"],
        clock=clock,
        sleep=clock.sleep,
    )
    yield fetcher
    fetcher.close()
