"""What the page's server holds belongs to who signed in, and only what the page uses is open."""

from __future__ import annotations

import json
import logging

import httpx
import pytest

from tests.ui.fake_corpus import FakeCorpus
from tests.ui.serving import PASSWORD, SECONDS
from ui.page.app import _gradio, build_app, launch
from ui.server.api import build_api
from ui.server.auth import User, Users
from ui.server.process import OneLineFormatter

ADA = ("ada", PASSWORD)
GRACE = ("grace", "nanoseconds")
SESSION = "0123abc"


@pytest.fixture(scope="module")
def page():
    """The address of a page that remembers what it was told; its functions by their order.

    0 remembers, 1 tells what it remembers, and waits in the queue meanwhile; 2 takes "a" or "b".
    """
    gr = _gradio()
    with gr.Blocks(analytics_enabled=False) as blocks:
        held, box, button = gr.State(""), gr.Textbox(), gr.Button()
        choice = gr.Dropdown(["a", "b"])
        box.submit(lambda text: text, box, held, api_name="remember")
        button.click(lambda text: text, held, box, api_name="tell")
        choice.change(lambda text: text, choice, box, api_name="choose")
    blocks.queue()
    users = Users([User.with_password(*ADA), User.with_password(*GRACE)])
    address = launch(blocks, port=0, programs=build_api(FakeCorpus(), users))
    yield address
    blocks.close()


def signed_in(address, who):
    return httpx.Client(base_url=address, timeout=SECONDS, trust_env=False, auth=who)


def join(client, function, data, session=SESSION):
    body = {"data": data, "fn_index": function, "session_hash": session}
    return client.post("/gradio_api/queue/join", json=body)


def heard(client, session=SESSION):
    """What the stream of events says until it has something to tell, or says that it has not."""
    query = {"session_hash": session}
    with client.stream("GET", "/gradio_api/queue/data", params=query) as response:
        for line in response.iter_lines():
            message = json.loads(line.removeprefix("data: ")) if line else {"msg": ""}
            if message["msg"] in ("process_completed", "unexpected_error"):
                return message
    return None


def test_another_users_session_gives_nothing_of_it(page):
    with signed_in(page, ADA) as ada, signed_in(page, GRACE) as grace:
        join(ada, 0, ["a secret of ada's"]).raise_for_status()
        assert heard(ada)["msg"] == "process_completed"
        for_ada = join(ada, 1, [None])
        assert for_ada.status_code == 200
        # What ada waits for is not heard by grace, who knows the session's name ...
        assert heard(grace)["session_not_found"]
        # ... nor is what ada's page holds.
        join(grace, 1, [None]).raise_for_status()
        assert heard(grace)["output"]["data"] == [""]
        assert heard(ada)["output"]["data"] == ["a secret of ada's"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/gradio_api/deep_link?session_hash=0123abc"),
        ("POST", "/gradio_api/run/tell"),
        ("POST", "/gradio_api/api/tell"),
        ("POST", "/gradio_api/call/tell"),
        ("POST", "/gradio_api/call/v2/tell"),
        ("GET", "/gradio_api/call/tell/0123abc"),
        ("POST", "/gradio_api/queue/join/"),
        ("GET", "/gradio_api/queue/status"),
        ("POST", "/gradio_api/upload"),
        ("GET", "/gradio_api/file=/etc/passwd"),
        ("GET", "/gradio_api/proxy=http://127.0.0.1/"),
        ("POST", "/gradio_api/stream/0123abc"),
        ("GET", "/gradio_api/info"),
        ("GET", "/config"),
        ("POST", "/login"),
        ("GET", "/monitoring"),
        ("POST", "/gradio_api/vibe-edit"),
        ("PUT", "/"),
    ],
)
def test_what_the_page_does_not_use_is_not_there(page, method, path):
    with signed_in(page, ADA) as ada:
        body = {"data": [None], "session_hash": SESSION}
        response = ada.request(method, path, json=body if method == "POST" else None)
    assert (response.status_code, response.json()) == (404, {"error": "there is nothing here"})


@pytest.mark.parametrize(
    "body",
    [
        {"data": [], "fn_index": 99, "session_hash": SESSION},
        {"data": [], "fn_index": -1, "session_hash": SESSION},
        {"data": [], "fn_index": True, "session_hash": SESSION},
        {"data": [], "fn_index": "0", "session_hash": SESSION},
        {"data": [1, 2, 3], "fn_index": 0, "session_hash": SESSION},
        {"data": "x", "fn_index": 0, "session_hash": SESSION},
        {"data": [{"a": "x"}], "fn_index": 0, "session_hash": SESSION},
        {"data": [["x"]], "fn_index": 0, "session_hash": SESSION},
        {"data": [7], "fn_index": 2, "session_hash": SESSION},
        {"data": ["x"], "fn_index": 0},
        {"data": ["x"], "fn_index": 0, "session_hash": None},
        {"data": ["x"], "fn_index": 0, "session_hash": "a/../b"},
        ["no", "object"],
    ],
)
def test_what_no_page_sends_is_one_sentence(page, body, capfd):
    with signed_in(page, ADA) as ada:
        response = ada.post("/gradio_api/queue/join", json=body)
    assert response.status_code == 400
    assert response.json()["error"].endswith("; reload the page")
    assert capfd.readouterr() == ("", "")


def test_a_text_that_nobody_types_is_refused(page):
    with signed_in(page, ADA) as ada:
        response = join(ada, 0, ["x" * 100_001])
    assert response.status_code == 400
    assert response.json() == {"error": "this is too long; send 100,000 characters at most"}


def test_what_gradio_cannot_take_is_one_line_of_the_log(page, caplog, capfd):
    with caplog.at_level(logging.WARNING), signed_in(page, ADA) as ada:
        assert join(ada, 2, ["c"]).status_code == 200
        assert not heard(ada)["success"]
    (line,) = [OneLineFormatter().format(record) for record in caplog.records if record.exc_info]
    assert line.startswith("ERROR gradio: a function of the page failed: Error: ")
    assert "\n" not in line
    assert capfd.readouterr() == ("", "")


def test_a_body_that_could_be_read_in_two_ways_is_read_in_one(page):
    twice = f'{{"data": ["x"], "fn_index": 0, "session_hash": "{SESSION}", "session_hash": "zz"}}'
    with signed_in(page, ADA) as ada:
        for kind in ("application/json", "text/plain", "multipart/form-data; boundary=x"):
            joined = ada.post(
                "/gradio_api/queue/join", content=twice, headers={"Content-Type": kind}
            )
            assert joined.status_code == 200
            assert heard(ada, "zz")["success"]


def test_a_session_that_is_not_known_is_one_line_of_the_log(page, caplog, capfd):
    with caplog.at_level(logging.WARNING), signed_in(page, ADA) as ada:
        assert heard(ada, "unknown")["session_not_found"]
        assert ada.get("/").status_code == 200
    assert [(r.name, r.exc_info) for r in caplog.records] == [("ui.page.middleware", None)]
    assert "Traceback" not in capfd.readouterr().err


def test_the_page_that_is_served_wants_what_is_open():
    page = build_app(FakeCorpus())
    address = launch(page, port=0)
    try:
        with signed_in(address, None) as client:
            shown = client.get("/")
            assert shown.status_code == 200
            assert "window.gradio_config" in shown.text  # else it would ask for /config
            assert client.get("/theme.css").status_code == 200
    finally:
        page.close()
