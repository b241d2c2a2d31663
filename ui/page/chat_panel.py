"""The page's column of questions and answers: its components, and what becomes of them.

Gradio comes in as an argument; ``ui/page/app.py`` alone imports it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from types import ModuleType
from typing import Any

from rag.corpus import Corpus
from rag.types import Answer
from ui.conversation_store.database import ChatsUnusable, NoSuchConversation
from ui.library.view import Terms
from ui.page.chat import (
    OpenTurns,
    Turn,
    last_asked,
    messages,
    respond,
    stop,
)
from ui.page.filters import left_by, offered
from ui.page.handlers import BARE, QUIET, UNSEEN, Sent, Updates, handler
from ui.page.history_panel import COPY, SAVE, HistoryPanel, copied, exported, keep, reopen
from ui.templating import render, static

FURTHER = 3
"""Questions that are offered after an answer."""

ANSWERS_AT_ONCE = 4

_OFFER = """
element.addEventListener('click', (event) => {
    const button = event.target.closest('button');
    if (button) trigger('asked', { text: button.textContent });
});
"""

# The question leaves its box at once, so that nothing is asked twice; while an answer grows, or a
# day that was chosen is none, it stays there. With it goes the place of the turn that it replaces.
_TAKEN = """(text, place) => {
    if (document.querySelector("#chat .state.growing, #narrow .left.problem")) {
        return ["", text, "", place];
    }
    document.dispatchEvent(new CustomEvent("onrecord:sent", { detail: text }));
    return [text, "", place, ""];
}"""
_EDITING = "place => { document.querySelector('#ask').classList.toggle('editing', place !== ''); }"
_LEFT = "() => ['', '']"

_COMPOSER = {"leave": "Cancel edit", "days": "Timeline", "send": "Ask", "stop": "Stop"}

# The chat comes once the page is there: ten files that nothing before the first answer needs.
_SHOWN = "() => ({ visible: true, __type__: 'update' })"

_TIMELINE = "t => /^timeline/i.test(t) ? t : `Timeline of ${t}`"


class ChatPanel:
    """The column where the page is being built.

    Attributes:
        turns: Those of every page that is open.
        suggestions: The questions that are offered before the first one.
        answers: The events that end in an answer, once they are connected.
    """

    def __init__(
        self,
        gr: ModuleType,
        corpus: Corpus,
        fresh: Any,  # noqa: ANN401
        history: HistoryPanel | None,
        turns: OpenTurns,
        terms: Callable[[], Terms],
    ) -> None:
        """Places the components.

        Args:
            gr: Gradio.
            corpus: What is asked.
            fresh: The component whose event ``fresh`` begins another chat.
            history: The panel of earlier chats; None keeps none.
            turns: Those of the pages that are open.
            terms: Says what a reader may do with the corpus.
        """
        self._gr = gr
        self._terms = terms
        self._corpus = corpus
        self._fresh = fresh
        self._history = history
        self.turns = turns
        self.answers: list[Any] = []
        with gr.Column(elem_id="talk", min_width=0):
            self._place_talk()
        with gr.Column(elem_id="composer", scale=0, min_width=0):
            self._place_composer()
        # What was in the box when it was sent, and what the browser copies or saves.
        self._asked, self._file = gr.Textbox("", **UNSEEN), gr.Textbox("", **UNSEEN)
        # The place of the turn that is put otherwise, "" where none is, and where one was sent.
        self._editing, self._place = gr.Textbox("", **UNSEEN), gr.Textbox("", **UNSEEN)
        self._id = history.chat if history else gr.Textbox("", **UNSEEN)

    def _place_talk(self) -> None:
        gr = self._gr
        self._chat = gr.Chatbot(
            elem_id="chat",
            visible=False,
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
        self._acts = gr.HTML("", js_on_load=static("actions.js"), elem_id="acts", **BARE)
        self.suggestions = gr.HTML("", js_on_load=_OFFER, elem_id="suggestions", **BARE)
        self._further = gr.HTML("", js_on_load=_OFFER, elem_id="further", **BARE)

    def _place_composer(self) -> None:
        gr, corpus = self._gr, self._corpus

        def choices(_: object) -> dict[str, Any]:
            return offered(corpus)

        def left(chosen: object) -> dict[str, Any]:
            return left_by(corpus, chosen)

        with gr.Column(elem_id="ask", min_width=0):
            self._box = gr.Textbox(
                label="Question",
                show_label=False,
                container=False,
                placeholder="Ask the record…",
                max_lines=6,
                scale=1,
                min_width=0,
                autofocus=True,
            )
            self._keys = buttons(gr, _COMPOSER, "keys")
        self._narrow = gr.HTML(
            {},
            html_template=static("narrow.html"),
            js_on_load=static("narrow.js"),
            server_functions=[choices, left],
            elem_id="narrow",
            **BARE,
        )

    # what becomes of them

    def shown(self, sent: Sent, now: Sequence[Turn]) -> Updates:
        """What the components become when the chat has come to these turns."""
        alerts = self._terms().within(sent.role).add
        return {self._chat: messages(now, alerts=alerts), self._further: ""}

    def came(self, sent: Sent, now: Sequence[Turn]) -> Updates:
        """The same when the page turns to a chat with these turns."""
        self.turns.begin(sent.session, now)
        return self.shown(sent, now)

    def _turns(self, sent: Sent, chat: str | None) -> list[Turn]:
        """The turns of a page; those that are kept, where the server let go of the page's."""
        now = self.turns.get(sent.session)
        if now is None and self._history:
            return reopen(self._history.chats, chat or "", sent.user)
        return now or []

    def _last(self, sent: Sent) -> Answer | None:
        now = self.turns.get(sent.session)
        return now[-1].answer if now else None

    def _answered(
        self,
        sent: Sent,
        question: str,
        before: list[Turn],
        chat: str,
        chosen: object,
        **how: bool,
    ) -> Iterator[Updates]:
        run = self.turns.begin(sent.session, before)
        rows: Updates = {}
        moves = not before or self._below_others(chat, sent.user)
        for now in respond(self._corpus, question, before, chosen, **how):
            if self._history and not now[-1].growing:
                chat, now = keep(self._history.chats, chat, now, sent.user)
                if moves:  # to the top of the list, or it has another name now
                    rows = self._history.rows(chat, sent.user)
            self.turns.grow(sent.session, run, now)
            yield {**self.shown(sent, now), self._id: chat, **rows}

    def _below_others(self, chat: str, user: str) -> bool:
        """Whether another chat than this one stands first in the list."""
        if not self._history:
            return False
        with suppress(ChatsUnusable):
            return self._history.chats.newest(user) != chat
        return False

    def _ask(
        self, sent: Sent, typed: str, chosen: object, chat: str, edited: str = ""
    ) -> Iterator[Updates]:
        """Answers what was typed, in the place of the turn that was edited and of what followed."""
        if not typed.strip():
            yield {self._further: self._gr.skip()}
            return
        now = self._turns(sent, chat)
        before = now[: int(edited)] if edited.isdecimal() else now
        yield from self._answered(sent, typed, before, chat, chosen)

    def _picked(self, sent: Sent, chosen: object, chat: str) -> Iterator[Updates]:
        yield from self._ask(sent, sent.text("text"), chosen, chat)

    def _again(self, sent: Sent, chosen: object, chat: str) -> Iterator[Updates]:
        """Answers the last question once more: of all articles, or as a plain question."""
        now, how = self._turns(sent, chat), sent.text("how")
        wide = how == "wide"
        of = None if wide else chosen
        question, before = last_asked(now)
        yield from self._answered(
            sent, question, before, chat, of, scope=not wide, plain=how == "plain"
        )

    def _stopped(self, sent: Sent, chat: str) -> Updates:
        return self.came(sent, stop(self._turns(sent, chat)))

    def _edited(self, sent: Sent, chat: str) -> Updates:
        now, place = self._turns(sent, chat), sent.text("turn")
        asked = [number for number, turn in enumerate(now) if turn.question]
        if not asked:
            return {}
        editing = int(place) if place.isdecimal() and int(place) in asked else asked[-1]
        return {self._box: now[editing].question, self._editing: str(editing)}

    def _judged(self, sent: Sent, chat: str) -> None:
        """Keeps what the reader thinks of an answer, and why; the browser shows it."""
        now, place = self._turns(sent, chat), sent.text("turn")
        at = int(place) if place.isdecimal() else len(now)
        if not self._history or at >= len(now) or (kept := now[at].kept) is None:
            return
        liked = {"yes": True, "no": False}.get(sent.text("liked"))
        with suppress(NoSuchConversation):
            self._history.chats.judge(kept, liked, sent.text("why"), sent.user)
        now = [*now[:at], replace(now[at], liked=liked), *now[at + 1 :]]
        self.turns.begin(sent.session, now)

    def _saved(self, sent: Sent, chat: str) -> Updates:
        kind = sent.text("kind")
        file = exported(self._history.chats, chat, sent.user, kind) if self._history else ""
        return {self._file: file}

    def _copied(self, sent: Sent, chat: str) -> Updates:
        now, place = self._turns(sent, chat), sent.text("turn")
        return {self._file: copied(now[: int(place) + 1] if place.isdecimal() else now)}

    def _began(self, sent: Sent) -> Updates:
        rows = self._history.rows("", sent.user) if self._history else {}
        return {**self.came(sent, []), self._id: "", **rows}

    # how that comes about

    def wire(
        self,
        app: Any,  # noqa: ANN401
        asking: Any,  # noqa: ANN401
        further: Callable[[Answer], Sequence[str]] | None,
    ) -> None:
        """Connects the events.

        Args:
            app: The page.
            asking: A component of another part of the page that asks, by its event ``asked``.
            further: Finds questions to go on with after an answer.
        """
        outputs = [self._chat, self._further]
        composer = [self._box, self._editing]
        rows = [self._history.listing] if self._history else []
        answered = [*outputs, self._id, *rows]
        self._wire_answers(answered, asking)
        made = partial(handler, self._gr)
        app.load(None, None, self._chat, js=_SHOWN, **QUIET)
        app.unload(made(lambda sent: self.turns.drop(sent.session)))
        self._keys.stop(None, cancels=self.answers, **QUIET).then(
            made(self._stopped), self._id, outputs, **QUIET
        )
        # The box is emptied at once: what is typed before the server replies stays in it.
        self._fresh.fresh(None, None, composer, js=_LEFT, **QUIET)
        self._fresh.fresh(made(self._began), None, answered, **QUIET)
        self._acts.edit(made(self._edited), self._id, composer, **QUIET)
        self._keys.leave(None, None, composer, js=_LEFT, **QUIET)
        self._editing.change(None, self._editing, None, js=_EDITING, **QUIET)
        self._keys.days(None, self._box, self._box, js=_TIMELINE, **QUIET)
        self._wire_taking()
        if self._history:
            self._history.wire(self._gr, app, self.came, outputs)
        if further:
            self._wire_further(further)

    def _wire_answers(self, outputs: Sequence[Any], asking: Any) -> None:  # noqa: ANN401
        at_once = {**QUIET, "trigger_mode": "multiple"}
        answering = {
            "outputs": outputs,
            "concurrency_limit": ANSWERS_AT_ONCE,
            "concurrency_id": "answers",
            **at_once,
        }
        here, made = [self._narrow, self._id], partial(handler, self._gr)
        box = [self._box, self._editing]
        taken = {"outputs": [self._asked, self._box, self._place, self._editing], "js": _TAKEN}
        picked = made(self._picked)
        self.answers = [
            *(
                sent(None, box, **taken, **at_once).then(
                    made(self._ask), [self._asked, *here, self._place], **answering
                )
                for sent in (self._box.submit, self._keys.send)
            ),
            self.suggestions.asked(picked, here, **answering),
            self._further.asked(picked, here, **answering),
            asking.asked(picked, here, **answering),
            self._acts.again(made(self._again), here, **answering),
        ]

    def _wire_taking(self) -> None:
        """What is done with an answer that is there."""
        act, made = self._acts, partial(handler, self._gr)
        act.copy(made(self._copied), self._id, self._file, **QUIET).then(
            None, self._file, None, js=COPY, **QUIET
        )
        if not self._history:
            return
        act.judge(made(self._judged), self._id, None, trigger_mode="multiple", **QUIET)
        act.save(made(self._saved), self._id, self._file, **QUIET).then(
            None, self._file, None, js=SAVE, **QUIET
        )

    def _wire_further(self, further: Callable[[Answer], Sequence[str]]) -> None:
        """Fills in questions to go on with, once these are known."""

        def followed(sent: Sent) -> Any:  # noqa: ANN401
            answer = self._last(sent)
            offers = offers_html(further(answer)[:FURTHER] if answer else ())
            # Meanwhile the page may have gone on, to an answer that these do not follow.
            return offers if self._last(sent) is answer else self._gr.skip()

        # None waits in the queue: there it would take a question's place.
        unqueued = {
            **QUIET,
            "concurrency_limit": None,
            "concurrency_id": "further",
            "trigger_mode": "multiple",
        }
        for answer in self.answers:
            answer.then(handler(self._gr, followed), None, self._further, **unqueued)


def buttons(gr: ModuleType, names: Mapping[str, str], elem_id: str) -> Any:  # noqa: ANN401
    """Buttons whose ids are the events that they bring; Gradio's own come in seven files more.

    Args:
        gr: Gradio.
        names: What each says, by its id.
        elem_id: Names them all.
    """
    made = render("buttons.html", names=names)
    pressed = f"""const known = {json.dumps(list(names))};
element.addEventListener("click", (event) => {{
    const button = event.target.closest("button");
    if (button) trigger(button.id);
}});"""
    return gr.HTML(made, js_on_load=pressed, elem_id=elem_id, **BARE)


def offers_html(texts: Sequence[str]) -> str:
    """Questions that a click asks."""
    return render("offers.html", texts=texts)
