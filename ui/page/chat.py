"""One chat as the page holds it: its turns, how one is answered, and what a citation opens."""

from __future__ import annotations

import logging
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from index.errors import NotIndexed, OnRecordError
from rag import types
from rag.answer_text import sentence
from rag.corpus import Corpus
from rag.types import Answer
from ui.page.filters import in_words, narrowed
from ui.page.render import (
    answer_html,
    article_html,
    boxed_html,
    question_html,
    superseded_html,
)

log = logging.getLogger(__name__)

_SPAN = "[0-9]{1,9}-[0-9]{1,9}"
_QUOTE = f"{_SPAN}(?:~{_SPAN}){{0,15}}"
_REF = re.compile(rf"([0-9A-Za-z_]{{1,64}})(?:-({_QUOTE}(?:,{_QUOTE}){{0,63}}))?")

_NOT_HERE = "This article is not in the corpus that is open: it was removed, or is in another one."

SNAPSHOT_SECONDS = 0.1
"""A growing answer is shown at most this often: more is not seen, and each costs the browser."""

SAME_SECONDS = 1.0
"""One that did not grow is shown again this seldom. Each time, Gradio can end an answer that was
stopped; at every snapshot, a browser six times slower never came to what was pressed."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and its reply, as the page shows them and as the next question sees them."""

    question: str  # what was asked, or "" when nothing was
    text: str  # the reply in plain words; "" when it failed, and the turn is then no history
    html: str  # the reply as the chat shows it
    # Whether only some articles were asked: those that the question is about, or those that the
    # reader chose.
    confined: bool = False
    answer: Answer | None = None  # the answer itself; None when it failed
    kept: int | None = None  # the number under which it is kept; None if it is not
    growing: bool = False  # whether more of the reply may come
    liked: bool | None = None  # what the reader thought of it; None if nothing was said

    @classmethod
    def of(
        cls, answer: Answer, kept: int | None = None, *, of: str = "", liked: bool | None = None
    ) -> Turn:
        """The turn of an answer, or of as much of one as there is; ``of`` says which were asked.

        Args:
            answer: Or as much of it as there is.
            kept: The id under which it is kept, if it is.
            of: Which articles were asked; "" for all.
            liked: What the reader thought of it.
        """
        confined = bool(of) or (answer.scope is not None and answer.scope.applied)
        html = answer_html(answer, of)
        return cls(answer.question, answer.on_record, html, confined, answer, kept, liked=liked)


def respond(
    corpus: Corpus,
    question: str,
    turns: Sequence[Turn] = (),
    chosen: object = None,
    *,
    scope: bool = True,
    plain: bool = False,
) -> Iterator[list[Turn]]:
    """Answer a question after the turns of one chat; yields all its turns as the last one grows.

    Nothing is raised: what went wrong is told in one sentence as the last turn's reply. ``scope``
    and ``plain`` are as for ``Corpus.ask``.

    Args:
        corpus: The corpus that is asked.
        question: As typed.
        turns: Those before it, oldest first.
        chosen: Which articles may be used, as ``filters.narrowed`` reads it.
        scope: Whether its own words may confine it.
        plain: Whether it is taken for a question for a fact.
    """
    asked = question.strip()
    past = [turn for turn in turns if turn.question]
    if not asked:
        yield past
        return
    turn = Turn(asked, "", boxed_html("waiting", "Reading the record…"), growing=True)
    yield [*past, turn]
    shown, at = turn, 0.0
    try:
        filters = narrowed(corpus, chosen)
        of = in_words(corpus, filters)
        chat = corpus.conversation(_history(past))
        for answer in chat.stream(asked, filters=filters, scope=scope, plain=plain):
            turn = Turn.of(answer, of=of)
            # Quotes are there all at once: what they grow by is not worth a snapshot.
            pause = SAME_SECONDS if turn.html == shown.html else SNAPSHOT_SECONDS
            if answer.answerer != "quotes" and time.monotonic() - at >= pause:
                yield [*past, replace(turn, growing=True)]
                shown, at = turn, time.monotonic()
        yield [*past, turn]
    except OnRecordError as error:
        yield [*past, _failed(turn, sentence(str(error)))]
    except Exception:
        log.exception("no answer to a question of %d characters", len(asked))
        yield [*past, _failed(turn, "The answer could not be made; the server's log says why.")]


def stop(turns: Sequence[Turn]) -> list[Turn]:
    """The turns after the reader stopped the last one; what it had said by then stays."""
    if not turns:
        return []
    last = turns[-1]
    html = (last.html if last.text else "") + boxed_html("stopped", "Stopped.")
    return [*turns[:-1], replace(last, html=html, answer=None, growing=False)]


def last_asked(turns: Sequence[Turn]) -> tuple[str, list[Turn]]:
    """What was asked last, "" if nothing was, and the turns before: what is known then."""
    asked = [turn for turn in turns if turn.question]
    return (asked[-1].question, asked[:-1]) if asked else ("", [])


def messages(turns: Sequence[Turn], *, alerts: bool = False) -> list[dict[str, str]]:
    """The turns as the messages of a Gradio chatbot, with what can be done under each answer.

    The last one says, by the class of an element that is not seen, whether it is still "growing".
    """
    shown = []
    for place, turn in enumerate(turns):
        if turn.question:
            shown.append({"role": "user", "content": question_html(turn.question)})
        last = place == len(turns) - 1
        acts = "" if turn.growing else acts_html(place, turn, last=last, alerts=alerts)
        shown.append({"role": "assistant", "content": turn.html + acts})
    if turns:
        growing = "growing" if turns[-1].growing else "still"
        shown[-1]["content"] += f'<div class="state {growing}"></div>'
    return shown


def open_source(corpus: Corpus, ref: object, *, original: bool = True) -> str:
    """An article as HTML; ``ref`` may be anything at all.

    It is "ID" or, at the words that are cited, "ID-START-END", and may go on with ",START-END" for
    the answer's other quotes of it. Each may be followed by its short answers, "~START-END".

    Args:
        corpus: The corpus that is asked.
        ref: As ``anchor`` writes it, or anything else.
        original: Whether to link to where the article was published.
    """
    found = _REF.fullmatch(str(ref))
    if not found:
        return boxed_html("problem", "This is not the address of a citation.")
    spans = [
        (mark == "~", (int(start), int(end)))
        for mark, start, end in re.findall(r"([,~]?)(\d+)-(\d+)", found[2] or "")
    ]
    try:
        article = corpus.article(found[1])
        revisions = corpus.history(found[1])
    except NotIndexed:
        return boxed_html("problem", _NOT_HERE)
    except OnRecordError as error:
        return boxed_html("problem", sentence(str(error)))
    if any(not start < end <= len(article.text) for _, (start, end) in spans):
        return boxed_html("problem", "The cited words are not in this article.")
    quotes, shorts = ([span for short, span in spans if short is is_] for is_ in (False, True))
    return superseded_html(revisions, found[1], quotes) + article_html(
        article, quotes, shorts, original=original
    )


def _history(turns: Sequence[Turn]) -> list[types.Turn]:
    return [types.Turn(turn.question, turn.answer or turn.text) for turn in turns if turn.text]


def _failed(turn: Turn, sentence: str) -> Turn:
    said = turn.html if turn.text else ""
    html = said + boxed_html("problem", sentence)
    return replace(turn, text="", html=html, answer=None, growing=False)


class OpenTurns:
    """The turns of each page; of too many pages, those of the least recently used are let go.

    What is let go is read again from the chats that are kept. Threads may share it. It has the
    length and the items of a collection of sessions.
    """

    def __init__(self, most: int) -> None:
        """Holds the turns of so many pages."""
        self._most = most
        self._pages: OrderedDict[str, tuple[int, list[Turn]]] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._pages)

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._pages))

    def get(self, session: str) -> list[Turn] | None:
        """The turns of a page; None if they are not held."""
        with self._lock:
            return self._pages[session][1] if session in self._pages else None

    def begin(self, session: str, turns: Sequence[Turn]) -> int:
        """Holds these turns from now on; gives the number under which ``grow`` goes on with them.

        What was begun before does not go on: an answer that was stopped comes too late.

        Args:
            session: The page's own id.
            turns: Oldest first.
        """
        with self._lock:
            run = self._pages[session][0] + 1 if session in self._pages else 1
            self._pages[session] = run, list(turns)
            self._pages.move_to_end(session)
            while len(self._pages) > self._most:
                self._pages.popitem(last=False)
        return run

    def grow(self, session: str, run: int, turns: Sequence[Turn]) -> None:
        """Holds what has become of the turns that were begun under a number.

        Args:
            session: The page's own id.
            run: The number that ``begin`` gave.
            turns: Oldest first.
        """
        with self._lock:
            if session not in self._pages or self._pages[session][0] == run:
                self._pages[session] = run, list(turns)

    def drop(self, session: str) -> None:
        """Lets go of a page."""
        with self._lock:
            self._pages.pop(session, None)


def acts_html(place: int, turn: Turn, *, last: bool = True, alerts: bool = False) -> str:
    """What can be done with an answer: the page's script makes the row under it of these classes.

    Its text is what was searched for, of which an alert is kept.

    Args:
        place: Of the turn in the chat, from 0.
        turn: With its answer.
        last: Whether no other turn follows.
        alerts: Whether the reader may keep alerts.
    """
    answer, kept = turn.answer, turn.kept is not None
    can = {
        "copy": answer,
        "save": kept and last,
        "judge": kept,
        "liked": turn.liked,
        "disliked": turn.liked is False,
        "alert": alerts and last and answer and answer.kind == "fact",
        "retry": last and turn.question,
        "edit": turn.question and (last or answer),
        "wide": last and turn.confined,
        "plain": last and answer and answer.heading,
    }
    names = " ".join(name for name, may in can.items() if may)
    return boxed_html(f"acts of-{place} {names}", answer.query if answer else "") if names else ""
