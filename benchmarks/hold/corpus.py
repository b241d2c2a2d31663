"""The index that is killed, damaged and filled: articles with and without a source, and chats."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from benchmarks.hold.trial import Value
from index.article import Article
from index.backup import backup
from index.build import Builder
from index.errors import IndexMissing
from index.generation import Generations
from index.text.words import content_stems
from rag.types import Answer
from tests.fakes import FakeEmbedder
from tests.index.looking import QUERIES, RAIN, SNOW, VOTE, add, write
from ui.commands.indexing import NAMES
from ui.conversation_store.database import DAMAGED
from ui.conversation_store.store import ConversationStore

NEWS: dict[str, Any] = {
    "rain.txt": RAIN,
    "2025/snow.txt": SNOW,
    "copy.txt": SNOW,
    "wire.jsonl": [{"id": "v", "text": VOTE}, {"id": "w", "text": "Wheat grew dearer in May."}],
    **{
        f"{number:02}.txt": f"Report {number} on the harbour.\n\n"
        + "".join(f"Ship {ship} landed {ship * number} crates.\n\n" for ship in range(8))
        for number in range(4)
    },
}
PASTED = Article(uri="pasted:1", key="1", text="Nobody else holds this text.", raw="pasted")
TURNS = 6
_BELONGS = ("ledger.sqlite", "ledger.before-", "chats.", "build.lock", "derived")
EMBEDDER = FakeEmbedder()


def make(folder: Path) -> Path:
    """An index with a folder of sources, an article of no source, chats, and a backup of all."""
    index = folder / "index"
    add(index, EMBEDDER, write(folder / "news", NEWS))
    Builder(index, EMBEDDER).put([PASTED])
    chats = ConversationStore(index)
    for name in ("ada", "ben"):
        conversation = chats.create(name)
        for turn in range(TURNS):
            kept = chats.append(conversation, said(f"What landed {turn}?"), name)
        chats.judge(kept, liked=True, reason="Right.", user=name)
    chats.close()
    backup(index, NAMES, folder / "backup.zip")
    return index


def said(question: str) -> Answer:
    """An answer to be kept."""
    return Answer(question=question, query=question, answered=False, text=f"{question} Crates.")


def copied(made: Path, folder: Path) -> Path:
    """A copy of what ``make`` made, to be harmed."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(made, folder)
    return folder / "index"


def change(news: Path) -> None:
    """Changes, adds and takes away a source."""
    write(news, {"rain.txt": VOTE + RAIN, "new.txt": "Trams stopped in Bern at noon."})
    (news / "2025/snow.txt").unlink(missing_ok=True)


def articles(index: Path) -> Value:
    """For each current article what is known of it, and what each query finds; None for none."""
    try:
        generations = Generations(index, EMBEDDER)
    except IndexMissing:
        return None
    with generations.reading() as now:
        if not now.ledger.counts()["articles"]:
            return None
        stored = {each.pk: each for each in now.ledger.all_articles()}
        chunks = {each.pk: each for each in now.ledger.all_chunks()}
        found = {
            each.article.uri: (each.id, each.article.text, each.sentences, now.ledger.raw(pk))
            for pk, each in stored.items()
        }
        hits = {
            query: (
                now.search_index.chunk_vectors.search(EMBEDDER.encode_query(query), 1_000),
                now.search_index.chunk_words.search(
                    dict.fromkeys(content_stems(query), 1.0), 1_000
                ),
            )
            for query in QUERIES
        }

    def place(pk: int) -> tuple[object, ...]:
        chunk = chunks.get(pk)
        article = stored.get(chunk.article) if chunk else None
        return (article.article.uri, chunk.start, chunk.end) if chunk and article else ()

    return found, {
        query: [sorted((-round(score, 4), place(pk)) for pk, score in by) for by in both]
        for query, both in hits.items()
    }


def kept(index: Path) -> list[tuple[str, str, str, bool | None]]:
    """What the chats of an index hold: who asked what, the reply, and what was thought of it."""
    chats = ConversationStore(index)
    try:
        return [
            (user, turn.question, turn.answer.text, turn.liked)
            for user in ("ada", "ben")
            for found in chats.conversations(user)
            for turn in chats.load(found.id, user)
        ]
    finally:
        chats.close()


def false(seen: Value, *true: Value) -> list[Value]:
    """What of ``articles`` or ``kept`` neither of two true states holds."""
    told = [set(_parts(each)) for each in true]
    return [part for part in _parts(seen) if not any(part in parts for parts in told)]


def _parts(seen: Value) -> list[Value]:
    if isinstance(seen, tuple):
        return list(seen[0].items())
    return [part for part in seen or [] if DAMAGED not in part]


def litter(index: Path) -> list[str]:
    """What belongs to no committed state."""
    left = [path.name for path in index.iterdir() if not path.name.startswith(_BELONGS)]
    derived = sorted(path.name for path in (index / "derived").iterdir())
    return left + derived[:-1]
