"""The doors for programs, served by several processes."""

import os
import re
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import psutil
import pytest

from index.build import Builder
from index.readers.source import Source
from tests.index.looking import RAIN, write
from tests.postgres import fresh

SECONDS = 300
ASKED = {"question": "where did rain fall?"}


@contextmanager
def serving(*options, cwd):
    """A server of two processes: a client that opens a connection for each request, and its pid."""
    command = [sys.executable, "-m", "ui.cli", "serve", "--workers", "2", "--port", "0", *options]
    root = str(Path(__file__).parents[2])
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": root, "OMP_NUM_THREADS": "1"},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        said = next(line for line in process.stderr if "onrecord is at" in line)
        threading.Thread(target=process.stderr.read, daemon=True).start()
        address = re.search(r"http://\S+", said)[0]
        limits = httpx.Limits(max_keepalive_connections=0)
        with httpx.Client(
            base_url=address, timeout=SECONDS, trust_env=False, limits=limits
        ) as client:
            client.get("/healthz").raise_for_status()
            yield client, psutil.Process(process.pid)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(SECONDS)
        finally:
            process.kill()


def answering(process):
    """The processes that answer, once there are two."""
    for _ in range(SECONDS * 10):
        with suppress(psutil.Error):  # one has just ended
            found = [
                each for each in process.children() if "spawn_main" in " ".join(each.cmdline())
            ]
            if len(found) == 2:
                return found
        threading.Event().wait(0.1)
    raise AssertionError("there are no two processes that answer")


def by_each(client, process, request):
    """What each of the processes gives, while the other one is stopped."""
    given = []
    for mine in answering(process):
        mine.suspend()
        try:
            while mine.status() != psutil.STATUS_STOPPED:
                threading.Event().wait(0.01)
            given.append(request(client).json())
        finally:
            mine.resume()
    return given


@pytest.fixture(params=["folder", "database"])
def place(request, tmp_path, embedder):
    """An index of one article."""
    where = tmp_path / "index"
    if request.param == "database":
        where = fresh(request.getfixturevalue("postgres"))
    write(tmp_path / "news", {"rain.txt": RAIN})
    Builder(where, embedder).add([Source.at(tmp_path / "news")])
    return where


def test_two_processes_answer_alike_and_see_what_the_other_adds(place, tmp_path):
    with serving("--index", str(place), cwd=tmp_path) as (client, process):
        client.post("/api/ask", json=ASKED).raise_for_status()
        first, second = by_each(client, process, lambda c: c.post("/api/ask", json=ASKED))
        first.pop("timings"), second.pop("timings")
        assert first == second
        assert "Bern" in first["text"]
        assert len(first["claims"]) == 1

        added = {"articles": [{"title": "Pass", "text": "Snow closed the pass above Airolo."}]}
        client.post("/api/articles", json=added).raise_for_status()
        held = by_each(client, process, lambda c: c.get("/api/articles"))
        assert [[a["title"] for a in each["articles"]] for each in held] == [
            ["Pass", "Rain"]
        ] * 2 or ([each["total"] for each in held] == [2, 2])
        snow = by_each(
            client,
            process,
            lambda c: c.post("/api/ask", json={"question": "what closed the pass?"}),
        )
        assert ["Snow closed the pass above Airolo." in each["text"] for each in snow] == [True] * 2

        with ThreadPoolExecutor(8) as many:
            found = list(
                many.map(lambda _: client.post("/api/ask", json=ASKED).status_code, range(40))
            )
        assert found == [200] * 40
        figures = client.get("/metrics").text
        assert 'onrecord_questions_total{door="api"} 45.0' in figures
        assert "onrecord_under_way 0.0" in figures

        dead, other = answering(process)  # one that dies is replaced
        dead.kill()
        dead.wait(SECONDS)
        assert client.post("/api/ask", json=ASKED).status_code == 200
        assert other in answering(process)


def test_what_is_wrong_with_the_index_is_told_once(tmp_path):
    command = ["serve", "--workers", "2", "--port", "0", "--index", "postgresql:///news?host=/none"]
    done = subprocess.run(
        [sys.executable, "-m", "ui.cli", *command],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.count("onrecord: postgresql:///news: the database cannot be used") == 1
    assert "Traceback" not in done.stderr
