"""Matches of alerts as a feed, and sent to where the settings say."""

import email
import json
import socketserver
import threading
from dataclasses import replace
from datetime import timedelta
from email.policy import default
from xml.etree import ElementTree

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.settings import Settings
from tests.newsite import Given, Site
from ui import alerts as room
from ui.alert_delivery import rss, send
from ui.alerts import Alerts, AlertsUnusable, Match, NoSuchAlert

FROST = Match(
    "frost?", "u", "1", "Frost <b>", "Post", "2026-05-04", "https://p.example/1", "It & froze.", 0,
    "2026-05-05T10:00:00+00:00",
)  # fmt: skip
RAIN = Match("frost?", "v", "2", "Rain", None, None, None, "It rained.", 0, FROST.found)


@pytest.fixture
def alerts(tmp_path):
    alerts = Alerts(tmp_path / "index")
    alerts.record(alerts.add("frost?", 0), [FROST, RAIN], 7)
    return alerts


def test_a_feed_reader_reads_the_feed():
    found = feedparser.parse(rss([FROST, RAIN], "http://127.0.0.1:7860/").encode())
    assert not found.bozo
    assert [entry.title for entry in found.entries] == ["frost? — Frost <b>", "frost? — Rain"]
    assert [entry.link for entry in found.entries] == [
        "https://p.example/1",
        "http://127.0.0.1:7860/#cite-2",
    ]
    assert found.entries[0].summary == "“It & froze.” (Post, 2026-05-04)"
    assert len({entry.id for entry in found.entries}) == 2
    assert found.entries[0].published_parsed[:4] == (2026, 5, 5, 10)


@given(st.text(), st.text())
def test_the_feed_is_xml_whatever_an_article_holds(title, quote):
    match = Match("a", "u", "1", title, quote, None, quote, quote, 0, FROST.found)
    ElementTree.fromstring(rss([match]).encode("utf-8", "replace"))


def test_a_match_is_kept_once_and_told_newest_first(alerts):
    [alert] = alerts.all()
    assert (alert.since, alerts.matched(alert)) == (7, {"u", "v"})
    alerts.record(alert, [FROST], 8)
    assert alerts.matches() == [RAIN, FROST]
    alerts.remove("frost?")
    assert (alerts.all(), alerts.matches()) == ([], [])
    assert alerts.path.stat().st_mode & 0o077 == 0


def test_a_file_that_is_damaged_is_one_sentence(alerts):
    alerts.path.write_bytes(b"garbage" * 100)
    with pytest.raises(AlertsUnusable, match="alerts cannot be kept here"):
        alerts.all()


def test_matches_go_to_a_webhook_once(alerts):
    bodies = []

    def take(request):
        length = int(request.headers["Content-Length"])
        bodies.append(json.loads(request.rfile.read(length)))
        request.send_response(204 if len(bodies) > 1 else 500)
        request.send_header("Content-Length", "0")
        request.end_headers()

    with Site() as site:
        site.paths["/hook"] = Given(writes=take)
        settings = Settings(alert_webhook=f"{site.address}/hook")
        [failed] = send(alerts, settings)
        assert failed.startswith("2 matches of alerts could not be sent by the webhook")
        assert "(it answers 500)" in failed
        assert send(alerts, settings) == []
        assert send(alerts, settings) == []
    assert len(bodies) == 2
    assert [match["uri"] for match in bodies[1]["matches"]] == ["u", "v"]
    assert bodies[1]["text"].splitlines() == [
        "frost? — Frost <b> (Post, 2026-05-04): “It & froze.”",
        "frost? — Rain: “It rained.”",
    ]


class Mailbox(socketserver.StreamRequestHandler):
    """As much of SMTP as a mail needs."""

    def handle(self):
        self.wfile.write(b"220 mail\r\n")
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                lines = iter(self.rfile.readline, b".\r\n")
                self.server.mails.append(b"".join(lines))
            self.wfile.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 fine\r\n")


def test_matches_go_out_as_one_mail(alerts, monkeypatch):
    monkeypatch.setattr("socket.getfqdn", lambda *_: "desk.example")
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Mailbox) as server:
        server.mails = []
        server.daemon_threads, server.block_on_close = True, False
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        url = f"smtp://127.0.0.1:{server.server_address[1]}"
        settings = Settings(alert_mail="desk@paper.example", smtp_url=url)
        assert send(alerts, settings) == []
        assert send(alerts, settings) == []
        server.shutdown()
    [data] = server.mails
    mail = email.message_from_bytes(data, policy=default)
    assert (mail["To"], mail["Subject"]) == ("desk@paper.example", "onrecord: 2 matches")
    assert "frost? — Rain: “It rained.”" in mail.get_content()
    assert "https://p.example/1" in mail.get_content()


def test_mail_without_a_server_says_what_to_set(alerts):
    [failed] = send(alerts, Settings(alert_mail="desk@paper.example"))
    assert "ONRECORD_SMTP_URL" in failed


def test_an_alert_that_was_removed_comes_back_with_what_it_found_if_kept_again_soon(alerts):
    alerts.see()
    removed = alerts.remove("frost?")
    assert (alerts.all(), alerts.matches(), alerts.untold("mailed")) == ([], [], [])
    assert alerts.add("frost?", 9) == removed
    assert alerts.matches() == [replace(RAIN, seen=True), replace(FROST, seen=True)]


def test_one_that_was_removed_long_ago_begins_anew(alerts, monkeypatch):
    alerts.remove("frost?")
    monkeypatch.setattr(room, "UNDONE_WITHIN", timedelta(hours=-1))
    assert alerts.add("frost?", 9).since == 9
    assert alerts.matches() == []


def test_what_was_found_is_new_until_it_is_seen(alerts):
    assert [match.seen for match in alerts.matches()] == [False, False]
    alerts.see()
    hail = replace(RAIN, uri="w", title="Hail")
    alerts.record(alerts.all()[0], [hail], 8)
    assert [match.seen for match in alerts.matches()] == [False, True, True]


def test_each_has_the_alerts_that_they_keep_and_an_admin_those_of_all(tmp_path):
    ada, bob = (Alerts(tmp_path, who, every=False) for who in ("ada", "bob"))
    admin = Alerts(tmp_path, "root")
    of_ada, of_bob = ada.add("frost?", 1), bob.add("frost?", 1)
    ada.record(of_ada, [FROST], 1)
    bob.record(of_bob, [FROST, RAIN], 1)
    assert (ada.all(), bob.all(), admin.all()) == ([of_ada], [of_bob], [of_ada, of_bob])
    assert [m.title for m in ada.matches()] == ["Frost <b>"]
    assert [(m.owner, m.title) for m in admin.matches()] == [
        ("bob", "Rain"), ("bob", "Frost <b>"), ("ada", "Frost <b>"),
    ]  # fmt: skip
    assert (ada.unseen(), bob.unseen(), admin.unseen()) == (1, 2, 0)
    admin.see()
    ada.see()
    assert (ada.unseen(), bob.unseen()) == (0, 2)
    admin.told("mailed", ada.matches())
    assert [m.owner for m in admin.untold("mailed")] == ["bob", "bob"]
    with pytest.raises(NoSuchAlert):
        ada.remove(str(of_bob.pk))
    assert ada.remove("frost?") == of_ada
    assert admin.remove(str(of_bob.pk)) == of_bob
    assert admin.all() == []
