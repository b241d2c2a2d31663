"""A corpus to ask: the index, the retrieval over it and the answerer, behind one door."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from llama_index.core.vector_stores.types import FilterOperator, MetadataFilter, MetadataFilters

from index.article import Article
from index.embed import Embedder, TransformerEmbedder
from index.errors import NotIndexed
from index.ledger import StoredArticle
from index.store import Generation, Store
from rag import abstain, evidence, quote
from rag.answer import Answer
from rag.conversation import Conversation
from rag.evidence import Evidence
from rag.question import Question, understand
from rag.retrieve import Passage, PassageRetriever, Query, retrieve
from rag.settings import Settings

# Passages whose sentences are judged. On XQuAD the answer's sentence is among those of the first
# eight passages for 0.998 of the questions.
EVIDENCE_PASSAGES = 8

# Passages looked at for each article of a ranking: long articles fill several places.
RANK_DEPTH = 5


@dataclass(frozen=True, slots=True)
class Filters:
    """Which articles may be used.

    Attributes:
        after: Published on this day or later.
        before: Published on this day or earlier.
        publisher: By this publisher, letter case aside.
    """

    after: date | None = None
    before: date | None = None
    publisher: str | None = None

    def as_metadata(self) -> MetadataFilters:
        """The same as LlamaIndex has it; an article without a date passes no date filter."""
        wanted = (
            ("published", FilterOperator.GTE, self.after),
            ("published", FilterOperator.LTE, self.before),
            ("publisher", FilterOperator.EQ, self.publisher),
        )
        return MetadataFilters(
            filters=[
                MetadataFilter(key=key, operator=operator, value=str(value))
                for key, operator, value in wanted
                if value is not None
            ]
        )


NO_FILTERS = Filters()


class Corpus:
    """An open corpus. Threads may share it; a new generation is picked up by the next question."""

    def __init__(self, directory: Path, embedder: Embedder, settings: Settings) -> None:
        self.directory = directory
        self.settings = settings
        self._embedder = embedder
        self._store = Store(directory, embedder)

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
        """
        settings = settings or Settings()
        embedder = embedder or TransformerEmbedder(settings.embedder)
        return cls(Path(directory or settings.index), embedder, settings)

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Mapping[str, str]] = (),
        filters: Filters = NO_FILTERS,
        id: str | int | None = None,
    ) -> Answer:
        """Answers a question, or refuses to.

        Args:
            question: As typed.
            history: Earlier turns, oldest first: {"role": ..., "content": ...}.
            filters: Which articles may be used.
            id: Handed back in the answer.

        Raises:
            UnusableQuestion: it is empty, too long, or has no word to search for.
        """
        started = time.perf_counter()
        meant = understand(question, history)
        query = Query.of(meant.query, self._embedder, meant.asking[0])
        with self._store.reading() as now:
            passages = retrieve(now, query, EVIDENCE_PASSAGES, now.allowed(filters.as_metadata()))
            retrieved = time.perf_counter()
            whole, parts, confidence = _judged(now, meant, query, passages)
        answered = bool(whole) and confidence >= self.settings.threshold
        limit = self.settings.max_claims if answered else 0
        claims, citations = quote.compose(whole, parts, limit)
        near = () if answered else quote.nearest(whole)
        return Answer(
            id=id,
            question=meant.text,
            query=meant.query,
            answered=answered,
            text=quote.answer_text(claims) if answered else quote.refusal(near),
            claims=claims,
            citations=citations,
            nearest=near,
            confidence=confidence,
            timings={
                "retrieve_ms": 1000 * (retrieved - started),
                "answer_ms": 1000 * (time.perf_counter() - retrieved),
            },
        )

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
                now.allowed(filters.as_metadata()),
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
        return PassageRetriever(self._store, self._embedder, top_k, filters.as_metadata())

    def conversation(self, history: Sequence[Mapping[str, str]] = ()) -> Conversation:
        """A chat, which may go on from earlier turns."""
        return Conversation(self, history)

    def prepare(self) -> None:
        """Loads the model and the index, which the first question would otherwise wait for."""
        self._embedder.encode_query("ready")
        with self._store.reading():
            pass

    def article(self, article_id: str) -> Article:
        """The article, or the earlier revision of one, with this id.

        Raises:
            NotIndexed: there is none.
        """
        with self._store.reading() as now:
            found = [a for a in now.ledger.articles_named(article_id) if a.id == article_id]
        if not found:
            raise NotIndexed(f"{article_id}: the index holds no article with this id")
        return found[0].article

    def articles(self) -> list[StoredArticle]:
        """Every article, in the order of their uris."""
        with self._store.reading() as now:
            return list(now.ledger.all_articles())

    def manifest(self) -> dict[str, str]:
        """What the index says of itself."""
        with self._store.reading() as now:
            return now.ledger.manifest()


def _judged(
    now: Generation, meant: Question, query: Query, passages: Sequence[Passage]
) -> tuple[list[Evidence], list[list[Evidence]], float]:
    """The evidence for the question and for each of its parts, and the confidence in it."""
    tokens = now.ledger.tokens([p.chunk.pk for p in passages], now.dimension)
    idf = inverse_frequency(now)
    whole = evidence.gather(query, passages, tokens, idf)
    confidence = abstain.confidence(query, whole, idf)
    parts = meant.parts
    if len(parts) == 1:
        return whole, [whole], confidence
    asked = [query.part(a, b) for a, b in parts]
    return whole, [evidence.gather(part, passages, tokens, idf) for part in asked], confidence


def inverse_frequency(now: Generation) -> Callable[[str], float]:
    """The idf of BM25 (Robertson and Spärck Jones) over the chunks; unknown words weigh most."""
    words = now.derived.chunk_words
    count = len(words)

    def idf(stem: str) -> float:
        frequency = words.frequency(stem)
        return math.log(1 + (count - frequency + 0.5) / (frequency + 0.5))

    return idf
