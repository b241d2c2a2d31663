"""The web chat: questions on the left, the cited article on the right.

The one module that imports Gradio, and only when a page is built. What the page does is in
``ui/chat.py``, what it shows in ``ui/render.py``, how it looks in ``ui/static``.
"""

# No `from __future__ import annotations` here: Gradio reads a handler's annotations when the
# page is built, and the name `gr` exists only inside functions.

import os
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from ui.chat import (
    Turn,
    last_confined,
    last_question,
    messages,
    open_source,
    respond,
    stop,
    without_last,
)
from ui.render import escape

if TYPE_CHECKING:
    import gradio
    from starlette.middleware import Middleware
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from rag.corpus import Corpus

__all__ = ["build_app", "launch", "open_source", "respond", "serve"]

STATIC = Path(__file__).parent / "static"

ANSWERS_AT_ONCE = 4
WAITING_AT_MOST = 64

OFFLINE = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
}
"""Gradio and what it imports call home unless these are set before it is imported."""

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
        "worker-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""The browser itself refuses what the page should never ask for: anything from elsewhere."""


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
    offer: Any
    suggestions: tuple[Any, ...]

    def shown(self, now: Sequence[Turn], *, busy: bool) -> dict[Any, Any]:
        """What the components become when the chat has come to these turns."""
        visible = {
            self.send: not busy,
            self.halt: busy,
            self.again: bool(last_question(now)) and not busy,
            self.wide: last_confined(now) and not busy,
            self.fresh: bool(now) and not busy,
            self.offer: bool(self.suggestions) and not now,
        }
        changed = {part: {"visible": is_, "__type__": "update"} for part, is_ in visible.items()}
        return {self.turns: list(now), self.chat: messages(now), **changed}


def build_app(
    corpus: "Corpus", *, notice: str = "", suggestions: Sequence[str] = ()
) -> "gradio.Blocks":
    """The page, not yet served.

    Args:
        corpus: What is asked, and where cited articles come from.
        notice: A sentence about this corpus, for the top of the page.
        suggestions: Questions that a click asks, offered until the first question.
    """
    gr = _gradio()

    def source(ref: str) -> str:
        return open_source(corpus, ref)

    with gr.Blocks(title="onrecord", analytics_enabled=False, fill_width=True) as app:
        gr.HTML(_masthead(len(corpus.articles()), notice), elem_id="masthead")
        with gr.Row(elem_id="desk", equal_height=False):
            with gr.Column(elem_id="conversation", min_width=0):
                parts = _conversation(gr, suggestions)
            gr.HTML(
                html_template=(STATIC / "reader.html").read_text("utf-8"),
                js_on_load=(STATIC / "page.js").read_text("utf-8"),
                server_functions=[source],
                elem_id="reader",
                apply_default_css=False,
            )
        _wire(gr, parts, corpus)
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
) -> None:
    """Serve the chat until interrupted; its address goes to standard error once it is up.

    Raises:
        OSError: If the port is taken.
    """
    app = build_app(corpus, notice=notice, suggestions=suggestions)
    address = launch(app, host, port)
    print(f"onrecord is at {address} (Ctrl+C ends it)", file=sys.stderr, flush=True)
    app.block_thread()


def launch(app: "gradio.Blocks", host: str = "127.0.0.1", port: int = 7860) -> str:
    """Serve the page from a thread of its own; returns its address. ``app.close()`` ends it."""
    gr = _gradio()
    _reach_directly("127.0.0.1", "localhost", host)
    style = (STATIC / "page.css").read_text("utf-8")
    ink = {f"body_{part}{mode}": f"var(--{name})" for part, name in _INK for mode in ("", "_dark")}
    _, address, _ = app.launch(
        server_name=host,
        server_port=port or _free_port(host),
        theme=gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["monospace"]).set(**ink),
        head=f"<style>{style}</style>",
        app_kwargs={"middleware": [_headers_middleware()]},
        prevent_thread_lock=True,
        quiet=True,
        inbrowser=False,
        share=False,
        show_error=False,
        run_history=False,
        footer_links=[],
        enable_monitoring=False,
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
    )
    return str(address)


_INK = (("background_fill", "paper"), ("text_color", "ink"), ("text_color_subdued", "quiet"))


def _free_port(host: str) -> int:
    """A port that nothing listens on; Gradio itself takes 0 for an address."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def _gradio() -> ModuleType:
    os.environ.update(OFFLINE)
    import gradio

    return gradio


def _reach_directly(*hosts: str) -> None:
    """Gradio asks its own server whether it is up; that request must not go through a proxy."""
    for name in ("NO_PROXY", "no_proxy"):
        known = [host for host in os.environ.get(name, "").split(",") if host]
        os.environ[name] = ",".join(dict.fromkeys([*known, *hosts]))


def _headers_middleware() -> "Middleware":
    from starlette.middleware import Middleware

    headers = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]

    class Headers:
        def __init__(self, app: "ASGIApp") -> None:
            self.app = app

        async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
            async def sending(message: "Message") -> None:
                if message["type"] == "http.response.start":
                    message["headers"] = [*message.get("headers", ()), *headers]
                await send(message)

            await self.app(scope, receive, sending)

    return Middleware(Headers)


def _masthead(count: int, notice: str) -> str:
    held = f"{count:,} article{'' if count == 1 else 's'} on the record."
    said = f' <span class="notice">{escape(notice)}</span>' if notice else ""
    return f'<h1>onrecord</h1><p><span class="held">{held}</span>{said}</p>'


def _conversation(gr: ModuleType, suggestions: Sequence[str]) -> _Parts:
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
    with gr.Column(elem_id="suggestions", visible=bool(suggestions)) as offer:
        offered = tuple(gr.Button(text, elem_classes="suggestion") for text in suggestions)
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
    with gr.Row(elem_id="after", equal_height=False):
        again = gr.Button("Retry", elem_id="retry", scale=0, min_width=0, visible=False)
        wide = gr.Button("All articles", elem_id="wide", scale=0, min_width=0, visible=False)
        fresh = gr.Button("New chat", elem_id="fresh", scale=0, min_width=0, visible=False)
    return _Parts(turns, chat, box, send, halt, again, wide, fresh, offer, offered)


def _wire(gr: ModuleType, parts: _Parts, corpus: "Corpus") -> None:
    def answered(
        question: str, before: list[Turn], *, scope: bool = True
    ) -> Iterator[dict[Any, Any]]:
        now = before
        for now in respond(corpus, question, before, scope=scope):
            yield {**parts.shown(now, busy=True), parts.box: ""}
        yield parts.shown(now, busy=False)

    def asked(typed: str, before: list[Turn], event: gr.EventData) -> Iterator[dict[Any, Any]]:  # type: ignore[name-defined]
        offered = event.target in parts.suggestions
        yield from answered(event.target.value if offered else typed, before)

    # A button of their own each: Gradio hands on a copy of one that was hidden or shown.
    def retried(before: list[Turn]) -> Iterator[dict[Any, Any]]:
        yield from answered(last_question(before), without_last(before))

    def widened(before: list[Turn]) -> Iterator[dict[Any, Any]]:
        yield from answered(last_question(before), without_last(before), scope=False)

    outputs = [*parts.shown([], busy=False)]
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    answering = {
        "outputs": [*outputs, parts.box],
        "concurrency_limit": ANSWERS_AT_ONCE,
        "concurrency_id": "answers",
        **quiet,
    }
    clicks: list[Callable[..., Any]] = [button.click for button in (parts.send, *parts.suggestions)]
    answers = [
        gr.on([parts.box.submit, *clicks], asked, [parts.box, parts.turns], **answering),
        parts.again.click(retried, parts.turns, **answering),
        parts.wide.click(widened, parts.turns, **answering),
    ]
    parts.halt.click(None, cancels=answers).then(
        lambda now: parts.shown(stop(now), busy=False), parts.turns, outputs, **quiet
    )
    parts.fresh.click(lambda: parts.shown([], busy=False), None, outputs, **quiet)
