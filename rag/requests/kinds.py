"""What kinds of request there are; the reading model tells which one a text is."""

from __future__ import annotations

KINDS = (
    "fact",
    "list",
    "count",
    "brief",
    "timeline",
    "comparison",
    "disagreement",
    "latest",
    "quotes",
    "search",
    "about",
    "smalltalk",
)
"""In the order of the model's outputs, so new ones come last."""

TALK = ("about", "smalltalk")
"""Kinds that ask nothing that articles tell."""

ROLES = ("subject", "side", "speaker")
"""What words of a request can be, in the order of the model's outputs behind "none"."""
