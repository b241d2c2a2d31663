"""The command that keeps alerts, and what is told of them after something was added."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict

import typer

from index.errors import OnRecordError
from rag.settings import Settings
from ui.alerts import checking
from ui.alerts.checking import line, rss
from ui.alerts.store import Alerts
from ui.output import plain

MOST = 100


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
    ACTIONS[action](settings, (text or "").strip(), as_json)


def tell_new(settings: Settings) -> None:
    """Asks the alerts of what is new, and tells what matched on standard error."""
    try:
        found, failed = checking.ask_new(settings)
    except OnRecordError as error:
        typer.echo(plain(f"onrecord: alerts: {error}"), err=True)
        return
    for match in found:
        typer.echo(f"alert: {line(match)}", err=True)
    for sentence in failed:
        typer.echo(plain(f"onrecord: {sentence}"), err=True)


def _add(settings: Settings, text: str, as_json: bool) -> None:
    alert = checking.keep(Alerts(settings.index), settings.place(), text)
    _show(asdict(alert), f"{alert.pk}: {alert.text}", as_json)


def _list(settings: Settings, text: str, as_json: bool) -> None:
    found = Alerts(settings.index).all()
    lines = "\n".join(f"{each.pk}: {each.text}" for each in found) or "no alerts"
    _show([asdict(each) for each in found], lines, as_json)


def _remove(settings: Settings, text: str, as_json: bool) -> None:
    alert = Alerts(settings.index).remove(text)
    _show(asdict(alert), f"removed: {alert.text}", as_json)


def _matches(settings: Settings, text: str, as_json: bool) -> None:
    found = Alerts(settings.index).matches(MOST)
    _show([asdict(each) for each in found], "\n".join(map(line, found)) or "no matches", as_json)


def _feed(settings: Settings, text: str, as_json: bool) -> None:
    typer.echo(rss(Alerts(settings.index).matches(MOST)), nl=False)


ACTIONS: dict[str, Callable[[Settings, str, bool], None]] = {
    "add": _add,
    "list": _list,
    "remove": _remove,
    "matches": _matches,
    "feed": _feed,
}


def _show(values: object, text: str, as_json: bool) -> None:
    typer.echo(json.dumps(values, ensure_ascii=False) if as_json else plain(text))
