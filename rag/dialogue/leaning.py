"""Whether a turn of a chat can be understood without the turns before it."""

from __future__ import annotations

import re

from index.text.words import Phrases, content_stems, is_content

# A question of fewer content words leans on what it shares a word with, unless it names something.
# MTRAGUN, nDCG@10: 0.906, and 0.912 where it need not share one; but then a change of topic ("what
# did the court order") is searched for under the old one, which that set hardly holds.
SHORT = 4

_PHRASES = Phrases("rag.dialogue")
_OPENER, _JOINED, _WHOLE, _ELSEWHERE, _THAT, _EXPLETIVE = (
    _PHRASES.compiled(name, re.I)
    for name in ("opener", "joined", "whole", "elsewhere", "that", "expletive")
)
_THERE, _PRONOUN, _JOINS, _NOUN, _PERSONS, _COMPLETE, _NAMED_ALONE, _ANYBODY = (
    _PHRASES.compiled(name, re.I)
    for name in "there pronoun joins noun persons complete named_alone anybody".split()
)
_THE = re.compile(r"\bthe (?P<what>[\w’'-]+)\W*$", re.I)


def leans(question: str, known: str = "") -> bool:
    """Whether a question needs the turns before it to be understood.

    A pronoun leans unless the question itself says for whom or what it stands. A short question
    that names nothing does if it is of one word or goes on about something of what is known.

    >>> leans("Over how many years?"), leans("Who leads the Harbour Union?")
    (True, False)
    >>> leans("Who signed the treaty?", "Which treaty?")
    True
    >>> leans("Who lost the cup?", "Which treaty?")
    False
    >>> leans("Why did the mayor say that she would resign?"), leans("Did she resign?")
    (False, True)
    """
    opener = _OPENER.match(question)
    rest = question[opener.end() :] if opener else question
    if _ELSEWHERE.search(rest) or pointing(rest):
        return True
    stems = content_stems(rest)
    words = len(stems)
    # A pronoun that does not point stands for something which the question names.
    own = bool(_PRONOUN.search(rest)) and not _EXPLETIVE.search(rest)
    named = own or any(_is_name(word) for word in rest.split()[1:])
    if opener and _goes_on(question, rest, named=named, words=words):
        return True
    shared = len({*stems} & {*content_stems(known)})
    # "When is the trial?" names a subject of its own, if nothing was told of it.
    complete = words > min(shared, 1) and _COMPLETE.match(rest)
    if own or words >= SHORT or complete or (not opener and _stands_alone(rest, known)):
        return False
    # "Who resigned?" is whole; "Over how many years?" is not.
    return (words < 2 and not _WHOLE.match(rest)) or (not named and 2 * shared >= words)


def _stands_alone(text: str, known: str) -> bool:
    """Whether it is a subject, or ends in one of which nothing was told: "who saw the call"."""
    if subject_alone(text):
        return True
    last = _THE.search(text)
    new = last is not None and not {*content_stems(last["what"])} & {*content_stems(known)}
    return new and len(content_stems(text)) > 1


def _goes_on(question: str, rest: str, *, named: bool, words: int) -> bool:
    """Whether a question that opens with "and", "so" or the like goes on with the one before."""
    if not _JOINED.match(question):
        return not named and words < SHORT - 1
    names = sum(_is_name(word) for word in rest.split()[1:])
    return not named or (words < SHORT and names < 2)


def subject_alone(text: str) -> str:
    """What a text names that is a subject and nothing else; "" for any other.

    >>> subject_alone("the memo"), subject_alone("Anna Berg"), subject_alone("who resigned")
    ('memo', 'Anna Berg', '')
    """
    found = _NAMED_ALONE.fullmatch(text)
    return found["what"] if found and (found["the"] or _is_name(text.split()[0])) else ""


def pointing(question: str) -> list[tuple[int, int]]:
    """Where the words stand that stand for something which the question does not name.

    >>> pointing("Did Merz say that he was ill?"), pointing("Did Kyiv confirm it?")
    ([], [(17, 19)])
    """
    found = [(m.end() - 4, m.end()) for m in _THAT.finditer(question)]
    if not re.search(r"\b(?:in|at|of|to|from|near) (?:the )?[A-Z].*\bthere\b", question):
        found += [m.span() for m in _THERE.finditer(question)]
    for pronoun in _PRONOUN.finditer(question):
        expletive = pronoun.group().lower() == "it" and _EXPLETIVE.search(question)
        if not (expletive or _named_before(question[: pronoun.start()], pronoun.group().lower())):
            found.append(pronoun.span())
    return sorted(found)


def _named_before(before: str, pronoun: str) -> bool:
    """Whether the words before a pronoun name what it stands for.

    In one clause a pronoun and a name are two things ("Did Kyiv confirm it?") unless the pronoun
    says whose the object is ("Did Kyiv name its terms?").
    """
    named = [m.end() for m in re.finditer(r"(?<= )[A-Z][\w’'-]*", before) if is_content(m.group())]
    nouns = [(m.end(), m["noun"]) for m in _NOUN.finditer(before)]
    nouns += [(m.end(), m.group()) for m in re.finditer(r"\b[a-z]{3,}[^\W\ds]s\b(?= \w)", before)]
    named += [end for end, noun in nouns if is_content(noun) and _may_be(noun, pronoun)]
    owning = pronoun in ("his", "her", "its", "their")
    between = (before[end:] for end in named)
    if pronoun in ("they", "them", "their", "theirs") and _ANYBODY.search(before):
        return True
    return any(_JOINS.search(words) or (owning and content_stems(words)) for words in between)


def _may_be(noun: str, pronoun: str) -> bool:
    if pronoun in ("they", "them", "their", "theirs"):
        return noun.endswith("s")
    return (pronoun in ("it", "its")) != bool(_PERSONS.search(noun))


def _is_name(word: str) -> bool:
    return word[0].isupper() and is_content(re.split(r"[’']|\W*$", word)[0])
