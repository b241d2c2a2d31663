"""Which reader reads a file: by its name, by what it holds, and a third party's too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.metadata import entry_points

from index.article import Article, Skipped
from index.errors import OnRecordError
from index.readers import archives, mail, office, pdf, records, subtitles, text
from index.readers.encoding import Refused
from index.readers.files import SourceFile, unreadable
from index.readers.html import page
from index.readers.reader import Member, Reader, signed, single

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
    Reader("plain text", text.TEXT, single(text.read_text)),
    Reader("a Markdown file", text.MARKDOWN, single(text.read_markdown)),
    PAGES,
    records.JSONL,
    records.TABLE,
    pdf.READER,
    office.DOCX,
    office.ODT,
    office.PPTX,
    office.RTF,
    office.EPUB,
    subtitles.READER,
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

    Args:
        file: The file.
        passed_over: Whether a file of no known kind is no fault, as in a folder.
    """
    reader: Reader | None = None
    try:
        reader = _reader_of(file, by_name=passed_over)
        if reader is None:
            yield Skipped(file.uri, _unknown(file), fault=not passed_over)
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


def _unknown(file: SourceFile) -> str:
    kind = f"files ending in {file.extension}" if file.extension else "files without an extension"
    return f"{kind} are not read; {read_here()}: convert it to one"


def read_here() -> str:
    """Which files are read, in words."""
    return "onrecord reads " + ", ".join(extensions())
