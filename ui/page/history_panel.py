"""The earlier chats in the page's sidebar: kept, found again, named, deleted, saved.

Gradio comes in as an argument; ``ui/page/app.py`` alone imports it.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

from ui import export
from ui.conversation_store.database import ChatsUnusable, NoSuchConversation
from ui.conversation_store.database import Turn as Kept
from ui.conversation_store.store import ConversationStore
from ui.page.chat import Turn
from ui.page.handlers import BARE, QUIET, UNSEEN, Sent, Updates, handler
from ui.templating import render, static

log = logging.getLogger(__name__)

# The browser remembers which chat was open: Gradio's part for that brings 70 kB to do it in secret.
REMEMBERED = "() => localStorage.getItem('onrecord-open') ?? ''"
REMEMBER = "id => localStorage.setItem('onrecord-open', id)"

UNDONE = 100
"""Pages whose last deleted chat is held to be brought back."""

SHOWN = 200
"""Chats that are listed; the search finds the others."""

COPY, SAVE = (
    f"file => document.dispatchEvent(new CustomEvent('onrecord:{to}', {{ detail: file }}))"
    for to in ("copy", "save")
)


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
    last = turns[-1] if turns else None
    if last is None or last.answer is None or last.kept is not None:
        return chat, list(turns)
    earlier = list(turns[:-1])  # what was stopped or failed stays on the page and is not kept
    held = {turn.kept for turn in earlier if turn.answer}
    try:
        known, into = None, chat
        with suppress(NoSuchConversation):
            known = {*chats.turn_ids(chat, user)}
        if known is None or not held <= known:
            into = chats.create(user)
            earlier = [
                replace(turn, kept=chats.append(into, turn.answer, user)) if turn.answer else turn
                for turn in earlier
            ]
        elif gone := known - held:
            chats.cut(chat, min(gone), user)  # asked again, or otherwise
        return into, [*earlier, replace(last, kept=chats.append(into, last.answer, user))]
    except ChatsUnusable as error:
        log.warning("%s", error)
        return chat, list(turns)


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
    with suppress(NoSuchConversation):
        gone = Gone(chats.title(chat, user), tuple(chats.load(chat, user)))
        chats.delete(chat, user)
        return gone
    return None


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
    shown = {"found": found[:SHOWN], "more": len(found) - SHOWN, "words": words}
    return render("history.html", **shown, chat=chat, gone=gone)


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


class HistoryPanel:
    """The components in the sidebar, and what becomes of them.

    Attributes:
        chat: The id of the chat that is open, which the browser remembers.
        listing: The list of chats.
    """

    def __init__(self, gr: ModuleType, chats: ConversationStore) -> None:
        """Places the components where the page is being built."""
        self.chats = chats
        self.chat = gr.Textbox("", **UNSEEN)
        # What each page deleted last; a ``gr.State`` comes in a file of its own.
        self._gone: dict[str, Gone] = {}
        self._search = gr.Textbox(
            label="Search in them",
            placeholder="Search chats",
            show_label=False,
            container=False,
            max_lines=1,
        )
        self.listing = gr.HTML("", js_on_load=static("history.js"), elem_id="earlier", **BARE)

    def rows(self, chat: str, user: str, words: str = "", gone: Gone | None = None) -> Updates:
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
        came: Callable[[Sent, Sequence[Turn]], Updates],
        outputs: Sequence[Any],
    ) -> None:
        """Connects the events.

        Args:
            gr: Gradio.
            app: The page.
            came: What the page's components become when the chat has come to some turns.
            outputs: These components.
        """
        chats = self.chats

        def turned(sent: Sent, chat: str, words: str) -> Updates:
            found = reopen(chats, chat, sent.user)
            chat = chat if found else ""
            return {**came(sent, found), self.chat: chat, **self.rows(chat, sent.user, words)}

        def opened(sent: Sent, words: str) -> Updates:
            return turned(sent, sent.text("id"), words)

        def searched(sent: Sent, chat: str, words: str) -> Updates:
            return self.rows(chat, sent.user, words)

        def renamed(sent: Sent, chat: str, words: str) -> Updates:
            with suppress(NoSuchConversation):
                chats.rename(sent.text("id"), sent.text("title"), sent.user)
            return self.rows(chat, sent.user, words)

        def deleted(sent: Sent, words: str) -> Updates:
            gone = delete(chats, sent.text("id"), sent.user)
            if gone:
                self._gone[sent.session] = gone
            while len(self._gone) > UNDONE:
                self._gone.pop(next(iter(self._gone)))
            rows = self.rows("", sent.user, words, gone)
            return {**came(sent, []), self.chat: "", **rows}

        def restored(sent: Sent, words: str) -> Updates:
            gone = self._gone.pop(sent.session, None)
            return turned(sent, restore(chats, gone, sent.user) if gone else "", words)

        all_ = [*outputs, self.chat, self.listing]
        here = [self.chat, self._search]
        app.load(None, None, self.chat, js=REMEMBERED, **QUIET).then(
            handler(gr, turned), here, all_, **QUIET
        )
        self.chat.change(None, self.chat, None, js=REMEMBER, **QUIET)
        self._search.change(handler(gr, searched), here, self.listing, **QUIET)
        self.listing.opened(handler(gr, opened), self._search, all_, **QUIET)
        self.listing.renamed(handler(gr, renamed), here, self.listing, **QUIET)
        self.listing.deleted(handler(gr, deleted), self._search, all_, **QUIET)
        self.listing.restored(handler(gr, restored), self._search, all_, **QUIET)
