"""Documents that are zip archives of XML: their parts, read within bounds and without entities."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from io import BytesIO
from typing import Any, TypeAlias

from index.readers.encoding import Refused
from index.readers.fields import Particulars, particulars
from index.readers.files import SourceFile

Node: TypeAlias = Any  # an lxml element; lxml ships no types

# Of a part in XML. Five million characters of text have 30 MB of it in Word's.
MAX_PART = 100_000_000
DUBLIN = "{http://purl.org/dc/elements/1.1/}"
TERMS = "{http://purl.org/dc/terms/}"


class Package:
    """An open archive whose parts are a document."""

    def __init__(self, file: SourceFile, kind: str) -> None:
        """An archive.

        Raises:
            Refused: The file is damaged, empty or too large.
        """
        self.kind = kind
        self._unpacked = file.unpacked
        try:
            self._zip = zipfile.ZipFile(BytesIO(file.data()))
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise Refused(self.damaged(str(error))) from error
        self.names = frozenset(self._zip.namelist())

    def damaged(self, what: str) -> str:
        """The reason why it is not read."""
        return (
            f"the file is damaged and is not {self.kind} ({what.rstrip('.').lower()}); save it anew"
        )

    def read(self, name: str) -> bytes:
        """The bytes of a part.

        Raises:
            Refused: It is not there, has a password, is damaged or is too large.
        """
        if name not in self.names:
            raise Refused(self.damaged(f"it has no {name}"))
        if self._zip.getinfo(name).flag_bits & 1:
            raise Refused(f"{self.kind} is encrypted; save it without a password")
        try:
            with self._zip.open(name) as part:
                data = part.read(MAX_PART + 1)
        except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, OSError) as error:
            raise Refused(self.damaged(str(error))) from error
        except Exception as error:  # zlib.error and its like, of each compression another
            raise Refused(self.damaged(str(error))) from error
        if len(data) > MAX_PART:
            raise Refused(
                f"the document's {name} has more than {MAX_PART:,} bytes; split the document"
            )
        if self._unpacked:
            self._unpacked.take(len(data))
        return data

    def tree(self, name: str) -> Node:
        """The root of a part in XML.

        Raises:
            Refused: As for ``read``, or it is no XML.
        """
        from lxml import etree

        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
        )
        try:
            return etree.fromstring(self.read(name), parser)
        except etree.XMLSyntaxError as error:
            raise Refused(self.damaged(f"{name}: {error.msg}")) from error

    def text(self, name: str, *tags: str) -> str | None:
        """The text of the first of some elements that a part has; None without part or element."""
        if name not in self.names:
            return None
        tree = self.tree(name)
        found = (tree.find(f".//{tag}") for tag in tags)
        return next((node.text for node in found if node is not None and node.text), None)


def holding(part: str) -> Callable[[SourceFile, bytes], bool]:
    """The ``recognises`` of a kind whose archives have a certain part."""

    def recognises(file: SourceFile, head: bytes) -> bool:
        if not head.startswith(b"PK\x03\x04"):
            return False
        try:
            with file.open() as stream, zipfile.ZipFile(stream) as archive:
                return part in archive.namelist()
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
            return False

    return recognises


def properties(package: Package, name: str, *, created: tuple[str, ...]) -> Particulars:
    """What a document's properties say of it: title, author, language, the day it was made."""
    return particulars(
        {
            "title": package.text(name, f"{DUBLIN}title"),
            "author": package.text(
                name,
                "{urn:oasis:names:tc:opendocument:xmlns:meta:1.0}initial-creator",
                f"{DUBLIN}creator",
            ),
            "date": package.text(name, *created),
            "language": package.text(name, f"{DUBLIN}language"),
        }
    )
