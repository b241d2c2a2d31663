"""Files of an index that are not as they were written: what is shown, told and brought back."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.hold import corpus
from benchmarks.hold.trial import Crashed, Refused, Result, alone
from index.backup import restore
from index.build import Builder
from index.engine import faults
from ui.conversation_store.store import damage

PAGE = 4096
BACKUP = "backup.zip"

HARM: dict[str, Callable[[bytes, random.Random], bytes | None]] = {
    "bit": lambda data, chance: _changed(
        data, chance, lambda byte: byte ^ 1 << chance.randrange(8)
    ),
    "byte": lambda data, chance: _changed(data, chance, lambda _: chance.randrange(256)),
    "page": lambda data, chance: _overwritten(data, chance),
    "cut": lambda data, chance: data[: chance.randrange(len(data))],
    "empty": lambda data, chance: b"",
    "gone": lambda data, chance: None,
}


def _changed(data: bytes, chance: random.Random, how: Callable[[int], int]) -> bytes:
    place = chance.randrange(len(data))
    return data[:place] + bytes([how(data[place])]) + data[place + 1 :]


def _overwritten(data: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(data)) // PAGE * PAGE
    return data[:start] + chance.randbytes(len(data[start : start + PAGE])) + data[start + PAGE :]


def trials(folder: Path, count: int, chance: random.Random) -> Iterator[tuple[str, Result]]:
    """Harms each file of an index, and a backup of it, in each way so often."""
    corpus.articles(corpus.make(folder / "warm"))
    made, place = folder / "made", folder / "trial"
    alone(lambda: corpus.make(made))
    index = made / "index"
    true = alone(lambda: (corpus.articles(index), corpus.kept(index)))
    files = [made / BACKUP, index / "ledger.sqlite", index / "chats.sqlite3"]
    files += [p for p in sorted((index / "derived").rglob("*")) if p.is_file() and p.stat().st_size]
    for path in files:
        # A file of conversations that is gone is one that somebody took away, to begin anew.
        for harm in [each for each in HARM if (each, path.name) != ("gone", "chats.sqlite3")]:
            for _ in range(count if path.parent in (made, index) else 1):
                corpus.copied(made, place)
                harmed = place / path.relative_to(made)
                data = HARM[harm](harmed.read_bytes(), chance)
                if data is None:
                    harmed.unlink()
                else:
                    harmed.write_bytes(data)
                name = path.name if path.parent in (made, index) else "search files"
                told = _of_backup if path.name == BACKUP else _of_index
                result = told(place, true)
                yield f"damage: {name}", Result(result.verdict, f"{harm}: {result.note}")


def _of_backup(place: Path, true: tuple[Any, Any]) -> Result:
    """What a damaged backup becomes, put into an empty folder."""
    new = place / "new"
    done = alone(lambda: restore(new, corpus.NAMES, place / BACKUP))
    if isinstance(done, Crashed):
        return Result("traceback", done.traceback)
    if isinstance(done, Refused):
        return Result("refused", done.sentence)
    found = alone(lambda: (corpus.articles(new), corpus.kept(new)))
    return Result("unharmed" if found == true else "false", f"{found!r:.300}")


def _of_index(place: Path, true: tuple[Any, Any]) -> Result:
    """What is shown of a damaged index, what is told, and what brings it back."""
    index = place / "index"

    def mend() -> None:
        Builder(index, corpus.EMBEDDER).repair()
        damage(index, repair=True)

    seen = alone(lambda: corpus.articles(index)), alone(lambda: corpus.kept(index))
    told = alone(lambda: faults(index)), alone(lambda: damage(index))
    mended = alone(mend)
    added = alone(lambda: corpus.add(index, corpus.EMBEDDER, place / "news"))
    last = alone(lambda: corpus.articles(index)), alone(lambda: corpus.kept(index))
    for each in (*seen, *told, mended, added, *last):
        if isinstance(each, Crashed):
            return Result("traceback", each.traceback)
    for now in (seen, last):
        for each, so in zip(now, true, strict=True):
            if not isinstance(each, Refused) and (wrong := corpus.false(each, so)):
                return Result("false", f"{wrong!r:.300}")
    refused = [each for each in (*seen, *told, mended, added) if isinstance(each, Refused)]
    said = bool(refused) or told != (([], []), [])
    note = f"{told!r:.200} {refused!r:.200}"
    if last == true:
        return Result("repaired" if said else "unharmed", note)
    back = alone(lambda: restore(index, corpus.NAMES, place / BACKUP))
    again = alone(lambda: corpus.articles(index)), alone(lambda: corpus.kept(index))
    if isinstance(back, Crashed):
        return Result("traceback", back.traceback)
    return Result("told" if said and again == true else "lost", f"{note} {back!r:.300}")
