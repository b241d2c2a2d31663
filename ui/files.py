"""Files that are whole or not there, and the file that tells who changed an index, when and how."""

from __future__ import annotations

import getpass
import json
import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from rag.question_files import UnreadableInput


@contextmanager
def replacing(path: Path) -> Iterator[IO[str]]:
    """Writes beside the file and puts it in its place at the end: never half of it.

    Raises:
        UnreadableInput: it cannot be written.
    """
    making = _beside(path)
    try:
        with making.open("w", encoding="utf-8") as file:
            yield file
        making.replace(path)
    except OSError as error:
        raise UnreadableInput(f"{path}: {error.strerror}; choose another place") from error
    finally:
        making.unlink(missing_ok=True)


def check_place(path: Path) -> None:
    """Finds out whether a file can be written there, before long work is done for it.

    Raises:
        UnreadableInput: it cannot.
    """
    if path.is_dir():
        raise UnreadableInput(f"{path}: is a folder; name a file in it")
    making = _beside(path)
    try:
        making.touch()
        making.unlink()
    except OSError as error:
        raise UnreadableInput(f"{path}: {error.strerror}; choose another place") from error


def _beside(path: Path) -> Path:
    return path.with_name(path.name + ".making")


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
