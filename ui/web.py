"""The chat and the doors for programs, put together and served."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rag.question_generation.suggest import follow_ups, suggest
from ui.alerts.store import Alerts
from ui.conversation_store.store import ConversationStore
from ui.library.adding import Editor
from ui.library.view import Terms
from ui.page.app import build_app, launch
from ui.sample import NOTICE, SUGGESTIONS, home, is_sample
from ui.server.api import build_api
from ui.server.auth import Users
from ui.server.metrics import Metrics
from ui.server.worker_pool import Aside
from ui.templating import counted

if TYPE_CHECKING:
    from rag.corpus import Corpus


def serve(
    corpus: Corpus,
    host: str = "127.0.0.1",
    port: int = 7860,
    *,
    users: Users | None = None,
    any_host: bool = False,
    read_only: bool = False,
) -> None:
    """Serve the chat and the doors for programs until interrupted.

    Their address goes to standard error once they are up. Who may change the corpus: those who
    signed in, or, where nobody does, those at this machine.

    Args:
        corpus: What is asked.
        host: Where to listen.
        port: The port; 0 takes a free one.
        users: Who may come in; without any, all may who reach the port.
        any_host: Whether it may be called by names that are not this machine's.
        read_only: Whether nobody may change the corpus.

    Raises:
        CannotServe: the port is taken.
    """
    metrics = Metrics()
    # With a model, questions wait for its server and not for this processor.
    aside = Aside(lambda: 0 if corpus.model else metrics.under_way)
    writable = os.access(corpus.directory, os.W_OK)
    chats = ConversationStore(corpus.directory) if writable else None
    changing = writable and not read_only and bool(users or not any_host)

    def moved(directory: Path) -> None:
        corpus.turn_to(directory)
        if chats:
            chats.turn_to(directory)

    editor = Editor.of(corpus, moved) if changing else None
    page = build_app(
        metrics.measured(corpus, "page"),
        notice=lambda: _notice(corpus),
        suggestions=lambda: SUGGESTIONS if is_sample(corpus) else suggest(corpus),
        further=lambda answer: aside.run(lambda go_on: follow_ups(corpus, answer, go_on=go_on), ()),
        chats=chats,
        originals=lambda: not is_sample(corpus),
        terms=lambda: Terms.of(corpus, editable=changing, shared=bool(users)),
    )
    programs = build_api(corpus, users, any_host=any_host, editor=editor, metrics=metrics)
    address = launch(page, host, port, programs=programs, proxies=corpus.settings.proxies)
    print(f"onrecord is at {address} (Ctrl+C ends it)", file=sys.stderr, flush=True)
    try:
        page.server.wait()  # type: ignore[attr-defined] # ``launch`` put its own there
    except KeyboardInterrupt:
        page.close()


def _notice(corpus: Corpus) -> str:
    """What the head of the page says of a corpus: what alerts found, and that it is a sample."""
    new = sum(not match.seen for match in Alerts(home(corpus)).matches())
    told = f"{counted(new, 'new match', 'new matches')} of alerts, under Corpus." if new else ""
    return " ".join(filter(None, (told, NOTICE if is_sample(corpus) else "")))
