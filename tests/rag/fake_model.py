"""A language model that says what it is told to, and what it was asked."""

from __future__ import annotations

import re


class FakeReply:
    """Pieces of text, then perhaps a failure."""

    def __init__(self, pieces, *, failure=None, complete=True, usage=None):
        self.pieces = pieces
        self.failure = failure
        self.complete = False
        self.ends = complete
        self.usage = {}
        self.told = {"prompt_tokens": 100, "completion_tokens": 20} if usage is None else usage
        self.first_token_ms = None
        self.given = 0
        self.closed = False

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.closed = True

    def __iter__(self):
        for piece in self.pieces:
            assert not self.closed
            self.first_token_ms = self.first_token_ms or 1.5
            self.given += 1
            yield piece
        if self.failure:
            raise self.failure
        self.complete = self.ends
        self.usage = self.told


class FakeModel:
    """Replies with each of these in turn: a text, pieces, a failure, or what a function makes.

    Attributes:
        prompts: What it was asked: (system, user) each.
        replies: What it gave.
    """

    name = "fake-7b"

    def __init__(self, *script, timeout=60.0, context=4096, max_tokens=512):
        self.script = list(script)
        self.timeout = timeout
        self.context = context
        self.max_tokens = max_tokens
        self.prompts = []
        self.replies = []

    def prepare(self):
        self.prepared = True

    def stream(self, system, user, *, seconds, max_tokens=None):
        self.prompts.append((system, user))
        self.seconds = seconds
        said = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        said = said(user) if callable(said) else said
        if isinstance(said, Exception):
            said = FakeReply([], failure=said)
        elif isinstance(said, str):
            said = FakeReply(re.findall(r"\s*\S+\s*", said))
        elif isinstance(said, list):
            said = FakeReply(said)
        self.replies.append(said)
        return said


def passages_of(user):
    """The passages of a prompt: {number: (source, text)}."""
    found = re.findall(r'<passage number="(\d+)" from="([^"]*)">\n(.*)\n</passage>', user)
    return {int(number): (source, text) for number, source, text in found}
