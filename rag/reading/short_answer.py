"""The words that answer, as they can be shown: quotation marks whole, nothing that was asked."""

from __future__ import annotations

import re

_CLOSING = {"“": "”", "„": "“", "«": "»", "‹": "›", "‘": "’", "(": ")"}
_OPENING = {close: opened for opened, close in _CLOSING.items() if close != "’"}
# What a question quotes, from so many characters on, is no answer to who said it.
REPEATED = 15

# Signs that may stand between words and the mark that closes them, and characters that is.
_SIGNS, FAR = ",.;!? ", 4

# Who asks who somebody is knows that much of the name: "Kirill" does not say who Dmitriev is, and
# of "French President Emmanuel" the last word does not say who Macron is.
_WHO_IS = re.compile(r"\W*who(?:[’']s| is| was) (?P<who>[A-Z][\w’'-]+)\W*$")
# Who asks himself who it will be does not say who: "Berg wants to know who will sign".
_WHO = re.compile(r"\W*(?:(?:and|but|so) )?who(?:[’']s)?\b", re.I)
_ASKED_THERE = re.compile(
    r"[^.!?]*\b(?:know|ask\w*|question|unclear|unknown|decide|wonder\w*|dispute\w*) who(?:m|se)?\b"
)
_FIRST_NAMES = re.compile(r"(?<!\w)[A-Z][\w’'.-]*$")


def trimmed(question: str, text: str, start: int, end: int) -> tuple[int, int]:
    """Where the words that answer begin and end, without what is known or half a quotation.

    Args:
        question: What is asked.
        text: Where the answer stands.
        start: The offset of its first character there.
        end: The offset after its last one.

    Returns:
        Both offsets, equal where nothing answers.

    >>> said = "Berg called it “a first step,” and left."
    >>> start, end = trimmed("what was it", said, said.index("a first"), said.index(",”"))
    >>> said[start:end]
    'a first step'
    >>> start, end = trimmed("what was it", said, said.index("“"), said.index(",”"))
    >>> said[start:end]
    '“a first step,”'
    >>> said = "Berg said: we must know who will sign."
    >>> trimmed("who is to sign?", said, 0, 4)
    (0, 0)
    >>> said = "The envoy, Anna Berg, left."
    >>> trimmed("who is Berg?", said, said.index("Anna"), said.index(" Berg"))
    (11, 11)
    """
    if len(words := flat(text[start:end])) >= REPEATED and words in flat(question):
        return start, start
    if _WHO.match(question) and _ASKED_THERE.match(text, end):
        return start, start
    asked = _WHO_IS.match(question)
    if asked and re.compile(rf" {re.escape(asked['who'])}\b").match(text, end):
        first = _FIRST_NAMES.search(text[start:end])
        end = start + len(text[start : start + first.start()].rstrip()) if first else end
    return _quoted_whole(text, start, end)


def flat(text: str) -> str:
    """The words of a text alone, as a quotation may be typed."""
    return " ".join(re.findall(r"\w+", text.lower()))


def _quoted_whole(text: str, start: int, end: int) -> tuple[int, int]:
    """The same words with both of the marks around them, or neither."""
    words = text[start:end]
    for opened, close in _CLOSING.items():
        if words.startswith(opened) and close not in words:
            behind = text[end : end + FAR].lstrip(_SIGNS)
            closed = end + text[end : end + FAR].index(behind) + 1
            return (start, closed) if behind.startswith(close) else (start + 1, end)
    for close, opened in _OPENING.items():
        if words.endswith(close) and opened not in words:
            return (start - 1, end) if text[start - 1 : start] == opened else (start, end - 1)
    return start, end
