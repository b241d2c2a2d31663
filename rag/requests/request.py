"""What is asked for: one fact, or more than a sentence answers, taken apart."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from rapidfuzz import process
from rapidfuzz.distance import OSA

from index.text.names import names_in
from index.text.words import WORD, Phrases, is_content
from rag.dialogue.followup import WHEN, asked_of
from rag.dialogue.leaning import subject_alone
from rag.dialogue.small_talk import SMALL_TALK, bare, is_small_talk, said_to
from rag.question import Question
from rag.reading.reader import RequestReading
from rag.types import TALK, Answer, Scope, Turn

# Kinds of request that a question for a fact is taken for now and then: "how did he get there".
_MISTAKEN = ("timeline", "count", "list", "quotes", "disagreement")
_COMPARES = re.compile(
    r"\b(?:(?:dis)?agree(?!ment)|differ|contra|conflict|disput|version|correct|same\b|wrong\b)",
    re.I,
)
_CONTRASTS = re.compile(
    r"\b(?:compar|contrast|differ|versus|vs\b|side by side|both|each|every|between|sides\b|all\b)",
    re.I,
)
# What stands between two that are compared: "Kyiv's and Moscow's", "the old beside the new".
_BETWEEN = re.compile(
    r"[,&/]|\b(?:and|or|nor|than|from|against|beside|next to|opposed to|unlike)\b", re.I
)
_QUESTION_WORD = re.compile(
    r"\W*(?:who|whom|whose|what|when|where|why|how|which|did|does|do|is|are|was|were|has|have|had"
    r"|will|would|can|could|should)\b",
    re.I,
)

# The least probability with which a text is taken for more than a question for a fact.
SURE = 0.7


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for."""

    kind: str  # one of ``KINDS``
    subject: str = ""  # what it is about, in the request's own words; "" if it names nothing
    sides: tuple[str, ...] = ()  # who is compared
    speaker: str = ""  # whose words are asked for
    # What was told before and is to be dated: the id of each article, and where its words stand.
    told: tuple[tuple[str, int, int], ...] | None = None

    def without(self, scope: Scope) -> Request:
        """The same without the words that say which articles are meant.

        What happened after an event is not what happened at it.
        """
        left = scope.without(self.subject)
        aside = scope.because if self.kind in ("brief", "latest") else scope.aside
        said = {word.lower() for words in aside for word in WORD.findall(words)}
        alone = all(word.lower() in said for word in WORD.findall(left))
        return replace(self, subject="" if alone else left)


_WHO = r"(?:the )?(?P<{0}>[\w’'-]+(?: [\w’'-]+)??)"
_PHRASES = Phrases(
    "rag.requests", **{f"who_{n}": _WHO.format(n) for n in ("one", "other", "first", "second")}
)
_WHAT_NEXT, _ONE_THING, _THEIRS, _WANTED, _SAYS, _DISAGREE = (
    _PHRASES.compiled(name, re.I)
    for name in ("what_next", "one_thing", "theirs", "asks_for", "says", "disagree")
)
_AGREE, _FRAME, _WRONG, _CORRECTIONS, _ARTICLES, _MENTIONED, _HELD_HERE = (
    _PHRASES.compiled(name, re.I)
    for name in ("agree", "frame", "wrong", "corrections", "articles", "mentioned", "held_here")
)
_OFFERED, _TWO_SIDES, _DIFFER, _ACCOUNTS, _WHOSE, _BRIEF_ASKED, _BRIEF = (
    _PHRASES.compiled(name, re.I)
    for name in ("offered", "two_sides", "differ", "accounts", "whose", "brief_asked", "brief")
)
_THEM_ALL, _LAST_WORDS, _THEM, POINTS, CORRECTED, LENGTH, AGED, _BESIDE, _TOGETHER = (
    _PHRASES.compiled(name, re.I)
    for name in "them_all last_words them points corrected length aged beside together".split()
)
_WANTS, _STATE_OF_PLAY, _ALL_NAMED, _BROUGHT_UP, _EVERYTHING_ON, POSITION = (
    _PHRASES.compiled(name, re.I)
    for name in "side_wants state_of_play all_named brought_up everything_on position".split()
)
_PAPER_SAYS, REACTS, EACH_SAYS, HELD_WHERE, _ALL_ABOUT, _SAID_ABOUT = (
    _PHRASES.compiled(name, re.I)
    for name in "paper_says reacts each_says held_where all_about said_about".split()
)
_SOMEBODY = re.compile(r"(?:he|she|it|they|him|her|them)\b", re.I)
PUBLISHED = re.compile(
    r"\W*(?:which|what|list|show me|all)(?: the)? (?:articles|stories|reports|pieces)"
    r" (?:did|does|has|have|were|was|are) (?:[^?]*? )??"
    r"(?:publish(?:ed)?|run|carry|print(?:ed)?|wr\w+)"
    r"(?: (?:about|on) (?P<what>(?!\d)[^?]+?))?(?= in | on \d| last | this |\W*$)",
    re.I,
)
"""What asks for the articles of an outlet or a time."""
_QUOTED_MOST = re.compile(
    r"\W*who\b.*\b(?:quoted|cited)(?: the)?(?: most| often)*(?P<on> (?:on|about|in) .*)?\W*$", re.I
)
_GOES_ON = re.compile(r"\W*(?:and|what about|how about)\b", re.I)
_ORDERED = re.compile(r"\b(?:happen|timeline|chronolog|sequence|order of events|came first)", re.I)
_ON = re.compile(r".*\b(?:on|about|with|of|regarding|concerning|over|around) (?P<what>.+)", re.I)
_TOPIC = r"\b(?:on|about|over|regarding|concerning|deals? with|towards?|treat) (?:the )?"
_ALL = frozenset(
    "everything all anything it this that these those here now today news articles article stories"
    " corpus archive index sources papers outlets things whole far lately recently".split()
)
# The things that a list is asked for: "which cities".
_THINGS = re.compile(r"\W*(?:which|what) [a-z]{3,}s\b", re.I)
_SAY = re.compile(r"\W*what (?:did|does|do|has|have) .+? (?:say|said|tell|told)\b", re.I)

_ABOUT = re.compile(r"^\W*(?:\w+ ){0,2}?(?:about|on|over|regarding|concerning|as to|of|in) |^\W+")
_PARTS = re.compile(r"[,;:?!]| [-–—] ")

# Whoever speaks for a body: "the Kremlin guy".
_FOLK = re.compile(r"(?<=\w) (?:guys?|man|men|people|folks?|lot|side|camp|crowd)$", re.I)

_TIMELINE = re.compile(
    r"\b(?:timeline|chronology)\b|\blist (?:of )?(?:all )?(?:the )?dates\b", re.I
)

# Words that requests are made of, which articles seldom hold.
_WORDS = (
    "timeline chronology summarise summarize summary overview comparison disagreement developments"
).split()


_LISTED = re.compile(r"\W*(?:(?:give|show|make)(?: me)? )?(?:an? )?(?:bullet(?:ed)? )?list\b", re.I)
_DEMANDS = re.compile(r"\b(?:demands|want)\W*$", re.I)


_OF_THESE = re.compile(r"\b(?:article|story|report|piece|one)s?\b|\b(?:these|them|those)\b", re.I)
_THESE = re.compile(r"\b(?:these|them|those|ones?|of the (?:articles|stories|reports))\b", re.I)
NEWS = re.compile(r"\b(?:latest on|new\w*|recent\w*|updates?|developments?|happen\w*)\b", re.I)
"""What asks for news, whether or not there is any."""
NEWEST = re.compile(r"\b(?:latest|newest|most recent(?:ly)?|last)\b", re.I)
"""What asks of somebody's words for the newest."""

# "Who was on the bridge"; not "who is quoted", "who was injured", "who is mentioned most".
_ONE_MAN = re.compile(
    r"\W*who(?:[’']s| is| was) (?:in|on|at|behind|the)\b(?!.*\b(?:all|most)\b)", re.I
)

# "Why does he want that", "was it sold"; not "why do they differ", "could you list them".
_WHY = re.compile(r"\W*(?:(?:so|and|but) )*why\b(?!.*\b(?:differ|disagree|contradict))", re.I)
_WHETHER = re.compile(
    r"\W*(?:(?:so|and|but) )*(?:did|does|is|are|has|have|was|were|will|would|could|can|should)\b"
    r"(?! (?:you|u|i|we)\b)",
    re.I,
)

# "How did the talks go" asks for what came of them.
_HOW_IT_WENT = re.compile(
    r"\W*how (?:did|has|have|had|is|are|was|were) .*\bgo(?:ne|ing)?\W*$", re.I
)

# "What is in the plan" asks for its points, "what would they talk about" and "what is behind it"
# for one thing too.
_ONE_ASKED = re.compile(
    r"\W*what(?:(?:[’']?s| is| was| are) in (?:the|this|that|it)\b"
    r"(?!.*\b(?:articles?|news|papers?)\b)"
    r"| (?:would|could|might|should) |(?:[’']?s| is| was) behind )",
    re.I,
)

# What asks for words; "what would they be after", "whose advice was it" do not.
_SPOKEN = re.compile(
    r"\b(?:sa(?:y|ys|id|ying)|t[eo]ll?d?|talk\w*|sp[eo]ak\w*|spoken?|wor(?:d|ds|ding)|quot\w+"
    r"|comment\w*|remark\w*|statements?|stated?|react\w*|respon\w+|repl\w+|answer\w*|call\w*"
    r"|descri\w+|think|thinks|thought|views?|opinions?|argu\w+|claim\w*|promis\w+|warn\w*"
    r"|on (?:the )?record|soundbites?|verbatim|voic\w+|put it|lines?)\b",
    re.I,
)

# What asks what something is that has a name.
_WHAT_IS = re.compile(
    r"\W*(?:what|who)(?:[’']s| is| are| was| were) (?:the |an? )?"
    r"(?P<what>(?:[\w’'-]+ ){1,4}[\w’'-]+|(?-i:[A-Z])[\w’'-]+)\W*$",
    re.I,
)

# What stands before the subject of a turn that names nothing else: "and Crimea?"
_AND = re.compile(r"\W*(?:(?:and|but|so|ok|or)\b,? )?(?:(?:what|how) about )?", re.I)
_HAPPENED = re.compile(r"^what(?:[’']?s| has| have)? (?:been )?(?:happen\w*|going on)\b", re.I)
_WHATS = re.compile(r"^(\W*list what)[’']s\b", re.I)  # which the model takes for a brief
_SHORT = re.compile(r"^\W*tl;? ?dr\b[:,]? ?(?:of |on )?", re.I)

# What somebody names who asks of onrecord itself; "on what grounds?" is about the articles.
_OURS = re.compile(
    r"\b(?:articles?|sources?|outlets?|(?:news)?papers?|publishers?|publications?|corpus|index"
    r"|archive|you|your|all|here)\b",
    re.I,
)

SIDES = 3
# Words that name a thing, typed alone: "heavy weapons withdrawal".
MOST_NAMED = 4

_WHAT_ABOUT = re.compile(r"\W*(?:(?:and|but|so|ok) )*(?:what|how) about\b", re.I)

# What a reply is asked for as, and the kind that this is.
_FORMS = {r"\b(?:timeline|chronology)\b": "timeline", r"\b(?:brief|summary)$": "brief"}

# "Only from residents".
_ONLY_OF = re.compile(r"\b(?:only|just) (?:those |the ones )?(?:from|by|of) (?P<who>.+)$", re.I)

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
        here = said_to(meant.text) == SMALL_TALK and read(meant.text).kind == "about"
        return Request("about" if here else "smalltalk")
    if meant.form:
        return _formed(meant, history, read)
    request = _of_reply(meant, bare(meant.spelt), history, read)
    return request or _asked_for(meant, history, read)


def _asked_for(
    meant: Question, history: Sequence[Turn], read: Callable[[str], RequestReading]
) -> Request:
    """What a turn asks the articles for."""
    # A turn that was completed stands alone.
    completed = meant.leans and meant.asked != bare(meant.spelt)
    request = request_of(meant.asked if completed else meant.spelt, read)
    asks = meant.leans or _QUESTION_WORD.match(meant.spelt)  # "is there a timetable?"
    if request.kind in TALK:
        return FACT if asks and not _OURS.search(meant.spelt) else request
    if _is_fact(meant, request):
        return FACT
    if meant.leans and request.kind not in WHOLE:
        request = FACT if _WHAT_ABOUT.match(meant.asked) else request_of(meant.asked, read)
    if request.kind in TALK or (meant.before and request == Request("quotes")):
        return FACT  # "who said so"
    return _about_before(
        meant.asked, request, history, read, speaks=bool(meant.said) or not meant.leans
    )


def _is_fact(meant: Question, request: Request) -> bool:
    """Whether what reads like a request for more asks for a fact, or for one in each part."""
    if len(meant.parts) > 1 and not _of_whole(request, meant.asked):
        return True  # "until when is it shut, and what happens then"
    if meant.obstacles:
        return True
    if request.kind != "comparison":
        return False
    # "And on the economic side?"
    aspect = meant.leans and not request.sides and not _CONTRASTS.search(meant.spelt)
    return aspect or _TOGETHER.match(meant.asked) is not None


def _of_whole(request: Request, text: str) -> bool:
    """Whether a request of several parts is still one: "what happened first and what then"."""
    ordered = request.kind == "timeline" and request.subject and _ORDERED.search(text)
    return request.kind in PROSE or bool(ordered)


def may_be_fact(meant: Question, request: Request) -> bool:
    """Whether a request that finds nothing may be a question for a fact that was taken for one."""
    sure = request.kind == "disagreement" and _COMPARES.search(meant.asked)
    asks = not meant.leans and _QUESTION_WORD.match(meant.asked)
    return bool(request.kind in _MISTAKEN and asks and not sure)


def thing_asked(meant: Question) -> str:
    """What a question asks for that wants to know what something is; "" for any other.

    Some words and nothing else ask of what they name.
    """
    if asked := _WHAT_IS.match(meant.asked):
        return asked["what"]
    words = WORD.findall(meant.asked)
    asks = meant.leans or _QUESTION_WORD.match(meant.asked)
    names = 1 < len(words) <= MOST_NAMED and all(map(is_content, words))
    return meant.asked if names and not asks else ""


def _of_reply(
    meant: Question, asked: str, history: Sequence[Turn], read: Callable[[str], RequestReading]
) -> Request | None:
    """The request that a turn is for something of the replies before; None if it is none."""
    if _THEM.fullmatch(asked) and len(sides := _sides_before(history)) > 1:
        return Request("comparison", sides=sides)
    if (beside := _BESIDE.fullmatch(asked)) and (before := _side_before(history, read)):
        return replace(before, sides=(before.sides[0], _bare(beside["who"])))
    reply = history[-1].reply if history else ""
    if not isinstance(reply, Answer) or reply.kind in TALK:
        return None
    told = _told(reply)
    if WHEN.fullmatch(asked):
        return Request("timeline", told=told)
    if reply.kind == "comparison" and _GOES_ON.match(asked) and (side := _alone(asked)):
        return Request("comparison", sides=(side,))
    if reply.kind in ("search", "count") and AGED.match(asked):
        return Request("search", _before(history, read))
    match asked_of(asked, reply):
        case "doubts":
            return Request("disagreement", meant.query)
        case "list_them":
            return Request("search", _before(history, read))
        case "sum_it_up" if len(told) == 1:
            return Request("brief", told=told)
        case "author" if told:
            return Request("search", told=told)
    return None


def _told(reply: Answer) -> tuple[tuple[str, int, int], ...]:
    """What a reply cites: for a fact what answers best."""
    if reply.kind == "fact":
        cited = {c.number: c.article_id for claim in reply.claims[:1] for c in claim.citations}
        for short in reply.shorts:
            if article := cited.get(short.citation):
                return ((article, short.start, short.end),)
    claims = reply.claims[:1] if reply.kind == "fact" else reply.claims
    first = dict.fromkeys(claim.citations[0] for claim in claims if claim.citations)
    return tuple((c.article_id, c.start, c.end) for c in first)


def _sides_before(history: Sequence[Turn]) -> tuple[str, ...]:
    """The names that the last two questions were about, in their order."""
    asked = [turn.reply.query for turn in history if isinstance(turn.reply, Answer)][-2:]
    found = [name.text for query in asked for name in names_in(f"x {query}")]
    return tuple(dict.fromkeys(found))[:SIDES]


def _side_before(history: Sequence[Turn], read: Callable[[str], RequestReading]) -> Request | None:
    """Who was asked about in the turn before, as the first side of a comparison."""
    reply = history[-1].reply if history else ""
    asked = reply.query if isinstance(reply, Answer) else history[-1].question if history else ""
    found = request_of(asked.rsplit("? ", 1)[-1], read)
    named = [*found.sides, found.speaker, *(n.text for n in names_in(f"x {asked}"))]
    if not found.sides and (who := _WANTS.search(asked)):
        named.insert(0, _bare(who["who"]))
    side = next(filter(None, named), "")
    return Request("comparison", sides=(side,)) if side else None


def _about_before(
    meant: str,
    request: Request,
    history: Sequence[Turn],
    read: Callable[[str], RequestReading],
    *,
    speaks: bool,
) -> Request:
    """The request about what was asked before, if it names nothing itself.

    Args:
        meant: The request as meant.
        request: The same taken apart, which may name nothing.
        history: The turns before it.
        read: The reading model's ``Reader.request``.
        speaks: Whether a speaker is enough.
    """
    named = request.subject or request.sides or (request.speaker and speaks)
    aged = (AGED.match(meant) and not _THESE.search(meant)) or PUBLISHED.match(meant)
    if request.kind in ("fact", "list") or named or aged:
        return request
    known = _before(history, read)
    return replace(request, subject="" if known == request.speaker else known)


def _formed(
    meant: Question, history: Sequence[Turn], read: Callable[[str], RequestReading]
) -> Request:
    """The request before, or of what it is about the one that its new form names."""
    asked = meant.asked.removesuffix(meant.form).strip()
    request = request_of(asked, read)
    if request.kind in TALK:
        return FACT
    if request.kind == "quotes" and (whose := _ONLY_OF.search(meant.form)):
        return replace(request, speaker=_bare(whose["who"]))
    for words, kind in _FORMS.items():
        if re.search(words, meant.form, re.I):
            return Request(kind, request.subject or request.speaker or _span(asked, read(asked)))
    return _about_before(asked, request, history, read, speaks=True)


def _before(history: Sequence[Turn], read: Callable[[str], RequestReading]) -> str:
    """What the last question was about that named anything of the articles; "" if none did."""
    for turn in reversed(history):
        if _is_talk(turn):
            continue
        known = turn.reply.query if isinstance(turn.reply, Answer) else turn.question
        before = known.rsplit("? ", 1)[-1]
        request = request_of(before, read)
        if request.kind == "quotes":  # who spoke is no subject
            return request.subject
        if named := _span(before, read(before)):
            found = re.search(rf"\bthe {re.escape(named)}\b", before, re.I)
            return found[0] if found else named
        if request.kind == "fact":
            return before
    return ""


def _is_talk(turn: Turn) -> bool:
    return turn.is_talk or is_small_talk(bare(turn.question))


def request_of(text: str, read: Callable[[str], RequestReading]) -> Request:
    """The request that a text is; a fact, unless it is surely another."""
    text = WORD.sub(_spelt, _WHATS.sub(r"\1 is", _SHORT.sub("summary of ", text)))
    found = read(text)
    if request := _by_form(text, found):
        return request
    if request := _put_forward(text, found):
        return request
    if _LAST_WORDS.search(text) and (said_by := _words(text, found, "speaker")):
        return Request("quotes", " ".join(_words(text, found, "subject")), speaker=said_by[0])
    if alone := _alone(text):
        return Request("brief", alone)
    found = replace(found, kind=_kind_of(text, found))
    if request := _of_sides(text, found):
        return request
    if found.kind == "list" and (things := _THINGS.match(text)):
        found = _behind(found, things)
    # Of every other kind all that is named is what it is about.
    named = _span(text, found) or _named(text)
    if found.kind == "brief" and (told := _BRIEF.match(text)):
        whole = _bare(_HAPPENED.sub("", LENGTH.sub("", told["what"] or told["where"])))
        whole = "" if whole.lower() in _ALL else whole
        named = whole if not named or (told["where"] and named in whole) else named
    return FACT if found.kind == "fact" else Request(found.kind, named)


def _alone(text: str) -> str:
    """The name, or "the tram line", that a request is and nothing else; "" if it is more."""
    opened = _AND.match(text)
    rest = text[opened.end() :] if opened else text
    named = subject_alone(rest.strip(" ?!."))
    words = named.split()
    names = all(word[0].isupper() for word in words)
    # "And the mayor?" asks the same of the mayor, and "the price of it" for a fact.
    the = text[:4].lower() == "the "
    thing = the and rest == text and len(words) <= 3 and all(map(is_content, words))
    return named if words and is_content(words[0]) and (names or thing) else ""


def _by_form(text: str, found: RequestReading) -> Request | None:
    """The request that a text is by its form alone; None where that does not tell."""
    for form, request in _FORMED:
        if told := form.match(text):
            return request(told)
    if aged := AGED.match(text):
        asked = text.removesuffix(text[aged.start("what") :]) if aged["what"] else text
        if _OF_THESE.search(asked):
            return Request("search", _bare(aged["what"] or aged["on"] or ""))
    if _TIMELINE.search(text):
        return Request("timeline", _span(text, found))
    if found.kind in ("fact", "quotes") and (most := _QUOTED_MOST.match(text)):
        return Request("list", _bare(_named(most["on"] or "")))
    if points := POINTS.match(text):
        return Request("count", _span(text, _behind(found, points)))
    counted = _ARTICLES.match(text)
    if counted and found.kind in ("fact", "about") and not _HELD_HERE.match(counted["which"]):
        return Request("count", _span(text, found) or _bare(counted["which"]))
    return None


def _put_forward(text: str, found: RequestReading) -> Request | None:
    """The request for what somebody wants or offers; None if it is none."""
    puts = _OFFERED.match(text) or _WHOSE.match(text)
    asked = found.kind in ("list", "comparison") or _LISTED.match(text) or _DEMANDS.search(text)
    if not puts or not asked or _THEIRS.search(text):
        return None
    return Request("list", sides=(_bare(puts["one"]),))


def _of_sides(text: str, found: RequestReading) -> Request | None:
    """The request for what sides want or a speaker said; None if it is none."""
    words = {role: _words(text, found, role) for role in ("subject", "side", "speaker")}
    subject, sides, speaker = words["subject"], words["side"], words["speaker"]
    if found.kind == "comparison":
        sides = list(dict.fromkeys([*sides, *speaker]))
        # Of what the sides are compared on: "prosecutor and lawyer on Captain Renn".
        on = [side for side in sides if re.search(rf"{_TOPIC}{re.escape(side)}", text, re.I)]
        if on and len(sides) > len(on) + 1:
            sides, subject = [side for side in sides if side not in on], [*subject, *on]
        if not (_CONTRASTS.search(text) or _THEIRS.search(text) or _joined(text, found)):
            return FACT
    if len(sides) == 1 and _of_one(text, found.kind):
        return Request("list", " ".join(subject), tuple(sides))
    if found.kind == "comparison":
        return Request("comparison", " ".join(subject), tuple(sides))
    if found.kind == "quotes" and not re.match(r"\W*who\b(?![’']s)", text, re.I):
        return _quotes_of(text, subject, [*speaker, *sides])
    return None


def _joined(text: str, found: RequestReading) -> bool:
    """Whether sides are named one beside the other, or none is; not "if Berlin talks to Moscow"."""
    spans = [(start, end) for start, end, role in found.roles if role in ("side", "speaker")]
    between = (text[a[1] : b[0]] for a, b in pairwise(spans))
    return not spans or any(_BETWEEN.search(words) for words in between)


def _quotes_of(text: str, subject: list[str], named: list[str]) -> Request:
    """The request for somebody's words.

    Args:
        text: As typed.
        subject: What it names as what is spoken about.
        named: Whom it names, the speaker first.
    """
    if says := _SAYS.match(text):
        on = _bare(says["what"] or says["on"] or "")
        subject = ([] if on.lower() in _ALL else subject) or [on if on.lower() not in _ALL else ""]
        who = _bare(says["who"] or says["speaker"] or says["any"])
        if not named and who[:1].isupper():
            named, subject = [who], [words for words in subject if words not in who]
    named = [_FOLK.sub("", words) for words in named if any(map(is_content, words.split()))]
    whose, *others = named or [""]  # whoever is named later is spoken of
    others = [words for words in (*subject, *others) if words not in whose]
    return Request("quotes", " ".join(dict.fromkeys(others)).strip(), speaker=whose)


def _kind_of(text: str, found: RequestReading) -> str:
    """The kind of a request as the model has it; a fact, unless it is surely another."""
    if kind := _kind_by_form(text, found):
        return kind
    unsure = found.probability < SURE or _WHAT_NEXT.match(text)  # "what happens to the prisoners"
    # "Is there a timetable", "who is the commissioner now".
    timed = found.kind == "timeline" or (found.kind == "latest" and not NEWS.search(text))
    one = found.kind == "list" and _ONE_MAN.match(text)
    whether = found.kind in ("list", "timeline") and _WHETHER.match(text)
    unsaid = found.kind == "quotes" and not _SPOKEN.search(text)
    went = found.kind == "timeline" and _HOW_IT_WENT.match(text)
    thing = found.kind == "brief" and _ONE_ASKED.match(text)
    if one or whether or unsaid or went or thing or _WHY.match(text):
        return "fact"
    return "fact" if unsure or (timed and _ONE_THING.match(text)) else found.kind


def _kind_by_form(text: str, found: RequestReading) -> str:
    """The kind that a request surely is, by its words with what the model says; "" if by none."""
    if _CORRECTIONS.match(text):
        return "disagreement"
    if (says := _SAYS.match(text)) and (says["any"] or found.kind == "quotes"):
        return "quotes"
    if found.kind in ("list", "fact", "count") and _LISTED.match(text):
        return "list"
    if _BRIEF_ASKED.match(text) and LENGTH.search(text):
        return "brief"
    if found.kind == "fact":
        return "quotes" if _SAY.match(text) and _words(text, found, "speaker") else "fact"
    if _BRIEF_ASKED.match(text):
        return "brief"
    return ""


def _of_one(text: str, kind: str) -> bool:
    """Whether what one side wants is asked for: "demands of the union"."""
    if kind == "comparison":
        return bool(_THEIRS.search(text))
    return kind == "list" and bool(_WANTED.search(text))


def doubted(text: str, subject: str) -> str:
    """What accounts are asked about that may differ: "how many were hurt", or the subject alone.

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
    """A word as typed, or that of requests which it is but for a letter."""
    found = process.extractOne(word[0].lower(), _WORDS, scorer=OSA.distance, score_cutoff=1)
    return found[0] if found and found[1] else word[0]


def _words(text: str, found: RequestReading, role: str) -> list[str]:
    return [_bare(text[a:b]) for a, b, name in found.roles if name == role]


def _span(text: str, found: RequestReading) -> str:
    """All that is named, with the words between."""
    return _bare(text[found.roles[0][0] : found.roles[-1][1]]) if found.roles else ""


def _bare(words: str) -> str:
    return re.sub(r"^(?:of )?(?:the|an?) |^of |[’']s$", "", words.strip(' ?!.,;:"“”'), flags=re.I)


_FORMED: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Request]], ...] = (
    (
        _TWO_SIDES,
        lambda m: (
            FACT  # "what did Kyiv offer Moscow and how did it answer"
            if _SOMEBODY.match(m["other"])
            else Request("comparison", sides=(_bare(m["one"]), _bare(m["other"])))
        ),
    ),
    (PUBLISHED, lambda m: Request("search", _bare(m["what"] or ""))),
    (
        _DIFFER,
        lambda m: Request(
            "comparison", _bare(m["what"] or ""), tuple(map(_bare, filter(None, m.groups()[:-1])))
        ),
    ),
    (_ACCOUNTS, lambda m: Request("disagreement", _bare(m["what"]))),
    (_WRONG, lambda m: Request("disagreement", _bare(m["who"]))),
    (_AGREE, lambda m: Request("disagreement", _bare(m.string[m.end() :]))),
    (_DISAGREE, lambda m: Request("disagreement", _bare(m.string[m.end() :]))),
    (_THEM_ALL, lambda m: Request("brief", _bare(m["what"] or ""))),
    (_STATE_OF_PLAY, lambda m: Request("brief", _bare(m["what"] or ""))),
    (_ALL_NAMED, lambda m: Request("list")),
    (_MENTIONED, lambda m: Request("search", _bare(m["what"]))),
    (_BROUGHT_UP, lambda m: Request("search", _bare(m["what"]))),
    (
        POSITION,
        lambda m: Request("list", sides=(_bare(m["whose"] or m["of"] or m["who"]),)),
    ),
    (_ALL_ABOUT, lambda m: Request("brief", _bare(m["what"]))),
    (_SAID_ABOUT, lambda m: Request("quotes", _bare(m["what"]))),
    (EACH_SAYS, lambda m: Request("search")),
    (HELD_WHERE, lambda m: Request("list", m["what"] or "meetings")),
    (_EVERYTHING_ON, lambda m: Request("brief", _bare(m["what"]))),
    (
        _PAPER_SAYS,
        lambda m: Request("quotes", _bare(m["what"] or ""), speaker=_bare(m["paper"])),
    ),
)
"""What is asked for in one form, and the request that it is."""
