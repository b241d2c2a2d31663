"""What sources hold against what the index has stored: what is new, changed, moved or gone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from index.article import Article, Skipped
from index.boilerplate.clean import clean_article
from index.disk import Spool
from index.readers.source import Source, file_of


@dataclass(slots=True)
class Report:
    """What a build did; articles are told by their uris."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)  # removed by their site, and kept as texts
    duplicates: list[str] = field(default_factory=list)  # added or changed, of a story that is held
    mended: list[str] = field(default_factory=list)  # that were damaged and are stored again
    lost: list[str] = field(default_factory=list)  # likewise, and no source holds them
    aside: Path | None = None  # where the damaged ledger is kept, if there was one
    skipped: list[Skipped] = field(default_factory=list)
    embedded: int = 0  # chunks that the model encoded; the rest were known
    generation: int = 0  # the state of the index now


class Comparison:
    """Articles against those that are stored; sources that are compared together may overlap."""

    def __init__(self, stored: Mapping[str, tuple[int, str, str]]) -> None:
        self.report = Report()  # the build adds what it did
        self.fresh: Spool[Article] = Spool()  # what has to be stored, by uri
        self.moved: dict[str, str] = {}  # the new roots of what is stored and has another root
        self._stored = stored
        self._places = {_place(root, uri): (uri, root) for uri, (_, _, root) in stored.items()}
        self._seen: dict[str, tuple[str, str]] = {}  # the id and root of each article, by uri
        self._borrowed: dict[str, None] = {}  # copies of articles whose own root still holds them
        self._skipped: set[tuple[str, Skipped]] = set()  # with the root

    def add(self, articles: Iterable[Article]) -> None:
        """Compares articles, each with a uri of its own, as they are."""
        for article in articles:
            known = self._stored.get(article.uri)
            if known and known[1] == article.id:
                self.report.unchanged.append(article.uri)
                continue
            (self.report.changed if known else self.report.added).append(article.uri)
            self.fresh[article.uri] = article

    def add_sources(self, sources: Iterable[Source], progress: Callable[[int], None]) -> None:
        """Compares all that sources hold, cleaned; what they held and no longer hold is removed."""
        for source in sources:
            self._add_source(source, progress)
        removed = dict.fromkeys(self.report.removed)
        self.report.removed = [uri for uri in removed if uri not in self._seen]
        self.report.unchanged += [uri for uri in self._borrowed if uri not in self._seen]

    def mend(self, again: Iterable[Article], lost: Iterable[str]) -> None:
        """Notes what is stored again since it was damaged; call it after the sources.

        What is stored again is whole, unless a source changed it or holds it no longer; what is
        lost only a source can give again.
        """
        for article in again:
            if article.uri in self.report.removed:
                continue
            found = self.fresh.setdefault(article.uri, article)
            if found.id == article.id:
                if article.uri in self.report.changed:
                    self.report.changed.remove(article.uri)
                self.report.mended.append(article.uri)
        for uri in lost:
            if uri in self.report.added:
                self.report.added.remove(uri)
                self.report.mended.append(uri)
            else:
                self.report.lost.append(uri)

    def _add_source(self, source: Source, progress: Callable[[int], None]) -> None:
        broken: list[str] = []
        for number, item in enumerate(source.articles(), 1):
            progress(number)
            if isinstance(item, Skipped):
                self._skip(source, item)
                broken.append(item.uri)
                continue
            uri, root = self._places.setdefault(_place(item.root, item.uri), (item.uri, item.root))
            if uri != item.uri:  # the same file under another root
                item = replace(item, uri=uri, root=root)
            article = item if item.cleaned else clean_article(item)
            if before := self._seen.get(item.uri):
                if before[0] != article.id:
                    self._skip(source, _taken(item, before[1]))
                continue
            known = self._stored.get(item.uri)
            if known and known[2] != item.root:
                if _still_there(known[2], item.uri):
                    if article.id != known[1]:
                        self._skip(source, _taken(item, known[2]))
                    else:
                        self._borrowed[item.uri] = None
                    continue
                if article.id == known[1]:
                    self.moved[item.uri] = item.root
            self._seen[item.uri] = (article.id, item.root)
            self.add([article])
        for uri, (_, _, root) in self._stored.items():
            above = source.place.rstrip("/") + "/"
            below = _place(root, uri).removeprefix(above)
            here = root and below != _place(root, uri) and source.covers(below)
            here = here and uri not in self._seen and uri not in self._borrowed
            if here and not any(_same_file(below, name) for name in broken):
                self.report.removed.append(uri)

    def _skip(self, source: Source, item: Skipped) -> None:
        if (source.place, item) not in self._skipped:
            self._skipped.add((source.place, item))
            self.report.skipped.append(item)


def _place(root: str, uri: str) -> str:
    """Where an article lies, whichever folder it was added by."""
    return f"{root.rstrip('/')}/{uri}" if root else uri


def _still_there(root: str, uri: str) -> bool:
    return bool(root) and (Path(root) / file_of(uri)).exists()


def _taken(article: Article, root: str) -> Skipped:
    remedy = (
        "give one of the two another name"
        if root == article.root
        else "add the folder that both lie in, or remove the other one first"
    )
    return Skipped(
        article.uri, f"the index holds another article of this name from {root}; {remedy}"
    )


def _same_file(uri: str, skipped: str) -> bool:
    """Whether a stored uri lies in a file, or under a folder, of which something was skipped."""
    file = file_of(uri)
    record = re.sub(r":\d+$", "", skipped)  # of what it was skipped, if it was a line or row
    within = file != uri and uri.startswith(f"{record}#")
    return skipped in (".", file, uri) or within or uri.startswith(f"{skipped}/")
