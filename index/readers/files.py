"""Where the files of a source are, how one is loaded, and what a reader of them is."""

from __future__ import annotations

import errno
import os
import stat
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import IO, BinaryIO, cast

from index.article import Article, Skipped
from index.readers.encoding import Refused


@dataclass(frozen=True, slots=True)
class Member:
    """A file inside another, such as an archive's, to be read as if it lay beside it."""

    file: SourceFile  # made by ``SourceFile.member``
    passed_over: bool = True  # whether it is no fault if files of its kind are not read
    # Adds to each of its articles what the outer file says of it.
    described: Callable[[Article], Article] = lambda article: article


@dataclass(frozen=True, slots=True)
class Reader:
    """A kind of file, and how its articles are read.

    A package brings one under the entry point group ``onrecord.readers``::

        [project.entry-points."onrecord.readers"]
        wordperfect = "my_package:READER"
    """

    name: str  # what it is called after "the file is": "a PDF document"
    extensions: tuple[str, ...]  # the ends of its files' names, in small letters with their dot
    # Gives the articles of a file, in its order, a ``Skipped`` for what cannot be read, and a
    # ``Member`` for each file that lies in it. It takes what it needs by ``file.data()`` or
    # ``file.open()``, gives every article ``file.uri`` (one of many ``file.uri#ID``), ``file.key``
    # (or the record's own) and ``file.root``, and raises ``Refused``, with the cause and the remedy
    # in one sentence, if the file as a whole gives none. What else it raises is told as a damaged
    # file.
    read: Callable[[SourceFile], Iterable[Article | Skipped | Member]]
    # Whether a file, whose first bytes are given too, is surely of this kind, whatever its name
    # says.
    recognises: Callable[[SourceFile, bytes], bool] = lambda file, head: False
    many: bool = False  # whether a file may hold many articles


def signed(*signatures: bytes) -> Callable[[SourceFile, bytes], bool]:
    """The ``recognises`` of a kind whose files begin with one of these bytes."""
    return lambda file, head: head.startswith(signatures)


def zip_names(file: SourceFile, head: bytes) -> list[str] | None:
    """The names of what lies in a zip archive, of which ``head`` is the beginning; None of none."""
    if not head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return None
    try:
        with file.open() as stream, zipfile.ZipFile(stream) as archive:
            return archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError):
        return None


MAX_FILE_BYTES = 50_000_000  # an article has a few thousand; what is larger is something else
HEAD_BYTES = 4096  # of a file, by which its kind is told
# What the archives of one file may unpack to: twenty times the largest file. What readers send to a
# server lies in memory until it is stored.
MAX_UNPACKED = 1_000_000_000
MAX_MEMBERS = 200_000


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file of a source."""

    path: Path  # where it is; of a member of an archive, its name there
    # Its path relative to the source's root, with forward slashes; a member's is ``ARCHIVE#NAME``.
    uri: str
    root: str  # the source's root
    max_bytes: int = MAX_FILE_BYTES  # how many it may have
    # What its records call the fields of an article: {"title": "headline"}.
    fields: Mapping[str, str] = field(default_factory=dict)
    content: Callable[[], IO[bytes]] | None = None  # opens a member; None for what lies on the disk
    charset: str | None = None  # the encoding that a server told; what tells itself goes before
    above: int = 0  # how many archives a member lies in
    # What its archives may still unpack to; its members count with it.
    unpacked: Unpacked = field(default_factory=lambda: Unpacked(MAX_UNPACKED, MAX_MEMBERS))

    @property
    def key(self) -> str:
        """The file's name without its extension."""
        return printable(self.path.stem)

    @property
    def extension(self) -> str:
        """The extension in small letters with its dot, or ""."""
        return self.path.suffix.lower()

    def data(self) -> bytes:
        """All that it holds.

        Raises:
            Refused: It is empty, too large, no regular file, or cannot be read.
        """
        if self.content is None:
            size = checked_size(self.path)
            try:
                data = b" " if size > self.max_bytes else self.path.read_bytes()
            except OSError as error:
                raise Refused(unreadable(error)) from error
        else:
            with self.content() as stream:
                data = stream.read(self.max_bytes + 1)  # no more of it, whatever it unpacks to
            size = len(data)
        if size > self.max_bytes:
            raise Refused(
                f"the file has {size:,} bytes and one article may have {self.max_bytes:,}; "
                "split it, or give its records as a .jsonl file"
            )
        if not data:
            raise Refused("the file is empty; put the article's text in it or delete it")
        return data

    def open(self) -> BinaryIO:
        """What it holds as a stream, for a reader of many articles; it may be larger than memory.

        Raises:
            OSError: It cannot be read.
        """
        return cast(BinaryIO, self.path.open("rb") if self.content is None else self.content())

    def head(self) -> bytes:
        """Its first bytes, at most ``HEAD_BYTES``."""
        with self.open() as stream:
            return stream.read(HEAD_BYTES)

    def member(self, name: str, content: Callable[[], IO[bytes]], uri: str = "") -> SourceFile:
        """A file inside this one.

        Args:
            name: Its path inside the file.
            content: Opens its bytes.
            uri: Its own, if it is not made of the file's and the name.
        """
        path, uri = Path(name), uri or f"{self.uri}#{printable(name)}"
        above = self.above + 1
        return replace(self, path=path, uri=uri, content=content, charset=None, above=above)

    def article_of_record(self, record: Mapping[str, object]) -> dict[str, object]:
        """A record with its fields under the names that onrecord knows, as ``fields`` says.

        ``"text": "content.body"`` names a field within a field.
        """
        named = {ours: _within(record, theirs) for ours, theirs in self.fields.items()}
        return {**record, **{ours: value for ours, value in named.items() if value is not None}}


def _within(record: Mapping[str, object], path: str) -> object:
    if path in record:
        return record[path]
    outer, _, inner = path.partition(".")
    below = record.get(outer)
    return _within(below, inner) if inner and isinstance(below, Mapping) else None


@dataclass(slots=True)
class Unpacked:
    """How much archives may still unpack to, counted down as they do.

    A bomb says little of its size beforehand, or lies; so what it gives is counted.
    """

    bytes: int
    members: int

    def take(self, count: int) -> None:
        """Counts bytes that were unpacked.

        Raises:
            Refused: They are too many.
        """
        self.bytes -= count
        if self.bytes < 0:
            raise Refused(
                "the archive unpacks to far more than articles need; unpack it and give the folder"
                " of its articles"
            )

    def take_member(self) -> None:
        """Counts a member.

        Raises:
            Refused: They are too many.
        """
        self.take(0)  # what was told of one member ends the reading of the others
        self.members -= 1
        if self.members < 0:
            raise Refused("the archive has too many members; unpack it and give its folder")


def printable(name: str) -> str:
    """A file name as text that UTF-8 can hold, whatever bytes the file system gave."""
    return os.fsencode(name).decode("utf-8", "replace")


def walk(
    folder: Path, depth: int | None = None, root: Path | None = None, above: tuple[Path, ...] = ()
) -> Iterator[Path | Skipped]:
    """All files under a folder, sorted by path; hidden files and folders are left out.

    Links are followed, except one that leads back to a folder it lies in.

    Args:
        folder: Where to start.
        depth: How many levels to go down; 1 is the folder's own entries, None is no end.
        root: What the names of folders are told from, if it is not this one.
        above: The folders that this one lies in.

    Yields:
        Files, the folders of the last level, and a ``Skipped`` for each folder that cannot be
        listed or never ends.
    """
    root = root or folder
    try:
        real = folder.resolve(strict=True)
        entries = sorted(folder.iterdir(), key=lambda entry: entry.name)
    except (OSError, RuntimeError) as error:
        yield Skipped(relative(folder, root), f"the folder cannot be listed ({_why(error)})")
        return
    if real in above:
        reason = "the link leads back to a folder that it lies in; delete the link"
        yield Skipped(relative(folder, root), reason)
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if depth == 1 or not os.path.isdir(entry):  # noqa: PTH112 (a path's own may raise)
            yield entry
        else:
            yield from walk(entry, depth and depth - 1, root, (*above, real))


def relative(path: Path, root: Path) -> str:
    """The path below the root with forward slashes; "." for the root itself."""
    return printable(path.relative_to(root).as_posix())


def _why(error: BaseException) -> str:
    """What the system said about a path, without the path."""
    return (getattr(error, "strerror", None) or str(error)).lower()


def checked_size(path: Path) -> int:
    """The size of a regular file in bytes.

    Raises:
        Refused: It is a folder, a device or a link to nothing, or it may not be looked at.
    """
    try:
        status = path.stat()
    except OSError as error:
        raise Refused(unreadable(error)) from error
    if stat.S_ISDIR(status.st_mode):
        raise Refused("it is a folder, not a file; give the folder itself, or a pattern with **")
    if not stat.S_ISREG(status.st_mode):
        raise Refused("it is a device or a pipe, not a file; save its content as a file")
    return status.st_size


def unreadable(error: OSError) -> str:
    """The reason, with its remedy, why a file could not be opened."""
    if error.errno == errno.ELOOP:
        return "the link leads to itself; delete it"
    if isinstance(error, FileNotFoundError):
        return "the link leads to nothing; mend it or delete it"
    return f"the file cannot be read ({_why(error)}); give yourself the right to read it"


def matches(uri: str, pattern: str) -> bool:
    """Whether a relative path fits a glob; ``**`` stands for any number of folders.

    >>> matches("2025/may/a.txt", "**/*.txt"), matches("2025/a.txt", "*.txt")
    (True, False)
    """
    return _match(tuple(uri.split("/")), tuple(pattern.split("/")))


def _match(parts: tuple[str, ...], patterns: tuple[str, ...]) -> bool:
    if not patterns:
        return not parts
    if patterns[0] == "**":
        if len(patterns) == 1:
            return bool(parts)
        return any(_match(parts[i:], patterns[1:]) for i in range(len(parts)))
    return bool(parts) and fnmatchcase(parts[0], patterns[0]) and _match(parts[1:], patterns[1:])
