"""Files and requests that are made for harm: what an index and its server make of them."""

from __future__ import annotations

import json
import random
import re
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx

from benchmarks.hold import corpus
from benchmarks.hold.trial import Crashed, Refused, Result, alone
from benchmarks.served import served
from index.article import Skipped
from index.engine import faults
from index.readers.source import Source
from tests.index.test_hostile import PIECES, PROSE, TAGS

LONGEST = 60_000  # characters of a file
SECONDS = 120  # the longest wait for a reply
SLOW = 20  # seconds of the processor for one file
QUESTION = "Who resigned, and why?"

_SUFFIXES = (".txt", ".md", ".html", ".jsonl")
_NAMES = ("a", "ü", "a b", "-rf", "x" * 200, "a\u202eb", "a\nb", "%00", "..a", "con")
_FRONT = (
    "---\ntitle: {}\npublished: {}\n---\n",
    "---\n{}: &a [*a]\n{}",
    "---\n!!python/object {} {}\n---\n",
)


def files(folder: Path, count: int, chance: random.Random) -> Iterator[tuple[str, Result]]:
    """Reads and adds files of each kind, so many; what was stored before has to stay as it was."""
    index = corpus.make(folder / "made")
    before = alone(lambda: corpus.articles(index))
    for suffix in _SUFFIXES:
        for number in range(count):
            given = folder / f"{suffix}{number}"
            given.mkdir()
            path = given / (chance.choice(_NAMES) + suffix)
            path.write_bytes(_bytes(suffix, chance))
            result = _read(path)
            if result.verdict not in ("traceback", "false"):
                added = alone(lambda given=given: corpus.add(index, corpus.EMBEDDER, given))
                if isinstance(added, (Crashed, Refused)):
                    result = Result("traceback", str(added))
            yield f"hostile file: {suffix}", result
    wrong = alone(lambda: faults(index))
    after = alone(lambda: corpus.articles(index))
    kept = not corpus.false(before, after)
    yield (
        "the index after them",
        Result("unharmed" if kept and wrong == ([], []) else "lost", str(wrong)),
    )


def _read(path: Path) -> Result:
    def work() -> tuple[list[object], float]:
        started = time.process_time()
        return list(Source.at(path).articles()), time.process_time() - started

    value = alone(work)
    if isinstance(value, (Crashed, Refused)):
        return Result("traceback", str(value))
    found, seconds = value
    reasons = [each.reason for each in found if isinstance(each, Skipped)]
    if seconds > SLOW or any("\n" in reason for reason in reasons):
        return Result("traceback", f"{path.name!r}: {seconds:.0f} s, {reasons!r:.300}")
    return Result("refused" if reasons else "unharmed", f"{seconds:.1f} s {reasons!r:.200}")


def _bytes(suffix: str, chance: random.Random) -> bytes:
    """A file of pieces that readers look for, sound or not."""
    pieces = chance.choices(TAGS if suffix == ".html" else PIECES, k=chance.randrange(1, 5))
    unit = "".join(pieces)
    text = PROSE + unit * (chance.randrange(1, LONGEST) // len(unit)) + PROSE
    if suffix == ".md" and chance.random() < 0.4:
        text = chance.choice(_FRONT).format(_text(chance), _text(chance)) + text
    if suffix == ".jsonl":
        text = "\n".join(json.dumps(_value(chance, 3)) for _ in range(20)) + "\n" + text[:2_000]
        text += "\n" + json.dumps({"id": "1", "text": PROSE, "published": _value(chance, 1)})
    data = text.encode(chance.choice(("utf-8", "utf-16", "utf-8", "cp1252")), "replace")
    how = chance.randrange(6)
    if how == 0:
        place = chance.randrange(len(data))
        return data[:place] + chance.randbytes(200) + data[place:]
    return chance.randbytes(2_000) if how == 1 else data


def _text(chance: random.Random) -> str:
    return (
        "".join(
            chance.choices(["a", "\0", "\ud800", "東", "'", '"', "{", "\r", " ", "\u202e"], k=9)
        )
        .encode("utf-8", "replace")
        .decode()
    )


def _value(chance: random.Random, depth: int) -> Any:  # noqa: ANN401
    """Any JSON, and what only JSON of a careless kind holds."""
    kind = chance.randrange(9)
    if kind == 0 and depth:
        return {chance.choice(_FIELDS): _value(chance, depth - 1) for _ in range(4)}
    if kind == 1 and depth:
        return [_value(chance, depth - 1) for _ in range(3)]
    return chance.choice(
        [None, True, -1, 10**30, 1e308, float("nan"), "", "2025-13-40", _text(chance), "x" * 30_000]
    )


_FIELDS = ("question", "query", "text", "history", "filters", "id", "title", "published", "role")

# Doors, and what a program sends there that means well.
_DOORS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("/api/ask", {"question": QUESTION, "history": [], "filters": {}, "scope": True}),
    ("/api/search", {"query": "harbour", "top_k": 3, "history": [], "filters": {}}),
    ("/api/articles", {"articles": [{"text": "", "title": "", "published": None}]}),
    ("/v1/chat/completions", {"messages": [{"role": "user", "content": QUESTION}], "n": 1}),
    ("/mcp", {"jsonrpc": "2.0", "id": 1, "method": "tools/call",
              "params": {"name": "ask", "arguments": {"question": QUESTION}}}),
    ("/gradio_api/queue/join", {"data": ["x", None, None, "", "", ""], "fn_index": 0,
                                "session_hash": "a1"}),
)  # fmt: skip
_RAW = (
    b"GET / HTTP/1.1\r\n", b"POST /api/ask HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{",
    b"\x16\x03\x01\x02\x00", b"GET /%00%ff HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil\r\n\r\n",
    b"POST /api/ask HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"GET / HTTP/9.9\r\n\r\n", b"G" * 70_000,
)  # fmt: skip


def requests(folder: Path, count: int, chance: random.Random) -> Iterator[tuple[str, Result]]:
    """Sends each door so many requests, and as many that are no HTTP; then asks a question."""
    with served(folder) as (address, _):
        client = httpx.Client(base_url=address, timeout=SECONDS, trust_env=False)
        for path, sound in _DOORS:
            for _ in range(count):
                yield f"hostile request: {path}", _sent(client, path, _harmed(sound, chance))
        for _ in range(count):
            yield "hostile request: no HTTP", _raw(address, chance.choice(_RAW))
        reply = client.post("/api/ask", json={"question": QUESTION})
        answered = reply.status_code == 200 and reply.json()["answered"]
        written = (folder / "log").read_text()
        lines = sum(1 for line in written.splitlines() if line.startswith(("Traceback", "  File")))
        good = answered and not lines and client.get("/healthz").status_code == 200
        yield "the server after them", Result("unharmed" if good else "traceback", written[-3_000:])


def _harmed(sound: Any, chance: random.Random) -> bytes:  # noqa: ANN401
    """A request of which one or two values are not what they should be, or that is cut or noise."""
    value = json.loads(json.dumps(sound))
    for _ in range(chance.randrange(1, 3)):
        inner = value
        while True:
            key = chance.choice(list(inner) if isinstance(inner, dict) else range(len(inner)))
            if not (isinstance(inner[key], (dict, list)) and inner[key] and chance.random() < 0.7):
                break
            inner = inner[key]
        inner[key] = _value(chance, 3)
    data = json.dumps(value).encode()
    how = chance.randrange(12)
    if how == 0:
        return data[: chance.randrange(len(data))]
    if how == 1:
        return b"[" * 50_000
    return chance.randbytes(300) if how == 2 else data


def _sent(client: httpx.Client, path: str, body: bytes) -> Result:
    headers = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    try:
        reply = client.post(path, content=body, headers=headers)
    except httpx.HTTPError as error:
        return Result("traceback", f"{type(error).__name__}: {body[:300]!r}")
    said = reply.text
    note = f"{reply.status_code} {said[:200]!r} to {body[:200]!r}"
    if reply.status_code in (400, 404, 413, 422, 503):
        sentence = _sentence(said)
        good = bool(sentence) and "\n" not in sentence and "Traceback" not in sentence
        return Result("refused" if good else "traceback", note)
    if reply.status_code == 202:  # /mcp took it for a notification
        return Result("unharmed", note)
    if reply.status_code != 200:
        return Result("traceback", note)
    told = re.search(r'"isError":\s*true|"error":', said)
    return Result("refused" if told else "unharmed", note)


def _sentence(said: str) -> str:
    with suppress(ValueError, AttributeError, KeyError, TypeError):
        error = json.loads(said)["error"]
        return str(error if isinstance(error, str) else error["message"])
    return ""


def _raw(address: str, data: bytes) -> Result:
    """Sends bytes that are no whole request, and leaves."""
    host, port = httpx.URL(address).host, httpx.URL(address).port
    with socket.create_connection((host, port or 80), timeout=SECONDS) as line, suppress(OSError):
        line.sendall(data)
        line.settimeout(0.5)
        reply = line.recv(2_000)
        refused = reply.split(b" ")[1:2] not in ([], [b"500"])
        return Result("refused" if refused else "unharmed", repr(reply[:80]))
    return Result("unharmed")
