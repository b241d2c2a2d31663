"""What programs send and get, described: requests are checked by it, replies documented."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from rag.answer import Citation, Short, Status
from rag.filters import Filters

MOST_TURNS = 200
LONGEST_TURN = 20_000
"""Characters of an earlier turn. What a turn leans on is read of the first few thousand; much more
than a long reply is no turn of a chat."""


def _well_formed(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError("half of a surrogate pair is no character") from error
    return text


Text: TypeAlias = Annotated[str, AfterValidator(_well_formed)]
"""Text that can be stored and sent on."""


class Request(BaseModel):
    """What is sent; a field with an unknown name is a mistake, not to be passed over."""

    model_config = ConfigDict(extra="forbid")


class TurnIn(Request):
    """One earlier turn of a chat."""

    role: Literal["user", "assistant"]
    content: Text = Field(max_length=LONGEST_TURN)


class FiltersIn(Request):
    """Which articles may be used; what is left out confines nothing."""

    after: date | None = Field(None, description="published on this day or later")
    before: date | None = Field(None, description="published on this day or earlier")
    publisher: Text | None = Field(None, description="by this publisher, letter case aside")

    def filters(self) -> Filters:
        """The same for the corpus."""
        return Filters(self.after, self.before, self.publisher or None)


History: TypeAlias = Annotated[
    list[TurnIn], Field(max_length=MOST_TURNS, description="earlier turns, oldest first")
]


class Query(Request):
    """What every search takes."""

    history: History = Field(default_factory=list)
    filters: FiltersIn = Field(default_factory=FiltersIn)

    def turns(self) -> list[dict[str, str]]:
        """The history for the corpus."""
        return turns(self.history)


class AskIn(Query):
    """A question."""

    model_config = ConfigDict(
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

    question: Text = Field(description="as a person would type it")
    scope: bool = Field(True, description="whether “last week” in the question confines it")
    plain: bool = Field(False, description="whether to take it for a question, not a request")
    today: date | None = Field(None, description="the day from which “last week” is counted")


class SearchIn(Query):
    """What to look for."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"query": "harbour commissioner", "top_k": 3}]}
    )

    query: Text
    top_k: int | None = Field(None, ge=1, le=1000, description="how many; top_k of the settings")


def turns(history: list[TurnIn]) -> list[dict[str, str]]:
    """Turns as the corpus takes them."""
    return [{"role": turn.role, "content": turn.content} for turn in history]


class ClaimOut(BaseModel):
    """One sentence of an answer; ``citations`` are numbers."""

    text: str
    status: Status
    support: float
    citations: list[int]
    reason: str
    label: str = Field(description="what it is given under, such as a day or a side; else empty")


class ScopeOut(BaseModel):
    """The articles to which the question's own words confine it."""

    after: date | None
    before: date | None
    publisher: str | None
    because: list[str]
    counted_from: date | None
    applied: bool


class AnswerOut(BaseModel):
    """An answer, or a refusal with the passages that came nearest."""

    id: str | int | None
    question: str
    query: str = Field(description="the question as searched")
    answered: bool = Field(description="false for a refusal, which has no claims")
    text: str = Field(description="what a person reads, with markers such as [1]")
    claims: list[ClaimOut]
    citations: list[Citation]
    nearest: list[Citation]
    answerer: str = Field(description="“quotes”, or the language model's name")
    kind: str = Field(
        description="“fact”, or “brief”, “timeline”, “comparison”, “disagreement”, “quotes”,"
        " “list”, “count”, “latest”, “search”; “about” and “smalltalk” ask nothing of the articles"
    )
    heading: str = Field(description="what stands over the claims of a request; else empty")
    short: Short | None = Field(description="the exact words that answer; the first of shorts")
    shorts: list[Short] = Field(
        description="several for a list or a question of two parts, best first; start and end are"
        " offsets into the text of the article that the citation of this number quotes"
    )
    may_answer: bool = Field(description="whether it is not sure that this answers")
    reason: str = Field(
        description="for a refusal: what the question takes for granted and the articles do not"
        " hold; empty if that is not known"
    )
    confidence: float
    timings: dict[str, float] = Field(description="milliseconds by stage")
    scope: ScopeOut | None
    usage: dict[str, int]
    note: str


class PassageOut(BaseModel):
    """A passage that was found."""

    rank: int
    score: float
    article_id: str
    key: str
    uri: str
    title: str
    publisher: str | None
    published: date | None
    start: int
    end: int
    text: str


class PassagesOut(BaseModel):
    """Passages, best first."""

    passages: list[PassageOut]


class ParticularsOut(BaseModel):
    """What is known of an article."""

    id: str
    key: str
    uri: str
    title: str
    publisher: str | None
    author: str | None
    published: date | None
    language: str | None
    url: str | None


class ListedOut(ParticularsOut):
    """An article as it is listed; ``copy_of`` is the id of the article whose text it repeats."""

    revision: int
    characters: int
    copy_of: str | None


class ArticlesOut(BaseModel):
    """Some of the articles, in the order of their uris, and how many there are."""

    total: int
    articles: list[ListedOut]


class ArticleOut(ParticularsOut):
    """An article with its text, into which the offsets of citations point."""

    text: str


class ArticleIn(Request):
    """A text to be added, and what is known of it."""

    text: Text = Field(min_length=1, description="the article, paragraphs apart")
    title: Text = Field("", max_length=500)
    publisher: Text = Field("", max_length=200)
    author: Text = Field("", max_length=200)
    published: date | None = None
    url: Text = Field("", max_length=2000, description="where the original can be read")


class ArticlesIn(Request):
    """Texts to be added."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "articles": [
                        {
                            "text": "The ferry to Corran is cancelled until Thursday.",
                            "title": "Ferry cancelled",
                            "publisher": "The Lantern Gazette",
                            "published": "2026-04-02",
                        }
                    ]
                }
            ]
        }
    )

    articles: list[ArticleIn] = Field(default_factory=list, max_length=100)
    url: Text = Field(
        "", max_length=2000, description="an article, a feed or a sitemap, instead of texts"
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if bool(self.articles) == bool(self.url):
            raise ValueError("send either articles or a url")
        return self


class ResultOut(BaseModel):
    """What became of one article; ``reason`` says why it was skipped, or that it is a copy."""

    uri: str
    outcome: Literal["added", "changed", "unchanged", "removed", "skipped"]
    id: str
    title: str
    reason: str


class ResultsOut(BaseModel):
    """What became of each, in the order in which they were sent."""

    results: list[ResultOut]


class HealthOut(BaseModel):
    """That the server and its index can be used."""

    status: Literal["ok"]


class ProblemOut(BaseModel):
    """What went wrong, in one sentence."""

    error: str


def problems(*codes: int) -> dict[int | str, dict[str, Any]]:
    """The errors of a route, for its description; where a password is wanted, 429 is one."""
    told = (*codes, 429) if 401 in codes else codes
    return {code: {"model": ProblemOut, "description": _WHAT[code]} for code in told}


_WHAT = {
    400: "The question cannot be used.",
    401: "The password is missing or wrong.",
    403: "The request came from another site, or for another host.",
    404: "There is no such article.",
    413: "The request is too large.",
    422: "The request is not as described.",
    429: "Too many wrong passwords came before this one.",
    503: "Busy, or the index cannot be read.",
}
