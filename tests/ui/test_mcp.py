"""An assistant's own client in front of the tools, over HTTP and over standard input."""

from __future__ import annotations

import asyncio
import shutil
import sys
from pathlib import Path

import httpx2
import pytest
from mcp import Client, MCPError, StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client

from tests.running import run
from tests.ui.fake_corpus import PLAIN
from tests.ui.serving import PASSWORD, SECONDS, ScriptedCorpus, growing, served
from ui import output
from ui.server.auth import User, Users
from ui.server.openai_api import content_of
from ui.server.worker_pool import WorkerPool

ROOT = Path(__file__).parents[2]
HEADLINE = "what preconditions did the Kremlin set?"


@pytest.fixture(scope="module")
def real(sample_corpus):
    with served(sample_corpus, Users([User.with_password("ada", PASSWORD)])) as client:
        yield f"{client.base_url}mcp"


def using(address, use, password=PASSWORD):
    """What ``use`` gives, an async function of a client that is connected."""

    async def connected():
        headers = {"Authorization": f"Bearer {password}"} if password else {}
        async with (
            httpx2.AsyncClient(headers=headers, timeout=SECONDS, trust_env=False) as http,
            Client(streamable_http_client(address, http_client=http)) as client,
        ):
            return await use(client)

    return run(connected())


def calling(address, tool, **arguments):
    return using(address, lambda client: client.call_tool(tool, arguments))


def untimed(answer):
    return {name: value for name, value in answer.items() if name != "timings"}


def test_there_are_three_tools_and_they_only_read(real):
    tools = using(real, lambda client: client.list_tools()).tools
    assert [tool.name for tool in tools] == ["ask", "search", "article"]
    assert all(tool.description and tool.output_schema for tool in tools)
    assert all(tool.annotations.read_only_hint for tool in tools)
    asked = tools[0].input_schema
    assert asked["required"] == ["question"]
    assert set(asked["properties"]) == {"question", "after", "before", "publisher", "history"}


def test_ask_gives_the_answer_to_read_and_as_data(real, sample_corpus):
    answer = sample_corpus.ask(HEADLINE)
    result = calling(real, "ask", question=HEADLINE)
    assert not result.is_error
    assert [part.text for part in result.content] == [content_of(answer)]
    assert untimed(result.structured_content) == untimed(answer.as_json())


def test_ask_takes_filters_and_history(real, sample_corpus):
    history = [
        {"role": "user", "content": "Who resigned?"},
        {"role": "assistant", "content": "Lucan Fairweather resigned."},
    ]
    result = calling(real, "ask", question="And why?", history=history, before="2020-01-01")
    assert not result.structured_content["answered"]
    result = calling(real, "ask", question="And why?", history=history)
    expected = sample_corpus.ask("And why?", history=history)
    assert untimed(result.structured_content) == untimed(expected.as_json())


def test_search_and_article_lead_to_the_words(real, sample_corpus):
    found = calling(real, "search", query="Kremlin", top_k=2).structured_content["passages"]
    assert found == output.passage_values(sample_corpus.search("Kremlin", 2))
    article = calling(real, "article", article_id=found[0]["article_id"])
    text = article.structured_content["text"]
    assert text[found[0]["start"] : found[0]["end"]] == found[0]["text"]
    assert article.content[0].text.endswith(text)


@pytest.mark.parametrize(
    ("tool", "arguments", "sentence"),
    [
        ("ask", {"question": ""}, "the question is empty; type what you want to know"),
        ("ask", {"question": "who?", "after": "May"}, "after: "),
        ("ask", {"question": ["who?"]}, "question: Input should be a valid string"),
        ("ask", {"question": "who?", "history": "before"}, "history: Input should be a valid list"),
        (
            "ask",
            {"question": "who?", "history": [{"role": "user", "content": "x" * 20_001}]},
            "history.0.content: String should have at most 20000 characters",
        ),
        ("search", {"query": "the"}, "the question holds only words like"),
        ("search", {"query": "Kremlin", "top_k": 0}, "top_k"),
        ("article", {"article_id": "none"}, "none: the index holds no article with this id"),
    ],
)
def test_what_cannot_be_done_is_told(real, tool, arguments, sentence):
    result = calling(real, tool, **arguments)
    assert result.is_error
    assert sentence in result.content[0].text
    assert "\n" not in result.content[0].text


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (
            '{"jsonrpc": "1.0", "id": 1, "method": []}',
            "Validation error: the body is no message of JSON-RPC 2.0",
        ),
        (
            '{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": "a\\"b\\\\"}',
            "Validation error: the body is no message of JSON-RPC 2.0",
        ),
        ("[[", "Parse error: "),
    ],
)
def test_what_is_no_request_of_the_protocol_is_told(real, body, sentence):
    headers = {"Authorization": f"Bearer {PASSWORD}", "Content-Type": "application/json",
               "Accept": "application/json, text/event-stream"}  # fmt: skip
    with httpx2.Client(timeout=SECONDS, trust_env=False) as client:
        response = client.post(real, content=body, headers=headers)
    assert response.status_code == 400
    said = response.json()["error"]["message"]
    assert said.startswith(sentence)
    assert "\n" not in said


def test_a_fault_inside_is_not_shown():
    with served(ScriptedCorpus(answers=(RuntimeError("/etc/passwd"),))) as client:
        result = calling(f"{client.base_url}mcp", "ask", question="q")
    assert result.is_error
    assert "passwd" not in result.content[0].text


@pytest.mark.parametrize("password", ["", "wrong horse"])
def test_without_the_password_there_are_no_tools(real, password):
    with pytest.raises((ExceptionGroup, MCPError, httpx2.HTTPError)):
        using(real, lambda client: client.list_tools(), password)


def test_who_finds_no_room_is_told():
    corpus = ScriptedCorpus(answers=growing())

    async def two(client):
        first = asyncio.create_task(client.call_tool("ask", {"question": "q"}))
        await asyncio.to_thread(corpus.started.wait, SECONDS)
        second = await client.call_tool("ask", {"question": "q"})
        corpus.released.set()
        return await first, second

    with served(corpus, pool=WorkerPool(1, 0)) as client:
        first, second = using(f"{client.base_url}mcp", two)
    assert not first.is_error
    assert first.structured_content == growing()[1].as_json()
    assert second.is_error
    assert "busy with other questions; ask again in 5 seconds" in second.content[0].text


def test_an_article_without_a_title_is_given():
    with served(ScriptedCorpus(known=(PLAIN,))) as client:
        result = calling(f"{client.base_url}mcp", "article", article_id=PLAIN.id)
    assert result.structured_content["text"] == PLAIN.text


def test_the_same_tools_on_standard_input(sample_corpus, tmp_path):
    index = tmp_path / "index"
    shutil.copytree(sample_corpus.directory, index)
    parameters = StdioServerParameters(
        command=sys.executable,
        args=["-c", "from ui.cli import main; main()", "mcp", "--index", str(index)],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "HOME": str(tmp_path), "OMP_NUM_THREADS": "1"},
    )

    async def talk():
        async with Client(stdio_client(parameters)) as client:
            tools = await client.list_tools()
            asked = await client.call_tool("ask", {"question": HEADLINE})
            empty = await client.call_tool("ask", {"question": ""})
            return [tool.name for tool in tools.tools], asked, empty

    names, asked, empty = run(talk())
    assert names == ["ask", "search", "article"]
    assert untimed(asked.structured_content) == untimed(sample_corpus.ask(HEADLINE).as_json())
    assert empty.is_error
