"""The numbers of a sentence, in digits or in letters, and what they count."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.verification.facts import Fact
from rag.verification.words import Word

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
    " sixteen seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_SMALL = {word: i for i, word in enumerate(_UNITS)} | {
    word: 10 * i for i, word in enumerate(_TENS, 2)
}
_SCALES = {
    "hundred": 1e2,
    "thousand": 1e3,
    "million": 1e6,
    "billion": 1e9,
    "trillion": 1e12,
    "dozen": 12.0,
    "mn": 1e6,
    "bn": 1e9,
    "tn": 1e12,
}
_LETTERS = {"k": 1e3, "m": 1e6, "mn": 1e6, "b": 1e9, "bn": 1e9, "tn": 1e12}
_ORDINALS = {
    word: i
    for i, word in enumerate(
        (
            "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"
            " thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
        ).split(),
        1,
    )
}
_FRACTIONS = {"¼": 0.25, "½": 0.5, "¾": 0.75}
_PERCENT = frozenset(("percent", "percentage"))
_CURRENCY = {"dollar": "$", "dollars": "$", "euro": "€", "euros": "€", "pound": "£", "pounds": "£"}
_APPROXIMATE = frozenset(
    """about around roughly nearly almost approximately some over more than up under less fewer
    least most close well just""".split()
)


def numbers(text: str, tokens: Sequence[Word], taken: list[bool]) -> list[Fact]:
    """The numbers of a text among its words that are not taken; marks theirs as taken."""
    found = []
    i = 0
    while i < len(tokens):
        read = None if taken[i] else _number_at(text, tokens, i)
        if read is None:
            i += 1
            continue
        value, unit, last, spelt = read
        before = {t.lower for t in tokens[max(0, i - 3) : i]} & _APPROXIMATE
        begin = tokens[i].start
        begin -= text[begin - 1 : begin] in ("$", "€", "£")
        shown = text[begin : tokens[last - 1].end] + (
            "%"
            if unit == "%" and (text[tokens[last - 1].end : tokens[last - 1].end + 1] == "%")
            else ""
        )
        taken[i:last] = [True] * (last - i)
        vague = bool(before) or (spelt and value < 5)
        found.append(Fact("number", i, last, shown, value=value, unit=unit, vague=vague))
        i = last
    return found


def _number_at(text: str, tokens: Sequence[Word], i: int) -> tuple[float, str, int, bool] | None:
    """The value and the unit of the number that begins at a word, and the word after it."""
    token = tokens[i]
    unit = ""
    if token.lower[0].isdigit():
        match = re.fullmatch(r"([0-9][0-9.,]*?)(s|st|nd|rd|th|[a-z]+)?", token.lower)
        plain = match[1].replace(",", "") if match else ""
        if not match or not re.fullmatch(r"[0-9]+(?:\.[0-9]+)?", plain) or len(plain) > 30:
            return None
        value, tail, last, spelt = float(plain), match[2] or "", i + 1, False
        if tail in ("st", "nd", "rd", "th", "s"):
            unit = "s" if tail == "s" else "th"
        elif tail in ("bn", "mn", "tn") or (
            tail in _LETTERS and text[token.start - 1 : token.start] in ("$", "€", "£")
        ):
            value *= _LETTERS[tail]
        fraction = text[token.end : token.end + 1]
        value += _FRACTIONS.get(fraction, 0.0)
    elif token.lower in _ORDINALS:
        return float(_ORDINALS[token.lower]), "th", i + 1, True
    else:
        read = _spelt(tokens, i)
        if read is None:
            return None
        value, last = read
        spelt = True
    while last < len(tokens) and (scale := _SCALES.get(tokens[last].lower)):
        value, last = value * scale, last + 1
    if text[token.start - 1 : token.start] in ("$", "€", "£"):
        unit = text[token.start - 1]
    after = text[tokens[last - 1].end :][:10]
    if after.lstrip().startswith("%"):
        unit = "%"
    elif last < len(tokens) and tokens[last].lower in _PERCENT:
        unit, last = "%", last + 1
    elif last + 1 < len(tokens) and (tokens[last].lower, tokens[last + 1].lower) == ("per", "cent"):
        unit, last = "%", last + 2
    elif last < len(tokens) and tokens[last].lower in _CURRENCY and not unit:
        unit, last = _CURRENCY[tokens[last].lower], last + 1
    return value, unit, last, spelt


def _spelt(tokens: Sequence[Word], i: int) -> tuple[float, int] | None:
    """A number in letters: "two dozen", "thirty-one", "a hundred", "two hundred and five"."""
    lower = [t.lower for t in tokens[i : i + 8]]
    if lower[0] in ("a", "an") and len(lower) > 1 and lower[1] in _SCALES:
        return 1.0, i + 1
    if lower[0] == "dozen":
        return 12.0, i + 1
    if lower[0] not in _SMALL:
        return None
    if lower[0] == "one":
        around = {*lower[1:2], *(t.lower for t in tokens[max(0, i - 1) : i])}
        if around & {"of", "another", "no", "any", "the", "this", "that", "each", "every"}:
            return None
        if len(lower) == 1 or tokens[i + 1].clause != tokens[i].clause:
            return None  # "a new one"
    total, current, at = 0.0, 0.0, 0
    while at < len(lower):
        word = lower[at]
        if word in _SMALL and (at == 0 or (_SMALL[word] < 10 and current % 10 == 0)):
            current += _SMALL[word]
        elif word == "hundred" and current:
            current *= 100
        elif (
            word == "and"
            and at + 1 < len(lower)
            and lower[at + 1] in _SMALL
            and (current >= 100 and lower[at - 1] == "hundred")
        ):
            at += 1
            current += _SMALL[lower[at]]
        else:
            break
        at += 1
    return total + current, i + at
