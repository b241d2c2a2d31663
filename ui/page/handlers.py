"""Between Gradio's events and functions that know nothing of it.

Gradio comes in as an argument; ``ui/page/app.py`` alone imports it.
"""

# No `from __future__ import annotations` here: Gradio reads a handler's annotations when the page
# is built, and the name `gr` exists only inside functions.

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any, TypeVar

from ui.server.auth import signed_in

T = TypeVar("T")

Updates = dict[Any, Any]
"""What components of the page become."""

UNSEEN: dict[str, Any] = {"visible": "hidden", "show_label": False, "container": False}
"""How a component is that only carries a text: ``container`` would bring Gradio's form with it."""

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


def _sent(request: Any, event: Any = None) -> Sent:  # noqa: ANN401
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
        function: Of ``Sent`` and of the components' values.
    """

    def handle(request: gr.Request, *values: Any) -> T:  # type: ignore[name-defined] # noqa: ANN401
        return function(_sent(request), *values)

    return handle


def told(gr: ModuleType, function: Callable[..., T]) -> Callable[..., T]:
    """The same for an event of a component that tells something.

    Args:
        gr: Gradio.
        function: Likewise, and of what the event tells.
    """

    def handle(request: gr.Request, event: gr.EventData, *values: Any) -> T:  # type: ignore[name-defined] # noqa: ANN401
        return function(_sent(request, event), *values)

    return handle


def streamed(
    gr: ModuleType, function: Callable[..., Iterator[Updates]]
) -> Callable[..., Iterator[Updates]]:
    """The same for a function that gives one state after another.

    Args:
        gr: Gradio.
        function: Gives one state after another.
    """

    def handle(request: gr.Request, event: gr.EventData, *values: Any) -> Iterator[Updates]:  # type: ignore[name-defined] # noqa: ANN401
        yield from function(_sent(request, event), *values)

    return handle
