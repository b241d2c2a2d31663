"""A corpus to ask: the index, the retrieval over it and the answerer, behind one door."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from index.article import Article
from index.build import Builder, Progress
from index.embed import Embedder, embedder_of
from index.errors import NotIndexed
from index.generation import Generation, Generations
from index.ledger import Listed, StoredArticle
from index.words import content_stems
from rag import abstain, evidence, quote
from rag.answer import Answer
from rag.conversation import Conversation
from rag.evidence import Evidence
from rag.filters import NO_FILTERS, Filters
from rag.generate import Writer
from rag.question import Question, understand
from rag.retrieve import Passage, Query, retrieve
from rag.scope import Scope
from rag.scope import scope as find_scope
from rag.settings import Settings
from rag.writing.llm import configured
from rag.writing.model import LanguageModel
from rag.writing.rewrite import rewrite

if TYPE_CHECKING:
    from rag.retriever import PassageRetriever

T = TypeVar("T")

# Passages whose sentences are judged. On XQuAD the answer's sentence is among those of the first
# eight passages for 0.998 of the questions.
EVIDENCE_PASSAGES = 8

# Passages looked at for each article of a ranking: long articles fill several places.
RANK_DEPTH = 5

# Articles looked at for the day of an event; the one that tells of it is among the first.
EVENT_DEPTH = 20


class Corpus:
    """An open corpus. Threads may share it; a new generation is picked up by the next question."""

    def __init__(
        self,
        directory: Path,
        embedder: Embedder,
        settings: Settings,
        model: LanguageModel | None = None,
    ) -> None:
        self.directory = directory
        self.settings = settings
        self.model = model
        self._embedder = embedder
        self._store = Generations(directory, embedder)
        # What was read from the ledger of the generation with this token, and is wanted often.
        self._known: tuple[str, dict[str, Any]] = "", {}

    @classmethod
    def open(
        cls,
        directory: str | Path | None = None,
        *,
        settings: Settings | None = None,
        embedder: Embedder | None = None,
    ) -> Corpus:
        """Opens the index in a folder, by default the one that the settings name.

        Raises:
            IndexMissing: there is no index.
            IndexMismatch: it was made with another schema or embedding model.
            OnRecordError: the settings name half of a language model.
        """
        settings = settings or Settings()
        embedder = embedder or embedder_of(settings.embedder)
        return cls(Path(directory or settings.index), embedder, settings, configured(settings))

    def quoting(self, *, threshold: float | None = None) -> Corpus:
        """The same corpus as it answers without a language model.

        Args:
            threshold: The confidence from which on it answers; None for that of the settings.
        """
        other = copy(self)
        other.model = None
        if threshold is not None:
            other.settings = self.settings.model_copy(update={"threshold": threshold})
        return other

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Mapping[str, str]] = (),
        filters: Filters = NO_FILTERS,
        scope: bool = True,
        today: date | None = None,
        id: str | int | None = None,
    ) -> Answer:
        """Answers a question, or refuses to.

        Args:
            question: As typed.
            history: Earlier turns, oldest first: {"role": ..., "content": ...}.
            filters: Which articles may be used, whatever the question says.
            scope: Whether the question's own words ("last week", "in the Gazette") confine it to
                some of them. If those do not answer, all are asked.
            today: The day from which "last week" is counted; None for this one.
            id: Handed back in the answer.

        Raises:
            UnusableQuestion: it is empty, too long, or has no word to search for.
        """
        return deque(
            self.stream(
                question, history=history, filters=filters, scope=scope, today=today, id=id
            ),
            maxlen=1,
        )[0]

    def stream(
        self,
        question: str,
        *,
        history: Sequence[Mapping[str, str]] = (),
        filters: Filters = NO_FILTERS,
        scope: bool = True,
        today: date | None = None,
        id: str | int | None = None,
    ) -> Iterator[Answer]:
        """The same, as an answer that grows; the last one is whole.

        Closing the iterator ends the work, at a language model's server too.
        """
        started = time.perf_counter()
        meant = understand(question, history)
        if self.model and meant.leans and (alone := rewrite(self.model, meant.text, history)):
            meant = replace(understand(alone), text=meant.text)
        with self._store.reading() as now:
            confined = self._scope(now, meant, filters, today or date.today()) if scope else None
            found = self._found(now, meant, filters, confined)
            if confined and not found.answered:
                confined = replace(confined, applied=False)
                found = self._found(now, meant, filters)
        limit = self.settings.max_claims if found.answered else 0
        claims, citations = quote.compose(found.whole, found.parts, limit, self._embedder)
        near = () if found.answered else quote.nearest(found.whole)
        quoted = Answer(
            id=id,
            question=meant.text,
            query=meant.query,
            answered=found.answered,
            text=quote.answer_text(claims) if found.answered else quote.refusal(near),
            claims=claims,
            citations=citations,
            nearest=near,
            confidence=found.confidence,
            scope=confined,
            timings={
                "retrieve_ms": 1000 * (found.retrieved - started),
                "answer_ms": 1000 * (time.perf_counter() - found.retrieved),
            },
        )
        if self.model:
            writer = Writer(self.model, self._embedder)
            yield from writer.stream(meant.query, found.whole, quoted)
        else:
            yield from quote.growing(quoted)

    def _found(
        self, now: Generation, meant: Question, filters: Filters, confined: Scope | None = None
    ) -> _Found:
        """What the articles that may be used, or a scope of them, say to a question."""
        if confined:
            meant = meant.without(confined)
            filters = filters.within(confined)
        query = Query.of(meant.query, self._embedder, meant.asking[0])
        passages = retrieve(now, query, EVIDENCE_PASSAGES, now.allowed(filters.condition()))
        retrieved = time.perf_counter()
        whole, parts, confidence = _judged(now, meant, query, passages)
        answered = bool(whole) and confidence >= self.settings.threshold
        return _Found(whole, parts, confidence, answered, retrieved)

    def _scope(
        self, now: Generation, meant: Question, filters: Filters, today: date
    ) -> Scope | None:
        """The scope of a question, as far as the filters leave it to the question."""
        oldest, newest, publishers = self._once(now, now.ledger.publication)
        dated = filters.after or filters.before
        for text in dict.fromkeys((meant.query[meant.asking[0] :], meant.query)):
            found = find_scope(
                text,
                today=today,
                newest=None if dated else newest,
                oldest=oldest,
                publishers=() if filters.publisher else publishers,
                find_event=lambda words: _event_day(now, words),
            )
            if found:
                return found
        return None

    def search(
        self,
        query: str,
        top_k: int | None = None,
        *,
        history: Sequence[Mapping[str, str]] = (),
        filters: Filters = NO_FILTERS,
    ) -> list[Passage]:
        """The passages that match a query best, best first.

        Raises:
            UnusableQuestion: as for ``ask``.
        """
        meant = understand(query, history)
        with self._store.reading() as now:
            return retrieve(
                now,
                Query.of(meant.query, self._embedder, meant.asking[0]),
                top_k or self.settings.top_k,
                now.allowed(filters.condition()),
            )

    def rank(
        self, query: str, top_k: int, *, history: Sequence[Mapping[str, str]] = ()
    ) -> list[tuple[StoredArticle, float]]:
        """The articles that match a query best, each with the score of its best passage.

        Raises:
            UnusableQuestion: as for ``ask``.
        """
        best: dict[int, tuple[StoredArticle, float]] = {}
        for passage in self.search(query, RANK_DEPTH * top_k, history=history):
            best.setdefault(passage.article.pk, (passage.article, passage.score))
        return list(best.values())[:top_k]

    def retriever(self, top_k: int = 10, filters: Filters = NO_FILTERS) -> PassageRetriever:
        """The same search as a LlamaIndex retriever."""
        from rag.retriever import PassageRetriever

        return PassageRetriever(self._store, self._embedder, top_k, filters.condition())

    def conversation(self, history: Sequence[Mapping[str, str]] = ()) -> Conversation:
        """A chat, which may go on from earlier turns."""
        return Conversation(self, history)

    def prepare(self) -> None:
        """Loads the model and the index, which the first question would otherwise wait for."""
        self._embedder.encode_query("ready")
        if self.model:
            self.model.prepare()
        with self._store.reading():
            pass

    def turn_to(self, directory: Path) -> None:
        """Asks the index in another folder from the next question on.

        Raises:
            IndexMissing, IndexMismatch: as for ``open``; the one before stays.
        """
        self._store, self.directory = Generations(directory, self._embedder), directory

    def builder(
        self, directory: Path, progress: Progress = lambda stage, done, total: None
    ) -> Builder:
        """What writes to the index in a folder as this one's settings say.

        If it is the one that is asked, the next question sees what was committed.
        """
        return Builder(
            directory,
            self._embedder,
            chunk_tokens=self.settings.chunk_tokens,
            overlap=self.settings.overlap,
            progress=progress,
        )

    def article(self, article_id: str) -> Article:
        """The article, or the earlier revision of one, with this id.

        Raises:
            NotIndexed: there is none.
        """
        found = self.stored([article_id])
        if not found:
            raise NotIndexed(f"{article_id}: the index holds no article with this id")
        return found[0].article

    def stored(self, ids: Iterable[str]) -> list[StoredArticle]:
        """The articles, and earlier revisions, with these ids, in their order; unknown ones not."""
        with self._store.reading() as now:
            return [a for id_ in ids for a in now.ledger.articles_named(id_) if a.id == id_]

    def newest(self, count: int) -> list[StoredArticle]:
        """The articles published last, newest first; those without a day come after all others."""
        with self._store.reading() as now:
            return now.ledger.newest(count)

    def articles(self) -> list[Listed]:
        """Every article, without its text, in the order of their uris."""
        with self._store.reading() as now:
            return [*self._once(now, now.ledger.listed)]

    def count(self, filters: Filters = NO_FILTERS) -> int:
        """How many articles may be used."""
        with self._store.reading() as now:
            allowed = now.allowed(filters.condition())
            return now.ledger.counts()["articles"] if allowed is None else len(allowed.articles)

    def publishers(self) -> tuple[str, ...]:
        """Every publisher's name, sorted."""
        with self._store.reading() as now:
            return self._once(now, now.ledger.publication)[2]

    def manifest(self) -> dict[str, str]:
        """What the index says of itself."""
        with self._store.reading() as now:
            return now.ledger.manifest()

    def _once(self, now: Generation, read: Callable[[], T]) -> T:
        """What a method of the ledger gives, asked once in a generation."""
        token, known = self._known
        if token != now.derived.token:
            known = {}
            self._known = now.derived.token, known
        name = read.__name__
        if name not in known:
            known[name] = read()
        found: T = known[name]
        return found


@dataclass(frozen=True, slots=True)
class _Found:
    """What some articles say to a question; ``retrieved`` is when their passages were known."""

    whole: list[Evidence]
    parts: list[list[Evidence]]
    confidence: float
    answered: bool
    retrieved: float


def _event_day(now: Generation, words: str) -> date | None:
    """The day of the article that tells best of an event, every word of it; None without one."""
    stems = dict.fromkeys(content_stems(words), 1.0)
    best = now.derived.article_words.search(stems, EVENT_DEPTH, None)
    articles = now.articles({pk for pk, _ in best})
    for pk, _ in best:
        article = articles[pk].article
        if article.published and stems.keys() <= {
            *content_stems(f"{article.title} {article.text}")
        }:
            return article.published
    return None


def _judged(
    now: Generation, meant: Question, query: Query, passages: Sequence[Passage]
) -> tuple[list[Evidence], list[list[Evidence]], float]:
    """The evidence for the question and for each of its parts, and the confidence in it."""
    idf = inverse_frequency(now)
    whole = evidence.gather(query, passages, idf)
    if meant.said:
        said = " ".join(meant.said.split())
        whole = [e for e in whole if " ".join(e.text.split()) not in said]
    confidence = abstain.confidence(query, whole, idf)
    parts = meant.parts
    if len(parts) == 1 or meant.said:
        return whole, [whole], confidence
    asked = [query.part(a, b) for a, b in parts]
    return whole, [evidence.gather(part, passages, idf) for part in asked], confidence


def inverse_frequency(now: Generation) -> Callable[[str], float]:
    """The idf of BM25 (Robertson and Spärck Jones) over the chunks; unknown words weigh most."""
    words = now.derived.chunk_words
    count = len(words)

    def idf(stem: str) -> float:
        frequency = words.frequency(stem)
        return math.log(1 + (count - frequency + 0.5) / (frequency + 0.5))

    return idf
