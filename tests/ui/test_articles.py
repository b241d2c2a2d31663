"""Articles over HTTP: added with progress, told one by one, removed together, or not at all."""

from __future__ import annotations

import base64

import pytest

from tests.rag.builders import corpus_of
from tests.ui.serving import PASSWORD, events, served
from ui.library.adding import Editor
from ui.server import middleware
from ui.server.auth import User, Users

EVENTS = {"Accept": "text/event-stream"}
SNOW = {"text": "Snow fell on Corran.", "title": "Snow", "published": "2026-04-02"}


@pytest.fixture
def corpus(tmp_path, fake):
    made, _ = corpus_of(tmp_path / "index", fake, {"rain.txt": "Rain fell on Kyiv."})
    return made


@pytest.fixture
def client(corpus):
    with served(corpus, editor=Editor(corpus, corpus.directory, max_bytes=1000)) as found:
        yield found


def uris(client):
    return [article["uri"] for article in client.get("/api/articles").json()["articles"]]


def test_texts_are_added_and_listed(client):
    response = client.post("/api/articles", json={"articles": [SNOW, {"text": "Hail hit Riga."}]})
    assert response.status_code == 200
    results = response.json()["results"]
    listed = {a["uri"]: a for a in client.get("/api/articles").json()["articles"]}
    assert list(listed) == ["pasted/2026-04-02-snow.txt", "pasted/hail-hit-riga.txt", "rain.txt"]
    assert results == [
        {
            "uri": uri,
            "outcome": "added",
            "id": listed[uri]["id"],
            "title": title,
            "reason": "",
        }
        for uri, title in zip(listed, ["Snow", ""], strict=False)
    ]
    found = client.get(f"/api/articles/{results[0]['id']}").json()
    assert (found["text"], found["published"]) == (SNOW["text"], "2026-04-02")


def test_progress_comes_before_the_results(client):
    sent = [("files", ("a.txt", b"Snow fell.")), ("files", ("b.pdf", b"%PDF"))]
    response = client.post("/api/files", files=sent, headers=EVENTS)
    assert response.headers["content-type"].startswith("text/event-stream")
    found = events(response)
    assert {name for name, _ in found[:-1]} <= {"step"}
    for _, step in found[:-1]:
        assert step.keys() == {"stage", "done", "total"}
    name, last = found[-1]
    assert name == "done"
    assert [(r["uri"], r["outcome"]) for r in last["results"]] == [
        ("upload/a.txt", "added"),
        ("upload/b.pdf", "skipped"),
    ]
    assert uris(client) == ["rain.txt", "upload/a.txt"]


def test_files_keep_the_folders_they_were_sent_with(client):
    sent = [("files", ("../../etc/may/a.txt", b"Snow fell.")), ("files", ("may/a.txt", b"Hail."))]
    assert client.post("/api/files", files=sent).status_code == 200
    assert uris(client) == ["rain.txt", "upload/etc/may/a.txt", "upload/may/a.txt"]


@pytest.mark.parametrize(
    ("request_", "status", "said"),
    [
        ({"json": {}}, 400, "send the files as multipart/form-data, each as a field named files"),
        ({"files": {"other": ("a.txt", b"x")}}, 400, "there is no file here; send each as a field"),
        ({"data": {"files": "x"}, "files": {"y": b""}}, 400, "there is no file here"),
        (
            {"content": b"x", "headers": {"Content-Type": "multipart/form-data"}},
            400,
            "Missing boundary",
        ),
    ],
)
def test_what_is_no_file_is_refused_in_a_sentence(client, request_, status, said):
    response = client.post("/api/files", **request_)
    assert response.status_code == status
    assert response.json()["error"].startswith(said)
    assert uris(client) == ["rain.txt"]


def test_more_than_is_taken_at_once_is_refused(client, monkeypatch):
    monkeypatch.setattr(middleware, "LARGEST_FILES", 5000)
    response = client.post("/api/files", files={"files": ("a.txt", b"x" * 6000)})
    assert response.status_code == 413
    assert response.json()["error"] == (
        "the request is larger than 5,000 bytes; send less at a time"
    )
    assert uris(client) == ["rain.txt"]


def test_a_file_larger_than_an_article_may_be_is_told(client):
    (result,) = client.post("/api/files", files={"files": ("a.txt", b"x" * 2000)}).json()["results"]
    assert result["outcome"] == "skipped"
    assert result["reason"].startswith("the file has 2,000 bytes and one article may have 1,000; ")


def test_articles_are_removed_together_or_not_at_all(client):
    client.post("/api/articles", json={"articles": [SNOW]})
    ids = [a["id"] for a in client.get("/api/articles").json()["articles"]]
    refused = client.delete("/api/articles", params={"id": [ids[0], "nobody"]})
    assert refused.status_code == 404
    assert refused.json()["error"].startswith("nobody: no article has this uri, key or id")
    assert len(uris(client)) == 2
    removed = client.delete("/api/articles", params={"id": ids})
    assert [r["outcome"] for r in removed.json()["results"]] == ["removed", "removed"]
    assert uris(client) == []
    assert client.delete("/api/articles").status_code == 422


def test_while_another_process_writes_the_reader_is_told(client, corpus):
    from filelock import FileLock

    with FileLock(corpus.directory / "build.lock"):
        plain = client.post("/api/articles", json={"articles": [SNOW]})
        grown = client.post("/api/articles", json={"articles": [SNOW]}, headers=EVENTS)
    assert plain.status_code == 503
    assert "another process is writing to this index" in plain.json()["error"]
    assert events(grown)[-1] == ("error", plain.json())
    assert uris(client) == ["rain.txt"]


def test_without_an_editor_nothing_is_changed(corpus):
    with served(corpus) as client:
        (id_,) = [a["id"] for a in client.get("/api/articles").json()["articles"]]
        answers = [
            client.post("/api/articles", json={"articles": [SNOW]}),
            client.post("/api/files", files={"files": ("a.txt", b"Snow.")}),
            client.delete("/api/articles", params={"id": id_}),
        ]
        assert [a.status_code for a in answers] == [405, 404, 405]
        assert uris(client) == ["rain.txt"]


def test_the_password_and_the_origin_are_asked_for_here_too(corpus):
    users = Users([User.with_password("ada", PASSWORD)])
    editor = Editor(corpus, corpus.directory, max_bytes=1000)
    with served(corpus, users, editor=editor) as client:
        sent = {"json": {"articles": [SNOW]}}
        assert client.post("/api/articles", **sent).status_code == 401
        word = base64.b64encode(f"ada:{PASSWORD}".encode()).decode()
        signed = {"Authorization": f"Basic {word}"}
        other = signed | {"Origin": "https://evil.example"}
        assert client.post("/api/articles", **sent, headers=other).status_code == 403
        assert client.post("/api/articles", **sent, headers=signed).status_code == 200
        assert [a.uri for a in corpus.articles()] == ["pasted/2026-04-02-snow.txt", "rain.txt"]
