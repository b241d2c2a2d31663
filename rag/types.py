"""What goes in and what comes out: a question with what is said beside it, and its answer.

Their JSON (``as_json``, ``from_json``) is the one schema of the command line, HTTP, MCP, kept
conversations and exports; what a field means is said beside it, here and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    ClassVar,
    Literal,
    NamedTuple,
    Self,
    TypeAlias,
    TypedDict,
    Unpack,
    cast,
)

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    TypeAdapter,
    WithJsonSchema,
    computed_field,
    model_validator,
)

from index.article import Article
from index.database import Condition, compared, joined
from rag.periods import day_text

Status = Literal["supported", "unsupported", "unchecked"]

# Kinds of request that ask nothing that articles tell.
TALK = ("about", "smalltalk")

# All kinds, in the order of the reading model's outputs, so new ones come last.
_READ = "fact list count brief timeline comparison disagreement latest quotes search"
KINDS = (*_READ.split(), *TALK)

# What words of a request can be, in the order of the model's outputs behind "none".
ROLES = ("subject", "side", "speaker")

# Confidence and certainty from which an answer is given as one; below, it is said to be one that
# may answer.
SURE = 0.5

# Messages of earlier turns that a program may send with a question.
MOST_MESSAGES = 200

# Characters of one. What a turn leans on is read of the first few thousand; much more than a long
# reply is no turn of a chat.
LONGEST_MESSAGE = 20_000

_DESCRIBED = ConfigDict(
    use_attribute_docstrings=True, json_schema_serialization_defaults_required=True
)
_SENT = ConfigDict(use_attribute_docstrings=True, extra="forbid")


def _well_formed(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError("half of a surrogate pair is no character") from error
    return text


Text: TypeAlias = Annotated[str, AfterValidator(_well_formed)]
"""Text from outside that can be stored and sent on."""


def _rounded(digits: int) -> PlainSerializer:
    return PlainSerializer(lambda value: round(value, digits), return_type=float)


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:  # noqa: ANN401 (a class)
    return TypeAdapter(kind)


class _Json:
    """A value that has a form in JSON."""

    __slots__ = ()
    _called: ClassVar[str]

    def as_json(self) -> dict[str, Any]:
        """The value as JSON values."""
        kind: Any = type(self)
        values: dict[str, Any] = _adapter(kind).dump_python(self, mode="json", by_alias=True)
        return values

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Self:
        """The value of which ``as_json`` gave this; its figures stay rounded.

        Raises:
            ValueError: it is not the JSON of such a value.
        """
        try:
            if not given:
                raise ValueError("empty")
            kind: Any = cls
            read: Self = _adapter(kind).validate_python(given)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ValueError(f"not {cls._called} as JSON: {error!r}") from error
        return read


# The answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation(_Json):
    """Words of one article that a claim rests on."""

    __pydantic_config__ = _DESCRIBED
    _called: ClassVar[str] = "a citation"

    number: int
    """The citation's number in its answer, from 1."""
    article_id: str
    """The revision that is quoted (``Article.id``)."""
    key: str
    uri: str
    title: str
    """Of an article without one, the words with which it begins."""
    publisher: str | None
    author: str | None
    published: date | None
    url: str | None
    start: int
    """Offset of the first quoted character in the article's cleaned text."""
    end: int
    """Offset after the last quoted character."""
    quote: str
    """The words themselves: ``article.text[start:end] == quote``."""
    place: str | None = None
    """Where in the source they begin, if it has places: "p. 4", "00:12:31"."""

    @classmethod
    def of(cls, article: Article, id_: str, start: int, end: int, number: int = 0) -> Citation:
        """The citation of a stretch of an article's text.

        Args:
            article: The article.
            id_: Its ``id``, which takes time to make.
            start: Where the words begin in its text.
            end: Where they end.
            number: The citation's number in its answer, 0 if it has none yet.
        """
        return cls(
            number=number,
            article_id=id_,
            key=article.key,
            uri=article.uri,
            title=article.headline,
            publisher=article.publisher,
            author=article.author,
            published=article.published,
            url=article.url,
            start=start,
            end=end,
            quote=article.text[start:end],
            place=article.place_at(start),
        )


_Numbers = PlainSerializer(lambda cited: [c.number for c in cited], return_type=list[int])


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One sentence of an answer, with the citations that support it."""

    __pydantic_config__ = _DESCRIBED

    text: str
    """The sentence, without citation markers."""
    status: Status
    support: Annotated[float, _rounded(4)]
    """How well the cited words support it, from 0 to 1."""
    citations: Annotated[
        tuple[Citation, ...],
        _Numbers,
        WithJsonSchema({"type": "array", "items": {"type": "integer"}}),
    ]
    """In JSON their numbers."""
    reason: str = ""
    """Why it is not supported, in a few words; empty if it is."""
    label: str = ""
    """What it is given under: a day, a side, an item; empty for who published it and when."""

    @property
    def marked(self) -> str:
        """The sentence and its markers: "Rain fell. [1] [2]"."""
        return self.text + "".join(f" [{citation.number}]" for citation in self.citations)


@dataclass(frozen=True, slots=True, kw_only=True)
class Short(_Json):
    """The exact words of an article that answer, or one part of a question."""

    __pydantic_config__ = _DESCRIBED
    _called: ClassVar[str] = "a short answer"

    text: str
    """The words themselves: ``article.text[start:end] == text``."""
    citation: int
    """The number of the citation whose quote holds them."""
    start: int
    """Offset of their first character in the article's cleaned text."""
    end: int
    """Offset after their last character; both lie within those of the citation."""


@dataclass(frozen=True, slots=True)
class Scope(_Json):
    """The articles to which the question's own words confine it."""

    __pydantic_config__ = _DESCRIBED | ConfigDict(extra="forbid")
    _called: ClassVar[str] = "a scope"

    after: date | None = None
    """Published on this day or later."""
    before: date | None = None
    """Published on this day or earlier."""
    publisher: str | None = None
    because: tuple[str, ...] = ()
    """The words of the question that led to it, verbatim."""
    aside: Annotated[tuple[str, ...], Field(exclude=True)] = ()
    """Those of them that say nothing of what is asked, and are not searched for."""
    counted_from: date | None = None
    """The newest article's day, if the days were counted from that."""
    applied: bool = True
    """False if these articles did not answer, and all were asked."""

    def __bool__(self) -> bool:
        return bool(self.because)

    def of_publisher(self) -> Scope | None:
        """The same without its days; None if it names no publisher."""
        return (
            Scope(publisher=self.publisher, because=self.because[-1:]) if self.publisher else None
        )

    @property
    def sentence(self) -> str:
        """What a person is told of it.

        >>> day = date(2025, 5, 12)
        >>> Scope(day, date(2025, 5, 18), because=("last week",)).sentence
        'Only articles published 12–18 May 2025 (“last week”).'
        """
        days = _stretch(self.after, self.before)
        when = f"published {days}" if days else ""
        if not self.applied:
            what = f"Nothing {f'of {self.publisher} ' if self.publisher else ''}{when}".strip()
            return f"{what} answers this; all articles were searched."
        whose = f"of {self.publisher}" if self.publisher else ""
        what = " ".join(part for part in ("Only articles", whose, when) if part)
        words = ", ".join(f"“{word}”" for word in self.because)
        if self.counted_from:
            words += f", counted from the newest article, {day_text(self.counted_from)}"
        return f"{what} ({words})."

    def without(self, text: str) -> str:
        """A text without the words that are not searched for."""
        for words in self.aside:
            text = text.replace(words, " ")
        return re.sub(r" +([?.,;:!])", r"\1", " ".join(text.split())).lstrip(",;: ")


def _stretch(after: date | None, before: date | None) -> str:
    """Days of publication in words: "12–18 May 2025", "since 3 March 2026"."""
    if after and before:
        if after == before:
            return f"on {day_text(after)}"
        if (after.year, after.month) == (before.year, before.month):
            return f"{after.day}–{day_text(before)}"
        if after.year == before.year:
            return f"{after.day} {after:%B} – {day_text(before)}"
        return f"{day_text(after)} – {day_text(before)}"
    if after:
        return f"since {day_text(after)}"
    return f"until {day_text(before)}" if before else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(_Json):
    """The reply to a question: claims with citations, or a refusal with the nearest passages."""

    __pydantic_config__ = _DESCRIBED
    _called: ClassVar[str] = "an answer"

    id: str | int | None = None
    """The caller's id for the question, if it gave one."""
    question: str
    query: str
    """The question as searched, with what earlier turns supplied."""
    answered: bool
    """False for a refusal; ``claims`` and ``citations`` are then empty."""
    text: str
    """What a person reads, with markers such as ``[1]``."""
    claims: tuple[Claim, ...] = ()
    citations: tuple[Citation, ...] = ()
    """Every citation of every claim, in order of number, each once."""
    nearest: tuple[Citation, ...] = ()
    """Only in a refusal: the passages that came closest."""
    answerer: str = "quotes"
    """What composed the answer: "quotes", or a language model's name."""
    kind: str = "fact"
    """The kind of request this replies to: "fact", or "brief", "timeline", "comparison",
    "disagreement", "quotes", "list", "count", "latest", "search"; "smalltalk" and "about" ask
    nothing that articles tell."""
    heading: str = ""
    """What the reply is, above its claims: "Timeline of the talks"; empty for a fact."""
    shorts: tuple[Short, ...] = ()
    """The words that answer, best first: several for a list or a question of two parts, at most one
    for a claim; none in a refusal."""
    reason: str = ""
    """For a refusal: what the question takes for granted that the articles do not hold, such as
    "the articles speak of 1987, not of 1984"; empty if that is not known."""
    confidence: Annotated[float, _rounded(4)] = 0.0
    """The probability, from 0 to 1, that the corpus answers the question."""
    certainty: Annotated[float, _rounded(4)] = 1.0
    """The probability, from 0 to 1, that of what might answer this is it: low where other sentences
    do nearly as well."""
    timings: Mapping[str, Annotated[float, _rounded(1)]] = field(default_factory=dict)
    """Milliseconds by stage."""
    scope: Scope | None = None
    """None if the question does not confine itself."""
    usage: Mapping[str, int] = field(default_factory=dict)
    """A language model's "prompt_tokens" and "completion_tokens"."""
    note: str = ""
    """One sentence on what became of a language model's reply; empty if nothing is to be said."""

    def as_json(self) -> dict[str, Any]:
        """The answer as JSON values, what is read off its fields beside them."""
        values = _Json.as_json(self)
        beside = {"shorts": "short", "reason": "may_answer"}
        order = (each for name in values for each in (beside.get(name), name) if each)
        return {name: values[name] for name in dict.fromkeys(order)}

    @model_validator(mode="before")
    @classmethod
    def _cited(cls, given: Any) -> Any:  # noqa: ANN401 (JSON of any kind)
        """JSON with the citations of each claim in the place of their numbers."""
        if not isinstance(given, Mapping):
            return given
        by_number = {citation["number"]: citation for citation in given["citations"]}
        claims = [
            {**claim, "citations": [by_number[number] for number in claim["citations"]]}
            for claim in given["claims"]
        ]
        return {**given, "claims": claims}

    @computed_field  # type: ignore[prop-decorator]
    @property
    def short(self) -> Short | None:
        """The best short answer, if there is one."""
        return self.shorts[0] if self.shorts else None

    @property
    def reworded(self) -> bool:
        """Whether other words were searched for than were typed; capitals make no other word."""
        return self.query.strip().casefold() != self.question.strip().casefold()

    @computed_field(alias="may_answer")  # type: ignore[prop-decorator]
    @property
    def may(self) -> bool:
        """Whether this is to be given as what may answer: it is not sure that it does."""
        return self.answered and self.confidence > 0 and min(self.confidence, self.certainty) < SURE

    @property
    def refused(self) -> bool:
        """Whether this says that the articles do not answer; small talk asks nothing of them."""
        return not self.answered and self.kind not in TALK

    @property
    def on_record(self) -> str:
        """The text without what no article supports: what a next question may lean on."""
        if all(claim.status != "unsupported" for claim in self.claims):
            return self.text
        return " ".join(claim.marked for claim in self.claims if claim.status != "unsupported")


# The question


@dataclass(frozen=True, slots=True)
class Filters:
    """Which articles may be used; what is left out confines nothing."""

    __pydantic_config__ = _SENT

    after: date | None = None
    """Published on this day or later."""
    before: date | None = None
    """Published on this day or earlier."""
    publisher: Text | None = None
    """By this publisher, letter case aside."""

    def condition(self) -> Condition | None:
        """The filters as a condition on the ledger's articles; None if all are meant.

        An article without a date passes no date filter.
        """
        wanted = (
            ("published", ">=", self.after),
            ("published", "<=", self.before),
            ("publisher", "=", self.publisher or None),
        )
        given = [compared(*one) for one in wanted if one[2] is not None]
        return joined(given) if given else None

    def within(self, confined: Scope) -> Filters:
        """These filters, completed by what the question's own words confine it to."""
        dated = self.after or self.before
        return Filters(
            self.after if dated else confined.after,
            self.before if dated else confined.before,
            self.publisher or confined.publisher,
        )


NO_FILTERS = Filters()


class Turn(NamedTuple):
    """A question and its reply: the answer, or its text where that is all that is known."""

    question: str
    reply: Answer | str = ""

    @property
    def is_talk(self) -> bool:
        """Whether the reply says nothing that articles tell."""
        return isinstance(self.reply, Answer) and self.reply.kind in TALK

    @property
    def said(self) -> str:
        """The reply in plain words, without what no article supports."""
        return self.reply if isinstance(self.reply, str) else self.reply.on_record


@dataclass(frozen=True, slots=True)
class Message:
    """Half of a turn, as programs send it."""

    __pydantic_config__ = _SENT

    role: Literal["user", "assistant"]
    content: Annotated[str, Field(max_length=LONGEST_MESSAGE), AfterValidator(_well_formed)]


Said: TypeAlias = "Turn | Message | Mapping[str, str]"
"""A turn, or a message of one: {"role": "user" or "assistant", "content": "..."}."""


def as_turns(history: Iterable[Said]) -> tuple[Turn, ...]:
    """Turns, or the messages of a chat, as turns; a reply to no question is left out."""
    turns: list[Turn] = []
    for said in history:
        if isinstance(said, Turn):
            turns.append(said)
            continue
        role, content = (
            (said.role, said.content)
            if isinstance(said, Message)
            else (said.get("role"), said["content"])
        )
        if role == "user" and content.strip():
            turns.append(Turn(content))
        elif role == "assistant" and turns:
            turns[-1] = Turn(turns[-1].question, content)
    return tuple(turns)


def messages_of(turns: Iterable[Turn]) -> list[dict[str, str]]:
    """Turns as the messages of a chat, oldest first."""
    return [
        {"role": role, "content": content}
        for turn in turns
        for role, content in (("user", turn.question), ("assistant", turn.said))
        if content or role == "user"
    ]


if TYPE_CHECKING:
    History: TypeAlias = tuple[Turn, ...]
else:
    History = Annotated[
        list[Message],
        Field(max_length=MOST_MESSAGES),
        AfterValidator(as_turns),
        PlainSerializer(messages_of),
    ]
"""Earlier turns, oldest first; in JSON their messages."""


class How(TypedDict, total=False):
    """What may be said beside a question; ``AskRequest`` says what each means."""

    history: Sequence[Said]
    filters: Filters
    scope: bool
    plain: bool
    today: date | None
    id: str | int | None


@dataclass(frozen=True, slots=True)
class AskRequest:
    """A question, and all that is said beside it."""

    __pydantic_config__ = _SENT | ConfigDict(
        json_schema_extra={
            "examples": [
                {"question": "what preconditions did the Kremlin set?"},
                {
                    "question": "And why?",
                    "history": [
                        {"role": "user", "content": "Who resigned?"},
                        {"role": "assistant", "content": "Lucan Fairweather resigned."},
                    ],
                    "filters": {"after": "2026-04-01", "publisher": "The Lantern Gazette"},
                },
            ]
        }
    )

    question: Text
    """As a person would type it."""
    history: History = ()
    """Earlier turns, oldest first."""
    filters: Filters = NO_FILTERS
    """Which articles may be used, whatever the question says."""
    scope: bool = True
    """Whether the question's own words ("last week", "in the Gazette") confine it to some of them.
    If those do not answer, all are asked."""
    plain: bool = False
    """Whether to take it for a question for a fact, whatever it seems to be."""
    today: date | None = None
    """The day from which "last week" is counted; None for this one."""
    id: str | int | None = None
    """Handed back in the answer."""

    @classmethod
    def of(cls, question: str | AskRequest, **how: Unpack[How]) -> AskRequest:
        """The request for a question given as text with options, or as a request already."""
        if isinstance(question, AskRequest):
            return question
        how["history"] = as_turns(how.get("history", ()))
        return cls(question, **cast(Any, how))
