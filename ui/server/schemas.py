"""What programs send and get, described: requests are checked by it, replies documented."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from rag.types import NO_FILTERS, Filters, History, Text
from ui.alerts import Match
from ui.library.adding import Result


class Request(BaseModel):
    """What is sent; a field with an unknown name is a mistake, not to be passed over."""

    model_config = ConfigDict(extra="forbid")


class SearchIn(Request):
    """What to look for."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"query": "harbour commissioner", "top_k": 3}]}
    )

    query: Text
    top_k: int | None = Field(None, ge=1, le=1000, description="how many; top_k of the settings")
    history: History = ()
    filters: Filters = NO_FILTERS


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


class ResultsOut(BaseModel):
    """What became of each, in the order in which they were sent."""

    results: list[Result]


class AlertIn(Request):
    """A question that new articles are asked, or words that they have to hold."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"text": "who resigned?"}]})

    text: Text = Field(min_length=1, max_length=2000)


class AlertOut(BaseModel):
    """An alert; ``made`` says when it was kept, in UTC, ``owner`` who signed in to keep it."""

    number: int
    text: str
    made: str
    owner: str


class AlertsOut(BaseModel):
    """One's alerts, an admin's those of all, oldest first; what they found, newest first."""

    alerts: list[AlertOut]
    matches: list[Match]


class HealthOut(BaseModel):
    """That the server and its index can be used."""

    status: Literal["ok"]


class ProblemOut(BaseModel):
    """What went wrong, in one sentence."""

    error: str


PROBLEMS = {
    400: "The question cannot be used.",
    401: "The password is missing or wrong.",
    403: "The request came from another site, or for another host.",
    404: "There is nothing of this name.",
    413: "The request is too large.",
    422: "The request is not as described.",
    429: "Too many wrong passwords came before this one.",
    503: "Busy, or the index cannot be read.",
}
"""What may go wrong, as the status of a reply."""


def route(
    said: str,
    model: type[Any] | None = None,
    *,
    tag: str = "corpus",
    text: str = "",
    problem: type[Any] = ProblemOut,
    status: int = 200,
) -> dict[str, Any]:
    """The description of a route, for its decorator.

    Args:
        said: What it gives, in words.
        model: That as JSON.
        tag: What the route belongs to.
        text: The content type under which it comes as text, or may come.
        problem: What it gives where something goes wrong.
        status: That of the reply.
    """
    given: dict[str, Any] = {"description": said, **({"model": model} if model else {})}
    if text:
        given["content"] = {text: {"schema": {"type": "string"}}}
    wrong = {code: {"model": problem, "description": told} for code, told in PROBLEMS.items()}
    return {"tags": [tag], "status_code": status, "responses": {status: given, **wrong}}
