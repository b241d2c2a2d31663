"""Whether a turn of a chat can be understood without the turns before it."""

from __future__ import annotations

import re

from index.text.words import content_stems, is_content

# A question of fewer content words leans on what it shares a word with, unless it names something.
# MTRAGUN, nDCG@10: 0.906, and 0.912 where it need not share one; but then a change of topic ("what
# did the court order") is searched for under the old one, which that set hardly holds.
SHORT = 4

_OPENER = re.compile(r"(?:(?:and|but|or|so|then|also|ok|okay|yes|no|well)\b[ ,]+)+", re.I)
_JOINED = re.compile(r"(?:and|but|or|also)\b", re.I)
_WHOLE = re.compile(
    r"(?:who|what) (?!(?:is|are|was|were|does|do|did|has|have|had|will)\b)\w+\W*$", re.I
)
_ELSEWHERE = re.compile(
    r"^(?:what|how) about\b|^(?:(?:no|oops|well)[ ,.]+)*(?:i meant?|i(?:’m| am|'m)"
    r" (?:asking|talking) about|correction|rather)\b"
    r"|\b(?:the|this|that|which|other|another|new|last|next|first|second|third) ones?\b|\bones?\W*$"
    r"|\bthe (?:first|second|third|fourth|fifth|last)(?= (?:option|point|item|claim|quote)|\W*$)"
    r"|\bthe (?:former|latter)\b|(?<!each )(?<!one an)\bothers?\b(?! than\b)|\belse\b"
    r"|\bthe same\b(?!.* as\b)|\bthen\W*$|\binstead\b(?! of\b)|\bis that so\b"
    r"|\b(?:this|these)\b(?! (?:year|month|week|morning|afternoon|evening|spring|summer|autumn|fall"
    r"|winter|season|century|decade|time|weekend|days)\b)|\bthose\b(?! who\b)",
    re.I,
)
_THAT = re.compile(
    r"\bthat(?=\W*$)|(?:^|\b(?:did|does|is|was|were|has|have|will|would|can|could|about|of|for|after"
    r"|before|like|with|by|from|to|on|in|at|over|despite|caused?) )that\b",
    re.I,
)
_EXPLETIVE = re.compile(
    r"\bit (?:\w+ )?(?:takes?|took|taken)\b(?! (?:effect|place|part|over)\b)"
    r"|\bit (?:true|clear|possible|likely|legal|safe)\b|\bit (?:is|was|be) (?:\w+ )?\w+ (?:that|to"
    r"|for)\b|\b(?:is|was|does|did|will|would) it (?:\w+ )?\w+ (?:that|to)\b",
    re.I,
)
_THERE = re.compile(
    r"(?<!is )(?<!are )(?<!was )(?<!were )(?<!be )(?<!been )\bthere\b(?! (?:is|are|was|were|be|been"
    r"|has|have|had|will|would)\b)",
    re.I,
)
_PRONOUN = re.compile(r"\b(?:he|him|his|she|hers?|they|them|theirs?|its?)\b", re.I)
_JOINS = re.compile(
    r",|\b(?:that|because|before|after|when|while|if|whether|as|although|though|since|until|where"
    r"|who|which|and|but|or|than|how|why|what|unless|once|say|says|said|think|thinks|hope|hopes"
    r"|believe|believes|claim|claims|deny|denied|promise|promised|admit|admitted)\b",
    re.I,
)
_NOUN = re.compile(
    r"\b(?:the|an?|this|these|those|every|each|some|any|no)(?: [\w’'-]+){0,2}? (?P<noun>\w{3,})",
    re.I,
)
_PERSONS = re.compile(
    r"(?:er|or|ist|man|woman|ian|eer)$|^(?:president|king|queen|boy|girl|child|father|mother|chief"
    r"|judge|suspect|pilot|victim|wife|husband|son|daughter|pope|prince|princess|coach|guard"
    r"|witness|head|general)$",
    re.I,
)


def leans(question: str, known: str = "") -> bool:
    """Whether a question needs the turns before it to be understood.

    A pronoun leans unless the question itself says for whom or what it stands. A short question
    that names nothing does if it is of one word or goes on about something of what is known.

    Args:
        question: Politeness taken off.
        known: What was asked and replied before.

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
    if own or words >= SHORT:
        return False
    # "Who resigned?" is whole; "Over how many years?" is not.
    shared = len({*stems} & {*content_stems(known)})
    return (words < 2 and not _WHOLE.match(rest)) or (not named and 2 * shared >= words)


def _goes_on(question: str, rest: str, *, named: bool, words: int) -> bool:
    """Whether a question that opens with "and", "so" or the like goes on with the one before."""
    if not _JOINED.match(question):
        return not named and words < SHORT - 1
    names = sum(_is_name(word) for word in rest.split()[1:])
    return not named or (words < SHORT and names < 2)


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
    return any(_JOINS.search(words) or (owning and content_stems(words)) for words in between)


def _may_be(noun: str, pronoun: str) -> bool:
    if pronoun in ("they", "them", "their", "theirs"):
        return noun.endswith("s")
    return pronoun in ("it", "its") or bool(_PERSONS.search(noun))


def _is_name(word: str) -> bool:
    return word[0].isupper() and is_content(re.split(r"[’']|\W*$", word)[0])
