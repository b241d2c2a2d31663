"""Builds that are killed: at any instant, and from the beginning of a commit on."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.hold import corpus
from benchmarks.hold.trial import Crashed, Refused, Result, Value, alone, killed, timed
from index.backup import restore
from index.build import Builder
from index.engine import faults
from index.errors import NotIndexed
from ui.conversation_store.store import ConversationStore

TRIES = 5
"""How often work is begun until it is killed before it ends."""


@dataclass(frozen=True, slots=True)
class Case:
    """Work on an index that was prepared, and all that can be seen of what it changes."""

    name: str
    work: Callable[[Path], object]
    seen: Callable[[Path], Value]
    prepare: Callable[[Path], object] = lambda folder: None


def _add(folder: Path) -> None:
    corpus.add(folder / "index", corpus.EMBEDDER, folder / "news")


def _remove(folder: Path) -> None:
    try:
        Builder(folder / "index", corpus.EMBEDDER).remove(["rain.txt", "2025/snow.txt", "02.txt"])
    except NotIndexed:  # it is done, and the next change clears up
        Builder(folder / "index", corpus.EMBEDDER).put([])


def _first(folder: Path) -> None:
    corpus.add(folder / "first", corpus.EMBEDDER, folder / "news")


def _edited(folder: Path) -> None:
    corpus.change(folder / "news")


def _changed(folder: Path) -> None:
    _edited(folder)
    _add(folder)


def _restore(folder: Path) -> None:
    """Goes back to what was backed up before a change."""
    restore(folder / "index", corpus.NAMES, folder / "backup.zip")


def _damage(folder: Path) -> None:
    """Exchanges words of articles in a ledger."""
    for name in ("ledger.sqlite", "ledger.sqlite-wal"):
        path = folder / "index" / name
        if path.exists():
            path.write_bytes(path.read_bytes().replace(b"harbour", b"harvour"))


def _chat(folder: Path) -> None:
    chats = ConversationStore(folder / "index")
    id_ = chats.conversations("ada")[0].id
    if len(chats.load(id_, "ada")) == corpus.TURNS:
        chats.append(id_, corpus.said("And now?"), "ada")
    chats.close()


CASES = (
    Case("first add", _first, lambda folder: corpus.articles(folder / "first")),
    Case("change", _add, lambda folder: corpus.articles(folder / "index"), _edited),
    Case("removal", _remove, lambda folder: corpus.articles(folder / "index")),
    Case("mending", _add, lambda folder: corpus.articles(folder / "index"), _damage),
    Case("restore", _restore, lambda folder: corpus.articles(folder / "index"), _changed),
    Case("chat", _chat, lambda folder: corpus.kept(folder / "index")),
)


def trials(folder: Path, count: int, chance: random.Random) -> Iterator[tuple[str, Result]]:
    """Kills each case so often, half of the times from the beginning of its last commit on."""
    made = folder / "made"
    # Done here once, so that no process of a trial has to import and to compute all that again.
    corpus.articles(corpus.make(folder / "warm"))
    alone(lambda: corpus.make(made))
    for case in CASES:
        yield from _kills(case, made, folder, count, chance)


def _kills(
    case: Case, made: Path, folder: Path, count: int, chance: random.Random
) -> Iterator[tuple[str, Result]]:
    start, place = folder / case.name, folder / "trial"
    corpus.copied(made, start)
    alone(lambda: case.prepare(start))
    corpus.copied(start, place)
    before = alone(lambda: case.seen(place))
    took = timed(lambda: case.work(place))
    after = alone(lambda: case.seen(place))
    assert not isinstance(before, Crashed)
    assert not isinstance(after, (Crashed, Refused))
    tail = took.end - took.commits[-1]
    for number in range(count):
        commit = len(took.commits) if number % 2 else None
        # What follows a commit is mostly clearing up: half of these fall into its first 5 ms.
        longest = took.end if commit is None else min(tail, 0.005) if number % 4 == 1 else tail
        for _ in range(TRIES):
            corpus.copied(start, place)
            if killed(lambda: case.work(place), chance.uniform(0, longest), commit):
                break
        else:
            continue
        yield f"kill: {case.name}", _told(case, place, before, after, commit)


def _told(case: Case, place: Path, before: Value, after: Value, commit: int | None) -> Result:
    index = place / ("first" if case.name == "first add" else "index")
    seen = alone(lambda: case.seen(place))
    wrong = alone(lambda: faults(index)) if (index / "ledger.sqlite").exists() else ([], [])
    again = alone(lambda: case.work(place))
    last = alone(lambda: case.seen(place))
    left = alone(lambda: corpus.litter(index))
    for found in (seen, wrong, again, last, left):
        if isinstance(found, Crashed):
            return Result("traceback", found.traceback)
    note = (
        f"{'in the commit or after' if commit else 'anywhere'}, {'new' if seen == after else 'old'}"
    )
    if last != after:
        return Result("lost", f"{note}: {last!r:.300}")
    if left:
        return Result("left", f"{note}: {left}")
    if isinstance(seen, Refused) or isinstance(again, Refused):
        return Result("refused", f"{note}: {seen!r:.300} {again!r:.300}")
    if corpus.false(seen, before, after):
        return Result("false", f"{note}: {seen!r:.300}")
    whole = wrong == ([], []) and seen in (before, after) and case.name != "mending"
    return Result("unharmed" if whole else "repaired", note)
