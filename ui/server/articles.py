"""Articles and alerts over HTTP: listed, read and, where allowed, added and removed."""

# No `from __future__ import annotations` here: FastAPI reads the annotations of a route.

import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict
from functools import partial
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Query, Request
from starlette.datastructures import UploadFile
from starlette.responses import JSONResponse, Response

from index.build import Progress
from rag.corpus import Corpus
from ui import output
from ui.alert_delivery import TYPE, keep, rss
from ui.alerts import Alert, Alerts, alerts_for
from ui.files import person
from ui.library.adding import Editor, Pasted, Result, Sent, Step, steps
from ui.sample import home
from ui.server import schemas
from ui.server.auth import ROLES, signed_in
from ui.server.replies import EVENTS, Forbidden, Unusable, event, event_stream, events_wanted, told
from ui.server.worker_pool import WorkerPool, last_of

MOST_LISTED = 1000
MOST_FILES = 1000
MOST_MATCHES = 100  # the newest

_IDS = Query(alias="id", min_length=1, max_length=MOST_LISTED, description="which, by their ids")
_COPY = "whether to begin with a copy of the sample, while that is what is asked"
Copying = Annotated[bool, Query(description=_COPY)]
_FILES = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["files"],
                "properties": {
                    "files": {"type": "array", "items": {"type": "string", "format": "binary"}}
                },
            }
        }
    },
}


def _permitted(request: Request, least: str) -> str:
    """Who asks for a change, if their role is this one or more.

    Raises:
        Forbidden: it is less.
    """
    user, role = signed_in(request.scope)
    who = user or person()
    if ROLES.index(role) < ROLES.index(least):
        what = "removes" if least == "admin" else "adds"
        raise Forbidden(f"{who} is {role} here, and {what} nothing; ask somebody who is {least}")
    return who


# What these take but the request, FastAPI would take from its address: the role is not there.
def _adding(request: Request) -> str:
    return _permitted(request, "editor")


def _removing(request: Request) -> str:
    return _permitted(request, "admin")


Adding = Annotated[str, Depends(_adding)]
Removing = Annotated[str, Depends(_removing)]
"""Who asks, where a user of that role may."""


def add_reading(app: FastAPI, corpus: Corpus, pool: WorkerPool) -> None:
    """The routes that list and read articles, and tell which alerts there are and what they found.

    Args:
        app: The server.
        corpus: The corpus that is asked.
        pool: Where the work is done.
    """

    @app.get("/api/articles", **schemas.route("Articles.", schemas.ArticlesOut))
    async def articles(
        offset: Annotated[int, Query(ge=0, description="how many to pass over")] = 0,
        count: Annotated[int, Query(ge=1, le=MOST_LISTED, description="how many to list")] = 100,
    ) -> Response:
        """Lists the articles in the order of their uris."""
        values = await pool.run(lambda: output.article_values(corpus.articles()))
        return JSONResponse({"total": len(values), "articles": values[offset : offset + count]})

    @app.get("/api/articles/{article_id}", **schemas.route("The article.", schemas.ArticleOut))
    async def article(article_id: str) -> Response:
        """Gives the article, or the earlier revision of one, with this id, and its text."""
        found = await pool.run(lambda: corpus.article(article_id))
        return JSONResponse(output.article_value(article_id, found))

    @app.get("/api/alerts", **schemas.route("Alerts.", schemas.AlertsOut))
    async def alerts(request: Request) -> Response:
        """Lists one's own alerts, and the new articles that matched them, newest first.

        An admin's list has those of all.
        """

        def told() -> dict[str, Any]:
            kept = _alerts(request, corpus)
            matches = [asdict(match) for match in kept.matches(MOST_MATCHES)]
            return {"alerts": [_value(each) for each in kept.all()], "matches": matches}

        return JSONResponse(await pool.run(told))

    @app.get(
        "/alerts.rss",
        response_class=Response,
        **schemas.route("The feed.", text=TYPE),
    )
    async def feed(request: Request) -> Response:
        """Gives the new articles that matched these alerts as an RSS feed."""
        address, kept = str(request.base_url), _alerts(request, corpus)
        found = await pool.run(lambda: rss(kept.matches(MOST_MATCHES), address))
        return Response(found, media_type=TYPE)


def add_writing(app: FastAPI, editor: Editor, pool: WorkerPool) -> None:
    """The routes that add and remove articles.

    Args:
        app: The server.
        editor: Changes the corpus.
        pool: One that no question waits for.
    """
    each, answer = "What became of each.", partial(_answer, pool, editor)

    @app.post("/api/articles", **schemas.route(each, schemas.ResultsOut, text=EVENTS))
    async def add(
        request: Request, sent: schemas.ArticlesIn, who: Adding, copy: Copying = False
    ) -> Response:
        """Adds texts, or what an address holds: an article, a feed or a sitemap.

        A text with the day and title of an earlier one replaces it. Of a list, 50 pages are fetched
        at once.

        With `Accept: text/event-stream` its progress comes as events `step`, then one event
        `done` with the results (or `error`). What was begun is finished even if nobody waits.
        """
        if sent.url:
            return await answer(request, who, copy, lambda tell: editor.add_link(sent.url, tell))
        pasted = [Pasted(**text.model_dump()) for text in sent.articles]
        return await answer(request, who, copy, lambda tell: editor.add_pasted(pasted, tell))

    @app.post(
        "/api/files",
        **schemas.route(each, schemas.ResultsOut, text=EVENTS),
        openapi_extra={"requestBody": _FILES},
    )
    async def add_files(request: Request, who: Adding, copy: Copying = False) -> Response:
        """Adds the articles of files, of every kind that `onrecord add` reads.

        A file that cannot be read is told among the results. Progress is as for `/api/articles`.
        """
        files = await _files(request)
        return await answer(request, who, copy, lambda tell: editor.add_files(files, tell))

    @app.delete("/api/articles", **schemas.route("They are removed.", schemas.ResultsOut))
    async def remove(ids: Annotated[list[str], _IDS], who: Removing) -> Response:
        """Removes articles, with every revision of them; all of those that are named, or none."""
        results = await pool.run(lambda: editor.noted(who, editor.remove(ids)))
        return JSONResponse(_values(results))


async def _files(request: Request) -> list[Sent]:
    """The files of a form.

    Raises:
        Unusable: it is no such form, or holds none.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "multipart/form-data":
        raise Unusable("send the files as multipart/form-data, each as a field named files")
    async with request.form(max_files=MOST_FILES, max_fields=MOST_FILES) as form:
        found = [file for file in form.getlist("files") if isinstance(file, UploadFile)]
        files = [Sent(file.filename or "", await file.read()) for file in found]
    if not files:
        raise Unusable("there is no file here; send each as a field named files")
    return files


async def _answer(
    pool: WorkerPool,
    editor: Editor,
    request: Request,
    who: str,
    copy: bool,
    work: Callable[[Progress], list[Result]],
) -> Response:
    """The results of some work, or its progress as it goes on; before it, perhaps a copy."""

    def done(tell: Progress) -> list[Result]:
        if copy:
            editor.copy_sample(tell)
        return editor.noted(who, work(tell))

    stream = pool.stream(lambda: steps(done))
    if events_wanted(request):

        async def events() -> AsyncIterator[str]:
            async with contextlib.aclosing(stream):
                try:
                    async for news in stream:
                        if isinstance(news, Step):
                            yield event("step", asdict(news))
                        else:
                            yield event("done", _values(news))
                except Exception as error:
                    yield event("error", {"error": told(error)})

        return event_stream(events())
    results = await last_of(stream)
    assert isinstance(results, list)  # noqa: S101 - the last of the steps
    return JSONResponse(_values(results))


def _values(results: list[Result]) -> dict[str, Any]:
    return {"results": [asdict(result) for result in results]}


def add_keeping(app: FastAPI, corpus: Corpus, pool: WorkerPool) -> None:
    """The routes that keep alerts, remove them and bring them back.

    Args:
        app: The server.
        corpus: The corpus that is asked.
        pool: One that no question waits for.
    """

    def kept(alerts: Alerts, text: str) -> dict[str, Any]:
        return _value(keep(alerts, corpus.settings.place(home(corpus)), text.strip()))

    @app.post("/api/alerts", **schemas.route("The alert.", schemas.AlertOut))
    async def add(request: Request, sent: schemas.AlertIn, who: Adding) -> Response:
        """Keeps a question or words to look for, asked of what is added from now on.

        An alert of the same text that was just removed comes back.
        """
        return JSONResponse(await pool.run(lambda: kept(_alerts(request, corpus), sent.text)))

    @app.post(
        "/api/alerts/seen",
        **schemas.route("It is noted.", status=204),
    )
    async def see(request: Request, who: Adding) -> Response:
        """Notes that all that one's own alerts found so far was seen."""
        await pool.run(_alerts(request, corpus).see)
        return Response(status_code=204)

    @app.delete(
        "/api/alerts/{number}", **schemas.route("The alert that was removed.", schemas.AlertOut)
    )
    async def remove(request: Request, number: int, who: Adding) -> Response:
        """Removes the alert of this number, and what it found: one's own, as an admin any."""
        kept = _alerts(request, corpus)
        return JSONResponse(await pool.run(lambda: _value(kept.remove(str(number)))))

    @app.post("/api/alerts/{number}", **schemas.route("The alert that is back.", schemas.AlertOut))
    async def restore(request: Request, number: int, who: Adding) -> Response:
        """Brings an alert back that was removed within the hour: one's own, as an admin any."""
        kept = _alerts(request, corpus)
        return JSONResponse(await pool.run(lambda: _value(kept.restore(number))))


def _alerts(request: Request, corpus: Corpus) -> Alerts:
    return alerts_for(home(corpus), *signed_in(request.scope))


def _value(alert: Alert) -> dict[str, Any]:
    return {"number": alert.pk, "text": alert.text, "made": alert.made, "owner": alert.owner}
