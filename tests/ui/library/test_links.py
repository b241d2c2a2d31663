"""Addresses added on the page and by programs, and where nothing is fetched."""

from xml.etree import ElementTree

import pytest

from index.web.fetch import Fetcher
from tests.newsite import Site
from tests.ui.serving import events, served
from ui.alerts import Alerts, Match
from ui.library.adding import Editor
from ui.library.view import Terms, library


@pytest.fixture
def site():
    with Site() as site:
        site.page("/a", "Harbour", place="Corran")
        site.page("/b", "Quay", place="Lunz")
        site.feed(a="Harbour", b="Quay", none="Nothing")
        yield site


@pytest.fixture
def corpus(tmp_path, fake):
    from index.article import Article
    from index.build import Builder
    from rag.corpus import Corpus
    from rag.settings import Settings
    from tests.fakes import FakeReader

    rain = Article(uri="rain.txt", key="rain", title="Rain", text="Rain fell on Kyiv on Friday.")
    Builder(tmp_path / "index", fake).put([rain])
    settings = Settings(index=tmp_path / "index")
    return Corpus(tmp_path / "index", fake, settings, reader=FakeReader())


@pytest.fixture
def told():
    return []


@pytest.fixture
def editor(corpus, told):
    fetch = Fetcher(max_bytes=10**6, allow_private=True, sleep=lambda seconds: None)
    return Editor(
        corpus, corpus.directory, max_bytes=10**6, fetch=fetch, added=lambda: told.append("new")
    )


def quiet(stage, done, total):
    pass


def test_a_link_brings_what_lies_there(site, corpus, editor, told):
    steps = []
    results = editor.add_link(
        f"{site.address}/feed.xml", lambda stage, done, total: steps.append((stage, done))
    )
    assert [(r.uri, r.outcome, r.title) for r in results] == [
        (f"{site.address}/a", "added", "Harbour"),
        (f"{site.address}/b", "added", "Quay"),
        (f"{site.address}/none", "skipped", ""),
    ]
    assert steps[:4] == [("fetch", 1), ("fetch", 2), ("fetch", 3), ("fetch", 4)]
    assert corpus.article(results[0].id).title == "Harbour"
    assert told == ["new"]
    results = editor.add_link(f"{site.address}/feed.xml", quiet)
    assert [r.outcome for r in results] == ["unchanged", "unchanged", "skipped"]
    assert told == ["new"]
    site.put("/b", "", status=410)
    results = editor.add_link(f"{site.address}/feed.xml", quiet)
    assert [(r.uri, r.outcome) for r in results][1] == (f"{site.address}/b", "removed")


def test_programs_add_a_link(site, corpus, editor):
    with served(corpus, editor=editor) as client:
        given = client.post("/api/articles", json={"url": f"{site.address}/a"})
        assert given.status_code == 200
        [result] = given.json()["results"]
        assert (result["uri"], result["outcome"]) == (f"{site.address}/a", "added")
        both = {"url": f"{site.address}/a", "articles": [{"text": "Rain."}]}
        for wrong in (both, {}, {"articles": []}, {"url": ""}):
            assert client.post("/api/articles", json=wrong).status_code == 422
        stream = client.post(
            "/api/articles",
            json={"url": f"{site.address}/b"},
            headers={"Accept": "text/event-stream"},
        )
        names = [name for name, _ in events(stream)]
        assert (names[0], names[-1]) == ("step", "done")
        [result] = client.post("/api/articles", json={"url": "file:///etc/passwd"}).json()[
            "results"
        ]
        assert result["outcome"] == "skipped"
        assert "no address that is asked" in result["reason"]


def test_a_server_fetches_nothing_of_its_own_network(site, corpus):
    fetch = Fetcher(max_bytes=10**6, sleep=lambda seconds: None)
    editor = Editor(corpus, corpus.directory, max_bytes=10**6, fetch=fetch)
    [result] = editor.add_link(f"{site.address}/a", quiet)
    assert (result.outcome, site.asked) == ("skipped", [])
    assert "private network" in result.reason


def test_where_nothing_is_fetched_that_is_said(corpus):
    editor = Editor(corpus, corpus.directory, max_bytes=9)
    [result] = editor.add_link("https://a.example/", quiet)
    assert (result.outcome, result.uri) == ("skipped", "https://a.example/")
    assert "no address is fetched here" in result.reason


def test_an_address_that_gives_nothing_does_not_end_the_sample(site, corpus, fake, tmp_path):
    moves = []
    fetch = Fetcher(max_bytes=10**6, allow_private=True, sleep=lambda seconds: None)
    editor = Editor(corpus, tmp_path / "own", moves.append, max_bytes=10**6, fetch=fetch)
    [result] = editor.add_link(f"{site.address}/none", quiet)
    assert (result.outcome, moves, (tmp_path / "own").exists()) == ("skipped", [], False)


def test_what_alerts_found_is_on_the_page_and_in_a_feed(corpus):
    alerts = Alerts(corpus.directory)
    assert library(corpus, {}, Terms())["alerts"] == ""
    match = Match(
        *("rain <b>", "rain.txt", corpus.articles()[0].id, "Rain <i>", None, None, None),
        *("Rain fell.", 0, "2026-05-05T10:00:00+00:00"),
    )
    alerts.record(alerts.add("rain <b>", 0), [match], 1)
    shown = library(corpus, {}, Terms())
    assert shown["unseen"] == 1
    assert f'<a href="#cite-{match.article}">Rain &#60;i&#62;</a>' in shown["alerts"]
    assert "<b>rain &#60;b&#62;</b>" in shown["alerts"]
    assert "found 2026&#45;05&#45;05" in shown["alerts"]
    with served(corpus) as client:
        given = client.get("/alerts.rss")
    assert given.headers["Content-Type"].startswith("application/rss+xml")
    item = ElementTree.fromstring(given.text).find("channel/item")
    assert item.findtext("title") == "rain <b> — Rain <i>"
    assert item.findtext("link").endswith(f"#cite-{match.article}")


def test_the_feed_of_alerts_is_behind_the_password(corpus):
    from tests.ui.serving import PASSWORD
    from ui.server.auth import User, Users

    with served(corpus, Users([User.with_password("ada", PASSWORD)])) as client:
        assert client.get("/alerts.rss").status_code == 401
        assert client.get("/alerts.rss", auth=("ada", PASSWORD)).status_code == 200
