"""The one row of what can be done with the last answer, as HTML."""

from __future__ import annotations

from collections.abc import Sequence

from ui.page.chat import Turn
from ui.templating import render

ACTIONS = {
    "copy": "Copy with sources",
    "markdown": "Save as Markdown",
    "webpage": "Save as a page",
    "good": "Helpful",
    "bad": "Not helpful",
    "retry": "Retry",
    "edit": "Edit",
    "wide": "Ask all articles",
    "plain": "As a plain question",
}
"""What the buttons are called, by the names of their events."""

SCRIPT = """
const known = ['copy', 'markdown', 'webpage', 'good', 'bad', 'retry', 'edit', 'wide', 'plain'];
element.addEventListener('click', (event) => {
    const done = event.target.closest('button')?.dataset.do;
    if (!known.includes(done)) return;
    if (done === 'wide') document.dispatchEvent(new Event('onrecord:wide'));
    trigger(done);
});
element.addEventListener('submit', (event) => {
    event.preventDefault();
    trigger('why', { text: event.target.elements.why.value });
});
"""


def actions_html(turns: Sequence[Turn], *, kept: bool = False, said: str = "") -> str:
    """The row for these turns; nothing while the last one grows.

    Args:
        turns: Of the chat.
        kept: Whether they are kept, and so can be saved and judged.
        said: What became of the last press.
    """
    if not turns or turns[-1].growing:
        return ""
    last = turns[-1]
    names = ["copy"] if last.answer else []
    if kept and last.answer:
        names += ["markdown", "webpage", "good", "bad"]
    if last.question:
        names += ["retry", "edit"]
    if last.confined:
        names.append("wide")
    if last.answer and last.answer.heading:
        names.append("plain")
    pressed = {"good": last.liked is True, "bad": last.liked is False}
    buttons = [(name, ACTIONS[name], pressed.get(name)) for name in names]
    judged = last.liked is not None
    return render("actions.html", buttons=buttons, judged=judged, said=said)
