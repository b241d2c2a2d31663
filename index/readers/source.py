"""A source as the user names it: a file, a folder or a pattern of files."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from index.article import Article, Skipped
from index.errors import OnRecordError
from index.readers import html, jsonl, markdown, text
from index.readers.encoding import Refused
from index.readers.files import (
    MAX_FILE_BYTES,
    SourceFile,
    checked_size,
    load,
    matches,
    printable,
    relative,
    walk,
)

ARTICLE_READERS: dict[str, Callable[[SourceFile, bytes], Article]] = {
    **dict.fromkeys(text.EXTENSIONS, text.read_text),
    **dict.fromkeys(markdown.EXTENSIONS, markdown.read_markdown),
    **dict.fromkeys(html.EXTENSIONS, html.read_html),
}
EXTENSIONS = (*ARTICLE_READERS, *jsonl.EXTENSIONS)
READ_HERE = "onrecord reads " + ", ".join(EXTENSIONS)
MAGIC = re.compile(r"[*?\[]")
RECORD = re.compile(rf"^(.*?(?:{'|'.join(map(re.escape, jsonl.EXTENSIONS))}))#", re.I | re.S)


class SourceMissing(OnRecordError):
    """What the user gave as a source is not there; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file, a folder or a glob, ready to be read.

    Attributes:
        root: The absolute folder that uris are relative to: the folder itself, the folder
            that a file lies in, or what stands before the first wildcard of a glob.
        pattern: Which paths under the root belong to the source; None means all of them.
        name: The file's name when the source is a single file, which may hold wildcards.
        max_bytes: The size of the largest article read, in bytes.
    """

    root: Path
    pattern: str | None = None
    name: str | None = None
    max_bytes: int = MAX_FILE_BYTES

    @classmethod
    def at(cls, source: str | Path, max_bytes: int = MAX_FILE_BYTES) -> Source:
        """The source that a path or a glob names.

        Raises:
            SourceMissing: The path does not exist, or the glob matches no file.
        """
        path = Path(source).expanduser()
        if not str(source).strip():
            raise SourceMissing("the source is empty text; give a file, a folder or a pattern")
        if path.is_dir():
            return cls(path.resolve(), max_bytes=max_bytes)
        if os.path.lexists(path):
            return cls(path.parent.resolve(), name=path.name, max_bytes=max_bytes)
        if not MAGIC.search(str(path)):
            raise SourceMissing(
                f"{source}: there is no such file or folder; check the spelling, or give a "
                f"path from {printable(str(Path.cwd()))}"
            )
        wild = next(i for i, part in enumerate(path.parts) if MAGIC.search(part))
        found = cls(
            Path(*path.parts[:wild]).resolve(),
            pattern="/".join(path.parts[wild:]),
            max_bytes=max_bytes,
        )
        if not any(isinstance(file, Path) for file in found._paths()):
            raise SourceMissing(
                f"{source}: no file matches this pattern; check it, or give the folder "
                f"{printable(str(found.root))}"
            )
        return found

    def articles(self) -> Iterator[Article | Skipped]:
        """Read every file, in the order of their paths; what cannot be read is told, not raised."""
        supported = False
        for path in self._paths():
            if isinstance(path, Skipped):
                yield path
                continue
            file = SourceFile(path, relative(path, self.root), self.place)
            supported = supported or file.extension in EXTENSIONS
            yield from self._read(file)
        if self.pattern is None and self.name is None and not supported:
            yield Skipped(
                printable(str(self.root)),
                f"the folder holds no file that can be read; {READ_HERE}: put articles in it, "
                "or give another folder",
            )

    @property
    def place(self) -> str:
        """The root as text that UTF-8 can hold: the ``root`` of its articles."""
        return printable(str(self.root))

    def covers(self, uri: str) -> bool:
        """Whether an article stored under this root with this uri would come from this source.

        A stored article that is covered, and that ``articles`` no longer gives, has gone.
        """
        if "://" in uri:
            return False
        file = file_of(uri)
        if self.name is not None:
            return file == printable(self.name)
        return self.pattern is None or matches(file, self.pattern)

    def _paths(self) -> Iterator[Path | Skipped]:
        if self.name is not None:
            yield self.root / self.name
            return
        if self.pattern is None:
            yield from walk(self.root)
            return
        depth = None if "**" in self.pattern.split("/") else self.pattern.count("/") + 1
        for path in walk(self.root, depth):
            uri = path.uri if isinstance(path, Skipped) else relative(path, self.root)
            if matches(uri, self.pattern):
                yield path

    def _read(self, file: SourceFile) -> Iterator[Article | Skipped]:
        try:
            checked_size(file.path)
            if file.extension in jsonl.EXTENSIONS:
                yield from jsonl.read_jsonl(file, self.max_bytes)
            elif reader := ARTICLE_READERS.get(file.extension):
                yield reader(file, load(file.path, self.max_bytes))
            else:
                kind = f"files ending in {file.extension}" if file.extension else "such files"
                reason = f"{kind} are not read; {READ_HERE}: convert it to one"
                yield Skipped(file.uri, reason, fault=self.name is not None)
        except Refused as refusal:
            yield Skipped(file.uri, str(refusal))


def file_of(uri: str) -> str:
    """The file in which the article of a uri lies.

    >>> file_of("may/wire.jsonl#42"), file_of("may/#1.txt")
    ('may/wire.jsonl', 'may/#1.txt')
    """
    record = RECORD.match(uri)
    return record[1] if record else uri


def read_source(source: str | Path, max_bytes: int = MAX_FILE_BYTES) -> Iterator[Article | Skipped]:
    """Read the articles of a file, a folder or a glob; shorthand for ``Source.at(...)``.

    Raises:
        SourceMissing: At once, before anything is read.
    """
    return Source.at(source, max_bytes).articles()
