"""A server of the doors for programs on this machine, and a corpus that answers by script."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import httpx

from rag.answer import Answer
from tests.ui.fake_corpus import PLAIN, QUOTE, FakeCorpus, cite, claim, reply
from ui.api import build_api
from ui.programs.server import Server

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

    def stream(self, question: str, **how: object) -> Iterator[Answer]:
        self.asked.append({"question": question, **how})
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
