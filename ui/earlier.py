"""The panel of earlier chats: kept, found again, named, deleted, exported, judged.

Gradio comes in as an argument; ``ui/web.py`` alone imports it.
"""

# No `from __future__ import annotations` here either: see ui/web.py.

import json
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from types import ModuleType
from typing import Any

from ui import export
from ui.chat import Turn
from ui.keeping import Chats
from ui.kept.database import ChatsUnusable
from ui.kept.values import NoSuchConversation

log = logging.getLogger(__name__)

# The browser remembers which chat was open; its number is no secret of the server's.
STORAGE = {"storage_key": "onrecord-chat", "secret": "onrecord"}

_COPY = "text => { if (text) navigator.clipboard.writeText(text); }"
_SAVE = """file => {
    if (!file) return;
    const [name, kind, text] = JSON.parse(file);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: kind }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}"""


def keep(chats: Chats, chat: str, turns: Sequence[Turn], user: str) -> tuple[str, list[Turn]]:
    """Keeps the last turn, if it is whole and not kept yet, in place of what was asked before.

    Returns:
        The chat's id, a new one if there was none, and the turns. What cannot be kept, on a full
        disk for example, is shown all the same, and is a line of the log.
    """
    try:
        return _kept(chats, chat, turns, user)
    except ChatsUnusable as error:
        log.warning("%s", error)
        return chat, list(turns)


def _kept(chats: Chats, chat: str, turns: Sequence[Turn], user: str) -> tuple[str, list[Turn]]:
    last = turns[-1] if turns else None
    if last is None or last.answer is None or last.kept is not None:
        return chat, list(turns)
    try:
        known = {*chats.turn_ids(chat, user)}
    except NoSuchConversation:
        known = None
    earlier = list(turns[:-1])  # what was stopped or failed stays on the page and is not kept
    held = {turn.kept for turn in earlier if turn.answer}
    if known is None or not held <= known:
        chat = chats.create(user)
        earlier = [
            replace(turn, kept=chats.append(chat, turn.answer, user)) if turn.answer else turn
            for turn in earlier
        ]
    elif gone := known - held:
        chats.cut(chat, min(gone), user)  # asked again, or otherwise
    last = replace(last, kept=chats.append(chat, last.answer, user))
    return chat, [*earlier, last]


def reopen(chats: Chats, chat: str, user: str) -> list[Turn]:
    """The turns of a kept chat; none if it is gone."""
    try:
        return [Turn.of(turn.answer, turn.id) for turn in chats.load(chat, user)]
    except NoSuchConversation:
        return []


def listed(chats: Chats, words: str | None, user: str) -> list[tuple[str, str]]:
    """The chats that hold some words, all of them for none: what the list shows, and the id."""
    found = chats.search(words or "", user)
    return [
        (" · ".join(filter(None, (each.title or "Untitled", _day(each.created_at)))), each.id)
        for each in found
    ]


def _day(moment: datetime | None) -> str:
    return f"{moment:%d %b %Y}" if moment else ""


def exported(chats: Chats, chat: str, user: str, kind: str) -> str:
    """A file's name, type and text as JSON, to be saved by the browser; "" if there is nothing."""
    try:
        title, turns = chats.title(chat, user), chats.load(chat, user)
    except NoSuchConversation:
        return ""
    if not turns:
        return ""
    if kind == "md":
        return json.dumps([f"onrecord-{chat}.md", "text/markdown", export.markdown(title, turns)])
    return json.dumps([f"onrecord-{chat}.html", "text/html", export.page(title, turns)])


def copied(turns: Sequence[Turn] | None) -> str:
    """The last answer with its sources, for the clipboard; "" for none."""
    answer = turns[-1].answer if turns else None
    return export.copy_text(answer) if answer else ""


@dataclass(frozen=True, slots=True)
class Panel:
    """The components of the panel, and what becomes of them."""

    chats: Chats
    chat: Any
    drawer: Any
    search: Any
    listing: Any
    name: Any
    rename: Any
    delete: Any
    markdown: Any
    page: Any
    copy: Any
    good: Any
    bad: Any
    reason: Any
    said: Any
    file: Any

    @classmethod
    def built(cls, gr: ModuleType, chats: Chats) -> "Panel":
        """Places the components where the page is being built."""
        small: dict[str, Any] = {"scale": 0, "min_width": 0, "elem_classes": "quiet"}
        with gr.Row(elem_id="judge", equal_height=False):
            copy = gr.Button("Copy with sources", **small)
            good = gr.Button("Helpful", **small)
            bad = gr.Button("Not helpful", **small)
            reason = gr.Textbox(
                label="Why",
                show_label=False,
                container=False,
                placeholder="Why? (optional)",
                max_lines=1,
                min_width=0,
            )
            said = gr.HTML("", elem_id="judged")
        with gr.Accordion("Earlier chats", open=False, elem_id="earlier") as drawer:
            search = gr.Textbox(label="Search in them", max_lines=1, min_width=0)
            listing = gr.Radio([], label="Open one", elem_id="chats")
            with gr.Row(equal_height=False):
                name = gr.Textbox(label="Name of this chat", max_lines=1, min_width=0)
                rename = gr.Button("Rename", **small)
                delete = gr.Button("Delete", **small)
                markdown = gr.Button("Save as Markdown", **small)
                page = gr.Button("Save as a page", **small)
        file = gr.Textbox("", visible="hidden", show_label=False)
        chat = gr.BrowserState("", **STORAGE)
        return cls(
            chats, chat, drawer, search, listing, name, rename, delete, markdown, page, copy, good,
            bad, reason, said, file,
        )  # fmt: skip

    def wire(
        self,
        gr: ModuleType,
        app: Any,  # noqa: ANN401
        turns: Any,  # noqa: ANN401
        shown: Callable[[Sequence[Turn]], dict[Any, Any]],
        outputs: Sequence[Any],
        user: Callable[[Any], str],
    ) -> None:
        """Connects the events.

        Args:
            gr: Gradio.
            app: The page.
            turns: The state that holds the turns.
            shown: What the page's components become when the chat has come to some turns.
            outputs: These components.
            user: Who sends a request.
        """
        chats, quiet = self.chats, {"show_progress": "hidden", "api_visibility": "private"}

        def refreshed(words: str, request: gr.Request) -> dict[str, Any]:  # type: ignore[name-defined]
            return dict(gr.update(choices=listed(chats, words, user(request)), value=None))

        def opened(chat: str | None, request: gr.Request) -> dict[Any, Any]:  # type: ignore[name-defined]
            found = reopen(chats, chat or "", user(request))
            title = chats.title(chat or "", user(request)) if found else ""
            return {
                **shown(found),
                self.chat: chat if found else "",
                self.name: title,
                self.said: "",
            }

        def renamed(chat: str, title: str, words: str, request: gr.Request) -> dict[str, Any]:  # type: ignore[name-defined]
            with suppress(NoSuchConversation):
                chats.rename(chat, title, user(request))
            return refreshed(words, request)

        def deleted(chat: str, words: str, request: gr.Request) -> dict[Any, Any]:  # type: ignore[name-defined]
            with suppress(NoSuchConversation):
                chats.delete(chat, user(request))
            gone = {self.chat: "", self.name: "", self.listing: refreshed(words, request)}
            return {**shown([]), **gone}

        def judged(liked: bool) -> Callable[..., str]:
            def judge(now: list[Turn], reason: str, request: gr.Request) -> str:  # type: ignore[name-defined]
                if not now or now[-1].kept is None:
                    return '<p class="left">The answer is being kept; press again.</p>'
                chats.judge(now[-1].kept, liked, reason, user(request))
                return '<p class="left">Thank you, kept.</p>'

            return judge

        def saved(kind: str) -> Callable[..., str]:
            def save(chat: str, request: gr.Request) -> str:  # type: ignore[name-defined]
                return exported(chats, chat, user(request), kind)

            return save

        here = [self.chat, self.search]
        both = [*outputs, self.chat, self.name, self.said]
        app.load(opened, self.chat, both, **quiet)
        app.load(refreshed, self.search, self.listing, **quiet)
        self.drawer.expand(refreshed, self.search, self.listing, **quiet)
        self.search.change(refreshed, self.search, self.listing, **quiet)
        self.listing.input(opened, self.listing, both, **quiet)
        self.rename.click(renamed, [self.chat, self.name, self.search], self.listing, **quiet)
        self.delete.click(deleted, here, [*outputs, self.chat, self.name, self.listing], **quiet)
        self.good.click(judged(True), [turns, self.reason], self.said, **quiet)
        self.bad.click(judged(False), [turns, self.reason], self.said, **quiet)
        for button, kind in ((self.markdown, "md"), (self.page, "html")):
            button.click(saved(kind), self.chat, self.file, **quiet).then(
                None, self.file, None, js=_SAVE, **quiet
            )
        self.copy.click(copied, turns, self.file, **quiet).then(
            None, self.file, None, js=_COPY, **quiet
        )
