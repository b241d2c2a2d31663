"""The generative answerer: a language model phrases the evidence, and each sentence is checked."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import itemgetter

from index.embed import Embedder
from index.text.words import content_stems
from rag.answer_text import generative_text
from rag.generative import prompt
from rag.generative.llm import ContextOverflow, LanguageModel, ModelFailed, Reply
from rag.generative.prompt import Shown
from rag.generative.reply import ReplyReader, refuses, resolve, says_nothing, wording
from rag.reading.evidence import Evidence
from rag.types import Answer, Citation, Claim, Short, Status
from rag.verify import Verdict, verify

# Share of the sentences that may be unsupported before the articles are quoted instead.
MOST_UNSUPPORTED = 0.5

# Seconds that must be left for asking again with half of the passages.
AGAIN_SECONDS = 1.0

# Passages that a sentence is held against when those that it cites do not support it.
CANDIDATES = 3

# Score from which a passage takes the place of one that the model cites: on 189 labelled sentences
# about the sample corpus 0.8 keeps 0.05 of the invented ones out and loses 0.02 of the right ones.
CORRECTED = 0.8

# Passages that one sentence may cite; a model that cites everything has cited nothing.
MOST_CITED = 4

NOTHING = "the cited words do not speak of this"


class Writer:
    """Answers in a language model's words, as far as the articles support them.

    Threads may share it.
    """

    def __init__(self, model: LanguageModel, embedder: Embedder) -> None:
        self.model = model
        self._embedder = embedder

    def stream(
        self, question: str, evidence: Sequence[Evidence], quoted: Answer
    ) -> Iterator[Answer]:
        """An answer that grows with each piece of the reply; the last one is final.

        In those before it the last claim may be unfinished, and is then "unchecked". Closing the
        iterator stops the request at the server.

        Args:
            question: As meant: what the turns before it supply is in it.
            evidence: Most probable first.
            quoted: The extractive answer. It is the last answer, with a note of what happened, when
                the model fails or most of what it says is not supported. A refusal is given as
                it is: the model does not hear of it.
        """
        if not quoted.answered:
            yield quoted
            return
        started = time.perf_counter()
        draft = _Draft(quoted, self.model.name, question)
        try:
            yield from self._write(evidence, draft)
            final = draft.final()
        except ModelFailed as error:
            final = draft.quoting(f"{error.what}; {error.remedy}")
        draft.timings["model_ms"] = 1000 * (time.perf_counter() - started)
        timings = {**quoted.timings, **draft.timings}
        yield replace(final, timings=timings, usage=draft.usage)

    def _write(self, evidence: Sequence[Evidence], draft: _Draft) -> Iterator[Answer]:
        """Grows the draft; asks a second time, with half as much, if it was too much."""
        model, question, count = self.model, draft.question, self._embedder.count_tokens
        deadline = time.perf_counter() + model.timeout
        budget = prompt.budget(question, model.context, model.max_tokens, count)
        shown = prompt.choose(evidence, draft.quoted.citations, budget, count)
        for attempt in (1, 2):
            if not shown:
                raise ModelFailed(
                    "no passage fits into the prompt", "set llm_context to what the server allows"
                )
            try:
                left = max(AGAIN_SECONDS, deadline - time.perf_counter())
                with model.stream(*prompt.prompt(question, shown), seconds=left) as reply:
                    yield from self._read(reply, shown, draft)
                return
            except ContextOverflow:
                if attempt == 2 or len(shown) == 1:
                    raise
                shown = shown[: len(shown) // 2]

    def _read(self, reply: Reply, shown: Sequence[Shown], draft: _Draft) -> Iterator[Answer]:
        """Grows the draft by a reply."""
        reader = ReplyReader()
        draft.begin(shown)
        restarts = 0
        for piece in reply:
            sentences = reader.feed(piece)
            if reader.restarts != restarts:
                restarts = reader.restarts
                draft.begin(shown)
            draft.tail = reader.tail
            if not sentences:
                yield draft.answer()
            for sentence in sentences:
                if draft.add(sentence):
                    yield draft.answer()
            if reader.over:
                break
        draft.tail = ""
        for sentence in reader.finish(complete=reply.complete):
            draft.add(sentence)
        draft.usage = reply.usage
        if reply.first_token_ms is not None:
            draft.timings["first_token_ms"] = reply.first_token_ms


@dataclass(slots=True)
class _Draft:
    """An answer in the making."""

    quoted: Answer  # what the reader gets if nothing comes of it
    model: str  # who writes it
    question: str
    shown: dict[int, Shown] = field(default_factory=dict)
    checker: Checker = field(init=False)
    checked: list[Checked] = field(default_factory=list)
    tail: str = ""  # what was said of the sentence that is not complete
    # For each passage that is cited, the number of its citation in the answer.
    numbers: dict[int, int] = field(default_factory=dict)
    refused: bool = False  # whether a sentence said that the passages hold no answer
    foreign: bool = False  # whether a sentence was in a language that cannot be checked
    timings: dict[str, float] = field(default_factory=dict)
    usage: Mapping[str, int] = field(default_factory=dict)

    def begin(self, shown: Sequence[Shown]) -> None:
        """Starts afresh."""
        self.shown = {item.number: item for item in shown}
        self.checker = Checker(shown)
        self.checked, self.numbers, self.tail = [], {}, ""
        self.refused = self.foreign = False

    def add(self, sentence: str) -> bool:
        """Takes a complete sentence in, checked; gives whether it says anything."""
        started = time.perf_counter()
        marked = resolve(sentence, len(self.shown))
        text = wording(marked.text)
        if refuses(text):
            self.refused = True
            return False
        sources = [f"{item.title} {item.names}" for item in self.shown.values()]
        known = any(item.text.casefold() == text.casefold() for item in self.checked)
        if known or says_nothing(sentence, text, self.question, sources):
            return False
        checked = self.checker.check(text, marked.keys)
        if checked.status == "unchecked":
            if "language" not in checked.reason:
                return False
            self.foreign = True
            checked = replace(checked, status="unsupported")
        self.checked.append(checked)
        for key in checked.keys:
            self.numbers.setdefault(key, len(self.numbers) + 1)
        took = 1000 * (time.perf_counter() - started)
        self.timings["check_ms"] = self.timings.get("check_ms", 0.0) + took
        return True

    def answer(self) -> Answer:
        """What there is so far, sentences in the order in which they were written."""
        tail = wording(resolve(self.tail, len(self.shown)).text)
        claims = [self._claim(item) for item in self.checked]
        if tail:
            claims.append(Claim(text=tail, status="unchecked", support=0.0, citations=()))
        return self._of(claims)

    def final(self) -> Answer:
        """The whole answer, or the extractive one if most of this is not supported."""
        right = [item for item in self.checked if item.status == "supported"]
        wrong = [item for item in self.checked if item.status != "supported"]
        count = len(self.checked)
        if not count and self.refused:
            return self.quoting(f"{self.model} found no answer in them")
        if not count:
            return self.quoting(f"{self.model} said nothing that can be checked")
        if not right and self.foreign:
            return self.quoting(f"{self.model} did not write in the articles’ language")
        if len(wrong) > MOST_UNSUPPORTED * count:
            held = f"{len(right) or 'none'} of its {count} sentences"
            if count == 1:
                held = "not a sentence of its reply"
            return self.quoting(f"{self.model} did not keep to them, {held} is supported")
        self.numbers = {}
        for item in (*right, *wrong):
            for key in item.keys:
                self.numbers.setdefault(key, len(self.numbers) + 1)
        return self._of([self._claim(item) for item in (*right, *wrong)])

    def quoting(self, why: str) -> Answer:
        """The extractive answer, and why it is given."""
        said = f"{self.quoted.note} The articles are quoted: {why}.".strip()
        return replace(self.quoted, note=said)

    def _of(self, claims: Sequence[Claim]) -> Answer:
        citations = tuple(self._citation(key) for key in self.numbers)
        return replace(
            self.quoted,
            text=generative_text(claims),
            claims=tuple(claims),
            citations=citations,
            shorts=tuple(_still_cited(self.quoted, citations)),
            answerer=self.model,
        )

    def _claim(self, item: Checked) -> Claim:
        return Claim(
            text=item.text,
            status=item.status,
            support=item.score,
            citations=tuple(self._citation(key) for key in item.keys),
            reason=item.reason,
        )

    def _citation(self, key: int) -> Citation:
        return replace(self.shown[key].citation, number=self.numbers[key])


def _still_cited(quoted: Answer, citations: Sequence[Citation]) -> Iterator[Short]:
    """The extractive answer's short answers that lie in words which these citations quote too."""
    articles = {citation.number: citation.article_id for citation in quoted.citations}
    for short in quoted.shorts:
        for citation in citations:
            inside = citation.start <= short.start and short.end <= citation.end
            if inside and citation.article_id == articles.get(short.citation):
                yield replace(short, citation=citation.number)
                break


@dataclass(frozen=True, slots=True)
class Checked:
    """A sentence with what became of its citations."""

    text: str
    status: Status  # "unchecked" if it cannot be compared with the passages
    score: float
    keys: tuple[int, ...]  # the passages that support it or, if none does, those that it cites
    reason: str = ""  # why it is not supported; "" if it is


class Checker:
    """Checks the sentences of one reply."""

    def __init__(self, shown: Sequence[Shown]) -> None:
        self._shown = {item.number: item for item in shown}

    def check(self, text: str, keys: Sequence[int]) -> Checked:
        """Judges a sentence.

        It has no markers and markup, and the passages with these keys exist.
        """
        cited = tuple(keys)[:MOST_CITED]
        verdict = self._judge(text, cited) if cited else None
        if verdict and verdict.status == "supported":
            return Checked(text, "supported", verdict.score, self._needed(text, cited))
        tried = self._nearest(text, cited)
        alone = [self._judge(text, (key,)) for key in tried]
        least = CORRECTED if cited else 0.0
        right = [
            (other.score, key)
            for other, key in zip(alone, tried, strict=True)
            if other.status == "supported" and other.score >= least
        ]
        if right:
            score, key = max(right, key=itemgetter(0))
            return Checked(text, "supported", score, (key,))
        final = verdict or next(iter(alone), None)
        if not final:
            return Checked(text, "unsupported", 0.0, cited, NOTHING)
        status: Status = "unchecked" if final.status == "unchecked" else "unsupported"
        return Checked(text, status, final.score, cited, final.reason)

    def _needed(self, text: str, keys: tuple[int, ...]) -> tuple[int, ...]:
        """Those of the cited passages that support a sentence alone, or all if none does."""
        if len(keys) == 1:
            return keys
        alone = [key for key in keys if self._judge(text, (key,)).status == "supported"]
        return tuple(alone) or keys

    def _judge(self, text: str, keys: Sequence[int]) -> Verdict:
        passages = [self._shown[key] for key in keys]
        # Not the title: it is a claim itself, and what only it says the cited words do not.
        context = ". ".join(passage.names for passage in passages if passage.names)
        cited = [passage.text for passage in passages]
        verdict = verify(text, cited, context=context)
        said = frozenset().union(*(passage.stems for passage in passages))
        if verdict.status == "supported" and said.isdisjoint(content_stems(text)):
            return Verdict("unsupported", verdict.score, reason=NOTHING)
        return verdict

    def _nearest(self, text: str, but: Sequence[int]) -> list[int]:
        """The passages that share most content with a sentence; none of those that share none."""
        stems = set(content_stems(text))
        shared = {
            key: len(stems & item.stems) for key, item in self._shown.items() if key not in but
        }
        found = sorted((key for key in shared if shared[key]), key=lambda key: (-shared[key], key))
        return found[:CANDIDATES]
