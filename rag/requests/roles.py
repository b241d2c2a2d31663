"""What articles call those whom they name: "the mayor, Anna Berg", "Olaf Brand of the union"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from index.ledger import StoredArticle
from index.text.names import TITLES, alike, names_in
from index.text.words import Phrases, is_content, stem
from rag.quote_context import same_paragraph, words_of

_PHRASES = Phrases("rag.requests")
_BEFORE, _BARE, _VERBAL = (
    _PHRASES.compiled(name, re.I) for name in ("noun_before", "noun_bare", "verbal")
)
_AFTER, _OF, _THEIRS, _LEADS, _SAID_BY = (
    _PHRASES.compiled(f"noun_{name}") for name in ("after", "of", "theirs", "leads", "said")
)
# The rest of a name whose first word ends in an apostrophe: "Seafarers' Alliance".
_REST = re.compile(r"^[’'](?: [A-Z][\w-]*)+")

# "The opposition was angry. Its spokeswoman, Anna Berg, said".
_ITS, _ACTS = re.compile(r"(?:Its|Their) [a-z ]+, $"), re.compile(r"The ([a-z]+) [a-z]+")

# What a noun takes in that people ask for by it.
_SORTS = {
    noun: frozenset(words.split())
    for noun, words in {
        "ship": "ferry boat vessel barge tanker freighter trawler yacht frigate submarine",
        "boat": "ferry ship vessel barge trawler yacht",
        "politician": "minister president chancellor premier senator congressman congresswoman mp"
        " councillor mayor governor representative leader",
        "leader": "president premier chancellor king queen chairman chairwoman chief minister",
        "lawyer": "attorney counsel barrister solicitor prosecutor",
        "company": "firm manufacturer maker builder operator insurer bank lender airline supplier",
        "firm": "company manufacturer maker builder operator insurer bank lender airline supplier",
        "official": "minister director commissioner inspector secretary officer spokesman",
        "organisation": "group charity union association agency council board institute",
    }.items()
}
_POLITICS = ("opposition", "party", "parliament", "senate")
_SORTS["organization"] = _SORTS["organisation"]
BODIES = _SORTS["organisation"] | {"company", "firm", "party", "bank", "club", "league", "ministry"}
"""Nouns of what is no person."""


@dataclass(frozen=True, slots=True)
class Calling:
    """One place in which somebody or something is called something."""

    name: str  # as it stands there, without a title
    noun: str  # what it is called, in lower case; "" if only to whom it belongs is said
    of: str  # to whom or what it belongs; "" if that is not said
    article: StoredArticle
    index: int  # the sentence

    def is_a(self, noun: str) -> bool:
        """Whether it is called so, or what falls under that."""
        head, sorts = stem(self.noun.split(" ")[-1]), {*map(stem, _SORTS.get(noun, ()))}
        return (
            head == stem(noun) or head in sorts or (noun == "politician" and self.of in _POLITICS)
        )


def callings(articles: Iterable[StoredArticle]) -> list[Calling]:
    """All of them, in the articles' order.

    Of whom one article calls the secretary of the union, and one of the League, the League is a
    union.
    """
    found = [calling for stored in articles for calling in _callings(stored)]
    whose = {(c.name, c.noun): c.of for c in found if c.noun and c.of.islower()}
    return found + [
        replace(c, name=c.of, noun=whose[c.name, c.noun], of="")
        for c in found
        if c.of and not c.of.islower() and (c.name, c.noun) in whose
    ]


def _callings(stored: StoredArticle) -> Iterator[Calling]:
    for index, sentence in enumerate(stored.sentences):
        if sentence.heading:
            continue
        text = words_of(stored, index)
        for name in names_in(f"x {text}"):
            if name.start > 0:
                rest = _REST.match(text[name.end - 2 :])
                said = name.text + (rest[0] if rest else "")
                before, after = text[: name.start - 2], text[name.start - 2 + len(said) :]
                for noun, of in _called(said, before, after):
                    if not of and _ITS.match(before) and same_paragraph(stored, index - 1):
                        acts = _ACTS.match(words_of(stored, index - 1))
                        of = acts[1] if acts else ""
                    yield Calling(untitled(said), noun, of, stored, index)


def _called(name: str, before: str, after: str) -> Iterator[tuple[str, str]]:
    """What a name is called by its title, and by the words before and behind it."""
    titles = [word for word in name.lower().split() if word in TITLES]
    if titles and len(titles) < len(name.split()):
        yield " ".join(titles), ""
    for found in (
        _THEIRS.search(before) or _BEFORE.search(before),
        _BARE.search(before),
        _AFTER.match(after),
    ):
        if not found:
            continue
        told = found.groupdict()
        # ", on its ships, the Alliance said" is none; ", their union, the League, agreed" is.
        apposed = not told.get("comma") or after.startswith(",") or _SAID_BY.search(before)
        noun = told["noun"].lower()
        if apposed and all(map(is_content, noun.split())) and not _VERBAL.match(noun.split()[-1]):
            yield noun, told.get("whose") or told.get("of") or ""
    if found := _LEADS.match(after) or (_OF.match(after) if " " in name else None):
        yield "", found["of"]
    elif " of " in name:
        yield "", re.sub(r"^the ", "", name.split(" of ", 1)[1])


# Who speaks for what has no name of its own, and for any company.
_OFFICES = {
    "city": ("mayor",),
    "town": ("mayor",),
    "ministry": ("minister",),
    "court": ("judge",),
    "union": ("secretary", "organiser", "organizer"),
}
BEARERS = 2
"""Of so many at most who are called what is asked for ("the minister") each is taken for them."""

_CHIEFS = frozenset("director executive boss chief chairman chairwoman president owner".split())


def spokesmen(side: str, known: Sequence[Calling]) -> frozenset[str]:
    """Who speaks for a body, or is what somebody is called: "the governor"."""
    *before, last = side.lower().split()
    first = {*map(stem, before)}
    found: set[str] = set()
    offices: dict[str, set[str]] = {}
    for c in known:
        if c.of and same(c.of, last):
            found.add(c.name)
        *kind, head = c.noun.split() or [""]
        if head in _OFFICES.get(last, ()):
            offices.setdefault(head, set()).add(untitled(c.name).split()[-1])
        if head in _CHIEFS and first & {*map(stem, kind)}:
            found.add(c.name)  # "the tram director", for the tram company
    bearers = {c.name for c in known if c.noun and stem(c.noun.split()[-1]) == stem(last)}
    if len({name.split()[-1] for name in bearers}) <= BEARERS:
        found |= bearers
    # Of one holder alone it is known that it is theirs.
    return frozenset(found.union(*(names for names in offices.values() if len(names) == 1)))


def same(name: str, last: str) -> bool:
    """Whether a name can be that of which the last word is given, in lower case."""
    word = name.split()[-1].lower()
    return alike(last, word) or stem(last) == stem(word)


def untitled(name: str) -> str:
    """A name without the titles before it and the body behind it."""
    words = name.partition(" of the ")[0].split()
    while len(words) > 1 and words[0].lower().rstrip(".") in TITLES:
        words = words[1:]
    return " ".join(words)
