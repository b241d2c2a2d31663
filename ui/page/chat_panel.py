"""The page's column of questions and answers: its components, and what becomes of them.

Gradio comes in as an argument; ``ui/web.py`` alone imports it.
"""

# No `from __future__ import annotations` here either: see ui/web.py.

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib.resources import files
from types import ModuleType
from typing import TYPE_CHECKING, Any

from index.errors import OnRecordError
from rag.types import NO_FILTERS, Filters
from ui.conversation_store.values import NoSuchConversation
from ui.page.actions import SCRIPT, actions_html
from ui.page.chat import Turn, last_question, messages, respond, stop, without_last
from ui.page.filters import narrowed, offered, told
from ui.page.history_panel import COPY, SAVE, Panel, copied, exported, keep, reopen
from ui.page.open_turns import OpenTurns
from ui.templating import render

if TYPE_CHECKING:
    from rag.corpus import Corpus
    from rag.types import Answer

SUGGESTED = 4
FURTHER = 3
"""Questions that are offered before the first one, and after an answer."""

ANSWERS_AT_ONCE = 4

_OFFER = """
element.addEventListener('click', (event) => {
    const button = event.target.closest('button');
    if (button) trigger('asked', { text: button.textContent });
});
"""

# The question leaves its box at once, so that nothing is asked twice; while an answer grows it
# stays there.
_TAKEN = """text => document.querySelector("#chat .state.growing") ? ["", text] : [text, ""]"""

_TIMELINE = "Timeline of "


@dataclass(frozen=True, slots=True)
class ChatPanel:
    """The components of the column that take part in its events.

    Attributes:
        held: The turns of every page that is open.
        asked: What was in the box when it was sent; never seen.
        editing: Whether the last question is being put otherwise.
        file: What the browser copies or saves; never seen.
    """

    held: OpenTurns
    chat: Any
    box: Any
    asked: Any
    send: Any
    halt: Any
    days: Any
    leave: Any
    editing: Any
    file: Any
    narrow: Any
    actions: Any
    fresh: Any
    earlier: Panel | None
    further: Any
    suggestions: Any

    def shown(self, now: Sequence[Turn], said: str = "") -> dict[Any, Any]:
        """What the components become when the chat has come to these turns.

        Args:
            now: The turns.
            said: A sentence for who cannot see the page.
        """
        actions = actions_html(now, kept=self.earlier is not None, said=said)
        return {self.chat: messages(now), self.actions: actions, self.further: ""}


def built(
    gr: ModuleType,
    corpus: "Corpus",
    fresh: Any,  # noqa: ANN401
    earlier: Panel | None,
    held: OpenTurns,
) -> ChatPanel:
    """Places the components where the page is being built.

    Args:
        gr: Gradio.
        corpus: What is asked.
        fresh: The button that begins another chat.
        earlier: The panel of earlier chats; None keeps none.
        held: The turns of the pages that are open.
    """

    def choices(_: object) -> dict[str, Any]:
        return offered(corpus)

    def left(chosen: object) -> dict[str, Any]:
        return told(corpus, chosen)

    with gr.Column(elem_id="talk", min_width=0):
        chat = gr.Chatbot(
            elem_id="chat",
            show_label=False,
            container=False,
            height=None,
            layout="panel",
            autoscroll=False,
            buttons=[],
            feedback_options=None,
            latex_delimiters=[],
            sanitize_html=True,
            allow_tags=False,
            group_consecutive_messages=False,
        )
        bare: dict[str, Any] = {"apply_default_css": False}
        actions = gr.HTML("", js_on_load=SCRIPT, elem_id="after", **bare)
        suggestions = gr.HTML("", js_on_load=_OFFER, elem_id="suggestions", **bare)
        further = gr.HTML("", js_on_load=_OFFER, elem_id="further", **bare)
    with gr.Column(elem_id="composer", scale=0, min_width=0):
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
            small: dict[str, Any] = {"scale": 0, "min_width": 0}
            leave = gr.Button("Cancel edit", elem_id="leave", visible=False, **small)
            days = gr.Button("Timeline", elem_id="days", **small)
            send = gr.Button("Ask", elem_id="send", variant="primary", **small)
            halt = gr.Button("Stop", elem_id="stop", **small)
        narrow = gr.HTML(
            {},
            html_template=static("narrow.html"),
            js_on_load=static("narrow.js"),
            server_functions=[choices, left],
            elem_id="narrow",
            **bare,
        )
    unseen: dict[str, Any] = {"visible": "hidden", "show_label": False}
    asked, file = gr.Textbox("", **unseen), gr.Textbox("", **unseen)
    return ChatPanel(
        held, chat, box, asked, send, halt, days, leave, gr.State(False), file, narrow,
        actions, fresh, earlier, further, suggestions,
    )  # fmt: skip


def static(name: str) -> str:
    """A file of ``ui/static``."""
    return (files("ui") / "static" / name).read_text("utf-8")


def offers_html(texts: Sequence[str]) -> str:
    """Questions that a click asks."""
    return render("offers.html", texts=texts)


def _user(request: Any) -> str:  # noqa: ANN401
    """Who signed in; "" where nobody does."""
    return str(request.username or "") if request else ""


def wire(gr: ModuleType, app: Any, parts: ChatPanel, corpus: "Corpus") -> list[Any]:  # noqa: ANN401
    """Connects the events; gives those that end in an answer.

    Args:
        gr: Gradio.
        app: The page.
        parts: The components.
        corpus: The corpus that is asked.
    """
    earlier, held = parts.earlier, parts.held
    outputs = [*parts.shown([])]
    chat = earlier.chat if earlier else gr.State("")
    rows = [earlier.listing] if earlier else []

    def turns(chat: str | None, request: Any) -> list[Turn]:  # noqa: ANN401
        """The turns of this page; those that are kept, where the server let go of the page's."""
        now = held.get(request.session_hash)
        if now is None and earlier:
            return reopen(earlier.chats, chat or "", _user(request))
        return now or []

    def came(now: Sequence[Turn], request: Any) -> dict[Any, Any]:  # noqa: ANN401
        """What the components become when the chat has come to other turns."""
        held.begin(request.session_hash, now)
        return parts.shown(now)

    def answered(
        question: str,
        before: list[Turn],
        filters: Filters,
        chat: str,
        request: Any,  # noqa: ANN401
        *,
        scope: bool = True,
        plain: bool = False,
    ) -> Iterator[dict[Any, Any]]:
        run = held.begin(request.session_hash, before)
        begun = {parts.editing: False, parts.leave: gr.update(visible=False)}
        for now in respond(corpus, question, before, filters=filters, scope=scope, plain=plain):
            if earlier and not now[-1].growing:
                user = _user(request)
                chat, now = keep(earlier.chats, chat, now, user)
                begun |= {earlier.chat: chat, **earlier.rows(chat, user)}
            held.grow(request.session_hash, run, now)
            yield {**parts.shown(now), **begun}

    def put(
        typed: str,
        chosen: object,
        chat: str,
        editing: bool,
        request: Any,  # noqa: ANN401
    ) -> Iterator[dict[Any, Any]]:
        """Answers what was typed; where a day is none, the question goes back to its box."""
        if not typed.strip():
            yield {parts.asked: ""}
            return
        try:
            filters = narrowed(corpus, chosen)
        except OnRecordError:
            yield {parts.box: typed}  # what is wrong stands beside the days
            return
        now = turns(chat, request)
        yield from answered(typed, without_last(now) if editing else now, filters, chat, request)

    def asked(
        typed: str,
        chosen: object,
        chat: str,
        editing: bool,
        request: gr.Request,  # type: ignore[name-defined]
    ) -> Iterator[dict[Any, Any]]:
        yield from put(typed, chosen, chat, editing, request)

    def picked(
        chosen: object,
        chat: str,
        request: gr.Request,  # type: ignore[name-defined]
        event: gr.EventData,  # type: ignore[name-defined]
    ) -> Iterator[dict[Any, Any]]:
        yield from put(str(event.text), chosen, chat, False, request)

    def again(
        *, scope: bool = True, plain: bool = False
    ) -> Callable[..., Iterator[dict[Any, Any]]]:
        def asked_again(
            chosen: object,
            chat: str,
            request: gr.Request,  # type: ignore[name-defined]
        ) -> Iterator[dict[Any, Any]]:
            now = turns(chat, request)
            filters = NO_FILTERS
            if scope:
                with suppress(OnRecordError):
                    filters = narrowed(corpus, chosen)
            past, question = without_last(now), last_question(now)
            yield from answered(question, past, filters, chat, request, scope=scope, plain=plain)

        return asked_again

    def stopped(chat: str, request: gr.Request) -> dict[Any, Any]:  # type: ignore[name-defined]
        return came(stop(turns(chat, request)), request)

    def edited(chat: str, request: gr.Request) -> dict[Any, Any]:  # type: ignore[name-defined]
        box = gr.update(value=last_question(turns(chat, request)), autofocus=True)
        return {parts.box: box, parts.editing: True, parts.leave: gr.update(visible=True)}

    def left_alone() -> dict[Any, Any]:
        return {parts.box: "", parts.editing: False, parts.leave: gr.update(visible=False)}

    def judged(
        chat: str,
        request: Any,  # noqa: ANN401
        liked: bool | None,
        reason: str = "",
    ) -> dict[Any, Any]:
        now = turns(chat, request)
        if not earlier or not now or now[-1].kept is None:
            return {}
        with suppress(NoSuchConversation):
            earlier.chats.judge(now[-1].kept, liked, reason, _user(request))
        now = [*now[:-1], replace(now[-1], liked=liked)]
        held.begin(request.session_hash, now)
        said = "" if liked is None else "Thank you, kept."
        return {parts.actions: actions_html(now, kept=True, said=said)}

    def judge(liked: bool) -> Callable[..., dict[Any, Any]]:
        def pressed(chat: str, request: gr.Request) -> dict[Any, Any]:  # type: ignore[name-defined]
            now = turns(chat, request)
            same = bool(now) and now[-1].liked is liked
            return judged(chat, request, None if same else liked)

        return pressed

    def why(chat: str, request: gr.Request, event: gr.EventData) -> dict[Any, Any]:  # type: ignore[name-defined]
        now = turns(chat, request)
        return judged(chat, request, now[-1].liked if now else None, str(event.text))

    def saved(kind: str) -> Callable[..., dict[Any, Any]]:
        def save(chat: str, request: gr.Request) -> dict[Any, Any]:  # type: ignore[name-defined]
            now = turns(chat, request)
            file = exported(earlier.chats, chat, _user(request), kind) if earlier else ""
            said = "Saved." if file else "There is nothing to save."
            return {parts.file: file, parts.actions: actions_html(now, kept=True, said=said)}

        return save

    def copy(chat: str, request: gr.Request) -> dict[Any, Any]:  # type: ignore[name-defined]
        now = turns(chat, request)
        row = actions_html(now, kept=earlier is not None, said="Copied.")
        return {parts.file: copied(now), parts.actions: row}

    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    at_once = {**quiet, "trigger_mode": "multiple"}
    answering = {
        "outputs": [*outputs, parts.asked, parts.box, parts.editing, parts.leave, chat, *rows],
        "concurrency_limit": ANSWERS_AT_ONCE,
        "concurrency_id": "answers",
        **at_once,
    }
    act, here = parts.actions, [parts.narrow, chat]
    sent = gr.on(
        [parts.box.submit, parts.send.click],
        None,
        parts.box,
        [parts.asked, parts.box],
        js=_TAKEN,
        **at_once,
    )
    answers = [
        sent.then(asked, [parts.asked, *here, parts.editing], **answering),
        parts.suggestions.asked(picked, here, **answering),
        parts.further.asked(picked, here, **answering),
        act.retry(again(), here, **answering),
        act.wide(again(scope=False), here, **answering),
        act.plain(again(plain=True), here, **answering),
    ]
    parts.halt.click(None, cancels=answers, **quiet).then(stopped, chat, outputs, **quiet)
    begun = [*outputs, chat, parts.editing, parts.leave, parts.box, *rows]

    def began(request: gr.Request) -> dict[Any, Any]:  # type: ignore[name-defined]
        listing = earlier.rows("", _user(request)) if earlier else {}
        return {**came([], request), chat: "", **left_alone(), **listing}

    parts.fresh.click(began, None, begun, **quiet)
    editing = [parts.box, parts.editing, parts.leave]
    act.edit(edited, chat, editing, **quiet)
    parts.leave.click(left_alone, None, editing, **quiet)
    parts.days.click(
        None,
        parts.box,
        parts.box,
        js=f"t => /^timeline/i.test(t) ? t : `{_TIMELINE}${{t}}`",
        **quiet,
    )
    file = [parts.file, act]
    act.copy(copy, chat, file, **quiet).then(None, parts.file, None, js=COPY, **quiet)
    if earlier:
        act.good(judge(True), chat, act, **quiet)
        act.bad(judge(False), chat, act, **quiet)
        act.why(why, chat, act, **quiet)
        for event, kind in ((act.markdown, "md"), (act.webpage, "html")):
            event(saved(kind), chat, file, **quiet).then(None, parts.file, None, js=SAVE, **quiet)
        earlier.wire(gr, app, came, outputs, _user)
    return answers


def wire_offers(
    gr: ModuleType,
    app: Any,  # noqa: ANN401
    parts: ChatPanel,
    answers: Sequence[Any],
    suggestions: Callable[[], Sequence[str]],
    further: Callable[["Answer"], Sequence[str]] | None,
) -> None:
    """Fills in the suggested questions, once these are known.

    Args:
        gr: Gradio.
        app: The page.
        parts: The components.
        answers: The events that end in an answer.
        suggestions: Gives questions to begin with.
        further: Gives questions to go on with; None for none.
    """
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    app.load(lambda: offers_html(suggestions()[:SUGGESTED]), None, parts.suggestions, **quiet)
    if further:
        found_after = further

        def followed(request: gr.Request) -> str:  # type: ignore[name-defined]
            now = parts.held.get(request.session_hash)
            answer = now[-1].answer if now else None
            return offers_html(found_after(answer)[:FURTHER] if answer else ())

        # None waits in the queue: there it would take a question's place.
        unqueued = {**quiet, "concurrency_limit": None, "concurrency_id": "further"}
        for answer in answers:
            answer.then(followed, None, parts.further, **unqueued)
