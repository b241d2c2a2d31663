"""All that addresses hold: articles, or lists of them, as far as they changed."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path

from index.article import Article, Skipped
from index.build import Builder
from index.database import Place, folder_of
from index.engine import engine_at
from index.readers.source import Source
from index.sync import Report
from index.web.addresses import AddressRefused, canonical
from index.web.fetch import Fetched, Fetcher, NotFetched
from index.web.reading import Listing, Page, Unreadable, articles_of, listing, unzipped

FILE = "web.sqlite3"

# Seconds after which a page is asked again that nobody says has changed: news is corrected in its
# first hours. Each time it had not changed the wait doubles, up to a week.
SOON = 3600.0
LATE = 7 * 24 * 3600.0

_TABLE = "CREATE TABLE IF NOT EXISTS seen (url TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID"


@dataclass(frozen=True, slots=True)
class Seen:
    """What is remembered of an address."""

    etag: str = ""  # with ``modified``, what its server recognises it by
    modified: str = ""
    mark: str = ""  # what the list that it stands in said of it
    uris: tuple[str, ...] = ()  # the articles that it gave
    # Of a feed or a sitemap, the pages and lists in it: address, and whether it is a list.
    links: tuple[tuple[str, bool], ...] = ()
    listed: bool = False  # whether the article was taken from the feed, since its page gave none
    reason: str = ""  # why it gave nothing; "" if it gave something
    asked: float = 0.0  # when it was asked last, in seconds since 1970
    every: float = SOON  # after how many more it is asked again

    def due(self, now: float) -> bool:
        """Whether it is time to ask again."""
        return now >= self.asked + self.every or now < self.asked


class Memory:
    """The file beside the index that remembers. It may be deleted; all is fetched again then."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / FILE

    def of(self, url: str) -> Seen | None:
        """What is remembered of an address; None if it is new, or the file is of no use."""
        if not self._path.is_file():
            return None
        try:
            with closing(sqlite3.connect(self._path)) as db:
                row = db.execute("SELECT value FROM seen WHERE url = ?", (url,)).fetchone()
            return _seen(json.loads(row[0])) if row else None
        except (sqlite3.DatabaseError, ValueError, TypeError, AttributeError):
            return None

    def keep(self, seen: Mapping[str, Seen]) -> None:
        """Remembers addresses, all of them or, if the file cannot be written, none."""
        if not seen:
            return
        rows = [(url, json.dumps(asdict(each))) for url, each in seen.items()]
        self._path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._write(rows)
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF not in (
                sqlite3.SQLITE_CORRUPT,
                sqlite3.SQLITE_NOTADB,
            ):
                return  # a full disk: what is not remembered is fetched again
            self._path.unlink()
            self._write(rows)

    def _write(self, rows: list[tuple[str, str]]) -> None:
        with closing(sqlite3.connect(self._path, timeout=30)) as db, db:
            db.execute(_TABLE)
            db.executemany("INSERT OR REPLACE INTO seen VALUES (?, ?)", rows)


def _seen(value: dict[str, object]) -> Seen:
    known = {each.name: value[each.name] for each in fields(Seen) if each.name in value}
    known["uris"] = tuple(value.get("uris", ()))  # type: ignore[arg-type]
    known["links"] = tuple((url, bool(inner)) for url, inner in value.get("links", ()))  # type: ignore[attr-defined]
    return Seen(**known)  # type: ignore[arg-type]


# Sitemaps that an index of them is followed to, the newest first; large sites keep one a month.
MOST_LISTS = 20


@dataclass(slots=True)
class Gathered:
    """What addresses gave."""

    # Those that were read, by uri, in their order.
    articles: dict[str, Article] = field(default_factory=dict)
    unchanged: list[str] = field(default_factory=list)  # the uris of those that are as they were
    # Likewise of those that their site took down for good.
    withdrawn: list[str] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)  # what gave nothing, and why
    # What is to be remembered once the articles are stored.
    seen: dict[str, Seen] = field(default_factory=dict)


def store(builder: Builder, sources: Sequence[Source], found: Gathered) -> Report:
    """Commits what was gathered, and what files hold; then remembers that it was fetched.

    Args:
        builder: Writes to the index.
        sources: Files that were named with the addresses.
        found: What was gathered from these.

    Raises:
        IndexBusy, IndexMismatch, IndexDamaged, IndexUnwritable: see the classes.
    """
    report = builder.add(sources, list(found.articles.values()), found.withdrawn)
    report.unchanged += [uri for uri in found.unchanged if uri not in found.articles]
    report.skipped += found.skipped
    Memory(folder_of(builder.place)).keep(found.seen)
    return report


@dataclass(slots=True, kw_only=True)
class Gatherer:
    """Gathers once what an index does not hold yet; nothing is locked.

    Raises:
        IndexMismatch, IndexDamaged: see the classes.
    """

    place: Place  # where the index is, which may be none yet
    fetch: Fetcher  # fetches an address
    max_bytes: int  # the size of the largest article
    max_pages: int  # of one list, as many pages are fetched at most
    # Whether pages that nobody says have changed are asked again only now and then.
    watching: bool = False
    progress: Callable[[int], None] = lambda number: None  # told how many addresses were asked
    now: Callable[[], float] = time.time  # seconds since 1970
    found: Gathered = field(init=False, default_factory=Gathered)
    memory: Memory = field(init=False)  # what was fetched before
    stored: Collection[str] = field(init=False, default=())  # the uris of articles that are stored
    _asked: set[str] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        self.memory = Memory(folder_of(self.place))
        engine = engine_at(self.place)
        if engine.made():
            ledger = engine.open()
            with ledger.read():
                self.stored = ledger.current_ids()
            ledger.close()

    def gather(self, urls: Iterable[str]) -> Gathered:
        """What addresses hold that were named, each an article, a feed or a sitemap."""
        for url in urls:
            try:
                self._named(canonical(url))
            except AddressRefused as refused:
                self.found.skipped.append(Skipped(url, str(refused)))
        return self.found

    def _named(self, url: str) -> None:
        left = self.max_pages
        lists = [url]
        for number, each in enumerate(lists):
            if number >= MOST_LISTS:
                rest = f"{len(lists) - number} further sitemaps are left out; name those you want"
                self.found.skipped.append(Skipped(url, rest))
                break
            listing = self._visit(each, None)
            if listing is None:
                continue
            lists += [link for link in listing.lists if link not in lists]
            left = self._pages(each, listing.pages, left)

    def _pages(self, url: str, pages: Sequence[Page], left: int) -> int:
        """Visits the pages of a list that may have changed; gives how many more may follow."""
        for number, page in enumerate(pages):
            if page.url in self._asked or self._as_it_was(page):
                continue
            if not left:
                reason = (
                    f"it lists more pages than the {self.max_pages} that are fetched at once, the"
                    f" last {len(pages) - number} among them; run it again for the next ones"
                )
                self.found.skipped.append(Skipped(url, reason, fault=False))
                seen = self.found.seen[url]  # all of the list is wanted once more
                self.found.seen[url] = replace(seen, etag="", modified="")
                break
            left -= 1
            self._visit(page.url, page)
        return left

    def _as_it_was(self, page: Page) -> bool:
        """Whether a page need not be asked, since it was and nobody says that it has changed."""
        seen = self.memory.of(page.url)
        if seen is None or not self._holds(seen):
            return False
        said = bool(page.mark or self.watching) and page.mark in ("", seen.mark)
        if not (said and not seen.due(self.now())) and not (seen.listed and not page.content):
            return False
        self.found.unchanged += [uri for uri in seen.uris if uri not in self.found.unchanged]
        return True

    def _holds(self, seen: Seen) -> bool:
        return all(uri in self.stored for uri in seen.uris)

    def _visit(self, url: str, page: Page | None) -> Listing | None:
        """Asks an address, and reads what is there; gives what it lists if it is a list."""
        if url in self._asked:
            return None
        self._asked.add(url)
        self.progress(len(self._asked))
        before = self.memory.of(url)
        known = before if before and self._holds(before) else Seen()
        asked = replace(known, asked=self.now(), mark=page.mark if page else "")
        try:
            found = self.fetch.get(url, known.etag, known.modified)
            return self._read(url, found, asked, page)
        except NotFetched as failed:
            self._failed(url, failed, before or asked, page)
        except Unreadable as broken:
            self._told(url, f"{broken}; tell whoever publishes it", asked)
        return None

    def _read(self, url: str, found: Fetched, asked: Seen, page: Page | None) -> Listing | None:
        if found.body is None:
            later = replace(asked, every=min(2 * asked.every, LATE))
            self.found.seen[url] = later
            if asked.links:
                return _remembered(asked, self.memory)
            self.found.unchanged += asked.uris
            if asked.reason:
                self.found.skipped.append(Skipped(url, asked.reason))
            return None
        body = unzipped(found.body, self.max_bytes)
        if page is None and (listed := listing(body, found.url, found.kind)):
            links = ((p.url, False) for p in listed.pages), ((u, True) for u in listed.lists)
            self.found.seen[url] = replace(
                asked, etag=found.etag, modified=found.modified, links=(*links[0], *links[1]),
                uris=(), reason="",
            )  # fmt: skip
            return listed
        self._take(url, found, body, asked, page)
        return None

    def _take(self, url: str, found: Fetched, body: bytes, asked: Seen, page: Page | None) -> None:
        """Keeps the articles of a page."""
        uris: list[str] = []
        reasons: list[str] = []
        for item in articles_of(found, body, page, self.max_bytes):
            if isinstance(item, Skipped):
                reasons.append(item.reason)
                continue
            other = self.found.articles.setdefault(item.uri, item)
            if other.id == item.id:
                uris.append(item.uri)
            else:
                reasons.append(f"another page that was fetched now calls itself {item.uri} too")
        if not uris and page and self._from_list(page, asked):
            return
        for reason in reasons:
            self.found.skipped.append(Skipped(url, reason))
        same = bool(asked.uris) and tuple(uris) == asked.uris
        self.found.seen[url] = replace(
            asked, etag=found.etag, modified=found.modified, uris=tuple(uris), links=(),
            reason="; ".join(reasons) if not uris else "",
            every=min(2 * asked.every, LATE) if same else SOON,
        )  # fmt: skip

    def _from_list(self, page: Page, asked: Seen) -> bool:
        """Takes the article from the feed that holds all of it; whether there is one."""
        if not page.content:
            return False
        body = f"<html><body><article>{page.content}</article></body></html>".encode()
        found = Fetched(page.url, body, "text/html", "utf-8")
        items = articles_of(found, body, page, self.max_bytes)
        articles = [item for item in items if isinstance(item, Article)]
        for article in articles:
            self.found.articles.setdefault(article.uri, article)
        if articles:
            uris = tuple(article.uri for article in articles)
            self.found.seen[page.url] = replace(
                asked, etag="", modified="", uris=uris, listed=True, reason=""
            )
        return bool(articles)

    def _failed(self, url: str, failed: NotFetched, before: Seen, page: Page | None) -> None:
        """Notes an address that gave nothing; what is stored of it stays, unless it is gone."""
        held = [uri for uri in before.uris if uri in self.stored]
        if failed.gone and held:
            self.found.withdrawn += held
        elif (before.listed or not held) and page and self._from_list(page, before):
            return
        later = replace(before, asked=self.now(), every=min(2 * before.every, LATE))
        if held and not failed.gone:
            self.found.seen[url] = later
            self.found.skipped.append(Skipped(url, f"{failed}; what is stored of it stays"))
        else:
            nothing = replace(later, etag="", modified="", uris=())
            self._told(url, str(failed), nothing, fault=not held)

    def _told(self, url: str, reason: str, seen: Seen, *, fault: bool = True) -> None:
        self.found.skipped.append(Skipped(url, reason, fault))
        self.found.seen[url] = replace(seen, reason=reason)


def _remembered(seen: Seen, memory: Memory) -> Listing:
    """A list that is as it was; each page is marked as it was then."""
    pages = (url for url, is_list in seen.links if not is_list)
    marked = ((url, memory.of(url)) for url in pages)
    return Listing(
        tuple(Page(url, mark=known.mark if known else "") for url, known in marked),
        tuple(url for url, is_list in seen.links if is_list),
    )
