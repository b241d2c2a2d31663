"""Documents that are zip archives of XML: their parts, read within bounds and without entities."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Collection, Mapping
from io import BytesIO

from index.readers.encoding import Refused
from index.readers.fields import Particulars, particulars
from index.readers.files import SourceFile
from index.readers.markup import Node

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
        except Exception as error:  # of each compression another
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
    """What a document's properties say of it: title, author, language, the day it was made.

    Args:
        package: The archive of the document.
        name: The part that holds them.
        created: The fields that may hold the day, the first found counts.
    """
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


def as_markup(
    tree: Node,
    names: Mapping[str, str],
    *,
    unseen: Collection[str],
    words: str = "",
    box: str = "",
) -> Node:
    """A part's tree with the elements of HTML in place of its own; those that are HTML's stay.

    Args:
        tree: The part, which is changed.
        names: What HTML calls its elements, "p" or "td"; for a sign, the sign itself. Others stand
            inside a line.
        unseen: The elements that are not in the text.
        words: The one that holds all words, where only one does.
        box: The one that is a box of text, which is anchored in a paragraph and stands below it.
    """
    for each in reversed(list(tree.iter(box)) if box else []):
        above = list(each.iterancestors())
        line = next((node for node in above if names.get(node.tag) == "p"), None)
        if line is not None and not any(node.tag in unseen for node in above):
            line.addnext(each)
            each.tag = "div"
    for node in tree.iter("*"):
        tag = node.tag
        if words and tag != words:
            node.text = node.tail = None
        if tag in unseen:
            node.tag = "script"
        elif tag.startswith("{"):
            name = names.get(tag, "span")
            node.tag = name if name.isalnum() else "span"
            node.text = node.text if name.isalnum() else name
    return tree
