"""What an answer is: claims, each with the citations that support it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, Self

from rag.requests.kinds import TALK
from rag.scope import Scope

Status = Literal["supported", "unsupported", "unchecked"]

# Confidence from which an answer is given as one; below it, it is said to be one that may answer.
# On XQuAD 0.90 of the questions that the articles answer have more, and 0.10 of the others.
SURE = 0.5

# What stands over the sentences of an answer that may be none.
MAY = "This may answer:"

# What a refusal says first.
REFUSAL = "The articles do not answer this."

# What stands over the passages of a refusal: what came closest, whether or not it answers.
NEAREST = "Nearest passages:"

# What stands over the sentences of an answer that no article supports.
UNSUPPORTED = "Not found in the articles:"


def on_record(text: str) -> str:
    """The text of an answer without what no article supports."""
    return text.partition(UNSUPPORTED)[0].rstrip()


def sentence(words: str) -> str:
    """Words as a sentence: "it rained" -> "It rained."; "" stays ""."""
    said = words.strip()
    ended = said.endswith((".", "?", "!"))
    return f"{said[:1].upper()}{said[1:]}{'' if ended or not said else '.'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """Words of one article that a claim rests on.

    Attributes:
        number: The citation's number in its answer, from 1.
        article_id: The revision that is quoted (``Article.id``).
        start: Offset of the first quoted character in the article's cleaned text.
        end: Offset after the last quoted character.
        quote: The words themselves: ``article.text[start:end] == quote``.
        place: Where in the source they begin, if it has places: "p. 4", "00:12:31".
    """

    number: int
    article_id: str
    key: str
    uri: str
    title: str
    publisher: str | None
    author: str | None
    published: date | None
    url: str | None
    start: int
    end: int
    quote: str
    place: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The citation as JSON values."""
        return {
            "number": self.number,
            "article_id": self.article_id,
            "key": self.key,
            "uri": self.uri,
            "title": self.title,
            "publisher": self.publisher,
            "author": self.author,
            "published": self.published.isoformat() if self.published else None,
            "url": self.url,
            "start": self.start,
            "end": self.end,
            "quote": self.quote,
            "place": self.place,
        }

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Self:
        """The citation whose ``as_json`` this is.

        Raises:
            ValueError: it is that of none.
        """
        try:
            named = {name: given[name] for name in cls.__slots__ if name != "place"}
            named["place"] = given.get("place")  # what was kept before there were any has none
            day = named["published"]
            return cls(**named | {"published": date.fromisoformat(day) if day else None})
        except (AttributeError, KeyError, TypeError) as error:
            raise ValueError(f"not a citation as JSON: {error!r}") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One sentence of an answer, with the citations that support it.

    Attributes:
        text: The sentence, without citation markers.
        support: How well the cited words support it, from 0 to 1.
        reason: Why it is not supported, in a few words; "" if it is.
        label: What it is given under: a day, a side, an item; "" for who published it and when.
    """

    text: str
    status: Status
    support: float
    citations: tuple[Citation, ...]
    reason: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Short:
    """The exact words of an article that answer, or one part of a question.

    Attributes:
        text: The words themselves: ``article.text[start:end] == text``.
        citation: The number of the citation whose quote holds them.
        start: Offset of their first character in the article's cleaned text.
        end: Offset after their last character; both lie within those of the citation.
    """

    text: str
    citation: int
    start: int
    end: int

    def as_json(self) -> dict[str, Any]:
        """The short answer as JSON values."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Self:
        """The short answer whose ``as_json`` this is.

        Raises:
            ValueError: it is that of none.
        """
        try:
            return cls(**{name: given[name] for name in cls.__slots__})
        except (KeyError, TypeError) as error:
            raise ValueError(f"not a short answer as JSON: {error!r}") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The reply to a question: claims with citations, or a refusal with the nearest passages.

    Attributes:
        id: The caller's id for the question, if it gave one.
        query: The question as searched, with what earlier turns supplied.
        answered: False for a refusal; ``claims`` and ``citations`` are then empty.
        text: What a person reads, with markers such as ``[1]``.
        citations: Every citation of every claim, in order of number, each once.
        nearest: Only in a refusal: the passages that came closest.
        answerer: What composed the answer: "quotes", or a language model's name.
        kind: What kind of request this replies to: "fact", or for instance "timeline"; "smalltalk"
            and "about" ask nothing that articles tell.
        heading: What the reply is, above its claims: "Timeline of the talks"; "" for a fact.
        shorts: The words that answer, best first: several for a list or a question of two parts,
            at most one for a claim; none in a refusal.
        reason: For a refusal: what the question takes for granted that the articles do not hold,
            such as "the articles speak of 1987, not of 1984"; "" if that is not known.
        confidence: The probability, from 0 to 1, that the corpus answers the question.
        timings: Milliseconds by stage.
        scope: The articles to which the question confines itself; None if it does not.
        usage: A language model's "prompt_tokens" and "completion_tokens", and how many of its
            citations were exchanged ("citations_corrected") or named none ("markers_removed").
        note: One sentence on what became of a language model's reply; "" if nothing is to be said.
    """

    question: str
    query: str
    answered: bool
    text: str
    claims: tuple[Claim, ...] = ()
    citations: tuple[Citation, ...] = ()
    nearest: tuple[Citation, ...] = ()
    answerer: str = "quotes"
    kind: str = "fact"
    heading: str = ""
    shorts: tuple[Short, ...] = ()
    reason: str = ""
    confidence: float = 0.0
    timings: Mapping[str, float] = field(default_factory=dict)
    id: str | int | None = None
    scope: Scope | None = None
    usage: Mapping[str, int] = field(default_factory=dict)
    note: str = ""

    @property
    def short(self) -> Short | None:
        """The best short answer, if there is one."""
        return self.shorts[0] if self.shorts else None

    @property
    def refused(self) -> bool:
        """Whether this says that the articles do not answer; small talk asks nothing of them."""
        return not self.answered and self.kind not in TALK

    @property
    def may(self) -> bool:
        """Whether this is to be given as what may answer: it is not sure that it does."""
        return self.answered and 0 < self.confidence < SURE

    @property
    def on_record(self) -> str:
        """The text without what no article supports: what a next question may lean on."""
        return on_record(self.text)

    def as_json(self) -> dict[str, Any]:
        """The answer in the one schema of the command line, HTTP and Python."""
        return {
            "id": self.id,
            "question": self.question,
            "query": self.query,
            "answered": self.answered,
            "text": self.text,
            "claims": [
                {
                    "text": claim.text,
                    "status": claim.status,
                    "support": round(claim.support, 4),
                    "citations": [citation.number for citation in claim.citations],
                    "reason": claim.reason,
                    "label": claim.label,
                }
                for claim in self.claims
            ],
            "citations": [citation.as_json() for citation in self.citations],
            "nearest": [citation.as_json() for citation in self.nearest],
            "answerer": self.answerer,
            "kind": self.kind,
            "heading": self.heading,
            "short": self.short.as_json() if self.short else None,
            "shorts": [short.as_json() for short in self.shorts],
            "may_answer": self.may,
            "reason": self.reason,
            "confidence": round(self.confidence, 4),
            "timings": {stage: round(ms, 1) for stage, ms in self.timings.items()},
            "scope": self.scope.as_json() if self.scope else None,
            "usage": dict(self.usage),
            "note": self.note,
        }

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Self:
        """The answer whose ``as_json`` this is, its figures as that rounds them.

        What was kept before there were short answers, reasons and kinds has none.

        Raises:
            ValueError: it is that of none.
        """
        try:
            citations = tuple(Citation.from_json(each) for each in given["citations"])
            by_number = {citation.number: citation for citation in citations}
            claims = tuple(
                Claim(
                    text=each["text"],
                    status=each["status"],
                    support=each["support"],
                    citations=tuple(by_number[number] for number in each["citations"]),
                    reason=each["reason"],
                    label=each.get("label", ""),
                )
                for each in given["claims"]
            )
            return cls(
                id=given["id"],
                question=given["question"],
                query=given["query"],
                answered=given["answered"],
                text=given["text"],
                claims=claims,
                citations=citations,
                nearest=tuple(Citation.from_json(each) for each in given["nearest"]),
                answerer=given["answerer"],
                kind=given.get("kind", "fact"),
                heading=given.get("heading", ""),
                shorts=tuple(Short.from_json(each) for each in given.get("shorts", ())),
                reason=given.get("reason", ""),
                confidence=given["confidence"],
                timings=dict(given["timings"]),
                scope=Scope.from_json(given["scope"]) if given["scope"] else None,
                usage=dict(given["usage"]),
                note=given["note"],
            )
        except (AttributeError, KeyError, TypeError) as error:
            raise ValueError(f"not an answer as JSON: {error!r}") from error
