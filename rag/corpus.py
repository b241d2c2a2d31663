"""A corpus to ask: the index, the retrieval over it and the answerer, behind one door."""

from __future__ import annotations

import re
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from index.article import Article
from index.build import Builder, Progress
from index.embed import Embedder
from index.embedders import embedder_of
from index.errors import ArticleDamaged, NotIndexed
from index.generation import Generation, Generations
from index.ledger import Listed, Revision, StoredArticle
from index.words import content_stems
from rag import quote
from rag.answer import Answer
from rag.conversation import Conversation
from rag.filters import NO_FILTERS, Filters
from rag.find import Found, find
from rag.generate import Writer
from rag.politeness import SMALL_TALK, bare, is_small_talk
from rag.premise import reason
from rag.question import Question, understand
from rag.reader import Reader, Text, default_reader
from rag.requests.kinds import TALK
from rag.requests.material import Line, composed, evidence_of
from rag.requests.quoting import by_others
from rag.requests.reply import Desk, Reply, about, list_of, reply_to
from rag.requests.request import FACT, Request, request_of, subject_of
from rag.retrieve import Passage, Query, retrieve
from rag.scope import Scope
from rag.scope import scope as find_scope
from rag.settings import Settings
from rag.spelling import mend
from rag.writing.llm import configured
from rag.writing.model import LanguageModel
from rag.writing.rewrite import rewrite

if TYPE_CHECKING:
    from rag.retriever import PassageRetriever

T = TypeVar("T")

# What somebody names who asks of onrecord itself; "on what grounds?" is about the articles.
_OURS = re.compile(r"\b(?:articles?|sources?|outlets?|papers?|corpus|index|archive|you|your|all)\b")

_WHAT_ABOUT = re.compile(r"\W*(?:(?:and|but|so|ok) )*(?:what|how) about\b", re.I)

# Kinds of reply that a language model may phrase; in the others each line stands for itself.
PROSE = ("brief", "comparison", "latest")

# Kinds that a text is known to be without the turns before it.
WHOLE = ("brief", "timeline", "comparison", "disagreement", "latest", "search", "count")

# Passages looked at for each article of a ranking: long articles fill several places.
RANK_DEPTH = 5

# New articles that are read together: one snapshot each would cost more than reading them.
NEWER_AT_ONCE = 100

# Damaged articles that an answer names.
DAMAGED_NAMED = 3

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
        reader: Reader | None = None,
    ) -> None:
        self.directory = directory
        self.settings = settings
        self.model = model
        self._embedder = embedder
        self._reader = reader or default_reader()
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
        plain: bool = False,
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
            plain: Whether to take it for a question for a fact, whatever it seems to be.
            today: The day from which "last week" is counted; None for this one.
            id: Handed back in the answer.

        Raises:
            UnusableQuestion: it is empty, too long, or has no word to search for.
        """
        return deque(
            self.stream(
                question,
                history=history,
                filters=filters,
                scope=scope,
                plain=plain,
                today=today,
                id=id,
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
        plain: bool = False,
        today: date | None = None,
        id: str | int | None = None,
    ) -> Iterator[Answer]:
        """The same, as an answer that grows; the last one is whole.

        Closing the iterator ends the work, at a language model's server too.
        """
        started = time.perf_counter()
        meant = self._understood(question, history)
        if meant.kind == "smalltalk":
            yield self._talked(meant, id)
            return
        request = FACT if plain else self._request(meant, history)
        if request.kind not in ("fact", "list") and (
            replied := self._replied(meant, request, filters, scope, today or date.today())
        ):
            answer, lines = replied
            timings = {"answer_ms": 1000 * (time.perf_counter() - started)}
            answer = replace(answer, id=id, timings=timings)
            if self.model and request.kind in PROSE:
                writer = Writer(self.model, self._embedder)
                yield from writer.stream(meant.asked, evidence_of(lines), answer)
            else:
                yield answer
            return
        if self.model and meant.leans and (alone := rewrite(self.model, meant.text, history)):
            meant = replace(understand(alone), text=meant.text)
        with self._store.reading() as now:
            confined = self._scope(now, meant, filters, today or date.today()) if scope else None
            found = self._found(now, meant, filters, confined)
            if confined and found.confidence < self.settings.threshold:
                # What was published then or there does not answer; a day still has to be true.
                stated = (
                    None if confined.after or confined.before else confined.without(meant.asked)
                )
                confined = replace(confined, applied=False)
                found = self._found(now, meant, filters, stated=stated)
            left_out = damaged(sorted(now.damaged)) if now.damaged else ""
        if request.speaker:
            found = found.without(by_others(request.speaker))
        quoted = replace(self._quoted(meant, found), note=left_out)
        if request.kind == "list" and quoted.answered and (listed := list_of(found.whole)):
            quoted = _as_reply(quoted, "list", listed)
        timings = {
            "retrieve_ms": 1000 * (found.retrieved - started),
            "answer_ms": 1000 * (time.perf_counter() - found.retrieved),
        }
        quoted = replace(quoted, id=id, scope=confined, timings=timings)
        if self.model:
            writer = Writer(self.model, self._embedder)
            yield from writer.stream(meant.query, found.whole, quoted)
        else:
            yield from quote.growing(quoted)

    def reply(self, request: Request, *, filters: Filters = NO_FILTERS) -> Answer:
        """The reply to a request whose kind is known, such as a timeline.

        Args:
            request: What is asked for; ``rag.requests.request.Request``.
            filters: Which articles may be used.
        """
        said = " ".join(filter(None, (request.kind, request.speaker, request.subject)))
        meant = Question(said, said)
        replied = self._replied(meant, request, filters, scope=False, today=date.today())
        if replied:
            return replied[0]
        nothing = "the articles tell nothing of this"
        refused = _said(meant, request.kind, quote.refusal((), nothing))
        return replace(refused, reason=nothing)

    def _talked(self, meant: Question, id: str | int | None) -> Answer:
        """The reply to what asks nothing that articles tell."""
        if self._reader.request(meant.text).kind == "about":
            with self._store.reading() as now:
                return _said(meant, "about", about(now), id)
        return _said(meant, "smalltalk", SMALL_TALK, id)

    def _request(self, meant: Question, history: Sequence[Mapping[str, str]]) -> Request:
        """What is asked for; what a request leaves unsaid is what was asked about before."""
        request = request_of(meant.spelt, self._reader.request)
        if request.kind in TALK and (not meant.leans or _OURS.search(meant.spelt)):
            return request
        if len(meant.parts) > 1 and request.kind not in PROSE:
            return FACT  # "until when is it shut, and what happens then"
        if meant.leans and request.kind not in WHOLE:
            if _WHAT_ABOUT.match(meant.asked):
                return FACT
            request = request_of(meant.asked, self._reader.request)
        if request.kind in TALK:
            return FACT
        named = request.subject or request.sides or (request.speaker and not meant.leans)
        if request.kind in ("fact", "list") or named:
            return request
        return replace(request, subject=self._before(history))

    def _before(self, history: Sequence[Mapping[str, str]]) -> str:
        """What the last question was about that asked something of the articles; "" if none did."""
        for turn in reversed(history):
            if turn.get("role") == "user" and not is_small_talk(bare(turn["content"])):
                return subject_of(turn["content"], self._reader.request)
        return ""

    def _replied(
        self, meant: Question, request: Request, filters: Filters, scope: bool, today: date
    ) -> tuple[Answer, Sequence[Line]] | None:
        """The reply to a request for more than a fact, and what it is made of.

        None if it is better asked as a question for a fact.
        """
        with self._store.reading() as now:
            if request.kind == "smalltalk":
                return _said(meant, "smalltalk", SMALL_TALK), ()
            if request.kind == "about":
                return _said(meant, "about", about(now)), ()
            confined = self._scope(now, meant, filters, today) if scope else None
            if confined:
                request = request.without(confined)
            within = filters.within(confined) if confined else filters
            allowed = now.allowed(within.condition())
            desk = Desk(now, self._embedder, self._reader, meant.asked, allowed)
            reply = reply_to(request, desk)
            left_out = damaged(sorted(now.damaged)) if now.damaged else ""
        if reply is None:
            return None
        asked = Answer(
            question=meant.text,
            query=meant.query,
            answered=bool(reply.lines),
            text="",
            confidence=1.0 if reply.lines else 0.0,
            scope=confined,
            note=left_out,
        )
        return _as_reply(asked, request.kind, reply), reply.lines

    def _understood(self, text: str, history: Sequence[Mapping[str, str]]) -> Question:
        """The question as meant, spelt as the articles spell."""
        with self._store.reading() as now:
            return understand(text, history, partial(mend, vocabulary=now.derived.vocabulary))

    def _found(
        self,
        now: Generation,
        meant: Question,
        filters: Filters,
        confined: Scope | None = None,
        stated: str | None = None,
    ) -> Found:
        """What the articles that may be used, or a scope of them, say to a question."""
        if confined:
            meant = meant.without(confined)
            filters = filters.within(confined)
        allowed = now.allowed(filters.condition())
        return find(now, meant, allowed, self._embedder, self._reader, stated)

    def _quoted(self, meant: Question, found: Found) -> Answer:
        """The answer in the articles' own sentences, or the refusal."""
        answered = bool(found.whole) and found.confidence >= self.settings.threshold
        near = () if answered else quote.nearest(found.whole)
        why = reason(found.untrue[0]) if found.untrue and not answered else ""
        composed = quote.compose(
            found.parts if answered else [],
            several=meant.several,
            conditions=meant.conditions,
            max_claims=self.settings.max_claims,
            reader=self._reader,
        )
        return Answer(
            question=meant.text,
            query=meant.query,
            answered=answered,
            text=quote.answer_text(composed.claims) if answered else quote.refusal(near, why),
            claims=composed.claims,
            citations=composed.citations,
            shorts=composed.shorts,
            nearest=near,
            reason=why,
            confidence=found.confidence,
        )

    def _scope(
        self, now: Generation, meant: Question, filters: Filters, today: date
    ) -> Scope | None:
        """The scope of a question, as far as the filters leave it to the question."""
        oldest, newest, publishers = self._once(now, now.ledger.publication)
        dated = filters.after or filters.before
        for text in dict.fromkeys((meant.asked, meant.query)):
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
        meant = self._understood(query, history)
        if meant.kind == "smalltalk":
            return []
        with self._store.reading() as now:
            return retrieve(
                now,
                Query.of(meant.query, self._embedder, len(meant.query) - len(meant.asked)),
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
        """Loads the models and the index, which the first question would otherwise wait for."""
        self._embedder.encode_query("ready")
        self._reader.read("ready", [Text("", "Ready.", [(0, 6)])])
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
            ArticleDamaged: it is not as it was written.
        """
        found = self.stored([article_id])
        if not found:
            with self._store.reading() as now:
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
        with self._store.reading() as now:
            return [a for id_ in ids for a in now.ledger.articles_named(id_) if a.id == id_]

    def newest(self, count: int) -> list[StoredArticle]:
        """The articles published last, newest first; those without a day come after all others."""
        with self._store.reading() as now:
            return now.ledger.newest(count)

    def history(self, name: str) -> list[Revision]:
        """Every text of the article with this uri, key or id, the first one first.

        Raises:
            NotIndexed: there is none.
        """
        with self._store.reading() as now:
            found = now.ledger.history(name)
        if not found:
            raise NotIndexed(
                f"{name}: no article has, or had, this uri, key or id; see which there are with:"
                " onrecord articles"
            )
        return found

    def newer(self, pk: int) -> Iterator[StoredArticle]:
        """The articles that were stored after the one with this number, in that order."""
        with self._store.reading() as now:
            found = sorted(now.ledger.select("pk > ?", [str(pk)]))
        for first in range(0, len(found), NEWER_AT_ONCE):
            with self._store.reading() as now:
                held = now.ledger.articles(found[first : first + NEWER_AT_ONCE])
            yield from (held[number] for number in sorted(held))

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


def _as_reply(asked: Answer, kind: str, reply: Reply) -> Answer:
    """An answer with the lines of a reply to a request, or its refusal."""
    if not reply.lines:
        text = quote.refusal((), reply.heading)
        return replace(asked, kind=kind, text=text, reason=reply.heading)
    claims, citations = composed(reply.lines)
    text = f"{reply.heading}\n\n{quote.answer_text(claims)}"
    return replace(
        asked,
        kind=kind,
        heading=reply.heading,
        text=text,
        claims=claims,
        citations=citations,
        shorts=(),
    )


def _said(meant: Question, kind: str, text: str, id: str | int | None = None) -> Answer:
    """A reply of onrecord's own."""
    return Answer(
        id=id, question=meant.text, query=meant.query, answered=False, text=text, kind=kind
    )


def damaged(uris: Sequence[str]) -> str:
    """What is said where articles would be quoted or shown that are not as they were written."""
    which = ", ".join(uris[:DAMAGED_NAMED]) + (" and others" if len(uris) > DAMAGED_NAMED else "")
    return (
        f"Left out, because damaged in the index: {which}; add the source again, or see: onrecord"
        " check."
    )


def _event_day(now: Generation, words: str) -> date | None:
    """The day of the article that tells best of an event, every word of it; None without one."""
    stems = dict.fromkeys(content_stems(words), 1.0)
    best = now.derived.article_words.search(stems, EVENT_DEPTH, None)
    articles = now.articles({pk for pk, _ in best})
    for pk, _ in best:
        if pk not in articles:
            continue
        article = articles[pk].article
        if article.published and stems.keys() <= {
            *content_stems(f"{article.title} {article.text}")
        }:
            return article.published
    return None
