"""Files that are whole or not there: written beside their place, then put in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
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
