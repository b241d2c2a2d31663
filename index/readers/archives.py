"""Archives (.zip, .tar, .gz, .warc): what lies in them is read as it would be beside them.

Nothing is unpacked to the disk, so no name can lead anywhere; a name that tries is told. A bomb is
stopped by what it gives, not by what it says that it holds. Of web archives, the pages are read, by
their addresses.
"""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from io import BytesIO
from pathlib import PurePosixPath
from typing import IO, Any, cast

from index.article import Article, Skipped
from index.readers.encoding import Refused
from index.readers.files import Member, Reader, SourceFile, Unpacked, signed, zip_names

BROKEN = (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, NotImplementedError, OSError)
DAMAGED = "the archive is damaged or cut off; get it anew, or unpack what is whole of it"
STEP = 2**20  # bytes, after which what was unpacked is counted
Open = Callable[[tarfile.TarInfo], IO[bytes]]  # None is given for what is no file alone
MANY = {".tgz": ".tar", ".tbz2": ".tar", ".txz": ".tar"}


def _read_zip(file: SourceFile) -> Iterator[Skipped | Member]:
    """What the members of a zip archive hold, in the order of their names."""
    with file.open() as stream:
        try:
            archive = zipfile.ZipFile(stream)
        except BROKEN as error:
            raise Refused(DAMAGED) from error
        with archive:
            for member in sorted(archive.infolist(), key=lambda m: m.filename):
                if member.is_dir():
                    continue
                file.unpacked.take_member()
                if member.flag_bits & 1:
                    where = f"{file.uri}#{member.filename}"
                    yield Skipped(where, "it has a password; unpack it and give its folder")
                    continue
                yield from _member(file, member.filename, partial(archive.open, member))


def _read_tar(file: SourceFile) -> Iterator[Skipped | Member]:
    """What the members of a tar archive, compressed or not, hold, in its order."""
    with file.open() as stream:
        try:
            archive = tarfile.open(fileobj=stream, mode="r:*")  # noqa: SIM115 (closed below)
        except BROKEN as error:
            raise Refused(DAMAGED) from error
        with archive:
            try:
                for member in archive:
                    file.unpacked.take_member()
                    file.unpacked.take(member.size)  # to pass it over takes as long
                    if member.isdir():
                        continue
                    if not member.isreg():
                        where = f"{file.uri}#{member.name}"
                        yield Skipped(where, "it is a link or a device, not a file; leave it out")
                        continue
                    opened = partial(cast(Open, archive.extractfile), member)
                    yield from _member(file, member.name, opened)
            except BROKEN as error:
                raise Refused(DAMAGED) from error


def _read_gzip(file: SourceFile) -> Iterator[Skipped | Member]:
    """What a compressed file holds, as if it were not compressed."""
    name = file.path.with_suffix(MANY.get(file.extension, "")).name

    def opened() -> IO[bytes]:
        return cast(IO[bytes], gzip.GzipFile(fileobj=file.open()))

    content = partial(_counting, opened, file.unpacked)
    yield Member(file.member(name, content, file.uri), passed_over=False)


def _member(
    file: SourceFile, name: str, opened: Callable[[], IO[bytes]]
) -> Iterator[Skipped | Member]:
    """What a member of an archive holds."""
    path = PurePosixPath(name.replace("\\", "/"))
    where = f"{file.uri}#{name}"
    if path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
        yield Skipped(where, "its name leads out of the archive; it is not read")
        return
    if any(part.startswith((".", "__MACOSX")) for part in path.parts):
        return
    yield Member(file.member(str(path), partial(_counting, opened, file.unpacked)))


class _Counting(io.RawIOBase):
    """A stream whose bytes count as unpacked; what is wrong with it ends the reading."""

    def __init__(self, stream: IO[bytes], unpacked: Unpacked) -> None:
        self._stream = stream
        self._unpacked = unpacked

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return self._stream.seekable()

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)[:STEP]  # type: ignore[arg-type]
        try:
            data = self._stream.read(len(view))
        except (*BROKEN, RuntimeError) as error:
            raise Refused(DAMAGED) from error
        self._unpacked.take(len(data))
        view[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._stream.close()
        super().close()


def _counting(opened: Callable[[], IO[bytes]], unpacked: Unpacked) -> IO[bytes]:
    return io.BufferedReader(_Counting(opened(), unpacked))


def _is_zip(file: SourceFile, head: bytes) -> bool:
    """Whether it is an archive and no document that is one."""
    names = zip_names(file, head)
    return names is not None and not {"[Content_Types].xml", "mimetype"} & set(names)


ZIP = Reader("a zip archive", (".zip",), _read_zip, _is_zip, many=True)
TAR = Reader(
    "a tar archive",
    (".tar", ".tbz2", ".txz", ".xz", ".bz2"),
    _read_tar,
    lambda file, head: head[257:262] == b"ustar",
    many=True,
)
GZIP = Reader("a gzip archive", (".gz", ".tgz"), _read_gzip, signed(b"\x1f\x8b"), many=True)


PAGES = {"text/html": ".html", "application/xhtml+xml": ".html", "application/pdf": ".pdf"}
FOUND = "200"


def _read_warc(file: SourceFile) -> Iterator[Skipped | Member]:
    """The articles of the pages that a web archive holds; a later copy of a page is passed over.

    The day of an article is the one that its page states, never that of the fetching.
    """
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    seen: set[str] = set()
    records = 0
    with file.open() as stream:
        try:
            for record in ArchiveIterator(stream, check_digests=False):
                records += 1
                address = record.rec_headers.get_header("WARC-Target-URI") or ""
                kind = _kind(record)
                if not kind or not address or address in seen:
                    continue
                seen.add(address)
                content = record.content_stream().read(file.max_bytes + 1)
                file.unpacked.take(len(content))
                uri = f"{file.uri}#{address}"
                page = file.member(f"page{kind}", partial(BytesIO, content), uri)
                yield Member(page, described=partial(_addressed, address=address, uri=uri))
        except (ArchiveLoadFailed, EOFError, OSError) as error:
            if records:
                yield Skipped(
                    file.uri, "the web archive is damaged or cut off; what stands before is read"
                )
                return
            raise Refused("the file is no web archive, or damaged; get it anew") from error
    if not seen:
        raise Refused("the web archive holds no page that was found; give another one")


def _addressed(article: Article, address: str, uri: str) -> Article:
    key = address + article.uri.removeprefix(uri)  # one of several has its number
    return replace(article, key=key, url=article.url or address)


def _kind(record: Any) -> str:  # noqa: ANN401 (warcio has no types)
    """The extension for what a record holds; "" if that is no page that was fetched."""
    headers = record.http_headers
    if record.rec_type not in ("response", "resource"):
        return ""
    if headers is not None and headers.get_statuscode() != FOUND:
        return ""
    told = (record.rec_headers if headers is None else headers).get_header("Content-Type") or ""
    return PAGES.get(told.partition(";")[0].strip().lower(), "")


WARC = Reader("a web archive", (".warc",), _read_warc, signed(b"WARC/"), many=True)
