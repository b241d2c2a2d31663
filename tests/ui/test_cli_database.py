"""The commands over an index in PostgreSQL."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from typer.testing import CliRunner

from tests.index.looking import RAIN, SNOW, write
from tests.postgres import fresh
from ui.cli import app
from ui.conversation_store.database import FILE as CHATS

ROOT = Path(__file__).parents[2]
SECONDS = 120


@pytest.fixture
def place(postgres, workplace):
    """Where no index is yet; the working folder is one of its own."""
    return fresh(postgres)


def run(place, *words, status=0):
    """What a command prints on standard output."""
    done = CliRunner().invoke(app, [words[0], "--index", place, *words[1:]])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == status, done.output
    return done.stdout


def test_every_command_takes_it(place, workplace):
    write(workplace / "news", {"rain.txt": RAIN, "snow.txt": SNOW})
    assert json.loads(run(place, "add", "news", "--json"))["added"] == 2
    assert json.loads(run(place, "add", "news", "--json"))["unchanged"] == 2
    listed = json.loads(run(place, "articles", "--json"))
    assert [each["uri"] for each in listed] == ["rain.txt", "snow.txt"]
    answer = json.loads(run(place, "ask", "where did rain fall?", "--json"))
    assert (answer["answered"], answer["citations"][0]["key"]) == (True, "rain")
    found = json.loads(run(place, "search", "the pass above Airolo", "--json"))
    assert (found if isinstance(found, list) else found["passages"])[0]["key"] == "snow"
    assert json.loads(run(place, "check", "--json"))["ok"]
    assert run(place, "check", "--repair").endswith(": whole\n")
    run(place, "alert", "add", "rain in Bern")
    write(workplace / "news", {"more.txt": "More rain fell in Bern on Tuesday."})
    assert "More rain" in run(place, "add", "news") + run(place, "alert", "matches")
    assert json.loads(run(place, "remove", "snow.txt", "--json"))["removed"] == 1
    run(place, "export", "out.jsonl")
    lines = (workplace / "out.jsonl").read_text(encoding="utf-8").splitlines()
    assert sorted(json.loads(line)["_id"] for line in lines) == ["more", "rain"]
    (beside,) = (workplace / ".onrecord").iterdir()
    assert {path.name for path in beside.iterdir()} >= {"alerts.sqlite3", "changes.jsonl"}


def test_an_empty_database_is_told_with_the_remedy(place):
    from index.errors import IndexMissing

    for words in (["ask", "where did rain fall?"], ["remove", "x"]):
        with pytest.raises(
            IndexMissing, match=r"add\s+SOURCE --index postgresql:///postgres\?sche"
        ):
            run(place, *words)


def test_the_page_is_served_over_it_and_keeps_its_chats_beside(place, workplace):
    write(workplace / "news", {"rain.txt": RAIN})
    run(place, "add", "news")
    process = subprocess.Popen(
        [sys.executable, "-m", "ui.cli", "chat", "--port", "0", "--index", place],
        cwd=workplace,
        env=os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        said = next(line for line in process.stderr if "onrecord is at" in line)
        address = re.search(r"http://\S+", said)[0]
        with httpx.Client(base_url=address, timeout=SECONDS, trust_env=False) as client:
            assert client.get("/healthz").json() == {"status": "ok"}
            assert client.get("/").status_code == 200
            asked = client.post("/api/ask", json={"question": "where did rain fall?"}).json()
            assert asked["answered"]
        (beside,) = (workplace / ".onrecord").iterdir()
        assert (beside / CHATS).is_file()
    finally:
        process.kill()
        process.wait(SECONDS)
        process.stderr.close()


def test_another_machine_encodes_what_waits_until_it_is_stopped(place, workplace, monkeypatch):
    from index.engine import engine_at
    from index.errors import OnRecordError
    from index.postgres import waiting

    with pytest.raises(OnRecordError, match=r"^index: .* on its own machine; see add --workers"):
        run("index", "work")
    write(workplace / "news", {"rain.txt": RAIN})
    run(place, "add", "news")
    ledger = engine_at(place).open()
    waiting.put(ledger, {"first": "Rain fell in Bern.", "second": "Snow fell in Airolo."})
    idle = iter(["once", "twice"])  # it ends when this ends
    monkeypatch.setattr(waiting, "time", SimpleNamespace(sleep=lambda _: next(idle)))
    with pytest.raises(StopIteration):
        run(place, "work")
    with ledger.read():
        assert ledger.known_encodings(["first", "second"]) == {"first", "second"}
        assert not ledger.database.execute("SELECT FROM waiting").fetchall()
