"""Server-sent events."""

import json
from collections.abc import Mapping
from typing import Any

MEDIA_TYPE = "text/event-stream"


def event(name: str, value: Mapping[str, Any]) -> str:
    """One event, whose data is JSON."""
    return f"event: {name}\ndata: {json.dumps(value, ensure_ascii=False)}\n\n"
