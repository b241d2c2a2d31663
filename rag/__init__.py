"""From a question to a cited, checked answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rag.corpus import Corpus

__all__ = ["Corpus"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 (the signature is Python's)
    """``Corpus`` loads LlamaIndex, which settings and ``--help`` can do without."""
    if name == "Corpus":
        from rag.corpus import Corpus

        return Corpus
    raise AttributeError(f"module 'rag' has no attribute {name!r}")
