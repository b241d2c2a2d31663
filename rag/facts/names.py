"""The names of a text, found by their capitals."""

from __future__ import annotations

import re
from dataclasses import dataclass

from index.calendar import MONTHS, WEEKDAYS
from index.words import is_content

ACRONYM = r"(?:[^\W\d_]\.){2,}|(?:[^\W\d_]\.)+[^\W\d_]\b"  # "U.S."
_WORD = re.compile(rf"(?<!\w)(?:{ACRONYM}|[^\W\d_](?:[\w-]|[’'](?!s\b)(?=\w))*)")
_INSIDE = frozenset("of de da du der den del la von van bin al ibn the for für".split())
_CALENDAR = frozenset((*MONTHS, *WEEKDAYS, *(f"{day}s" for day in WEEKDAYS)))
_IMPERATIVES = frozenset(
    "explain describe list name tell give show compare summarise summarize define find".split()
)
# Written with a capital at the start of a sentence, and no names.
_ADVERBS = frozenset(
    """nobody none nothing everyone everybody someone anyone later earlier contrary however moreover
    additionally furthermore meanwhile similarly instead despite according today yesterday following
    including among many most several although because overall currently recently yes another
    almost nevertheless nonetheless therefore hence consequently otherwise likewise afterwards
    finally initially originally eventually usually generally often sometimes perhaps maybe nearly
    besides still indeed""".split()
)
TITLES = frozenset(
    """mr mrs ms miss dr sir lord lady dame president vice chancellor minister secretary mayor
    commissioner judge justice senator governor captain colonel general inspector professor king
    queen prince princess pope chief director chairman chairwoman councillor prime deputy former
    acting foreign defence defense finance interior spokesman spokeswoman spokesperson chair
    ambassador envoy attorney congressman congresswoman representative""".split()
)


@dataclass(frozen=True, slots=True)
class Name:
    """A capitalised name, and where it stands.

    Attributes:
        opens: Whether it begins a sentence, or what is said in quotation marks.
    """

    text: str
    start: int
    end: int
    opens: bool = False

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
    return between in (" ", "-") or (between == ". " and len(one.group()) < 3)  # St. Ives
