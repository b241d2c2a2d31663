"""The door for programs: HTTP with JSON, described by OpenAPI; the page is mounted on it.

``/api`` is onrecord's own; ``/v1`` is in ``openai_api.py``, ``/mcp`` in ``mcp_server.py``.
"""

# No `from __future__ import annotations` here: FastAPI reads the annotations of a route, and what
# they name exists only inside the function that makes it.

import contextlib
from collections.abc import AsyncGenerator, AsyncIterator
from importlib.metadata import version

from fastapi import FastAPI, Request
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from rag.corpus import Corpus
from rag.types import Answer, AskRequest
from ui import output
from ui.library.adding import Editor
from ui.server import articles, openai_api, schemas
from ui.server.auth import Users
from ui.server.mcp_server import Mounted
from ui.server.metrics import CONTENT_TYPE, Metrics
from ui.server.middleware import BodyLimit, Guard, SecurityHeaders
from ui.server.replies import (
    EVENTS,
    GONE,
    add_handlers,
    add_unmatched,
    event,
    event_stream,
    events_wanted,
    told,
)
from ui.server.worker_pool import WorkerPool, last_of

__all__ = ["build_api"]


def build_api(
    corpus: Corpus,
    users: Users | None = None,
    *,
    any_host: bool = False,
    editor: Editor | None = None,
    pool: WorkerPool | None = None,
    metrics: Metrics | None = None,
) -> FastAPI:
    """The app, not yet served, and without the page.

    Args:
        corpus: What is asked.
        users: Who may come in; without any, all may.
        any_host: Whether it may be called by names that are not this machine's.
        editor: What changes the corpus; None lets nobody change it.
        pool: Where questions are worked on.
        metrics: Where they are counted.
    """
    pool, metrics, writing = pool or WorkerPool(), metrics or Metrics(), WorkerPool(at_once=1)
    mcp = Mounted(metrics.measured(corpus, "mcp"), pool)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with mcp.running():
            yield
        pool.close()
        writing.close()

    app = FastAPI(
        title="onrecord",
        version=version("onrecord"),
        description="Answers from a corpus of news articles; every sentence cites its words.",
        docs_url=None,  # these pages load what they are made of from elsewhere
        redoc_url=None,
        openapi_url="/api/openapi.json",
        lifespan=lifespan,
        middleware=[
            Middleware(SecurityHeaders),
            Middleware(Guard, users=users or Users(), any_host=any_host),
            Middleware(BodyLimit),
        ],
    )
    app.state.guarded = bool(users)
    add_handlers(app, metrics)
    _add_routes(app, metrics.measured(corpus, "api"), pool, metrics)
    articles.add_reading(app, corpus, pool)
    if editor:
        articles.add_writing(app, editor, writing)
        articles.add_keeping(app, corpus, writing)
    openai_api.add_routes(app, metrics.measured(corpus, "openai"), pool)
    app.router.routes.append(Route("/mcp", mcp, include_in_schema=False))
    add_unmatched(app)
    return app


def _add_routes(app: FastAPI, corpus: Corpus, pool: WorkerPool, metrics: Metrics) -> None:
    @app.post("/api/ask", **schemas.route("The answer.", Answer, text=EVENTS))
    async def ask(request: Request, asked: AskRequest) -> Response:
        """Answers a question, every sentence cited, or says that the articles do not.

        With `Accept: text/event-stream` the answer comes as it grows: events `answer`, each with
        all there is so far, then one event `done` with the whole answer (or `error`). What is
        there all at once comes as `done` alone.
        """
        answers = pool.stream(lambda: corpus.stream(asked), request.receive)
        if events_wanted(request):
            return await _events(answers)
        last = await last_of(answers)
        return JSONResponse(last.as_json()) if last else Response(status_code=GONE)

    @app.post("/api/search", **schemas.route("Passages.", schemas.PassagesOut))
    async def search(asked: schemas.SearchIn) -> Response:
        """Finds the passages that match a query best, best first."""
        query, many, history, filters = asked.query, asked.top_k, asked.history, asked.filters
        found = await pool.run(lambda: corpus.search(query, many, history=history, filters=filters))
        return JSONResponse({"passages": output.passage_values(found)})

    @app.get(
        "/healthz",
        **schemas.route("It can.", schemas.HealthOut, tag="server"),
    )
    async def healthz() -> Response:
        """Says whether the index can be read; needs no password."""
        await run_in_threadpool(corpus.manifest)
        return JSONResponse({"status": "ok"})

    @app.get(
        "/metrics",
        response_class=Response,
        **schemas.route("The figures.", tag="server", text="text/plain"),
    )
    async def figures() -> Response:
        """Gives questions, refusals, errors and times in Prometheus' format."""
        return Response(metrics.text(), headers={"Content-Type": CONTENT_TYPE})


async def _events(answers: AsyncGenerator[Answer, None]) -> Response:
    """The answers as server-sent events; what fails before the first one is an error response."""
    first = await anext(answers, None)
    if first is None:
        await answers.aclose()
        return Response(status_code=GONE)

    async def events(last: Answer) -> AsyncIterator[str]:
        async with contextlib.aclosing(answers):
            try:
                async for later in answers:
                    yield event("answer", last.as_json())
                    last = later
                yield event("done", last.as_json())  # the whole answer, and only once
            except Exception as error:
                yield event("error", {"error": told(error)})

    return event_stream(events(first))
