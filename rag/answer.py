"""The words that an answer is told with, beside those of the articles."""

from __future__ import annotations

# What stands over the sentences of an answer that may be none.
MAY = "This may answer:"

# What a refusal says first.
REFUSAL = "The articles do not answer this."

# What stands over the passages of a refusal: what came closest, whether or not it answers.
NEAREST = "Nearest passages:"

# What stands over the sentences of an answer that no article supports.
UNSUPPORTED = "Not found in the articles:"


def sentence(words: str) -> str:
    """Words as a sentence: "it rained" -> "It rained."; "" stays ""."""
    said = words.strip()
    ended = said.endswith((".", "?", "!"))
    return f"{said[:1].upper()}{said[1:]}{'' if ended or not said else '.'}"
