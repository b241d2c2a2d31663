"""The corpus as a model behind OpenAI's chat endpoint, for the clients that know no other."""

# No `from __future__ import annotations`: see ui/server/api.py.

import contextlib
import json
import re
import time
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from dataclasses import replace
from typing import Any, Literal

from fastapi import FastAPI, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from index.errors import NotIndexed
from rag.answer_text import MAY, UNSUPPORTED
from rag.corpus import Corpus
from rag.question import UnusableQuestion
from rag.types import LONGEST_MESSAGE, MOST_MESSAGES, Answer, Text
from ui.answer_parts import in_text, pieces
from ui.output import source
from ui.server import schemas
from ui.server.replies import GONE, Unusable, as_openai, event_stream, told
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


class StreamOptions(BaseModel):
    """What a stream ends with."""

    include_usage: bool = False


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
    stream_options: StreamOptions | None = None
    n: Literal[1] | None = 1


class UrlCitation(BaseModel):
    """Where a marker stands in the content, and what it refers to."""

    start_index: int
    end_index: int
    title: str
    url: str


class AnnotationOut(BaseModel):
    """A marker of the content, as OpenAI's clients know it."""

    type: Literal["url_citation"]
    url_citation: UrlCitation


class MessageOut(BaseModel):
    """The answer as a message; its sources are footnotes and annotations."""

    role: Literal["assistant"]
    content: str
    refusal: None
    annotations: list[AnnotationOut]


class ChoiceOut(BaseModel):
    """The one choice."""

    index: int
    message: MessageOut
    finish_reason: Literal["stop"]
    logprobs: None


class UsageOut(BaseModel):
    """The tokens of a language model; none if the articles are quoted."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class CompletionOut(BaseModel):
    """An answer as a chat completion; ``onrecord`` is the answer as /api/ask gives it."""

    id: str
    object: Literal["chat.completion"]
    created: int
    model: str
    choices: list[ChoiceOut]
    usage: UsageOut
    onrecord: Answer


class ModelOut(BaseModel):
    """The corpus as a model."""

    id: str
    object: Literal["model"]
    created: int
    owned_by: str


class ModelsOut(BaseModel):
    """All models: one."""

    object: Literal["list"]
    data: list[ModelOut]


class ProblemDetail(BaseModel):
    """What went wrong, as OpenAI's clients read it."""

    message: str
    type: str
    param: str | None
    code: str | None


class ProblemOut(BaseModel):
    """An error."""

    error: ProblemDetail


SOURCES = "\n\nSources:\n"
"""Comes before the footnotes; what an earlier reply says from here on is no history."""

CHECKED = "\n\nAs checked, the answer is:\n\n"
"""Comes before an answer that replaces what was streamed of it."""


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
        tags=["openai"],
        responses=_replies(ModelsOut, "The one model.", 401, 403),
    )
    async def models() -> Response:
        """Lists the one model."""
        return JSONResponse({"object": "list", "data": [_MODEL]})

    @app.get(
        "/v1/models/{model}",
        tags=["openai"],
        responses=_replies(ModelOut, "The model.", 401, 403, 404, 422),
    )
    async def model(model: str) -> Response:
        """Describes the one model."""
        if model != MODEL:
            raise NotIndexed(f"{model}: there is no such model; the one here is {MODEL}")
        return JSONResponse(_MODEL)

    @app.post(
        "/v1/chat/completions",
        tags=["openai"],
        responses=_replies(CompletionOut, "The answer.", *schemas.USUAL, events=True),
    )
    async def complete(request: Request, asked: CompletionIn) -> Response:
        """Answers the last message from the articles; those before it are the history."""
        question, history = conversation_of(asked.messages)

        def start() -> "Iterator[Answer]":
            return corpus.stream(question, history=history)

        answers = pool.stream(start, request.receive)
        made = _Completion(asked)
        first = await anext(answers, None)
        if first is None:
            await answers.aclose()
            return Response(status_code=GONE)
        if asked.stream:
            return event_stream(made.chunks(first, answers))
        return JSONResponse(made.whole(await last_of(answers) or first))


def _replies(
    model: type[BaseModel], said: str, *codes: int, events: bool = False
) -> dict[int | str, dict[str, Any]]:
    """A route's replies, the errors as OpenAI's clients know them."""
    described = schemas.replies(model, said, codes, events=events)
    return {
        code: what if code == 200 else {**what, "model": ProblemOut}
        for code, what in described.items()
    }


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
    said = message.said.rpartition(CHECKED)[2].partition(SOURCES)[0]
    said = said.removeprefix(MAY).lstrip().replace("**", "")
    return said.partition(UNSUPPORTED)[0].rstrip()


def content_of(answer: Answer) -> str:
    """What a person reads: the answer and how sure it is, and its sources as footnotes.

    Short answers are in bold, as Markdown has it.
    """
    said = "\n\n".join(part for part in (_worded(answer), answer.note) if part)
    notes = [f"[{c.number}] {source(c)}: “{' '.join(c.quote.split())}”" for c in answer.citations]
    return said + (SOURCES + "\n".join(notes) if notes else "")


def annotations_of(answer: Answer, content: str) -> list[dict[str, Any]]:
    """Each marker of the content, in the order in which they stand; footnotes are none.

    Args:
        answer: With its citations.
        content: Its text, as it is sent.
    """
    cited = {citation.number: citation for citation in answer.citations}
    start = content.rfind(CHECKED) + 1
    end = content.rfind(SOURCES) if cited else 0
    markers = [
        (found.span(), cited[int(found[1])])
        for found in re.finditer(r"\[([0-9]{1,4})\]", content)
        if start <= found.start() < end and int(found[1]) in cited
    ]
    return [
        {
            "type": "url_citation",
            "url_citation": {
                "start_index": first,
                "end_index": last,
                "title": named.title,
                "url": named.url or named.uri,
            },
        }
        for (first, last), named in markers
    ]


class _Completion:
    """One reply, whole or in chunks."""

    def __init__(self, asked: CompletionIn) -> None:
        self._head = {
            "id": f"chatcmpl-{uuid.uuid4().hex}",
            "created": int(time.time()),
            "model": MODEL,
        }
        self._with_usage = bool(asked.stream_options and asked.stream_options.include_usage)

    def whole(self, answer: Answer) -> dict[str, Any]:
        content = content_of(answer)
        message = {
            "role": "assistant",
            "content": content,
            "refusal": None,
            "annotations": annotations_of(answer, content),
        }
        choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
        return {
            **self._head,
            "object": "chat.completion",
            "choices": [choice],
            "usage": _usage(answer),
            "onrecord": answer.as_json(),
        }

    async def chunks(
        self, answer: Answer, answers: "AsyncGenerator[Answer, None]"
    ) -> AsyncIterator[str]:
        """What is checked is sent as it comes; the rest, footnotes too, when the answer is whole.

        A model's answer may end otherwise than it began; then the whole of it follows.
        """
        async with contextlib.aclosing(answers):
            yield self._chunk({"role": "assistant", "content": ""})
            sent = ""
            try:
                while True:
                    later = await anext(answers, None)
                    if later is None:
                        break
                    stable = _stable(answer)
                    if stable.startswith(sent) and stable != sent:
                        yield self._chunk({"content": stable[len(sent) :]})
                        sent = stable
                    answer = later
            except Exception as error:
                yield _data(as_openai(500, told(error)))
                return
        content = content_of(answer)
        if not content.startswith(sent):
            content = sent + CHECKED + content
        if content != sent:
            yield self._chunk({"content": content[len(sent) :]})
        yield self._chunk(
            {"annotations": annotations_of(answer, content)},
            finish="stop",
            onrecord=answer.as_json(),
        )
        if self._with_usage:
            yield _data({**self._chunk_head(), "choices": [], "usage": _usage(answer)})
        yield "data: [DONE]\n\n"

    def _chunk(self, delta: dict[str, Any], finish: str | None = None, **more: object) -> str:
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        usage = {"usage": None} if self._with_usage else {}
        return _data({**self._chunk_head(), "choices": [choice], **usage, **more})

    def _chunk_head(self) -> dict[str, Any]:
        return {**self._head, "object": "chat.completion.chunk"}


def _stable(answer: Answer) -> str:
    """What of an answer that grows will stay as it is: the sentences that were checked."""
    claims = tuple(claim for claim in answer.claims if claim.status == "supported")
    if claims == answer.claims:
        return _worded(answer)
    said = " ".join(claim.marked for claim in claims)
    return _worded(replace(answer, claims=claims, text=said))


def _worded(answer: Answer) -> str:
    parts = pieces(answer.text, in_text(answer))
    said = "".join(f"**{piece}**" if short else piece for piece, short in parts)
    return f"{MAY}\n\n{said}" if answer.may else said


def _usage(answer: Answer) -> dict[str, int]:
    prompt = answer.usage.get("prompt_tokens", 0)
    reply = answer.usage.get("completion_tokens", 0)
    return {
        "prompt_tokens": prompt,
        "completion_tokens": reply,
        "total_tokens": prompt + reply,
    }


def _data(value: dict[str, Any]) -> str:
    return f"data: {json.dumps(value, ensure_ascii=False)}\n\n"
