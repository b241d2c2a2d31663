"""The web chat: questions on the left, the cited article on the right.

The one module that imports Gradio, and only when a page is built. What the page does is in
``ui/chat.py``, what it shows in ``ui/render.py``, how it looks in ``ui/static``.
"""

# No `from __future__ import annotations` here: Gradio reads a handler's annotations when the
# page is built, and the name `gr` exists only inside functions.

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from ui.auth import Users
from ui.chat import (
    Turn,
    last_confined,
    last_question,
    left,
    messages,
    open_source,
    respond,
    stop,
    without_last,
)
from ui.earlier import Panel, keep
from ui.keeping import Chats
from ui.render import escape

if TYPE_CHECKING:
    import gradio
    from fastapi import FastAPI

    from rag.answer import Answer
    from rag.corpus import Corpus

__all__ = ["build_app", "launch", "open_source", "respond", "serve"]

STATIC = Path(__file__).parent / "static"

SUGGESTED = 4
FURTHER = 3
"""Questions that are offered before the first one, and after an answer."""

ANSWERS_AT_ONCE = 4
WAITING_AT_MOST = 64

OFFLINE = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
}
"""Gradio and what it imports call home unless these are set before it is imported."""


@dataclass(frozen=True, slots=True)
class _Parts:
    """The components of one page that take part in its events."""

    turns: Any
    chat: Any
    box: Any
    send: Any
    halt: Any
    again: Any
    wide: Any
    fresh: Any
    edit: Any
    offer: Any
    narrow: tuple[Any, ...]
    left: Any
    earlier: Panel | None
    further: tuple[Any, ...]
    suggestions: tuple[Any, ...]

    def shown(self, now: Sequence[Turn], *, busy: bool) -> dict[Any, Any]:
        """What the components become when the chat has come to these turns."""
        visible = {
            self.send: not busy,
            self.halt: busy,
            self.again: bool(last_question(now)) and not busy,
            self.edit: bool(last_question(now)) and not busy,
            self.wide: last_confined(now) and not busy,
            self.fresh: bool(now) and not busy,
            self.offer: bool(self.suggestions) and not now,
        }
        visible |= dict.fromkeys(self.further, False)  # shown again once they are known
        changed = {part: {"visible": is_, "__type__": "update"} for part, is_ in visible.items()}
        if self.earlier:
            changed |= self.earlier.shown(now, busy=busy)
        return {self.turns: list(now), self.chat: messages(now), **changed}


def build_app(
    corpus: "Corpus",
    *,
    notice: str = "",
    suggestions: Sequence[str] | Callable[[], Sequence[str]] = (),
    further: Callable[["Answer"], Sequence[str]] | None = None,
    chats: Chats | None = None,
) -> "gradio.Blocks":
    """The page, not yet served.

    Args:
        corpus: What is asked, and where cited articles come from.
        notice: A sentence about this corpus, for the top of the page.
        suggestions: Questions that a click asks, offered until the first question; or what finds
            them, once the page is open.
        further: What finds questions to go on with after an answer.
        chats: Where conversations are kept; None keeps none.
    """
    gr = _gradio()

    def source(ref: str) -> str:
        return open_source(corpus, ref)

    with gr.Blocks(title="onrecord", analytics_enabled=False, fill_width=True) as app:
        gr.HTML(_masthead(corpus.count(), notice), elem_id="masthead")
        with gr.Row(elem_id="desk", equal_height=False):
            with gr.Column(elem_id="conversation", min_width=0):
                parts = _conversation(gr, corpus, suggestions, chats)
            gr.HTML(
                html_template=(STATIC / "reader.html").read_text("utf-8"),
                js_on_load=(STATIC / "page.js").read_text("utf-8"),
                server_functions=[source],
                elem_id="reader",
                apply_default_css=False,
            )
        answers = _wire(gr, app, parts, corpus)
        _wire_offers(gr, app, parts, answers, suggestions, further)
    app.queue(max_size=WAITING_AT_MOST, default_concurrency_limit=ANSWERS_AT_ONCE)
    built: gradio.Blocks = app
    return built


def serve(
    corpus: "Corpus",
    host: str = "127.0.0.1",
    port: int = 7860,
    *,
    notice: str = "",
    suggestions: Sequence[str] = (),
    users: Users | None = None,
    any_host: bool = False,
) -> None:
    """Serve the chat and the doors for programs until interrupted.

    Their address goes to standard error once they are up.

    Args:
        corpus: What is asked.
        host: Where to listen.
        port: The port; 0 takes a free one.
        notice: As for ``build_app``.
        suggestions: As for ``build_app``; without any, they come from the corpus.
        users: Who may come in; without any, all may who reach the port.
        any_host: Whether it may be called by names that are not this machine's.

    Raises:
        CannotServe: the port is taken.
    """
    from rag.suggest import follow_ups, suggest
    from ui.api import build_api
    from ui.programs.metrics import Metrics

    metrics = Metrics()
    page = build_app(
        metrics.measured(corpus, "page"),
        notice=notice,
        suggestions=suggestions or (lambda: suggest(corpus)),
        further=lambda answer: follow_ups(corpus, answer),
        chats=Chats(corpus.directory),
    )
    programs = build_api(corpus, users, any_host=any_host, metrics=metrics)
    address = launch(page, host, port, programs=programs, max_file_mb=corpus.settings.max_file_mb)
    print(f"onrecord is at {address} (Ctrl+C ends it)", file=sys.stderr, flush=True)
    page.block_thread()


def launch(
    app: "gradio.Blocks",
    host: str = "127.0.0.1",
    port: int = 7860,
    *,
    programs: "FastAPI | None" = None,
    max_file_mb: int = 50,
) -> str:
    """Serve the page from a thread of its own; returns its address. ``app.close()`` ends it.

    Args:
        app: The page, from ``build_app``.
        host: Where to listen.
        port: The port; 0 takes a free one.
        programs: What the page is mounted on, from ``build_api``; its guard is the page's too.
        max_file_mb: The largest upload.

    Raises:
        CannotServe: the port is taken.
    """
    from fastapi import FastAPI
    from starlette.middleware import Middleware

    from ui.programs.guard import Guard, SecurityHeaders
    from ui.programs.server import Server

    gr = _gradio()
    style = (STATIC / "page.css").read_text("utf-8")
    ink = {f"body_{part}{mode}": f"var(--{name})" for part, name in _INK for mode in ("", "_dark")}
    bare = [Middleware(SecurityHeaders), Middleware(Guard, users=Users())]
    site = programs or FastAPI(docs_url=None, redoc_url=None, openapi_url=None, middleware=bare)
    guarded = getattr(site.state, "guarded", False)
    gr.mount_gradio_app(
        site,
        app,
        path="/",
        server_name=host,
        server_port=port,
        auth_dependency=(lambda request: request.scope.get("onrecord.user")) if guarded else None,
        theme=gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["monospace"]).set(**ink),
        head=f"<style>{style}</style>",
        max_file_size=f"{max_file_mb}mb",
        show_error=False,
        run_history=False,
        footer_links=[],
        enable_monitoring=False,
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
    )
    server: Any = Server(site, host, port)
    # What close() ends: the app that is served, which mounting does not make the page's own.
    app.app, app.server = site.router.routes[-1].app, server  # type: ignore[attr-defined]
    return str(server.address)


_INK = (("background_fill", "paper"), ("text_color", "ink"), ("text_color_subdued", "quiet"))


def _gradio() -> ModuleType:
    os.environ.update(OFFLINE)
    import gradio

    return gradio


def _masthead(count: int, notice: str) -> str:
    held = f"{count:,} article{'' if count == 1 else 's'} on the record."
    said = f' <span class="notice">{escape(notice)}</span>' if notice else ""
    return f'<h1>onrecord</h1><p><span class="held">{held}</span>{said}</p>'


def _conversation(
    gr: ModuleType,
    corpus: "Corpus",
    suggestions: Sequence[str] | Callable[[], Sequence[str]],
    chats: Chats | None,
) -> _Parts:
    turns = gr.State([])
    chat = gr.Chatbot(
        elem_id="chat",
        show_label=False,
        container=False,
        height=None,
        placeholder=(STATIC / "welcome.html").read_text("utf-8").replace("\n", " "),
        layout="panel",
        buttons=[],
        feedback_options=None,
        latex_delimiters=[],
        sanitize_html=True,
        allow_tags=False,
        group_consecutive_messages=False,
    )
    known = [""] * SUGGESTED if callable(suggestions) else suggestions
    with gr.Column(elem_id="suggestions", visible=bool(known)) as offer:
        offered = tuple(
            gr.Button(text, elem_classes="suggestion", visible=bool(text)) for text in known
        )
    with gr.Column(elem_id="further"):
        further = tuple(
            gr.Button("", elem_classes="suggestion", visible=False) for _ in range(FURTHER)
        )
    with gr.Row(elem_id="ask", equal_height=False):
        box = gr.Textbox(
            label="Question",
            show_label=False,
            container=False,
            placeholder="Ask the record…",
            max_lines=6,
            scale=1,
            min_width=0,
            autofocus=True,
        )
        send = gr.Button("Ask", elem_id="send", scale=0, min_width=0)
        halt = gr.Button("Stop", elem_id="stop", scale=0, min_width=0, visible=False)
    with gr.Accordion("Which articles", open=False, elem_id="narrow"):
        with gr.Row(equal_height=False):
            publisher = gr.Dropdown(
                [("All publishers", ""), *corpus.publishers()],
                value="",
                label="Publisher",
                min_width=0,
            )
            days = [
                gr.Textbox(label=label, placeholder="2025-05-18", max_lines=1, min_width=0)
                for label in ("Published from", "Published until")
            ]
        left_of = gr.HTML(left(corpus, None, None, None), elem_id="left")
    with gr.Row(elem_id="after", equal_height=False):
        again = gr.Button("Retry", elem_id="retry", scale=0, min_width=0, visible=False)
        edit = gr.Button("Edit", elem_id="edit", scale=0, min_width=0, visible=False)
        wide = gr.Button("All articles", elem_id="wide", scale=0, min_width=0, visible=False)
        fresh = gr.Button("New chat", elem_id="fresh", scale=0, min_width=0, visible=False)
    earlier = Panel.built(gr, chats) if chats else None
    narrow = (publisher, *days)
    return _Parts(
        turns, chat, box, send, halt, again, wide, fresh, edit, offer, narrow, left_of, earlier,
        further, offered,
    )  # fmt: skip


def _user(request: Any) -> str:  # noqa: ANN401
    """Who signed in; "" where nobody does."""
    return str(request.username or "") if request else ""


def _wire(gr: ModuleType, app: Any, parts: _Parts, corpus: "Corpus") -> list[Any]:  # noqa: ANN401
    """Connects the events; gives those that end in an answer."""
    earlier = parts.earlier

    def answered(
        question: str, before: list[Turn], chosen: Sequence[str], *, scope: bool = True
    ) -> Iterator[dict[Any, Any]]:
        now = before
        for now in respond(corpus, question, before, narrow=chosen, scope=scope):
            yield {**parts.shown(now, busy=True), parts.box: ""}
        yield parts.shown(now, busy=False)

    def asked(typed: str, before: list[Turn], *chosen: str) -> Iterator[dict[Any, Any]]:
        yield from answered(typed, before, chosen)

    # A button of their own each: Gradio hands on a copy of one that was hidden or shown.
    def retried(before: list[Turn], *chosen: str) -> Iterator[dict[Any, Any]]:
        yield from answered(last_question(before), without_last(before), chosen)

    def widened(before: list[Turn], *chosen: str) -> Iterator[dict[Any, Any]]:
        yield from answered(last_question(before), without_last(before), chosen, scope=False)

    def edited(now: list[Turn]) -> dict[Any, Any]:
        return {
            **parts.shown(without_last(now), busy=False),
            parts.box: gr.update(value=last_question(now), autofocus=True),
        }

    def kept(now: list[Turn], chat: str, request: gr.Request) -> tuple[str, list[Turn]]:  # type: ignore[name-defined]
        assert earlier is not None  # noqa: S101 - wired only then
        return keep(earlier.chats, chat, now, _user(request))

    outputs = [*parts.shown([], busy=False)]
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    answering = {
        "outputs": [*outputs, parts.box],
        "concurrency_limit": ANSWERS_AT_ONCE,
        "concurrency_id": "answers",
        **quiet,
    }
    narrow = [parts.turns, *parts.narrow]
    answers = [
        gr.on([parts.box.submit, parts.send.click], asked, [parts.box, *narrow], **answering),
        *(
            button.click(asked, [button, *narrow], **answering)
            for button in (*parts.suggestions, *parts.further)
        ),
        parts.again.click(retried, [parts.turns, *parts.narrow], **answering),
        parts.wide.click(widened, [parts.turns, *parts.narrow], **answering),
    ]
    parts.halt.click(None, cancels=answers).then(
        lambda now: parts.shown(stop(now), busy=False), parts.turns, outputs, **quiet
    )
    parts.fresh.click(lambda: parts.shown([], busy=False), None, outputs, **quiet)
    parts.edit.click(edited, parts.turns, [*outputs, parts.box], **quiet)
    if earlier:
        for answer in answers:
            answer.then(kept, [parts.turns, earlier.chat], [earlier.chat, parts.turns], **quiet)
        parts.fresh.click(lambda: "", None, earlier.chat, **quiet)
        earlier.wire(gr, app, parts.turns, lambda now: parts.shown(now, busy=False), outputs, _user)
    gr.on(
        [part.change for part in parts.narrow],
        lambda *chosen: left(corpus, *chosen),
        [*parts.narrow],
        parts.left,
        **quiet,
    )
    return answers


def _wire_offers(
    gr: ModuleType,
    app: Any,  # noqa: ANN401
    parts: _Parts,
    answers: Sequence[Any],
    suggestions: Sequence[str] | Callable[[], Sequence[str]],
    further: Callable[["Answer"], Sequence[str]] | None,
) -> None:
    """Fills the buttons of suggested questions, once these are known."""
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}

    def filled(buttons: Sequence[Any], texts: Sequence[str]) -> dict[Any, Any]:
        padded = [*texts, *[""] * len(buttons)]
        return {
            button: gr.update(value=text, visible=bool(text))
            for button, text in zip(buttons, padded, strict=False)
        }

    if callable(suggestions):
        found = suggestions
        app.load(lambda: filled(parts.suggestions, found()), None, [*parts.suggestions], **quiet)
    if further:
        found_after = further

        def followed(now: list[Turn]) -> dict[Any, Any]:
            answer = now[-1].answer if now else None
            return filled(parts.further, found_after(answer) if answer else ())

        for answer in answers:
            answer.then(followed, parts.turns, [*parts.further], **quiet)
