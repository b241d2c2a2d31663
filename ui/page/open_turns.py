"""The turns of the pages that are open, in memory, under the names of their sessions."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence

from ui.page.chat import Turn


class OpenTurns:
    """The turns of each page; of too many pages, those of the least recently used are let go.

    What is let go is read again from the chats that are kept. Threads may share it. It has the
    length and the items of a collection of sessions.
    """

    def __init__(self, most: int) -> None:
        """Holds the turns of so many pages."""
        self._most = most
        self._pages: OrderedDict[str, tuple[int, list[Turn]]] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._pages)

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._pages))

    def get(self, session: str) -> list[Turn] | None:
        """The turns of a page; None if they are not held."""
        with self._lock:
            return self._pages[session][1] if session in self._pages else None

    def begin(self, session: str, turns: Sequence[Turn]) -> int:
        """Holds these turns from now on; gives the number under which ``grow`` goes on with them.

        What was begun before does not go on: an answer that was stopped comes too late.

        Args:
            session: The page's own id.
            turns: Oldest first.
        """
        with self._lock:
            run = self._pages[session][0] + 1 if session in self._pages else 1
            self._pages[session] = run, list(turns)
            self._pages.move_to_end(session)
            while len(self._pages) > self._most:
                self._pages.popitem(last=False)
        return run

    def grow(self, session: str, run: int, turns: Sequence[Turn]) -> None:
        """Holds what has become of the turns that were begun under a number.

        Args:
            session: The page's own id.
            run: The number that ``begin`` gave.
            turns: Oldest first.
        """
        with self._lock:
            if session not in self._pages or self._pages[session][0] == run:
                self._pages[session] = run, list(turns)

    def drop(self, session: str) -> None:
        """Lets go of a page."""
        with self._lock:
            self._pages.pop(session, None)
