"""What is asked for: one fact, or more than one sentence answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from rag.politeness import bare, is_small_talk
from rag.question import Question
from rag.reader import RequestReading
from rag.requests.kinds import TALK
from rag.requests.request import FACT, Request, request_of, subject_of
from rag.types import Turn

# What somebody names who asks of onrecord itself; "on what grounds?" is about the articles.
_OURS = re.compile(r"\b(?:articles?|sources?|outlets?|papers?|corpus|index|archive|you|your|all)\b")

_WHAT_ABOUT = re.compile(r"\W*(?:(?:and|but|so|ok) )*(?:what|how) about\b", re.I)

# Kinds of reply that a language model may phrase; in the others each line stands for itself.
PROSE = ("brief", "comparison", "latest")

# Kinds that a text is known to be without the turns before it.
WHOLE = ("brief", "timeline", "comparison", "disagreement", "latest", "search", "count")


@dataclass(frozen=True, slots=True)
class Decide:
    """Tells what is asked for.

    Attributes:
        read: The reading model's ``Reader.request``.
    """

    read: Callable[[str], RequestReading]

    def __call__(self, meant: Question, history: Sequence[Turn] = ()) -> Request:
        """What is asked for; what a request leaves unsaid is what was asked about before."""
        if meant.kind == "smalltalk":
            return Request("about" if self.read(meant.text).kind == "about" else "smalltalk")
        request = request_of(meant.spelt, self.read)
        if request.kind in TALK and (not meant.leans or _OURS.search(meant.spelt)):
            return request
        if len(meant.parts) > 1 and request.kind not in PROSE:
            return FACT  # "until when is it shut, and what happens then"
        if meant.leans and request.kind not in WHOLE:
            if _WHAT_ABOUT.match(meant.asked):
                return FACT
            request = request_of(meant.asked, self.read)
        if request.kind in TALK:
            return FACT
        named = request.subject or request.sides or (request.speaker and not meant.leans)
        if request.kind in ("fact", "list") or named:
            return request
        return replace(request, subject=self._before(history))

    def _before(self, history: Sequence[Turn]) -> str:
        """What the last question was about that asked something of the articles; "" if none did."""
        for turn in reversed(history):
            if not is_small_talk(bare(turn.question)):
                return subject_of(turn.question, self.read)
        return ""
