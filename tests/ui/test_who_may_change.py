"""Who may ask, who may add and who may remove; and what is noted of each change."""

import getpass
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from index.readers.source import Source
from rag.corpus import Corpus
from rag.settings import Settings
from tests.fakes import FakeEmbedder
from tests.index.looking import RAIN, SNOW, write
from tests.ui.serving import PASSWORD, served
from ui import alert_delivery
from ui import files as changes
from ui.alerts import Alerts, Match
from ui.commands import indexing
from ui.library.adding import Editor
from ui.library.view import READ_ONLY, Terms
from ui.server.auth import BadAuth, User, Users

MB = 2**20
TEXT = {"articles": [{"title": "Pass", "text": "Snow closed the pass above Airolo."}]}
FILES = {"files": ("fog.txt", b"Fog lay over Corran on Monday.")}


@pytest.fixture(scope="module")
def users():
    one = User.with_password("ada", PASSWORD)
    return [replace(one, name=f"{role}-ada", role=role) for role in ("reader", "editor", "admin")]


@pytest.fixture
def served_to(users, tmp_path, fake):
    """What gives a client of one server, signed in as a user with some role."""
    from index.build import Builder

    directory = tmp_path / "index"
    Builder(directory, fake).add([Source.at(write(tmp_path / "news", {"rain.txt": RAIN}))])
    corpus = Corpus(directory, fake, Settings(index=directory))
    editor = Editor(corpus, directory, max_bytes=MB)
    with served(corpus, Users.parse(Users(users).setting), editor=editor) as client:

        def ask(role, method, path, **sent):
            return client.request(method, path, auth=(f"{role}-ada", PASSWORD), **sent)

        yield ask, directory


def noted(directory):
    """The lines of the file, without their times."""
    lines = (directory / changes.FILE).read_text(encoding="utf-8").splitlines()
    return [{k: v for k, v in json.loads(line).items() if k != "at"} for line in lines]


def test_each_role_may_do_what_the_one_before_may_and_more(served_to):
    ask, directory = served_to
    listed = ask("reader", "GET", "/api/articles").json()["articles"]
    (rain,) = [each["id"] for each in listed]
    refused = [
        ask("reader", "POST", "/api/articles", json=TEXT),
        ask("reader", "POST", "/api/articles?least=reader", json=TEXT),
        ask("reader", "POST", "/api/files", files=FILES),
        ask("reader", "DELETE", "/api/articles", params={"id": rain}),
        ask("editor", "DELETE", "/api/articles", params={"id": rain}),
    ]
    assert [answer.status_code for answer in refused] == [403] * 5
    assert [answer.json()["error"] for answer in refused] == [
        "reader-ada is reader here, and adds nothing; ask somebody who is editor",
        "reader-ada is reader here, and adds nothing; ask somebody who is editor",
        "reader-ada is reader here, and adds nothing; ask somebody who is editor",
        "reader-ada is reader here, and removes nothing; ask somebody who is admin",
        "editor-ada is editor here, and removes nothing; ask somebody who is admin",
    ]
    assert ask("reader", "GET", "/api/articles").json()["total"] == 1
    assert not (directory / changes.FILE).exists()

    assert ask("editor", "POST", "/api/articles", json=TEXT).status_code == 200
    assert ask("editor", "POST", "/api/files", files=FILES).status_code == 200
    assert ask("admin", "POST", "/api/articles", json=TEXT).status_code == 200  # nothing new
    assert ask("admin", "DELETE", "/api/articles", params={"id": rain}).status_code == 200
    asked = ask("reader", "POST", "/api/ask", json={"question": "what closed the pass?"})
    assert asked.status_code == 200
    assert noted(directory) == [
        {"who": "editor-ada", "added": ["pasted/pass.txt"]},
        {"who": "editor-ada", "added": ["upload/fog.txt"]},
        {"who": "admin-ada", "removed": ["rain.txt"]},
    ]


def test_editors_keep_alerts_and_readers_none(served_to):
    ask, directory = served_to
    refused = [
        ask("reader", "POST", "/api/alerts", json={"text": "snow?"}),
        ask("reader", "POST", "/api/alerts/seen"),
        ask("reader", "DELETE", "/api/alerts/1"),
        ask("reader", "POST", "/api/alerts/1"),
    ]
    assert [answer.status_code for answer in refused] == [403] * 4
    assert ask("editor", "POST", "/api/alerts", json={"text": " snow? "}).json()["number"] == 1
    assert ask("editor", "POST", "/api/articles", json=TEXT).status_code == 200
    alert_delivery.ask_new(Settings(index=directory), Corpus(directory, FakeEmbedder(), Settings()))
    told = ask("editor", "GET", "/api/alerts").json()
    assert [each["text"] for each in told["alerts"]] == ["snow?"]
    assert [(m["alert"], m["title"], m["seen"]) for m in told["matches"]] == [
        ("snow?", "Pass", False)
    ]
    assert ask("editor", "POST", "/api/alerts/seen").status_code == 204
    assert ask("editor", "GET", "/api/alerts").json()["matches"][0]["seen"] is True
    assert ask("editor", "DELETE", "/api/alerts/1").json()["text"] == "snow?"
    gone = ask("editor", "DELETE", "/api/alerts/1")
    assert (gone.status_code, gone.json()["error"][:16]) == (404, "1: there is no a")
    assert ask("editor", "GET", "/api/alerts").json() == {"alerts": [], "matches": []}


def test_what_cannot_be_looked_for_makes_no_alert(served_to):
    ask, _ = served_to
    answer = ask("admin", "POST", "/api/alerts", json={"text": "of the"})
    assert answer.status_code == 400
    assert "holds only words like" in answer.json()["error"]


def test_an_entry_without_a_role_is_an_admin(users):
    plain = replace(users[2], name="bea")
    assert plain.entry.count(":") == 4
    known = Users.parse(f"{plain.entry},{users[0].entry}")
    assert (known.role("bea"), known.role("reader-ada")) == ("admin", "reader")
    with pytest.raises(BadAuth, match=r"entry 1 is not NAME:scrypt:COST:SALT:HASH\[:ROLE\]"):
        Users.parse(f"{plain.entry}:owner")


def test_what_commands_change_is_noted_too(tmp_path, monkeypatch):
    monkeypatch.setattr(getpass, "getuser", lambda: "bea")
    news = write(tmp_path / "news", {"rain.txt": RAIN})
    settings = Settings(index=tmp_path / "index")
    indexing.add(settings, [str(news)])
    indexing.add(settings, [str(news)])
    write(news, {"rain.txt": SNOW})
    indexing.add(settings, [str(news)])
    indexing.remove(settings, ["rain.txt"])
    assert noted(settings.index) == [
        {"who": "bea", what: ["rain.txt"]} for what in ("added", "changed", "removed")
    ]


def test_many_note_at_once_and_no_line_is_lost(tmp_path):
    uris = [f"{number}.txt" for number in range(200)]
    with ThreadPoolExecutor(8) as many:
        list(many.map(lambda uri: changes.note(tmp_path, "ada", {"added": [uri]}), uris))
    assert sorted(line["added"][0] for line in noted(tmp_path)) == sorted(uris)


def test_a_change_that_cannot_be_noted_stays(tmp_path, caplog):
    (tmp_path / changes.FILE).mkdir()
    changes.note(tmp_path, "ada", {"added": ["a.txt"]})
    assert "a change by ada could not be noted" in caplog.text


def test_an_alert_is_its_makers_and_an_admins(served_to):
    ask, directory = served_to
    kept = ask("editor", "POST", "/api/alerts", json={"text": "frost"}).json()
    assert kept["owner"] == "editor-ada"
    match = Match(
        "frost", "u", "1", "Frost in Corran", None, None, None, "It froze.", 0, "2026-05-05"
    )
    alerts = Alerts(directory)
    alerts.record(alerts.all()[0], [replace(match, found="2026-05-05T10:00:00+00:00")], 1)

    def seen_by(role):
        told = ask(role, "GET", "/api/alerts").json()
        titles = [each["title"] for each in told["matches"]]
        return (
            len(told["alerts"]),
            titles,
            "Frost in Corran" in ask(role, "GET", "/alerts.rss").text,
        )

    assert seen_by("reader") == (0, [], False)
    assert seen_by("editor") == seen_by("admin") == (1, ["Frost in Corran"], True)
    assert ask("admin", "POST", "/api/alerts/seen").status_code == 204
    assert alerts.matches()[0].seen is False
    mine = ask("admin", "POST", "/api/alerts", json={"text": "frost"}).json()
    assert seen_by("editor")[0] == 1
    refused = ask("editor", "DELETE", f"/api/alerts/{mine['number']}")
    assert refused.status_code == 404
    assert ask("admin", "DELETE", f"/api/alerts/{kept['number']}").json() == kept
    assert ask("admin", "POST", f"/api/alerts/{kept['number']}").json() == kept
    assert ask("admin", "POST", f"/api/alerts/{kept['number']}").status_code == 404
    assert ask("admin", "DELETE", f"/api/alerts/{mine['number']}").json() == mine
    refused = ask("editor", "POST", f"/api/alerts/{mine['number']}")
    assert refused.status_code == 404
    assert "was removed within the hour" in refused.json()["error"]
    assert ask("admin", "POST", f"/api/alerts/{mine['number']}").json() == mine
    assert ask("editor", "DELETE", f"/api/alerts/{kept['number']}").json() == kept
    assert seen_by("editor") == (0, [], False)


def test_the_page_offers_a_role_what_the_server_lets_it_do():
    terms = Terms(add=True, remove=True, said="Shared.", megabytes=1)
    assert terms.within("reader") == READ_ONLY
    assert terms.within("editor") == replace(terms, remove=False)
    assert terms.within("admin") == terms
