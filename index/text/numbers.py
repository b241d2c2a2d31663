"""The numbers of a text, in digits or in letters, as values that can be compared."""

from __future__ import annotations

import re
from dataclasses import dataclass

from index.text.words import Phrases

_UNITS = "one two three four five six seven eight nine".split()
_TEENS = ("ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen").split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_SMALL = {
    word: number
    for number, word in [
        (0, "zero"),
        *enumerate((*_UNITS, *_TEENS), 1),
        *((10 * n, word) for n, word in enumerate(_TENS, 2)),
    ]
}
_SCALES = {"dozen": 12, "hundred": 100, "thousand": 1e3, "million": 1e6, "billion": 1e9}
_SCALES |= {"trillion": 1e12}
_LETTERS = {"k": 1e3, "m": 1e6, "mn": 1e6, "b": 1e9, "bn": 1e9, "tn": 1e12}
ORDINALS = {
    word: number
    for number, word in enumerate(
        (
            "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"
            " thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
        ).split(),
        1,
    )
}
_FRACTIONS = {"¼": 0.25, "½": 0.5, "¾": 0.75}
_CURRENCIES = {"dollar": "$", "euro": "€", "pound": "£", "yen": "¥", "usd": "$", "eur": "€"}
_CURRENCIES |= {"gbp": "£"}

_SCALE = "|".join(_SCALES)
_BELOW_HUNDRED = (
    rf"(?:(?:{'|'.join(_TENS)})(?:[ -](?:{'|'.join(_UNITS)}))?|{'|'.join(_TEENS)}"
    rf"|{'|'.join(_UNITS)}|zero)\b"
)
_NUMBER = re.compile(
    rf"""(?<![\w.,:/])(?<![^\W\d_][-–])
    (?P<sign>[$€£¥]\s?)?
    (?:
        (?P<digits>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d{{1,15}}(?:\.\d{{1,9}})?)(?![\d:])
        (?P<fraction>[¼½¾])?
        (?P<tail>(?:st|nd|rd|th|s|k|mn|m|bn|b|tn)\b)?(?![^\W\d_])
      | (?P<letters>(?:{_BELOW_HUNDRED}|an?\ (?=(?:{_SCALE})\b))
            (?:[ -]?(?:{_SCALE})\b(?:(?:\ and)?\ {_BELOW_HUNDRED})?)*)
      | (?P<ordinal>(?:{"|".join(ORDINALS)})\b)
    )
    (?P<scale>(?:[\s-](?:{_SCALE}|bn|mn)\b)*)
    (?P<unit>\s?%|[\s-](?:per\ ?cent(?:age\ points?)?|{"|".join(_CURRENCIES)})s?\b)?
    """,
    re.I | re.X,
)
_ABOUT = Phrases("index.text").compiled("about", re.I)


@dataclass(frozen=True, slots=True)
class Number:
    """A number, and where it stands."""

    text: str
    start: int
    end: int
    value: float
    unit: str = ""  # "%", a currency sign, "th" for an ordinal, "s" as in "the 90s", or ""
    about: bool = False  # whether it is said to be near the true one only
    # Whether it is one of those in letters that may count what is listed, or nothing.
    small: bool = False

    def same(self, other: Number) -> bool:
        """Whether this number of a claim is one of the cited words."""
        if self.unit != other.unit and (
            {self.unit, other.unit} & {"%", "th", "s"} or (self.unit and other.unit)
        ):
            return False
        mine, theirs = self.value, other.value
        if abs(mine - theirs) <= 1e-9 * max(abs(mine), abs(theirs)):
            return True
        rounder = _digits(mine) < _digits(theirs)
        return self.about and rounder and abs(mine - theirs) <= 0.05 * abs(theirs)


def numbers_in(text: str) -> list[Number]:
    """The numbers of a text, in order; the time of a day is none.

    >>> [(n.text, n.value, n.unit) for n in numbers_in("Over €1.2bn, 5 per cent of forty-two.")]
    [('€1.2bn', 1200000000.0, '€'), ('5 per cent', 5.0, '%'), ('forty-two', 42.0, '')]
    """
    found = []
    for match in _NUMBER.finditer(text):
        tail = (match["tail"] or "").lower()
        sign = (match["sign"] or "").strip()
        if tail in ("k", "m", "b") and not sign:
            continue  # "5k", "10m": a race, a distance
        if match["digits"]:
            value = float(match["digits"].replace(",", "")) + _FRACTIONS.get(match["fraction"], 0.0)
            value *= _LETTERS.get(tail, 1.0)
        elif match["letters"]:
            value = _value(match["letters"].lower())
        else:
            value = float(ORDINALS[match["ordinal"].lower()])
        for word in re.split(r"[\s-]+", match["scale"].lower().strip(" -")):
            value *= _SCALES.get(word, _LETTERS.get(word, 1.0))
        name = (match["unit"] or "").lower().strip(" -")
        told = "%" if name.startswith(("%", "per")) else _CURRENCIES.get(name.rstrip("s"), "")
        unit = sign or told
        small = not match["digits"] and value < 13 and not unit
        if not unit and (match["ordinal"] or tail in ("st", "nd", "rd", "th")):
            unit = "th"
        about = bool(_ABOUT.search(text[max(0, match.start() - 24) : match.start()]))
        unit = unit or ("s" if tail == "s" else "")
        found.append(
            Number(match.group().strip(), match.start(), match.end(), value, unit, about, small)
        )
    return found


def _value(letters: str) -> float:
    """What a number in letters amounts to."""
    total = current = 0.0
    for word in re.split(r"[\s,-]+", letters):
        if word in _SMALL:
            current += _SMALL[word]
        elif word in _SCALES:
            current = max(1.0, current) * _SCALES[word]
            if _SCALES[word] >= 1000:
                total, current = total + current, 0.0
    return total + current


def _digits(value: float) -> int:
    """How many significant digits a value is written with."""
    return len(f"{value:.10g}".split("e")[0].replace(".", "").strip("0"))
