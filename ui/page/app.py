"""The web chat: earlier chats, questions and answers, and beside them the cited article; served.

The one module that imports Gradio, and only when a page is built.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, cast

from fastapi import FastAPI
from starlette.middleware import Middleware

from rag.corpus import Corpus
from rag.suggestions import follow_ups, suggest
from rag.types import Answer
from ui.alerts import Alerts, alerts_for
from ui.conversation_store.store import ConversationStore
from ui.library.adding import Editor
from ui.library.view import READ_ONLY, Terms, library
from ui.page.chat import OpenTurns, open_source
from ui.page.chat_panel import ANSWERS_AT_ONCE, ChatPanel, buttons, offers_html
from ui.page.handlers import BARE, QUIET, Sent, asked, handler
from ui.page.history_panel import HistoryPanel
from ui.page.middleware import EventStream, PageRoutes, Sessions
from ui.page.render import masthead_html, welcome_html
from ui.sample import NOTICE, SUGGESTIONS, home, is_sample
from ui.server import process
from ui.server.api import build_api
from ui.server.auth import Users
from ui.server.metrics import Metrics
from ui.server.middleware import Guard, SecurityHeaders
from ui.server.server import Server
from ui.server.worker_pool import Aside
from ui.templating import counted, render, static

if TYPE_CHECKING:
    import gradio


__all__ = ["build_app", "launch"]

WAITING_AT_MOST = 64

SUGGESTED = 4
"""Questions that are offered before the first one."""

# Pages whose turns are held in memory, the least recently used one let go first: half a megabyte
# each after eight questions. What is let go is read again from the chats that are kept.
SESSIONS = 200

OFFLINE = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "GRADIO_ANALYTICS_CACHE_FREQUENCY": "1000000000",
    "GRADIO_ANALYTICS_MAX_EVENTS": "1",
}
"""Gradio and what it imports call home unless these are set before it is imported, and it sums up
all events in a table of pandas after each one: 16 of the 30 ms that a question cost beside its
answer, for a page of figures that is not served."""


def build_app(
    corpus: Corpus,
    *,
    notice: Callable[[str], str] = lambda who: "",
    suggestions: Callable[[], Sequence[str]] = tuple,
    further: Callable[[Answer], Sequence[str]] | None = None,
    chats: ConversationStore | None = None,
    terms: Callable[[], Terms] = lambda: READ_ONLY,
    originals: Callable[[], bool] = lambda: True,
    turns: OpenTurns | None = None,
) -> gradio.Blocks:
    """The page, not yet served.

    Args:
        corpus: What is asked, and where cited articles come from.
        notice: Gives a sentence for who signed in, for the top of the page, or "".
        suggestions: Finds questions that a click asks, offered until the first question.
        further: Finds questions to go on with after an answer.
        chats: Where conversations are kept; None keeps none.
        terms: Says what a reader may do with the corpus.
        originals: Says whether the addresses of the articles lead anywhere.
        turns: Those of the pages that are open; none but the page's own reads it.
    """
    gr = _gradio()
    held = OpenTurns(SESSIONS) if turns is None else turns

    def source(ref: str) -> str:
        return open_source(corpus, ref, original=originals())

    def listed(sent: Sent, wanted: object) -> dict[str, Any]:
        return library(corpus, wanted, terms().within(sent.role), _alerts(corpus, sent))

    def renewed(sent: Sent) -> tuple[str, ...]:
        head = masthead_html(corpus, notice(sent.user))
        return head, welcome_html(corpus), offers_html(suggestions()[:SUGGESTED])

    with gr.Blocks(title="onrecord", analytics_enabled=False, fill_width=True) as app:
        with gr.Sidebar(label="Chats", open=False, width=270, elem_id="chats") as bar:
            fresh = buttons(gr, {"fresh": "New chat"}, "begin")
            history = HistoryPanel(gr, chats) if chats else None
        with gr.Column(elem_id="page", min_width=0):
            head = gr.HTML(masthead_html(corpus, notice("")), elem_id="masthead", **BARE)
            with gr.Column(elem_id="desk", min_width=0):
                with gr.Column(elem_id="rooms", min_width=0):
                    gr.HTML(static("rooms.html"), elem_id="doors", **BARE)
                    with gr.Column(elem_id="conversation", min_width=0):
                        welcome = gr.HTML(welcome_html(corpus), elem_id="welcome", **BARE)
                        panel = ChatPanel(gr, corpus, fresh, history, held, terms)
                    with gr.Column(elem_id="corpus", min_width=0):
                        articles = _component(gr, "library", "library.js", asked(gr, listed))
                with gr.Column(elem_id="source", scale=0, min_width=0):
                    reader = _component(gr, "reader", "page.js", source)
        panel.wire(app, articles, further)
        for anew in (articles.edited, app.load):
            anew(handler(gr, renewed), None, [head, welcome, panel.suggestions], **QUIET)
        for sized in (app.load, reader.resized):
            sized(None, None, bar, js=_ROOM_FOR_CHATS, **QUIET)
    app.queue(max_size=WAITING_AT_MOST, default_concurrency_limit=ANSWERS_AT_ONCE)
    app.state_session_capacity = SESSIONS
    return cast("gradio.Blocks", app)


# The earlier chats stand open where that leaves room for an answer and its source: at first, and
# whenever the window comes to be that wide or no longer is.
_ROOM_FOR_CHATS = """() => ({ open: innerWidth >= 1200, __type__: "update" })"""


def launch(
    app: gradio.Blocks,
    host: str = "127.0.0.1",
    port: int = 7860,
    *,
    programs: FastAPI | None = None,
    proxies: str = "",
) -> str:
    """Serve the page from a thread of its own; returns its address. ``app.close()`` ends it.

    Args:
        app: The page, from ``build_app``.
        host: Where to listen.
        port: The port; 0 takes a free one.
        programs: What the page is mounted on, from ``build_api``; its guard is the page's too.
        proxies: Which proxies are believed, beside those of this machine.

    Raises:
        CannotServe: the port is taken.
    """
    gr = _gradio()
    bare = [Middleware(SecurityHeaders), Middleware(Guard, users=Users())]
    site = programs or FastAPI(docs_url=None, redoc_url=None, openapi_url=None, middleware=bare)
    guarded = getattr(site.state, "guarded", False)
    gr.mount_gradio_app(
        site,
        app,
        path="/",
        server_name=host,
        server_port=port,
        app_kwargs={"middleware": _middleware(app)},
        auth_dependency=(lambda request: request.scope.get("onrecord.user")) if guarded else None,
        theme=_theme(gr),
        head=f"<style>{render('colours.css')}{static('page.css')}{static('library.css')}</style>",
        max_file_size=1,
        show_error=False,
        run_history=False,
        footer_links=[],
        enable_monitoring=False,
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
    )
    # What close() ends: the app that is served, which mounting does not make the page's own.
    inner = (getattr(each, "app", None) for each in site.routes)
    app.app = next(each for each in inner if isinstance(each, gr.routes.App))
    server = Server(site, host, port, proxies=proxies)
    app.server = server  # type: ignore[assignment] # Gradio's own is not started
    return server.address


def _middleware(app: gradio.Blocks) -> list[Middleware]:
    """What requests of the page pass before Gradio sees them."""
    inputs = {
        number: [part.get_block_name() for part in function.inputs]
        for number, function in app.fns.items()
    }
    return [Middleware(PageRoutes), Middleware(EventStream), Middleware(Sessions, inputs=inputs)]


def _theme(gr: ModuleType) -> Any:  # noqa: ANN401
    told = json.loads(static("theme.json"))
    tokens = {
        name + mode: value
        for kind, modes in (("colours", ("", "_dark")), ("measures", ("",)))
        for value, names in told[kind].items()
        for name in names
        for mode in modes
    }
    theme = gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["monospace"])
    return theme.set(**tokens)


def _gradio() -> ModuleType:
    os.environ.update(OFFLINE)
    import gradio
    import gradio.queueing

    vars(gradio.queueing)["traceback"] = process.Faults  # Gradio prints all of one
    return gradio


def _component(gr: ModuleType, name: str, script: str, function: Callable[..., Any]) -> Any:  # noqa: ANN401
    """What NAME.html and a script make of themselves, with a function of the server to call."""
    return gr.HTML(
        html_template=static(f"{name}.html"),
        js_on_load=static(script),
        server_functions=[function],
        elem_id=name,
        **BARE,
    )


def serve(
    corpus: Corpus,
    host: str = "127.0.0.1",
    port: int = 7860,
    *,
    users: Users | None = None,
    any_host: bool = False,
    read_only: bool = False,
) -> None:
    """Serve the chat and the doors for programs until interrupted.

    Their address goes to standard error once they are up. Who may change the corpus: those who
    signed in, or, where nobody does, those at this machine.

    Args:
        corpus: What is asked.
        host: Where to listen.
        port: The port; 0 takes a free one.
        users: Who may come in; without any, all may who reach the port.
        any_host: Whether it may be called by names that are not this machine's.
        read_only: Whether nobody may change the corpus.

    Raises:
        CannotServe: the port is taken.
    """
    metrics = Metrics()
    # With a model, questions wait for its server and not for this processor.
    aside = Aside(lambda: 0 if corpus.model else metrics.under_way)
    writable = os.access(corpus.directory, os.W_OK)
    chats = ConversationStore(corpus.directory) if writable else None
    changing = writable and not read_only and bool(users or not any_host)

    def moved(directory: Path) -> None:
        corpus.turn_to(directory)
        if chats:
            chats.turn_to(directory)

    editor = Editor.of(corpus, moved) if changing else None
    page = build_app(
        metrics.measured(corpus, "page"),
        notice=lambda who: _notice(corpus, who),
        suggestions=Offers(corpus, aside),
        further=lambda answer: aside.run(lambda go_on: follow_ups(corpus, answer, go_on=go_on), ()),
        chats=chats,
        originals=lambda: not is_sample(corpus),
        terms=lambda: Terms.of(corpus, editable=changing, shared=bool(users)),
    )
    programs = build_api(corpus, users, any_host=any_host, editor=editor, metrics=metrics)
    address = launch(page, host, port, programs=programs, proxies=corpus.settings.proxies)
    print(f"onrecord is at {address} (Ctrl+C ends it)", file=sys.stderr, flush=True)
    try:
        page.server.wait()  # type: ignore[attr-defined] # ``launch`` put its own there
    except KeyboardInterrupt:
        page.close()


class Offers:
    """The questions to begin with. Threads may share it.

    Those of a new generation are asked between readers' questions; until all of them were, those
    of the one before stand there.
    """

    def __init__(self, corpus: Corpus, aside: Aside) -> None:
        """Asks a corpus, when there is time aside."""
        self._corpus = corpus
        self._aside = aside
        self._kept: tuple[str, Sequence[str]] = "", ()

    def __call__(self) -> Sequence[str]:
        """What is offered now."""
        if is_sample(self._corpus):
            return SUGGESTIONS
        token = self._corpus.manifest()["token"]
        if token != self._kept[0]:
            self._aside.run(lambda go_on: self._ask(token, go_on), None)
        return self._kept[1]

    def _ask(self, token: str, go_on: Callable[[], bool]) -> None:
        lulls: list[bool] = []

        def go_on_then() -> bool:
            lulls.append(go_on())
            return lulls[-1]

        found = suggest(self._corpus, go_on=go_on_then)
        if all(lulls):
            self._kept = token, found


def _alerts(corpus: Corpus, sent: Sent) -> Alerts:
    return alerts_for(home(corpus), sent.user, sent.role)


def _notice(corpus: Corpus, who: str) -> str:
    """What the head of the page says to a reader: what their alerts found, that it is a sample."""
    new = Alerts(home(corpus), who).unseen()
    told = f"{counted(new, 'new match', 'new matches')} of alerts, under Corpus." if new else ""
    return " ".join(filter(None, (told, NOTICE if is_sample(corpus) else "")))
