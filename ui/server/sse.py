"""Server-sent events."""

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import StreamingResponse

MEDIA_TYPE = "text/event-stream"
DESCRIBED = {MEDIA_TYPE: {"schema": {"type": "string"}}}
"""What a route that can send them adds to its description."""


def wanted(request: Request) -> bool:
    """Whether the client asked for events."""
    return MEDIA_TYPE in request.headers.get("accept", "")


def event(name: str, value: Mapping[str, Any]) -> str:
    """One event, whose data is JSON.

    Args:
        name: Its kind.
        value: What is sent with it.
    """
    return f"event: {name}\ndata: {json.dumps(value, ensure_ascii=False)}\n\n"


def response(events: AsyncIterator[str]) -> StreamingResponse:
    """Events as they come, which nobody on the way may keep."""
    return StreamingResponse(events, media_type=MEDIA_TYPE, headers={"Cache-Control": "no-store"})
