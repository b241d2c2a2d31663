"""Which words of a text carry its content, and in what form they are compared."""

from __future__ import annotations

import re
from functools import lru_cache
from threading import Lock
from unicodedata import combining, normalize

import Stemmer

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

WORD = re.compile(r"[^\W_]+")


def is_content(word: str) -> bool:
    """Whether a word carries content, rather than holding a sentence together.

    >>> is_content("Kremlin"), is_content("The")
    (True, False)
    """
    return word.lower() not in STOP_WORDS


def content_spans(text: str) -> list[tuple[int, int]]:
    """The offsets of the content words of a text, in order.

    >>> content_spans("The EU's loan")
    [(4, 6), (9, 13)]
    """
    return [m.span() for m in WORD.finditer(text) if is_content(m.group())]


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


# One stemmer serves every thread: PyStemmer's objects are not safe to share without a lock, and
# the cache in front makes the lock cheap.
_stemmer = Stemmer.Stemmer("english")
_lock = Lock()


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """The form under which a word is compared: lower case, no accents, English endings cut.

    >>> stem("Preconditions") == stem("precondition"), stem("Élysée")
    (True, 'elyse')
    """
    with _lock:
        return str(_stemmer.stemWord(plain(word)))


def content_stems(text: str) -> list[str]:
    """The stems of the content words of a text, in order, repetitions kept.

    >>> content_stems("What preconditions did the Kremlin set?")
    ['precondit', 'kremlin', 'set']
    """
    return [stem(text[start:end]) for start, end in content_spans(text)]
