"""The articles of a corpus as a table has them: searched, narrowed, sorted, counted."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from index.ledger import Listed
from index.text.names import respelt
from index.text.words import content_stems
from rag.corpus import Corpus
from rag.library import Named
from rag.periods import span

_TOKEN = re.compile(
    r'(?P<no>-)?(?:(?P<field>named|publisher|language|after|before):)?(?:"(?P<phrase>[^"]*)"?|(?P<word>\S+))',
    re.I,
)

# Characters of the text that are shown on either side of the words that were looked for.
_AROUND = 80

# Values of a field by which rows can be narrowed; of names twice as many.
_VALUES = 6

# The most frequent names, those of which one spelling is counted with another.
_COMPARED = 100


@dataclass(frozen=True, slots=True)
class Term:
    """One condition."""

    field: str  # "named", "publisher", "language", "after" or "before"; "" for words and phrases
    value: str  # what was typed, its letter case left out
    phrase: bool = False
    wanted: bool = True  # whether an article has to meet it, or must not


def parsed(typed: str) -> tuple[list[list[Term]], list[Term]]:
    """Alternatives, each with the words that belong together, and the fields that confine all.

    >>> words, fields = parsed('a -"b c" OR d after:2026')
    >>> [[(each.value, each.wanted) for each in group] for group in words]
    [[('a', True), ('b c', False)], [('d', True)]]
    >>> [(each.field, each.value) for each in fields]
    [('after', '2026')]
    """
    groups: list[list[Term]] = [[]]
    fields: list[Term] = []
    wanted = True
    for found in _TOKEN.finditer(typed):
        word, phrase = found["word"], found["phrase"]
        if word == "OR":
            groups.append([])
        elif word == "NOT":
            wanted = False
        elif word != "AND" and (value := " ".join((word or phrase or "").casefold().split())):
            field = (found["field"] or "").lower()
            term = Term(field, value, word is None, wanted and not found["no"])
            (fields if field else groups[-1]).append(term)
            wanted = True
    return [group for group in groups if group] or [[]], fields


def matching(
    rows: Iterable[Row], typed: str, holding: Callable[[Term], Collection[str]], today: date
) -> list[Row]:
    """The rows that are meant.

    Args:
        rows: The rows that are searched.
        typed: See above; a day that is none yet says nothing.
        holding: Gives the ids of the articles whose text holds a word or phrase.
        today: From which "last week" is counted.
    """
    groups, fields = parsed(typed)
    confining = [_test(term, holding, today) for term in fields]
    tests = [[_test(term, holding, today) for term in group] for group in groups]
    return [
        row
        for row in rows
        if all(test(row) for test in confining)
        and any(all(test(row) for test in group) for group in tests)
    ]


def _test(
    term: Term, holding: Callable[[Term], Collection[str]], today: date
) -> Callable[[Row], bool]:
    meets: Callable[[Row], bool]
    if term.field == "publisher":
        meets = lambda row: term.value in row.publisher.casefold()  # noqa: E731
    elif term.field == "language":
        meets = lambda row: row.language.casefold().startswith(term.value)  # noqa: E731
    elif term.field in ("after", "before"):
        days = None
        with suppress(ValueError):
            days = span(term.value, today)
        if days is None:
            return lambda row: True
        first, last = days
        late = term.field == "after"
        meets = lambda row: bool(  # noqa: E731
            row.published and (row.published >= first if late else row.published <= last)
        )
    else:
        held = holding(term)
        meets = lambda row: term.value in row.searched or row.id in held  # noqa: E731
    return lambda row: meets(row) is term.wanted


def watched(typed: str) -> str:
    """The words for which an alert can be kept: all of them are wanted, and nothing else.

    >>> watched('frost "hard winter"'), watched("frost OR hail"), watched("frost after:2026")
    ('frost "hard winter"', '', '')
    """
    groups, fields = parsed(typed)
    alone = len(groups) == 1 and not fields and all(term.wanted for term in groups[0])
    return typed.strip() if alone and content_stems(typed) else ""


def holding(corpus: Corpus, term: Term) -> Collection[str]:
    """The ids of the articles of a corpus whose text holds a word, in any form, or a phrase."""
    found = corpus.holding(term.value)
    if not term.phrase or len(term.value.split()) < 2:
        return found
    spelt = (map(str.casefold, corpus.spellings(word)) for word in term.value.split())
    words = (f"(?:{'|'.join(map(re.escape, each))})" for each in spelt)
    phrase = re.compile(r"\s+".join(words))
    return {e.id for e in corpus.stored(found) if phrase.search(e.article.text.casefold())}


def excerpt(text: str, typed: str) -> tuple[str, str, str] | None:
    """What stands before, in and after the first of the words looked for; None if none does."""
    wanted = [term for group in parsed(typed)[0] for term in group if term.wanted]
    patterns = [pattern for term in wanted for pattern in _patterns(term)]
    found = re.search("|".join(patterns), text, re.I) if patterns else None
    if not found:
        return None
    start, end = found.span()
    before, after = text[max(0, start - _AROUND) : start], text[end : end + _AROUND]
    if start > _AROUND:
        before = "… " + before.partition(" ")[2]
    if end + _AROUND < len(text):
        after = after.rpartition(" ")[0] + " …"
    return before, found[0], after


def _patterns(term: Term) -> Iterator[str]:
    if term.phrase:
        yield r"(?<!\w)" + r"\s+".join(map(re.escape, term.value.split()))
    else:
        yield from (rf"(?<!\w){re.escape(stem)}\w*" for stem in content_stems(term.value))


@dataclass(frozen=True, slots=True)
class Facet:
    """One value of a field."""

    label: str
    query: str  # what to type for it
    count: int  # how many rows have it
    chosen: bool  # whether it is typed
    speaks: bool = False  # whether it is the name of somebody who is quoted


def facets(rows: Sequence[Row], typed: str, names: Mapping[str, Named]) -> dict[str, list[Facet]]:
    """By which values the rows can be narrowed: those of most rows, of fields with several.

    Args:
        rows: Those that were found.
        typed: What found them.
        names: Whom and what the articles name, by their ids.
    """
    counted, quoted = _named(rows, names)
    # Beside alternatives, a name in quotation marks would belong to the last of them alone.
    named = "named:" * (len(parsed(typed)[0]) > 1 or "named:" in typed)
    found: dict[str, Counter[tuple[str, str]]] = {
        **{field: Counter() for field in ("Publisher", "Month", "Language")},
        "Named": Counter({(name, f'{named}"{name}"'): count for name, count in counted.items()}),
    }
    for row in rows:
        if row.publisher:
            part = max(row.publisher.split('"'), key=len).strip()  # where it has quotes itself
            found["Publisher"][row.publisher, f'publisher:"{part}"'] += 1
        if day := row.published:
            month = f"{day:%B %Y}"
            found["Month"][month, f'after:"{month}" before:"{month}"'] += 1
        if row.language:
            found["Language"][row.language, f"language:{row.language}"] += 1
    days = {f"{day:%B %Y}": -day.toordinal() for row in rows if (day := row.published)}
    shown = {}
    for field, values in found.items():
        newest = days if field == "Month" else {}
        ranked = sorted(
            (query not in typed, -count, newest.get(label, 0), label, query)
            for (label, query), count in values.items()
        )
        told = [
            Facet(label, query, -count, query in typed, label in quoted)
            for _, count, _, label, query in ranked[: _VALUES * (1 + (field == "Named"))]
        ]
        if newest:
            told.sort(key=lambda each: days[each.label])
        if len(told) > 1 or any(each.chosen for each in told):
            shown[field] = told
    return shown


def _named(rows: Sequence[Row], names: Mapping[str, Named]) -> tuple[dict[str, int], set[str]]:
    """How many rows have each name but their publishers', and the names of who is quoted.

    Of a name that is among the most frequent in several spellings, the most frequent one counts.
    """
    held: dict[str, set[str]] = defaultdict(set)
    quoted = set()
    for row in rows:
        for name, speaks in names.get(row.id, {}).items():
            held[name].add(row.id)
            quoted |= {name} if speaks else set()
    for publisher in {row.publisher for row in rows}:
        held.pop(publisher, None)
    spellings: dict[str, str] = {}
    for name in sorted(held, key=lambda name: -len(held[name]))[:_COMPARED]:
        words = name.casefold().split()
        spelt = zip(respelt(words), words, strict=True)
        usual = spellings.setdefault(" ".join(known or word for known, word in spelt), name)
        if usual != name:
            held[usual] |= held.pop(name)
            quoted |= {usual} if name in quoted else set()
    return {name: len(ids) for name, ids in held.items()}, quoted


Column = Literal["title", "publisher", "published", "characters", "revision", "copies"]
COLUMNS: tuple[Column, ...] = get_args(Column)


@dataclass(frozen=True, slots=True)
class Row:
    """An article of the table."""

    id: str  # opens it
    uri: str
    title: str  # its headline, else its first words
    publisher: str
    published: date | None
    revision: int  # 1 for the first text under its uri
    copies: int  # how many other articles print the same story
    characters: int  # of its cleaned text
    language: str = ""
    author: str = ""

    @property
    def searched(self) -> str:
        """What is known of it in one text without letter case, to look for words in."""
        day = self.published.isoformat() if self.published else ""
        return f"{self.title}\n{self.author}\n{self.publisher}\n{day}\n{self.uri}".casefold()


def rows(found: Sequence[Listed]) -> list[Row]:
    """The table, in the order of the articles."""
    sizes = Counter(listed.story for listed in found)
    return [
        Row(
            id=listed.id,
            uri=listed.uri,
            title=listed.headline,
            publisher=listed.publisher or "",
            published=listed.published,
            revision=listed.revision,
            copies=sizes[listed.story] - 1,
            characters=listed.characters,
            language=listed.language or "",
            author=listed.author or "",
        )
        for listed in found
    ]


def ordered(
    found: Iterable[Row], column: Column = "published", *, descending: bool = True
) -> list[Row]:
    """The rows by a column, in any letter case; what that leaves alike newest first, then by uri.

    What a column does not know stands last either way.

    Args:
        found: The rows.
        column: By what they are sorted.
        descending: Whether the last comes first.
    """
    listed = sorted(found, key=lambda row: (row.uri, str(getattr(row, column))))
    listed.sort(key=lambda row: row.published or date.min, reverse=True)
    known = [row for row in listed if getattr(row, column) not in ("", None)]
    known.sort(key=lambda row: _value(row, column), reverse=descending)
    return known + [row for row in listed if getattr(row, column) in ("", None)]


def _value(row: Row, column: Column) -> str | int | date:
    value: str | int | date = getattr(row, column)
    return value.casefold() if isinstance(value, str) else value
