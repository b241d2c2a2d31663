"""The words that a question quotes."""

from __future__ import annotations

import re

_QUOTATION = re.compile(r"[“\"]([^”\"]*)[”\"]")


def quotations(question: str) -> list[str]:
    """What stands between quotation marks, in order.

    >>> quotations("Who said “take it” of the “thaw”?")
    ['take it', 'thaw']
    """
    return _QUOTATION.findall(question)


def without_quotations(question: str) -> str:
    """The rest of a question, a space in the place of each."""
    return _QUOTATION.sub(" ", question)
