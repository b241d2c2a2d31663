"""What reads one kind of file: the interface of every reader, a third party's too."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from index.article import Article, Skipped
from index.readers.files import SourceFile


def _never(file: SourceFile, head: bytes) -> bool:
    return False


def _as_it_is(article: Article) -> Article:
    return article


@dataclass(frozen=True, slots=True)
class Member:
    """A file inside another, such as an archive's, to be read as if it lay beside it."""

    file: SourceFile  # made by ``SourceFile.member``
    passed_over: bool = True  # whether it is no fault if files of its kind are not read
    # Adds to each of its articles what the outer file says of it.
    described: Callable[[Article], Article] = _as_it_is


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
    recognises: Callable[[SourceFile, bytes], bool] = _never
    many: bool = False  # whether a file may hold many articles


def single(
    read: Callable[[SourceFile, bytes], Article],
) -> Callable[[SourceFile], Iterator[Article | Skipped]]:
    """The ``read`` of a kind whose files hold one article each, read from all of their bytes."""

    def articles(file: SourceFile) -> Iterator[Article | Skipped]:
        yield read(file, file.data())

    return articles


def signed(*signatures: bytes) -> Callable[[SourceFile, bytes], bool]:
    """The ``recognises`` of a kind whose files begin with one of these bytes."""

    def recognises(file: SourceFile, head: bytes) -> bool:
        return head.startswith(signatures)

    return recognises
