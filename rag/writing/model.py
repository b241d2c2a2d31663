"""What the writing answerer needs of a language model, whatever it runs on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol, Self


class Reply(Protocol):
    """A reply as it comes; leaving its context stops the request at the server.

    Attributes:
        usage: "prompt_tokens" and "completion_tokens", once the server has told them.
        first_token_ms: Milliseconds until the first piece of text; None before it.
        complete: Whether the model ended it, rather than the limit on its length.
    """

    usage: Mapping[str, int]
    first_token_ms: float | None
    complete: bool

    def __enter__(self) -> Self:
        """Sends the request."""

    def __exit__(self, kind: object, error: object, at: object) -> None:
        """Stops it."""

    def __iter__(self) -> Iterator[str]:
        """The pieces of text, none of them empty.

        Raises:
            ModelFailed: there is no reply, or no end of it within the time.
        """


class LanguageModel(Protocol):
    """What the writing answerer needs of a language model.

    Attributes:
        name: As the server knows it.
        timeout: Seconds within which a reply must be complete.
        context: Tokens that prompt and reply may have together.
        max_tokens: The most tokens of a reply.
    """

    name: str
    timeout: float
    context: int
    max_tokens: int

    def prepare(self) -> None:
        """Loads what the first reply would otherwise wait for."""

    def stream(
        self, system: str, user: str, *, seconds: float, max_tokens: int | None = None
    ) -> Reply:
        """A reply to a prompt, which must be complete within so many seconds.

        Args:
            system: What the model is told of its task.
            user: What is asked of it.
            seconds: Until the reply must be complete.
            max_tokens: The most tokens of the reply; None for the usual.
        """
