"""Saved questions and searches, asked of what is new in an index; what matches is sent on."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from index.database import Place
from index.engine import engine_at
from index.text.words import content_stems
from rag.alerts import Hit, is_question, matching
from rag.question import UnusableQuestion, understand
from ui.alert_channels import send
from ui.alerts import Alert, Alerts, Match, now

if TYPE_CHECKING:
    from rag.corpus import Corpus
    from rag.settings import Settings

log = logging.getLogger(__name__)


def keep(alerts: Alerts, place: Place, text: str) -> Alert:
    """Saves an alert that is told of what is stored from now on.

    Args:
        alerts: Where it is kept, and whose.
        place: The index that is asked.
        text: A question, or words to look for.

    Raises:
        UnusableQuestion: there is nothing in it to look for.
        AlertsUnusable: see the class.
    """
    understand(text)
    if not is_question(text) and not content_stems(text):
        raise UnusableQuestion(f"“{text}” has no word to look for; name what it is about")
    return alerts.add(text, _last_of(place))


def ask_new(settings: Settings, corpus: Corpus | None = None) -> tuple[list[Match], list[str]]:
    """Asks every alert of the articles that are new to it, and sends what matched.

    Without a corpus it opens one, if there is anything to ask.

    Returns:
        The new matches, and a sentence for each way in which they could not be sent.
    """
    alerts = Alerts(settings.index)
    kept = alerts.all()
    if not kept:
        return [], []
    try:
        with FileLock(alerts.path.with_suffix(".lock"), timeout=0):
            last = _last_of(settings.place())
            found: list[Match] = []
            if any(alert.since != last for alert in kept):
                from rag.corpus import Corpus

                corpus = corpus or Corpus.open(settings=settings)
                found = [match for alert in kept for match in _asked(corpus, alerts, alert, last)]
            return found, send(alerts, settings)
    except Timeout:  # another process asks them now
        return [], []


def ask_aside(settings: Settings, corpus: Corpus) -> None:
    """The same in a thread of its own; what goes wrong is logged."""

    def work() -> None:
        try:
            for sentence in ask_new(settings, corpus)[1]:
                log.warning("%s", sentence)
        except Exception as error:
            log.warning("alerts: %s: %s", type(error).__name__, error)

    threading.Thread(target=work, name="onrecord-alerts", daemon=True).start()


def _last_of(place: Place) -> int:
    """The pk of the article that was stored last in the index at a place; 0 without any."""
    engine = engine_at(place)
    if not engine.made():
        return 0
    ledger = engine.open()
    with ledger.read():
        return max(ledger.select("TRUE", []), default=0)


def _asked(corpus: Corpus, alerts: Alerts, alert: Alert, last: int) -> list[Match]:
    """The new matches of one alert, a story once; they are recorded."""
    since = min(alert.since, last)  # the index may have been made anew
    if since == last:
        alerts.record(alert, [], last)
        return []
    stories = {listed.uri: listed.story for listed in corpus.articles()}
    told = {stories.get(uri) for uri in alerts.matched(alert)} - {None}
    matches = []
    for hit in matching(corpus, alert.text, since):
        story = stories.get(hit.article.article.uri, hit.article.story)
        if story not in told:
            told.add(story)
            matches.append(_match(alert, hit))
    alerts.record(alert, matches, last)
    return matches


def _match(alert: Alert, hit: Hit) -> Match:
    article = hit.article.article
    return Match(
        alert=alert.text,
        uri=article.uri,
        article=hit.article.id,
        title=article.headline,
        publisher=article.publisher,
        published=article.published.isoformat() if article.published else None,
        url=article.url,
        quote=hit.quote,
        start=hit.start,
        found=now(),
        owner=alert.owner,
    )
