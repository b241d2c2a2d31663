"""The earlier chats in the page's sidebar: kept, found again, named, deleted, saved.

Gradio comes in as an argument; ``ui/web.py`` alone imports it.
"""

# No `from __future__ import annotations` here either: see ui/web.py.

import json
import logging
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

from ui import export
from ui.conversation_store.database import ChatsUnusable
from ui.conversation_store.store import ConversationStore
from ui.conversation_store.values import NoSuchConversation
from ui.conversation_store.values import Turn as Kept
from ui.page.chat import Turn
from ui.templating import render

log = logging.getLogger(__name__)

# The browser remembers which chat was open; its number is no secret of the server's.
STORAGE = {"storage_key": "onrecord-chat", "secret": "onrecord"}

COPY = "text => { if (text) navigator.clipboard.writeText(text); }"
SAVE = """file => {
    if (!file) return;
    const [name, kind, text] = JSON.parse(file);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: kind }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}"""

_SCRIPT = """
element.addEventListener('click', (event) => {
    const button = event.target.closest('button[type="button"]');
    if (!button) return;
    const { do: done, id } = button.dataset;
    if (done === 'open') trigger('opened', { id });
    if (done === 'delete') trigger('deleted', { id });
    if (done === 'undo') trigger('restored');
    if (done !== 'rename') return;
    const form = element.querySelector('form');
    form.hidden = !form.hidden;
    form.elements.title.select();
    form.elements.title.focus();
});
element.addEventListener('submit', (event) => {
    event.preventDefault();
    event.target.hidden = true;
    element.querySelector('[data-do="rename"]').focus();
    trigger('renamed', { id: event.target.dataset.id, title: event.target.elements.title.value });
});
// What was pressed is gone: the keyboard goes on where it can be undone.
watch('value', () => {
    if (document.activeElement !== document.body) return;
    element.querySelector('[data-do="undo"]')?.focus();
});
"""


def keep(
    chats: ConversationStore, chat: str, turns: Sequence[Turn], user: str
) -> tuple[str, list[Turn]]:
    """Keeps the last turn, if it is whole and not kept yet, in place of what was asked before.

    Args:
        chats: The conversations that are kept.
        chat: The id of a conversation; "" for none.
        turns: Those of the page.
        user: Whose they are; "" without sign-in.

    Returns:
        The chat's id, a new one if there was none, and the turns. What cannot be kept, on a full
        disk for example, is shown all the same, and is a line of the log.
    """
    try:
        return _kept(chats, chat, turns, user)
    except ChatsUnusable as error:
        log.warning("%s", error)
        return chat, list(turns)


def _kept(
    chats: ConversationStore, chat: str, turns: Sequence[Turn], user: str
) -> tuple[str, list[Turn]]:
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


def reopen(chats: ConversationStore, chat: str, user: str) -> list[Turn]:
    """The turns of a kept chat; none if it is gone.

    Args:
        chats: The conversations that are kept.
        chat: The id of a conversation; "" for none.
        user: Whose they are; "" without sign-in.
    """
    try:
        return [Turn.of(turn.answer, turn.id, liked=turn.liked) for turn in chats.load(chat, user)]
    except NoSuchConversation:
        return []


@dataclass(frozen=True, slots=True)
class Gone:
    """A chat that was deleted, as long as that can be undone."""

    title: str
    turns: tuple[Kept, ...]


def delete(chats: ConversationStore, chat: str, user: str) -> Gone | None:
    """Deletes a chat; gives what brings it back, None if it was gone already.

    Args:
        chats: The conversations that are kept.
        chat: The id of a conversation; "" for none.
        user: Whose they are; "" without sign-in.
    """
    try:
        gone = Gone(chats.title(chat, user), tuple(chats.load(chat, user)))
        chats.delete(chat, user)
    except NoSuchConversation:
        return None
    return gone


def restore(chats: ConversationStore, gone: Gone, user: str) -> str:
    """Brings a deleted chat back, under another id, which it gives.

    Args:
        chats: The conversations that are kept.
        gone: What was deleted.
        user: Whose they are; "" without sign-in.
    """
    chat = chats.create(user, gone.title)
    for turn in gone.turns:
        kept = chats.append(chat, turn.answer, user, turn.asked_at)
        if turn.liked is not None:
            chats.judge(kept, turn.liked, turn.reason, user)
    return chat


def listed(
    chats: ConversationStore, words: str | None, user: str, chat: str = "", gone: Gone | None = None
) -> str:
    """The chats that hold some words, all of them for none, as HTML.

    What can be done with a chat stands under the one that is open; above all, what can be undone.

    Args:
        chats: The conversations that are kept.
        words: What is looked for; None or "" for all.
        user: Whose they are; "" without sign-in.
        chat: The id of a conversation; "" for none.
        gone: The chat that was deleted last, which can be brought back.
    """
    found = chats.search(words or "", user)
    return render("history.html", found=found, words=words, chat=chat, gone=gone)


def exported(chats: ConversationStore, chat: str, user: str, kind: str) -> str:
    """A file's name, type and text as JSON, to be saved by the browser; "" if there is nothing.

    Args:
        chats: The conversations that are kept.
        chat: The id of a conversation; "" for none.
        user: Whose they are; "" without sign-in.
        kind: "md" or "html".
    """
    try:
        title, turns = chats.title(chat, user), chats.load(chat, user)
    except NoSuchConversation:
        return ""
    if not turns:
        return ""
    name = "-".join(re.findall(r"[^\W_]+", title.lower()))[:60].strip("-") or "chat"
    if kind == "md":
        return json.dumps([f"{name}.md", "text/markdown", export.markdown(title, turns)])
    return json.dumps([f"{name}.html", "text/html", export.page(title, turns)])


def copied(turns: Sequence[Turn] | None) -> str:
    """The last answer with its sources, for the clipboard; "" for none."""
    answer = turns[-1].answer if turns else None
    return export.copy_text(answer) if answer else ""


@dataclass(frozen=True, slots=True)
class Panel:
    """The components in the sidebar, and what becomes of them.

    Attributes:
        chat: The id of the chat that is open, which the browser remembers.
        gone: The chat that was deleted last.
    """

    chats: ConversationStore
    chat: Any
    gone: Any
    search: Any
    listing: Any

    @classmethod
    def built(cls, gr: ModuleType, chats: ConversationStore) -> "Panel":
        """Places the components where the page is being built.

        Args:
            gr: Gradio.
            chats: The conversations that are kept.
        """
        search = gr.Textbox(
            label="Search in them", placeholder="Search", show_label=False, max_lines=1
        )
        listing = gr.HTML("", js_on_load=_SCRIPT, elem_id="earlier", apply_default_css=False)
        return cls(chats, gr.BrowserState("", **STORAGE), gr.State(None), search, listing)

    def rows(
        self, chat: str, user: str, words: str = "", gone: Gone | None = None
    ) -> dict[Any, Any]:
        """What the list becomes when a chat is open.

        Args:
            chat: The id of a conversation; "" for none.
            user: Whose they are; "" without sign-in.
            words: What is looked for; "" for all.
            gone: The chat that was deleted last, which can be brought back.
        """
        return {self.listing: listed(self.chats, words, user, chat, gone)}

    def wire(
        self,
        gr: ModuleType,
        app: Any,  # noqa: ANN401
        came: Callable[[Sequence[Turn], Any], dict[Any, Any]],
        outputs: Sequence[Any],
        user: Callable[[Any], str],
    ) -> None:
        """Connects the events.

        Args:
            gr: Gradio.
            app: The page.
            came: What the page's components become when the chat has come to some turns.
            outputs: These components.
            user: Who sends a request.
        """
        chats, quiet = self.chats, {"show_progress": "hidden", "api_visibility": "private"}

        def turned(chat: str, words: str, request: gr.Request) -> dict[Any, Any]:  # type: ignore[name-defined]
            found = reopen(chats, chat, user(request))
            chat = chat if found else ""
            return {
                **came(found, request),
                self.chat: chat,
                **self.rows(chat, user(request), words),
            }

        def opened(words: str, request: gr.Request, event: gr.EventData) -> dict[Any, Any]:  # type: ignore[name-defined]
            return turned(str(event.id), words, request)

        def searched(chat: str, words: str, request: gr.Request) -> dict[Any, Any]:  # type: ignore[name-defined]
            return self.rows(chat, user(request), words)

        def renamed(
            chat: str,
            words: str,
            request: gr.Request,  # type: ignore[name-defined]
            event: gr.EventData,  # type: ignore[name-defined]
        ) -> dict[Any, Any]:
            with suppress(NoSuchConversation):
                chats.rename(str(event.id), str(event.title), user(request))
            return self.rows(chat, user(request), words)

        def deleted(words: str, request: gr.Request, event: gr.EventData) -> dict[Any, Any]:  # type: ignore[name-defined]
            gone = delete(chats, str(event.id), user(request))
            rows = self.rows("", user(request), words, gone)
            return {**came([], request), self.chat: "", self.gone: gone, **rows}

        def restored(gone: Gone | None, words: str, request: gr.Request) -> dict[Any, Any]:  # type: ignore[name-defined]
            chat = restore(chats, gone, user(request)) if gone else ""
            return {**turned(chat, words, request), self.gone: None}

        all_ = [*outputs, self.chat, self.gone, self.listing]
        app.load(turned, [self.chat, self.search], all_, **quiet)
        self.search.change(searched, [self.chat, self.search], self.listing, **quiet)
        self.listing.opened(opened, self.search, all_, **quiet)
        self.listing.renamed(renamed, [self.chat, self.search], self.listing, **quiet)
        self.listing.deleted(deleted, self.search, all_, **quiet)
        self.listing.restored(restored, [self.gone, self.search], all_, **quiet)
