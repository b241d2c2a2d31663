"""Gradio is used as it is meant: by its public names, and with little style of our own."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import ui
from rag.types import KINDS
from tests.ui.fake_corpus import FakeCorpus
from ui.page.app import build_app

ROOM = Path(ui.__file__).parent
PAGE = sorted((ROOM / "page").glob("*.py"))

# What Gradio keeps for itself under names without an underscore.
INNER = {"state_holder", "session_data", "blocks_config", "default_config", "config_values"}

# Classes of Gradio's own elements that the style sheet names: the chat's wrappers, which have no
# token to take their padding away, and whether the sidebar is open.
NAMED = {
    "panel-wrap", "message-wrap", "message-row", "message", "role", "flex-wrap", "user-row", "wrap",
    "icon-button-wrapper", "prose", "open", "dark",
}  # fmt: skip


def private(source):
    """The private members of others that a module names."""
    own = {"self", "cls"}
    return {
        node.attr
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute)
        and (node.attr in INNER or re.match("_(?!_)", node.attr))
        and not (isinstance(node.value, ast.Name) and node.value.id in own)
    }


def test_private_members_in_use_none():
    assert {path.name: private(path.read_text("utf-8")) for path in PAGE} == {
        path.name: set() for path in PAGE
    }
    assert private("app.state_holder.session_data; gr._x; self._y") == {
        "state_holder", "session_data", "_x",
    }  # fmt: skip


def test_the_style_sheet_is_short_and_overrides_nothing_by_force_but_on_paper():
    sheet = (ROOM / "static" / "page.css").read_text("utf-8")
    screen, _, paper = sheet.partition("@media print")
    assert paper
    assert "!important" not in screen
    assert len(sheet.splitlines()) <= 400
    assert not re.search(r"svelte-|\[data-testid", sheet)


def test_the_inner_classes_that_it_names_are_these():
    sheet = (ROOM / "static" / "page.css").read_text("utf-8")
    sheet = re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)
    selectors = " ".join(re.findall(r"([^{};]*)\{", sheet))
    ours = " ".join(KINDS) + "".join(
        path.read_text("utf-8")
        for path in (*ROOM.rglob("*.py"), *ROOM.rglob("*.html"), *ROOM.rglob("*.js"))
    )
    named = set(re.findall(r"\.([a-z][a-z-]*)", selectors))
    assert {name for name in named if not re.search(rf"\b{name}\b", ours)} <= NAMED


def test_events_are_not_summed_up_after_each_one():
    queue = build_app(FakeCorpus())._queue
    queue.events_recorded += 1
    event = {"function": "asked", "status": "success", "process_time": 1.0}
    assert queue.compute_analytics_summary([event]) == {"functions": {}}
