"""Whether two names can be of one bearer: a surname alone, a demonym, initials."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from index.words import stem

_ALIASES = (
    "us usa america american americans united+states washington",
    "uk britain british britons united+kingdom england english london",
    "eu european+union brussels",
    "un united+nations",
    "france french paris frenchman élysée",
    "germany german germans berlin",
    "russia russian russians moscow kremlin",
    "ukraine ukrainian ukrainians kyiv kiev",
    "china chinese beijing",
    "netherlands dutch holland hague",
    "spain spanish spaniards madrid",
    "turkey turkish turks türkiye turkiye ankara",
    "poland polish poles warsaw",
    "denmark danish danes",
    "sweden swedish swedes",
    "switzerland swiss",
    "greece greek greeks",
    "ireland irish",
    "wales welsh",
    "scotland scottish scots",
    "finland finnish finns",
    "iraq iraqi iraqis",
    "israel israeli israelis",
    "japan japanese tokyo",
    "iran iranian iranians tehran",
    "rome roman romans",
    "norway norwegian norwegians",
    "portugal portuguese",
    "philippines filipino philippine",
    "peru peruvian",
    "afghanistan afghan afghans",
    "jew jewish jews judaism",
    "islam islamic muslim muslims",
    "muslim muslims moslem moslems",
)
_GROUPS: dict[str, frozenset[int]] = {}
for _number, _line in enumerate(_ALIASES):
    for _alias in _line.split():
        _GROUPS[_alias] = _GROUPS.get(_alias, frozenset()) | {_number}
_SUFFIXES = frozenset(
    ("n", "ns", "an", "ans", "ian", "ians", "s", "es", "ish", "ese", "i", "is", "y", "ic")
)


def same_name(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two names can be of one bearer: a surname alone, a demonym, initials.

    >>> same_name(["merz"], ["friedrich", "merz"]), same_name(["eu"], ["european", "union"])
    (True, True)
    >>> same_name(["anna", "merz"], ["friedrich", "merz"])
    False
    """
    if not one or not other:
        return False
    short, long = sorted((one, other), key=len)
    if all(any(alike(a, b) for b in long) for a in short):
        return True
    if len(one) == 1 and one[0] == "".join(word[0] for word in other):
        return True
    if len(other) == 1 and other[0] == "".join(word[0] for word in one):
        return True
    return bool(_group("+".join(one)) & _group("+".join(other)))


@lru_cache(maxsize=65536)
def alike(one: str, other: str) -> bool:
    """Whether two words of names are one: the same, a demonym of it, or spelt otherwise.

    >>> alike("zelensky", "zelenskyy"), alike("russia", "russian"), alike("iran", "iraq")
    (True, True, False)
    """
    if one == other or stem(one) == stem(other) or _group(one) & _group(other):
        return True
    short, long = sorted((one, other), key=len)
    if len(short) >= 4 and any(
        long.startswith(base) and long[len(base) :] in _SUFFIXES
        for base in (short, short.rstrip("aeoy"))
        if len(base) >= 4
    ):
        return True
    if any(char.isdigit() for char in one + other):
        return False
    return len(short) >= 6 and short[:3] == long[:3] and _one_edit(short, long)


def _group(name: str) -> frozenset[int]:
    return _GROUPS.get(name, frozenset())


def _one_edit(short: str, long: str) -> bool:
    """Whether a letter inserted or replaced makes one of the other."""
    if len(long) - len(short) > 1:
        return False
    i = next((i for i, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    return short[i:] == long[i + 1 :] or (
        len(short) == len(long) and short[i + 1 :] == long[i + 1 :]
    )
