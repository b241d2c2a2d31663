"""HTTP: what programs get, and what they are told when something is wrong."""

from __future__ import annotations

import json
import socket
import threading
import time
from urllib.parse import urlsplit

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from index.errors import IndexMissing
from rag.question import UnusableQuestion
from tests.fakes import FakeEmbedder
from tests.rag.builders import corpus_of
from tests.ui.fake_corpus import PLAIN, QUOTE
from tests.ui.serving import SECONDS, ScriptedCorpus, events, growing, served
from ui import output
from ui.library.adding import Editor
from ui.server.middleware import HEADERS, LARGEST_BODY
from ui.server.worker_pool import WorkerPool

HEADLINE = "what preconditions did the Kremlin set?"
DOORS = [
    "/alerts.rss",
    "/api/alerts",
    "/api/articles",
    "/api/articles/{article_id}",
    "/api/ask",
    "/api/search",
    "/healthz",
    "/metrics",
    "/v1/chat/completions",
    "/v1/models",
]
WRITING = {
    "POST /api/alerts",
    "POST /api/alerts/seen",
    "DELETE /api/alerts/{number}",
    "POST /api/articles",
    "DELETE /api/articles",
    "POST /api/files",
}
EVENTS = {"Accept": "text/event-stream"}


@pytest.fixture(scope="module")
def real(sample_corpus):
    with served(sample_corpus) as client:
        yield client


@pytest.fixture(scope="module")
def editable(tmp_path_factory):
    """A server at which articles may be added and removed."""
    corpus, _ = corpus_of(
        tmp_path_factory.mktemp("editable") / "index",
        FakeEmbedder(),
        {f"{word}.txt": f"The {word} fell on Kyiv." for word in ("rain", "snow", "hail")},
    )
    with served(corpus, editor=Editor(corpus, corpus.directory, max_bytes=10**6)) as client:
        yield client


@pytest.fixture
def scripted():
    """A corpus that gives a growing answer, the second half of it when released."""
    corpus = ScriptedCorpus(answers=growing())
    yield corpus
    corpus.released.set()


def untimed(answer):
    return {name: value for name, value in answer.items() if name != "timings"}


# What there is to get


def test_ask_gives_the_answer_of_the_corpus(real, sample_corpus):
    response = real.post("/api/ask", json={"question": HEADLINE})
    assert response.status_code == 200
    assert untimed(response.json()) == untimed(sample_corpus.ask(HEADLINE).as_json())
    assert response.json()["answered"]


def test_a_refusal_is_an_answer(real):
    response = real.post("/api/ask", json={"question": "Who won the cricket in Lahore?"})
    assert response.status_code == 200
    assert not response.json()["answered"]
    assert response.json()["citations"] == []


def test_the_quotes_are_verbatim_in_the_articles_that_are_given(real):
    citations = real.post("/api/ask", json={"question": HEADLINE}).json()["citations"]
    assert citations
    for citation in citations:
        article = real.get(f"/api/articles/{citation['article_id']}").json()
        assert article["text"][citation["start"] : citation["end"]] == citation["quote"]
        assert article["title"] == citation["title"]


def test_all_that_is_said_with_a_question_reaches_the_corpus(scripted):
    scripted.released.set()
    asked = {
        "question": "And why?",
        "history": [{"role": "user", "content": "Who?"}, {"role": "assistant", "content": "He."}],
        "filters": {"after": "2025-05-01", "before": "2025-05-31", "publisher": "The Wire"},
        "scope": False,
        "plain": True,
        "today": "2025-06-01",
    }
    with served(scripted) as client:
        assert client.post("/api/ask", json=asked).status_code == 200
    (how,) = scripted.asked
    filters = how.pop("filters")
    assert [str(part) for part in (filters.after, filters.before, filters.publisher)] == [
        "2025-05-01",
        "2025-05-31",
        "The Wire",
    ]
    assert str(how.pop("today")) == "2025-06-01"
    assert how == {
        "question": "And why?",
        "history": asked["history"],
        "scope": False,
        "plain": True,
    }


def test_an_answer_comes_as_it_grows(real, sample_corpus):
    question = "Who resigned, and why?"
    response = real.post("/api/ask", json={"question": question}, headers=EVENTS)
    assert response.headers["content-type"].startswith("text/event-stream")
    *grown, (last, whole) = events(response)
    assert {name for name, _ in grown} <= {"answer"}
    assert last == "done"
    assert whole["text"] not in [less["text"] for _, less in grown]
    assert untimed(whole) == untimed(sample_corpus.ask(question).as_json())


def test_the_first_words_are_sent_before_the_last_are_known(scripted):
    with (
        served(scripted) as client,
        client.stream("POST", "/api/ask", json={"question": "q"}, headers=EVENTS) as response,
    ):
        lines = response.iter_lines()
        assert next(lines) == "event: answer"
        assert json.loads(next(lines).removeprefix("data: "))["text"] == f"{QUOTE} [1]"
        scripted.released.set()
        *_, name, data = said = [line for line in lines if line]
    assert name == "event: done"
    assert said.count(data) == 1
    assert json.loads(data.removeprefix("data: ")) == growing()[1].as_json()


def test_search_gives_passages_as_the_command_line_does(real, sample_corpus):
    response = real.post("/api/search", json={"query": "Kremlin", "top_k": 3})
    expected = output.passage_values(sample_corpus.search("Kremlin", 3))
    assert response.json() == {"passages": expected}
    assert len(expected) == 3


def test_search_keeps_to_the_filters(real, sample_corpus):
    publisher = sample_corpus.articles()[0].publisher
    asked = {"query": "Kremlin", "filters": {"publisher": publisher.upper()}}
    found = real.post("/api/search", json=asked).json()["passages"]
    assert {passage["publisher"] for passage in found} == {publisher}


def test_articles_are_listed_in_pages(real, sample_corpus):
    expected = output.article_values(sample_corpus.articles())
    first = real.get("/api/articles", params={"count": 5}).json()
    rest = real.get("/api/articles", params={"offset": 5, "count": 1000}).json()
    assert first["total"] == rest["total"] == len(expected)
    assert first["articles"] + rest["articles"] == expected
    assert len(first["articles"]) == 5


# What goes wrong


@pytest.mark.parametrize(
    ("path", "body", "status", "sentence"),
    [
        ("/api/ask", {"question": " "}, 400, "the question is empty; type what you want to know"),
        ("/api/ask", {}, 422, "question: Field required"),
        ("/api/ask", {"question": "who?", "top": 3}, 422, "top: Extra inputs are not permitted"),
        ("/api/ask", {"question": "Who \ud800 is it?"}, 422, "question: "),
        ("/api/ask", {"question": "who?", "filters": {"publisher": "\ud800"}}, 422, "filters.pub"),
        (
            "/api/ask",
            {"question": "who?", "history": [{"role": "system", "content": ""}]},
            422,
            "history.0.role: ",
        ),
        (
            "/api/ask",
            {"question": "why?", "history": [{"role": "user", "content": "x" * 20_001}]},
            422,
            "history.0.content: String should have at most 20000 characters; /api/openapi.json",
        ),
        (
            "/api/search",
            {"query": "why?", "history": [{"role": "user", "content": "x"}] * 201},
            422,
            "history: List should have at most 200 items",
        ),
        ("/api/ask", {"question": "who?", "history": {"role": "user"}}, 422, "history: "),
        ("/api/ask", {"question": "who?", "history": ["who?"]}, 422, "history.0: "),
        ("/api/ask", {"question": "who?", "filters": {"after": "May"}}, 422, "filters.after: "),
        ("/api/search", {"query": "Kremlin", "top_k": 0}, 422, "top_k: "),
        ("/api/search", {"query": "the of"}, 400, "the question holds only words like"),
    ],
)
def test_a_bad_request_is_told_in_one_sentence(real, path, body, status, sentence):
    headers = {"Content-Type": "application/json"}
    response = real.post(path, content=json.dumps(body), headers=headers)
    assert response.status_code == status
    assert list(response.json()) == ["error"]
    assert response.json()["error"].startswith(sentence)


def test_what_is_not_json_is_told(real):
    headers = {"Content-Type": "application/json"}
    response = real.post("/api/ask", content=b'{"question', headers=headers)
    assert response.status_code == 422
    assert "JSON" in response.json()["error"]


def test_an_article_that_is_not_there(real):
    response = real.get("/api/articles/none")
    assert response.status_code == 404
    assert response.json() == {"error": "none: the index holds no article with this id"}


def test_what_no_route_takes_is_told_and_never_a_page(real):
    missing, wrong = real.get("/api/nothing"), real.get("/api/ask")
    assert (missing.status_code, wrong.status_code) == (404, 405)
    assert wrong.headers["allow"] == "POST"
    assert wrong.json() == {"error": "/api/ask: ask with POST"}


@pytest.mark.parametrize("chunked", [False, True])
def test_a_request_that_is_too_large_is_not_read(real, chunked):
    body = json.dumps({"question": "x" * LARGEST_BODY}).encode()
    content = (body[at : at + 65536] for at in range(0, len(body), 65536)) if chunked else body
    response = real.post("/api/ask", content=content, headers={"Content-Type": "application/json"})
    assert response.status_code == 413
    assert response.json()["error"].startswith("the request is larger than 1,000,000 bytes")


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
def test_what_fails_before_the_first_word_is_an_error(accept):
    for failure, status, sentence in (
        (UnusableQuestion("ask something"), 400, "ask something"),
        (IndexMissing("no index; add articles"), 503, "no index; add articles"),
        (RuntimeError("/etc/passwd"), 500, "the answer could not be made; the server's log"),
    ):
        with served(ScriptedCorpus(answers=(failure,))) as client:
            response = client.post("/api/ask", json={"question": "q"}, headers={"Accept": accept})
        assert response.status_code == status
        assert response.json()["error"].startswith(sentence)


def test_what_fails_later_ends_the_events_with_an_error():
    corpus = ScriptedCorpus(answers=(growing()[0], RuntimeError("/etc/passwd")))
    corpus.released.set()
    with served(corpus) as client:
        response = client.post("/api/ask", json={"question": "q"}, headers=EVENTS)
    *_, (name, value) = events(response)
    assert name == "error"
    assert value == {"error": "the answer could not be made; the server's log says why"}


# Many at once, and those who leave


def test_who_finds_no_room_is_told_when_to_come_back(scripted):
    with served(scripted, pool=WorkerPool(1, 0)) as client:
        answers = []
        first = threading.Thread(
            target=lambda: answers.append(client.post("/api/ask", json={"question": "q"}))
        )
        first.start()
        assert scripted.started.wait(SECONDS)
        response = client.post("/api/ask", json={"question": "q"})
        assert response.status_code == 503
        assert response.json() == {"error": "busy with other questions; ask again in 5 seconds"}
        assert response.headers["retry-after"] == "5"
        assert 'onrecord_errors_total{door="api",fault="busy"} 1.0' in client.get("/metrics").text
        scripted.released.set()
        first.join(SECONDS)
        assert client.post("/api/ask", json={"question": "q"}).status_code == 200
    assert [answer.status_code for answer in answers] == [200]


def test_who_waits_is_served_in_turn(scripted):
    with served(scripted, pool=WorkerPool(1, 2)) as client:
        answers = []
        threads = [
            threading.Thread(
                target=lambda: answers.append(client.post("/api/ask", json={"question": "q"}))
            )
            for _ in range(3)
        ]
        for thread in threads:
            thread.start()
        assert scripted.started.wait(SECONDS)
        scripted.released.set()
        for thread in threads:
            thread.join(SECONDS)
    assert [answer.status_code for answer in answers] == [200, 200, 200]


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
def test_the_work_ends_when_the_client_leaves(scripted, accept):
    with served(scripted, pool=WorkerPool(1, 0)) as client:
        address = urlsplit(str(client.base_url))
        body = b'{"question": "q"}'
        head = (
            f"POST /api/ask HTTP/1.1\r\nHost: {address.netloc}\r\nAccept: {accept}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        with socket.create_connection((address.hostname, address.port)) as connection:
            connection.sendall(head.encode() + body)
            assert scripted.started.wait(SECONDS)
            assert not scripted.closed.is_set()
        assert scripted.closed.wait(SECONDS)
        scripted.released.set()
        until = time.monotonic() + SECONDS
        while (response := client.post("/api/ask", json={"question": "q"})).status_code == 503:
            assert time.monotonic() < until
        assert response.status_code == 200
        assert 'fault="stopped"} 1.0' in client.get("/metrics").text


# The server itself


def test_health_says_whether_the_index_can_be_read(real, monkeypatch):
    assert real.get("/healthz").json() == {"status": "ok"}
    corpus = ScriptedCorpus()

    def gone():
        raise IndexMissing("no index; add articles")

    monkeypatch.setattr(corpus, "manifest", gone, raising=False)
    with served(corpus) as client:
        response = client.get("/healthz")
    assert (response.status_code, response.json()) == (503, {"error": "no index; add articles"})


def test_metrics_count_questions_refusals_and_faults(sample_corpus):
    with served(sample_corpus) as client:
        for question in (HEADLINE, "Who won the cricket in Lahore?", ""):
            client.post("/api/ask", json={"question": question})
        response = client.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
    lines = response.text.splitlines()
    assert 'onrecord_questions_total{door="api"} 3.0' in lines
    assert 'onrecord_refusals_total{door="api"} 1.0' in lines
    assert 'onrecord_errors_total{door="api",fault="usage"} 1.0' in lines
    assert 'onrecord_answer_seconds_count{door="api"} 2.0' in lines
    assert 'onrecord_answer_seconds_bucket{door="api",le="+Inf"} 2.0' in lines


@pytest.mark.parametrize("path", ["/healthz", "/api/articles", "/api/nothing", "/v1/models"])
def test_every_response_has_the_security_headers(real, path):
    response = real.get(path)
    assert {name: response.headers[name] for name in HEADERS} == HEADERS


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://[evil"},
        {"Host": "evil.example"},
        {"Host": "evil.example:80@127.0.0.1"},
        {"Host": ""},
    ],
)
@pytest.mark.parametrize("path", ["/api/ask", "/v1/chat/completions", "/mcp"])
def test_other_sites_may_not_ask(scripted, headers, path):
    with served(scripted) as client:
        response = client.post(path, json={"question": "q"}, headers=headers)
        assert response.status_code == 403
    assert scripted.asked == []


def test_its_own_page_may_ask(real):
    origin = str(real.base_url).rstrip("/")
    response = real.post("/api/search", json={"query": "Kremlin"}, headers={"Origin": origin})
    assert response.status_code == 200


def test_behind_a_proxy_it_has_the_proxys_name(scripted):
    scripted.released.set()
    headers = {"Host": "news.example", "Origin": "https://news.example"}
    with served(scripted, any_host=True) as client:
        assert client.post("/api/ask", json={"question": "q"}, headers=headers).status_code == 200


def test_the_description_names_every_door(real):
    described = real.get("/api/openapi.json").json()
    assert sorted(described["paths"]) == DOORS
    assert described["components"]["schemas"]["AskRequest"]["examples"][0] == {"question": HEADLINE}
    assert all(
        operation["description"]
        for path in described["paths"].values()
        for operation in path.values()
    )


CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
    unsupported_method,
)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_the_server_is_as_described(editable, mode):
    schema = schemathesis.openapi.from_url(f"{editable.base_url}api/openapi.json", timeout=SECONDS)
    operations = [found.ok() for found in schema.get_all_operations()]
    assert {f"{o.method.upper()} {o.path}" for o in operations} >= WRITING
    for operation in operations:
        if mode is GenerationMode.NEGATIVE and not takes_anything(operation):
            continue

        @settings(
            max_examples=12, deadline=None, derandomize=True, suppress_health_check=[*HealthCheck]
        )
        @given(operation.as_strategy(generation_mode=mode))
        def conforms(case):
            case.call_and_validate(checks=CHECKS, timeout=SECONDS)

        conforms()


def takes_anything(operation):
    """Whether a request can be wrong, other than by its path."""
    return bool(list(operation.body) or list(operation.query))


def test_the_page_is_mounted_on_it(sample_corpus):
    import httpx

    from ui.page.app import build_app, launch
    from ui.server.api import build_api

    page = build_app(sample_corpus)
    address = launch(page, port=0, programs=build_api(sample_corpus))
    try:
        with httpx.Client(base_url=address, timeout=SECONDS, trust_env=False) as client:
            shown = client.get("/")
            assert shown.headers["content-type"].startswith("text/html")
            assert {name: shown.headers[name] for name in HEADERS} == HEADERS
            assert client.get("/api/nothing").json()["error"].startswith("/api/nothing: ")
            asked = client.post("/api/ask", json={"question": HEADLINE})
            assert asked.json()["answered"]
            foreign = client.get("/theme.css", headers={"Origin": "https://evil.example"})
            assert foreign.status_code == 403
    finally:
        page.close()


def test_an_article_of_the_script_is_given_whole(scripted):
    with served(scripted) as client:
        assert client.get(f"/api/articles/{PLAIN.id}").json()["text"] == PLAIN.text
