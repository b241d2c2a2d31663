"""A comparison: what each of several sides wants, says or did, one beside the other."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from index.ledger import StoredArticle
from index.text.names import groups, names_in
from index.text.words import Phrases, is_content, stem
from rag.extractive import says_the_same
from rag.quote_context import same_paragraph, words_of
from rag.reading.evidence import Evidence
from rag.requests.material import ITEM, Line, Material, order_of, telling
from rag.requests.roles import BEARERS, BODIES, Calling, callings, same, spokesmen
from rag.requests.speech import is_of, speech

# Sentences of each side, stories that are read for them, sides that are found where none is named.
EACH, STORIES, SIDES = 6, 16, 3
# Sentences of what one side wants alone.
DEMANDED = 8

# What a sentence gains that says what a side wants, one that says so of a demand where that is
# asked for, one that gives its words, and one of an article that names another side too, beside the
# cosine with the request; the least of the best.
WANTS, DEMANDS, SAYS, BOTH, ENOUGH = 0.6, 0.3, 0.3, 0.15, 0.55
SAID, VERBATIM = 0.6, 0.3
"""What one gains that gives its words where these are asked for, and one that quotes them."""

# Two sentences of a side whose cosine is higher tell the same.
SAME = 0.75

# Characters between a side and what it wants or does; words of a sentence that says so.
REACH, FEW = 70, 4

_WORD = re.compile(r"[^\W_]+(?:[’'.-][^\W_]+)*")
_PHRASES = Phrases("rag.requests")
_WANTED, _DEMANDED = (_PHRASES.compiled(name, re.I) for name in ("wanted", "demanded"))
_OTHER = _PHRASES.compiled("other")
_SAYS = re.compile(r"\b(?:sa(?:y|ys|id)|views?|react\w*|respon\w+|answer\w*|repl\w+)\b", re.I)
# What asks for all that somebody wants, offers or declines, not for demands alone.
_OFFERS = re.compile(
    r"\b(?:(?:offer|propos|promis|suggest|put)\w*|positions?|stances?|standpoint|attitude|stand)\b"
    r"|[’']s line\b",
    re.I,
)
_ASKED = re.compile(r"\b(?:wants?|demands?|terms|conditions|propos\w+)\b", re.I)
# Behind these a name is that of somebody to whom something is done: "a meeting with Moscow would".
_OBJECT = re.compile(r"\b(?:with|of|between|from|to|against|on|for|by|than)(?: the)? $", re.I)
_WILL = re.compile(r"(?:will|would|must)\b", re.I)
_BESIDE = re.compile(r"[\w’'-]+ (?P<noun>[a-z]{3,}) ")
# What tells whether or how somebody will do something tells no more: "how both plan to leave".
_ASIDE = re.compile(r"\b(?:how|whether)\b[^,;.]*$", re.I)
_GOES_ON = re.compile(r"^\W*(?:It|He|She|They|Its|His|Her|Their)\b")


def comparison(about: Mapping[str, Material], asked: str, each: int = EACH) -> list[Line]:
    """What tells most of each side, under its name.

    Args:
        about: For each side, as the request calls it, the articles on it and on what is compared.
        asked: The request.
        each: How many sentences of a side at most.
    """
    sides = [*about]
    return [line for side in sides for line in _told(side, about[side], asked, sides, each)]


def wanted(
    side: str, material: Material, asked: str, likely: Sequence[Evidence] = ()
) -> list[Line]:
    """What one side demands, without a label.

    Args:
        side: As the request calls it.
        material: The articles on it.
        asked: The request.
        likely: Sentences that answer what it wants.
    """
    lines = _told(side, material, asked, [], DEMANDED, frozenset(one.place for one in likely))
    return [replace(line, label="") for line in lines]


def _told(
    side: str,
    material: Material,
    asked: str,
    beside: Sequence[str],
    each: int,
    likely: frozenset[tuple[int, int]] | None = None,
) -> list[Line]:
    """What one side wants, says or does, as asked, in the order in which it was told.

    With what likely answers nothing is told but that and demands.
    """
    stories, both = _stories(side, material, beside)
    names = _Names.of(side, callings(stories))
    says = SAID if _SAYS.search(asked) else SAYS
    demands = _WANTED if _OFFERS.search(asked) else _DEMANDED
    found = [
        (a, *of)
        for a in stories
        for of in (*_of(a, names, says, acts=likely is None), *_listed(a, names))
        if likely is None or (a.pk, of[0]) in likely or demands.search(words_of(a, of[0]))
    ]
    if not found:
        return []
    texts = [words_of(a, index) for a, index, _, _ in found]
    vectors = material.encode(texts)
    near = vectors @ material.embedder.encode_query(f"{side} {asked}")
    # What a sentence goes on from says what it is about.
    near = np.array([max(near[n], near[n - back]) for n, (_, _, _, back) in enumerate(found)])
    gains = _gains(found, texts, both, likely or (), asked)
    chosen = _apart(near + np.array(gains, np.float32), vectors, texts, each)
    called = _titled(side, stories)
    lines = [Line(found[n][0], found[n][1], called) for n in chosen]
    return sorted(lines, key=lambda line: order_of(line.article, line.index))


def _stories(
    side: str, material: Material, beside: Sequence[str]
) -> tuple[list[StoredArticle], set[int]]:
    """The articles that are read for a side, and which of its articles name another side too."""
    stories = material.stories()
    others = [other for other in beside if other != side]
    both = [a for a in stories if any(_place(a.article.text, [o]) is not None for o in others)]
    last = side.split()[-1].lower()
    if both and not (groups(last) or material.now.search_index.vocabulary.is_name(last)):
        stories = both  # "the company" is another one in other articles
    return stories[:STORIES], {a.pk for a in both}


def _gains(
    found: Sequence[tuple[StoredArticle, int, float, int]],
    texts: Sequence[str],
    both: Container[int],
    likely: Container[tuple[int, int]],
    asked: str,
) -> list[float]:
    """What sentences count beside their nearness to the request.

    Args:
        found: Of each its article, its number, and what it counts by what the side does in it.
        texts: Their words.
        both: The articles that name another side too.
        likely: The sentences that answer what the side wants.
        asked: The request.
    """
    demands = DEMANDS * bool(_ASKED.search(asked))
    return [
        weight
        + BOTH * (a.pk in both)
        + demands * bool(_DEMANDED.search(text) or (a.pk, index) in likely)
        for (a, index, weight, _), text in zip(found, texts, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class _Names:
    """By what articles name a side."""

    # The last words of its names, in lower case; the first is the request's own.
    words: tuple[str, ...]
    nouns: frozenset[str]  # what a body is called where it is named too: "the union"
    speakers: frozenset[str]  # who speaks for it
    first: frozenset[str]  # the words before the last one of the request's own

    @classmethod
    def of(cls, side: str, known: Sequence[Calling]) -> _Names:
        """What articles that call people and bodies something call a side, and who is of it."""
        last = side.split()[-1].lower()
        bearers = {c.name.split()[-1].lower() for c in known if _head(c.noun) == stem(last)}
        called = {c.noun.split()[-1] for c in known if c.noun and same(c.name, last)}
        words = (last, *bearers) if len(bearers) <= BEARERS else (last,)
        first = frozenset(side.lower().split()[:-1])
        return cls(words, frozenset(called & BODIES), spokesmen(side, known), first)

    def words_in(self, stored: StoredArticle) -> tuple[str, ...]:
        """The words by which an article names the side."""
        named = _place(stored.article.text, self.words) is not None
        return (*self.words, *self.nouns) if named else self.words


def _head(noun: str) -> str:
    return stem(noun.split()[-1]) if noun else ""


def _apart(
    worth: NDArray[np.float32], vectors: NDArray[np.float32], texts: Sequence[str], most: int
) -> list[int]:
    """The best of some sentences, none of which says what another does."""
    least = ENOUGH * float(worth.max())
    chosen: list[int] = []
    for number in (int(n) for n in np.argsort(-worth, kind="stable") if worth[n] >= least):
        same = (
            float(vectors[number] @ vectors[n]) >= SAME or says_the_same(texts[number], texts[n])
            for n in chosen
        )
        if len(chosen) < most and not any(same):
            chosen.append(number)
    return chosen


def _of(
    stored: StoredArticle, side: _Names, says: float, *, acts: bool
) -> Iterator[tuple[int, float, int]]:
    """The sentences in which a side wants, says or does something.

    Args:
        stored: The article.
        side: By what it is named.
        says: What a sentence counts that gives its words.
        acts: Whether one counts that begins with the side, whatever it does.

    Yields:
        Which one, what it counts, and how many such sentences ago the one that it goes on from is.
    """
    spoken = {said.index: said for said in speech(stored)}
    words = side.words_in(stored)
    acted, back = -2, 0
    for index in telling(stored, FEW):
        text = words_of(stored, index)
        goes_on = acted == index - 1 and same_paragraph(stored, acted) and _GOES_ON.match(text)
        places = [0] if goes_on else [*_places(text, words)]
        by = spoken[index].speaker if index in spoken else ""
        said = _says(by, words, side)
        wants = _wants(text, places)
        begins = goes_on or (acts and places and _begins(text[: places[0]], side))
        if not (said or wants or begins):
            continue
        if not (said or goes_on) and by and not _for(text, by, places[0]):
            continue  # what somebody says of the side
        back = back + 1 if goes_on else 0
        acted = index
        quotes = VERBATIM * (said and says > SAYS and spoken[index].verbatim)
        yield index, WANTS * wants + says * said + quotes, back


def _listed(stored: StoredArticle, side: _Names) -> Iterator[tuple[int, float, int]]:
    """The items of lists whose heading says that a side wants them, like what ``_of`` yields."""
    words, wanted = side.words_in(stored), False
    for index, sentence in enumerate(stored.sentences):
        text = words_of(stored, index)
        if ITEM.match(text):
            if wanted:
                yield index, WANTS, 0
        elif sentence.heading or text.endswith(":"):
            wanted = _wants(text, _places(text, words))
        else:
            wanted = False


def _begins(before: str, side: _Names) -> bool:
    """Whether a sentence begins with a side, by what stands before its last word."""
    return all(w in side.first or w in ("the", "a", "an") for w in before.lower().split())


def _says(by: str, words: Sequence[str], side: _Names) -> bool:
    """Whether a speaker, "" for none, is of a side."""
    return _place(by, words) is not None or any(is_of(by, s) for s in side.speakers)


def _wants(text: str, places: Iterable[int]) -> bool:
    """Whether somebody named at one of some places of a text wants something, or does not."""
    for place in places:
        found = _WANTED.search(text, place)
        if not found or _OBJECT.search(text[:place]):
            continue
        between = text[place : found.start()]
        # "Council tax will not go up" is nothing that the council will.
        beside = _BESIDE.match(between)
        another = _WILL.match(found[0]) and beside and is_content(beside["noun"])
        if another or _ASIDE.search(text[:place]):
            continue
        if len(between) <= REACH and not _OTHER.search(between):
            return True
    return False


def _for(text: str, speaker: str, place: int) -> bool:
    """Whether a speaker speaks for who is named there: "Anna Berg, chair of the union, said"."""
    begin = text.find(speaker)
    between = text[begin:place]
    return begin >= 0 and len(between) <= REACH and not _OTHER.search(between)


def _place(text: str, names: Sequence[str]) -> int | None:
    """Where a text names a side first by one of some words; None if it does not."""
    return next(_places(text, names), None)


def _places(text: str, names: Sequence[str]) -> Iterator[int]:
    """Where a text names a side by one of some words."""
    lasts = [name.split()[-1].lower() for name in names]
    for word in _WORD.finditer(text):
        held = re.sub(r"[’']s?$|\.", "", word.group()).lower()
        if any(same(held, last) for last in lasts):
            yield word.start()


def speakers(articles: Sequence[StoredArticle]) -> list[str]:
    """Who speaks most in the articles, in the form that names them most fully."""
    counts: Counter[str] = Counter()
    for article in articles:
        for said in speech(article):
            theirs = set(said.speaker.split())
            counts[next((n for n in counts if theirs & set(n.split())), said.speaker)] += 1
    return [name for name, _ in counts.most_common(SIDES) if names_in(f"x {name}")]


def _titled(side: str, articles: Iterable[StoredArticle]) -> str:
    """A side with the capitals that articles give it, else with one for each word."""
    if side[:1].isupper():
        return side
    texts = "\n".join(stored.article.text for stored in articles)
    spelt = re.findall(rf"\b{re.escape(side)}\b", texts, re.I)
    names = Counter(words for words in spelt if words[0].isupper() and words[1:] != side[1:])
    return names.most_common(1)[0][0] if names else side.title()
