"""The rows of what can be done with answers, as HTML."""

from __future__ import annotations

from collections.abc import Sequence

from ui.page.chat import Turn
from ui.templating import render

ACTIONS = {
    "copy": ("Copy", "Copy with sources"),
    "markdown": ("Markdown", "Save as Markdown"),
    "webpage": ("Page", "Save as a page"),
    "good": ("Helpful", "Helpful"),
    "bad": ("Not helpful", "Not helpful"),
    "alert": ("Alert me", "Alert me of new articles on this"),
    "retry": ("Retry", "Retry"),
    "edit": ("Edit", "Edit"),
    "wide": ("Ask all articles", "Ask all articles"),
    "plain": ("As a plain question", "As a plain question"),
}
"""What the buttons say and what they are called, by the names of their events."""

_JUDGED = ("good", "bad")


def actions_html(
    turns: Sequence[Turn], *, kept: bool = False, alerts: bool = False, said: str = ""
) -> str:
    """The row for these turns; nothing while the last one grows.

    Args:
        turns: Of the chat.
        kept: Whether they are kept, and so can be saved and judged.
        alerts: Whether the reader may keep alerts.
        said: What became of the last press.
    """
    if not turns or turns[-1].growing:
        return ""
    last = turns[-1]
    names = ["copy"] if last.answer else []
    if kept and last.answer:
        names += ["markdown", "webpage", "good", "bad"]
    if alerts and last.answer and last.answer.kind == "fact":
        names.append("alert")
    if last.question:
        names += ["retry", "edit"]
    if last.confined:
        names.append("wide")
    if last.answer and last.answer.heading:
        names.append("plain")
    pressed = {"good": last.liked is True, "bad": last.liked is False}
    buttons = [(*ACTIONS[name], name, pressed.get(name)) for name in names]
    judged = last.liked is not None
    query = last.answer.query if last.answer else ""
    return render("actions.html", buttons=buttons, judged=judged, said=said, query=query)


def acts_html(place: int, turn: Turn) -> str:
    """The row under an answer that others followed; ``place`` is its turn's in the chat.

    Args:
        place: Of the turn in the chat, from 0.
        turn: With its answer.
    """
    if not turn.answer or not turn.question:
        return ""
    buttons = [("Copy this answer", "copy", False), ("Ask otherwise", "edit", False)]
    if turn.kept is not None:
        judged = [(ACTIONS[name][0], name, turn.liked is (name == "good")) for name in _JUDGED]
        buttons[1:1] = judged
    return render("acts.html", place=place, buttons=buttons)
