"""What kind of request a text is, and what it is about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from index.words import content_stems

Kind = Literal[
    "fact",
    "list",
    "count",
    "brief",
    "timeline",
    "comparison",
    "disagreement",
    "latest",
    "quotes",
    "search",
    "about",
    "smalltalk",
]

# What articles are called when they are asked about.
_PIECES = (
    r"(?:news )?(?:articles?|stories|story|pieces?|reports|coverage|texts|documents|sources|outlets?"
    r"|papers|newspapers|publications|publishers|accounts|versions|sites|media|press)"
)
_ABOUT = r"(?:about|on|of|regarding|concerning|covering|over|around|re|to do with|related to|in)"
_HERE = (
    r"(?:(?:are|is) there|(?:do|have) (?:you|we|i) (?:have|got|hold)?|(?:are|is) (?:in|on) (?:here"
    r"|the record|(?:the|this|your) (?:corpus|archive|index|collection|set))"
    r"|in (?:here|(?:the|this|your) (?:corpus|archive|index|collection|set)))"
)
_END = r"(?: (?:here|now|currently|in total|altogether|please|in (?:the|this|your) \w+))*\W*$"

# The first that matches tells; each ends before what the request is about.
_RULES: tuple[tuple[Kind, str], ...] = (
    (
        "about",
        rf"how (?:many|much) {_PIECES} {_HERE}(?: (?:have|hold|got))?{_END}"
        rf"|(?:what|which) {_PIECES} {_HERE}(?: (?:have|hold|got))?{_END}"
        r"|what (?:period|dates?|time ?(?:span|frame)|years|months|topics|subjects|languages?) "
        rf"(?:do|does|are|is) (?:the|this|your|these|you|they|it|covered)\b[^?]*{_END}"
        r"|what(?:[’']?s| is| do you have| have you got) in (?:here|(?:the|this|your) (?:corpus"
        r"|archive|index|collection|set|articles))\W*$"
        r"|(?:what|how) (?:can|could|do|does|should) (?:you|i|we|this|it)(?: \w+)? (?:do|ask|answer"
        r"|work|use|search|know|help)\b(?! (?:about|on|of)\b)[^?]{0,30}\W*$"
        r"|(?:who|what) (?:are|made|built|is) (?:you|this(?: tool| thing)?|onrecord)\W*$"
        r"|how (?:old|new|recent|fresh|big|large) (?:is|are) (?:the|this|your|these) (?:corpus"
        rf"|archive|index|collection|{_PIECES}){_END}"
        r"|(?:what|which|who|when) (?:is|was|are|were) the (?:newest|oldest|latest|earliest|most"
        rf" recent|first|last) (?:{_PIECES})(?: (?:here|you have|we have|in \w+ \w+))?\W*$"
        r"|(?:are|is) (?:you|this|it) (?:an? )?(?:ai|bot|robot|human|person|chatgpt|language model"
        r"|llm)\b[^?]*\W*$|(?:do|does|can) (?:you|this|it) (?:use|need|search|browse|access|cite"
        r"|speak|understand|remember|make (?:things|stuff) up|have access to)\b[^?]*\W*$"
        r"|where do (?:you|your|the|these) (?:get|answers|articles|information)[^?]*\W*$"
        r"|help\W*$|(?:make|keep) (?:that|it|this) (?:shorter|longer|short|brief)\W*$",
    ),
    (
        "disagreement",
        rf"(?:(?:where|what|how|do|does|which|on what|in what)\b.{{0,40}})?\b{_PIECES}\b.{{0,40}}"
        r"\b(?:disagree|differ|contradict|conflict|clash|diverge|at odds|not (?:agree|match|add up)"
        r"|(?:don|doesn)[’']?t (?:agree|match|add up|square)|inconsisten\w+|discrepanc\w+)\w*"
        rf"(?: with (?:each other|one another))?(?: {_ABOUT})?"
        r"|(?:(?:are|is) there )?(?:any |the |show (?:me )?|find (?:me )?|list (?:the |all )?)*"
        r"(?:contradictions?|discrepanc(?:y|ies)|inconsistenc(?:y|ies)|conflicting (?:accounts"
        rf"|reports|versions|figures|claims|numbers)|disagreements?)(?: (?:between|among|in) (?:the"
        rf" |these )?{_PIECES})?(?: {_ABOUT})?"
        r"|(?:what|which) (?:facts?|figures?|numbers?|details?|points?) (?:are|is) (?:disputed"
        r"|contested|in dispute|contradictory)(?: {0}| in)?"
        rf"|(?:do|does) (?:all )?(?:the |these )?{_PIECES} (?:all )?agree(?: {_ABOUT})?"
        rf"|who contradicts (?:whom|who)(?: {_ABOUT})?",
    ),
    (
        "timeline",
        r"(?:(?:give|show|make|draw|build|can i (?:have|get)|i(?:[’']d like| need| want)|create"
        r"|write|put together)(?: (?:me|us|up))? )?(?:an? |the )?(?:(?:short|brief|full|quick"
        r"|complete|detailed|rough) )*(?:time[ -]?line|chronology)(?! for the \w+ (?:withdrawal)\b)"
        rf"(?: (?:of (?:events|what happened))?(?: ?(?:{_ABOUT}|for|behind|leading up to))?)?"
        r"|(?:.{0,40}\b)?(?:in (?:chronological|date|time) order|chronologically|day by day|step by"
        rf" step|(?:key|important|main) (?:dates|events|moments)(?: {_ABOUT}| in| for)?"
        rf"|sequence of events(?: {_ABOUT}| in| for| behind| leading to)?|order of events)"
        r"|(?:what|tell me what) happened when(?: (?:in|with|during))?\b(?! \w+ \w+ed)"
        r"|how (?:did|has|have) (?=.+ (?:unfold|develop|evolve|come about|play out|go down)\w*\W*$)"
        r"|(?:walk|take) (?:me|us) through(?: what happened (?:with|in|to))?"
        r"|(?:the )?(?:history|course) of",
    ),
    (
        "comparison",
        r"(?:can you )?(?:compare|contrast)(?: and contrast)?"
        r"|(?:an? )?comparison (?:of|between)|(?:how|what) (?:do|does|did|is|are) (?=.+\b(?:compare"
        r"|differ)\b)|(?:what(?:[’']?s| is| are| was| were) )?(?:the )?differences? between"
        r"|(?=\S+(?: \S+){0,4} (?:vs\.?|versus|v\.?|against) \S+)(?!who|what|when|where|why|how|did"
        r"|is|was|does)"
        r"|where (?:do|does|did) (?=.+ and .+ (?:stand|differ|disagree|agree|diverge)\b)"
        r"|(?:what|how) (?:do|does|did) (?=(?:the )?\S+(?: \S+)?,? (?:and|or|versus|vs\.?) (?:the"
        r" )?\S+(?: \S+)? each\b)"
        r"|set out (?=.+ (?:side by side|next to))|(?:put|show|lay out) (?=.+ (?:side by side|next"
        r" to))|(?:(?:each|both) sides?|side by side)\W*(?: {0})?",
    ),
    (
        "count",
        rf"(?:in )?how many(?: of (?:the|these|your|our))?(?: different| separate)?(?: {_PIECES}"
        r"|times)(?: (?:here|do you have|are there|have|that|which|there))*(?: (?:in which|do|does"
        r"|are|is|were|was|has|been))*(?: (?:is|are|was|were))?"
        rf"(?: (?:mention(?:s|ed|ing)?|name(?:s|d)?|quote[sd]?|cite[sd]?|talk(?:s|ed|ing)?|discuss"
        r"(?:es|ed)?|cover(?:s|ed|ing)?|refer(?:s|red)?|report(?:s|ed|ing)?|deal(?:s|t)?|write|wrote"
        rf"|say|written|published|about|on|the name)\b)*(?: {_ABOUT}| to| with| by| from)?"
        rf"|(?:count|number of|tally|total)(?: of)?(?: all| up)?(?: the)? {_PIECES}"
        rf"(?: (?:that|which))?(?: (?:mention(?:ing)?|nam(?:e|ing)|quot(?:e|ing)|cit(?:e|ing)))?"
        rf"(?: {_ABOUT})?"
        r"|(?:count(?: up)?|tally(?: up)?|number of|total number of) (?=\w)"
        r"|how (?:often|frequently) (?:is|are|was|were|does|do|did|has|have)"
        r"(?=.*\b(?:mention|quote|name|cite|appear|come up|crop up|feature)\w*)",
    ),
    (
        "search",
        rf"(?:(?:can you )?(?:find|show|list|get|give|pull up|fetch|bring up|dig up|search for|search"
        rf"|look for|look up|i need|i want|i(?:[’']m| am) looking for)(?: me| us)? )(?:all |every "
        rf"|any |the |some |your |everything |more )*(?:{_PIECES}|items|everything|anything|links)"
        rf"(?: (?:you have|we have|there is|that (?:mention|name|cover|discuss|talk|deal|refer)s?"
        rf"|mentioning|naming|which mention|written|published))*(?: {_ABOUT}| that| with| to| from"
        r"| by)?"
        rf"|(?:all |any |every )?{_PIECES} (?:about|on|mentioning|covering|regarding|that mention"
        rf"|which mention|from|by|that (?:talk|deal|write) (?:about|with))"
        rf"|(?:which|what) (?:{_PIECES}) (?:mention|cover|discuss|talk about|deal with|are about|is"
        rf" about|refer to|write about|wrote about|covered|mentioned|reported on|deal with|touch on"
        rf"|have|has)(?:ed|s)?"
        rf"|(?:do (?:you|we) have|have (?:you|we) got|is there|are there|got)(?: anything| any"
        rf" {_PIECES}| {_PIECES}| something| any)(?: {_ABOUT})"
        rf"|(?:is|are) there {_PIECES} (?:on|about)"
        r"|anything (?:about|on)|search(?: for)?|where (?:can i|do i) read (?:about|more about)"
        r"|who (?:has )?(?:covered|reported on|wrote about|written about|covers)",
    ),
    (
        "latest",
        r"(?:(?:what(?:[’']?s| is| are| was)|give me|show me|tell me|any|is there|are there|the"
        r"|got|and|whats) )*"
        r"(?:the )?(?:latest|newest|most recent|new|recent|fresh|up-to-date|current)"
        r" (?:news|developments?|updates?|reports?|word|information|info|state of play|status"
        r"|situation|state of affairs|on|about|with|from|in)(?: (?:about|on|of|in|from|with"
        r"|regarding|around|for))?"
        r"|(?:what(?:[’']?s| is)|whats) (?:the latest|new)\b(?! \w+ (?:for|of|to|that)\b)(?: (?:on"
        r"|about|with|in|from|regarding))?|(?:the )?latest(?:\W*$| (?:on|about|from))"
        r"|(?:any|are there(?: any)?|is there(?: any)?) (?:news|updates?|developments?|movement"
        r"|progress|change)(?: (?:on|about|in|with|from|of|regarding))?"
        r"|(?:news|update me|updates?)(?: please)? (?:on|about|from)|update me\W*$|updates?\W*$"
        r"|where (?:do|does) (?:things|it|matters) stand(?: now| today)?(?: (?:on|with|in))?"
        r"|where (?:is|are) (?:we|things)(?: now| at)?(?: (?:on|with|in))?"
        r"|where (?:do|does) (?=.+ stand (?:now|today|at the moment|right now|currently)\b)"
        r"|how (?:do|does|did) (?:things|it|matters) stand(?: now)?(?: (?:on|with|in))?"
        r"|(?:has|have|did|is) (?:there been )?(?:anything|something) (?:new|changed|happened)"
        r"(?: lately| recently)?(?: (?:on|about|with|in))?"
        r"|what(?:[’']?s| is| has) (?:changed|been happening)(?: (?:lately|recently))?(?: (?:on|with"
        r"|in|at|about))?",
    ),
    (
        "quotes",
        r"(?:(?:give|show|find|list|get|pull|any|all|the|me|us|every|direct|i need|i want|best|good"
        r"|some|collect|what) )*(?:quotes?|quotations?|soundbites?|statements|remarks|comments)"
        r"(?: made| given)? (?:from|by|of)"
        r"|(?:quote|quotes|quoting)\b"
        r"|(?:what|how much) (?:did|does|do|has|have|had|was|were|is|else did|else has) "
        r"(?=.{2,60}?\b(?:say|said|saying|says|tell|told|state|stated|comment|commented|declare"
        r"|declared|remark|remarked|argue|argued|claim|claimed|write|written|insist)\b"
        r"(?:\W*$| (?:about|on|of|regarding|concerning|to|that|in|at|when|after|over|publicly"
        r"|exactly|reporters|journalists|the|us|this|last|yesterday|today)\b))"
        r"|what (?=.{2,40} said(?: about| on| of|\W*$))"
        r"|(?=.{2,40}[’']s? (?:(?:exact|own|public|full|latest|recent) )*(?:comments|remarks|words"
        r"|quotes?|statements?|quotations)\b)"
        r"|who said what(?: (?:about|on|to|in|at))?|(?:in|using) .{2,30} own words"
        r"|who (?:commented|spoke|has commented|has spoken|talked|weighed in)"
        r"(?: out)? (?:about|on|against|for)",
    ),
    (
        "brief",
        r"(?:can you |could you |i need |i want |write |give |get |do |make |please |me |us |an? |the"
        r" |quick |quickly |short |brief |full |one[ -]paragraph |general |bit of )*"
        r"(?:summar(?:y|ies|i[sz]e|i[sz]ing)|overview|recap|run[ -]?down|round[ -]?up|digest"
        r"|briefing|brief|tl;?dr|outline|synopsis|primer|background|backgrounder|backstory|gist"
        r"|nutshell|key points|main points|key takeaways|takeaways|highlights|the basics|low[ -]?down"
        r"|explainer|sum up|boil down|main story|key facts|bring me up to speed|catch me up|get me"
        r" up to speed|fill me in|bring me up to date|update)"
        rf"(?: me| us)?(?: up)?(?: please)?(?: (?:{_ABOUT}|for|from|to|behind))?(?! of the report s)"
        r"|(?:tell (?:me|us)|talk (?:me|us) through|inform me|explain|describe)(?: to me)?(?: what"
        r" (?:happened|is happening|[’']?s happening)(?: (?:to|with|in|at))?)?(?: (?:about|more about"
        r"|on|everything (?:about|on)))?(?! (?:who|what|when|where|why|how|which|whether|if|me)\b)"
        r"|what(?:[’']?s| is| was| has been|s) (?:going on|happening|up|all this|the (?:deal|story"
        r"|situation|background|context|gist|state))(?: (?:with|in|at|to|on|behind|about|of|around"
        r"|between|here))*"
        r"|what (?:happened|has happened|went on|was happening)(?! (?:when|after|before|if|next|then"
        r"|to (?:him|her|them|it)\b)\b)(?: (?:with|in|at|to|on|between|during|around|here|there))*"
        r"|what (?:do|should|can|must) (?:i|we|you|they|the \w+) (?:know|need to know|say|tell us"
        r"|report|write)(?: (?:about|on|of))"
        r"|what(?:[’']?s| is| are|s)? (?:it|this|that|the (?:story|article|corpus)|all this|these"
        r" \w+) (?:all )?about\W*$"
        r"|what is (?=.+ (?:all about|story about)\W*$)|(?:everything|all) (?:about|on)|eli5",
    ),
    (
        "list",
        r"(?:can you |please |give me |show me |get me |i need |make |write )*(?:an? |the )?(?:full"
        r" |complete )?(?:list|lists|listing|names) (?:of |all |every |me |the |out )*"
        r"|(?:can you )?(?:name|enumerate|identify) (?:all|every|the|each|some|any|me|other)\b"
        r"|(?:who|what) all (?=\w)|who (?:are|were) all"
        r"|(?:give|show|tell) (?:me |us )?(?:all|every|each)(?: of)?(?: the)?(?= \w)"
        r"|(?:which|what)(?: other| different| all)? (?!news|does|was|is|has|this|these|less|series"
        r"|politics|mathematics|means|status|crisis|basis|process|business|address|class|happens)"
        r"(?:[a-z-]+ ){0,2}?(?:[a-z-]{2,}[^su\W]s|people|men|women|children|media|countries"
        r"|cities|parties) (?!the\b|an?\b|(?:does|is|was|has)\b)(?=[a-z])",
    ),
)
_COMPILED = tuple((kind, re.compile(rf"(?:{rule})", re.I)) for kind, rule in _RULES)
_OPENED = re.compile(
    r"(?:(?:and|so|ok|okay|now|well|please|pls|hi|hello|hey|right|then|also|just|thanks|sorry|erm"
    r"|um|quick one|question)\b[\s,:!.–—-]*|(?:can|could|would|will) (?:you|u|i|we) (?:please |maybe"
    r" |just |get |have |see )*|(?:i|we)(?:[’']d| would| want| need)? (?:like|love|need|want)?"
    r"(?: to (?:have|get|see|know|read))? )*",
    re.I,
)
_TAIL = re.compile(
    r"[\s,]*(?:\b(?:please|pls|plz|thanks|thank you|thx|for me|for us|so far|to date|overall|in (?:a"
    r" few|three|five|two) (?:words|sentences|lines|bullets|bullet points|paragraphs)|in brief"
    r"|briefly|again|side by side|in your articles|in the (?:articles|corpus|archive|coverage"
    r"|reports)|according to the articles|if (?:you can|possible)|asap|these days|right now"
    r"|at the moment|lately|recently|now|today)\b[\s.!?]*|[\s?!.…]+)+$",
    re.I,
)
_LED = re.compile(
    r"^(?:(?:about|on|of|for|with|in|the|an?|this|that|these|all|any|from|to|regarding|events?"
    r"|happened|what happened|mention(?:s|ing)?|each|both|me|us|it|them|between|by|how|what|which)\b"
    r"[\s:,]*|[\W_]+)+",
    re.I,
)
_SPEECH = re.compile(
    r"^(?P<who>.+?)(?:[’']s?)? (?:(?:ever|actually|really|publicly|have|had|has|to) )*"
    r"(?:say|said|saying|says|tell|told|state|stated|comments?|commented|declare|declared|remarks?"
    r"|remarked|argue|argued|claim|claimed|write|written|words|quotes?|statements?|quotations|insist)"
    r"\b(?: to (?:reporters|journalists|the press)| reporters| journalists| us)?"
    r"(?: (?:about|on|of|regarding|concerning|over|that))?(?P<what>.*)$",
    re.I,
)
_ON = re.compile(r"^(?P<who>.+?) (?:about|on|regarding|concerning|over)(?: (?P<what>.+))?$", re.I)
_AND = re.compile(
    r",? (?:and|vs\.?|versus|v\.|with|to|from|against|or) (?:the )?|, (?:the )?", re.I
)
_SIDES = re.compile(
    r"(?P<stem>(?:what|how|where|whether) )?(?P<sides>.+?)(?: (?:(?:each|both|all) )?(?:want|say|said"
    r"|think|demand|propose|offer|ask|stand|see|view|differ|compare|disagree|agree|react|respond|did"
    r"|do|expect|hope|plan|claim|call|object|reported|report|wrote|cover|described|put)(?:s|ed)?\b"
    r"(?P<what>.*)|(?: on| about| over| regarding)(?: (?P<on>.+))?)?$",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for.

    Attributes:
        subject: What it is about, in the request's own words; "" if it names nothing.
        sides: Who is compared.
        speaker: Whose words are asked for.
    """

    kind: Kind
    subject: str = ""
    sides: tuple[str, ...] = ()
    speaker: str = ""


def request_of(text: str) -> Request:
    """The request that a text is; a fact, if it is none of the others for sure.

    >>> request_of("summarise the peace talks please")
    Request(kind='brief', subject='peace talks', sides=(), speaker='')
    >>> request_of("when did the talks begin?").kind
    'fact'
    """
    opened = _OPENED.match(text)
    said = text[opened.end() :] if opened else text
    for kind, rule in _COMPILED:
        found = rule.match(said)
        if found and (found.end() == len(said) or not found.group() or _whole(said, found.end())):
            return _read(kind, said, found.end())
    return Request("fact")


def _whole(text: str, end: int) -> bool:
    """Whether a word ends where a rule's match does."""
    return not (text[end - 1].isalnum() and text[end].isalnum())


def _read(kind: Kind, said: str, end: int) -> Request:
    rest = _LED.sub("", _TAIL.sub("", said[end:]).strip())
    if kind in ("about", "smalltalk"):
        return Request(kind)
    if kind == "list":
        return Request(kind, _LED.sub("", _TAIL.sub("", said)) if not rest else rest)
    if kind == "comparison":
        return _compared(rest)
    if kind == "quotes":
        return _spoken(rest)
    return Request(kind, rest if content_stems(rest) else "")


def _compared(rest: str) -> Request:
    found = _SIDES.match(rest)
    sides = _AND.split(found["sides"]) if found else []
    sides = [re.sub(r"^(?:what|how|the|where) ", "", s.strip(" ,."), flags=re.I) for s in sides]
    subject = (found["what"] or found["on"] or "") if found else rest
    named = tuple(side for side in sides if content_stems(side))
    return Request("comparison", _LED.sub("", subject).strip(), named if len(named) > 1 else ())


def _spoken(rest: str) -> Request:
    found = _SPEECH.match(rest) or _ON.match(rest)
    if not found:
        return Request("quotes", speaker=rest)
    what = _LED.sub("", (found["what"] or "").strip())
    return Request("quotes", what if content_stems(what) else "", speaker=found["who"].strip())
