"""The articles of an index: looked up, listed, counted, and the index itself exchanged."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from rapidfuzz import process

from index.article import Article
from index.embed import Embedder
from index.errors import ArticleDamaged, NotIndexed, PublisherUnknown
from index.generation import Allowed, Generation, Generations
from index.ledger import Listed, Revision, StoredArticle
from index.text.names import TITLES, names_in
from index.text.words import content_stems
from rag.requests.speech import VERB
from rag.settings import Settings
from rag.types import NO_FILTERS, Filters

if TYPE_CHECKING:
    from index.build import Builder, Progress

T = TypeVar("T")

# Publishers that are named to who asks for one that there is not, those most like it.
PUBLISHERS_NAMED = 8

# New articles that are read together: one snapshot each would cost more than reading them.
NEWER_AT_ONCE = 100

# Damaged articles that an answer names.
DAMAGED_NAMED = 3


class Library:
    """An open index. Threads may share it; a new generation is seen by the next call."""

    def __init__(self, directory: Path, embedder: Embedder, settings: Settings) -> None:
        """Opens the index in a folder.

        Raises:
            IndexMissing, IndexMismatch, IndexDamaged: see the classes.
        """
        self.directory = directory
        self.settings = settings
        if settings.place(directory) != directory:
            with suppress(OSError):  # chats are not kept then
                directory.mkdir(parents=True, exist_ok=True)
        self._embedder = embedder
        self._store = Generations(settings.place(directory), embedder)
        # Articles that it does not hold and are cited all the same, by their ids.
        self.elsewhere: Mapping[str, StoredArticle] = {}
        # What was read from the ledger of the generation with this token, and is wanted often.
        self._known: tuple[str, dict[str, Any]] = "", {}
        self._named: dict[str, Named] = {}

    def reading(self) -> AbstractContextManager[Generation]:
        """The newest generation, and no other until the block ends."""
        return self._store.reading()

    def turn_to(self, directory: Path) -> None:
        """Asks the index in another folder from the next question on.

        Raises:
            IndexMissing, IndexMismatch: as for ``Corpus.open``; the one before stays.
        """
        self._store = Generations(self.settings.place(directory), self._embedder)
        self.directory = directory

    def builder(
        self, directory: Path, progress: Progress = lambda stage, done, total: None
    ) -> Builder:
        """What writes to the index in a folder as this one's settings say.

        If it is the one that is asked, the next question sees what was committed. ``progress`` is
        called with the stage, how much is done and how much there is.
        """
        from index.build import Builder  # which reads every kind of file: answering needs none

        return Builder(
            self.settings.place(directory),
            self._embedder,
            chunk_tokens=self.settings.chunk_tokens,
            overlap=self.settings.overlap,
            progress=progress,
        )

    def article(self, article_id: str) -> Article:
        """The article, or the earlier revision of one, with this id.

        Raises:
            NotIndexed: there is none.
            ArticleDamaged: it is not as it was written.
        """
        found = self.stored([article_id])
        if not found:
            with self.reading() as now:
                for _, uri, id_, _ in now.ledger.names(article_id):
                    if id_ == article_id:
                        raise ArticleDamaged(
                            f"{uri}: this article is damaged in the index and is not shown; add"
                            " its source again, or see: onrecord check"
                        )
            raise NotIndexed(f"{article_id}: the index holds no article with this id")
        return found[0].article

    def stored(self, ids: Iterable[str]) -> list[StoredArticle]:
        """The articles, and earlier revisions, with these ids, in their order.

        Unknown ones are left out, and those that are not as they were written.
        """
        with self.reading() as now:
            other = self.elsewhere
            return [
                article
                for id_ in ids
                for article in ([other[id_]] if id_ in other else now.ledger.articles_named(id_))
                if article.id == id_
            ]

    def newest(self, count: int) -> list[StoredArticle]:
        """The articles published last, newest first; those without a day come after all others."""
        with self.reading() as now:
            return now.ledger.newest(count)

    def history(self, name: str) -> list[Revision]:
        """Every text of the article with this uri, key or id, the first one first.

        Raises:
            NotIndexed: there is none.
        """
        with self.reading() as now:
            found = now.ledger.history(name)
        if not found:
            raise NotIndexed(
                f"{name}: no article has, or had, this uri, key or id; see which there are with:"
                " onrecord articles"
            )
        return found

    def newer(self, pk: int) -> Iterator[StoredArticle]:
        """The articles that were stored after the one with this number, in that order."""
        with self.reading() as now:
            found = sorted(now.ledger.select("pk > ?", [str(pk)]))
        for first in range(0, len(found), NEWER_AT_ONCE):
            with self.reading() as now:
                held = now.ledger.articles(found[first : first + NEWER_AT_ONCE])
            yield from (held[number] for number in sorted(held))

    def articles(self) -> list[Listed]:
        """Every article, without its text, in the order of their uris."""
        with self.reading() as now:
            return [*self._once(now, now.ledger.listed)]

    def holding(self, words: str) -> frozenset[str]:
        """The ids of the articles that hold each content word of these, in any of its forms."""
        with self.reading() as now:
            listed, index = self._once(now, now.ledger.listed), now.search_index.article_words
            spoken = {each.language or "en" for each in listed}
            # What is no content word in one of the languages is in no text of it as one.
            forms = [
                [
                    content_stems(each, language)
                    for each in self.spellings(word)
                    for language in spoken
                ]
                for word in words.split()
            ]
            wanted = [{stem: 1.0 for each in form for stem in each} for form in forms if all(form)]
            each = [{pk for pk, _ in index.search(stems, len(index))} for stems in wanted]
            pks = set.intersection(*each) if each else set()
            return frozenset(article.id for article in listed if article.pk in pks)

    def spellings(self, word: str) -> list[str]:
        """A word, and the names of the articles that are one name with it, spelt otherwise."""
        with self.reading() as now:
            return [word, *now.search_index.vocabulary.spelt_otherwise(word)]

    def allowed(self, now: Generation, filters: Filters) -> Allowed | None:
        """The articles that may be used; None for all.

        Raises:
            PublisherUnknown: no article is by the publisher that they name.
        """
        known = self.publication(now)[2]
        named = filters.publisher
        if named and known and named.casefold() not in {name.casefold() for name in known}:
            near = [name for name, *_ in process.extract(named, known, limit=PUBLISHERS_NAMED)]
            more = f" and {len(known) - len(near)} others" if len(known) > len(near) else ""
            raise PublisherUnknown(
                f"{named}: no article is by this publisher; there are {'; '.join(near)}{more}"
            )
        return now.allowed(filters.condition())

    def count(self, filters: Filters = NO_FILTERS) -> int:
        """How many articles may be used."""
        with self.reading() as now:
            allowed = self.allowed(now, filters)
            return now.ledger.counts()["articles"] if allowed is None else len(allowed.articles)

    def named(self) -> Mapping[str, Named]:
        """Whom and what the newest articles name, by the articles' ids; each is read once."""
        with self.reading() as now:

            def named() -> dict[str, Named]:
                listed = self._once(now, now.ledger.listed)
                newest = sorted(listed, key=lambda it: it.published or date.min, reverse=True)
                wanted = {each.id: each.pk for each in newest[:READ]}
                new = [pk for id_, pk in wanted.items() if id_ not in self._named]
                found = now.ledger.articles(new).values()
                self._named |= {each.id: names_of(each) for each in found}
                self._named = {id_: self._named[id_] for id_ in wanted if id_ in self._named}
                return self._named

            return self._once(now, named)

    def publishers(self) -> tuple[str, ...]:
        """Every publisher's name, sorted."""
        with self.reading() as now:
            return self.publication(now)[2]

    def size(self) -> int:
        """The bytes that the index takes."""
        return self._store.size()

    def manifest(self) -> dict[str, str]:
        """What the index says of itself."""
        with self.reading() as now:
            return now.ledger.manifest()

    def publication(self, now: Generation) -> tuple[date | None, date | None, tuple[str, ...]]:
        """The days of the oldest and of the newest article, and the publishers, sorted."""
        return self._once(now, now.ledger.publication)

    def _once(self, now: Generation, read: Callable[[], T]) -> T:
        """What a method of the ledger gives, asked once in a generation."""
        token, known = self._known
        if token != now.search_index.token:
            known = {}
            self._known = now.search_index.token, known
        name = read.__name__
        if name not in known:
            known[name] = read()
        found: T = known[name]
        return found


def damaged(found: Iterable[str]) -> str:
    """What is said of articles left out since they are not as they were written; "" for none."""
    uris: Sequence[str] = sorted(found)
    if not uris:
        return ""
    which = ", ".join(uris[:DAMAGED_NAMED]) + (" and others" if len(uris) > DAMAGED_NAMED else "")
    return (
        f"Left out, because damaged in the index: {which}; add the source again, or see: onrecord"
        " check."
    )


# Articles whose names are looked for, the newest: 0.5 ms each, once in the life of a process.
READ = 2_000

# Names of one article, those that it has most often.
MOST = 40

Named = Mapping[str, bool]
"""Names of an article as they stand there, and whether their bearer speaks in it."""

_SPEAKS = re.compile(rf"^(?:, [^,.“”\"]{{2,60}},)? (?:has |had |also |later )?{VERB}\b")
_SPOKE = re.compile(rf"\b(?:{VERB}|according to) $", re.I)
# "Russian", "French": an adjective, or a people.
_PEOPLES = re.compile(
    r"(?:[^r]ians?|(?:ic|e|rm)ans?|(?<=..)ish|ese|french|dutch|welsh|greek)$", re.I
)


def names_of(stored: StoredArticle) -> Named:
    """The names in an article's sentences; titles and peoples before a name are left out.

    A name that only ever begins a sentence is none, unless it speaks there, nor is one that is
    among the words of a longer one.
    """
    counted: Counter[str] = Counter()
    within: set[str] = set()
    speaking: set[str] = set()
    text = stored.article.text
    for sentence in stored.sentences:
        if sentence.heading:
            continue
        said = text[sentence.start : sentence.end]
        for found in names_in(said):
            name = _bare(found.text)
            if len(name) < 2 or "\n" in name:
                continue
            counted[name] += 1
            if _SPEAKS.match(said[found.end :]) or _SPOKE.search(said[: found.start]):
                speaking.add(name)
            if not found.opens or name != found.text or name in speaking:
                within.add(name)
    often = [name for name, _ in counted.most_common() if name in within]
    kept = [name for name in often if not _part_of(name, often)][:MOST]
    return {name: name in speaking for name in kept}


def _bare(name: str) -> str:
    """A name without titles and peoples before it, and without "of Ropewalk" behind it.

    >>> _bare("Russian President Vladimir Putin"), _bare("French President")
    ('Vladimir Putin', '')
    >>> _bare("Judge Ada Lund of the High Court"), _bare("European Union")
    ('Ada Lund', 'European Union')
    """
    words = name.split()
    if len(words) > 2 and _PEOPLES.search(words[0]) and _is_title(words[1]):
        words = words[1:]
    while words and _is_title(words[0]):
        words = words[1:]
    if "of" in words[2:]:
        words = words[: words.index("of", 2)]
    alone = len(words) == 1 or (len(words) == 2 and _is_title(words[1]))
    return "" if alone and _PEOPLES.search(words[0]) else " ".join(words)


def _is_title(word: str) -> bool:
    return word.lower().rstrip(".") in TITLES


def _part_of(name: str, often: list[str]) -> bool:
    words = name.split()
    longer = (other.split() for other in often if len(other) > len(name))
    return any(other[: len(words)] == words or other[-len(words) :] == words for other in longer)
