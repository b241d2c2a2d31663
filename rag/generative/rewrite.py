"""A turn of a chat, put by a language model into words that stand alone; or not, if it strays."""

from __future__ import annotations

import re
from collections.abc import Iterable

from index.text.names import names_in
from index.text.words import WORD, Phrases, content_stems
from rag.dialogue.history import recent
from rag.generative.llm import LanguageModel, ModelFailed
from rag.generative.prompt import sanitize
from rag.generative.reply import refuses, visible, wording
from rag.types import Said

SYSTEM = """\
You rewrite the last question of a conversation so that it can be understood alone.
Put in the names that it refers to. Keep every name and number that it holds. Add nothing else.
Do not answer it. Reply with the rewritten question only, on one line."""

USER = """\
{turns}

Last question: {question}
Rewritten question:"""

# Seconds that a rewrite may take: without it, the question is completed by rule at once.
REWRITE_SECONDS = 8.0

# Tokens that a rewrite may have, and characters beyond the turn's own.
REWRITE_TOKENS = 96
LONGER_BY = 240

# Turns that are shown, and characters of each.
TURNS = 4
TURN_CHARS = 400

_ASKS, _ANSWER_LABEL = (
    Phrases("rag.generative").compiled(name, re.I) for name in ("asks", "answer_label")
)
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")


def rewrite(model: LanguageModel, question: str, history: Iterable[Said]) -> str | None:
    """The question as it would be asked without the turns before it.

    Args:
        model: Who rewrites it.
        question: The turn, as typed.
        history: Earlier turns, oldest first.

    Returns:
        None if the model fails, or if what it wrote lost a name or a number of the turn, names
        what no turn names, is much longer than the turn, or asks nothing.
    """
    messages = recent(history)
    turns = [
        f"{'Reader' if said['role'] == 'user' else 'Reply'}: "
        f"{sanitize(said['content'])[:TURN_CHARS]}"
        for said in messages[-TURNS:]
    ]
    if not turns:
        return None
    user = USER.format(turns="\n".join(turns), question=sanitize(question))
    raw = ""
    try:
        seconds = min(REWRITE_SECONDS, model.timeout)
        with model.stream(SYSTEM, user, seconds=seconds, max_tokens=REWRITE_TOKENS) as reply:
            for piece in reply:
                raw += piece
                if len(visible(raw)[0]) > len(question) + 2 * LONGER_BY or len(raw) > 4000:
                    return None
    except ModelFailed:
        return None
    known = " ".join([question, *(said["content"] for said in messages)])
    return _accepted(visible(raw)[0], question, known)


def _accepted(reply: str, question: str, known: str) -> str | None:
    """A rewrite that can be searched for; None for one that strays.

    >>> _accepted("Rewritten question: What did Merz say in 2025?", "And in 2025?", "Merz in 2025")
    'What did Merz say in 2025?'
    >>> _accepted("What did Merz say?", "And in 2025?", "Merz in 2025")
    """
    lines = (_ANSWER_LABEL.sub("", wording(line)).strip("“”\"' ") for line in reply.splitlines())
    text = next((line[:1].upper() + line[1:] for line in lines if line), "")
    if not content_stems(text) or len(text) > len(question) + LONGER_BY or refuses(text):
        return None
    if not (text.endswith("?") or _ASKS.match(text)):
        return None
    words, said = _words(text), _words(known)
    if _numbers(question) - _numbers(text) or _numbers(text) - _numbers(known):
        return None
    kept = {word for name in names_in(f"x {question}") for word in _words(name.text)}
    added = {word for name in names_in(f"x {text}") for word in _words(name.text)} - said
    return None if kept - words or added else text


def _words(text: str) -> set[str]:
    """Its content words, as they are compared."""
    return {*content_stems(text)} or {word.lower() for word in WORD.findall(text)}


def _numbers(text: str) -> set[str]:
    """Its numbers, as they are compared."""
    return {number.replace(",", "") for number in _NUMBER.findall(text)}
