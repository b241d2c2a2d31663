"""Alerts over HTTP: listed, as a feed, and, where articles may be added, kept and removed."""

# No `from __future__ import annotations` here: FastAPI reads the annotations of a route.

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request
from starlette.responses import JSONResponse, Response

from ui.alerts.checking import TYPE, keep, rss
from ui.alerts.store import Alert, Alerts
from ui.sample import home
from ui.server import schemas
from ui.server.articles import Adding
from ui.server.worker_pool import WorkerPool

if TYPE_CHECKING:
    from rag.corpus import Corpus

MOST = 100
"""Matches that are listed, the newest."""


def add_alerts(app: FastAPI, corpus: "Corpus", pool: WorkerPool) -> None:
    """The routes that tell which alerts there are and what they found.

    Args:
        app: The server.
        corpus: The corpus that is asked.
        pool: Where the work is done.
    """

    @app.get(
        "/api/alerts",
        tags=["corpus"],
        responses=schemas.replies(schemas.AlertsOut, "Alerts.", (401, 403, 503)),
    )
    async def alerts() -> Response:
        """Lists the alerts, and the new articles that matched them, newest first."""

        def told() -> dict[str, Any]:
            kept = Alerts(home(corpus))
            matches = [asdict(match) for match in kept.matches(MOST)]
            return {"alerts": [_value(each) for each in kept.all()], "matches": matches}

        return JSONResponse(await pool.run(told))

    @app.get(
        "/alerts.rss",
        tags=["corpus"],
        response_class=Response,
        responses={
            200: {"content": {TYPE: {"schema": {"type": "string"}}}},
            **schemas.problems(401, 403, 503),
        },
    )
    async def feed(request: Request) -> Response:
        """Gives the new articles that matched alerts as an RSS feed."""
        address = str(request.base_url)
        found = await pool.run(lambda: rss(Alerts(home(corpus)).matches(MOST), address))
        return Response(found, media_type=TYPE)


def add_keeping(app: FastAPI, corpus: "Corpus", pool: WorkerPool) -> None:
    """The routes that keep and remove alerts.

    Args:
        app: The server.
        corpus: The corpus that is asked.
        pool: One that no question waits for.
    """

    def kept(text: str) -> dict[str, Any]:
        directory = home(corpus)
        return _value(keep(directory, corpus.settings.place(directory), text.strip()))

    @app.post(
        "/api/alerts",
        tags=["corpus"],
        responses=schemas.replies(schemas.AlertOut, "The alert."),
    )
    async def add(sent: schemas.AlertIn, who: Adding) -> Response:
        """Keeps a question or words to look for, asked of what is added from now on.

        An alert of the same text that was just removed comes back.
        """
        return JSONResponse(await pool.run(lambda: kept(sent.text)))

    @app.post(
        "/api/alerts/seen",
        tags=["corpus"],
        status_code=204,
        responses=schemas.problems(401, 403, 503),
    )
    async def see(who: Adding) -> Response:
        """Notes that all that alerts found so far was seen."""
        await pool.run(Alerts(home(corpus)).see)
        return Response(status_code=204)

    @app.delete(
        "/api/alerts/{number}",
        tags=["corpus"],
        responses=schemas.replies(
            schemas.AlertOut, "The alert that was removed.", (401, 403, 404, 422, 503)
        ),
    )
    async def remove(number: int, who: Adding) -> Response:
        """Removes the alert of this number, and what it found."""
        return JSONResponse(
            await pool.run(lambda: _value(Alerts(home(corpus)).remove(str(number))))
        )


def _value(alert: Alert) -> dict[str, Any]:
    return {"number": alert.pk, "text": alert.text, "made": alert.made}
