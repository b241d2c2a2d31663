"""The question as asked, and the question as meant."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from index.errors import OnRecordError
from index.readers.encoding import scrub
from index.text.words import ENGLISH, Phrases, content_stems
from rag.dialogue.followup import (
    MORE,
    SOURCES,
    Completed,
    asked_otherwise,
    complete,
    form_in,
    joined,
    resolved,
)
from rag.dialogue.history import turns_of
from rag.dialogue.leaning import pointing
from rag.dialogue.small_talk import bare, is_small_talk
from rag.types import Said, Scope

# A question of one line is some 200 characters; the embedding model reads about 1,000.
MAX_QUESTION_CHARS = 2_000

_PHRASES = Phrases("rag")
_PART, _BOTH, _SEVERAL, _CONDITIONS, _SETTER, _OBSTACLES = (
    _PHRASES.compiled(name, re.I)
    for name in ("part", "both", "several", "conditions", "setter", "obstacles")
)
_FOR = _PHRASES.compiled("for")
_IN_EVENT = re.compile(
    r"(?P<asked>\W*(?:who|what|how|which|where|why)\b.{8,}?) (?:when|while)"
    r" (?P<event>[^,?]{4,})\W*",
    re.I,
)


class Part(NamedTuple):
    """One of the things that a question asks.

    Attributes:
        asked: Its words in the question.
        alone: The same with what it needs of the rest, so that it can be read alone.
    """

    asked: str
    alone: str


class UnusableQuestion(OnRecordError, ValueError):
    """There is nothing to search for in the question."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question, and what is searched for it.

    Attributes:
        text: The question as typed.
        asked: The question as meant: spelling mended, politeness taken off, and what its words
            stand for filled in.
        before: What was asked before, if the question cannot be understood without it.
        said: The answers before, if it asks for what they left unsaid.
        leans: Whether it was completed from earlier turns.
        spelt: The question as typed, its spelling mended.
        kind: "smalltalk" asks nothing that articles tell.
        language: The code of the language that it is asked in.
        form: The words at the end of ``asked`` that ask for the reply before in another form.
        given: The short answer before, if another thing is asked for now.
    """

    text: str
    asked: str
    before: str = ""
    said: str = ""
    leans: bool = False
    spelt: str = ""
    kind: Literal["question", "smalltalk"] = "question"
    language: str = ENGLISH
    form: str = ""
    given: str = ""

    @property
    def query(self) -> str:
        """The question as searched, and as it can be read alone."""
        return joined(self.before, self.asked)

    @property
    def several(self) -> bool:
        """Whether it asks for several things.

        >>> Question("", "what preconditions did the Kremlin set?").several
        True
        """
        return _SEVERAL.search(self.asked) is not None

    @property
    def conditions(self) -> bool:
        """Whether it asks for conditions."""
        return _CONDITIONS.search(self.asked) is not None

    @property
    def obstacles(self) -> bool:
        """Whether it asks what stands in the way.

        >>> Question("", "what's the hold-up with the ferry link").obstacles
        True
        """
        return _OBSTACLES.match(self.asked) is not None

    @property
    def asked_as_told(self) -> tuple[str, ...]:
        """A question for conditions or obstacles in the words in which these are told.

        () for any other.

        >>> Question("", "what preconditions did the Kremlin set?").asked_as_told
        ('what does the Kremlin say must happen first', 'what does the Kremlin say it needs')
        >>> Question("", "the main sticking points in the talks?").asked_as_told[0]
        'what obstacles remain in the talks'
        """
        if way := _OBSTACLES.match(self.asked):
            ways = ("what obstacles remain", "what disagreements remain", "the stumbling block is")
            return tuple(words + way["to"].rstrip("? ") for words in ways)
        setter = _SETTER.search(self.asked)
        who = setter and (setter["sets"] or setter["has"])
        told = ("must happen first", "it needs")
        return tuple(f"what does {who} say {words}" for words in told) if who else ()

    @property
    def apart_from_event(self) -> tuple[str, str]:
        """What is asked, and the event in which; "" twice where none is named.

        >>> Question("", "how many people were hurt when the ferry sank?").apart_from_event
        ('how many people were hurt', 'the ferry sank')
        """
        found = _IN_EVENT.fullmatch(self.asked)
        return (found["asked"], found["event"]) if found else ("", "")

    def without(self, words: Scope) -> Question:
        """The question without the words that name its period or its source.

        The question itself if nothing else is left of it.
        """
        asked = words.without(self.asked)
        if not content_stems(asked):
            return self
        return replace(self, before=words.without(self.before), asked=asked)

    @property
    def parts(self) -> list[Part]:
        """What it asks, one part for a plain question.

        >>> question = "What did Kyiv propose and how did Moscow answer?"
        >>> [part.asked for part in Question("", question).parts]
        ['What did Kyiv propose', 'how did Moscow answer?']
        >>> [part.alone for part in Question("", "who resigned, when and why").parts]
        ['who resigned', 'who resigned, when', 'who resigned, why']
        """
        if both := _BOTH.fullmatch(self.asked):
            asked = [f"{both['one']} {both['what']}", f"{both['other']} {both['what']}"]
            parts = [Part(part, part) for part in asked]
        else:
            first, *others = (part.strip() for part in _PART.split(self.asked))
            parts = [Part(first, first), *(Part(part, _alone(part, first)) for part in others)]
        parts = [p for p in parts if content_stems(p.alone)] or [Part(self.asked, self.asked)]
        return [p._replace(alone=joined(self.before, p.alone)) for p in parts]


def acted_for(question: str) -> str:
    """For or against whom somebody acts who is asked for: they are not the answer; "" for no one.

    The question has the capitals of its names.

    >>> acted_for("who is negotiating for the Americans?"), acted_for("who opposed the EU's loan")
    ('Americans', 'EU')
    """
    found = _FOR.match(question)
    return found["whom"] if found else ""


def _alone(part: str, first: str) -> str:
    """A later part of a question with what it needs of the first."""
    if asked := asked_otherwise(part, first):
        return asked
    if pointing(part) or len(content_stems(part)) < 2:
        return resolved(part, first) or f"{first}, {part}"
    return part


def understand(
    text: str,
    history: Iterable[Said] = (),
    mend: Callable[[str], str] = lambda text: text,
    language: str = ENGLISH,
) -> Question:
    """What to search for a question asked after the turns of ``history``.

    Args:
        text: The question as typed.
        history: Earlier turns, oldest first.
        mend: Mends the spelling of a question.
        language: The code of its language; one that is not in English is taken as it is.

    Raises:
        UnusableQuestion: it is empty, too long, or without a word to search for.
    """
    question = " ".join(scrub(text).split())
    if not question:
        raise UnusableQuestion("the question is empty; type what you want to know")
    if len(question) > MAX_QUESTION_CHARS:
        raise UnusableQuestion(
            f"the question has {len(question):,} characters and {MAX_QUESTION_CHARS:,} can be"
            " read; ask about one thing at a time"
        )
    if language != ENGLISH:
        found = Question(question, question, spelt=question, language=language)
    else:
        spelt = mend(question)
        own = bare(spelt)
        turns = [(bare(mend(asked)), reply) for asked, reply in turns_of(history)]
        asked_before = any(not is_small_talk(asked) for asked, _ in turns)
        goes_on = asked_before and (form_in(own) or SOURCES.match(own))
        if (is_small_talk(own) and not goes_on) or (turns and not asked_before and MORE.match(own)):
            return Question(question, question, kind="smalltalk")
        meant = complete(own, turns)
        leans = meant != Completed(own)
        found = Question(
            question,
            meant.question,
            meant.before,
            meant.said,
            leans,
            spelt,
            form=meant.form,
            given=meant.given,
        )
    if not content_stems(found.query, language):
        raise UnusableQuestion(
            "the question holds only words like “the” and “what”; name whom or what it is about"
        )
    return found


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
