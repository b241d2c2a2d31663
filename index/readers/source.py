"""A source as the user names it (file, folder, pattern), and which reader reads each file."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from importlib.metadata import entry_points
from pathlib import Path

from index.article import Article, Skipped
from index.errors import OnRecordError
from index.readers import archives, mail, markdown, office, pdf, records, text, xml
from index.readers.encoding import Refused
from index.readers.files import (
    MAX_FILE_BYTES,
    Member,
    Reader,
    SourceFile,
    checked_size,
    matches,
    printable,
    relative,
    signed,
    unreadable,
    walk,
)
from index.readers.html import page

GROUP = "onrecord.readers"
MAX_ABOVE = 3  # archives in archives: a mail in a zip in a tar.gz is as deep as senders go

OLD_OFFICE = signed(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
PAGE = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)?<(?:!doctype\s+html|html)\b", re.I | re.S
)


def _is_page(file: SourceFile, head: bytes) -> bool:
    return PAGE.match(head.removeprefix(b"\xef\xbb\xbf")) is not None


PAGES = Reader("a web page", page.EXTENSIONS, page.read_page, _is_page, many=True)
OWN = (
    Reader("plain text", text.TEXT, text.read_text),
    Reader("a Markdown file", markdown.EXTENSIONS, markdown.read_markdown),
    PAGES,
    records.JSONL,
    records.JSON,
    records.TABLE,
    xml.READER,
    pdf.READER,
    office.DOCX,
    office.ODT,
    office.PPTX,
    office.RTF,
    office.EPUB,
    text.READER,
    mail.MESSAGE,
    mail.MAILBOX,
    archives.WARC,
    archives.GZIP,
    archives.TAR,
    archives.ZIP,  # after those that are zip archives too
)


@cache
def readers() -> tuple[Reader, ...]:
    """All readers there are; a third party's before ours, so that it may take an extension over.

    Raises:
        OnRecordError: one of them cannot be loaded.
    """
    return (*_brought(), *OWN)


def _brought() -> Iterator[Reader]:
    for entry in entry_points(group=GROUP):
        try:
            reader = entry.load()
        except Exception as error:
            reader = error
        if not isinstance(reader, Reader):
            package = entry.dist.name if entry.dist else entry.value
            raise OnRecordError(
                f"the reader “{entry.name}” of the package {package} cannot be used"
                f" ({reader!r:.200}); update that package or uninstall it"
            )
        yield reader


@cache
def by_extension() -> dict[str, Reader]:
    """For each extension who reads it."""
    return {end: reader for reader in reversed(readers()) for end in reader.extensions}


def extensions() -> tuple[str, ...]:
    """The ends of the names of all files that are read."""
    return tuple(dict.fromkeys(end for reader in readers() for end in reader.extensions))


def read_file(file: SourceFile, *, passed_over: bool = False) -> Iterator[Article | Skipped]:
    """The articles of a file, by whichever reader it is for; what cannot be read is told.

    What is ``passed_over`` is no fault if its kind is not known, as in a folder.
    """
    reader: Reader | None = None
    try:
        reader = _reader_of(file, by_name=passed_over)
        if reader is None:
            end = f"ending in {file.extension}" if file.extension else "without an extension"
            reason = f"files {end} are not read; {read_here()}: convert it to one"
            yield Skipped(file.uri, reason, fault=not passed_over)
            return
        for item in reader.read(file):
            yield from (_within(each, file) for each in _read(item))
    except Refused as refusal:
        yield Skipped(file.uri, str(refusal))
    except OSError as error:
        yield Skipped(file.uri, unreadable(error))
    except Exception as error:
        what = f"{type(error).__name__}: {error}".split("\n", 1)[0].rstrip(" .")[:200]
        kind = reader.name if reader else "a file"
        yield Skipped(
            file.uri,
            f"the file is damaged and cannot be read as {kind} ({what}); save it anew, or save its"
            " text as a .txt file",
        )


def _read(item: Article | Skipped | Member) -> Iterator[Article | Skipped]:
    """What a reader gave; of a file inside its own, what that holds."""
    if not isinstance(item, Member):
        yield item
        return
    for each in read_file(item.file, passed_over=item.passed_over):
        yield item.described(each) if isinstance(each, Article) else each


def _within(item: Article | Skipped, file: SourceFile) -> Article | Skipped:
    """What a reader gave, unless it has a name that belongs to no article of the file."""
    if item.uri == file.uri or item.uri.startswith((f"{file.uri}#", f"{file.uri}:")):
        return item
    raise ValueError(f"its reader gave an article of another file, {item.uri!r}")


def _reader_of(file: SourceFile, *, by_name: bool) -> Reader | None:
    """Who reads a file: by its content, if that tells, else by its name."""
    named = by_extension().get(file.extension)
    if file.above > MAX_ABOVE:
        raise Refused("the archives lie too deep in one another; unpack them and give the folder")
    if named is None and by_name:
        return None
    head = file.head()
    if OLD_OFFICE(file, head):
        raise Refused(
            "the file is an old office document or one with a password; save it as .docx, .odt or"
            " .pdf without a password"
        )
    if named and named.recognises(file, head):
        return named
    found = next((reader for reader in readers() if reader.recognises(file, head)), None)
    if found and found.many and found is not PAGES:
        ends = " or ".join(found.extensions)
        raise Refused(f"the file is {found.name} by what it holds; rename it to end in {ends}")
    return found or named


def read_here() -> str:
    """Which files are read, in words."""
    return "onrecord reads " + ", ".join(extensions())


MAGIC = re.compile(r"[*?\[]")


class SourceMissing(OnRecordError):
    """What the user gave as a source is not there; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file, a folder or a glob, ready to be read."""

    # The absolute folder that uris are relative to: the folder itself, the folder that a file lies
    # in, or what stands before the first wildcard of a glob.
    root: Path
    # Which paths under the root belong to the source; None means all of them.
    pattern: str | None = None
    # The file's name when the source is a single file, which may hold wildcards.
    name: str | None = None
    max_bytes: int = MAX_FILE_BYTES  # the size of the largest article read, in bytes
    # What its records call the fields of an article: {"title": "headline"}.
    fields: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def at(
        cls,
        source: str | Path,
        max_bytes: int = MAX_FILE_BYTES,
        fields: Mapping[str, str] | None = None,
    ) -> Source:
        """The source that a path or a glob names.

        Args:
            source: A file, a folder or a glob.
            max_bytes: The largest file that is read.
            fields: What records call an article's particulars, if it is not usual.

        Raises:
            SourceMissing: The path does not exist, or the glob matches no file.
        """
        path = Path(source).expanduser()
        made = partial(cls, max_bytes=max_bytes, fields=fields or {})
        if not str(source).strip():
            raise SourceMissing("the source is empty text; give a file, a folder or a pattern")
        if path.is_dir():
            return made(path.resolve())
        if os.path.lexists(path):
            return made(path.parent.resolve(), name=path.name)
        if not MAGIC.search(str(path)):
            raise SourceMissing(
                f"{source}: there is no such file or folder; check the spelling, or give a "
                f"path from {printable(str(Path.cwd()))}"
            )
        wild = next(i for i, part in enumerate(path.parts) if MAGIC.search(part))
        root, pattern = Path(*path.parts[:wild]).resolve(), "/".join(path.parts[wild:])
        found = made(root, pattern=pattern)
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
            uri = relative(path, self.root)
            file = SourceFile(path, uri, self.place, self.max_bytes, self.fields)
            supported = supported or file.extension in extensions()
            yield from self._read(file)
        if self.pattern is None and self.name is None and not supported:
            yield Skipped(
                printable(str(self.root)),
                f"the folder holds no file that can be read; {read_here()}: put articles in it, "
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
        if "://" in uri.partition("#")[0]:
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
        except Refused as refusal:
            yield Skipped(file.uri, str(refusal))
        else:
            yield from read_file(file, passed_over=self.name is None)


def file_of(uri: str) -> str:
    """The file in which the article of a uri lies.

    >>> file_of("may/wire.jsonl#42"), file_of("may/#1.txt")
    ('may/wire.jsonl', 'may/#1.txt')
    """
    record = _record().match(uri)
    return record[1] if record else uri


@cache
def _record() -> re.Pattern[str]:
    ends = (end for reader in readers() if reader.many for end in reader.extensions)
    return re.compile(rf"^(.*?(?:{'|'.join(map(re.escape, ends))}))#", re.I | re.S)
