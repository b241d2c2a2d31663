"""A server that is sent half of what it waits for, or more connections than it can have."""

from __future__ import annotations

import contextlib
import logging
import resource
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest

from tests.running import run
from tests.ui.serving import SECONDS, ScriptedCorpus, growing
from ui.server.api import build_api
from ui.server.connection import Connection, Limits
from ui.server.process import CannotServe, OneLineFormatter
from ui.server.server import Forwarded, Server

ROOT = Path(__file__).parents[2]
HEAD = b"POST /api/ask HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
BODY = b'{"question": "q"}'


def waiting(limits, *owed):
    """The connections of which these parts of a request are owed, once there are just these."""
    for _ in range(100 * SECONDS):
        found = list(limits.waiting)
        if [each.owed for each in found] == [*owed]:
            return found
        threading.Event().wait(0.01)
    raise AssertionError(f"these did not come: {owed}")


def later(connection, seconds):
    """Has so much time pass for the server of a connection, at once."""
    loop = connection.loop
    now = loop.time
    loop.call_soon_threadsafe(setattr, loop, "time", lambda: now() + seconds)


@contextlib.contextmanager
def serving(**limits):
    corpus = ScriptedCorpus(answers=growing())
    corpus.released.set()
    shared = Limits(**limits)
    server = Server(build_api(corpus), "127.0.0.1", 0, limits=shared)
    port = int(server.address.rsplit(":", 1)[1].strip("/"))
    try:
        yield port, shared
    finally:
        server.close()


def connected(port):
    return socket.create_connection(("127.0.0.1", port), timeout=SECONDS)


def reached(port):
    """Whether the server answers."""
    return httpx.get(
        f"http://127.0.0.1:{port}/healthz", timeout=SECONDS, trust_env=False
    ).is_success


def rest(connection):
    """All that comes until the server ends the connection."""
    said = b""
    with contextlib.suppress(ConnectionResetError):
        while more := connection.recv(65536):
            said += more
    return said


@pytest.mark.parametrize(
    ("half", "owed"),
    [
        (b"", "head"),
        (b"GET /he", "head"),
        (b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n", "head"),
        (HEAD + b"Content-Length: 17\r\n\r\n", "body"),
        (HEAD + b"Content-Length: 17\r\n\r\n" + BODY[:9], "body"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n9\r\n" + BODY[:9] + b"\r\n", "body"),
        (b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nGET /he", "head"),
    ],
)
def test_a_request_that_is_never_whole_ends(half, owed, caplog):
    with serving() as (port, limits), connected(port) as connection:
        connection.sendall(half)
        whole = half.count(b"\r\n\r\nGET")
        said = connection.recv(65536) if whole else b""
        later(*waiting(limits, owed), limits.head)
        said += rest(connection)
        assert reached(port)
    assert said.count(b"HTTP/1.1 408 Request Timeout") == 1
    assert said.count(b"HTTP/1.1 200 OK") == whole
    assert [record for record in caplog.records if record.levelno > logging.WARNING] == []


def test_a_connection_may_rest_between_requests_for_longer_than_clients_keep_theirs(caplog):
    def healthy():
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        said = b""
        while not said.endswith(b"}"):
            said += connection.recv(65536)
        return said.startswith(b"HTTP/1.1 200 OK")

    with serving() as (port, limits), connected(port) as connection:
        assert healthy()
        later(*waiting(limits, "idle"), 65)
        assert healthy()
        later(*waiting(limits, "idle"), 80)
        assert rest(connection) == b""
    assert caplog.records == []


def test_a_body_that_keeps_coming_is_waited_for():
    """It takes longer than the first limit, which what has come already draws out."""
    body = BODY.ljust(4000)
    with serving(body=SECONDS, rate=1.0) as (port, limits), connected(port) as connection:
        connection.sendall(HEAD + b"Content-Length: 4000\r\n\r\n" + body[:3000])
        waiting(limits, "body")
        with connected(port) as other:  # whose time passes meanwhile
            other.sendall(HEAD + b"Content-Length: 17\r\n\r\n")
            later(waiting(limits, "body", "body")[0], SECONDS + 1000)
            assert b"408" in rest(other)
        connection.sendall(body[3000:])
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 OK")


def test_the_oldest_that_says_nothing_gives_way(caplog):
    with serving(most=4) as (port, limits), contextlib.ExitStack() as stack:
        silent = [stack.enter_context(connected(port)) for _ in range(4)]
        for connection in silent:
            connection.sendall(b"GET /he")
        assert reached(port)
        assert rest(silent[0]) == b""
        assert [each.args for each in caplog.records] == [(4,)]
        assert set(map(type, limits.waiting)) == {Connection}


def test_who_has_the_most_that_are_not_whole_gives_way():
    limits = Limits()

    class Waiting:
        def __init__(self, name, address, owed):
            self.name, self.address, self.owed = name, address, owed

    assert limits.giving_way() is None
    for each in [("a", "one", "head"), ("b", "two", "body"), ("c", "two", "head")]:
        limits.waiting[Waiting(*each)] = None
    assert limits.giving_way().name == "c"
    limits.waiting.pop(limits.giving_way())
    limits.waiting[Waiting("d", "two", "body")] = None
    assert limits.giving_way().name == "b"
    limits.waiting[Waiting("e", "two", "idle")] = None
    assert limits.giving_way().name == "e"


def test_where_all_are_at_work_another_is_refused():
    corpus = ScriptedCorpus(answers=growing())
    server = Server(build_api(corpus), "127.0.0.1", 0, limits=Limits(most=1))
    port = int(server.address.rsplit(":", 1)[1].strip("/"))
    try:
        with connected(port) as asking:
            asking.sendall(HEAD + b"Content-Length: 17\r\n\r\n" + BODY)
            assert corpus.started.wait(SECONDS)
            with connected(port) as another:
                assert rest(another).startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
            corpus.released.set()
            assert asking.recv(65536).startswith(b"HTTP/1.1 200 OK")
    finally:
        server.close()


FEW = """
import resource, sys
resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))
from tests.ui.serving import ScriptedCorpus, growing
from ui.server.api import build_api
from ui.server.server import Server
corpus = ScriptedCorpus(answers=growing())
corpus.released.set()
server = Server(build_api(corpus), "127.0.0.1", 0)
print(server.address, flush=True)
sys.stdin.readline()
"""


def test_a_server_that_runs_out_of_descriptors_recovers():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < 1000:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(1000, hard), hard))
    started = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-c", FEW],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        address = process.stdout.readline().strip()
        port = int(address.rsplit(":", 1)[1].strip("/"))
        with httpx.Client(base_url=address, timeout=SECONDS, trust_env=False) as client:
            with contextlib.ExitStack() as stack:
                for _ in range(330):
                    connection = stack.enter_context(connected(port))
                    with contextlib.suppress(OSError):  # it may have been refused by now
                        connection.sendall(HEAD + b"Content-Length: 17\r\n\r\n")
                assert client.get("/healthz").status_code == 200
            answer = client.post("/api/ask", json={"question": "q"})
            assert answer.json()["answered"]
    finally:
        _, said = process.communicate("\n", timeout=SECONDS)
    assert "Traceback" not in said
    minutes = 1 + (time.monotonic() - started) // 60  # in each 20 lines, and how many more
    assert len(said.splitlines()) <= 25 * minutes


def test_a_server_that_cannot_go_on_says_so(monkeypatch, caplog):
    import uvicorn

    async def fails(self):
        raise RuntimeError("out of something")

    monkeypatch.setattr(uvicorn.Server, "main_loop", fails)
    server = Server(build_api(ScriptedCorpus()), "127.0.0.1", 0)
    with pytest.raises(CannotServe, match=r"^the server ended; what is above says why$"):
        server.wait()
    assert caplog.records[-1].getMessage() == "the server failed"


# What a proxy says


def told(peer, headers, proxies=""):
    """The scope that an app gets of a request."""

    got = []

    async def app(scope, receive, send):
        got.append(scope)

    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "client": (peer, 1), "scheme": "http", "headers": raw}
    run(Forwarded(app, proxies)(scope, None, None))
    return got[0]


SAID = {
    "Host": "a",
    "X-Forwarded-Host": "news.example",
    "X-Forwarded-For": "203.0.113.5",
    "X-Forwarded-Proto": "https",
    "Forwarded": "host=news.example",
}


@pytest.mark.parametrize(
    ("peer", "proxies"),
    [("127.0.0.1", ""), ("::1", ""), ("192.0.2.7", "192.0.2.7"), ("10.1.2.3", "::1, 10.0.0.0/8")],
)
def test_a_proxy_that_is_known_is_believed(peer, proxies):
    scope = told(peer, SAID, proxies)
    assert (scope["client"][0], scope["scheme"]) == ("203.0.113.5", "https")
    assert (b"x-forwarded-host", b"news.example") in scope["headers"]


@pytest.mark.parametrize(("peer", "proxies"), [("192.0.2.7", ""), ("192.0.2.7", "192.0.2.8")])
def test_anyone_else_is_not(peer, proxies):
    scope = told(peer, SAID, proxies)
    assert (scope["client"][0], scope["scheme"]) == (peer, "http")
    assert scope["headers"] == [(b"host", b"a")]


def test_who_leaves_in_the_middle_of_a_request_leaves_no_traceback(caplog):
    kind = b"Content-Type: multipart/form-data; boundary=x\r\n"
    with serving() as (port, _):
        for path in (b"/mcp", b"/api/ask", b"/api/files", b"/v1/chat/completions"):
            with connected(port) as connection:
                head = HEAD.replace(b"/api/ask", path)
                connection.sendall(head + kind + b"Content-Length: 90\r\n\r\n--x\r\n")
        assert reached(port)
    assert caplog.records == []  # the server, now closed, had them all come to an end


def test_what_a_library_caught_is_one_line_and_a_fault_of_ours_is_told_whole():
    form = OneLineFormatter("%(levelname)s %(name)s: %(message)s")
    said = {}
    for name in ("mcp.server.x", "asyncio", "ui.page.chat"):
        try:
            raise ExceptionGroup("some", [OSError(24, "Too many\nopen files")])
        except ExceptionGroup:
            about = (logging.ERROR, "/a.py", 1, "it failed\n<socket>", (), sys.exc_info())
            said[name] = form.format(logging.LogRecord(name, *about))
    one = "it failed: OSError: [Errno 24] Too many open files"
    assert said["mcp.server.x"] == f"ERROR mcp.server.x: {one}"
    assert said["asyncio"] == f"ERROR asyncio: {one}"
    assert "Traceback" in said["ui.page.chat"]
