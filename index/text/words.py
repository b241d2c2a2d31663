"""Which words of a text carry its content, and in what form they are compared, by language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from threading import Lock
from unicodedata import combining, normalize

import Stemmer

from index.text.languages import ENGLISH, stop_words

WORD = re.compile(r"[^\W_]+")

# Scripts without spaces between words: each two neighbours are a word, as Lucene has it.
_WIDE = r"\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uac00-\ud7af\u0e00-\u0e7f"
_TOKEN = re.compile(rf"[^\W_{_WIDE}]+|(?P<wide>[{_WIDE}]+)")
# What parts words there, in Chinese and Japanese.
_PARTICLES = re.compile(
    r"什么|什麼|多少|哪里|哪裡|哪些|为什么|怎么|怎样|如何|为何|何时|谁|誰|哪|几|幾|了|的|在|是|吗|嗎|呢|和|与|與|被|把"
    r"|从|從|对|對|将|將|也|都|就|于|於|为|為|这|這|那|请|請|问|問|ですか|ました|ませんか|でしたか|どこ|いつ|なぜ|何|どの"
    r"|[はがをにでともへやかの]"
)


def is_content(word: str, language: str = ENGLISH) -> bool:
    """Whether a word carries content, rather than holding a sentence together.

    Args:
        word: In any letter case.
        language: Its language, such as "en".

    >>> is_content("Kremlin"), is_content("The"), is_content("кто", "ru")
    (True, False, False)
    """
    return word.lower() not in stop_words(language)


def content_spans(text: str, language: str = ENGLISH) -> list[tuple[int, int]]:
    """The offsets of the content words of a text, in order.

    Where words are written without spaces, they are pairs of characters, which overlap.

    Args:
        text: Any text.
        language: Its language, such as "en".

    >>> content_spans("The EU's loan"), content_spans("谁报告了火灾？", "zh")
    ([(4, 6), (9, 13)], [(1, 3), (4, 6)])
    """
    found: list[tuple[int, int]] = []
    stops = stop_words(language)
    for match in _TOKEN.finditer(text):
        if match["wide"]:
            found += _pairs(text, *match.span())
        elif match.group().lower() not in stops:
            found.append(match.span())
    return found


def _pairs(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Each two neighbours between particles; one that stands alone is a word too."""
    first = start
    for particle in [*_PARTICLES.finditer(text, start, end), None]:
        last = particle.start() if particle else end
        if last - first == 1:
            yield first, last
        yield from ((n, n + 2) for n in range(first, last - 1))
        first = particle.end() if particle else last


def plain(word: str) -> str:
    """A word in small letters without accents.

    >>> plain("Élysée")
    'elysee'
    """
    if word.isascii():
        return word.lower()
    # A letter that stands for a phrase, as U+FDFA does, is one word all the same.
    spelt = normalize("NFKD", word.lower())
    return "".join(c for c in spelt if not (combining(c) or c.isspace()))


# PyStemmer's objects are not safe to share without a lock, and the cache in front makes it cheap.
_lock = Lock()


@cache
def _stemmer(language: str) -> Stemmer.Stemmer | None:
    """Snowball's stemmer of a language; None for one of those that it has none for."""
    try:
        return Stemmer.Stemmer(language)
    except KeyError:
        return None


@lru_cache(maxsize=200_000)
def stem(word: str, language: str = ENGLISH) -> str:
    """The form under which a word is compared: lower case, no accents, endings cut.

    A word of another script than its language's is one of the script's main language: "Путин" in
    a text in English, "NATO" in one in Russian.

    Args:
        word: In any letter case.
        language: Its language, such as "en".

    >>> stem("Preconditions") == stem("precondition"), stem("Élysée"), stem("пожаре", "ru")
    (True, 'elyse', 'пожар')
    """
    if word.isascii() or _LATIN.match(word):
        language = ENGLISH if language in _OTHER_SCRIPT else language
    else:
        language = _of_script(word, language)
    stemmer = _stemmer(language)
    if language == ENGLISH or not stemmer:
        word = plain(word)
    with _lock:
        found = str(stemmer.stemWord(word.lower())) if stemmer else word
    return plain(found)


_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")
_SCRIPTS = (  # by the first letter: the languages with stemmers, the one for all others first
    (re.compile(r"[\u0400-\u052f]"), ("ru", "sr")),
    (re.compile(r"[\u0600-\u06ff\ufb50-\ufeff]"), ("ar", "fa")),
    (re.compile(r"[\u0370-\u03ff\u1f00-\u1fff]"), ("el",)),
    (re.compile(r"[\u0900-\u097f]"), ("hi", "ne")),
)
_OTHER_SCRIPT = frozenset("ar be bg el fa he hi ja kk ko mk mr ne ru th uk ur zh".split())


def _of_script(word: str, language: str) -> str:
    """The language whose stemmer fits a word that is not in Latin letters; "" for none."""
    for script, codes in _SCRIPTS:
        if script.match(word):
            return language if language in codes else codes[0]
    return ""


def content_stems(text: str, language: str = ENGLISH) -> list[str]:
    """The stems of the content words of a text, in order, repetitions kept.

    Args:
        text: Any text.
        language: Its language, such as "en".

    >>> content_stems("What preconditions did the Kremlin set?")
    ['precondit', 'kremlin', 'set']
    """
    return [stem(text[start:end], language) for start, end in content_spans(text, language)]
