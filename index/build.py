"""From sources to a committed generation: one writer, who embeds and stores only what changed."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict
from functools import partial
from itertools import islice

from index.article import Article
from index.chunk import CHUNK_TOKENS, OVERLAP_SENTENCES
from index.database import Place, is_database
from index.disk import Spool
from index.embed import Embedder, check_embedder, identity
from index.engine import engine_at
from index.errors import IndexDamaged, IndexMismatch, NotIndexed
from index.ledger import Ledger, Prepared
from index.preparing import SIGNATURE_BYTES, Preparer, Workers, stories
from index.readers.source import Source
from index.sync import Comparison, Report

__all__ = ["Builder", "Progress", "Report"]

# Articles that are encoded together: small enough that a stop loses little work.
_GROUP = 32

Progress = Callable[[str, int, int], None]


class Builder:
    """Writes to the index at a place; one at a time, while readers go on reading."""

    def __init__(
        self,
        place: Place,
        embedder: Embedder,
        *,
        chunk_tokens: int = CHUNK_TOKENS,
        overlap: int = OVERLAP_SENTENCES,
        progress: Progress = lambda stage, done, total: None,
        workers: Workers | None = None,
    ) -> None:
        self.place = place
        self._engine = engine_at(place)
        self.embedder = embedder
        self.progress = progress
        self._workers = workers
        self._chunking = {"chunk_tokens": str(chunk_tokens), "overlap": str(overlap)}

    def add(
        self,
        sources: Sequence[Source],
        pages: Sequence[Article] = (),
        withdrawn: Sequence[str] = (),
    ) -> Report:
        """Brings the index in line with its sources; embeds only what is new.

        An article is read anew, compared by content, and kept, replaced or added. One that a
        source held before and holds no longer is removed, unless its file can no longer be read.

        Rows of the ledger that are not as they were written are left behind first: what the
        sources hold of them is stored again.

        Args:
            sources: Files and folders.
            pages: Articles of the web, cleaned, each with a uri of its own.
            withdrawn: Uris of those that their site took down.

        Raises:
            IndexDamaged, IndexMismatch, IndexUnwritable: see the classes.
        """
        with self._locked(create=True) as ledger:
            bring = self._rescued if self._engine.harmed(ledger) else partial(self._bring, ledger)
            return bring(sources, pages, withdrawn)

    def put(self, articles: Iterable[Article]) -> Report:
        """Adds or replaces articles that come from a program instead of a source.

        Raises:
            ValueError: an article holds what UTF-8 cannot; nothing is stored then.
        """
        with self._locked(create=True) as ledger:
            with ledger.read():
                stored = ledger.current_ids()
            found = Comparison(stored)
            found.add({a.uri: _storable(a) for a in articles}.values())
            self._commit(ledger, found)
        return found.report

    def remove(self, names: Sequence[str]) -> Report:
        """Removes articles, named by uri, key or id, with every revision of them.

        Raises:
            NotIndexed: a name means no article; nothing is removed then.
        """
        changes = Comparison({})
        report = changes.report
        with self._locked() as ledger:
            with ledger.read():
                for name in names:
                    named = [(uri, id_) for _, uri, id_, now in ledger.names(name) if now]
                    exact = [pair for pair in named if name in pair]
                    found = [uri for uri, _ in exact or named]
                    if not found:  # it may have been withdrawn
                        gone = {r.article.article.uri: 0 for r in ledger.history(name)}
                        found = [uri for uri in gone if not any(n[3] for n in ledger.names(uri))]
                    if not found:
                        raise NotIndexed(
                            f"{name}: no article has this uri, key or id;"
                            " see which there are with: onrecord articles"
                        )
                    report.removed += [uri for uri in found if uri not in report.removed]
            self._commit(ledger, changes)
        return report

    def repair(self) -> Report:
        """Makes what is damaged again from what is whole: search files, encodings, the ledger.

        Raises:
            IndexBusy, IndexMissing, IndexMismatch, IndexUnwritable: see the classes.
        """
        if not self._engine.made():
            self._engine.open()
        with self._engine.alone():
            try:
                ledger = self._open()
                harmed = self._engine.harmed(ledger)
            except IndexDamaged:
                harmed = True
            if harmed:
                return self._rescued()
            self._engine.relearn(ledger)
            with ledger.read():
                return Report(generation=int(ledger.manifest()["generation"]))

    def _bring(
        self,
        ledger: Ledger,
        sources: Sequence[Source],
        pages: Sequence[Article] = (),
        withdrawn: Sequence[str] = (),
        again: Sequence[Article] = (),
        lost: Sequence[str] = (),
        *,
        rescued: bool = False,
    ) -> Report:
        """Brings a ledger in line with sources; what is stored again needs none."""
        with ledger.read():
            stored = ledger.current_ids()
        found = Comparison(stored | {a.uri: (0, "", a.root) for a in again})
        found.add_sources(sources, lambda number: self.progress("read", number, 0))
        found.add(pages)
        found.report.withdrawn = [uri for uri in withdrawn if uri in stored]
        found.report.removed += found.report.withdrawn
        found.mend(again, lost)
        self._commit(ledger, found, rescued=rescued)
        return found.report

    def _rescued(
        self,
        sources: Sequence[Source] = (),
        pages: Sequence[Article] = (),
        withdrawn: Sequence[str] = (),
    ) -> Report:
        """As ``add``, from what is whole of a damaged ledger; that is kept beside the new one."""
        ledger, again, lost = self._engine.rescue(self._manifest())
        with ledger.read():
            check_embedder(self._engine.place, ledger.manifest(), self.embedder)
        report = self._bring(ledger, sources, pages, withdrawn, again, lost, rescued=True)
        report.aside = self._engine.put(ledger)
        return report

    @contextmanager
    def _locked(self, *, create: bool = False) -> Iterator[Ledger]:
        """The ledger, while no other process writes."""
        if not create and not self._engine.made():
            self._engine.open()
        with self._engine.alone(), closing(self._open()) as ledger:
            yield ledger

    def _manifest(self) -> dict[str, str]:
        return {**identity(self.embedder), **self._chunking}

    def _open(self) -> Ledger:
        place = self._engine.place
        if not self._engine.made():
            if int(self._chunking["chunk_tokens"]) > self.embedder.window:
                raise IndexMismatch(
                    f"{place}: the settings say chunk_tokens {self._chunking['chunk_tokens']} and"
                    f" {self.embedder.name} reads {self.embedder.window}; set"
                    f" ONRECORD_CHUNK_TOKENS={self.embedder.window} or less"
                )
            self._engine.create(self._manifest())
        ledger = self._engine.open()
        with ledger.read():
            manifest = ledger.manifest()
        check_embedder(place, manifest, self.embedder)
        for name, value in self._chunking.items():
            if manifest.get(name) != value:
                raise IndexMismatch(
                    f"{place}: the index was made with {name} {manifest.get(name)} and"
                    f" the settings say {value}; set ONRECORD_{name.upper()}={manifest.get(name)},"
                    " or add the sources to another folder with --index"
                )
        return ledger

    def _commit(self, ledger: Ledger, found: Comparison, *, rescued: bool = False) -> None:
        """Stores all changes as one generation, or, when there is none, leaves the old one."""
        report = found.report
        prepared = self._prepare(ledger, found.fresh, report, apart=not rescued)
        with ledger.read():
            manifest = ledger.manifest()
        report.generation = int(manifest["generation"])
        if not (prepared or report.removed or found.moved or rescued):
            self._engine.prune(manifest["token"])  # what a build that was cut off left there
            return
        try:
            with ledger.write():
                self._engine.forget(ledger, [*report.removed, *prepared])
                for uri in report.removed:
                    (ledger.withdraw if uri in report.withdrawn else ledger.delete)(uri)
                for uri, place in found.moved.items():
                    ledger.set_root(uri, place)
                uris = {ledger.insert(item)[0]: uri for uri, item in prepared.items()}
                signed = ledger.minhashes().items()
                grouped = stories({pk: m for pk, m in signed if len(m) in (0, SIGNATURE_BYTES)})
                ledger.set_stories(grouped)
                report.duplicates = [uri for pk, uri in uris.items() if grouped[pk] != pk]
                ledger.drop_unused_encodings()
                report.generation += 1
                token = f"{report.generation:06d}-{uuid.uuid4().hex[:12]}"
                counts = {name: str(count) for name, count in ledger.counts().items()}
                told = {"generation": str(report.generation), "token": token}
                ledger.set_manifest(told | counts)
                self.progress("index", 0, 0)
                before = "" if rescued else manifest["token"]
                self._engine.learn(ledger, self.embedder.dimension, token, before)
        except BaseException:
            self._engine.prune(manifest["token"])  # what no commit names
            raise
        ledger.database.settle()
        self._engine.prune(token)

    def _prepare(
        self, ledger: Ledger, fresh: Mapping[str, Article], report: Report, *, apart: bool
    ) -> Spool[Prepared]:
        """Splits and encodes articles; vectors are stored as they come, for no one yet."""
        prepared: Spool[Prepared] = Spool()
        articles = iter(fresh.values())
        groups = iter(lambda: [*islice(articles, _GROUP)], [])
        settings = int(self._chunking["chunk_tokens"]), int(self._chunking["overlap"])
        preparer = Preparer(self.embedder, *settings)
        if not self._workers or not apart or len(fresh) <= _GROUP:
            parts = preparer.parts(ledger, groups)
        elif is_database(self.place):
            from index.postgres import waiting

            parts = waiting.parts(ledger, self.place, preparer, self._workers, groups)
        else:
            parts = self._workers.parts(ledger, self.place, settings, groups)
        with closing(parts):
            for group, embedded in parts:
                report.embedded += embedded
                prepared.update((item.article.uri, item) for item in group)
                self.progress("embed", len(prepared), len(fresh))
        return prepared


def _storable(article: Article) -> Article:
    """The article, when SQLite can hold it; readers see to that for what they read."""
    for name, value in asdict(article).items():
        try:
            "".join(value if isinstance(value, tuple) else [str(value)]).encode()
        except UnicodeEncodeError:
            if name != "raw":
                raise ValueError(
                    f"{article.uri!r}: the {name} holds a lone surrogate, which UTF-8 cannot;"
                    " replace it, for example with U+FFFD"
                ) from None
    return article
