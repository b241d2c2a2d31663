"""The page's column of questions and answers: its components, and what becomes of them.

Gradio comes in as an argument; ``ui/web.py`` alone imports it.
"""

# No `from __future__ import annotations` here either: see ui/web.py.

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any

from ui.chat import (
    Turn,
    last_question,
    left,
    messages,
    respond,
    stop,
    without_last,
)
from ui.earlier import Panel, keep, reopen
from ui.keeping import Chats

if TYPE_CHECKING:
    from rag.corpus import Corpus
    from rag.types import Answer

SUGGESTED = 4
FURTHER = 3
"""Questions that are offered before the first one, and after an answer."""

ANSWERS_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Asking:
    """The components of the column that take part in its events."""

    turns: Any
    chat: Any
    box: Any
    send: Any
    halt: Any
    again: Any
    wide: Any
    plain: Any
    fresh: Any
    edit: Any
    narrow: tuple[Any, ...]
    left: Any
    earlier: Panel | None
    further: tuple[Any, ...]
    suggestions: tuple[Any, ...]

    def shown(self, now: Sequence[Turn]) -> dict[Any, Any]:
        """What the components become when the chat has come to these turns."""
        hidden = {"visible": False, "__type__": "update"}  # shown again once they are known
        further = dict.fromkeys(self.further, hidden)
        return {self.turns: list(now), self.chat: messages(now), **further}


def built(
    gr: ModuleType,
    corpus: "Corpus",
    chats: Chats | None,
    welcome: str,
) -> Asking:
    """Places the components where the page is being built.

    Args:
        gr: Gradio.
        corpus: What is asked.
        chats: Where conversations are kept; None keeps none.
        welcome: What the chat says before the first question, as HTML.
    """
    turns = gr.State(None)
    chat = gr.Chatbot(
        elem_id="chat",
        show_label=False,
        container=False,
        height=None,
        placeholder=welcome,
        layout="panel",
        buttons=[],
        feedback_options=None,
        latex_delimiters=[],
        sanitize_html=True,
        allow_tags=False,
        group_consecutive_messages=False,
    )
    with gr.Column(elem_id="suggestions"):
        offered = tuple(
            gr.Button("", elem_classes="suggestion", visible=False) for _ in range(SUGGESTED)
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
        halt = gr.Button("Stop", elem_id="stop", scale=0, min_width=0)
    with gr.Accordion("Which articles", open=False, elem_id="narrow"):
        with gr.Row(equal_height=False):
            publisher = gr.Dropdown(
                choices(corpus),
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
        again = gr.Button("Retry", elem_id="retry", scale=0, min_width=0)
        edit = gr.Button("Edit", elem_id="edit", scale=0, min_width=0)
        wide = gr.Button("All articles", elem_id="wide", scale=0, min_width=0)
        plain = gr.Button("As a plain question", elem_id="plain", scale=0, min_width=0)
        fresh = gr.Button("New chat", elem_id="fresh", scale=0, min_width=0)
    earlier = Panel.built(gr, chats) if chats else None
    narrow = (publisher, *days)
    return Asking(
        turns, chat, box, send, halt, again, wide, plain, fresh, edit, narrow, left_of, earlier,
        further, offered,
    )  # fmt: skip


def _user(request: Any) -> str:  # noqa: ANN401
    """Who signed in; "" where nobody does."""
    return str(request.username or "") if request else ""


def choices(corpus: "Corpus") -> list[tuple[str, str]]:
    """The publishers to choose from."""
    return [("All publishers", ""), *((name, name) for name in corpus.publishers())]


def wire(gr: ModuleType, app: Any, parts: Asking, corpus: "Corpus") -> list[Any]:  # noqa: ANN401
    """Connects the events; gives those that end in an answer."""
    earlier = parts.earlier

    def held(now: list[Turn] | None, chat: str | None, request: Any) -> list[Turn]:  # noqa: ANN401
        """The turns of this page; those that are kept, where the server let go of the page's."""
        if now is None and earlier:
            return reopen(earlier.chats, chat or "", _user(request))
        return now or []

    def answered(
        question: str,
        before: list[Turn],
        chosen: Sequence[str],
        chat: str,
        request: Any,  # noqa: ANN401
        *,
        scope: bool = True,
        plain: bool = False,
    ) -> Iterator[dict[Any, Any]]:
        further: dict[Any, Any] = {parts.box: ""}  # once: the next question may be typed meanwhile
        for now in respond(corpus, question, before, narrow=chosen, scope=scope, plain=plain):
            if earlier and not now[-1].growing:
                chat, now = keep(earlier.chats, chat, now, _user(request))
                further = {**further, earlier.chat: chat}
            yield {**parts.shown(now), **further}
            further = {}

    def asked(
        typed: str,
        before: list[Turn] | None,
        chat: str,
        request: gr.Request,  # type: ignore[name-defined]
        *chosen: str,
    ) -> Iterator[dict[Any, Any]]:
        yield from answered(typed, held(before, chat, request), chosen, chat, request)

    def again(
        *, scope: bool = True, plain: bool = False
    ) -> Callable[..., Iterator[dict[Any, Any]]]:
        def asked_again(
            before: list[Turn] | None,
            chat: str,
            request: gr.Request,  # type: ignore[name-defined]
            *chosen: str,
        ) -> Iterator[dict[Any, Any]]:
            now = held(before, chat, request)
            past = without_last(now)
            question = last_question(now)
            yield from answered(question, past, chosen, chat, request, scope=scope, plain=plain)

        return asked_again

    def edited(
        before: list[Turn] | None,
        chat: str,
        request: gr.Request,  # type: ignore[name-defined]
    ) -> dict[Any, Any]:
        now = held(before, chat, request)
        box = gr.update(value=last_question(now), autofocus=True)
        return {**parts.shown(without_last(now)), parts.box: box}

    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    chat = earlier.chat if earlier else gr.State("")
    outputs = [*parts.shown([])]
    answering = {
        "outputs": [*outputs, parts.box, chat],
        "concurrency_limit": ANSWERS_AT_ONCE,
        "concurrency_id": "answers",
        **quiet,
    }
    here = [parts.turns, chat, *parts.narrow]
    answers = [
        gr.on([parts.box.submit, parts.send.click], asked, [parts.box, *here], **answering),
        *(
            button.click(asked, [button, *here], **answering)
            for button in (*parts.suggestions, *parts.further)
        ),
        parts.again.click(again(), here, **answering),
        parts.wide.click(again(scope=False), here, **answering),
        parts.plain.click(again(plain=True), here, **answering),
    ]
    parts.halt.click(None, cancels=answers).then(
        lambda now: parts.shown(stop(now or [])), parts.turns, outputs, **quiet
    )
    parts.fresh.click(lambda: {**parts.shown([]), chat: ""}, None, [*outputs, chat], **quiet)
    parts.edit.click(edited, [parts.turns, chat], [*outputs, parts.box], **quiet)
    if earlier:
        earlier.wire(gr, app, parts.turns, parts.shown, outputs, _user)
    gr.on(
        [part.change for part in parts.narrow],
        lambda *chosen: left(corpus, *chosen),
        [*parts.narrow],
        parts.left,
        **quiet,
    )
    return answers


def wire_offers(
    gr: ModuleType,
    app: Any,  # noqa: ANN401
    parts: Asking,
    answers: Sequence[Any],
    suggestions: Callable[[], Sequence[str]],
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

    app.load(lambda: filled(parts.suggestions, suggestions()), None, [*parts.suggestions], **quiet)
    if further:
        found_after = further

        def followed(now: list[Turn] | None) -> dict[Any, Any]:
            answer = now[-1].answer if now else None
            return filled(parts.further, found_after(answer) if answer else ())

        # None waits in the queue: there it would take a question's place.
        unqueued = {**quiet, "concurrency_limit": None, "concurrency_id": "further"}
        for answer in answers:
            answer.then(followed, parts.turns, [*parts.further], **unqueued)
