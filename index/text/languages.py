"""Which language a text is in, and which of its words only hold sentences together."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Collection
from functools import cache
from importlib.resources import files

ENGLISH = "en"

# The closed classes of English: articles, pronouns, prepositions, conjunctions, auxiliaries,
# question words, and what is left of them after an apostrophe. Open-class words never belong
# here: "will" the verb is lost with "will" the auxiliary, "may" and "might" are kept, since May
# is a month.
STOP_WORDS = frozenset(
    """
    a about above after again against all also am among an and any are as at be because been
    before being below between both but by can cannot could did do does doing down during each
    either else ever every few for from further had has have having he her here hers herself him
    himself his how i if in into is it its itself just let like me more most much many my myself
    neither no nor not now of off on once only onto or other ought our ours ourselves out over own
    per please rather same shall she should since so some such than that the their theirs them
    themselves then there therefore these they this those though through thus to together too
    toward towards under unless until up upon us very via was we were what whatever when whenever
    where whereas wherever whether which whichever while who whoever whom whose why will with
    within without would yet you your yours yourself yourselves
    s t d ll m re ve don doesn didn isn aren wasn weren hasn haven hadn won wouldn shouldn couldn
    say said says
    """.split()
)

# Characters of a text that are looked at: it says its language long before.
READ = 1_000
# Letters that it takes; CJK says as much with a quarter. Shorter texts are names and figures.
FEWEST = 20
_LETTER = re.compile(r"[^\W\d_]")
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")

_lock = threading.Lock()


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
    if len(_LETTER.findall(start)) + 3 * len(_WIDE.findall(start)) < fewest:
        return None
    from py3langid import rank  # its model of 4.5 MB is loaded with the first text, in 0.5 s

    with _lock:
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

    Args:
        question: Any text.
        among: The languages of the articles.

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
    if language == ENGLISH:
        return STOP_WORDS
    told = json.loads(files("index.text").joinpath("stop_words.json").read_text("utf-8"))
    return frozenset(told.get({"nb": "no", "nn": "no"}.get(language, language), "").split())
