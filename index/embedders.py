"""Which embedding model a name means."""

from __future__ import annotations

from index.embed import DEFAULT_MODEL, MULTILINGUAL, Embedder, TransformerEmbedder


def embedder_of(name: str = DEFAULT_MODEL) -> Embedder:
    """The embedding model with a name: a packaged one, or any of sentence-transformers."""
    if name == MULTILINGUAL:
        from index.e5 import E5

        return E5()
    if name != DEFAULT_MODEL:
        return TransformerEmbedder(name)
    from index.minilm import MiniLM

    return MiniLM()
