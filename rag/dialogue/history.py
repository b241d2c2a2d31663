"""The turns of a chat that are looked back at, and how much of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from index.readers.encoding import scrub

# A program may send a million characters. A turn leans on one of the last three that ask something;
# what it means was said early in a reply (2,000 characters are the longest question).
MESSAGES = 20
QUESTION_CHARS = 2_000
REPLY_CHARS = 4_000


def recent(history: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """The last messages of a chat, each so far as it is read.

    Args:
        history: Oldest first: {"role": "user" or "assistant", "content": "..."}.
    """
    return [
        {
            "role": turn.get("role", ""),
            "content": scrub(
                turn["content"][: QUESTION_CHARS if turn.get("role") == "user" else REPLY_CHARS]
            ),
        }
        for turn in history[-MESSAGES:]
    ]


def turns_of(history: Sequence[Mapping[str, str]]) -> list[tuple[str, str]]:
    """What was asked and what was replied, oldest first; "" where there was no reply."""
    turns: list[tuple[str, str]] = []
    for turn in recent(history):
        said = turn["content"]
        if turn["role"] == "user" and said.strip():
            turns.append((" ".join(said.split()), ""))
        elif turn["role"] == "assistant" and turns:
            turns[-1] = (turns[-1][0], said)
    return turns
