"""What a reader begins in the moment in which the page's stream of events ends is not lost."""

from __future__ import annotations

import json

import anyio
import httpx
import pytest

from tests.running import run
from tests.ui.serving import SECONDS
from ui.page.app import _gradio, launch
from ui.page.middleware import STREAM, EventStream

SESSION = "one"


@pytest.fixture(scope="module")
def echoing():
    """The address of a page with one function, which gives back what it gets."""
    gr = _gradio()
    with gr.Blocks(analytics_enabled=False) as page:
        box = gr.Textbox()
        box.submit(lambda text: text, box, box)
    page.queue()
    yield launch(page, port=0)
    page.close()


def begin(client, text):
    body = {"data": [text], "fn_index": 0, "session_hash": SESSION}
    client.post("/gradio_api/queue/join", json=body).raise_for_status()


def test_what_is_begun_while_the_stream_would_end_comes_by_the_same_stream(echoing):
    asked, said = ["one", "two", "three", "four"], []
    with httpx.Client(base_url=echoing, timeout=SECONDS, trust_env=False) as client:
        begin(client, asked[0])
        with client.stream("GET", STREAM, params={"session_hash": SESSION}) as response:
            for line in response.iter_lines():
                message = json.loads(line.removeprefix("data: ")) if line else {"msg": ""}
                assert message["msg"] != "close_stream"
                if message["msg"] == "process_completed":
                    said += message["output"]["data"]
                    if len(said) == len(asked):
                        break
                    begin(client, asked[len(said)])
    assert said == asked


CLOSE = b'data: {"msg":"close_stream","event_id":null}\n\n'


def passed(streams, idle, path=STREAM):
    """The messages that a client gets of an application that sends one stream after another."""
    streams, got = iter(streams), []

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for body in next(streams, ()):
            if body is None:
                await anyio.sleep_forever()
            await send({"type": "http.response.body", "body": body, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async def send(message):
        got.append(message)

    scope = {"type": "http", "path": path}
    run(EventStream(app, idle)(scope, None, send))
    return got


def test_a_stream_that_ends_again_and_again_is_one_and_ends_when_nothing_more_comes():
    got = passed([(b"a", CLOSE), (b"b", CLOSE), (None,)], 0.2)
    assert [m["type"] for m in got] == ["http.response.start"] + ["http.response.body"] * 3
    assert [m["body"] for m in got[1:]] == [b"a", b"b", b'data: {"msg":"close_stream"}\n\n']
    assert not got[-1].get("more_body")


def test_a_stream_that_breaks_off_ends_as_it_did():
    got = passed([(b"a", CLOSE), (b"broken",)], 30.0)
    assert [m.get("body") for m in got] == [None, b"a", b"broken", b""]


def test_other_paths_are_left_alone():
    got = passed([(CLOSE,)], 0.0, "/api/ask")
    assert [m.get("body") for m in got] == [None, CLOSE, b""]
