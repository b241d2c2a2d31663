"""Whether two words of names can be of one bearer: a demonym, a capital, another spelling."""

from __future__ import annotations

from functools import lru_cache

from rapidfuzz.distance import OSA

from index.words import stem

# A line: a state or body, and what else it is called in news. What only adds an ending ("Iranian")
# is found without it.
_ALIASES = (
    "us usa america american americans united+states washington pentagon white+house",
    "uk britain british britons united+kingdom england english london downing+street whitehall",
    "eu europe european europeans european+union brussels european+commission",
    "un united+nations",
    "nato north+atlantic alliance",
    "france french paris frenchman élysée elysee",
    "germany german germans berlin",
    "russia russian russians moscow kremlin",
    "ukraine ukrainian ukrainians kyiv kiev",
    "china chinese beijing",
    "north+korea pyongyang",
    "south+korea seoul",
    "netherlands dutch holland hague amsterdam",
    "spain spanish spaniards madrid",
    "turkey turkish turks türkiye turkiye ankara",
    "poland polish poles warsaw",
    "denmark danish danes copenhagen",
    "sweden swedish swedes stockholm",
    "switzerland swiss bern",
    "greece greek greeks athens",
    "ireland irish dublin",
    "wales welsh",
    "scotland scottish scots edinburgh holyrood",
    "finland finnish finns helsinki",
    "belgium belgian belgians brussels",
    "israel israeli israelis jerusalem",
    "gaza gazan gazans palestine palestinian palestinians",
    "japan japanese tokyo",
    "iran iranian iranians tehran",
    "iraq iraqi iraqis baghdad",
    "syria syrian syrians damascus",
    "india indian indians delhi",
    "pakistan pakistani islamabad",
    "afghanistan afghan afghans kabul taliban",
    "egypt egyptian egyptians cairo",
    "italy italian italians rome",
    "rome roman romans",
    "vatican pope papal holy+see",
    "norway norwegian norwegians oslo",
    "portugal portuguese lisbon",
    "austria austrian vienna",
    "hungary hungarian hungarians budapest",
    "romania romanian bucharest",
    "serbia serbian serb serbs belgrade",
    "belarus belarusian minsk",
    "georgia georgian tbilisi",
    "czechia czech czechs czech+republic prague",
    "canada canadian ottawa",
    "australia australian canberra",
    "mexico mexican mexicans",
    "brazil brazilian brasilia",
    "niger",
    "nigeria nigerian",
    "uganda ugandan kampala",
    "kenya kenyan nairobi",
    "sudan sudanese khartoum",
    "slovakia slovak slovaks bratislava",
    "slovenia slovene slovenes ljubljana",
    "philippines filipino filipinos philippine manila",
    "taiwan taiwanese taipei",
    "vietnam vietnamese hanoi",
    "saudi riyadh",
    "venezuela venezuelan caracas",
    "argentina argentine argentinian argentines",
    "thailand thai thais bangkok",
    "peru peruvian peruvians",
    "jew jewish jews judaism",
    "islam islamic muslim muslims moslem moslems",
)
_GROUPS: dict[str, frozenset[int]] = {}
for _number, _line in enumerate(_ALIASES):
    for _alias in _line.split():
        _GROUPS[_alias] = _GROUPS.get(_alias, frozenset()) | {_number}
_SUFFIXES = frozenset("n ns an ans ian ians s es ish ese i is y ic".split())


def groups(words: str) -> frozenset[int]:
    """The states and bodies that a name, its words joined by "+", can stand for."""
    return _GROUPS.get(words, frozenset())


def aliases(word: str) -> list[str]:
    """The words that can stand for the same state or body, in lower case, this one first.

    >>> aliases("france")[:3]
    ['france', 'french', 'paris']
    """
    mine = groups(word)
    others = (alias for alias, theirs in _GROUPS.items() if theirs & mine and alias != word)
    return [word, *(alias for alias in others if "+" not in alias)]


@lru_cache(maxsize=65536)
def alike(one: str, other: str) -> bool:
    """Whether two words of names, in lower case, are one, a demonym of it, or spelt otherwise.

    Args:
        one: A word of a name.
        other: Likewise.

    >>> alike("zelensky", "zelenskyy"), alike("russia", "russian"), alike("iran", "iraq")
    (True, True, False)
    """
    if one == other or groups(one) & groups(other) or stem(one) == stem(other):
        return True
    if groups(one) and groups(other):
        return False
    short, long = sorted((one, other), key=len)
    if len(short) >= 4 and any(
        long.startswith(base) and long[len(base) :] in _SUFFIXES
        for base in (short, short.rstrip("aeoy"))
        if len(base) >= 4
    ):
        return True
    if len(short) < 6 or short[:2] != long[:2] or any(c.isdigit() for c in one + other):
        return False
    return OSA.distance(one, other, score_cutoff=2) <= (1 if len(short) < 9 else 2)
