"""Between Gradio's events and functions that know nothing of it.

Gradio comes in as an argument; ``ui/page/app.py`` alone imports it.
"""

# No `from __future__ import annotations` here: Gradio reads a handler's annotations when the page
# is built, and the name `gr` exists only inside functions.

from collections.abc import Callable
from dataclasses import dataclass
from inspect import isgeneratorfunction
from types import ModuleType
from typing import Any, TypeVar

from ui.server.auth import signed_in

T = TypeVar("T")

Updates = dict[Any, Any]
"""What components of the page become."""

UNSEEN: dict[str, Any] = {"visible": "hidden", "show_label": False, "container": False}
"""How a component is that only carries a text: ``container`` would bring Gradio's form with it."""

BARE: dict[str, Any] = {"apply_default_css": False}
"""How HTML is that our own style sheet dresses."""

QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


@dataclass(frozen=True, slots=True)
class Sent:
    """What comes with an event.

    Attributes:
        session: Names the page that is open.
        user: Who signed in; "" where nobody does.
        role: What they may do, one of ``ui.server.auth.ROLES``.
        event: What a component tells of it, by name; None where nothing is read.
    """

    session: str
    user: str
    role: str
    event: Any = None

    def text(self, name: str) -> str:
        """What the component tells under a name; "" if nothing."""
        return str(getattr(self.event, name, ""))


def _sent(request: Any, event: Any) -> Sent:  # noqa: ANN401
    return Sent(str(request.session_hash), *signed_in(request.request.scope), event)


def asked(gr: ModuleType, function: Callable[[Sent, Any], T]) -> Callable[..., T]:
    """What a component of the page calls at the server, under the function's own name.

    Args:
        gr: Gradio.
        function: Of ``Sent``, without the page's id, and of what the component sends.
    """

    def answer(value: Any, request: gr.Request) -> T:  # type: ignore[name-defined] # noqa: ANN401
        return function(Sent("", *signed_in(request.scope)), value)

    answer.__name__ = function.__name__
    return answer


def handler(gr: ModuleType, function: Callable[..., T]) -> Callable[..., T]:
    """What Gradio calls for a function of ``Sent`` and of the values of components.

    Args:
        gr: Gradio.
        function: It may give one state after another.
    """

    def handle(request: gr.Request, event: gr.EventData = None, *values: Any) -> T:  # type: ignore[name-defined] # noqa: ANN401
        return function(_sent(request, event), *values)

    def stream(request: gr.Request, event: gr.EventData = None, *values: Any) -> Any:  # type: ignore[name-defined] # noqa: ANN401
        yield from function(_sent(request, event), *values)  # type: ignore[misc]

    return stream if isgeneratorfunction(function) else handle
