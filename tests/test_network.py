"""The guards of ``conftest.py`` do guard."""

import os
import socket
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path

import numpy as np
import pytest

from index.embed import Embedder
from tests.fakes import FakeEmbedder
from tests.network import NetworkUsed

ROOT = Path(__file__).parents[1]


@pytest.fixture
def run_alone(tmp_path):
    """Runs a test module under these guards in a process of its own, and gives what it printed."""

    def run(code: str) -> str:
        module = tmp_path / "test_alone.py"
        module.write_text(code)
        command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.conftest"]
        command += ["-p", "no:cacheprovider", "-c", os.devnull, f"--rootdir={tmp_path}"]
        done = subprocess.run([*command, str(module)], cwd=ROOT, capture_output=True, text=True)
        return done.stdout + done.stderr

    return run


@pytest.mark.parametrize("method", ["connect", "connect_ex"])
@pytest.mark.parametrize(
    ("family", "host"), [(socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")]
)
def test_a_connection_to_elsewhere_is_refused(refused, method, family, host):
    with (
        socket.socket(family, socket.SOCK_STREAM) as out,
        pytest.raises(NetworkUsed, match=f"{method} to {host}"),
    ):
        getattr(out, method)((host, 80))
    assert refused == [f"{method} to {host}"]
    refused.clear()


def test_a_datagram_to_elsewhere_is_refused(refused):
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out,
        pytest.raises(NetworkUsed, match=r"sendto to 192\.0\.2\.1"),
    ):
        out.sendto(b"a", ("192.0.2.1", 53))
    refused.clear()


@pytest.mark.parametrize(
    "look_up",
    [
        lambda: socket.getaddrinfo("example.org", 443),
        lambda: socket.getaddrinfo(b"example.org", 443),
        lambda: socket.gethostbyname("example.org"),
        lambda: socket.gethostbyname_ex("example.org"),
        lambda: socket.gethostbyaddr("192.0.2.1"),
        lambda: socket.getnameinfo(("192.0.2.1", 80), 0),
        lambda: socket.create_connection(("example.org", 443)),
        lambda: urllib.request.urlopen("http://example.org/"),
    ],
)
def test_a_name_is_not_looked_up(refused, look_up):
    with pytest.raises(NetworkUsed, match=r"tests use no network: get\w+ of .*(example|192)"):
        look_up()
    assert len(refused) == 1
    refused.clear()


def test_what_a_library_swallows_in_a_thread_is_still_told(refused):
    def call_home():
        try:
            socket.create_connection(("telemetry.example", 443))
        except Exception:
            return

    thread = threading.Thread(target=call_home)
    thread.start()
    thread.join()
    assert refused == ["getaddrinfo of telemetry.example"]
    refused.clear()


def test_an_attempt_fails_the_test_that_made_it(run_alone):
    outcome = run_alone(
        "import contextlib, socket\n"
        "def test_it():\n"
        "    with contextlib.suppress(Exception):\n"
        "        socket.create_connection(('telemetry.example', 443))\n"
    )
    assert "1 passed, 1 error" in outcome
    assert "this one wanted: getaddrinfo of telemetry.example" in outcome


def test_what_runs_the_models_keeps_nothing_in_the_home_folder_that_it_could_send(tmp_path):
    code = (
        "from index.embedders import MiniLM; from rag.reading.reader import default_reader\n"
        "MiniLM().encode_query('rain'); default_reader().request('What of the rain?')"
    )
    home = {name: str(tmp_path) for name in ("HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME")}
    told = {k: v for k, v in os.environ.items() if k != "ORT_DISABLE_TELEMETRY"}
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=told | home, check=True)
    assert [*tmp_path.rglob("*")] == []


def test_this_machine_can_be_reached():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        for host in ("127.0.0.1", "localhost"):
            with socket.create_connection((host, port)) as there:
                assert there.getpeername()[1] == port


def test_nothing_of_the_person_who_runs_the_tests_is_seen(workplace):
    home = Path.home()
    assert home.name.startswith("onrecord-home-")
    assert Path(os.environ["HF_HOME"]).parent == home
    assert not [name for name in os.environ if name.startswith("ONRECORD_")]
    assert Path.cwd() == workplace
    assert list(workplace.iterdir()) == []


def test_a_setting_of_the_person_is_taken_away(run_alone, monkeypatch):
    monkeypatch.setenv("ONRECORD_INDEX", "/somewhere")
    outcome = run_alone(
        "import os\ndef test_it():\n    assert 'ONRECORD_INDEX' not in os.environ\n"
    )
    assert "1 passed" in outcome


def test_the_fake_embedder_is_an_embedder_and_near_is_what_shares_words(fake):
    model: Embedder = fake
    assert all(hasattr(model, name) for name in dir(Embedder) if not name.startswith("_"))
    near, far = fake.encode_passages(["rain fell on Bern", "snow in Rome"])
    query = fake.encode_query("Rain, Bern!")
    assert query @ near > 0.5 > query @ far
    assert np.linalg.norm(query) == pytest.approx(1)
    assert fake.count_tokens(["a b", ""]) == [2, 0]
    assert (fake.calls, fake.texts) == (1, ["rain fell on Bern", "snow in Rome"])
    short = FakeEmbedder(window=2)
    assert np.array_equal(short.encode_query("rain fell on Bern"), short.encode_query("rain fell"))
