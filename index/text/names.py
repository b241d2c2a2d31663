"""The names of a text, found by their capitals, and which words of names mean the same bearer."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise

from anyascii import anyascii
from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from index.text.dates import MONTHS, WEEKDAYS
from index.text.words import Phrases, is_content, stem

_IMPERATIVES, _ADVERBS, TITLES = (
    Phrases("index.text").words(name) for name in ("imperatives", "adverbs", "titles")
)
ACRONYM = r"(?:[^\W\d_]\.){2,}|(?:[^\W\d_]\.)+[^\W\d_]\b"  # "U.S."
_WORD = re.compile(rf"(?<!\w)(?:{ACRONYM}|[^\W\d_](?:[\w-]|[’'](?!s\b)(?=\w))*)")
_INSIDE = frozenset("of de da du der den del la von van bin al ibn the for für".split())
_CALENDAR = frozenset((*MONTHS, *WEEKDAYS, *(f"{day}s" for day in WEEKDAYS)))


@dataclass(frozen=True, slots=True)
class Name:
    """A capitalised name, and where it stands."""

    text: str
    start: int
    end: int
    opens: bool = False  # whether it begins a sentence, or what is said in quotation marks

    @property
    def words(self) -> tuple[str, ...]:
        """Its words in lower case, without titles and the small words between."""
        found = re.findall(r"[^\W_]+", self.text.replace(".", "").lower())
        return tuple(w for w in found if w not in TITLES and w not in _INSIDE)


def names_in(text: str) -> list[Name]:
    """The names of a text, in order; months, weekdays and a lone first word are none.

    >>> [name.text for name in names_in("Did the Bank of England warn Merz on Friday?")]
    ['Bank of England', 'Merz']
    """
    if text.isupper():
        return []
    names: list[Name] = []
    words = list(_WORD.finditer(text))
    at = 0
    while at < len(words):
        if not _begins(words, at):
            at += 1
            continue
        last = reach = at
        while reach + 1 < len(words) and _joined(text, words[reach], words[reach + 1]):
            reach += 1
            if _capital(words[reach]):
                last = reach
            elif words[reach].group() not in _INSIDE:
                break
        start, end = words[at].start(), words[last].end()
        names.append(Name(text[start:end], start, end, _opens(words[at])))
        at = last + 1
    return names


def only_names(text: str) -> list[str]:
    """The names of words that are nothing but names; none for any others.

    >>> only_names("the Bank of England and Marks & Spencer"), only_names("Merz of Berlin spoke")
    (['Bank of England', 'Marks & Spencer'], [])
    """
    names = names_in(f"x {text}")
    ends = [0, *(name.end - 2 for name in names)]
    starts = [*(name.start - 2 for name in names), len(text)]
    between = (text[end:start] for end, start in zip(ends, starts, strict=True))
    alone = all(re.fullmatch(r"\W*(?:(?:and|the|or)\W+)*", part, re.I) for part in between)
    return [name.text for name in names] if alone else []


def _begins(words: list[re.Match[str]], at: int) -> bool:
    """Whether a name begins at a word: a capital that is not just the sentence's first."""
    word = words[at].group()
    if not _capital(words[at]):
        return False
    acronym = word.isupper() and len(word) > 1
    if not _opens(words[at]):
        return is_content(word) or acronym
    if acronym and is_content(word):
        return True
    follows = at + 1 < len(words) and _capital(words[at + 1])
    joined = follows and _joined(words[at].string, words[at], words[at + 1])
    return joined and is_content(word) and word.lower() not in _IMPERATIVES | _ADVERBS


def _opens(word: re.Match[str]) -> bool:
    text, at = word.string, word.start()
    while at and text[at - 1] in " \t":
        at -= 1
    return at == 0 or text[at - 1] in ".?!:“\"‘'•\n–—"


def _capital(word: re.Match[str]) -> bool:
    return word.group()[0].isupper() and word.group() not in _CALENDAR


def _joined(text: str, one: re.Match[str], other: re.Match[str]) -> bool:
    between = text[one.end() : other.start()]
    return between in (" ", "-", " & ") or (between == ". " and len(one.group()) < 3)  # St. Ives


# A line of ``aliases.txt`` has what a state or body is called in news; what only adds an ending
# ("Iranian") is found without it. For each name, the lines that it stands in.
_ALIASES = (files("index.text") / "aliases.txt").read_text("utf-8")
_GROUPS: dict[str, frozenset[int]] = {}
for _number, _line in enumerate(_ALIASES.split("\n")):
    for _alias in _line.split():
        _GROUPS[_alias] = _GROUPS.get(_alias, frozenset()) | {_number}
# A line of one name and that in other letters is of a person.
_PEOPLE = frozenset(
    number
    for number, line in enumerate(_ALIASES.split("\n"))
    if len(names := line.split()) > 1 and not any(map(str.isascii, names[1:]))
)
_SUFFIXES = frozenset("n ns an ans ian ians s es ish ese i is y ic".split())


def groups(words: str) -> frozenset[int]:
    """The states and bodies that a name, its words joined by "+", can stand for.

    >>> bool(groups("france")), bool(groups("macron"))
    (True, False)
    """
    return _lines(words) - _PEOPLE


def _lines(word: str) -> frozenset[int]:
    return _GROUPS.get(word, frozenset())


def aliases(word: str) -> list[str]:
    """The words that can stand for the same state or body, in lower case, this one first.

    >>> aliases("france")[:3]
    ['france', 'french', 'paris']
    """
    mine = _lines(word)
    others = (alias for alias, theirs in _GROUPS.items() if theirs & mine and alias != word)
    return [word, *(alias for alias in others if "+" not in alias)]


@lru_cache(maxsize=65536)
def alike(one: str, other: str) -> bool:
    """Whether two words of names, in lower case, are one, a demonym of it, or spelt otherwise.

    >>> alike("zelensky", "selenskyj"), alike("russia", "russian"), alike("iran", "iraq")
    (True, True, False)
    """
    if one == other or _lines(one) & _lines(other) or stem(one) == stem(other):
        return True
    mine, theirs = respelt((one, other))
    if mine and mine == theirs:
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


# How English, French, German and Polish write one name from another script: all as one of them.
_RESPELT = tuple(
    (re.compile(pattern, re.M), letters)
    for pattern, letters in (
        (r"^(?:q|kh?|gh?)ad+h?af", "gadaf"),  # the q of Libya's Arabic
        (r"(?<=[^aeiou])ine$", "in"),  # Poutine
        (r"ou", "u"),  # Choïgou
        (r"s?z?cz|t?s?ch|sh|zh", "5"),
        (r"ph|w|ff?$", "v"),  # Peskow, Medvedeff
        (r"([bdgkt])h", r"\1"),
        (r"q|ck|c(?=[aou])", "k"),
        (r"t[sz]|^s(?=[aeiou])", "z"),  # Selenskyj
        (r"^[yj](?=[aeou])|(?<=[^ij])[yj](?=e)", ""),  # Jermak, Yermak, Ermak; Medvedyev
        (r"[iyj]+", "i"),
        (r"([^aeiou])\1+", r"\1"),
        (r"(?<=5)ov$", "ev"),  # Gorbatschow
    )
)
_FEWEST_LETTERS = 5


def respelt(words: Iterable[str]) -> list[str]:
    """Names as if one language had taken them into Latin letters; "" for each of few letters.

    Of 9,027 names in three collections 61 met another so: Stephens and Stevens, Karla and Carla.
    Fewer letters would make one of Zhang and Chang.

    >>> respelt(["Peskov", "Peskow", "Selenskyj", "Zelenskyy", "Xi"])
    ['peskov', 'peskov', 'zelenski', 'zelenski', '']
    >>> respelt([])
    []
    """
    if not (words := list(words)):
        return []
    found = str(anyascii("\n".join(words))).lower()
    for pattern, letters in _RESPELT:
        found = pattern.sub(letters, found)
    return [word if len(word) >= _FEWEST_LETTERS else "" for word in found.split("\n")]


# Endings that cases put behind names written in Cyrillic.
_CASES = re.compile(
    r"(?<=[а-яіїєґ]{3})(?:[оеи]?го|[оеи]?му|[оеиы]м|[ыио]й|ою|ая|ую|[уаеыиоіяюь])$", re.I
)
_ABJAD = re.compile(r"[\u0590-\u08ff]")
# What a name sounds like, by its consonants: what scripts write in several ways in Latin letters,
# and what Arabic does not tell apart.
_SPELT = tuple(
    (re.compile(pattern), letters)
    for pattern, letters in (
        (r"[^a-z]", ""),
        (r"dzh", "j"),
        (r"sch|sh|ch|zh", "s"),
        (r"kh", "h"),
        (r"gh", "g"),
        (r"ph", "f"),
        (r"t[sz]", "z"),
        (r"[ckq]+", "k"),
        (r"p", "b"),
        (r"v", "f"),
        (r"[aeiouyw]+", ""),
        (r"(.)\1+", r"\1"),
    )
)
FEWEST_SOUNDS = 3
SPELT_ALIKE = 70  # of 100: Putin and Путин have 100, Zelenskyy and Зеленский 93


CHINESE = re.compile(r"[\u4e00-\u9fff]{2,}")


def pinyin(name: str) -> str:
    """How Chinese characters are read, in Latin letters without spaces.

    >>> pinyin("若溪")
    'ruoxi'
    """
    return str(anyascii(name)).lower()


def in_chinese(word: str) -> list[str]:
    """What a name is called in Chinese, in pairs of characters, as these are searched.

    >>> in_chinese("Trump"), in_chinese("Lund")
    (['特朗', '朗普', '川普'], [])
    """
    names = filter(CHINESE.fullmatch, aliases(word.lower()))
    return ["".join(pair) for name in names for pair in pairwise(name)]


def from_chinese(pair: str) -> list[str]:
    """The names in Latin letters of which two characters are a part, in small letters.

    >>> from_chinese("朗普")
    ['trump']
    """
    called = [name for name in _GROUPS if pair in name and CHINESE.fullmatch(name)]
    return [other for name in called for other in aliases(name) if other.isascii()]


def sound(word: str) -> str:
    """The consonants of a name, in whatever script; "" for too few to tell it by.

    >>> sound("Zelensky"), sound("Зеленского"), sound("زيلينسكي"), sound("Xi")
    ('zlnsk', 'zlnsk', 'zlnsk', '')
    """
    found = _in_latin(word)
    for pattern, letters in _SPELT:
        found = pattern.sub(letters, found)
    return found if len(found) >= FEWEST_SOUNDS else ""


def sounds_like(one: str, other: str) -> bool:
    """Whether two words of one `sound` are spelt alike too, as far as their scripts tell."""
    if _ABJAD.match(one) or _ABJAD.match(other):
        return True
    return fuzz.ratio(_in_latin(one), _in_latin(other)) >= SPELT_ALIKE


def _in_latin(word: str) -> str:
    return str(anyascii(_CASES.sub("", word))).lower()
