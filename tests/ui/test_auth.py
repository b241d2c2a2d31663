"""The password: how it is kept, asked for and wanted, at every door."""

from __future__ import annotations

import base64
import io

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from rag.settings import Settings
from tests.ui.serving import PASSWORD, SECONDS, ScriptedCorpus, growing, served
from ui.cli import app
from ui.page.app import build_app, launch
from ui.server import auth as auth_module
from ui.server.api import build_api
from ui.server.auth import BadAuth, User, Users, admitted, is_loopback
from ui.server.process import CannotServe
from ui.server.server import Server

ADA = User.with_password("ada", PASSWORD)
GRACE = User.with_password("grace", "nanoseconds")
DOORS = [
    ("GET", "/api/articles"),
    ("POST", "/api/ask"),
    ("GET", "/api/openapi.json"),
    ("GET", "/v1/models"),
    ("POST", "/v1/chat/completions"),
    ("POST", "/mcp"),
    ("GET", "/metrics"),
    ("GET", "/api/nothing"),
]


@pytest.fixture(scope="module")
def guarded():
    corpus = ScriptedCorpus(answers=growing())
    corpus.released.set()
    with served(corpus, Users([ADA, GRACE])) as client:
        yield client


def bearer(password):
    return {"Authorization": f"Bearer {password}"}


# How it is kept


def test_the_setting_holds_no_password_and_lets_it_in():
    assert PASSWORD not in ADA.entry
    users = Users.parse(f"{ADA.entry}, {GRACE.entry}")
    assert users.check("ada", PASSWORD) == "ada"
    assert users.check(None, "nanoseconds") == "grace"
    assert users.check("grace", PASSWORD) is None
    assert users.check("nobody", PASSWORD) is None
    assert users.check(None, "") is None


def test_the_same_password_is_kept_in_another_way_each_time():
    assert User.with_password("ada", PASSWORD).entry != ADA.entry


def test_what_was_right_is_remembered_and_what_was_wrong_is_not(monkeypatch):
    users = Users([ADA])
    assert users.remembered("ada", PASSWORD) is None
    users.check("ada", PASSWORD)
    users.check("ada", "wrong horse")
    monkeypatch.setattr(auth_module, "_scrypt", None)
    assert users.check("ada", PASSWORD) == users.remembered("ada", PASSWORD) == "ada"
    assert users.remembered("ada", "wrong horse") is None
    assert users.remembered(None, PASSWORD) is None
    assert users.remembered("grace", PASSWORD) is None
    assert PASSWORD.encode() not in b"".join(users._right)


@given(st.text().filter(lambda text: text.replace(",", "").strip()))
def test_a_setting_that_is_none_is_one_sentence(setting):
    with pytest.raises(BadAuth, match=r"HASH\[:ROLE\]; onrecord chat --auth"):
        Users.parse(setting)


def test_the_sentence_on_a_bad_setting_does_not_show_it():
    with pytest.raises(BadAuth, match=r"^setting auth: entry 2 is not ") as told:
        Users.parse(f"{ADA.entry},grace:nanoseconds")
    assert "nanoseconds" not in str(told.value)


@pytest.mark.parametrize("name", ["", "a b", "a:b", "a,b", "a\n", "x" * 65])
def test_a_name_that_cannot_be_used(name):
    with pytest.raises(BadAuth, match="a user's name has 1 to 64 characters"):
        User.with_password(name, PASSWORD)


def test_a_password_that_is_too_short():
    with pytest.raises(BadAuth, match="too short; give it 8 characters"):
        User.with_password("ada", "horse")


# Who has to have one


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.9", "localhost", "LOCALHOST", "::1", "[::1]"]
)
def test_this_machine_needs_no_password(host):
    assert is_loopback(host)
    assert not admitted(Settings(host=host))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "news.example", ""])
def test_other_machines_do(host):
    with pytest.raises(BadAuth, match="--auth NAME to set one, or --no-auth to let everyone in"):
        admitted(Settings(host=host))
    assert not admitted(Settings(host=host), no_auth=True)
    assert admitted(Settings(host=host, auth=ADA.entry)).check("ada", PASSWORD) == "ada"


def test_no_auth_passes_over_the_setting():
    assert not admitted(Settings(auth=ADA.entry), no_auth=True)


def test_a_password_is_asked_for_and_the_line_for_next_time_is_shown(monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))
    users = admitted(Settings(host="0.0.0.0", auth=GRACE.entry), "ada")
    assert users.check("ada", PASSWORD) == "ada"
    assert users.check("grace", "nanoseconds") is None
    out, err = capsys.readouterr()
    assert (out, PASSWORD in err) == ("", False)
    line = err.splitlines()[-1]
    entry = line.removeprefix('auth = "').removesuffix('"')
    assert Users.parse(entry).check("ada", PASSWORD) == "ada"


def test_the_command_refuses_to_share_without_a_word(workplace):
    result = CliRunner().invoke(app, ["chat", "--sample", "--host", "0.0.0.0"])
    assert isinstance(result.exception, BadAuth)
    both = CliRunner().invoke(app, ["chat", "--auth", "ada", "--no-auth"])
    assert both.exit_code == 2
    assert "opposites" in both.output


# At the doors


@pytest.mark.parametrize(("method", "path"), DOORS)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        bearer("wrong horse"),
        {"Authorization": "Bearer"},
        {"Authorization": "Basic"},
        {"Authorization": "Basic !!!"},
        {"Authorization": "Basic " + base64.b64encode(b"\xff:\xff").decode()},
        {"Authorization": "Basic " + base64.b64encode(b"ada").decode()},
        {"Authorization": "Basic " + base64.b64encode(f"grace:{PASSWORD}".encode()).decode()},
        {"Authorization": f"Digest {PASSWORD}"},
        {"Cookie": f"password={PASSWORD}"},
    ],
)
def test_without_the_password_there_is_nothing(guarded, method, path, headers):
    response = guarded.request(method, path, json={"question": "q"}, headers=headers)
    assert response.status_code == 401
    assert response.headers["www-authenticate"].startswith('Basic realm="onrecord"')
    said = response.json()["error"]
    assert (said["message"] if path.startswith("/v1/") else said).startswith("give your name")
    assert "nosniff" in response.headers["x-content-type-options"]


def test_health_needs_no_password(guarded):
    assert guarded.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    "how",
    [
        {"auth": ("ada", PASSWORD)},
        {"auth": ("grace", "nanoseconds")},
        {"headers": bearer(PASSWORD)},
        {"headers": bearer("nanoseconds")},
    ],
)
def test_the_password_opens_every_door(guarded, how):
    assert guarded.post("/api/ask", json={"question": "q"}, **how).json()["answered"]
    assert guarded.get("/v1/models", **how).json()["data"][0]["id"] == "onrecord"
    assert guarded.get("/metrics", **how).status_code == 200
    assert guarded.get("/api/nothing", **how).status_code == 404


def test_another_site_cannot_use_the_password_of_the_browser(guarded):
    response = guarded.post(
        "/api/ask",
        json={"question": "q"},
        auth=("ada", PASSWORD),
        headers={"Origin": "https://evil.example"},
    )
    assert response.status_code == 403


def test_behind_a_password_any_name_will_do(guarded):
    response = guarded.get("/v1/models", auth=("ada", PASSWORD), headers={"Host": "news.example"})
    assert response.status_code == 200


def test_who_guesses_is_told_when_to_come_again_and_who_knows_gets_in(monkeypatch):
    monkeypatch.setattr(auth_module.Attempts.__init__, "__defaults__", (lambda: 1000.0,))
    users = Users([ADA, GRACE])
    with served(ScriptedCorpus(), users) as client:
        assert client.get("/v1/models", auth=("grace", "nanoseconds")).status_code == 200
        guesses = [client.get("/api/articles", auth=("ada", f"guess {n}")) for n in range(6)]
        assert [each.status_code for each in guesses] == [401] * 5 + [429]
        assert guesses[-1].headers["retry-after"] == "1"
        said = "too many wrong passwords; give the same name and password again in 1 seconds"
        assert guesses[-1].json() == {"error": said}
        assert client.get("/v1/models", auth=("grace", "nanoseconds")).status_code == 200


def test_the_page_wants_the_same_password(sample_corpus):
    page = build_app(sample_corpus)
    address = launch(page, port=0, programs=build_api(sample_corpus, Users([ADA])))
    try:
        with httpx.Client(base_url=address, timeout=SECONDS, trust_env=False) as client:
            for path in ("/", "/config", "/gradio_api/info", "/theme.css", "/login"):
                assert client.get(path).status_code == 401
            joined = client.post("/gradio_api/queue/join", json={})
            assert joined.status_code == 401
            client.auth = ("ada", PASSWORD)
            assert client.get("/").headers["content-type"].startswith("text/html")
            assert client.get("/theme.css").status_code == 200
    finally:
        page.close()


def test_a_port_that_is_taken_is_one_sentence():
    with served(ScriptedCorpus()) as client:
        port = client.base_url.port
        with pytest.raises(
            CannotServe, match=rf"^127\.0\.0\.1, port {port}: address already in use"
        ):
            Server(build_api(ScriptedCorpus()), "127.0.0.1", port)
