"""What doors reply besides answers: faults, in the form that their clients know, and events."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Match

from index.errors import NotIndexed, OnRecordError, PublisherUnknown
from rag.question import UnusableQuestion
from ui.alerts import NoSuchAlert
from ui.server.metrics import Metrics
from ui.server.worker_pool import RETRY_SECONDS, Busy

log = logging.getLogger(__name__)


class Unusable(OnRecordError):
    """A request that cannot be used."""


class Forbidden(OnRecordError):
    """What somebody with another role may do."""


_STATUS: tuple[tuple[type[OnRecordError], int], ...] = (
    (UnusableQuestion, 400),
    (Unusable, 400),
    (PublisherUnknown, 400),
    (Forbidden, 403),
    (NotIndexed, 404),
    (NoSuchAlert, 404),
)

INTERNAL = "the answer could not be made; the server's log says why"

GONE = 499
"""The status of a response that nobody waits for, as servers log it."""

_EVERY_METHOD = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]


def told(error: Exception) -> str:
    """An error in one sentence; what no person can mend goes to the log."""
    if isinstance(error, OnRecordError):
        return str(error)
    log.error("no answer", exc_info=error)
    return INTERNAL


def validation_text(error: Mapping[str, Any], skip: int = 0) -> str:
    """What pydantic says of the first value that is not as described, and where that is.

    The first ``skip`` parts of the place are none of the sender's.
    """
    where = ".".join(str(part) for part in error["loc"][skip:]) or "request"
    # Of what is read into a dataclass pydantic says it in terms of Python.
    extra = error["type"] == "unexpected_keyword_argument"
    return f"{where}: {'Extra inputs are not permitted' if extra else error['msg']}"


def as_openai(status: int, sentence: str) -> dict[str, object]:
    """An error as OpenAI's clients read it."""
    kind = "invalid_request_error" if status < 500 else "server_error"
    return {"error": {"message": sentence, "type": kind, "param": None, "code": None}}


def response(
    path: str, status: int, sentence: str, headers: dict[str, str] | None = None
) -> JSONResponse:
    """An error in the form that belongs to the path.

    Args:
        path: Of the request.
        status: Of HTTP.
        sentence: What went wrong, for a person.
        headers: Further ones of the response.
    """
    form = as_openai(status, sentence) if path.startswith("/v1/") else {"error": sentence}
    return JSONResponse(form, status, headers)


def add_handlers(app: FastAPI, metrics: Metrics) -> None:
    """Makes one sentence of whatever a route raises."""

    async def known(request: Request, error: Exception) -> Response:
        path = request.url.path
        if isinstance(error, Busy):
            metrics.fault("openai" if path.startswith("/v1/") else "api", "busy")
            return response(path, 503, str(error), {"Retry-After": str(RETRY_SECONDS)})
        status = next((code for kind, code in _STATUS if isinstance(error, kind)), 503)
        return response(path, status, str(error))

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for it
        said = validation_text(error.errors()[0], skip=1)
        return response(request.url.path, 422, f"{said}; /api/openapi.json says what is wanted")

    async def raised(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - registered for it
        headers = dict(error.headers or {})
        return response(request.url.path, error.status_code, str(error.detail), headers)

    async def unforeseen(request: Request, error: Exception) -> Response:
        return response(request.url.path, 500, INTERNAL)

    app.add_exception_handler(OnRecordError, known)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, raised)
    app.add_exception_handler(Exception, unforeseen)


def add_unmatched(app: FastAPI) -> None:
    """Answers what no route takes, which else came to the page that is mounted at the root."""

    async def stray(request: Request) -> Response:
        allowed: set[str] = set()
        for route in app.router.routes:
            if isinstance(route, APIRoute) and route.matches(request.scope)[0] is Match.PARTIAL:
                allowed |= route.methods or set()
        path = request.url.path
        if not allowed:
            return response(path, 404, f"{path}: there is nothing here; see /api/openapi.json")
        listed = ", ".join(sorted(allowed))
        return response(path, 405, f"{path}: ask with {listed}", {"Allow": listed})

    for path in ("/api/{rest:path}", "/v1/{rest:path}", "/healthz", "/metrics"):
        app.add_route(path, stray, methods=_EVERY_METHOD, include_in_schema=False)


EVENTS = "text/event-stream"


def events_wanted(request: Request) -> bool:
    """Whether the client asked for events."""
    return EVENTS in request.headers.get("accept", "")


def event(name: str, value: Mapping[str, Any]) -> str:
    """One event, whose data is JSON."""
    return f"event: {name}\ndata: {json.dumps(value, ensure_ascii=False)}\n\n"


def event_stream(events: AsyncIterator[str]) -> StreamingResponse:
    """Events as they come, which nobody on the way may keep."""
    return StreamingResponse(events, media_type=EVENTS, headers={"Cache-Control": "no-store"})
