"""Which articles a question confines itself to, by when and by whom they were published."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache

from index.generation import Generation
from index.text.words import Phrases, content_stems, is_content
from rag.periods import Period, periods
from rag.types import Filters, Scope

# An event of fewer content words ("since the match") is any of many.
EVENT_WORDS = 2

# Articles looked at for the day of an event; the one that tells of it is among the first.
EVENT_DEPTH = 20

_PHRASES = Phrases("rag")
_EVENT = _PHRASES.compiled("event")
_WORD = re.compile(r"[^\W_]+(?:[.&-][^\W_]+)*")
# In an archive "today" means nowadays.
_TODAY = re.compile(r"today|tonight|this (?:morning|afternoon|evening)", re.I)
_POSSESSIVE = re.compile(r"[’']s\b")
_REPORTED, _REPORTING, _PIECES, _HELD, _PAPERS = (
    _PHRASES.words(name) for name in ("reported", "reporting", "pieces", "held", "papers")
)
_ASKING = frozenset("did does do has had have is was".split())
_BY = frozenset("reported published written printed covered carried said".split()) | _PIECES


def scope(
    question: str,
    *,
    today: date,
    newest: date | None,
    publishers: Collection[str],
    find_event: Callable[[str], date | None],
    oldest: date | None = None,
) -> Scope:
    """The articles to which a question confines itself; an empty scope if it does not.

    Two periods, or two publishers, are a comparison and confine nothing.

    Args:
        question: In any letter case.
        today: The day on which it is asked.
        newest: The day of the newest article; None if no article has one.
        publishers: Of the articles.
        find_event: The day of what the words name; None if the articles do not tell.
        oldest: The day of the oldest article.

    >>> found = scope(
    ...     "What did the Gazette report last week?", today=date(2025, 5, 20),
    ...     newest=date(2025, 5, 19), publishers=["The Lantern Gazette"],
    ...     find_event=lambda words: None,
    ... )
    >>> found.publisher, found.because, found.without("What did the Gazette report last week?")
    ('The Lantern Gazette', ('last week', 'the Gazette'), 'What did report?')
    """
    named = periods(question, today, oldest or date.min, newest) if newest else []
    named = [p for p in named if not (p.counted_from and _TODAY.match(p.words))]
    period = _one(named)
    aside = [p.words for p in named] if period else []
    if not named and newest:
        period = _after_event(question, find_event)
    because = [p.words for p in named] if named and period else [period.words] if period else []
    source = _source(question, tuple(publishers)) if publishers else None
    if source:
        because.append(source[1])
        aside.append(source[1])
    return Scope(
        period.after if period else None,
        period.before if period else None,
        source[0] if source else None,
        tuple(dict.fromkeys(because)),
        tuple(dict.fromkeys(aside)),
        period.counted_from if period else None,
    )


def _one(named: list[Period]) -> Period | None:
    """The one period that is named; a beginning and an end together are one."""
    different = {(p.after, p.before): p for p in named}
    if len(different) == 1:
        return named[0]
    if len(different) != 2:
        return None
    one, other = different.values()
    if one.after and other.before and not (one.before or other.after):
        one = replace(one, before=other.before)
    elif one.before and other.after and not (one.after or other.before):
        one = replace(one, after=other.after)
    else:
        return None
    return one if one.after and one.before and one.after <= one.before else None


def _after_event(question: str, find_event: Callable[[str], date | None]) -> Period | None:
    """The time since, or before, an event that the articles tell of."""
    found = _EVENT.search(question)
    if not found or len(content_stems(found["event"])) < EVENT_WORDS:
        return None
    day = find_event(found["event"].strip())
    if day is None:
        return None
    words = found.group().rstrip()
    if found["word"] == "before":
        return Period(None, day, words)
    return Period(day, None, words)


def _source(question: str, publishers: tuple[str, ...]) -> tuple[str, str] | None:
    """The one publisher that the question makes its source, and the words that do."""
    words = list(_WORD.finditer(question))
    low = [word.group().lower() for word in words]
    sources: dict[str, str] = {}
    mentioned = set()
    for first, last, publisher in _mentions(question, words, low, _names(publishers)):
        mentioned.add(publisher)
        begin = first - 1 if first and low[first - 1] == "the" else first
        if _confines(question, words, low, begin, last):
            whole = begin - 2 if low[max(0, begin - 2) : begin] == ["according", "to"] else begin
            owned = _POSSESSIVE.match(question, words[last - 1].end())
            end = owned.end() if owned else words[last - 1].end()
            sources[publisher] = question[words[whole].start() : end]
    return next(iter(sources.items())) if sources and len(mentioned) == 1 else None


def _mentions(
    question: str, words: list[re.Match[str]], low: list[str], names: Mapping[tuple[str, ...], str]
) -> Iterator[tuple[int, int, str]]:
    """The publishers that a question mentions: the first word, the one after the last, the name."""
    longest = max(map(len, names), default=0)
    first = 0
    while first < len(words):
        for length in range(min(longest, len(words) - first), 0, -1):
            publisher = names.get(tuple(low[first : first + length]))
            capital = words[first].group()[0].isupper() or question.islower()
            led = first > 0 and low[first - 1] in ("the", "to")
            if publisher and (length > 1 or capital or led):
                whole = tuple(low[first : first + length]) == _key(publisher)
                if whole or (led and (capital or low[first] in _PAPERS)):
                    yield first, first + length, publisher
                    first += length - 1
                    break
        first += 1


@lru_cache(maxsize=8)
def _names(publishers: tuple[str, ...]) -> Mapping[tuple[str, ...], str]:
    """By what each publisher is called: its name without "The", and its last word if unique."""
    names = {_key(publisher): publisher for publisher in publishers}
    names.pop((), None)
    last: dict[str, set[tuple[str, ...]]] = {}
    for key in names:
        last.setdefault(key[-1], set()).add(key)
    for word, keys in last.items():
        if len(keys) == 1 and is_content(word):
            names.setdefault((word,), names[next(iter(keys))])
    return names


def publisher_named(words: str, publishers: Iterable[str]) -> str:
    """The publisher that goes by some words; "" if none does.

    >>> publisher_named("the gazette", ["The Lantern Gazette", "Northline"])
    'The Lantern Gazette'
    """
    return _names(tuple(publishers)).get(_key(words), "")


def _key(publisher: str) -> tuple[str, ...]:
    words = [word.lower() for word in _WORD.findall(publisher)]
    return tuple(words[1:] if words[:1] == ["the"] and len(words) > 1 else words)


def _confines(
    question: str, words: list[re.Match[str]], low: list[str], first: int, last: int
) -> bool:
    """Whether a mention makes the publisher the source of what is asked for."""
    before = low[max(0, first - 2) : first]
    behind = question[words[last - 1].end() : words[last].start()] if last < len(words) else "."
    possessive = behind in ("’", "'")
    after = low[last : last + 2]
    if possessive:
        return after[:1] == ["s"] and low[last + 1 : last + 2] != [] and low[last + 1] in _PIECES
    following = after[0] if after and not behind.strip() else ""
    if before == ["according", "to"] or following in _REPORTED:
        return True
    if before[-1:] == ["by"]:
        return before[0] in _BY and len(before) == 2
    if before and before[-1] in _ASKING:
        return following in _REPORTING
    free = (
        not following or not is_content(following) or following in _PIECES | {"last", "yesterday"}
    )
    if before[-1:] == ["in"]:
        return free and before[0] not in _HELD
    if before[-1:] == ["from"]:
        return before[0] in _PIECES
    return False


def scope_of(
    now: Generation,
    texts: Iterable[str],
    filters: Filters,
    today: date,
    publication: tuple[date | None, date | None, tuple[str, ...]],
) -> Scope | None:
    """The scope of a question in a generation, as far as the filters leave it to the question.

    Args:
        now: The generation.
        texts: The question as meant and as searched; the first that confines itself counts.
        filters: What is said beside it.
        today: The day on which it is asked.
        publication: The days of the oldest and newest article, and the publishers.
    """
    oldest, newest, publishers = publication
    dated = filters.after or filters.before
    for text in dict.fromkeys(texts):
        found = scope(
            text,
            today=today,
            newest=None if dated else newest,
            oldest=oldest,
            publishers=() if filters.publisher else publishers,
            find_event=lambda words: _event_day(now, words),
        )
        if found:
            return found
    return None


def _event_day(now: Generation, words: str) -> date | None:
    """The day of the article that tells best of an event, every word of it; None without one."""
    stems = dict.fromkeys(content_stems(words), 1.0)
    best = now.search_index.article_words.search(stems, EVENT_DEPTH, None)
    articles = now.articles({pk for pk, _ in best})
    for pk, _ in best:
        if pk not in articles:
            continue
        article = articles[pk].article
        if article.published and stems.keys() <= {
            *content_stems(f"{article.title} {article.text}")
        }:
            return article.published
    return None
