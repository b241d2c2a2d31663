"""What can go wrong with a language model, in one sentence for the person."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from index.errors import OnRecordError

if TYPE_CHECKING:
    import openai

# How servers say that the prompt is too long: OpenAI and vLLM, llama.cpp, LM Studio, transformers.
_TOO_LONG = re.compile(
    r"context[ _]length|context[ _](?:size|window)|maximum context|too many (?:input )?tokens"
    r"|(?:prompt|input|request) is too (?:long|large)|exceed\w* .{0,60}\b(?:context|tokens)\b",
    re.I | re.S,
)
_OPTIONS = re.compile(r"stream_options|include_usage", re.I)
_PAID = re.compile(r"insufficient_quota|billing|credit", re.I)


class ModelFailed(OnRecordError):
    """A language model gave no reply that can be used.

    Attributes:
        what: What happened, without a full stop.
        remedy: What the person can do about it.
    """

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what}; {remedy}")
        self.what = what
        self.remedy = remedy


class ContextOverflow(ModelFailed):
    """The prompt is longer than the server lets it be."""


class TooManyRequests(ModelFailed):
    """The server wants to be asked later.

    Attributes:
        seconds: How long it wants to be left alone; None if it does not say.
    """

    def __init__(self, where: str, seconds: float | None) -> None:
        said = "" if seconds is None else f" for {max(1, round(seconds))} s"
        super().__init__(f"{where} has had too many requests{said}", "ask again later")
        self.seconds = seconds


class OptionUnknown(ModelFailed):
    """The server does not know the option by which the tokens used are told."""


def too_slow(where: str, seconds: float, begun: bool) -> ModelFailed:
    """The failure of a server that took too long.

    Args:
        where: The server's address, without what is secret in it.
        seconds: Those that it was given.
        begun: Whether a first piece of the reply had come.
    """
    what = "did not finish its reply" if begun else "sent no word"
    return ModelFailed(
        f"{where} {what} within {seconds:g} s", "allow more with llm_timeout or use a smaller model"
    )


def cut(where: str) -> ModelFailed:
    """The failure of a server that went away in the middle of a reply."""
    return ModelFailed(
        f"{where} broke off in the middle of its reply", "see whether the server still runs"
    )


def explain(error: Exception, where: str, model: str) -> ModelFailed:
    """What an error of the client means.

    Args:
        error: As openai, httpx or the parser of the stream raises it.
        where: The server's address, without what is secret in it.
        model: The name of the model that was asked for.
    """
    import httpx
    import openai

    if isinstance(error, ModelFailed):
        return error
    said = f"{error} {getattr(error, 'body', '')}"[:4000]  # only read, never shown
    if isinstance(error, openai.APIStatusError):
        return _of_status(error, said, where, model)
    if isinstance(error, openai.APITimeoutError | httpx.TimeoutException):
        return ModelFailed(f"{where} does not answer in time", "allow more with llm_timeout")
    if isinstance(error, openai.APIConnectionError | httpx.ConnectError):
        what, remedy = "cannot be reached", "start the model's server or correct llm_url"
    elif isinstance(error, httpx.HTTPError):
        return cut(where)
    elif isinstance(error, openai.APIError):  # the stream itself tells of an error
        if _TOO_LONG.search(said):
            return _overflow(where)
        what, remedy = "met an error in the middle of its reply", "see what the server logged"
    elif isinstance(error, json.JSONDecodeError | UnicodeDecodeError):
        what = "sent something that is no stream of a chat"
        remedy = "see whether llm_url names an OpenAI-compatible server"
    elif isinstance(error, httpx.InvalidURL | ValueError | UnicodeError):
        what, remedy = "is no address of a server", "correct llm_url"
    else:
        what = f"sent a reply that cannot be read ({type(error).__name__})"
        remedy = "see whether llm_url names an OpenAI-compatible server"
    return ModelFailed(f"{where} {what}", remedy)


def _of_status(error: openai.APIStatusError, said: str, where: str, model: str) -> ModelFailed:
    """What a server's refusal means, by its status and what it said."""
    status = error.status_code
    after = error.response.headers.get("retry-after", "")
    wait = float(after) if after.isdecimal() else None
    if status in (400, 413, 422, 500) and _TOO_LONG.search(said):
        return _overflow(where)
    if status in (400, 422) and _OPTIONS.search(said):
        return OptionUnknown(f"{where} does not tell how many tokens it uses", "ask again")
    unpaid = status == 402 or (status == 429 and _PAID.search(said))
    if not unpaid and (status == 429 or (status == 503 and wait is not None)):
        return TooManyRequests(where, wait)
    if unpaid:
        what, remedy = "wants to be paid first", "see to the account there"
    elif status in (401, 403):
        what, remedy = "refuses the key", "set llm_key, as in ONRECORD_LLM_KEY"
    elif status in (400, 404) and "model" in said.lower():
        what, remedy = f"has no model “{model}”", "see which ones it has with: onrecord llm"
    elif status in (404, 405):
        what, remedy = "has no chat endpoint", "correct llm_url, which mostly ends in /v1"
    else:
        how = "failed" if status >= 500 else "refused the request"
        what, remedy = f"{how} (HTTP {status})", "see what the server logged"
    return ModelFailed(f"{where} {what}", remedy)


def _overflow(where: str) -> ContextOverflow:
    return ContextOverflow(
        f"the prompt is too long for {where}", "set llm_context to what the server allows"
    )
