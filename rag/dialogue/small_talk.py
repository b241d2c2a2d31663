"""What people wrap around a question: greetings, politeness, and that it is one."""

from __future__ import annotations

import re

from index.text.words import Phrases

# What is said to somebody who asks for nothing that articles tell.
SMALL_TALK = (
    "Ask me what the articles here report, such as who said what, what happened, when or why:"
    " I answer in their own words and cite every one."
)
WELCOME = "You are welcome. Ask on whenever you like."
SORRY = (
    "I am sorry that this did not help. I can only quote what the articles say: name the person,"
    " the day or the outlet that you mean, or ask for a brief, a timeline or where accounts differ."
)

_PHRASES = Phrases("rag.dialogue")
_BEFORE, _AFTER, _SMALL, _COMPLAINT, _THANKS = (
    _PHRASES.compiled(name, re.I)
    for name in ("talk_before", "talk_after", "small", "complaint", "thanks")
)

_FIRST = re.compile(r"[^.!?]*[.!]+\s+(?=\w)")


def bare(text: str) -> str:
    """A question without greetings, thanks and what says only that somebody asks.

    The same text if nothing else is left.

    >>> bare("hi, can you tell me what Merz said please?"), bare("Thanks! And why?")
    ('what Merz said?', 'And why?')
    """
    rest = text
    while (found := _BEFORE.match(rest)) or (
        (found := _FIRST.match(rest)) and is_small_talk(found[0])
    ):
        rest = rest[found.end() :]
    while found := _AFTER.search(rest):
        rest = rest[: found.start()] + found["end"]
    return rest if re.search(r"\w", rest) else text


def is_small_talk(text: str) -> bool:
    """Whether a turn asks nothing that articles tell: "hello", "thanks!", "what can you do?"."""
    return bool(_SMALL.match(text))


def said_to(text: str) -> str:
    """What is said to small talk.

    >>> said_to("thanks, that helps") == WELCOME, said_to("hello") == SMALL_TALK
    (True, True)
    """
    if _COMPLAINT.search(text):
        return SORRY
    return WELCOME if _THANKS.search(text) else SMALL_TALK
