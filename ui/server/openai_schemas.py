"""What OpenAI's clients send and get, as far as it is read and given here."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from rag.types import MOST_MESSAGES, Answer, Text

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
