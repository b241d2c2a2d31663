"""A question's way to its answer, step by step; each step is a part that stands elsewhere.

=============  ===============================================  ================================
understand     earlier turns, spelling: the question as meant   ``rag.question``
decide         one fact, or a brief, a timeline, a list ...     ``rag.requests.request``
reply          what asks for more than a fact goes its own way  ``rag.requests.reply``
confine        which articles its own words mean                ``rag.time_and_source``
find           search, read, and how sure it is                 ``rag.reading.retriever_reader``
compose        the articles' own sentences, or a refusal        ``rag.extractive``
write, verify  a language model's words, each sentence checked  ``rag.generative.writer``
=============  ===============================================  ================================
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from index.embed import Embedder
from index.generation import Generation
from index.text.dates import MONTH
from index.text.words import ENGLISH, content_stems, language_asked
from rag import extractive
from rag.dialogue.followup import SHORTER
from rag.generative.llm import LanguageModel
from rag.library import Library, damaged
from rag.question import Question, understand
from rag.reading.by_words import NOTE
from rag.reading.evidence import Evidence
from rag.reading.reader import Reader
from rag.reading.retriever_reader import Found, find
from rag.reasons import asked_why, no_reason_of, not_yet, of_nothing, why
from rag.requests.accounts import with_other_account
from rag.requests.in_languages import meant_in, request_in
from rag.requests.material import evidence_of
from rag.requests.quoting import by_others, is_publisher, is_thing
from rag.requests.reply import Desk, answered
from rag.requests.request import FACT, PROSE, Request, decided, may_be_fact, thing_asked
from rag.requests.timeline import days_asked, days_within, told_then
from rag.retrieve import Search, retrieve
from rag.spelling import mend
from rag.time_and_source import scope_of
from rag.types import TALK, Answer, AskRequest, Filters, Scope

# What asks for all of a time that is named without "in".
_OF_TIME = re.compile(
    rf"\b(?:summari[sz]e|sum up|(?:summary|overview|timeline|events|news|brief|recap) (?:of|on))"
    rf" (?=(?:{MONTH}|(?:19|20)\d\d)\b)",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer in the articles' own words."""

    answer: Answer
    question: str = ""  # what a language model is asked that may phrase it
    evidence: Sequence[Evidence] = ()  # what it is shown; none where each line stands for itself
    grows: bool = False  # whether the answer is given by a claim more at a time
    retrieved: float | None = None  # when its passages were known, as ``time.perf_counter`` counts


@dataclass(frozen=True, slots=True)
class Pipeline:
    """The steps, and the parts that take them."""

    library: Library  # the index that is asked
    embedder: Embedder  # the model that it was made with
    reader: Reader  # the model that reads passages and requests
    # The language model that phrases answers; None for the articles' own words.
    model: LanguageModel | None = None
    # The search under some filters: onrecord's own, or one of LlamaIndex's.
    search: Callable[[Filters], Search] = lambda filters: retrieve

    def stream(self, asked: AskRequest) -> Iterator[Answer]:
        """The answer as it grows; the last one is whole.

        Raises:
            UnusableQuestion: the question is empty, too long, or has no word to search for.
        """
        begun = time.perf_counter()
        meant = self.understand(asked)
        request = self.decide(meant, asked)
        draft = self.reply(meant, request, asked)
        if draft is None or (not draft.answer.answered and may_be_fact(meant, request)):
            read = self.answer(meant, request, asked)
            draft = read if draft is None or read.answer.answered else draft
            if not draft.answer.answered:
                draft = self.told_of(meant, asked) or draft
        yield from self.write(_timed(draft, begun, asked))

    def understand(self, asked: AskRequest) -> Question:
        """The question as meant, spelt as the articles spell."""
        with self.library.reading() as now:
            mended = partial(mend, vocabulary=now.search_index.vocabulary)
            language = language_asked(asked.question, now.search_index.languages)
            before = asked.history[-1].question if asked.history else ""
            language, text, shorter = meant_in(asked.question, before, language)
            meant = understand(text, asked.history, mended, language)
        if language == ENGLISH:
            return meant
        leans = text != asked.question
        return replace(meant, text=asked.question, leans=leans, form="shorter" * shorter)

    def decide(self, meant: Question, asked: AskRequest) -> Request:
        """What is asked for."""
        if asked.plain and meant.kind != "smalltalk":
            return FACT
        if meant.language != ENGLISH:
            return request_in(meant.asked, meant.language)
        return decided(meant, asked.history, self.reader.request)

    def reply(self, meant: Question, request: Request, asked: AskRequest) -> Draft | None:
        """The reply to a request for more than a fact; None where it asks for a fact.

        Args:
            meant: The request as meant.
            request: The same taken apart.
            asked: As it was asked, with its filters.
        """
        if request.kind == "fact":
            return None
        with self.library.reading() as now:
            confined = None if request.kind in TALK else self.confine(now, meant, asked)
            request = request.without(confined) if confined else request
            if confined and request.kind == "quotes" and is_publisher(request.speaker, confined):
                request = Request("brief", request.subject)  # what its own articles say
            days = days_asked(meant.asked, request, confined)
            if confined and days:
                request, confined = replace(request, kind="timeline"), confined.of_publisher()
            filters = asked.filters.within(confined) if confined else asked.filters
            allowed = self.library.allowed(now, filters)
            if confined and told_then(request, confined) and not (allowed and allowed.articles):
                # What happened when nothing was published, as others tell it.
                request, days = (
                    replace(request, kind="timeline"),
                    days_within(meant.asked, confined),
                )
                confined = confined.of_publisher()
                filters = asked.filters.within(confined) if confined else asked.filters
                allowed = self.library.allowed(now, filters)
            question = f"{meant.asked.removesuffix(meant.form).strip()} {meant.form}".strip()
            told = _to_shorten(meant, asked)
            desk = Desk(
                now,
                self.embedder,
                self.reader,
                question,
                allowed,
                meant.language,
                days,
                meant.said,
                told,
            )
            made = answered(meant, request, desk)
            if made is None:
                return None
            answer, lines = made
            note = f"{damaged(now.damaged)} {_no_shorter(meant, answer, asked)}".strip()
            answer = replace(answer, scope=confined, note=note)
        shown = evidence_of(lines) if self.model and request.kind in PROSE else ()
        return Draft(answer, meant.asked, shown)

    def answer(self, meant: Question, request: Request, asked: AskRequest) -> Draft:
        """The answer to a question for a fact, or its refusal.

        Args:
            meant: The question as meant.
            request: Whose words it asks for, if it does.
            asked: As it was asked, with its filters.
        """
        threshold = self.library.settings.threshold
        told = asked_why(meant, asked)
        if shorter := bool(SHORTER.search(meant.form)):
            before = meant.asked.removesuffix(meant.form).rstrip(" ?.!")
            meant = replace(meant, asked=f"{before}?")
        if told and told.answered:
            meant = replace(meant, asked=why(meant, told), before="")
        with self.library.reading() as now:
            confined = self.confine(now, meant, asked)
            found = self.find(now, meant, asked.filters, confined)
            if confined and (found.confidence < threshold or found.untrue):
                # What was published then or there does not answer; a day still has to be true.
                dated = confined.after or confined.before
                anywhere = meant if dated else meant.without(confined)
                wider = self.find(now, anywhere, asked.filters)
                if found.confidence < threshold or (
                    wider.confidence >= threshold and len(wider.untrue) < len(found.untrue)
                ):
                    confined, found = replace(confined, applied=False), wider
            note = " ".join(filter(None, (damaged(now.damaged), NOTE * found.by_words)))
        found = _that_may_answer(found, meant, request, told)
        if of_nothing(meant, asked):
            found = replace(found, confidence=0.0)
        most = 1 if told or shorter else self.library.settings.max_claims
        quoted = extractive.answer(meant, found, threshold, most, self.reader)
        if quoted.answered and len(found.parts) == 1 and not (meant.several or found.by_words):
            quoted = with_other_account(quoted, found.whole, self.embedder, self.reader)
        note = " ".join(filter(None, (quoted.note, note, _no_shorter(meant, quoted, asked))))
        quoted = replace(quoted, scope=confined, note=note)
        return Draft(quoted, meant.query, found.whole, True, found.retrieved)

    def told_of(self, meant: Question, asked: AskRequest) -> Draft | None:
        """What is told of a thing of which no sentence says what it is; None if nothing names it.

        Args:
            meant: The question as meant.
            asked: As it was asked, with its filters.
        """
        if meant.language != ENGLISH or not (thing := thing_asked(meant)):
            return None
        draft = self.reply(meant, Request("brief", thing), asked)
        claims = draft.answer.claims if draft else ()
        named = {*content_stems(thing)}
        return draft if any(named <= {*content_stems(claim.text)} for claim in claims) else None

    def confine(self, now: Generation, meant: Question, asked: AskRequest) -> Scope | None:
        """The articles that the question's own words mean; None for all.

        Args:
            now: The generation that is asked.
            meant: The question as meant.
            asked: As it was asked: the filters, the day, and whether its words may confine it.
        """
        if not asked.scope or meant.language != ENGLISH:
            return None
        today = asked.today or date.today()
        texts = (meant.asked, meant.query, _OF_TIME.sub(r"\g<0>in ", meant.asked))
        return scope_of(now, texts, asked.filters, today, self.library.publication(now))

    def find(
        self,
        now: Generation,
        meant: Question,
        filters: Filters,
        confined: Scope | None = None,
    ) -> Found:
        """What the articles that may be used, or a scope of them, say to a question.

        Args:
            now: The generation that is asked.
            meant: The question.
            filters: Which articles may be used.
            confined: Which of them the question means; None for all.
        """
        if confined:
            meant, filters = meant.without(confined), filters.within(confined)
        allowed, search = self.library.allowed(now, filters), self.search(filters)
        return find(now, meant, allowed, self.embedder, self.reader, search)

    def write(self, draft: Draft) -> Iterator[Answer]:
        """The answer, phrased by the language model where there is one and it may."""
        if self.model and draft.evidence:
            from rag.generative.writer import Writer

            writer = Writer(self.model, self.embedder)
            yield from writer.stream(draft.question, draft.evidence, draft.answer)
        elif draft.grows:
            yield from extractive.growing(draft.answer)
        else:
            yield draft.answer


def _that_may_answer(found: Found, meant: Question, request: Request, told: Answer | None) -> Found:
    """What is found, without what cannot be an answer."""
    articles = [item.article for item in found.whole]
    named = request.speaker and not request.speaker.islower()  # else anybody: "analysts", "locals"
    if named and not is_thing(request.speaker, articles):
        found = found.without(by_others(request.speaker))
    if found.without(not_yet(meant.asked)).confidence < found.confidence:
        found = replace(found, confidence=0.0)
    if told:
        found = found.without(no_reason_of(told.query, told), next_best=True)
    return found


def _to_shorten(meant: Question, asked: AskRequest) -> int:
    """How many claims the answer before makes, if it is to be shorter."""
    reply = asked.history[-1].reply if asked.history and SHORTER.search(meant.form) else ""
    return len(reply.claims) if isinstance(reply, Answer) else 0


def _no_shorter(meant: Question, answer: Answer, asked: AskRequest) -> str:
    """What a reply that is to be shorter says where that before it was one quotation; "" else."""
    if not _to_shorten(meant, asked) == 1 == len(answer.claims):
        return ""
    short = f"; in short: “{answer.short.text}”" if answer.short else ""
    return f"It was one quotation already{short}."


def _timed(draft: Draft, begun: float, asked: AskRequest) -> Draft:
    """The answer with the times that it took, and the id that the question was given."""
    if draft.answer.kind in TALK:
        return replace(draft, answer=replace(draft.answer, id=asked.id))
    retrieved = begun if draft.retrieved is None else draft.retrieved
    timings = {"answer_ms": 1000 * (time.perf_counter() - retrieved)}
    if draft.retrieved is not None:
        timings = {"retrieve_ms": 1000 * (retrieved - begun), **timings}
    return replace(draft, answer=replace(draft.answer, id=asked.id, timings=timings))
