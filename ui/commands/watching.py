"""Sources watched: what changed in them is added, time and again; alerts on what is new."""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import typer

from index.errors import OnRecordError
from index.readers.source import Source, SourceMissing
from index.sync import Report
from index.web.addresses import is_web
from index.web.fetch import Fetcher
from rag.settings import Settings
from ui.alert_delivery import ask_new, keep, line, rss
from ui.alerts import Alerts
from ui.commands import indexing
from ui.output import plain, tell
from ui.templating import counted

# How often it is looked whether it is time, in seconds, while no file changes.
TICK = 30.0
LEAST = 60.0  # seconds between two visits to a site

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_TOLD = ("added", "changed", "removed")


def seconds(text: str) -> float:
    """A stretch of time as people write it.

    Raises:
        ValueError: it is none, or too short.

    >>> seconds("15m"), seconds("2 h")
    (900.0, 7200.0)
    """
    found = re.fullmatch(r"\s*(\d{1,6})\s*([smhd])\w*\s*", text)
    if not found:
        raise ValueError(f"“{text}” is no stretch of time; write it as 15m, 2h or 1d")
    value = float(found[1]) * _UNITS[found[2]]
    if value < LEAST:
        raise ValueError(f"“{text}” is too short; sites are asked once a minute at most")
    return value


class Watch:
    """Sources and what was told of them."""

    def __init__(
        self, settings: Settings, sources: Sequence[str], fetch: Fetcher, *, as_json: bool = False
    ) -> None:
        """A watch that did not look yet.

        Args:
            settings: Which index, and what may be fetched.
            sources: Files, folders, patterns and addresses.
            fetch: What fetches addresses.
            as_json: Whether each cycle that changes something is a line of JSON.
        """
        self._settings = settings
        self._sources = sources
        self._fetch = fetch
        self._as_json = as_json
        self._said: set[str] = set()

    def cycle(self, *, files_only: bool = False) -> Report | None:
        """Looks at all sources once, as one generation; None if that failed, and why is told.

        What cannot be read or fetched is told when it is new.
        """
        sources = [name for name in self._sources if not (files_only and is_web(name))]
        try:
            report, missing = indexing.add(
                self._settings, sources, fetch=self._fetch, watching=True
            )
        except OnRecordError as error:
            self._say(str(error))
            return None
        skipped = [f"skipped {item.uri}: {item.reason}" for item in report.skipped]
        for sentence in [*missing, *skipped]:
            self._say(sentence)
        if any(getattr(report, name) for name in _TOLD):
            self._told(report)
        tell_new(self._settings)
        return report

    def run(
        self,
        every: float,
        changes: Iterator[object],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Looks now, then at all sources at intervals, and at files as soon as they change.

        Args:
            every: Seconds from one look at all sources to the next.
            changes: At each step waits a while, and gives what changed among the files.
            clock: Seconds.
        """
        last = clock()
        done = self.cycle() is not None
        for changed in changes:
            if clock() - last >= every:
                last = clock()
                done = self.cycle() is not None
            elif changed or not done:
                done = self.cycle(files_only=done) is not None

    def _say(self, sentence: str) -> None:
        if sentence not in self._said:
            self._said.add(sentence)
            typer.echo(plain(f"onrecord: {sentence}"), err=True)

    def _told(self, report: Report) -> None:
        if self._as_json:
            indexing.show(report, [], as_json=True)
            return
        counts = ((name, len(getattr(report, name))) for name in _TOLD)
        said = ", ".join(f"{name} {count}" for name, count in counts if count)
        typer.echo(f"{time.strftime('%Y-%m-%d %H:%M')} {said}")


def watch(settings: Settings, sources: Sequence[str], every: float, *, as_json: bool) -> None:
    """Watches sources until it is interrupted; what is under way then is not half done.

    Args:
        settings: Where the index is, and how it is asked.
        sources: Files, folders, globs and addresses.
        every: Seconds between two looks at an address.
        as_json: Whether JSON is printed, and nothing else.

    Raises:
        SourceMissing: none of the sources is there.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    folders = _folders(sources)
    fetch = indexing.fetcher(settings)
    typer.echo(f"watching {counted(len(sources), 'source')} (Ctrl+C ends it)", err=True)
    try:
        Watch(settings, sources, fetch, as_json=as_json).run(
            every, _changes(folders, settings.index, min(every, TICK))
        )
    except KeyboardInterrupt:
        typer.echo("no longer watching", err=True)
    finally:
        fetch.close()


def _folders(sources: Sequence[str]) -> list[Path]:
    """The folders in which sources lie."""
    found, missing = [], None
    for name in sources:
        try:
            if not is_web(name):
                found.append(Source.at(name).root)
        except SourceMissing as error:
            missing = error
    if missing and not found and not any(map(is_web, sources)):
        raise missing
    return list(dict.fromkeys(found))


def _changes(folders: Sequence[Path], index: Path, tick: float) -> Iterator[object]:
    """What changed in folders, the index aside; nothing after each tick without a change."""
    if not folders:
        while True:
            time.sleep(tick)
            yield ()
    import watchfiles

    yield from watchfiles.watch(
        *folders,
        watch_filter=watchfiles.DefaultFilter(ignore_paths=[index.resolve()]),
        rust_timeout=int(1000 * tick),
        yield_on_timeout=True,
        raise_interrupt=True,
    )


MOST = 100


ACTIONS = ("add", "list", "remove", "matches", "feed")


def run(settings: Settings, action: str, text: str | None, *, as_json: bool) -> None:
    """Does what ``onrecord alert`` is told to do.

    Args:
        settings: Where the index is, and how it is asked.
        action: One of ``ACTIONS``.
        text: The alert's question or words, or its number.
        as_json: Whether JSON is printed, and nothing else.

    Raises:
        typer.BadParameter: it is not one of ``ACTIONS``, or lacks its text.
        AlertsUnusable, NoSuchAlert: see the classes.
    """
    if action not in ACTIONS:
        raise typer.BadParameter(f"“{action}” is none of {', '.join(ACTIONS)}")
    if (action in ("add", "remove")) != (text is not None):
        raise typer.BadParameter('alert add "QUESTION OR SEARCH", alert remove NUMBER, alert list')
    alerts, named = Alerts(settings.index), (text or "").strip()
    if action == "feed":
        typer.echo(rss(alerts.matches(MOST)), nl=False)
    elif action == "list":
        kept = alerts.all()
        lines = [f"{each.pk}: {each.text}" for each in kept] or ["no alerts"]
        tell([asdict(each) for each in kept], lines, as_json=as_json)
    elif action == "matches":
        found = alerts.matches(MOST)
        lines = [line(each) for each in found] or ["no matches"]
        tell([asdict(each) for each in found], lines, as_json=as_json)
    elif action == "add":
        alert = keep(alerts, settings.place(), named)
        tell(asdict(alert), [f"{alert.pk}: {alert.text}"], as_json=as_json)
    else:
        alert = alerts.remove(named)
        tell(asdict(alert), [f"removed: {alert.text}"], as_json=as_json)


def tell_new(settings: Settings) -> None:
    """Asks the alerts of what is new, and tells what matched on standard error."""
    try:
        found, failed = ask_new(settings)
    except OnRecordError as error:
        typer.echo(plain(f"onrecord: alerts: {error}"), err=True)
        return
    for match in found:
        typer.echo(f"alert: {line(match)}", err=True)
    for sentence in failed:
        typer.echo(plain(f"onrecord: {sentence}"), err=True)
