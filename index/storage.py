"""What keeps an index, in a folder or in PostgreSQL: the interface of both engines."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from index.article import Article
from index.errors import IndexDamaged
from index.ledger import Ledger
from index.search_index import SearchIndex


class Engine(Protocol):
    """One index, where it is kept. Readers open it; a builder writes to it, alone."""

    @property
    def place(self) -> str:
        """Where it is, as a person may be told."""

    def made(self) -> bool:
        """Whether there is an index."""

    def open(self) -> Ledger:
        """Its ledger.

        Raises:
            IndexMissing, IndexMismatch, IndexDamaged: see the classes.
        """

    def alone(self) -> AbstractContextManager[None]:
        """The time in which no other process writes.

        Raises:
            IndexBusy: another one does.
            IndexUnwritable: nothing can be written.
        """

    def create(self, manifest: dict[str, str]) -> None:
        """Makes an empty index."""

    def harmed(self, ledger: Ledger) -> bool:
        """Whether the ledger has to be made anew of what is whole before anything is added.

        Where it cannot be: a damaged row is not shown, and a backup brings it back.
        """
        return False

    def rescue(self, manifest: dict[str, str]) -> tuple[Ledger, list[Article], list[str]]:
        """Makes a ledger of what is whole.

        The manifest says what the damaged one cannot tell of itself.

        Returns:
            The ledger, the articles that have to be stored again, the uris of those that are lost.
        """

    def put(self, rescued: Ledger) -> Path | None:
        """Puts such a ledger in the place of the damaged one; gives where that is kept."""
        raise IndexDamaged(f"{self.place}: is damaged; bring back a backup")

    def forget(self, ledger: Ledger, uris: list[str]) -> None:
        """Takes articles out of what is searched, before the ledger changes; in ``write()``."""
        return

    def learn(self, ledger: Ledger, dimension: int, token: str, before: str = "") -> None:
        """Has all that the ledger holds found, as the generation ``token``; in ``write()``.

        Args:
            ledger: The rows of the index, the one source of truth.
            dimension: The length of each vector.
            token: What names the generation.
            before: Names the one that this ledger was until now; "" where it was none.
        """

    def relearn(self, ledger: Ledger) -> None:
        """Makes what is searched of the committed generation again from the ledger."""

    def search_index(self, ledger: Ledger, manifest: dict[str, str]) -> SearchIndex:
        """What is searched of the generation that the ledger shows now; in ``read()``."""

    def faults(self, ledger: Ledger, manifest: dict[str, str]) -> tuple[list[str], list[str]]:
        """What is wrong with the ledger, and with what is searched; in ``read()``."""

    def size(self) -> int:
        """The bytes that it takes."""

    def prune(self, token: str) -> None:
        """Lets go of what no generation but this one needs."""
        return
