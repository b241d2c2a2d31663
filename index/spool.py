"""What is worked on between reading and storing, in a temporary file instead of in memory."""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Iterator, MutableMapping
from typing import IO, TypeVar

from index.errors import IndexUnwritable

Item = TypeVar("Item")

# What fits into so many bytes stays in memory.
_HELD = 16_000_000


class Spool(MutableMapping[str, Item]):
    """Items by key, in the order in which their keys came; an item is read anew each time.

    The file has no name, so that only this process reads it, and is gone with it.
    """

    def __init__(self) -> None:
        self._at: dict[str, int] = {}
        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(_HELD)  # noqa: SIM115

    def __setitem__(self, key: str, item: Item) -> None:
        """Writes an item.

        Raises:
            IndexUnwritable: the disk for temporary files takes no more.
        """
        try:
            at = self._file.seek(0, 2)
            pickle.dump(item, self._file, pickle.HIGHEST_PROTOCOL)
        except OSError as error:
            raise IndexUnwritable(
                f"{tempfile.gettempdir()}: nothing can be written here ({error.strerror}); make"
                " room on the disk, or set TMPDIR to a folder of another one"
            ) from error
        self._at[key] = at

    def __getitem__(self, key: str) -> Item:
        self._file.seek(self._at[key])
        item: Item = pickle.load(self._file)  # noqa: S301 (written by this very process)
        return item

    def __delitem__(self, key: str) -> None:
        del self._at[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._at)

    def __len__(self) -> int:
        return len(self._at)
