"""A site and a folder, added and watched, from the command line to the alert."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from index.web.fetch import Fetcher
from rag.settings import Settings
from tests.newsite import Site
from tests.ui.printed import only
from tests.ui.serving import SECONDS
from ui.alerts import Alerts
from ui.commands import indexing
from ui.commands.watching import Watch, _changes, seconds

pytestmark = pytest.mark.usefixtures("model")

RAIN = "Rain fell on Kyiv on Friday. Trams stood still for three hours in the whole city."


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def site():
    with Site() as site:
        site.page("/a", "Harbour", place="Corran")
        site.page("/b", "Quay", place="Lunz")
        site.feed(a="Harbour", b="Quay")
        yield site


@pytest.fixture
def fetch(clock):
    return Fetcher(max_bytes=10**6, allow_private=True, clock=clock, sleep=clock.sleep)


@pytest.fixture(autouse=True)
def _no_waiting(fetch, monkeypatch):
    """What the command line fetches with does not wait between two requests."""
    monkeypatch.setattr(indexing, "fetcher", lambda settings: fetch)


@pytest.fixture
def news(workplace):
    folder = workplace / "news"
    folder.mkdir()
    (folder / "rain.txt").write_text(RAIN)
    return folder


def test_an_address_is_explained_as_a_file_is(site, onrecord):
    status, out, _ = onrecord("add", f"{site.address}/a", "--explain")
    told = out[out.index(f"{site.address}/a\n") :].splitlines()
    assert status == 0
    assert told[1].startswith("  title: Harbour")
    assert any(line.startswith("  language: en") for line in told)
    status, out, _ = onrecord("add", f"{site.address}/feed.xml", "--explain")
    assert (status, "title:" in out) == (0, False)  # its pages can be named


def test_a_feed_and_a_folder_are_added_as_one_generation(site, news, onrecord):
    status, out, err = onrecord("add", news, f"{site.address}/feed.xml", "--json")
    told = only(out)
    assert (status, err) == (0, "")
    assert (told["added"], told["generation"]) == (3, 1)
    listed = only(onrecord("articles", "--json")[1])
    assert [a["uri"] for a in listed] == [f"{site.address}/a", f"{site.address}/b", "rain.txt"]
    assert [a["url"] for a in listed] == [f"{site.address}/a", f"{site.address}/b", None]


def test_adding_again_fetches_only_what_changed(site, onrecord):
    onrecord("add", f"{site.address}/feed.xml")
    site.page("/b", "Quay", place="Lunz", more="Work there begins in June.")
    site.taken()
    told = only(onrecord("add", f"{site.address}/feed.xml", "--json")[1])
    assert (told["changed"], told["unchanged"], told["embedded"]) == (1, 1, 1)
    assert [path for path, status in site.taken() if status == 200] == ["/b"]


def test_an_address_that_gives_nothing_is_a_fault_of_one_sentence(site, onrecord):
    status, _, err = onrecord("add", f"{site.address}/none", f"{site.address}/a")
    assert status == 1
    assert err == f"skipped {site.address}/none: there is no such page (404); check the address\n"
    assert len(only(onrecord("articles", "--json")[1])) == 1


def test_private_addresses_are_fetched_only_when_that_is_said(workplace, onrecord, monkeypatch):
    asked = []
    monkeypatch.setattr(
        indexing, "fetcher", lambda settings: asked.append(settings.allow_private) or Nothing()
    )
    onrecord("add", "http://127.0.0.1:9/a")
    onrecord("add", "http://127.0.0.1:9/a", "--allow-private")
    monkeypatch.setenv("ONRECORD_ALLOW_PRIVATE", "true")
    onrecord("watch", "--once", "http://127.0.0.1:9/a")
    assert asked == [False, True, True]


class Nothing:
    def get(self, url, etag="", modified=""):
        from index.web.fetch import NotFetched

        raise NotFetched("nothing")

    def close(self):
        pass


# alerts


def test_an_alert_fires_once(site, onrecord):
    assert onrecord("add", f"{site.address}/a")[0] == 0
    status, out, _ = onrecord("alert", "add", "eastern quay cracks Lunz")
    assert (status, out) == (0, "1: eastern quay cracks Lunz\n")
    assert only(onrecord("alert", "matches", "--json")[1]) == []
    err = onrecord("add", f"{site.address}/feed.xml")[2]
    [line] = err.splitlines()
    assert line.startswith("alert: eastern quay cracks Lunz — Quay (Bay News, 2026-05-04): “")
    [match] = only(onrecord("alert", "matches", "--json")[1])
    assert (match["uri"], match["url"]) == (f"{site.address}/b",) * 2
    # Neither again, nor when the article changes, nor by a copy of it.
    site.page("/b", "Quay", place="Lunz", more="Work there begins in June.")
    assert onrecord("add", f"{site.address}/feed.xml")[2] == ""
    site.page("/copy", "Quay", place="Lunz", more="Work there begins in June.")
    assert onrecord("watch", "--once", f"{site.address}/copy")[2] == ""
    assert len(only(onrecord("alert", "matches", "--json")[1])) == 1


def test_a_question_is_asked_of_each_new_article(site, onrecord):
    onrecord("add", f"{site.address}/a")
    onrecord("alert", "add", "When was the harbour of Lunz built?")
    (Path("news")).mkdir()
    Path("news/rain.txt").write_text(RAIN)
    err = onrecord("add", f"{site.address}/b", "news")[2]
    matches = only(onrecord("alert", "matches", "--json")[1])
    assert f"{site.address}/b" in [match["uri"] for match in matches]
    assert f"{site.address}/a" not in [match["uri"] for match in matches]
    assert "built in 1893" in err


def test_alerts_are_listed_and_removed(onrecord, workplace):
    onrecord("alert", "add", "harbour strike")
    onrecord("alert", "add", "who resigned?")
    onrecord("alert", "add", "harbour strike")
    assert onrecord("alert", "list")[1] == "1: harbour strike\n2: who resigned?\n"
    assert onrecord("alert", "remove", "1")[1] == "removed: harbour strike\n"
    assert onrecord("alert", "list")[1] == "2: who resigned?\n"
    status, _, err = onrecord("alert", "remove", "1")
    assert (status, err.count("\n")) == (1, 1)
    assert "no alert with this number or text" in err
    assert onrecord("alert", "add", "?!")[0] == 1
    assert onrecord("alert", "add")[0] == 2
    assert onrecord("alert", "sing", "a")[0] == 2


def test_alerts_are_in_a_backup(site, onrecord, workplace):
    onrecord("add", f"{site.address}/a")
    onrecord("alert", "add", "harbour strike")
    onrecord("backup", "all.zip")
    onrecord("alert", "remove", "1")
    assert onrecord("restore", "all.zip")[0] == 0
    assert onrecord("alert", "list")[1] == "1: harbour strike\n"


# watch


def watching(settings, sources, fetch):
    return Watch(settings, [str(source) for source in sources], fetch)


def test_a_watch_adds_what_changes_and_asks_sites_in_between(site, news, fetch, clock, capsys):
    settings = Settings(allow_private=True)
    Alerts(settings.index).add("hail in Paris", 0)

    def changes():
        asked.append(len(site.taken()))
        yield ()  # nothing happened
        asked.append(len(site.taken()))
        (news / "hail.txt").write_text("Hail hit Paris in May. Farmers there lost their wheat.")
        yield {("added", "hail.txt")}
        asked.append(len(site.taken()))
        clock.now = started + 900
        site.page("/c", "Ferry", place="Oban")
        site.feed(a="Harbour", b="Quay", c="Ferry")
        yield ()
        asked.append(len(site.taken()))
        raise KeyboardInterrupt

    asked, started = [], clock.now
    with pytest.raises(KeyboardInterrupt):
        watching(settings, [news, f"{site.address}/feed.xml"], fetch).run(900.0, changes(), clock)
    out, err = capsys.readouterr()
    assert [line.split(" ", 2)[2] for line in out.splitlines()] == ["added 3", "added 1", "added 1"]
    # The feed and two pages; nothing; nothing for a file; the feed and the page that is new.
    assert asked == [3, 0, 0, 2]
    assert err.startswith("alert: hail in Paris — ")
    assert err.count("\n") == 1


def test_a_cycle_that_fails_is_told_once_and_tried_again(site, news, fetch, clock, capsys):
    settings = Settings(allow_private=True)
    watch = watching(settings, [news], fetch)
    from index.disk import alone

    with alone(settings.index):
        assert watch.cycle() is None
        assert watch.cycle() is None
    assert capsys.readouterr().err.count("another process is writing") == 1
    assert watch.cycle().added == ["rain.txt"]


def test_what_the_index_writes_in_a_watched_folder_is_no_change(workplace):
    index = workplace / ".onrecord"
    index.mkdir()
    found = _changes([workplace], index, 0.05)
    next(found)  # it listens from now on
    (index / "ledger.sqlite").write_text("x")
    assert not next(found)
    (workplace / "rain.txt").write_text(RAIN)
    changed = next(each for each in found if each)
    assert {Path(path).name for _, path in changed} == {"rain.txt"}


def test_a_watch_once_is_an_add_for_cron(site, onrecord):
    status, out, _ = onrecord("watch", "--once", f"{site.address}/feed.xml", "--json")
    assert (status, only(out)["added"]) == (0, 2)
    site.taken()
    assert only(onrecord("watch", "--once", f"{site.address}/feed.xml", "--json")[1])["added"] == 0
    assert site.taken() == [("/feed.xml", 304)]
    assert onrecord("watch", "--once", "no-such-folder")[0] == 1


@pytest.mark.parametrize("text", ["soon", "5", "30s", "-1h", ""])
def test_how_often_is_a_stretch_of_time(onrecord, workplace, text):
    assert onrecord("watch", "--every", text, "https://a.example/")[0] == 2
    with pytest.raises(ValueError, match=r"time|short"):
        seconds(text)


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_a_watch_ends_cleanly(news, workplace, sent):
    run = subprocess.Popen(
        [sys.executable, "-m", "ui.cli", "watch", "news", "--json"],
        cwd=workplace,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert json.loads(run.stdout.readline())["added"] == 1
        run.send_signal(sent)
        _, err = run.communicate(timeout=SECONDS)
    finally:
        run.kill()
    assert run.returncode == 0
    assert err.splitlines() == ["watching 1 source (Ctrl+C ends it)", "no longer watching"]
