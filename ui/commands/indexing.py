"""Commands that write to the index or verify it, and how their results are shown."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from index import backup as copies
from index.article import Article, Skipped
from index.boilerplate.clean import explain
from index.build import Builder, Report
from index.database import Place, is_database
from index.embedders import embedder_of
from index.engine import LEDGER, engine_at, faults
from index.errors import IndexMissing, OnRecordError
from index.preparing import Workers
from index.readers.source import Source, SourceMissing
from index.web import gather as web
from index.web.addresses import AddressRefused, is_web
from index.web.fetch import Fetcher, NotFetched
from index.web.reading import Unreadable, as_read, listing, unzipped
from rag.settings import Settings
from ui import output
from ui.alerts import FILE as ALERTS
from ui.conversation_store.database import FILE
from ui.conversation_store.store import damage
from ui.files import check_place, note, person, replacing
from ui.output import plain
from ui.sample import FOLDER as SAMPLE


def explanations(settings: Settings, named: Iterable[str]) -> Iterator[str]:
    """A line for each article of sources, and an indented one for each thing to tell of it.

    What is missing or cannot be read is told when it is added, and passed over here; so is a feed,
    whose pages can be named.
    """
    for name in named:
        for item in _as_read(settings, name):
            if isinstance(item, Article):
                yield output.plain(item.uri)
                yield from (output.plain(f"  {about}: {what}") for about, what in explain(item))


def _as_read(settings: Settings, name: str) -> Iterator[Article | Skipped]:
    """The articles of a source as its reader gives them."""
    most = settings.max_file_mb * 2**20
    if not is_web(name):
        with suppress(SourceMissing):
            yield from Source.at(name, max_bytes=most).articles()
        return
    with (
        suppress(NotFetched, Unreadable, AddressRefused),
        closing(fetcher(settings)) as fetching,
    ):
        found = fetching.get(name)
        body = unzipped(found.body or b"", most)
        if listing(body, found.url, found.kind) is None:
            yield from as_read(found, body, most)


_STAGES = {"fetch": "Fetching", "read": "Reading", "embed": "Embedding", "index": "Indexing"}
_SHOWN = ("added", "changed", "unchanged", "removed", "duplicates")
_SKIPPED_LINES = 100


def add(
    settings: Settings,
    named: Sequence[str],
    fields: Mapping[str, str] | None = None,
    fetch: Fetcher | None = None,
    *,
    watching: bool = False,
    workers: int = 1,
) -> tuple[Report, list[str]]:
    """Adds sources; those that are not there are told, and the rest goes on.

    Args:
        settings: Where the index lies, how it is made, and what may be fetched.
        named: Files, folders, patterns and addresses.
        fields: What records call the fields of an article: {"title": "headline"}.
        fetch: What fetches addresses; None for a connection of its own.
        watching: Whether pages that nobody says have changed are asked again only now and then.
        workers: Processes that cut and encode articles; 1 for this one alone.

    Returns:
        What was done, and a sentence for each source that is missing.
    """
    sources, missing = [], []
    urls = [name for name in named if is_web(name)]
    for name in named:
        try:
            if not is_web(name):
                sources.append(Source.at(name, settings.max_file_mb * 2**20, fields))
        except SourceMissing as error:
            missing.append(str(error))
    if not sources and not urls:
        return Report(), missing
    with _builder(settings, workers) as builder:
        found = web.Gathered()
        if urls:
            with closing(fetch or fetcher(settings)) as fetching:
                found = web.Gatherer(
                    place=settings.place(),
                    fetch=fetching,
                    max_bytes=settings.max_file_mb * 2**20,
                    max_pages=settings.max_pages,
                    watching=watching,
                    progress=lambda number: builder.progress("fetch", number, 0),
                ).gather(urls)
        report = web.store(builder, sources, found)
    _note(settings, report)
    return report, missing


def work(settings: Settings) -> None:
    """Encodes what ``add --workers`` of any machine has waiting in a database, until interrupted.

    Raises:
        OnRecordError: the index lies in a folder, or was made with another model.
        IndexMissing, IndexUnreachable: see the classes.
    """
    place = settings.place()
    if not is_database(place):
        raise OnRecordError(
            f"{place}: the index of a folder is made on its own machine; see add --workers there,"
            " or copy it to a database with: onrecord copy"
        )
    ledger = engine_at(place).open()
    from index.postgres import waiting

    waiting.work(ledger, embedder_of(settings.embedder))


def _note(settings: Settings, report: Report) -> None:
    changed = {"added": report.added, "changed": report.changed, "removed": report.removed}
    note(settings.index, person(), changed)


def fetcher(settings: Settings) -> Fetcher:
    """What fetches addresses as the settings say."""
    return Fetcher(max_bytes=settings.max_file_mb * 2**20, allow_private=settings.allow_private)


def remove(settings: Settings, names: Sequence[str]) -> Report:
    """Removes articles, by their uris, keys or ids.

    Raises:
        NotIndexed, IndexMissing, IndexBusy: see the classes.
    """
    with _builder(settings) as builder:
        report = builder.remove(names)
    _note(settings, report)
    return report


def show(report: Report, missing: Sequence[str], *, as_json: bool) -> None:
    """Prints the counts; what was skipped, and why, goes to standard error.

    Args:
        report: What was done.
        missing: Sources that gave nothing.
        as_json: Whether JSON is printed, and nothing else.
    """
    for sentence in missing:
        typer.echo(output.plain(f"onrecord: {sentence}"), err=True)
    for item in report.skipped[:_SKIPPED_LINES]:
        typer.echo(output.plain(f"skipped {item.uri}: {item.reason}"), err=True)
    if len(report.skipped) > _SKIPPED_LINES:
        more = len(report.skipped) - _SKIPPED_LINES
        typer.echo(f"skipped {more} more; --json lists them all", err=True)
    _tell_mended(report)
    counts = {name: len(getattr(report, name)) for name in _SHOWN}
    skipped = len(report.skipped) + len(missing)
    values = {
        **counts,
        "skipped": [{"uri": s.uri, "reason": s.reason} for s in report.skipped],
        "missing": list(missing),
        "embedded": report.embedded,
        "generation": report.generation,
        **_mended(report),
    }
    shown = counts | {"skipped": skipped}
    nothing = skipped and not any(counts.values())  # why nothing was done is told
    lines = () if nothing else (f"{name}: {count}" for name, count in shown.items())
    output.tell(values, lines, as_json=as_json)


def check(settings: Settings, *, repair: bool, as_json: bool) -> bool:
    """Verifies the index, mends what can be made again if asked to; whether it is whole now.

    Args:
        settings: Where the index is, and how it is asked.
        repair: Whether to mend.
        as_json: Whether JSON is printed, and nothing else.
    """
    ledger, derived = faults(settings.place())
    chats = damage(settings.index, repair=repair)
    repaired: list[str] = []
    report = Report()
    if repair and (derived or ledger):
        with _builder(settings) as builder:
            report = builder.repair()
        repaired, (ledger, derived) = ledger + derived, faults(settings.place())
    whole = not (ledger or derived or report.lost or chats)
    faulty = {"ledger": ledger, "derived": derived, "repaired": repaired, "chats": chats}
    lines = [
        *(f"mended: {fault}" for fault in repaired),
        *(f"{fault}; mend what can be with: onrecord check --repair" for fault in ledger),
        *(f"{fault}; make it again with: onrecord check --repair" for fault in derived),
        *(f"{fault}; bring back a backup with: onrecord restore FILE" for fault in chats),
        *([f"{engine_at(settings.place()).place}: whole"] if whole else ()),
    ]
    if not as_json:
        _tell_mended(report)
    output.tell({"ok": whole, **faulty, **_mended(report)}, lines, as_json=as_json)
    return whole


def _mended(report: Report) -> dict[str, object]:
    aside = str(report.aside) if report.aside else None
    return {"mended": report.mended, "lost": report.lost, "kept": aside}


def _tell_mended(report: Report) -> None:
    """Says on standard error what was damaged, and where it is kept as it was."""
    if not report.aside:
        return
    said = [
        f"damaged in the index and mended: {', '.join(report.mended)}" if report.mended else "",
        *(
            f"lost: {uri} was damaged in the index; add its source again, or bring back a backup"
            " with: onrecord restore FILE"
            for uri in report.lost
        ),
        f"the ledger as it was, damaged, is kept as {report.aside}",
    ]
    for line in filter(None, said):
        typer.echo(output.plain(f"onrecord: {line}"), err=True)


@contextmanager
def _builder(settings: Settings, workers: int = 1) -> Iterator[Builder]:
    """A builder that shows its progress on standard error."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True)
    hidden = not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=hidden) as bars:
        tasks = {stage: bars.add_task(name, visible=False) for stage, name in _STAGES.items()}

        def progress(stage: str, done: int, total: int) -> None:
            bars.update(tasks[stage], completed=done, total=total or None, visible=True)

        load = partial(embedder_of, settings.embedder)
        yield Builder(
            settings.place(),
            load(),
            chunk_tokens=settings.chunk_tokens,
            overlap=settings.overlap,
            progress=progress,
            workers=Workers(workers, load) if workers > 1 else None,
        )


# What cannot be made again: the articles and what finds them, chats and feedback, alerts.
NAMES = (LEDGER, FILE, ALERTS, f"{SAMPLE}/{FILE}")


def backup(directory: Path, file: Path) -> None:
    """Writes all that cannot be made again into one file.

    Raises:
        IndexMissing: there is nothing in the folder.
        UnreadableInput: the file cannot be written.
    """
    check_place(file)
    found = copies.backup(directory, NAMES, file)
    if not found:
        file.unlink()
        raise IndexMissing(f"{directory}: there is nothing here to back up; see --index")
    typer.echo(f"{file}: {', '.join(found)}")


def restore(directory: Path, file: Path) -> None:
    """Puts a backup in the place of what is there, which is kept beside it.

    Raises:
        NoBackup, IndexBusy, IndexMismatch: see the classes.
    """
    for name, before in copies.restore(directory, NAMES, file).items():
        kept = f"; what was there is kept as {before}" if before else ""
        typer.echo(plain(f"restored: {directory / name}{kept}"))


def export(place: Place, file: Path) -> bool:
    """Writes every article as a line of JSON that ``add`` reads back; whether all could be read.

    Raises:
        IndexMissing, IndexMismatch, IndexDamaged: see the classes.
        UnreadableInput: the file cannot be written.
    """
    ledger = engine_at(place).open()
    written = 0
    with ledger.read(), replacing(file) as lines:
        for record in copies.records(ledger):
            lines.write(json.dumps(record) + "\n")
            written += 1
        lacking = ledger.counts()["articles"] - written
    typer.echo(f"{file}: {written} articles")
    if lacking:
        typer.echo(
            f"onrecord: {lacking} damaged articles are left out; see which with: onrecord check",
            err=True,
        )
    return not lacking
