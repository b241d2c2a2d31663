"""The report on rankings for a retrieval test collection."""

from __future__ import annotations

from rag.evaluation.rankings import DEPTH, RankingEvaluation, Result
from ui.figures import counted
from ui.report.about import About
from ui.report.charts import histogram
from ui.report.failures import earlier
from ui.report.measures import RANKING
from ui.report.parts import head, measures_table, tiles
from ui.templating import escape

_SHOWN = 200
"""Queries that a report shows; more make a page that nobody reads, and --json holds them all."""

_FIRST = 3
"""Articles shown of a ranking."""

_TILES = ("ndcg_at_10", "mrr_at_10", "recall_at_10", "map")


def body(about: About, found: RankingEvaluation) -> str:
    """The page between its head and its foot, as HTML."""
    sections = (
        head(about, _lead(found), (f"Rankings to {DEPTH} articles",)),
        tiles(RANKING, found.measures, _TILES),
        "<h2>Measures</h2>" + measures_table(RANKING, found.measures),
        '<h2>Query by query</h2><div class="charts">',
        *(_histogram(found, name) for name in ("ndcg_at_10", "recall_at_10")),
        "</div>",
        _worst(about, found),
    )
    return "\n".join(sections)


def _lead(found: RankingEvaluation) -> str:
    places = [min((r for r in each.ranks.values() if r), default=0) for each in found.results]
    first, shown = places.count(1), sum(0 < place <= 10 for place in places)
    lost = places.count(0)
    return (
        f"Of {counted(len(places), 'query', 'queries')}, <b>{first:,}</b> found a relevant article"
        f" first, {shown:,} among the first ten, and {lost:,} not at all."
    )


def _histogram(found: RankingEvaluation, name: str) -> str:
    drawn = histogram([each.values[name] for each in found.results], RANKING[name].label)
    said = f"Queries by {RANKING[name].label}. {RANKING[name].meaning}"
    return f"<figure>{drawn}<figcaption>{escape(said)}</figcaption></figure>"


def _worst(about: About, found: RankingEvaluation) -> str:
    worst = found.worst
    if not worst:
        return "<h2>What went wrong</h2><p>Nothing: every ranking is perfect.</p>"
    more = f" The worst {_SHOWN} are shown; --json lists all." if len(worst) > _SHOWN else ""
    said = f"{counted(len(worst), 'ranking')} of {len(found.results):,} could be better.{more}"
    cards = "".join(_card(about, each) for each in worst[:_SHOWN])
    return f'<h2>What went wrong</h2><p class="quiet">{said}</p>{cards}'


def _card(about: About, result: Result) -> str:
    query = result.ranked.query
    ndcg, style = result.values["ndcg_at_10"], "partly" if result.values["ndcg_at_10"] else "bad"
    wanted = "".join(
        f'<li{"" if rank and rank <= 10 else " class=missing"}><span class="mark">'
        f"{f'Rank {rank}' if rank else 'Not found'}</span> {escape(_named(about, key))}</li>"
        for key, rank in sorted(result.ranks.items(), key=lambda it: it[1] or DEPTH + 1)
    )
    got = "".join(
        f'<li><span class="mark">Rank {rank}</span> {escape(_named(about, key))}'
        f"{', relevant' if key in result.relevant else ''}</li>"
        for rank, key in enumerate(result.ranked.keys[:_FIRST], 1)
    )
    return (
        f'<article class="failure {style}">{earlier(query.history)}'
        f'<p class="question">{escape(query.question)}</p>'
        f'<p class="meta">{escape(str(query.id))} · nDCG@10 {ndcg:.3f}</p><div class="sides">'
        f"<div><h4>Found</h4><ul>{got or '<li>Nothing.</li>'}</ul></div>"
        f"<div><h4>Relevant</h4><ul>{wanted}</ul></div></div></article>"
    )


def _named(about: About, key: str) -> str:
    title = about.titles.get(key, key)
    return key if title == key else f"{title} ({key})"
