"""Whether a turn of a chat can be understood without the turns before it."""

from __future__ import annotations

import re

from index.words import content_stems, is_content

# A question of fewer content words leans unless it names something. MTRAGUN, nDCG@10: 4 0.913, 5
# 0.912, 6 0.915, 8 0.917, and 0.910 when every turn leans. Above 4 a change of topic is searched
# for under the old one, which that set hardly holds.
SHORT = 4

_OPENER = re.compile(r"(?:(?:and|but|or|so|then|also|ok|okay|yes|no|well)\b[ ,]+)+", re.I)
_JOINED = re.compile(r"(?:and|but|or|so|then|also)\b", re.I)
_ABOUT = re.compile(r"(?:what|how) about\b", re.I)
_CORRECTS = re.compile(
    r"(?:(?:no|oops|sorry|well)\b[ ,.]+)*(?:i meant?|i(?:’m| am|'m) (?:asking|talking) about"
    r"|correction|rather)\b",
    re.I,
)
_PLEASANTRY = re.compile(
    r"(?:(?:that(?:’s|'s| is| was)|it is|this is|very|good|great|fine|ok|okay|nice|cool|interesting"
    r"|excellent|thanks?|thank you|i see|i understand|got it|understood|terrible|wonderful|right"
    r"|sure|yes|no|well|hi|hello|hey|please|too bad|wow|to know|to hear|so much|a lot|indeed)"
    r"\b[ ,.!]*)+(?:for [^?]*)?$",
    re.I,
)
_ELSEWHERE = re.compile(
    r"\b(?:the|this|that|which|other|another|new|last|next|first|second|third) ones?\b"
    r"|\bones?\W*$|\bthe (?:former|latter)\b|\bthe (?:first|second|third) of (?:these|those|them)\b"
    r"|(?<!each )(?<!one an)\bothers?\b(?! than\b)|\b(?:who|what|where|anyone|anything) else\b"
    r"|\bthe same\b(?!.* as\b)|\bthen\W*$|\binstead\b(?! of\b)|\bis that so\b",
    re.I,
)
_PLACED = re.compile(r"\b(?:in|at|of|to|from|near) (?:the )?[A-Z].*\bthere\b")
_EXISTS = frozenset("is are was were be been has have had will would can could".split())
_THIS = re.compile(
    r"\b(?:this|these)\b(?! (?:year|month|week|morning|afternoon|evening|spring|summer|autumn"
    r"|fall|winter|season|century|decade|time|weekend|days)\b)|\bthose\b(?! who\b)",
    re.I,
)
_REPORTS = re.compile(
    r"(?:sa(?:y|ys|id)|claim|think|thought|believ|den(?:y|ie)|report|announc|show|know|knew|known"
    r"|confirm|suggest|insist|warn|argu|agree|promis|f(?:i|ou)nd|mean|hop|fear|expect|admit|learn"
    r"|decid|hear|tell|told|state|stating|declar|conclud|reveal|prov|vow|propos|demand|assum"
    r"|sure|true|clear|likely|certain|possible|fact|evidence|sign|so|now|all|everything|anything"
    r"|nothing|those|except|given|provided|such)\w*$",
    re.I,
)
_HELPS = frozenset(
    "did does do is are was were has have had will would can could may might should".split()
)
_JOINS = frozenset(
    "that because before after when while if whether as although though since until where who"
    " which and but or than how why what unless once".split()
)
_DETERMINERS = frozenset("the a an this that these those every each some any no".split())
_PERSONS = re.compile(
    r"(?:er|or|ist|man|woman|ian|eer)$|^(?:president|king|queen|boy|girl|child|father|mother|chief"
    r"|judge|suspect|pilot|student|victim|wife|husband|son|daughter|pope|prince|princess|chef"
    r"|candidate|coach|guard|witness|resident|agent|head|nurse|general)$",
    re.I,
)
_TOKEN = re.compile(r"[^\W_]+(?:[’'-][^\W_]+)*|[,;:]")
_SINGULAR = frozenset("he him his she her hers".split())
_PLURAL = frozenset("they them their theirs".split())
_OWNING = frozenset("his her its their".split())
_EXPLETIVE = re.compile(
    r"\bit (?:\w+ )?(?:takes?|took|taken)\b(?! (?:effect|place|part|over)\b)"
    r"|\bit (?:true|clear|possible|likely|legal|safe)\b|\bit (?:is|was|be) (?:\w+ )?\w+ (?:that|to"
    r"|for)\b|\b(?:is|was|does|did|will|would) it (?:\w+ )?\w+ (?:that|to)\b",
    re.I,
)


def leans(question: str) -> bool:
    """Whether a question needs the turns before it to be understood.

    A pronoun leans unless the question itself says for whom or what it stands. A short question
    does, unless it names somebody or something.

    >>> leans("Over how many years?"), leans("Who leads the Harbour Union?")
    (True, False)
    >>> leans("Why did the mayor say that she would resign?"), leans("Did she resign?")
    (False, True)
    """
    opener = _OPENER.match(question)
    rest = question[opener.end() :] if opener else question
    if _ABOUT.match(rest) or _CORRECTS.match(question):
        return True
    if _ELSEWHERE.search(rest) or _THIS.search(rest) or pointing(rest):
        return True
    words = len(content_stems(rest))
    tokens = _TOKEN.findall(rest)
    # A pronoun that does not point stands for something which the question names.
    own = any(token.lower() in _SINGULAR | _PLURAL for token in tokens)
    named = own or any(_is_name(token) for token in tokens[1:])
    if opener and (not named or (words < SHORT and _JOINED.match(question))):
        return True
    return words < SHORT and not own and (words < 2 or not named)


def is_pleasantry(turn: str) -> bool:
    """Whether a turn asks nothing: "Thank you.", "Good to know."."""
    return bool(_PLEASANTRY.match(turn))


def pointing(question: str) -> list[tuple[int, int]]:
    """Where the words stand that stand for something which the question does not name.

    >>> pointing("Did Merz say that he was ill?"), pointing("Did Kyiv confirm it?")
    ([], [(17, 19)])
    """
    found = list(_TOKEN.finditer(question))
    tokens = [token.group() for token in found]
    return [m.span() for number, m in enumerate(found) if _points(tokens, number, question)]


def _points(tokens: list[str], number: int, question: str) -> bool:
    """Whether a word stands for something that the question does not name."""
    word = tokens[number].lower()
    if word == "that":
        return _demonstrative(tokens, number)
    if word == "there":
        after = tokens[number + 1].lower() if number + 1 < len(tokens) else ""
        before = tokens[number - 1].lower() if number else ""
        exists = after and {before, after} & _EXISTS
        return not exists and not _PLACED.search(question)
    if word in ("it", "its"):
        if word == "it" and _EXPLETIVE.search(question):
            return False
        return not _named_before(tokens, number, "")
    if word in _SINGULAR:
        return not _named_before(tokens, number, "person")
    return word in _PLURAL and not _named_before(tokens, number, "several")


def _demonstrative(tokens: list[str], number: int) -> bool:
    """Whether "that" points, rather than joins two clauses."""
    if number == 0 or number + 1 == len(tokens) or not tokens[number + 1][0].isalnum():
        return True
    before, after = tokens[number - 1].lower(), tokens[number + 1].lower()
    if before in _HELPS:
        return True
    if _REPORTS.match(before) or _is_name(tokens[number - 1]):
        return False
    if number > 1 and tokens[number - 2].lower() in _DETERMINERS:  # the law that
        return False
    if is_content(before):  # "bolts that failed" joins, "caused that mistake" points
        return before.endswith("ed") and after not in _HELPS
    return before not in _PLURAL | _SINGULAR | {"it", "one", "than"}


def _named_before(tokens: list[str], number: int, wanted: str) -> bool:
    """Whether the question names, before a pronoun, what the pronoun stands for.

    In one clause a pronoun and a name are two things ("Did Kyiv confirm it?") unless the pronoun
    says whose the object is ("Did Kyiv name its terms?").
    """
    for place in range(number):
        if not _may_be(tokens, place, wanted):
            continue
        between = tokens[place + 1 : number]
        if any(word.lower() in _JOINS | {","} for word in between):
            return True
        owns = tokens[number].lower() in _OWNING and number + 1 < len(tokens)
        if owns and any(is_content(word) and word.isalnum() for word in between):
            return True
    return False


def _may_be(tokens: list[str], place: int, wanted: str) -> bool:
    """Whether a word is a name, or the noun of a "the …", that a pronoun may stand for."""
    token = tokens[place]
    if not is_content(token) or not token[0].isalpha():
        return False
    if place and _is_name(token):
        return True
    nouns = [t.lower() for t in tokens[max(0, place - 3) : place]]
    if not _DETERMINERS & set(nouns):
        return False
    if wanted == "person":
        return bool(_PERSONS.search(token))
    return token.endswith("s") if wanted == "several" else True


def _is_name(token: str) -> bool:
    return token[0].isupper() and is_content(token)
