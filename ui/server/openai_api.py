"""The corpus as a model behind OpenAI's chat endpoint, for the clients that know no other."""

# No `from __future__ import annotations`: see ui/server/api.py.

import contextlib
import json
import re
import time
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from typing import Any, Literal

from fastapi import FastAPI, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from rag.answer_text import MAY, UNSUPPORTED
from rag.corpus import Corpus
from rag.question import UnusableQuestion
from rag.types import LONGEST_MESSAGE, MOST_MESSAGES, Answer, Text
from ui.answer_parts import in_text, pieces
from ui.output import source
from ui.server import schemas
from ui.server.replies import EVENTS, GONE, Unusable, as_openai, event_stream, told
from ui.server.worker_pool import WorkerPool, last_of

MODEL = "onrecord"


class PartIn(BaseModel):
    """One part of a message; only text is read."""

    type: str
    text: Text = ""


class MessageIn(BaseModel):
    """One message of a chat; those that are not from user or assistant are not read."""

    role: Literal["user", "assistant", "system", "developer", "tool", "function"]
    content: Text | list[PartIn] | None = None

    @property
    def said(self) -> str:
        """The text of the message."""
        if isinstance(self.content, str):
            return self.content
        return "\n".join(part.text for part in self.content or () if part.type == "text")


class CompletionIn(BaseModel):
    """A chat whose last question is answered; how to sample and the like is not read."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "model": MODEL,
                    "messages": [
                        {"role": "user", "content": "what preconditions did the Kremlin set?"}
                    ],
                }
            ]
        }
    )

    model: str = Field(MODEL, description="any; there is one")
    messages: list[MessageIn] = Field(min_length=1, max_length=2 * MOST_MESSAGES)
    stream: bool | None = False
    n: Literal[1] | None = 1


SOURCES = "\n\nSources:\n"
"""Comes before the footnotes; what an earlier reply says from here on is no history."""

ANYTHING = dict[str, Any]
"""Replies have the forms that OpenAI describes; with an answer comes ``onrecord``, as /api/ask
gives it."""

_MODEL = {"id": MODEL, "object": "model", "created": 0, "owned_by": MODEL}


def add_routes(app: FastAPI, corpus: Corpus, pool: WorkerPool) -> None:
    """Adds ``/v1/models`` and ``/v1/chat/completions``.

    Args:
        app: The server.
        corpus: The corpus that is asked.
        pool: Where the work is done.
    """

    @app.get(
        "/v1/models",
        **schemas.route("The one model.", ANYTHING, tag="openai", problem=ANYTHING),
    )
    async def models() -> Response:
        """Lists the one model."""
        return JSONResponse({"object": "list", "data": [_MODEL]})

    @app.post(
        "/v1/chat/completions",
        **schemas.route("The answer.", ANYTHING, tag="openai", text=EVENTS, problem=ANYTHING),
    )
    async def complete(request: Request, asked: CompletionIn) -> Response:
        """Answers the last message from the articles; those before it are the history."""
        question, history = conversation_of(asked.messages)
        answers = pool.stream(lambda: corpus.stream(question, history=history), request.receive)
        first = await anext(answers, None)
        if first is None:
            await answers.aclose()
            return Response(status_code=GONE)
        if asked.stream:
            return event_stream(_chunks(first, answers))
        return JSONResponse(_completion(await last_of(answers) or first))


def conversation_of(messages: Sequence[MessageIn]) -> tuple[str, list[dict[str, str]]]:
    """The last question and the turns before it.

    Raises:
        Unusable: an earlier message that is read is too long.
        UnusableQuestion: the last message that is read is not the user's.
    """
    for number, message in enumerate(messages[:-1]):
        read = message.role in ("user", "assistant")
        if read and (length := len(message.said)) > LONGEST_MESSAGE:
            raise Unusable(
                f"messages.{number}.content: has {length:,} characters, and an earlier message may"
                f" have {LONGEST_MESSAGE:,}; shorten it or leave it out"
            )
    turns = [
        {"role": message.role, "content": _on_record(message)}
        for message in messages
        if message.role in ("user", "assistant")
    ]
    if not turns or turns[-1]["role"] != "user":
        raise UnusableQuestion("the last message has to be the user's question; add one")
    return turns[-1]["content"], turns[:-1]


def _on_record(message: MessageIn) -> str:
    """A message as history: of a reply what the articles support, and nothing put around it.

    These clients keep a reply as the text that was sent to them, and send that.
    """
    if message.role == "user":
        return message.said
    said = message.said.partition(SOURCES)[0]
    said = said.removeprefix(MAY).lstrip().replace("**", "")
    return said.partition(UNSUPPORTED)[0].rstrip()


def content_of(answer: Answer) -> str:
    """What a person reads: the answer and how sure it is, and its sources as footnotes.

    Short answers are in bold, as Markdown has it.
    """
    parts = pieces(answer.text, in_text(answer))
    text = "".join(f"**{piece}**" if short else piece for piece, short in parts)
    said = "\n\n".join(filter(None, (MAY if answer.may else "", text, answer.note)))
    notes = [f"[{c.number}] {source(c)}: “{' '.join(c.quote.split())}”" for c in answer.citations]
    return said + (SOURCES + "\n".join(notes) if notes else "")


def annotations_of(answer: Answer, content: str) -> list[dict[str, Any]]:
    """Each marker of the content, in the order in which they stand; footnotes are none."""
    cited = {citation.number: citation for citation in answer.citations}
    text = content.partition(SOURCES)[0]
    return [
        {
            "type": "url_citation",
            "url_citation": {
                "start_index": found.start(),
                "end_index": found.end(),
                "title": named.title,
                "url": named.url or named.uri,
            },
        }
        for found in re.finditer(r"\[([0-9]{1,4})\]", text)
        if (named := cited.get(int(found[1])))
    ]


def _completion(answer: Answer) -> dict[str, Any]:
    """An answer as a chat completion."""
    content = content_of(answer)
    message = {
        "role": "assistant",
        "content": content,
        "refusal": None,
        "annotations": annotations_of(answer, content),
    }
    choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
    return {
        **_head("chat.completion"),
        "choices": [choice],
        "usage": _usage(answer),
        "onrecord": answer.as_json(),
    }


async def _chunks(first: Answer, answers: "AsyncGenerator[Answer, None]") -> AsyncIterator[str]:
    """An answer as the chunks of a completion.

    Its text is one of them: what a language model writes may still be taken back until the answer
    is whole, and these clients keep what they were sent.
    """
    head = _head("chat.completion.chunk")

    def chunk(delta: dict[str, Any], finish: str | None = None, **more: object) -> str:
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        return _data({**head, "choices": [choice], **more})

    async with contextlib.aclosing(answers):
        yield chunk({"role": "assistant", "content": ""})
        try:
            answer = await last_of(answers) or first
        except Exception as error:
            yield _data(as_openai(500, told(error)))
            return
    content = content_of(answer)
    yield chunk({"content": content})
    delta = {"annotations": annotations_of(answer, content)}
    yield chunk(delta, finish="stop", usage=_usage(answer), onrecord=answer.as_json())
    yield "data: [DONE]\n\n"


def _head(kind: str) -> dict[str, Any]:
    made = {"id": f"chatcmpl-{uuid.uuid4().hex}", "created": int(time.time()), "model": MODEL}
    return {**made, "object": kind}


def _usage(answer: Answer) -> dict[str, int]:
    """The tokens of a language model; none if the articles are quoted."""
    prompt = answer.usage.get("prompt_tokens", 0)
    reply = answer.usage.get("completion_tokens", 0)
    return {
        "prompt_tokens": prompt,
        "completion_tokens": reply,
        "total_tokens": prompt + reply,
    }


def _data(value: dict[str, Any]) -> str:
    return f"data: {json.dumps(value, ensure_ascii=False)}\n\n"
