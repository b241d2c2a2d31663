"""The things that articles name for a request: items of a list, or names of the kind asked for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from index.ledger import StoredArticle
from index.text.names import TITLES, Name, aliases, alike, groups, names_in, only_names
from index.text.numbers import numbers_in
from index.text.words import WORD, Phrases, content_stems, stem
from rag.extractive import says_the_same
from rag.quote_context import same_paragraph, words_of
from rag.reading.evidence import Evidence
from rag.requests.material import ITEM, Line, Material, opening, quoted, telling
from rag.requests.roles import callings, untitled
from rag.requests.speech import BODY, speech

# Items of a list, and how many that articles call so are all that is asked for.
ITEMS, ENOUGH = 12, 2

# How far below the best sentence, in log odds, another that names something may lie, and how low
# any may be: whoever is named near a subject is easily taken for one of those asked for ("who met
# Putin"), a place in which something is less so. A short answer is at most so many words. With -4
# for places Moscow is named among the cities that hosted talks in five scraped articles.
BELOW, WORDS = 2.0, 10
LEAST = {"person": -1.4, "place": -3.5, "body": -2.5, "": -2.5}

# Of whom a sentence so likely, with the opening of its article, holds so much of what is asked, and
# supports it by such log odds as a claim, is one too: who "stepped down" where asked who resigned
# (0.7, where somebody else of the same articles has -0.9).
LIKELY, ALL_BUT, SUPPORTED = -6.0, 0.75, 0.0

# How much of the subject's words a sentence, or the opening of its article, must hold.
HELD = 0.5

# The sentences of a request's evidence among which one is an item, if an article lists them, and
# how far below the first it may lie, in log odds.
AMONG, ITEM_BELOW = 5, 2.4

_PHRASES = Phrases("rag.requests")
_KINDS = {kind: _PHRASES.compiled(f"names_{kind}", re.I) for kind in ("person", "place", "body")}
_ASKED, _ABOARD, _CLAUSE, _EITHER, _SOMEBODY = (
    _PHRASES.compiled(name, re.I)
    for name in ("things_asked", "aboard", "clause", "either", "somebody")
)
_TRADES, _ANOTHER, _AND_NAMES = map(_PHRASES.compiled, ("trades", "another", "and_names"))
_NOT, _DENIED, _BUT_NOT = (_PHRASES.compiled(n, re.I) for n in ("not_so", "denied", "but_not"))
_OFFICE = _PHRASES.compiled("office", re.I)
QUOTED = _PHRASES.compiled("quoted", re.I)
"""What asks for all who are quoted."""
_EVERY = re.compile(r"\b(?:every|each) (?P<noun>[a-z]{3,})\b", re.I)
# What is of a sort by its form, or by the words around its name.
_SORTS = {
    "ship": frozenset("ship boat vessel ferry".split()),
    "company": frozenset("company firm business".split()),
}
# Nouns of people: "leaders of the European Union" is none of them.
_PEOPLE = ("politician", "leader", "lawyer", "official", "judge", "minister")
_SAILS = re.compile(r"^,? (?:sailed|sails|sank|docked|ran aground|put to sea|capsized)\b")
# What only says that all are meant.
_MENTIONED = frozenset(
    content_stems(
        "list name give show tell mention appear come quote cite speak spoke say involve exist"
        " article story report paper corpus coverage news"
    )
)
_LOCATED = re.compile(
    r"\bwhere\b|\b(?:host|hold|held|take|took|happen|venue|meet|met|in wh?ich)", re.I
)
_STATES = re.compile(r"\b(?:countr(?:y|ies)|nations|states)\b", re.I)
_DEMONYM = re.compile(
    r"(?:ians?|eans?|cans?|mans?|ish|ese|ench|[a-z]{4}i)$|^(?:eu|europe|nato|un)$"
)
_CITIES = re.compile(r"\b(?:cit(?:y|ies)|towns?|villages?|capitals?)\b", re.I)
# Words for one event: who asks where the talks were means the negotiations too.
_EVENTS = tuple(
    frozenset(map(stem, words.split()))
    for words in (
        "talks negotiations meeting meetings met summit discussions round dialogue conference",
        "hearing hearings trial case court courtroom appeal inquiry",
        "attack attacks strike strikes bombing shelling raid explosion",
        "protest protests demonstration rally march",
    )
)
# Characters before "in Paris" among which is what was there.
_BEFORE = 120
_TITLED = re.compile(
    r"\b(?:Mr|Mrs|Ms|Dr|Sir|Dame|Lord|Lady|Professor|Judge|Mayor|President|Captain|Minister)\.?"
    r" ((?:[A-Z][\w’'-]+ ){0,2}[A-Z][\w’'-]+)"
)
# What stands between places that are named in a row.
_ALSO = (", ", " and ", ", and ", " or ", ", then ", " and then ")
_AT = re.compile(r"\b(?:in|at|near|outside)(?: the)? $", re.I)
# What is somewhere else than what is told of it: "they talked about the war in Ukraine".
_AFAR = re.compile(
    r"\b(?:war|conflict|crisis|fighting|peace|ceasefire|situation|unrest) in(?: the)? $", re.I
)
_BESIDE = re.compile(r" (\w+)\b(?<!ed)")
_IN = re.compile(r"\b(?:in|at|near|to|from|outside|around|via)(?: the)? $", re.I)
_THE = re.compile(r"\bthe (?:[a-z]+ ){0,2}$", re.I)
_WHO = re.compile(r"\W*who(?:[’']s| has| have)? ", re.I)
_EMPTY = re.compile(r"^(?:it|he|she|they|we|i|you|this|that|these|those|his|her|its|their)\b", re.I)


@dataclass(frozen=True, slots=True)
class Item:
    """A thing that is asked for."""

    name: str  # the words that name it
    article: StoredArticle
    index: int  # the sentence of the article that does


def listed(material: Material, found: Sequence[Evidence]) -> list[Line]:
    """The items that an article lists, line by line, for what is asked; none if no article does.

    The evidence is that for what is asked, most probable first.
    """
    for one in found[:AMONG]:
        stored = one.article
        if found[0].log_odds - one.log_odds > ITEM_BELOW or not _is_item(stored, one.index):
            continue
        first, last = one.index, one.index + 1
        while first and _is_item(stored, first - 1):
            first -= 1
        while last < len(stored.sentences) and _is_item(stored, last):
            last += 1
        heads = (words_of(stored, n) for n in range(max(0, first - 2), first))
        about = " ".join((stored.article.title, *heads))
        if last - first > 1 and material.share(about) >= HELD:
            return [Line(stored, index) for index in range(first, last)]
    return []


def _is_item(stored: StoredArticle, index: int) -> bool:
    return bool(ITEM.match(words_of(stored, index)))


def called(material: Material, asked: str) -> list[Line]:
    """All of the sort that is asked for, by what articles call them, or where it was.

    Returns:
        Fewer than ``ENOUGH`` lines if what is asked for has to be read for.
    """
    noun, kind = sort_of(asked), kind_of(asked)
    unbound = noun and _unbound(asked, noun, material.subject)
    items = _called(material, noun) if unbound else []
    if unbound and kind == "place" and _STATES.search(asked):
        items = _states(material)
    elif len(items) < ENOUGH and kind == "place" and _LOCATED.search(asked):
        items = _placed(material, asked)
        if len(items) < ENOUGH:  # the countries are those of the cities that are told
            items = _placed(material, _STATES.sub("cities", asked))
    return _lines(items, asked)


def named(material: Material, asked: Mapping[str, Sequence[Evidence]]) -> list[Line]:
    """What the evidence names of the kind that is asked for, each thing once under its name.

    It is given for each question that the request is made of, most probable first.
    """
    items: list[Item] = []
    for one, found in asked.items():
        kind = kind_of(one)
        if kind != "place":  # what is named beside it is easily taken for one of them
            found = [each for each in found if _about(material, each)]
        mine = _answers(found, kind)
        if kind == "person" and mine and (asks := _WHO.match(one)):
            mine += _supported(material, found, one[asks.end() :])
        items += mine
    return _lines(items, " ".join(asked))


def _lines(items: Sequence[Item], asked: str) -> list[Line]:
    """Each thing once, without those of whom it is denied."""
    stems = {*content_stems(asked)}
    chosen: list[Item] = []
    for each in items:
        said = words_of(each.article, each.index)
        known = len(chosen) == ITEMS or any(_same(each.name, other.name) for other in chosen)
        if not known and (_NOT.search(asked) or not denied(each.name, said, stems)):
            chosen.append(each)
    return [Line(item.article, item.index, item.name) for item in chosen]


def _states(material: Material) -> list[Item]:
    """The states that articles name, those first that more articles do."""
    items: dict[frozenset[int], Item] = {}
    counts: Counter[frozenset[int]] = Counter()
    for stored in material.articles:
        mine: dict[frozenset[int], Item] = {}
        for index in telling(stored):
            for name in names_in(f"x {words_of(stored, index)}"):
                word = "+".join(name.text.lower().removeprefix("the ").split())
                if is_state(word):
                    mine.setdefault(groups(word), Item(name.text, stored, index))
        counts.update(mine.keys())
        items = {**mine, **items}
    return [items[state] for state, _ in counts.most_common()]


def either(asked: str) -> list[str]:
    """What is asked of whoever did something: "everybody who quit or got charged" asks two."""
    both = _EITHER.search(asked)
    return [f"who {told}" for told in both.groups() if told] if both else []


def denied(name: str, text: str, stems: Collection[str]) -> bool:
    """Whether a sentence says that somebody did not do, or did not suffer, what is asked.

    Args:
        name: As the sentence names them.
        text: The sentence.
        stems: Of what is asked.

    >>> denied("Ada Lund", "Ada Lund, who was ill, never signed.", {"sign"})
    True
    >>> denied("Ada Lund", "Ada Lund signed, and Olaf Brand did not.", {"sign"})
    False
    """
    before, _, behind = text.partition(name)
    near = _DENIED.search(before)
    if _BUT_NOT.search(before) or (near and {*stems} & {*content_stems(near["what"])}):
        return True
    behind = _AND_NAMES.sub("", behind)
    found = _NOT.search(behind)
    if not found or _ANOTHER.search(behind[: found.start()]):
        return False
    after = " ".join(behind[found.end() :].split(maxsplit=4)[:4])
    done = {*stems} & {*content_stems(behind[: found.start()])}
    if WORD.match(after):
        return bool({*stems} & {*content_stems(after)} - done)
    return not done  # "Olaf Brand did not."


def _about(material: Material, one: Evidence) -> bool:
    """Whether a sentence or the opening of its article speaks of the subject."""
    texts = (quoted(one.article, one.index), opening(one.article))
    return not material.weights or max(map(material.share, texts)) >= HELD


def kind_of(asked: str) -> str:
    """Which kind of names is asked for: "person", "place" or "body"; "" for any thing."""
    return next((kind for kind, words in _KINDS.items() if words.search(asked)), "")


def sort_of(asked: str) -> str:
    """What is asked for, in the singular, where that is any noun: "which judges", "all ships"."""
    if one := _EVERY.search(asked):
        return one["noun"].lower()
    found = _ASKED.search(asked)
    noun = found["noun"].lower() if found else ""
    return re.sub(r"ies$", "y", noun) if noun.endswith("ies") else noun.removesuffix("s")


def _unbound(asked: str, noun: str, subject: str) -> bool:
    """Whether all of a sort are asked for, not those of whom something is told: "who won"."""
    aside = {stem(noun), *content_stems(subject)}
    return all(s in aside or s in _MENTIONED for s in content_stems(asked))


def _called(material: Material, noun: str) -> list[Item]:
    """The names that articles call so: "Judge Anna Berg", "a judge, Anna Berg", "Berg, a judge"."""
    known = callings(material.articles)
    called = [
        Item(c.name, c.article, c.index)
        for c in known
        if c.is_a(noun) and not (noun in _PEOPLE and BODY.search(c.name))
    ]
    return [*called, *_formed(material, noun)]


def _formed(material: Material, noun: str) -> Iterator[Item]:
    """The names that are of a sort by their form or by what stands around them."""
    sort = next((sort for sort, nouns in _SORTS.items() if noun in nouns), "")
    if not sort:
        return
    for stored in material.articles:
        for index in telling(stored):
            text = words_of(stored, index)
            for name in names_in(f"x {text}"):
                before, after = text[: max(0, name.start - 2)], text[name.end - 2 :]
                aboard = _ABOARD.search(before) or (_THE.search(before) and _SAILS.match(after))
                if aboard if sort == "ship" else _TRADES.search(name.text):
                    yield Item(untitled(name.text), stored, index)


def _bare(name: str) -> str:
    """A name without titles: "Russian President Vladimir Putin"."""
    words = name.partition(" of the ")[0].split()
    last = max(
        (n for n, word in enumerate(words) if word.lower().rstrip(".") in TITLES), default=-1
    )
    return " ".join(words[last + 1 :])


def _persons(articles: Sequence[StoredArticle], texts: str) -> set[str]:
    """The last words of the names of those who have a title or an office, or speak."""
    titled = {name.split()[-1] for name in _TITLED.findall(texts)}
    speakers = [said.speaker for stored in articles for said in speech(stored)]
    called_so = [c.name for c in callings(articles) if _OFFICE.search(c.noun)]
    known = (name for name in (*speakers, *called_so) if not BODY.search(name))
    return titled | {name.split()[-1] for name in known}


def cast(material: Material) -> list[Line]:
    """The people whom articles say what they are, those first who are named most often."""
    stories = material.stories()
    stories = [a for a in stories if material.share(opening(a)) >= HELD] or stories
    texts = " ".join(stored.article.text for stored in stories)
    persons = _persons(stories, texts)
    says = {(c.article.pk, c.index, c.name) for c in callings(stories) if c.noun}
    found = [
        Item(name, stored, index)
        for stored in stories
        for index in telling(stored)
        for named in names_in(f"x {words_of(stored, index)}")
        if " " in (name := _bare(named.text))
        and name.split()[-1] in persons
        and not (BODY.search(name) or _TRADES.search(name) or " of " in name)
        and not re.search(rf"\b{re.escape(name.split()[-1].lower())}\b", texts)
    ]
    # Those sentences first that say who somebody is.
    first = _first_of(sorted(found, key=lambda i: (i.article.pk, i.index, i.name) not in says))
    often = Counter({last: len(re.findall(rf"\b{re.escape(last)}\b", texts)) for last in first})
    items = [first[last] for last, _ in often.most_common(ITEMS)]
    return [Line(item.article, item.index, item.name) for item in items]


def _first_of(found: Sequence[Item]) -> dict[str, Item]:
    """For each bearer of a name, by its last word, the first item that names them."""
    first: dict[str, Item] = {}
    for one in found:
        last = one.name.split()[-1]
        first.setdefault(next((n for n in first if alike(n.lower(), last.lower())), last), one)
    return first


def speakers_quoted(material: Material) -> list[Line]:
    """Everybody who is quoted, those first who are most often, each with the first such words."""
    known = material.now.search_index.vocabulary
    first: dict[str, Item] = {}
    counts: Counter[str] = Counter()
    words = {w for stored in material.articles for w in WORD.findall(stored.article.text)}
    for stored in material.articles:
        for said in speech(stored):
            name = untitled(said.speaker)
            last = name.split()[-1].lower()
            body = BODY.search(name) or last in words or not known.is_name(last)
            if body or not said.verbatim:
                continue
            same = next((n for n in first if _same(n, name)), name)
            counts[same] += 1
            first.setdefault(same, Item(name, stored, said.index))
    items = [first[name] for name, _ in counts.most_common(ITEMS)]
    return [Line(item.article, item.index, item.name) for item in items]


def _placed(material: Material, asked: str) -> list[Item]:
    """The places in which articles say that what is asked about was: "talks in Paris"."""
    stems = {*content_stems(material.subject)}
    stems |= {word for words in _EVENTS if stems & words for word in words}
    items = []
    for stored in material.articles:
        for index in telling(stored):
            text = words_of(stored, index)
            there = last = 0  # where the last place begins, and where it ends
            for name in names_in(f"x {text}"):
                start, end = name.start - 2, name.end - 2
                if text[last:start] not in _ALSO:
                    there = start
                last = end
                before = text[:there]
                at = _AT.search(before) and not _AFAR.search(before)
                clause = re.split(r"[.;:]", before[-_BEFORE:])[-1] if at else ""
                beside = _BESIDE.match(text, end)  # "the Paris talks"; not "Berg talked"
                told = {*content_stems(f"{clause} {beside[1] if beside else ''}")}
                body = BODY.search(name.text) or _TRADES.search(name.text)
                if stems & told and not body and _of_sort(name.text, asked):
                    items.append(Item(name.text, stored, index))
    return items


def _of_sort(place: str, asked: str) -> bool:
    """Whether a place may be a city, or a state, if that is asked for."""
    word = "+".join(place.lower().split())
    return not (_CITIES if _may_be_state(word) else _STATES).search(asked)


def is_state(word: str) -> bool:
    """Whether a name, its words joined by "+", is a state's, and not what its people are called.

    >>> is_state("russia"), is_state("russian"), is_state("moscow")
    (True, False, False)
    """
    return _may_be_state(word) and not _DEMONYM.search(word)


def _may_be_state(word: str) -> bool:
    """Whether a name is a state's or that of its people.

    A state has its demonym beside it, and only a capital stands for two.
    """
    beside = any(a != word and a[:2] == word[:2] for a in aliases(word))
    return len(groups(word)) == 1 and (beside or "+" in word)


def _answers(found: Sequence[Evidence], kind: str) -> list[Item]:
    """What sentences answer: the names of a kind within the short answer, or all of it."""
    fits = _of_kind(kind, found) if kind in ("person", "place") else None
    items: list[Item] = []
    least = LEAST[kind]
    for one in found:
        if one.log_odds < least:
            break
        if names := _named_in(one, kind, fits):
            least = least if items else max(least, one.log_odds - BELOW)
            items += [Item(name, one.article, one.index) for name in names]
    return items


def _supported(material: Material, found: Sequence[Evidence], told: str) -> list[Item]:
    """The people of whom the model says that a sentence supports what is asked: "who resigned".

    Args:
        material: What is asked about.
        found: The evidence, most probable first.
        told: What is asked of them: "resigned over the sinking".
    """
    stems = {*content_stems(told)}
    fits = _of_kind("person", found)
    likely = []
    for one in found:
        held = {*content_stems(f"{one.text} {opening(one.article)}")}
        if one.log_odds >= LIKELY and len(stems & held) >= ALL_BUT * len(stems):
            likely += [(name, one) for name in _named_in(one, "person", fits)]
    claims = [(f"{name} {told.strip(' ?')}.", _beside(one)) for name, one in likely]
    read = material.reader.check(claims) if claims else []
    return [
        Item(name, one.article, one.index)
        for (name, one), each in zip(likely, read, strict=True)
        if each.log_odds >= SUPPORTED
    ]


def _beside(one: Evidence) -> str:
    """A sentence with the one before it in its paragraph, on which it may go on."""
    before = same_paragraph(one.article, one.index - 1)
    return f"{words_of(one.article, one.index - 1)} {one.text}" if before else one.text


def _named_in(one: Evidence, kind: str, fits: Callable[[Name, Evidence], bool] | None) -> list[str]:
    """What of a sentence's short answer is an item of a kind."""
    start = one.sentence.start
    low, high = one.reading.start - start, one.reading.end - start
    words = " ".join(one.text[low:high].split()).strip(" ,.;:-")
    if kind == "body":
        return only_names(words)
    if fits:
        inside = (n for n in names_in(f"x {one.text}") if low <= n.start - 2 and n.end - 2 <= high)
        people = [n.text for n in inside if fits(Name(n.text, n.start - 2, n.end - 2), one)]
        return people or [words] * bool(kind == "person" and _SOMEBODY.fullmatch(words))
    count = any(n.text == words for n in numbers_in(words))
    told = content_stems(words) and not (_EMPTY.match(words) or _CLAUSE.search(words) or count)
    # What stands in brackets behind a sentence is where it is from.
    told = told and one.text[:low].count("(") == one.text[:low].count(")")
    return [words] if told and len(words.split()) <= WORDS else []


def _of_kind(kind: str, found: Sequence[Evidence]) -> Callable[[Name, Evidence], bool]:
    """Tells whether a name of a sentence is one of a person, or of a place."""
    articles = {one.article.pk: one.article for one in found}
    speakers = {said.speaker for stored in articles.values() for said in speech(stored)}
    spoke = {word for name in speakers if not BODY.search(name) for word in name.split()}

    def placed(name: Name, one: Evidence) -> bool:
        return bool(_IN.search(one.text[: name.start]))

    texts = " ".join(stored.article.text for stored in articles.values())

    def person(name: Name, one: Evidence) -> bool:
        last = name.text.split()[-1]
        if BODY.search(name.text) or groups(last.lower()) or placed(name, one):
            return False
        if re.search(rf"\b{re.escape(last.lower())}\b", texts):
            return False  # "Pell Families", of families
        if _THE.search(one.text[: name.start]):
            return False
        return last in spoke or (len(name.words) > 1 and not name.text.isupper())

    def place(name: Name, one: Evidence) -> bool:
        return placed(name, one) and name.text.split()[-1] not in spoke

    return person if kind == "person" else place


def _same(one: str, other: str) -> bool:
    first, second = set(content_stems(one)), set(content_stems(other))
    if first and second and (first <= second or second <= first):
        return True
    spelt = [name.lower().split()[-1] for name in (one, other)]  # Zelensky, Zelenskyy
    return (alike(*spelt) and not groups(spelt[0])) or says_the_same(one, other)
