"""The words of a sentence, and the numbers, dates and names among them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from index.words import is_content, stem
from rag.verification.lexicon import form, is_common

_TOKEN = re.compile(
    r"(?:[^\W\d_]\.){2,}|\d+(?:[.,:]\d+)*[^\W\d_]*|[^\W_]+(?:[’'][^\W\d_]+)*", re.UNICODE
)
_CLAUSE = re.compile(r"[,;:()\[\]“”\"—–]|\s-\s|[.!?]\s")
_POSSESSIVE = re.compile(r"[’']s?$", re.I)

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
_MONTHS = {
    name: number
    for number, names in enumerate(
        "january jan|february feb|march mar|april apr|may|june jun|july jul|august aug"
        "|september sep sept|october oct|november nov|december dec".split("|"),
        1,
    )
    for name in names.split()
}
_DAYS = {
    day: i
    for i, day in enumerate("monday tuesday wednesday thursday friday saturday sunday".split())
}
_BEFORE_MAY = frozenset("in of since until by last this next early late mid from during to".split())
_BEFORE_YEAR = _BEFORE_MAY | frozenset("the and before after around between".split())
_PERCENT = frozenset(("percent", "percentage"))
_CURRENCY = {"dollar": "$", "dollars": "$", "euro": "€", "euros": "€", "pound": "£", "pounds": "£"}
_APPROXIMATE = frozenset(
    """about around roughly nearly almost approximately some over more than up under less fewer
    least most close well just""".split()
)
_TITLES = frozenset(
    """mr mrs ms dr sir lord lady president prime minister chancellor king queen prince princess
    pope senator governor secretary general chief foreign defence defense professor mayor judge
    the vice deputy former captain colonel commissioner spokesman spokeswoman i""".split()
)
_NO_NAMES = frozenset(
    """i nobody none nothing everyone everybody someone anyone later earlier contrary however
    moreover additionally furthermore meanwhile similarly instead despite according today yesterday
    following including among many most several although because overall currently
    recently yes another other almost nevertheless nonetheless therefore thus hence consequently
    otherwise likewise afterwards finally initially originally eventually usually generally
    often sometimes perhaps maybe nearly besides overall still indeed""".split()
)
JOINING = frozenset(("of", "the", "and", "de", "van", "von", "al", "bin", "la", "du", "del", "für"))

# What a capital at the start of a claim says little about: these endings are of common words.
_COMMON = re.compile(r"(?:ing|ly|tion|sion|ment|ness|ity|ism|ships?|ers|ors|ists|ances?|ences?)$")

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


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a sentence.

    Attributes:
        stem: The form in which it is compared.
        start: Offset of its first character; likewise ``end``.
        clause: How many commas, quotation marks and the like stand before it.
    """

    text: str
    lower: str
    stem: str
    start: int
    end: int
    clause: int

    @property
    def content(self) -> bool:
        """Whether it carries content and is no number in digits."""
        if self.text.isupper() and len(self.text) > 1:
            return True  # the US is not us
        return is_content(self.lower) and "n’t" not in self.lower and "n't" not in self.lower

    @property
    def capital(self) -> bool:
        """Whether it is written as a name is."""
        return self.text[0].isupper()


Kind = Literal["number", "date", "name"]


@dataclass(frozen=True, slots=True)
class Fact:
    """A number, a date or a name in a sentence.

    Attributes:
        first: Its first word; ``last`` is the one after its last.
        shown: How the sentence writes it.
        value: Of a number.
        unit: Of a number: "%", a currency sign, "th" for an ordinal, or "".
        parts: Of a date: day, month, year, weekday, each or None.
        vague: Of a number: written with "about" or the like, or small and in letters.
        names: Of a name: its words in lower case, titles left out.
    """

    kind: Kind
    first: int
    last: int
    shown: str
    value: float = 0.0
    unit: str = ""
    parts: tuple[int | None, int | None, int | None, int | None] = (None, None, None, None)
    vague: bool = False
    names: tuple[str, ...] = ()


@lru_cache(maxsize=4096)
def words(text: str) -> tuple[Word, ...]:
    """The words of a text, in order.

    >>> [w.lower for w in words("The U.S. lent €1,000, didn’t it?")]
    ['the', 'us', 'lent', '1,000', 'didn’t', 'it']
    """
    found = []
    clause, seen = 0, 0
    for match in _TOKEN.finditer(text):
        clause += len(_CLAUSE.findall(text[seen : match.start()] + " "))
        seen = match.end()
        bare = match.group() if match.group()[0].isdigit() else match.group().replace(".", "")
        plain = _POSSESSIVE.sub("", bare) or bare
        lower = plain.lower()
        found.append(Word(plain, lower, form(lower), match.start(), match.end(), clause))
    return tuple(found)


def facts(text: str, start: int = 0, known: Callable[[str], bool] | None = None) -> list[Fact]:
    """The numbers, dates and names of a text, in order.

    Args:
        text: A sentence, or several.
        start: How many characters at the front are another's opening, and no sentence's.
        known: Whether a word, in lower case, is known to be common; a sentence's first word that
            is known is no name.

    >>> [(f.kind, f.shown) for f in facts("On 18 May Mr. Merz lent the US thirty million euros.")]
    [('date', '18 May'), ('name', 'Merz'), ('name', 'US'), ('number', 'thirty million euros')]
    """
    tokens = words(text)
    taken = [False] * len(tokens)
    found = [*_dates(text, tokens, taken), *_numbers(text, tokens, taken)]
    found += _names(text, tokens, taken, known)
    return sorted(found, key=lambda fact: fact.first)


def same(one: Fact, other: Fact) -> bool:
    """Whether two facts of one kind say the same; ``one`` is the claim's."""
    if one.kind == "number":
        return _same_number(one, other)
    if one.kind == "date":
        return any(a is not None for a in one.parts) and all(
            a is None or a == b for a, b in zip(one.parts, other.parts, strict=True)
        )
    return same_name(one.names, other.names)


def _same_number(one: Fact, other: Fact) -> bool:
    if one.unit != other.unit and {one.unit, other.unit} & {"%", "th", "s"}:
        return False
    if one.unit and other.unit and one.unit != other.unit:
        return False
    if abs(one.value - other.value) <= 1e-9 * max(abs(one.value), abs(other.value), 1e-9):
        return True
    rounder = _digits(one.value) < _digits(other.value)
    return one.vague and rounder and abs(one.value - other.value) <= 0.05 * abs(other.value)


def _digits(value: float) -> int:
    """How many significant digits a value is written with."""
    shown = f"{value:.10g}".split("e", maxsplit=1)[0].replace(".", "").lstrip("0")
    return len(shown if "." in f"{value:.10g}" else shown.rstrip("0"))


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


def _group(name: str) -> frozenset[int]:
    return _GROUPS.get(name, frozenset())


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


def _one_edit(short: str, long: str) -> bool:
    """Whether a letter inserted or replaced makes one of the other."""
    if len(long) - len(short) > 1:
        return False
    i = next((i for i, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    return short[i:] == long[i + 1 :] or (
        len(short) == len(long) and short[i + 1 :] == long[i + 1 :]
    )


def _dates(text: str, tokens: Sequence[Word], taken: list[bool]) -> list[Fact]:
    found = []
    for match in re.finditer(r"\b(\d{4})-(\d\d)-(\d\d)\b", text):
        year, month, day = (int(part) for part in match.groups())
        inside = [i for i, t in enumerate(tokens) if match.start() <= t.start < match.end()]
        if 1 <= month <= 12 and 1 <= day <= 31 and inside:
            for i in inside:
                taken[i] = True
            found.append(
                Fact(
                    "date", inside[0], inside[-1] + 1, match.group(), parts=(day, month, year, None)
                )
            )
    for i, token in enumerate(tokens):
        if taken[i] or not token.capital:
            continue
        if token.lower.removesuffix("s") in _DAYS:
            taken[i] = True
            day = _DAYS[token.lower.removesuffix("s")]
            found.append(Fact("date", i, i + 1, token.text, parts=(None, None, None, day)))
        elif (month_number := _MONTHS.get(token.lower)) is not None:
            first, last, day_number, year_number = i, i + 1, None, None
            if i and _day(tokens[i - 1]) and not taken[i - 1]:
                first, day_number = i - 1, _day(tokens[i - 1])
            elif i > 1 and tokens[i - 1].lower == "of" and _day(tokens[i - 2]):
                first, day_number = i - 2, _day(tokens[i - 2])
            elif last < len(tokens) and _day(tokens[last]):
                day_number, last = _day(tokens[last]), last + 1
            if (
                last < len(tokens)
                and _year(tokens[last])
                and tokens[last].start - tokens[last - 1].end < 4
            ):
                year_number, last = int(tokens[last].lower), last + 1
            ambiguous = token.lower in ("may", "march") and not (day_number or year_number)
            if ambiguous and not (i and tokens[i - 1].lower in _BEFORE_MAY):
                continue
            taken[first:last] = [True] * (last - first)
            found.append(
                Fact(
                    "date",
                    first,
                    last,
                    text[tokens[first].start : tokens[last - 1].end],
                    parts=(day_number, month_number, year_number, None),
                )
            )
    for i, token in enumerate(tokens):
        if not taken[i] and _year(token) and not _marked(text, token) and not _counts(tokens, i):
            taken[i] = True
            found.append(
                Fact("date", i, i + 1, token.text, parts=(None, None, int(token.lower), None))
            )
    return found


def _day(token: Word) -> int | None:
    match = re.fullmatch(r"([0-3]?[0-9])(?:st|nd|rd|th)?", token.lower)
    return int(match[1]) if match and 1 <= int(match[1]) <= 31 else None


def _year(token: Word) -> bool:
    return bool(re.fullmatch(r"1[0-9]{3}|20[0-9]{2}", token.lower))


def _counts(tokens: Sequence[Word], i: int) -> bool:
    """Whether what looks like a year counts the things that follow: "1200 jobs"."""
    after = tokens[i + 1] if i + 1 < len(tokens) else None
    return (
        after is not None
        and after.content
        and not after.capital
        and after.lower.endswith("s")
        and after.clause == tokens[i].clause
        and not (i and tokens[i - 1].lower in _BEFORE_YEAR)
    )


def _marked(text: str, token: Word) -> bool:
    """Whether a currency sign or a percent sign stands at it."""
    return text[token.start - 1 : token.start] in ("$", "€", "£") or (
        text[token.end : token.end + 2].strip().startswith("%")
    )


def _numbers(text: str, tokens: Sequence[Word], taken: list[bool]) -> list[Fact]:
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


def _names(
    text: str,
    tokens: Sequence[Word],
    taken: Sequence[bool],
    known: Callable[[str], bool] | None,
) -> list[Fact]:
    found = []
    i = 0
    while i < len(tokens):
        if taken[i] or not _nameable(text, tokens, i, known):
            i += 1
            continue
        last = i + 1
        while last < len(tokens) and not taken[last] and _adjacent(text, tokens, last):
            if tokens[last].capital and tokens[last].content:
                last += 1
            elif (
                tokens[last].lower in JOINING
                and tokens[last].lower != "and"
                and last + 1 < len(tokens)
                and tokens[last + 1].capital
                and tokens[last + 1].content
                and _adjacent(text, tokens, last + 1)
                and tokens[last].lower not in ("the",)
            ):
                last += 2
            else:
                break
        parts = [t for t in tokens[i:last] if t.lower not in _TITLES and t.lower not in JOINING]
        if parts:
            first = next(k for k in range(i, last) if tokens[k] is parts[0])
            shown = text[tokens[first].start : tokens[last - 1].end]
            shown = _POSSESSIVE.sub("", shown)
            found.append(Fact("name", first, last, shown, names=tuple(t.lower for t in parts)))
        i = last
    return found


def _adjacent(text: str, tokens: Sequence[Word], i: int) -> bool:
    between = text[tokens[i - 1].end : tokens[i].start]
    possessive = text[: tokens[i - 1].end].endswith(("’s", "'s"))
    return (
        not possessive and (between.isspace() or between in ("-", ". ")) and "\n\n" not in between
    )


def _nameable(
    text: str, tokens: Sequence[Word], i: int, known: Callable[[str], bool] | None
) -> bool:
    """Whether a name begins at a word: a capital that is not just the sentence's first."""
    token = tokens[i]
    if token.text[0].isalpha() and any(char.isdigit() for char in token.text):
        return True  # "v2", "S3fs"
    if not token.capital or not token.content or token.lower in _NO_NAMES:
        return False
    if not _opens(text, tokens, i):
        return True
    if token.text.isupper() and len(token.text) > 1:
        return True
    if known and known(token.lower):
        return False
    if is_common(token.lower):
        return False
    followed = i + 1 < len(tokens) and tokens[i + 1].capital and _adjacent(text, tokens, i + 1)
    return followed or not _COMMON.search(token.lower)


def _opens(text: str, tokens: Sequence[Word], i: int) -> bool:
    """Whether a word begins a sentence or what is said in quotation marks."""
    before = text[: tokens[i].start].rstrip(" \t")
    return not before or before[-1] in ".!?:“\"‘'•\n–—-"
