"""The words of a sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from index.words import is_content
from rag.verification.lexicon import form

_TOKEN = re.compile(
    r"(?:[^\W\d_]\.){2,}|\d+(?:[.,:]\d+)*[^\W\d_]*|[^\W_]+(?:[’'][^\W\d_]+)*", re.UNICODE
)
_CLAUSE = re.compile(r"[,;:()\[\]“”\"—–]|\s-\s|[.!?]\s")
POSSESSIVE = re.compile(r"[’']s?$", re.I)


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
        plain = POSSESSIVE.sub("", bare) or bare
        lower = plain.lower()
        found.append(Word(plain, lower, form(lower), match.start(), match.end(), clause))
    return tuple(found)
