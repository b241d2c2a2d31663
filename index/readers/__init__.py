"""From the files of a source to articles; one module per kind of file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from index.readers.files import MAX_FILE_BYTES
    from index.readers.registry import extensions
    from index.readers.source import Source, SourceMissing, file_of, read_source

__all__ = ["MAX_FILE_BYTES", "Source", "SourceMissing", "extensions", "file_of", "read_source"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 (the signature is Python's)
    """The readers are loaded when something is read, not when a character is scrubbed."""
    if name not in __all__:
        raise AttributeError(f"module 'index.readers' has no attribute {name!r}")
    from index.readers import files, source

    return getattr(source, name, None) or getattr(files, name)
