"""Words of a question that nobody knows, read as the nearest word of the articles."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib.resources import files
from math import log10

from rapidfuzz import process
from rapidfuzz.distance import OSA

from index.text.names import groups
from index.text.words import ENGLISH, WORD, is_content, plain, stem, stop_words
from index.vocabulary import Vocabulary

# So many of the most frequent words of English may be meant without standing in the articles.
COMMON = 2_000

# A reading costs a letter each, ALIKE where letters differ that sound alike (peskow, Peskov), and
# more besides for another first letter and for a word that the articles lack; it costs less for
# the same letters in another order, for a word whose end is missing, for a name or a word of
# QUESTIONS (WANTED), and for a frequent word by the tenfold. The next best must cost MARGIN more.
ALIKE, FIRST, FOREIGN, ORDER, WANTED, TENFOLD, MARGIN = 0.5, 0.9, 0.4, 0.3, 0.4, 0.1, 0.2

# A word of so many letters is seldom one that is misspelt.
SHORT = 3

# Two letters may differ from this length on: for a name, and for any other word of the articles.
TWO_IN_NAME, TWO_IN_WORD = 6, 8

# What is typed in a hurry for words of questions.
_TYPED = {"ppl": "people", "govt": "government", "r": "are", "u": "you", "ur": "your", "w": "with"}
_TYPED |= {"abt": "about", "btwn": "between", "bc": "because", "wich": "which", "wat": "what"}
_TYPED |= {"wot": "what", "sai": "say", "sais": "says", "wen": "when", "whos": "who's"}
_TYPED |= {"email": "e-mail", "emails": "e-mails", "happend": "happened"}
_TYPED |= {"wheres": "where's", "whens": "when's", "hows": "how's"}

# Words of requests, which articles seldom hold.
_REQUESTS = "summarise summary timeline overview comparison chronology".split()

_QUESTIONS = frozenset("who whom whose what which when where why how about did does".split())
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"|‘[^’]*’|(?<!\w)'[^']*'(?!\w)")
# Here "may" is a month, and "us" a state.
_MAY = re.compile(
    r"\b((?:in|since|until|during|of|by|early|late|last|next|mid|\d{1,2}(?:st|nd|rd|th)?) )may\b"
)
_US = re.compile(r"(?:(?<=the )|(?<=[a-z]-))us\b|us(?=[’']|-[a-z])")
_SHORTENED = re.compile(r"(has|have|had|is|are|was|were|do|does|did|could|would|should)nt", re.I)
# Somebody's demands: what is left of them without an apostrophe.
_OWNS = re.compile(
    r"(?P<who>[\w-]+[^\W\ds])s(?= (?:demand|position|term|condition|offer|plan)s?\b)"
)
_SOUNDS = re.compile(r"ph|sch|sh|ck|[tc]z|ou|yy|[wyjqcz]|([a-z])\1")
_SOUND = {"ph": "f", "ou": "u", "w": "v", "y": "i", "yy": "i", "j": "i"} | dict.fromkeys(
    ("ck", "q", "c"), "k"
)


def mend(question: str, vocabulary: Vocabulary) -> str:
    """A question with those words mended that neither the articles nor English know.

    A question without capitals gets those of its names, for which any word is taken that nobody
    knows. An apostrophe that was left out comes back (hasnt), and a word of questions for what is
    typed for it in a hurry (ppl).

    Other words of SHORT letters (but for "teh"), numbers, quoted words and words with a capital
    inside stay as they are; so does one that is equally near to two others.
    """
    question = _OWNS.sub(r"\g<who>'s", question)
    small = question.islower()
    question = _MAY.sub(r"\1May", question)
    quoted = [m.span() for m in _QUOTED.finditer(question)]

    def mended(found: re.Match[str]) -> str:
        word = found.group()
        if any(start <= found.start() < end for start, end in quoted):
            return word
        if (typed := _TYPED.get(word)) and (word not in vocabulary or vocabulary.is_name(word)):
            return typed
        if short := _SHORTENED.fullmatch(word):
            return f"{short[1]}n't"
        if small and _US.match(question, found.start()):
            return "US"
        if not is_content(word):
            return word
        if not _odd(word, vocabulary):
            if small and vocabulary.is_name(word):
                return vocabulary.usual(word)
            if small and groups(word):
                # A state or union that only a title names.
                return word.upper() if len(word) < SHORT else word.capitalize()
            people = small and word not in vocabulary and vocabulary.is_name(word.removesuffix("s"))
            return word.capitalize() if people else word  # Germans, in articles on a German
        inside = bool(question[: found.start()].strip())
        meant = _speller(vocabulary).read(word, named=inside and word[0].isupper())
        unknown = small and meant == word and len(word) > SHORT
        return word.capitalize() if unknown else meant

    return WORD.sub(mended, question)


def _odd(word: str, vocabulary: Vocabulary) -> bool:
    """Whether a word is one that nobody knows and that can be mended."""
    if len(word) < SHORT or not word.isalpha() or not word[1:].islower():
        return False
    return word not in vocabulary and plain(word) not in _english()


@cache
def _english() -> dict[str, int]:
    """82,765 words of English in their forms, and how frequent they are, most frequent first."""
    listed = files("symspellpy") / "frequency_dictionary_en_82_765.txt"
    rows = listed.read_text(encoding="utf-8-sig").split("\n")
    return {word: int(count) for word, count in (row.split(" ") for row in rows if row)}


@lru_cache(maxsize=2)
def _speller(vocabulary: Vocabulary) -> _Speller:
    return _Speller(vocabulary)


class _Speller:
    """What the words of some articles, and the common ones, may be misspelt as."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        common = list(_english())[:COMMON]
        words = dict.fromkeys(
            w for w in (*vocabulary, *common, *_REQUESTS) if len(w) > 2 and w.isalpha()
        )
        self._words = list(words)
        self._sounds = [_sound(word) for word in words]

    def read(self, word: str, *, named: bool) -> str:
        """What an odd word is read as, if that is clear; only as a name if it is written as one."""
        key = plain(word)
        found = self._swapped(key) if len(key) == SHORT else self._nearest(key, named=named)
        meant = self._vocabulary.usual(found) if found else word
        return meant.capitalize() if word[0].isupper() and meant.islower() else meant

    def _swapped(self, word: str) -> str:
        """The one stop word that a word of three letters is but for two neighbours swapped."""
        swaps = {word[1] + word[0] + word[2], word[0] + word[2] + word[1]}
        swaps &= stop_words(ENGLISH) & _english().keys()
        return swaps.pop() if len(swaps) == 1 else ""

    def _nearest(self, word: str, *, named: bool) -> str:
        """What a word costs least to read as; "" if that is too far or not clear."""
        costs: dict[str, float] = {}
        sound = _sound(word)
        reach = 2 if len(word) >= TWO_IN_NAME else 1
        for own, found, extra in ((word, self._words, 0.0), (sound, self._sounds, ALIKE)):
            for _, distance, place in process.extract(
                own, found, scorer=OSA.distance, score_cutoff=reach, limit=None
            ):
                meant = self._words[place]
                cost = distance + extra + self._unlike(word, meant)
                if cost <= self._reach(word, meant, named=named):
                    costs[meant] = min(cost, costs.get(meant, cost))
        ranked = sorted((cost + self._rarity(meant), meant) for meant, cost in costs.items())
        if not ranked:
            return ""
        least, best = ranked[0]
        rivals = (cost for cost, meant in ranked[1:] if stem(meant) != stem(best))
        return best if next(rivals, least + MARGIN) >= least + MARGIN else ""

    def _reach(self, word: str, meant: str, *, named: bool) -> int:
        """How many letters may differ."""
        if self._vocabulary.is_name(meant):
            return 2 if len(word) >= TWO_IN_NAME else 1
        if named:
            return 0
        return 2 if len(word) >= TWO_IN_WORD and meant in self._vocabulary else 1

    @staticmethod
    def _unlike(word: str, meant: str) -> float:
        """What another first letter costs; less than nothing for letters in another order."""
        if sorted(word) == sorted(meant) or meant.startswith(word):
            return -ORDER
        return FIRST if word[0] != meant[0] else 0.0

    def _rarity(self, word: str) -> float:
        """What a word costs besides its letters."""
        count = self._vocabulary.count(word)
        wanted = WANTED if word in _QUESTIONS or self._vocabulary.is_name(word) else 0.0
        if count:
            return -wanted - TENFOLD * log10(count)
        return FOREIGN - wanted - TENFOLD * log10(_english()[word] / 1e6)


def _sound(word: str) -> str:
    """A word with letters that sound alike written alike.

    >>> _sound("zelenskyy") == _sound("zelenski"), _sound("peskow") == _sound("peskov")
    (True, True)
    """
    return _SOUNDS.sub(lambda found: _SOUND.get(found.group(), found[1] or "s"), word)
