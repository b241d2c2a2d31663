"""A turn of a chat that leans on the turns before it, completed from them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.words import content_stems
from rag.dialogue.leaning import is_pleasantry, leans, pointing
from rag.dialogue.referents import (
    NUMBER_WORDS,
    Name,
    claims_of,
    items_of,
    names_in,
    people_in,
    plural_in,
)

# Turns that are searched as one at most, and characters of those before the question: the
# embedding model must still read the question.
TURNS = 4
EARLIER_CHARS = 500

# An item of a list that is put in the place of "the second one" at most has so many words; a
# longer one is put in front of the question.
ITEM_WORDS = 8

_MORE = re.compile(
    r"(?:and |ok(?:ay)?,? |please )*(?:(?:can|could) you )?(?:tell me more|say more|more details?"
    r"|more|go on|continue|carry on|keep going|elaborate|expand|anything else|what else|and\?)"
    r"(?: (?:about|on) (?:that|this|it|them))?(?:,? please)?\W*$",
    re.I,
)
_CHECKS = re.compile(
    r"(?:and |but )*(?:(?:is|was|are|were) (?:that|this|it|you) (?:really )?(?:true|right|correct"
    r"|so|certain|sure|confirmed|accurate)|really|are you sure|says who|who (?:said|says|claimed"
    r"|reported|wrote) (?:that|this|it|so)|according to whom|what is the source"
    r"|where does (?:that|this|it) come from|how do you know(?: that)?)\W*$",
    re.I,
)
_FRAGMENT = re.compile(
    r"(?:(?:and|but|or|ok|okay|so)\b,? )*(?:(?:what|how) about )?"
    r"(?:(?P<in>in|on|at|for|from|to|by|with|about|during) )?(?P<what>[^,;:?!.]+?)\W*$",
    re.I,
)
_OPENED = re.compile(r"(?:(?:and|but|or|ok|okay|so)\b|(?:what|how) about\b)", re.I)
_YEAR = re.compile(r"\b(?:1\d|20)\d\d\b")
_MONTH = re.compile(
    r"\b(?:January|February|March|April|May|June|July|August|September|October|November|December)\b"
)
_WEEKDAY = re.compile(r"\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b")
_ORDINAL = re.compile(
    r"\bthe (?P<which>former|latter|first|second|third|fourth|fifth|last)(?P<noun>"
    r" (?:ones?|option|point|item|claim|sentence|quote|of (?:these|those|them|the two|the three)))?"
    r"(?=\W*$|[ ,;])",
    re.I,
)
_COUNTED = re.compile(
    rf"\b(?:{'|'.join(NUMBER_WORDS)}|two|three|four|five|how many) ([a-z]\w+)", re.I
)
_STOPS = re.compile(r"[.!?][”\"’']?$")
_PERSON = frozenset("he she him his her hers".split())
_PLACE = re.compile(r"\b(?:in|at|to|of) (?:the )?$", re.I)
_AFTER_THE = re.compile(r"\bthe $", re.I)
_NOUNS = re.compile(r" (?:government|administration|party|team|plan|deal|talks|case|war|family)\b")


@dataclass(frozen=True, slots=True)
class Completed:
    """A turn as meant.

    Attributes:
        turns: What it leans on, oldest first, then the turn itself, its references filled in.
        said: The replies so far, if it asks for what they left unsaid and for nothing else.
    """

    turns: tuple[str, ...]
    said: str = ""

    @property
    def before(self) -> str:
        """What it leans on."""
        return " ".join(self.turns[:-1])[-EARLIER_CHARS:]


def complete(question: str, history: Sequence[tuple[str, str]]) -> Completed:
    """Completes a question from the turns before it.

    Args:
        question: As typed, white space normal.
        history: What was asked and what was replied, oldest first.

    >>> complete("And Macron?", [("What did Merz say about sanctions?", "")]).turns
    ('What did Macron say about sanctions?',)
    """
    known: Completed | None = None
    reply = ""
    turns = [turn for turn in history if not is_pleasantry(turn[0])]
    for asked, replied in [*turns[-TURNS + 1 :], (question, "")]:
        known = _after(asked, known, reply)
        reply = replied
    return known or Completed((question,))


def _after(question: str, known: Completed | None, reply: str) -> Completed:
    """A turn completed from the turn before it, which is completed itself, and its reply."""
    if known is None:
        return Completed((question,))
    if _MORE.match(question):
        return Completed(known.turns, f"{known.said} {reply}".strip())
    claims = claims_of(reply)
    if _CHECKS.match(question):
        return Completed((claims[0] if claims else known.turns[-1], question))
    if swapped := _swapped(question, known.turns[-1]):
        return Completed((*known.turns[:-1], swapped))
    if not leans(question):
        return Completed((question,))
    before = known.turns[-TURNS + 1 :]
    item = _item(question, reply, known.turns[-1])
    if item and (len(item[1].split()) > ITEM_WORDS or _STOPS.search(item[1])):
        return Completed((item[1], question))
    if item:
        return Completed((*before, item[0]))
    return Completed((*before, _resolved(question, before[-1], reply)))


def _swapped(question: str, before: str) -> str:
    """The question before with one name or date in another's place: "And Macron?"; "" if none.

    Only if it holds exactly one that may be meant.
    """
    found = _FRAGMENT.match(question)
    if not found or not (_OPENED.match(question) or found["in"]):
        return ""
    new, preposition = found["what"], found["in"]
    for kind in (_YEAR, _MONTH, _WEEKDAY):
        places = list(kind.finditer(before))
        if kind.fullmatch(new):
            return _put(before, places[0].span(), new) if len(places) == 1 else ""
    bare = re.sub(r"^the ", "", re.sub(r"[’']s$", "", new), flags=re.I)
    mine = names_in(f"x {bare}")
    if len(mine) != 1 or mine[0].text != bare or bare in before:
        return ""
    names = names_in(before)
    if preposition:
        marked = re.compile(rf"\b{preposition} (?:the )?$", re.I)
        names = [name for name in names if marked.search(before[: name.start])]
    return _put_name(before, names[0], re.sub(r"[’']s$", "", new)) if len(names) == 1 else ""


def _put(text: str, span: tuple[int, int], new: str) -> str:
    return text[: span[0]] + new + text[span[1] :]


def _put_name(text: str, name: Name, new: str) -> str:
    """A name in the place of another and of its article."""
    start = name.start
    article = _AFTER_THE.search(text[:start])
    if article and _NOUNS.match(text[name.end :]):
        new = re.sub(r"^the ", "", new, flags=re.I)
    elif article:
        start = article.start()
    return _put(text, (start, name.end), new)


def _item(question: str, reply: str, before: str) -> tuple[str, str] | None:
    """The question with "the second one" replaced, and the item that it was replaced by."""
    found = _ORDINAL.search(question)
    if not found:
        return None
    which = found["which"].lower()
    pair = which in ("former", "latter")
    items = items_of(reply, pair=pair) or (items_of(before, pair=True) if pair else [])
    listed = not any(map(_STOPS.search, items))
    if not (found["noun"] or pair or (listed and not question[found.end() :].strip(" ?.!"))):
        return None  # "Who was the first?" may be meant of anything; of a list it is the item
    number = {"former": 0, "latter": 1, "last": len(items) - 1}.get(which, _place(which))
    if 0 <= number < len(items) and len(items) > 1:
        item = items[number]
    else:
        nouns = {_singular(m[1]) for text in (before, reply) for m in _COUNTED.finditer(text)}
        if (found["noun"] or "").strip() != "one" or len(nouns) != 1:
            return None
        item = f"the {which} {nouns.pop()}"
    return _put(question, found.span(), item), item


def _singular(noun: str) -> str:
    return re.sub(r"(?<!s)s$", "", re.sub(r"ies$", "y", noun))


def _place(ordinal: str) -> int:
    return NUMBER_WORDS.index(ordinal) if ordinal in NUMBER_WORDS else -1


def _resolved(question: str, before: str, reply: str) -> str:
    """The question with its first pronoun replaced, if it can stand for one thing alone."""
    for start, end in pointing(question):
        word = question[start:end].lower()
        after = question[end:].lstrip().split(" ")[0].rstrip("?.,!")
        if word in _PERSON:
            meant = _person(before, reply)
            owned = word in ("his", "hers") or (word == "her" and bool(content_stems(after)))
        elif word in ("they", "them", "their"):
            meant, owned = plural_in(before, reply), word == "their"
        elif word in ("it", "its"):
            meant, owned = _subject(before), word == "its"
        elif word == "there":
            meant, owned = _where(before), False
        else:
            continue
        mark = ("’" if meant.endswith("s") and word == "their" else "’s") if owned else ""
        return _put(question, (start, end), meant + mark) if meant else question
    return question


def _subject(before: str) -> str:
    """The one thing that a question is about ("What is Twilio for?"); "" if there are more."""
    names = names_in(before)
    rest = len(content_stems(before)) - len(content_stems(" ".join(n.text for n in names)))
    if len(names) != 1 or rest > 1:
        return ""
    return ("the " if _AFTER_THE.search(before[: names[0].start]) else "") + names[0].text


def _where(before: str) -> str:
    """The one place that a question names: "in Paris"; "" if there are none or more."""
    places = [name for name in names_in(before) if _PLACE.search(before[: name.start])]
    if len(places) != 1:
        return ""
    the = "the " if _AFTER_THE.search(before[: places[0].start]) else ""
    return f"in {the}{places[0].text}"


def _person(before: str, reply: str) -> str:
    """Whom "he" or "she" stands for; "" if that is not clear."""
    people = people_in(before)
    if people:
        return people[0] if len(people) == 1 else ""
    replied = [name for claim in claims_of(reply) for name in people_in(claim, told=True)]
    # A question that asks who is answered by whom the reply names first.
    if replied and (len(replied) == 1 or re.match(r"(?:and )?(?:who|which)\b", before, re.I)):
        return replied[0]
    return replied[0] if len({name.split()[-1] for name in replied}) == 1 else ""
