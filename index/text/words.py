"""Which words of a text carry content, in which form they are compared, and its language."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Collection, Iterator
from functools import cache, lru_cache
from importlib.resources import files
from threading import Lock
from unicodedata import combining, normalize

import Stemmer

ENGLISH = "en"


class Phrases:
    """The patterns of a package's ``phrases.toml``, by which texts are recognised.

    Line breaks in them do not count; ``<<other>>`` is another one.
    """

    def __init__(self, package: str, **given: str) -> None:
        """Those of a package, beside patterns that are given."""
        told = tomllib.loads((files(package) / "phrases.toml").read_text("utf-8"))
        self.told = {**told, **given}
        self._compiled: dict[str, re.Pattern[str]] = {}

    def __getitem__(self, name: str) -> re.Pattern[str]:
        """The pattern of a name, compiled when it is first asked for."""
        if name not in self._compiled:
            self._compiled[name] = self.compiled(name)
        return self._compiled[name]

    def filled(self, pattern: str) -> str:
        """A pattern with the others that it names in their places."""
        bare = pattern.replace("\n", "")
        return re.sub(r"<<(\w+)>>", lambda found: self.filled(self.told[found[1]]), bare)

    def compiled(self, name: str, flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[str]:
        """The pattern of a name."""
        return re.compile(self.filled(self.told[name]), flags)

    def words(self, name: str) -> frozenset[str]:
        """The words of a name."""
        return frozenset(self.told[name].split())


# Characters of a text that are looked at: it says its language long before.
READ = 1_000
# Letters that it takes; CJK says as much with a quarter. Shorter texts are names and figures.
FEWEST = 20
_LETTER = re.compile(r"[^\W\d_]")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")

_rank_lock = Lock()


def language_of(text: str, among: Collection[str] = (), fewest: int = FEWEST) -> str | None:
    """The ISO 639-1 code of the language of a text; None if it has too few letters to say.

    By py3langid: of 48 sentences of 3 to 9 words in 12 languages it named 48 rightly, each in
    0.05 ms (lingua likewise, with 1.2 GB of memory and 0.15 s each). Of 1,815 articles and pages
    in English (Time, XQuAD, MTRAGUN) it took three for another language, which hold much Spanish.

    Args:
        text: Any text.
        among: The languages that it may be in; empty for all that the model knows.
        fewest: Letters that it takes.

    >>> language_of("Кто сообщил о пожаре в доме?"), language_of("10:00")
    ('ru', None)
    """
    if len(among) == 1:
        return next(iter(among))
    start = text[:READ].lower()  # the model learnt from prose, and agency copy may be in capitals
    if len(_LETTER.findall(start)) + 3 * len(_CJK.findall(start)) < fewest:
        return None
    from py3langid import rank  # its model of 4.5 MB is loaded with the first text, in 0.5 s

    with _rank_lock:
        ranked = rank(start)
    # Of those without a code of two letters, Pidgin is found where English ones are listed.
    fitting = (str(code) for code, _ in ranked if (code in among if among else len(code) == 2))
    return next(fitting, None)


def code_of(language: str | None) -> str:
    """The code that a language tag begins with; English where none is known.

    >>> code_of("pt-BR"), code_of("nb"), code_of(None)
    ('pt', 'no', 'en')
    """
    code = re.split("[-_]", (language or ENGLISH).lower())[0]
    return "no" if code in ("nb", "nn") else code


def language_asked(question: str, among: Collection[str]) -> str:
    """The code of the language that a question is asked in.

    Its words that hold it together tell; where they do not, English does if any article is in it,
    unless the letters are of another script.

    >>> language_asked("Wer hat den Brand gemeldet?", {"de", "en"})
    'de'
    >>> language_asked("Putin Merkel Minsk", {"de", "en"}), language_asked("火灾", {"zh"})
    ('en', 'zh')
    """
    languages = {*among, ENGLISH}
    if len(languages) == 1:
        return ENGLISH
    words = [word.lower() for word in re.findall(r"[^\W\d_]+", question)]
    held = {each: sum(word in stop_words(each) for word in words) for each in languages}
    most = max(held.values())
    best = {language for language, count in held.items() if count == most}
    if question.isascii() and ENGLISH in best and (most or ENGLISH in among):
        return ENGLISH
    return language_of(question, best, fewest=2) or ENGLISH


@cache
def stop_words(language: str) -> frozenset[str]:
    """The words of a language that hold sentences together; none if it is not known."""
    told = json.loads(files("index.text").joinpath("stop_words.json").read_text("utf-8"))
    return frozenset(told.get({"nb": "no", "nn": "no"}.get(language, language), "").split())


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

    >>> is_content("Kremlin"), is_content("The"), is_content("кто", "ru")
    (True, False, False)
    """
    return word.lower() not in stop_words(language)


def content_spans(text: str, language: str = ENGLISH) -> list[tuple[int, int]]:
    """The offsets of the content words of a text, in order.

    Where words are written without spaces, they are pairs of characters, which overlap.

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

    >>> content_stems("What preconditions did the Kremlin set?")
    ['precondit', 'kremlin', 'set']
    """
    return [stem(text[start:end], language) for start, end in content_spans(text, language)]
