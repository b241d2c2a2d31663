"""The turns of a chat that are looked back at, and how much of each."""

from __future__ import annotations

from collections.abc import Iterable

from index.readers.encoding import scrub
from rag.types import Said, Turn, as_turns, messages_of

# A program may send a million characters. A turn leans on one of the last three that ask something;
# what it means was said early in a reply (2,000 characters are the longest question).
MESSAGES = 20
QUESTION_CHARS = 2_000
REPLY_CHARS = 4_000


def recent(history: Iterable[Said]) -> list[dict[str, str]]:
    """The last messages of a chat, each so far as it is read, oldest first.

    Args:
        history: Oldest first: turns, or messages of the form {"role", "content"}.
    """
    return [
        {
            "role": message["role"],
            "content": scrub(
                message["content"][: QUESTION_CHARS if message["role"] == "user" else REPLY_CHARS]
            ),
        }
        for message in messages_of(as_turns(history))[-MESSAGES:]
    ]


def turns_of(history: Iterable[Said]) -> list[Turn]:
    """The last turns of a chat, each so far as it is read, oldest first.

    Args:
        history: Oldest first: turns, or messages of the form {"role", "content"}.
    """
    found: list[Turn] = []
    left = MESSAGES
    for question, reply in reversed(as_turns(history)):
        left -= 1 + bool(reply)
        if left < 0:
            break
        asked = " ".join(scrub(question[:QUESTION_CHARS]).split())
        said = scrub(reply[:REPLY_CHARS]) if isinstance(reply, str) else reply
        found.append(Turn(asked, said))
    return found[::-1]
