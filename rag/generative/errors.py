"""What can go wrong with a language model, in one sentence for the person."""

from __future__ import annotations

import json
import re

from index.errors import OnRecordError

# How servers say that the prompt is too long: OpenAI and vLLM, llama.cpp, LM Studio, transformers.
_TOO_LONG = re.compile(
    r"context[ _]length|context[ _](?:size|window)|maximum context|too many (?:input )?tokens"
    r"|(?:prompt|input|request) is too (?:long|large)|exceed\w* .{0,60}\b(?:context|tokens)\b",
    re.I | re.S,
)
_NO_MODEL = re.compile(r"model", re.I)
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
    if isinstance(error, openai.APIStatusError):
        return _of_status(error.status_code, _said(error), _wait(error), where, model)
    if isinstance(error, openai.APITimeoutError | httpx.TimeoutException):
        return ModelFailed(f"{where} does not answer in time", "allow more with llm_timeout")
    if isinstance(error, openai.APIConnectionError | httpx.ConnectError):
        return ModelFailed(
            f"{where} cannot be reached", "start the model's server or correct llm_url"
        )
    if isinstance(error, httpx.HTTPError):
        return cut(where)
    if isinstance(error, openai.APIError):  # the stream itself tells of an error
        if _TOO_LONG.search(_said(error)):
            return _overflow(where)
        return ModelFailed(
            f"{where} met an error in the middle of its reply", "see what the server logged"
        )
    if isinstance(error, json.JSONDecodeError | UnicodeDecodeError):
        return ModelFailed(
            f"{where} sent something that is no stream of a chat",
            "see whether llm_url names an OpenAI-compatible server",
        )
    if isinstance(error, httpx.InvalidURL | ValueError | UnicodeError):
        return ModelFailed(f"{where} is no address of a server", "correct llm_url")
    return ModelFailed(
        f"{where} sent a reply that cannot be read ({type(error).__name__})",
        "see whether llm_url names an OpenAI-compatible server",
    )


def _of_status(status: int, said: str, wait: float | None, where: str, model: str) -> ModelFailed:
    if status in (401, 403):
        return ModelFailed(f"{where} refuses the key", "set llm_key, as in ONRECORD_LLM_KEY")
    if status in (400, 413, 422, 500) and _TOO_LONG.search(said):
        return _overflow(where)
    if status in (400, 422) and _OPTIONS.search(said):
        return OptionUnknown(f"{where} does not tell how many tokens it uses", "ask again")
    if status == 402 or (status == 429 and _PAID.search(said)):
        return ModelFailed(f"{where} wants to be paid first", "see to the account there")
    if status == 429 or (status == 503 and wait is not None):
        return TooManyRequests(where, wait)
    if status in (400, 404) and _NO_MODEL.search(said):
        return ModelFailed(
            f"{where} has no model “{model}”", "see which ones it has with: onrecord llm"
        )
    if status in (404, 405):
        return ModelFailed(
            f"{where} has no chat endpoint", "correct llm_url, which mostly ends in /v1"
        )
    if status >= 500:
        return ModelFailed(f"{where} failed (HTTP {status})", "see what the server logged")
    return ModelFailed(f"{where} refused the request (HTTP {status})", "see what the server logged")


def _overflow(where: str) -> ContextOverflow:
    return ContextOverflow(
        f"the prompt is too long for {where}", "set llm_context to what the server allows"
    )


def _said(error: Exception) -> str:
    """What the server says of an error: only read, never shown."""
    return f"{error} {getattr(error, 'body', '')}"[:4000]


def _wait(error: Exception) -> float | None:
    """Seconds that the server wants to be left alone, by its Retry-After; None if it has none."""
    response = getattr(error, "response", None)
    value = response.headers.get("retry-after", "") if response is not None else ""
    return float(value) if value.isdecimal() else None
