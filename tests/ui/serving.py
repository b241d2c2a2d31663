"""A server of the doors for programs on this machine, and a corpus that answers by script."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace

import httpx

from rag.types import Answer, AskRequest, messages_of
from tests.ui.fake_corpus import PLAIN, QUOTE, FakeCorpus, cite, claim, reply
from ui.server.api import build_api
from ui.server.server import Server

SECONDS = 120  # the longest wait for something that must come
PASSWORD = "correct horse battery"


@contextmanager
def served(corpus, *arguments, **options) -> Iterator[httpx.Client]:
    """A client of a server that is up."""
    server = Server(build_api(corpus, *arguments, **options), "127.0.0.1", 0)
    try:
        with httpx.Client(base_url=server.address, timeout=SECONDS, trust_env=False) as client:
            yield client
    finally:
        server.close()


def events(response):
    """The server-sent events of a response: (name, value)."""
    found = []
    for block in response.text.removesuffix("\n\n").split("\n\n"):
        name, data = block.split("\n")
        found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


@dataclass
class ScriptedCorpus(FakeCorpus):
    """Gives its answers, the later ones when ``released``; ``closed`` once nobody wants more."""

    answers: tuple[Answer | Exception, ...] = ()
    started: threading.Event = field(default_factory=threading.Event)
    closed: threading.Event = field(default_factory=threading.Event)
    asked: list[dict[str, object]] = field(default_factory=list)

    def stream(self, question: str | AskRequest, **how: object) -> Iterator[Answer]:
        request = AskRequest.of(question, **how)
        said = {each.name: getattr(request, each.name) for each in fields(request)}
        said |= {"history": messages_of(request.history)}
        usual = {each.name: each.default for each in fields(request)} | {"history": []}
        self.asked.append({name: value for name, value in said.items() if value != usual[name]})
        try:
            for place, answer in enumerate(self.answers):
                if place:
                    self.started.set()
                    while not self.released.wait(0.02):
                        yield self.answers[0]
                if isinstance(answer, Exception):
                    raise answer
                yield answer
        finally:
            self.closed.set()

    def manifest(self) -> dict[str, str]:
        return {}


def growing(question: str = "q") -> tuple[Answer, Answer]:
    """An answer of two claims, as it grows."""
    exchange = "Both sides agreed to an exchange."
    first, second = claim(QUOTE, cite(PLAIN, QUOTE)), claim(exchange, cite(PLAIN, exchange, 2))
    return reply(question, first), replace(reply(question, first, second), confidence=0.9)
