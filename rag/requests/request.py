"""What is asked for: one fact, or more than a sentence answers, taken apart."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from rapidfuzz import process
from rapidfuzz.distance import OSA

from index.text.words import WORD, is_content
from rag.dialogue.small_talk import bare, is_small_talk
from rag.question import Question
from rag.reading.reader import RequestReading
from rag.requests.kinds import TALK
from rag.types import Scope, Turn

# The least probability with which a text is taken for more than a question for a fact.
SURE = 0.7


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for.

    Attributes:
        kind: One of ``KINDS``.
        subject: What it is about, in the request's own words; "" if it names nothing.
        sides: Who is compared.
        speaker: Whose words are asked for.
    """

    kind: str
    subject: str = ""
    sides: tuple[str, ...] = ()
    speaker: str = ""

    def without(self, scope: Scope) -> Request:
        """The same without the words that say which articles are meant."""
        return replace(self, subject=scope.without(self.subject))


# A question for what happened is none for articles.
_ASKS = re.compile(
    r"\W*(?:who|why|when|where|how|what (?:did|does|do|is|was|were|has|have))\b(?!.*\b(?:latest"
    r"|news?|newest|recent|update|now|stand|changed|happening|articles?|stories|coverage)\b)",
    re.I,
)

# What is asked of the future, or whether something is so.
_WHAT_NEXT = re.compile(
    r"\W*what (?:happens|becomes|(?:will|is going to|could|would|should) (?:happen|become))"
    r" (?:to|of|with|if)\b",
    re.I,
)
_YES_OR_NO = re.compile(
    r"\W*(?:is|are|was|were|does|do|did|has|have|had|will|would|can|could|should)\b", re.I
)

# What an article may list line by line, of which it is asked how many there are.
POINTS = re.compile(
    r"\W*how many (?:\w+ )?(?P<what>demands|points|conditions|preconditions|terms|measures"
    r"|proposals|requirements|recommendations|steps|items|parts)\b",
    re.I,
)
# What somebody has several of: "demands of the union", "the union's demands".
_THEIRS = re.compile(
    r"^(?:\W*(?:(?:list|name|give me|show me|what are|all|the|of) )*)(?:demands|points|conditions"
    r"|preconditions|terms|proposals|requirements|recommendations|promises|complaints)\b",
    re.I,
)
_WANTED = re.compile(
    r"\b(?:wants?|asking for|asks? .*\bfor|asking .*\bfor|demand(?:s|ing)?)\b", re.I
)
_ON = re.compile(r".*\b(?:on|about|with|of|regarding|concerning|over|around) (?P<what>.+)", re.I)
_ALL = frozenset(
    "everything all anything it this that these those here now today news articles article stories"
    " corpus archive index sources papers outlets things whole far lately recently".split()
)
# The things that a list is asked for: "which cities".
_THINGS = re.compile(r"\W*(?:which|what) [a-z]{3,}s\b", re.I)
_SAY = re.compile(r"\W*what (?:did|does|do|has|have) .+? (?:say|said|tell|told)\b", re.I)
_AGREE = re.compile(
    r"\W*do (?:(?:the|all|these|both) )*(?:reports|accounts|papers|articles|sources|outlets|they)"
    r" (?:all )?agree\b(?: (?:on|about|that))?(?: how (?:many|much))?",
    re.I,
)

# What says that accounts are held against each other, and what stands between that and in what.
_FRAME = re.compile(
    r"\b(?:(?:dis)?agree\w*|contradict\w*|conflict\w*|differ\w*|discrepan\w+|inconsisten\w+|disput\w+"
    r"|the same|accounts?|reports?|(?:news)?papers?|articles?|sources?|outlets?|versions?)\b",
    re.I,
)
CORRECTED = re.compile(
    r"\bcorrect(?:ed|ions?)\b|\bg[eo]t(?:s|ting)? (?:\w+ )?wrong\b|\b(?:mistake|error)s?\b", re.I
)
_ABOUT = re.compile(r"^\W*(?:\w+ ){0,2}?(?:about|on|over|regarding|concerning|as to|of|in) |^\W+")
_PARTS = re.compile(r"[,;:?!]| [-–—] ")

_TIMELINE = re.compile(r"\b(?:timeline|chronology)\b", re.I)

# Words that requests are made of, which articles seldom hold.
_WORDS = (
    "timeline chronology summarise summarize summary overview comparison disagreement developments"
).split()

# What is typed for longer words.
_TEXTED = {"ppl": "people", "govt": "government", "r": "are", "u": "you", "ur": "your"}
_TEXTED |= {"abt": "about", "btwn": "between", "w": "with", "bc": "because", "wich": "which"}

_SHORT = re.compile(r"^\W*tl;? ?dr\b[:,]? ?(?:of |on )?", re.I)

# What somebody names who asks of onrecord itself; "on what grounds?" is about the articles.
_OURS = re.compile(r"\b(?:articles?|sources?|outlets?|papers?|corpus|index|archive|you|your|all)\b")

_WHAT_ABOUT = re.compile(r"\W*(?:(?:and|but|so|ok) )*(?:what|how) about\b", re.I)

# Kinds of reply that a language model may phrase; in the others each line stands for itself.
PROSE = ("brief", "comparison", "latest")

# Kinds that a text is known to be without the turns before it.
WHOLE = ("brief", "timeline", "comparison", "disagreement", "latest", "search", "count")

FACT = Request("fact")


def decided(
    meant: Question, history: Sequence[Turn], read: Callable[[str], RequestReading]
) -> Request:
    """What is asked for; what a request leaves unsaid is what was asked about before.

    Args:
        meant: The question as meant.
        history: The turns before it.
        read: The reading model's ``Reader.request``.
    """
    if meant.kind == "smalltalk":
        return Request("about" if read(meant.text).kind == "about" else "smalltalk")
    request = request_of(meant.spelt, read)
    asks = meant.leans or _YES_OR_NO.match(meant.spelt)  # "is there a timetable?"
    if request.kind in TALK and (not asks or _OURS.search(meant.spelt)):
        return request
    if len(meant.parts) > 1 and request.kind not in PROSE:
        return FACT  # "until when is it shut, and what happens then"
    if meant.leans and request.kind not in WHOLE:
        if _WHAT_ABOUT.match(meant.asked):
            return FACT
        request = request_of(meant.asked, read)
    if request.kind in TALK:
        return FACT
    named = request.subject or request.sides or (request.speaker and not meant.leans)
    if request.kind in ("fact", "list") or named:
        return request
    return replace(request, subject=_before(history, read))


def _before(history: Sequence[Turn], read: Callable[[str], RequestReading]) -> str:
    """What the last question was about that asked something of the articles; "" if none did."""
    asked = (turn.question for turn in reversed(history) if not is_small_talk(bare(turn.question)))
    before = next(asked, "")
    return (before and _span(before, read(before))) or before


def request_of(text: str, read: Callable[[str], RequestReading]) -> Request:
    """The request that a text is; a fact, unless it is surely another.

    Args:
        text: As typed, its spelling mended.
        read: The reading model's ``Reader.request``.
    """
    text = WORD.sub(_spelt, _SHORT.sub("summary of ", text))
    found = read(text)
    if said := _AGREE.match(text):
        return Request("disagreement", _bare(text[said.end() :]))
    if _TIMELINE.search(text):
        return Request("timeline", _span(text, found))
    if points := POINTS.match(text):
        return Request("count", _span(text, _behind(found, points)))
    found = replace(found, kind=_kind_of(text, found))
    words = {role: _words(text, found, role) for role in ("subject", "side", "speaker")}
    subject, sides, speaker = words["subject"], words["side"], words["speaker"]
    if found.kind == "comparison":
        sides = list(dict.fromkeys([*sides, *speaker]))
    if len(sides) == 1 and _of_one(text, found.kind):
        return Request("list", " ".join(subject), tuple(sides))
    if found.kind == "comparison":
        return Request("comparison", " ".join(subject), tuple(sides))
    if found.kind == "quotes" and not re.match(r"\W*who\b(?![’']s)", text, re.I):
        whose, *others = [*speaker, *sides] or [""]  # whoever is named later is spoken of
        return Request("quotes", " ".join((*subject, *others)), speaker=whose)
    if found.kind == "list" and (things := _THINGS.match(text)):
        found = _behind(found, things)
    # Of every other kind all that is named is what it is about.
    named = _span(text, found) or _named(text)
    return FACT if found.kind == "fact" else Request(found.kind, named)


def _kind_of(text: str, found: RequestReading) -> str:
    """The kind of a request as the model has it; a fact, unless it is surely another."""
    if found.kind == "fact":
        return "quotes" if _SAY.match(text) and _words(text, found, "speaker") else "fact"
    corrected = found.kind == "disagreement" and CORRECTED.search(text)
    unsure = found.probability < SURE and not corrected
    asks = (found.kind in ("search", "latest") and _ASKS.match(text)) or _WHAT_NEXT.match(text)
    # "What happens to the prisoners", "is there a timetable"
    timed = found.kind == "timeline" and _YES_OR_NO.match(text)
    return "fact" if unsure or asks or timed else found.kind


def _of_one(text: str, kind: str) -> bool:
    """Whether what one side wants is asked for: "demands of the union"."""
    if kind == "comparison":
        return bool(_THEIRS.search(text))
    return kind == "list" and bool(_WANTED.search(text))


def doubted(text: str, subject: str) -> str:
    """What accounts are asked about that may differ: "how many were hurt", or the subject alone.

    Args:
        text: The request.
        subject: What it is about.

    >>> doubted("do the reports agree on how many were hurt?", "hurt")
    'how many were hurt'
    >>> doubted("cost of lifting the wreck - does everyone say the same?", "wreck")
    'cost of lifting the wreck'
    """
    last = subject.split()[-1].lower()
    part = next((part for part in _PARTS.split(text) if last in part.lower()), subject)
    framed = [found.end() for found in _FRAME.finditer(part)]
    for end in reversed(framed):
        if last in part[end:].lower():
            return _ABOUT.sub("", part[end:]).strip()
    return subject if framed else part.strip()


def _named(text: str) -> str:
    """What stands behind the last "on" or "about" of a request; "" if that is everything."""
    found = _ON.search(text)
    said = _bare(found["what"]) if found else ""
    return said if any(is_content(w) and w.lower() not in _ALL for w in WORD.findall(said)) else ""


def _behind(found: RequestReading, asked: re.Match[str]) -> RequestReading:
    """The same without what names the things that are asked for, if more is named."""
    left = tuple(role for role in found.roles if role[0] >= asked.end())
    return replace(found, roles=left or found.roles)


def _spelt(word: re.Match[str]) -> str:
    """A word as typed, or the word that it is short for, or that of requests but for a letter."""
    if short := _TEXTED.get(word[0].lower()):
        return short
    found = process.extractOne(word[0].lower(), _WORDS, scorer=OSA.distance, score_cutoff=1)
    return found[0] if found and found[1] else word[0]


def _words(text: str, found: RequestReading, role: str) -> list[str]:
    return [_bare(text[a:b]) for a, b, name in found.roles if name == role]


def _span(text: str, found: RequestReading) -> str:
    """All that is named, with the words between."""
    return _bare(text[found.roles[0][0] : found.roles[-1][1]]) if found.roles else ""


def _bare(words: str) -> str:
    return re.sub(r"^(?:the|an?) |[’']s$", "", words.strip(' ?!.,;:"“”'), flags=re.I)
