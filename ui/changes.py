"""Who changed an index, when and how: a line of JSON for each change, in a file beside it."""

from __future__ import annotations

import getpass
import json
import logging
import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

log = logging.getLogger(__name__)

FILE = "changes.jsonl"


def note(directory: Path, who: str, changed: Mapping[str, Sequence[str]]) -> None:
    """Notes one change; nothing where nothing changed.

    Processes may note at once: a line is appended by one write.

    Args:
        directory: The folder of the index, or that beside its database.
        who: The user of the page or the server, or of this machine.
        changed: Uris, under what became of them: "added", "changed", "removed".
    """
    held = {name: list(uris) for name, uris in changed.items() if uris}
    if not held:
        return
    value = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "who": who, **held}
    line = json.dumps(value, ensure_ascii=False) + "\n"
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with (directory / FILE).open("ab", buffering=0) as file:
            file.write(line.encode("utf-8", "replace"))
    except OSError as error:  # the change is made, and stays
        log.warning("%s: a change by %s could not be noted: %s", directory / FILE, who, error)


def person() -> str:
    """Who runs this command."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # as in a container
        return str(os.getuid())
