"""A language model's server that says and does what a test tells it to.

It speaks the chat protocol of OpenAI, which Ollama, vLLM, llama.cpp and hosted services speak too.
A test takes the fixture ``scripted_llm``.
"""

from __future__ import annotations

import asyncio
import json
import re
import socket
import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import Response

WAIT = 120  # seconds after which what must happen has not happened


class Gate:
    """Where a reply stops until the test opens it."""

    def __init__(self) -> None:
        self._open: Future[None] = Future()
        self._reached = threading.Event()

    def open(self) -> None:
        """Lets the reply go on; this and every other that comes here."""
        if not self._open.done():
            self._open.set_result(None)

    def reached(self) -> None:
        """Waits until a reply stands here, so that all before it was sent."""
        assert self._reached.wait(WAIT), "no reply came to this gate"

    async def passed(self) -> None:
        """Waits for the test; called by the server."""
        self._reached.set()
        await asyncio.shield(asyncio.wrap_future(self._open))


@dataclass(frozen=True)
class Delta:
    """A piece that is no text: tool calls, a ``content`` of None, ``reasoning_content``."""

    fields: Mapping[str, object]


@dataclass(frozen=True)
class Event:
    """A piece that is a whole event of the test's own, such as one without choices."""

    data: Mapping[str, object]


@dataclass(frozen=True)
class Raw:
    """A piece that is bytes, sent as they are, well formed or not."""

    data: bytes


@dataclass(frozen=True)
class Cut:
    """The piece at which the server ends the connection, in the middle of the reply."""


@dataclass(frozen=True)
class Stall:
    """The piece after which nothing comes, until the client goes away."""


Piece = str | Gate | Delta | Event | Raw | Cut | Stall


@dataclass(frozen=True)
class Reply:
    """What the server does with one request.

    Attributes:
        pieces: What is sent, in order; text comes as one event a piece.
        finish: The finish reason.
        ends: Whether a stream says at its end that it ends.
        slice: How many bytes are written at once; None for an event at a time. One byte a write
            splits every character of several bytes.
        status: The HTTP status; any but 200 sends ``error`` and no pieces.
        error: The body of a reply that is an error, JSON or text.
        headers: Further headers.
    """

    pieces: tuple[Piece, ...] = ()
    finish: str = "stop"
    ends: bool = True
    slice: int | None = None
    status: int = 200
    error: Mapping[str, object] | str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """All the text in it."""
        return "".join(piece for piece in self.pieces if isinstance(piece, str))


def words(text: str) -> tuple[str, ...]:
    """A text in pieces of a word each, the space before it included.

    >>> words("He resigned. Why?")
    ('He', ' resigned.', ' Why?')
    """
    return tuple(re.findall(r"\s*\S+|\s+$", text))


def said(text: str, **options: object) -> Reply:
    """A reply that says this, word by word."""
    return Reply(words(text), **options)


def failed(status: int, message: str, code: str | None = None, **headers: str) -> Reply:
    """A reply that is an error as OpenAI words it; ``Retry_After="1"`` gives a header."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    error = {"message": message, "type": "invalid_request_error", "param": None, "code": code}
    return Reply(status=status, error={"error": error}, headers=named)


def busy(seconds: float | str = 1) -> Reply:
    """Too many requests: come again after so long, in seconds or as an HTTP date."""
    message = "Rate limit reached for requests"
    return failed(429, message, "rate_limit_exceeded", Retry_After=str(seconds))


WRONG_KEY = failed(401, "Incorrect API key provided: k.", "invalid_api_key")
UNKNOWN_MODEL = failed(404, "The model `other` does not exist.", "model_not_found")
TOO_LONG = failed(
    400,
    "This model's maximum context length is 4096 tokens. However, your messages resulted in 5000.",
    "context_length_exceeded",
)
BROKEN = Reply(status=500, error="Internal Server Error")
SILENT = Reply((Stall(),))
NO_CHOICES = Reply((Event({"object": "chat.completion.chunk", "choices": []}),))
NO_CONTENT = Reply((Delta({"content": None}),))
TOOL_CALL = Reply(
    (
        Delta(
            {
                "content": None,
                "tool_calls": [
                    {
                        "index": 0,
                        "id": "call_1",
                        "type": "function",
                        "function": {"name": "search", "arguments": '{"query": "flood"}'},
                    }
                ],
            }
        ),
    ),
    finish="tool_calls",
)
MALFORMED = Reply((Raw(b'data: {"choices": [{"delta": {"content": "He res\n\n'),))


@dataclass
class Exchange:
    """One request and what came of it.

    Attributes:
        path: Its path.
        headers: Its headers, their names in lower case.
        body: Its JSON; empty if it had none.
        client_left: Set when the client went away before the reply was complete.
    """

    path: str
    headers: dict[str, str]
    body: dict[str, object]
    client_left: threading.Event = field(default_factory=threading.Event)

    @property
    def prompt(self) -> str:
        """All its messages' text, a blank line between them."""
        return "\n\n".join(message["content"] for message in self.body.get("messages", ()))

    @property
    def asked(self) -> str:
        """The text of the last message that is the user's."""
        asked = [m for m in self.body.get("messages", ()) if m.get("role") == "user"]
        return asked[-1]["content"] if asked else ""

    def left(self) -> None:
        """Waits until the client has gone away before its reply was complete."""
        assert self.client_left.wait(WAIT), "the client did not close its connection"


Script = Callable[[Exchange], Reply | str]


class ScriptedServer:
    """The server, in a thread, at a free port of this machine; a context manager.

    Attributes:
        models: The models that it has; a request for another gets ``UNKNOWN_MODEL``.
        key: The key that it wants, or None for any.
        exchanges: The requests for chat that had the key, in order.
        mistakes: What went wrong in a script; the first is raised at the end.
        address: What clients take for their base address; it ends in ``/v1``.
    """

    def __init__(self, models: Iterable[str] = ("scripted",), key: str | None = None) -> None:
        self.models = list(models)
        self.key = key
        self.exchanges: list[Exchange] = []
        self.mistakes: list[Exception] = []
        self.address = ""
        self._script: Script = lambda exchange: "There is no script."
        self._server = _Uvicorn(_app(self))
        self._thread = threading.Thread(target=self._run, name="scripted-llm")

    def __enter__(self) -> ScriptedServer:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._socket.getsockname()[1]}/v1"
        self._thread.start()
        assert self._server.up.wait(WAIT), "the scripted server did not start"
        return self

    def __exit__(self, *exception: object) -> None:
        self.kill()
        if self.mistakes:
            raise self.mistakes[0]

    def kill(self) -> None:
        """Ends the server as a crash would: every connection breaks, no new one is accepted."""
        if self._thread.is_alive():
            self._server.loop.call_soon_threadsafe(self._server.ending.set)
        self._thread.join(WAIT)
        assert not self._thread.is_alive(), "the scripted server did not end"

    def plays(self, script: Script) -> None:
        """Answers every request with what this function gives for it; a text comes by words."""
        self._script = script

    def says(self, *replies: Reply | str) -> None:
        """Answers the requests to come with these in order, the last one again and again."""
        left = list(replies)
        self.plays(lambda exchange: left.pop(0) if len(left) > 1 else left[0])

    def knows(self, replies: Mapping[str, Reply | str], otherwise: Reply | str = "") -> None:
        """Answers with the first of these whose key the last user message contains."""
        self.plays(
            lambda exchange: next(
                (reply for key, reply in replies.items() if key in exchange.asked), otherwise
            )
        )

    def reply(self, exchange: Exchange) -> Reply | None:
        """What a request gets, None for the list of models; called by the server."""
        if self.key is not None and exchange.headers.get("authorization") != f"Bearer {self.key}":
            return WRONG_KEY
        if exchange.path.endswith("/models"):
            return None
        self.exchanges.append(exchange)
        if exchange.body.get("model") not in self.models:
            return UNKNOWN_MODEL
        try:
            reply = self._script(exchange)
        except Exception as mistake:
            self.mistakes.append(mistake)
            raise
        return said(reply) if isinstance(reply, str) else reply

    async def drop(self, client: tuple[str, int]) -> None:
        """Closes the connection to a client, once what was written to it is sent."""
        for connection in list(self._server.server_state.connections):
            if connection.client == tuple(client):
                connection.transport.close()

    def _run(self) -> None:
        asyncio.run(self._server.serve([self._socket]))


class _Uvicorn(uvicorn.Server):
    """Uvicorn that starts and ends at once, and takes no notice of who is still connected."""

    def __init__(self, app: FastAPI) -> None:
        settings = {"http": "h11", "ws": "none", "lifespan": "off", "log_config": None}
        super().__init__(uvicorn.Config(app, access_log=False, timeout_keep_alive=WAIT, **settings))
        self.up = threading.Event()

    async def main_loop(self) -> None:
        self.loop, self.ending = asyncio.get_running_loop(), asyncio.Event()
        self.up.set()
        await self.ending.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for listener in self.servers:
            listener.close()
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        await asyncio.gather(*self.server_state.tasks, return_exceptions=True)


def _app(server: ScriptedServer) -> FastAPI:
    app = FastAPI(openapi_url=None)

    @app.get("/v1/models")
    async def models(request: Request):
        exchange = Exchange(request.url.path, dict(request.headers), {})
        if reply := server.reply(exchange):
            return _Response(server, exchange, reply)
        found = [{"id": name, "object": "model", "owned_by": "tests"} for name in server.models]
        return {"object": "list", "data": found}

    @app.post("/v1/chat/completions")
    async def chat(request: Request):
        exchange = Exchange(request.url.path, dict(request.headers), await request.json())
        return _Response(server, exchange, server.reply(exchange))

    return app


class _Response(Response):
    """Plays a reply to a client, and sees when it goes away."""

    def __init__(self, server: ScriptedServer, exchange: Exchange, reply: Reply) -> None:
        self._server = server
        self._exchange = exchange
        self._reply = reply
        self._cut = False
        self.background = None

    async def __call__(self, scope, receive, send) -> None:
        self._client, self._send = scope["client"], send
        playing = asyncio.ensure_future(self._play())
        leaving = asyncio.ensure_future(receive())
        await asyncio.wait({playing, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not playing.done():
            playing.cancel()
            if not self._cut and not self._server._server.ending.is_set():
                self._exchange.client_left.set()
        leaving.cancel()
        outcome = await asyncio.gather(playing, leaving, return_exceptions=True)
        if isinstance(outcome[0], Exception):
            raise outcome[0]

    async def _play(self) -> None:
        reply = self._reply
        if reply.status != 200:
            wrong = reply.error if isinstance(reply.error, str) else json.dumps(reply.error)
            await self._start("text/plain" if wrong is reply.error else "application/json")
            await self._write(wrong.encode())
        else:
            await self._stream()
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _stream(self) -> None:
        reply = self._reply
        # A server whose model does not speak yet sends nothing, its headers included.
        started = False
        for piece in reply.pieces:
            if isinstance(piece, (Gate, Cut, Stall)):
                await self._wait(piece)
                continue
            if not started:
                await self._begin()
                started = True
            if isinstance(piece, Raw):
                await self._write(piece.data)
            elif isinstance(piece, Event):
                await self._event(piece.data)
            else:
                delta = {"content": piece} if isinstance(piece, str) else piece.fields
                await self._event(self._chunk(delta))
        if not started:
            await self._begin()
        if not reply.ends:
            return
        await self._event(self._chunk({}, reply.finish))
        if (self._exchange.body.get("stream_options") or {}).get("include_usage"):
            await self._event({**self._chunk({}), "choices": [], "usage": self._usage()})
        await self._write(b"data: [DONE]\n\n")

    async def _begin(self) -> None:
        await self._start("text/event-stream; charset=utf-8")
        await self._event(self._chunk({"role": "assistant", "content": ""}))

    async def _wait(self, piece: Gate | Cut | Stall) -> None:
        if isinstance(piece, Gate):
            await piece.passed()
            return
        if isinstance(piece, Cut):
            self._cut = True
            await self._server.drop(self._client)
        await asyncio.Event().wait()

    async def _start(self, kind: str) -> None:
        headers = {"content-type": kind, **self._reply.headers}
        raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        message = {"type": "http.response.start", "status": self._reply.status, "headers": raw}
        await self._send(message)

    async def _event(self, data: Mapping[str, object]) -> None:
        await self._write(b"data: " + _json(data) + b"\n\n")

    async def _write(self, data: bytes) -> None:
        size = self._reply.slice or len(data) or 1
        for start in range(0, len(data), size):
            part = data[start : start + size]
            await self._send({"type": "http.response.body", "body": part, "more_body": True})

    def _chunk(self, delta: Mapping[str, object], finish: str | None = None) -> dict[str, object]:
        choice = {"index": 0, "delta": dict(delta), "finish_reason": finish}
        return {**self._head(), "choices": [choice]}

    def _head(self) -> dict[str, object]:
        model = self._exchange.body.get("model")
        return {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": model}

    def _usage(self) -> dict[str, int]:
        """Tokens, of which every word is one here."""
        read, wrote = len(self._exchange.prompt.split()), len(self._reply.text.split())
        return {"prompt_tokens": read, "completion_tokens": wrote, "total_tokens": read + wrote}


def _json(data: Mapping[str, object]) -> bytes:
    return json.dumps(data, ensure_ascii=False).encode("utf-8", "surrogatepass")
