"""What a server counts and times, as Prometheus reads it."""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any, cast

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from index.errors import OnRecordError
from rag.corpus import Corpus
from rag.dialogue.history import Conversation
from rag.types import Answer, AskRequest, Said

SHARED = "PROMETHEUS_MULTIPROC_DIR"
"""The variable that names the folder in which several processes count together."""

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

# A quoting answer takes some 0.1 s, one that a language model writes up to llm_timeout.
_SECONDS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0)


class Metrics:
    """The figures of one server; ``door`` is where a question came in: page, api, openai, mcp."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        self._lock = threading.Lock()
        self._asked = 0
        door = ["door"]
        self._questions = Counter("onrecord_questions", "Questions asked.", door, registry=registry)
        self._refusals = Counter(
            "onrecord_refusals",
            "Questions that the articles do not answer.",
            door,
            registry=registry,
        )
        self._errors = Counter(
            "onrecord_errors", "Questions without an answer, by fault.", [*door, "fault"],
            registry=registry,
        )  # fmt: skip
        self._seconds = Histogram(
            "onrecord_answer_seconds", "Seconds until an answer was whole.", door,
            buckets=_SECONDS, registry=registry,
        )  # fmt: skip
        self._under_way = Gauge(
            "onrecord_under_way", "Questions that nothing was said to yet.",
            registry=registry, multiprocess_mode="livesum",
        )  # fmt: skip

    @property
    def under_way(self) -> int:
        """Questions that nothing was said to yet: they are being searched for."""
        return self._asked

    def measured(self, corpus: Corpus, door: str) -> Corpus:
        """The corpus, with every question counted that is asked of it."""
        return cast("Corpus", _Measured(corpus, self, door))

    def fault(self, door: str, fault: str) -> None:
        """Counts a question that was not answered: "usage", "busy", "stopped" or "internal"."""
        self._errors.labels(door, fault).inc()

    def text(self) -> bytes:
        """All of it, in Prometheus' text format."""
        if SHARED not in os.environ:
            return generate_latest(self._registry)
        every = CollectorRegistry()
        MultiProcessCollector(every)  # type: ignore[no-untyped-call]
        return generate_latest(every)

    def stream(self, answers: Iterator[Answer], door: str) -> Iterator[Answer]:
        """The answers as they grow, counted and timed when they are whole."""
        self._questions.labels(door).inc()
        self._count(1)
        started = time.perf_counter()
        answer = None
        quiet = True
        try:
            for answer in answers:
                if quiet:
                    self._count(-1)
                quiet = False
                yield answer
        except GeneratorExit:
            self.fault(door, "stopped")
            raise
        except OnRecordError:
            self.fault(door, "usage")
            raise
        except Exception:
            self.fault(door, "internal")
            raise
        finally:
            if quiet:
                self._count(-1)
            close = getattr(answers, "close", None)
            if close:
                close()
        self._seconds.labels(door).observe(time.perf_counter() - started)
        if answer is not None and not answer.answered:
            self._refusals.labels(door).inc()

    def _count(self, more: int) -> None:
        with self._lock:
            self._asked += more
            self._under_way.inc(more)


class _Measured:
    """A corpus whose questions are counted; all else is the corpus' own."""

    def __init__(self, corpus: Corpus, metrics: Metrics, door: str) -> None:
        self._corpus = corpus
        self._metrics = metrics
        self._door = door

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 (whatever the corpus has)
        return getattr(self._corpus, name)

    def ask(self, question: str | AskRequest, **how: Any) -> Answer:  # noqa: ANN401
        return deque(self.stream(question, **how), maxlen=1)[0]

    def stream(self, question: str | AskRequest, **how: Any) -> Iterator[Answer]:  # noqa: ANN401
        return self._metrics.stream(self._corpus.stream(question, **how), self._door)

    def conversation(self, history: Iterable[Said] = ()) -> Conversation:
        return Conversation(cast("Corpus", self), history)
