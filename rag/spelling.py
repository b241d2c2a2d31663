"""Words of a question that nobody knows, read as the nearest word of the articles."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.resources import files
from math import log10

from rapidfuzz import process
from rapidfuzz.distance import OSA

from index.text.dates import ABBREVIATED
from index.text.names import groups
from index.text.sentences import seen_small
from index.text.words import ENGLISH, WORD, is_content, plain, stem, stop_words
from index.vocabulary import Vocabulary

# So many of the most frequent words of English may be meant without standing in the articles, and
# other forms of what stands there ("talking", where they tell of talks), of so many. What is but a
# letter from one of the latter is no name that nobody knows.
COMMON, FORMS = 2_000, 40_000

# A reading costs a letter each, ALIKE where letters differ that sound alike (peskow, Peskov), and
# more besides for another first letter, for a word that the articles lack, and for one that they
# have in other forms alone (OTHER_FORM); it costs less for the same letters in another order,
# for vowels that are others or missing and for a word whose end is missing (ORDER), for a name or a
# word of QUESTIONS (WANTED), and for a frequent word by the tenfold. The next best must cost MARGIN
# more.
ALIKE, FIRST, FOREIGN, OTHER_FORM, ORDER, WANTED = 0.5, 0.9, 0.4, 0.3, 0.3, 0.4
TENFOLD, MARGIN = 0.1, 0.2

# A word of so many letters is seldom one that is misspelt.
SHORT = 3

# Two letters may differ from this length on: for a name, and for any other word of the articles.
TWO_IN_NAME, TWO_IN_WORD = 6, 8

# What is typed in a hurry for words of questions, too far from them to be found.
_TYPED = {
    "ppl": "people",
    "govt": "government",
    "r": "are",
    "y": "why",
    "u": "you",
    "ur": "your",
    "w": "with",
}
_TYPED |= {"abt": "about", "btwn": "between", "bc": "because", "wot": "what", "sez": "says"}
_TYPED |= {"wat": "what", "wen": "when", "bout": "about", "email": "e-mail", "emails": "e-mails"}
# Names that are asked for by who reports, and read as words or as nothing.
_TYPED |= {word.lower(): word for word in "Reuters Bloomberg Politico CNN BBC AFP TASS".split()}

# Words of requests, which articles seldom hold.
_REQUESTS = "summarise summary timeline overview comparison chronology".split()

_QUESTIONS = frozenset("who whom whose what which when where why how about did does".split())
_WHOS = re.compile(r"(who|what|when|where|why|how|that|there)s")
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"|‘[^’]*’|(?<!\w)'[^']*'(?!\w)")
# Here "may" is a month, and "us" a state.
_MAY = re.compile(
    r"\b((?:in|since|until|during|of|by|early|late|last|next|mid|\d{1,2}(?:st|nd|rd|th)?) )may\b"
)
_US = re.compile(r"(?:(?<=the )|(?<=[a-z]-))us\b|us(?=[’']|-[a-z])")
_SHORTENED = re.compile(
    r"(has|have|had|is|are|was|were|do|does|did|could|would|should|ca|wo)nt", re.I
)
# Somebody's demands: what is left of them without an apostrophe.
_OWNS = re.compile(
    r"(?P<before>(?:^|\b(?:the|are|is|was|were|of|on|to|about|what[’']?s|and) ))"
    r"(?P<who>[\w-]+[^\W\ds])s(?= (?:demand|position|term|condition|offer|plan)s?\b)",
    re.I,
)
# What asks why, and reads as if it asked how: "how come it was late".
_HOW_COME = re.compile(r"^(\W*(?:(?:and|but|so) )?)how come(?= \w)", re.I)
# Whoever is asked about alone is somebody: "what did biden say", "who is olaf".
_SPEAKS = re.compile(
    r"\b(?:did|does|has) (?P<who>[a-z]{3,}[^\Ws])"
    r" (?:say|said|tell|told|think|thought|want|wanted|ask|asked|report|write|reveal)\b"
    r"|^\W*who(?:[’']?s| is| was) (?P<named>[a-z]{3,}[^\Ws])\W*$"
    r"|^\W*(?:and|(?:(?:and|so) )?(?:what|how) about) (?P<other>[a-z]{3,}[^\Ws])\W*$"
)
# How words end that America and Britain spell in two ways, before the ending of a form.
_SPELLINGS = (
    ("our", "or"),
    ("isation", "ization"),
    ("is", "iz"),
    ("ys", "yz"),
    ("tre", "ter"),
    ("ence", "ense"),
    ("ogue", "og"),
    ("ll", "l"),
    ("gramme", "gram"),
)
_ENDING = r"(?=(?:e|es|ed|ing|er|ers|s|al|able|ful|ite|hood|y)?$)"
_VOWELS = re.compile("[aeiou]")
_SOUNDS = re.compile(r"eing|ph|wh|sch|sh|tch|ck|[tc]z|ou|yy|[wyjqcz]|([a-z])\1")
_SOUND = {
    "eing": "ing",
    "ph": "f",
    "wh": "v",
    "tch": "kh",
    "ou": "u",
    "w": "v",
    "y": "i",
    "yy": "i",
    "j": "i",
} | dict.fromkeys(("ck", "q", "c"), "k")


def mend(question: str, vocabulary: Vocabulary) -> str:
    """A question with those words mended that neither the articles nor English know.

    A question without capitals gets those of its names; what nobody knows is one, unless it is
    near to a word of English. An apostrophe that was left out comes back (hasnt, whos, putins
    offer), and a word of questions for what is typed for it in a hurry (ppl).

    "How come" is "why". Other words of SHORT letters are read only as what sounds the same (sai) or
    as "teh" is. Numbers, quoted words and words with a capital inside stay as they are, and so does
    one that is equally near to two others.
    """
    question = _HOW_COME.sub(r"\1why", _OWNS.sub(r"\g<before>\g<who>'s", question))
    small = question.islower()
    question = _MAY.sub(r"\1May", question)
    quoted = [m.span() for m in _QUOTED.finditer(question)]
    speaks = _SPEAKS.search(question)
    speaker = speaks.start(speaks.lastgroup or 0) if speaks else -1

    def mended(found: re.Match[str]) -> str:
        word = found.group()
        if any(start <= found.start() < end for start, end in quoted):
            return word
        if (typed := _TYPED.get(word)) and (word not in vocabulary or vocabulary.is_name(word)):
            return typed
        if short := _SHORTENED.fullmatch(word):
            return f"{short[1]}n't"
        if short := _WHOS.fullmatch(word):
            return f"{short[1]}'s"
        if small and _US.match(question, found.start()):
            return "US"
        if not is_content(word):
            return word
        beside = (
            WORD.findall(question[: found.start()])[-1:],
            WORD.findall(question[found.end() :])[:1],
        )
        if small and (named := _named(word, vocabulary, *beside)):
            return named
        if other := _overseas(word, vocabulary):
            return other
        alone = small and found.start() == speaker and word not in vocabulary
        if not _odd(word, vocabulary):
            return word.capitalize() if alone else word
        inside = bool(question[: found.start()].strip())
        speller = _speller(vocabulary)
        meant = speller.read(word, named=alone or (inside and word[0].isupper()))
        near = not alone and speller.is_near(word)
        unknown = small and meant == word and len(word) > SHORT and not near
        return word.capitalize() if unknown else meant

    return WORD.sub(mended, question)


def _named(
    word: str, vocabulary: Vocabulary, before: Sequence[str] = (), after: Sequence[str] = ()
) -> str:
    """A word without capitals as the name that it is, between others; "" for none."""
    one = word.removesuffix("s")
    if [each.lower() for each in before] == ["how"] and seen_small(word):
        return ""  # "how old", where articles tell of Old Dock
    if vocabulary.is_name(word):
        # "Trams" is a name in "Halvermouth Trams"; alone it is more than one tram.
        several = word != one in vocabulary and len(word) > SHORT and not vocabulary.is_name(one)
        part = any(map(vocabulary.is_name, (*before, *after)))
        # "Families" too, in "Pell Families"; alone any may be meant.
        common = several or (seen_small(word) and not groups(word))
        return vocabulary.usual(word) if part or not common else ""
    if word in vocabulary or word == one or not vocabulary.is_name(one):
        # A state or union that only a title names.
        return (word.upper() if len(word) < SHORT else word.capitalize()) if groups(word) else ""
    return f"{vocabulary.usual(one)}'s" if _is_owner(word, before, after) else word.capitalize()


def _is_owner(word: str, before: Sequence[str], after: Sequence[str]) -> bool:
    """Whether a name with an s is whose something is: "putins offer", "and ukraines?".

    Not the Germans, in articles on a German.
    """
    if plain(word) in _english() or groups(word):
        return False
    alone = not after and [each.lower() for each in before] == ["and"]
    return alone or any(map(is_content, after))


def _overseas(word: str, vocabulary: Vocabulary) -> str:
    """How articles spell a word that they lack, in America or in Britain; "" if not otherwise."""
    if word in vocabulary or len(word) <= SHORT + 1:
        return ""
    pairs = (pair for both in _SPELLINGS for pair in (both, both[::-1]))
    forms = (re.sub(rf"{one}{_ENDING}", other, word) for one, other in pairs)
    return next((form for form in forms if form != word and form in vocabulary), "")


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
        self._english = list(_english())[:FORMS]
        words = dict.fromkeys(
            w
            for w in (*vocabulary, *self._english[:COMMON], *_REQUESTS)
            if len(w) > 2 and w.isalpha()
        )
        self._known = words.keys()
        self._words = list(words)
        self._sounds = [_sound(word) for word in words]

    def read(self, word: str, *, named: bool) -> str:
        """What an odd word is read as, if that is clear; only as a name if it is written as one."""
        key = plain(word)
        if len(key) == SHORT:
            found = "" if named else self._short(key)
        else:
            found = self._nearest(key, named=named)
        meant = _named(found, self._vocabulary) or self._vocabulary.usual(found or word)
        return meant.capitalize() if word[0].isupper() and meant.islower() else meant

    def is_near(self, word: str) -> bool:
        """Whether a word is but for a letter one of English."""
        near = process.extract_iter(plain(word), self._english, scorer=OSA.distance, score_cutoff=1)
        return any(True for _ in near)

    def _short(self, word: str) -> str:
        """The one word that three letters sound like, or are but for two swapped."""
        known = stop_words(ENGLISH) & _english().keys()
        swaps = {word[1] + word[0] + word[2], word[0] + word[2] + word[1]} & known
        meant = swaps or {w for w in self._english[:COMMON] if _sound(w) == _sound(word)}
        meant -= ABBREVIATED  # "yun" is no June
        return meant.pop() if len(meant) == 1 else ""

    def _nearest(self, word: str, *, named: bool) -> str:
        """What a word costs least to read as; "" if that is too far or not clear."""
        costs: dict[str, float] = {}
        reach = 2 if len(word) >= TWO_IN_NAME else 1
        listed = (word, self._words, self._words, 0.0), (word, self._english, self._english, 0.0)
        sounding = _sound(word), self._sounds, self._words, ALIKE
        for own, found, words, extra in (*listed, sounding):
            for _, distance, place in process.extract(
                own, found, scorer=OSA.distance, score_cutoff=reach, limit=None
            ):
                meant = words[place]
                far = ALIKE if _sound(meant) == _sound(word) else distance + extra
                cost = far + self._unlike(word, meant)
                if cost <= self._reach(word, meant, named=named) and self._is_known(meant, cost):
                    costs[meant] = min(cost, costs.get(meant, cost))
        ranked = sorted((cost + self._rarity(meant), meant) for meant, cost in costs.items())
        if not ranked:
            return ""
        least, best = ranked[0]
        rivals = (cost for cost, meant in ranked[1:] if stem(meant) != stem(best))
        return best if next(rivals, least + MARGIN) >= least + MARGIN else ""

    def _is_known(self, meant: str, cost: float) -> bool:
        """Whether a word can be meant: the rarer ones of English only by an easy slip."""
        easy = cost < 1 and len(meant) > SHORT + 1  # "pows" are no paws
        return easy or meant in self._known or self._forms(meant) > 0

    def _reach(self, word: str, meant: str, *, named: bool) -> int:
        """How many letters may differ."""
        if self._vocabulary.is_name(meant):
            return 2 if len(word) >= TWO_IN_NAME else 1
        if named:
            return 0
        return 2 if len(word) >= TWO_IN_WORD and meant in self._vocabulary else 1

    @staticmethod
    def _unlike(word: str, meant: str) -> float:
        """What another first letter costs; less than nothing for what slips most easily."""
        if sorted(word) == sorted(meant) or meant.startswith(word):
            return -ORDER
        slip = ORDER * (_VOWELS.sub("", word) == _VOWELS.sub("", meant))
        return FIRST * (word[0] != meant[0]) - slip

    def _rarity(self, word: str) -> float:
        """What a word costs besides its letters."""
        wanted = WANTED if word in _QUESTIONS or self._vocabulary.is_name(word) else 0.0
        if count := self._vocabulary.count(word):
            return -wanted - TENFOLD * log10(count)
        if count := self._forms(word):
            return OTHER_FORM - TENFOLD * log10(count)
        return FOREIGN - wanted - TENFOLD * log10(_english()[word] / 1e6)

    def _forms(self, word: str) -> int:
        """How often the articles hold other forms of a word."""
        key = stem(word)
        forms = (w for w in self._vocabulary if w.startswith(key[:-1]) and stem(w) == key)
        return sum(map(self._vocabulary.count, forms))


def _sound(word: str) -> str:
    """A word with letters that sound alike written alike.

    >>> _sound("zelenskyy") == _sound("zelenski"), _sound("peskow") == _sound("peskov")
    (True, True)
    """
    return _SOUNDS.sub(lambda found: _SOUND.get(found.group(), found[1] or "s"), word)
