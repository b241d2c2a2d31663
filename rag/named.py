"""Whom and what articles name: people, places and organisations, and who of them speaks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from index.text.names import TITLES, names_in
from rag.requests.speech import VERB

if TYPE_CHECKING:
    from index.ledger import StoredArticle

# Articles whose names are looked for, the newest: 0.5 ms each, once in the life of a process.
READ = 2_000

# Names of one article, those that it has most often.
MOST = 40

Named = Mapping[str, bool]
"""Names of an article as they stand there, and whether their bearer speaks in it."""

_SPEAKS = re.compile(rf"^(?:, [^,.“”\"]{{2,60}},)? (?:has |had |also |later )?{VERB}\b")
_SPOKE = re.compile(rf"\b(?:{VERB}|according to) $", re.I)
# "Russian", "French": an adjective, or a people.
_PEOPLES = re.compile(
    r"(?:[^r]ians?|(?:ic|e|rm)ans?|(?<=..)ish|ese|french|dutch|welsh|greek)$", re.I
)


def names_of(stored: StoredArticle) -> Named:
    """The names in an article's sentences; titles and peoples before a name are left out.

    A name that only ever begins a sentence is none, unless it speaks there, nor is one that is
    among the words of a longer one.

    Args:
        stored: The article.
    """
    counted: Counter[str] = Counter()
    within: set[str] = set()
    speaking: set[str] = set()
    text = stored.article.text
    for sentence in stored.sentences:
        if sentence.heading:
            continue
        said = text[sentence.start : sentence.end]
        for found in names_in(said):
            name = _bare(found.text)
            if len(name) < 2 or "\n" in name:
                continue
            counted[name] += 1
            if _SPEAKS.match(said[found.end :]) or _SPOKE.search(said[: found.start]):
                speaking.add(name)
            if not found.opens or name != found.text or name in speaking:
                within.add(name)
    often = [name for name, _ in counted.most_common() if name in within]
    kept = [name for name in often if not _part_of(name, often)][:MOST]
    return {name: name in speaking for name in kept}


def _bare(name: str) -> str:
    """A name without titles and peoples before it, and without "of Ropewalk" behind it.

    >>> _bare("Russian President Vladimir Putin"), _bare("French President")
    ('Vladimir Putin', '')
    >>> _bare("Judge Ada Lund of the High Court"), _bare("European Union")
    ('Ada Lund', 'European Union')
    """
    words = name.split()
    if len(words) > 2 and _PEOPLES.search(words[0]) and _is_title(words[1]):
        words = words[1:]
    while words and _is_title(words[0]):
        words = words[1:]
    if "of" in words[2:]:
        words = words[: words.index("of", 2)]
    alone = len(words) == 1 or (len(words) == 2 and _is_title(words[1]))
    return "" if alone and _PEOPLES.search(words[0]) else " ".join(words)


def _is_title(word: str) -> bool:
    return word.lower().rstrip(".") in TITLES


def _part_of(name: str, often: list[str]) -> bool:
    words = name.split()
    longer = (other.split() for other in often if len(other) > len(name))
    return any(other[: len(words)] == words or other[-len(words) :] == words for other in longer)
