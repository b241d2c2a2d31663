"""Articles that readers bring to a corpus, and articles that they take out of it."""

from __future__ import annotations

import hashlib
import queue
import re
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Literal

from index.article import Article, Skipped
from index.boilerplate.clean import clean_article
from index.build import Progress
from index.engine import engine_at
from index.errors import NotIndexed
from index.readers.source import Source
from index.sync import Report
from index.text.words import WORD
from index.web import gather as web
from index.web.fetch import Fetcher
from rag.corpus import Corpus
from ui.alert_delivery import ask_aside
from ui.files import note
from ui.server.process import give_back

UPLOADED, PASTED = "upload", "pasted"
"""What the uris of articles begin with that came through the page or the door for programs."""

MOST_LINKED = 50
"""Pages that are fetched at once of a feed that somebody names there; others wait meanwhile."""

_COPY = "it prints a story that the corpus holds already"
_NAME_WORDS = 8
_LONGEST_NAME = 120  # characters; file systems take 255 bytes

Outcome = Literal["added", "changed", "unchanged", "removed", "skipped"]


@dataclass(frozen=True, slots=True)
class Sent:
    """A file as it was sent: the name that it had there, and what it holds."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Pasted:
    """A text as it was pasted, and what is known of it."""

    text: str
    title: str = ""
    publisher: str = ""
    author: str = ""
    published: date | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one article."""

    uri: str  # names it; of what was skipped, the file, and the line in it
    outcome: Outcome
    id: str = ""  # opens it; "" when it was skipped or removed
    title: str = ""
    reason: str = ""  # why it was skipped, or whose copy it is; "" when there is nothing to say


@dataclass(frozen=True, slots=True)
class Step:
    """How far the work has come: "fetch", "read", "embed" or "index", and how many of how many."""

    stage: str
    done: int
    total: int


class Editor:
    """Changes one corpus, one change after another. Threads may share it.

    While another process changes it, or made it with other settings, what changes it raises
    IndexBusy or IndexMismatch.
    """

    def __init__(
        self,
        corpus: Corpus,
        home: Path,
        moved: Callable[[Path], None] = lambda home: None,
        *,
        max_bytes: int,
        fetch: Fetcher | None = None,
        added: Callable[[], None] = lambda: None,
    ) -> None:
        """An editor.

        Args:
            corpus: What is changed.
            home: The index that articles go to. While another one is asked, the sample, nothing
                is removed; the first addition ends that.
            moved: Told of the home once articles lie there and are not asked yet.
            max_bytes: The size of the largest file.
            fetch: What fetches addresses; None fetches none.
            added: Told that articles were added or changed.
        """
        self._corpus = corpus
        self._home = home
        self._moved = moved
        self._max_bytes = max_bytes
        self._fetch = fetch
        self._added = added
        self._one = threading.Lock()

    @classmethod
    def of(cls, corpus: Corpus, moved: Callable[[Path], None]) -> Editor:
        """The editor of a corpus as its settings say, which asks alerts of what is added."""
        settings = corpus.settings
        largest = settings.max_file_mb * 2**20
        return cls(
            corpus,
            settings.index,
            moved,
            max_bytes=largest,
            fetch=Fetcher(max_bytes=largest, allow_private=settings.allow_private),
            added=lambda: ask_aside(settings, corpus),
        )

    def copy_sample(self, progress: Progress) -> None:
        """Begins the home with a copy of the sample, while that is what is asked."""
        if self._corpus.directory == self._home:
            return
        held = self._corpus.stored([each.id for each in self._corpus.articles()])
        with self._one:
            copies = [replace(each.article, root="") for each in held]
            self._corpus.builder(self._home, progress).put(copies)
            self._moved(self._home)

    def add_files(self, sent: Sequence[Sent], progress: Progress) -> list[Result]:
        """Adds the articles that files hold; a file that cannot be read is told, not raised."""
        found: list[Article | Skipped] = []
        with tempfile.TemporaryDirectory(prefix="onrecord-") as folder:
            for number, file in enumerate(sent, 1):
                found += self._read(file, Path(folder) / str(number))
                progress("read", number, len(sent))
        return self._put(found, progress)

    def add_pasted(self, pasted: Sequence[Pasted], progress: Progress) -> list[Result]:
        """Adds texts; one under the name of an earlier one replaces it."""
        found: list[Article | Skipped] = []
        with tempfile.TemporaryDirectory(prefix="onrecord-") as folder:
            for number, given in enumerate(pasted, 1):
                sent = Sent(f"{_name(given)}.txt", given.text.encode("utf-8", "replace"))
                for item in self._read(sent, Path(folder) / str(number), PASTED):
                    found.append(_described(item, given) if isinstance(item, Article) else item)
        return self._put(found, progress)

    def add_link(self, url: str, progress: Progress) -> list[Result]:
        """Adds what an address holds: an article, or the articles of a feed or a sitemap."""
        if self._fetch is None:
            reason = "no address is fetched here; save the page, and add the file"
            return [Result(url, "skipped", reason=reason)]
        found = web.Gatherer(
            place=self._corpus.settings.place(self._home),
            fetch=self._fetch,
            max_bytes=self._max_bytes,
            max_pages=MOST_LINKED,
            progress=lambda number: progress("fetch", number, 0),
        ).gather([url])
        report = Report(skipped=found.skipped)
        if found.articles or engine_at(self._corpus.settings.place(self._home)).made():
            with self._one:
                report = web.store(self._corpus.builder(self._home, progress), [], found)
                if found.articles:
                    self._turn(report)
        skipped = [Result(item.uri, "skipped", reason=item.reason) for item in found.skipped]
        return [*self._became(report).values(), *skipped]

    def _became(self, report: Report) -> dict[str, Result]:
        """What became of each article, by its uri."""
        held = {each.uri: each for each in self._corpus.articles()}
        outcomes: dict[str, Outcome] = dict.fromkeys(report.added, "added")
        outcomes |= dict.fromkeys(report.changed, "changed")
        outcomes |= dict.fromkeys(report.unchanged, "unchanged")
        outcomes |= dict.fromkeys(report.removed, "removed")
        copies = set(report.duplicates)
        return {
            uri: Result(uri, outcome, held[uri].id, held[uri].title, _COPY * (uri in copies))
            if uri in held
            else Result(uri, outcome)
            for uri, outcome in outcomes.items()
        }

    def _turn(self, report: Report) -> None:
        """Has the corpus ask what was stored, and tells that there is something new."""
        if self._corpus.directory != self._home:
            self._moved(self._home)
        if report.added or report.changed:
            self._added()
        give_back()

    def remove(self, ids: Sequence[str]) -> list[Result]:
        """Takes articles out, with every revision of them.

        Raises:
            NotIndexed: one is not there; nothing is removed then.
            IndexBusy: see the class.
        """
        if self._corpus.directory != self._home:
            raise NotIndexed("the sample's articles are not removed; add your own, and they go")
        with self._one:
            report = self._corpus.builder(self._home).remove(list(ids))
        return [Result(uri, "removed") for uri in report.removed]

    def noted(self, who: str, results: list[Result]) -> list[Result]:
        """Notes beside the index what somebody changed; gives the results as they are."""
        changed: dict[str, list[str]] = {}
        for result in results:
            if result.outcome in ("added", "changed", "removed"):
                changed.setdefault(result.outcome, []).append(result.uri)
        note(self._home, who, changed)
        return results

    def _read(self, file: Sent, folder: Path, under: str = UPLOADED) -> list[Article | Skipped]:
        """What a file holds; it lies in a folder of its own only while it is read."""
        place = PurePosixPath(under, *_parts(file.name))
        folder.mkdir()
        path = folder / place.name
        try:
            path.write_bytes(file.data)
            items = list(Source.at(path, self._max_bytes).articles())
        finally:
            path.unlink(missing_ok=True)
        return [_placed(item, f"{place.parent}/{item.uri}") for item in items]

    def _put(self, items: Sequence[Article | Skipped], progress: Progress) -> list[Result]:
        """Adds what was read, cleaned, and says of each what became of it, in order."""
        articles: dict[str, Article] = {}
        results: dict[int, Result] = {}
        for number, item in enumerate(items):
            if isinstance(item, Skipped):
                results[number] = Result(item.uri, "skipped", reason=item.reason)
            elif item.uri in articles:
                reason = "another one of this name came with it; give one of them another name"
                results[number] = Result(item.uri, "skipped", reason=reason)
            else:
                articles[item.uri] = item if item.cleaned else clean_article(item)
        report = Report()
        if articles:
            with self._one:
                report = self._corpus.builder(self._home, progress).put(articles.values())
                self._turn(report)
        became = self._became(report)
        return [results.get(number) or became[item.uri] for number, item in enumerate(items)]


def steps(work: Callable[[Progress], list[Result]]) -> Iterator[Step | list[Result]]:
    """The steps of some work as it goes on, then its results.

    The work goes on in a thread of its own, to its end, whoever waits for it: what is half added
    is not added at all.
    """
    told: queue.SimpleQueue[Step | list[Result] | Exception] = queue.SimpleQueue()

    def run() -> None:
        try:
            told.put(work(lambda stage, done, total: told.put(Step(stage, done, total))))
        except Exception as error:
            told.put(error)

    threading.Thread(target=run, name="onrecord-adding", daemon=True).start()
    while isinstance(news := told.get(), Step):
        yield news
    if isinstance(news, Exception):
        raise news
    yield news


def _placed(item: Article | Skipped, uri: str) -> Article | Skipped:
    """An item under its uri; without a root, no folder that is read again takes it away."""
    if isinstance(item, Article):
        return replace(item, uri=uri, root="")
    return replace(item, uri=uri)


def _parts(name: str) -> list[str]:
    r"""The parts of a name as it was sent, each of them safe as a file's name.

    >>> _parts(r"../may\\.a.txt")
    ['may', 'a.txt']
    """
    cut = re.split(r"[/\\]", name)
    plain = ("".join(c if c.isprintable() else "_" for c in part).strip(" .") for part in cut)
    kept = [_shortened(part) for part in plain if part]
    return kept or ["unnamed"]


def _shortened(part: str) -> str:
    stem, dot, end = part.rpartition(".")
    if not dot or len(end) > 10:
        return part[:_LONGEST_NAME]
    return f"{stem[: _LONGEST_NAME - len(end)]}.{end}"


def _name(given: Pasted) -> str:
    """A file's name for a text: its day, and the words of its title or its first ones."""
    words = WORD.findall((given.title or given.text[:500]).lower())[:_NAME_WORDS]
    day = [given.published.isoformat()] if given.published else []
    digest = hashlib.sha256(given.text.encode("utf-8", "replace")).hexdigest()[:8]
    return "-".join([*day, *words]) if words else digest


def _described(article: Article, given: Pasted) -> Article:
    """The article of a text with what was said of it."""
    return replace(
        article,
        title=given.title.strip() or article.title,
        publisher=given.publisher.strip() or article.publisher,
        author=given.author.strip() or article.author,
        published=given.published or article.published,
        url=given.url.strip() or article.url,
    )
