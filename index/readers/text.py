"""Plain text files: the whole file is the article."""

from __future__ import annotations

from index.article import Article
from index.readers.encoding import Refused, decode_telling, tidy, within_bounds
from index.readers.files import SourceFile

EXTENSIONS = (".txt", ".text")
BLANK = "the file holds only blank space; put the article's text in it or delete it"


def read_text(file: SourceFile, data: bytes) -> Article:
    """The article that a text file holds.

    Args:
        file: Where the article is read from.
        data: The bytes of the file.

    Raises:
        Refused: The file is binary, blank or too long.
    """
    raw, doubt = decode_telling(data)
    text = tidy(within_bounds(raw))
    if not text.strip():
        raise Refused(BLANK)
    notes = (("text", doubt),) if doubt else ()
    return Article(uri=file.uri, key=file.key, text=text, raw=raw, root=file.root, notes=notes)
