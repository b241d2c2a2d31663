"""What `onrecord add --explain` tells of each article."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from index.article import Article
from index.boilerplate.clean import explain
from index.readers import Source, SourceMissing
from ui import output

if TYPE_CHECKING:
    from rag.settings import Settings


def explanations(settings: Settings, named: Iterable[str]) -> Iterator[str]:
    """A line for each article of sources, and an indented one for each thing to tell of it.

    What is missing or cannot be read is told when it is added, and passed over here.

    Args:
        settings: Where the index is, and how it is asked.
        named: Files, folders, globs and addresses.
    """
    for name in named:
        try:
            source = Source.at(name, max_bytes=settings.max_file_mb * 2**20)
        except SourceMissing:
            continue
        for item in source.articles():
            if isinstance(item, Article):
                yield output.plain(item.uri)
                yield from (output.plain(f"  {about}: {what}") for about, what in explain(item))
