"""What people wrap around a question: greetings, politeness, and that it is one."""

from __future__ import annotations

import re

# What is said to somebody who asks for nothing that articles tell.
SMALL_TALK = (
    "Ask me what the articles here report, such as who said what, what happened, when or why:"
    " I answer in their own words and cite every one."
)

_WORKS = (
    r"(?:the|your|these|our|any) (?:corpus|archive|index|articles?|documents|sources|texts|files"
    r"|papers|(?:news )?(?:reports|coverage|stories))(?: here)?"
)
_OVER = r"(?=$|[\s,.!?:;)–—-])[\s,.!:;)–—-]*"
_WITH = r"(?:about|on|of|regarding|for)"

# Each is taken off the beginning for as long as one stands there.
_BEFORE = re.compile(
    "|".join(
        (
            r"(?:hi|hello|hey|hiya|good (?:morning|afternoon|evening|day))(?: (?:there|all|team))?"
            rf"{_OVER}",
            r"(?:please|pls|plz|(?:thanks|thank you)(?: (?:so|very) much| a lot)?|thx|sorry"
            rf"|excuse me|um+|quick question){_OVER}",
            r"(?:so|well|okay|ok|right|now)(?:,+ (?!\?)| (?=(?:who|what|when|where|which|why|how"
            r"|and|is|are|was|were|did|does|do|has|have|can|could|tell|i|any|please)\b))",
            r"(?:can|could|would|will) (?:you|u) (?=(?:please |maybe )?(?:tell|remind|show|give"
            r"|explain|describe|find|look|check|say|summari[sz]e)\b)",
            rf"(?:tell|remind|inform|show|give) (?:me|us) (?!more\b)(?:please )?(?:{_WITH} )?",
            r"(?:explain|describe|find out|check|look up)(?: to (?:me|us))? (?=\w)",
            rf"(?:what )?(?:do|does) (?:you|u|anyone|anybody) (?:happen to )?know (?:anything )?"
            rf"(?:{_WITH} |if )?",
            r"(?:i|we)(?:[’']d| would|[’']m| am|[’']ve| have| was| were)?(?: just| been)?"
            r" (?:like|love|want|wanted|need|trying|curious|keen|looking|wonder|wondering)"
            r"(?: to (?:know|find out|learn|understand|ask|see|hear))?"
            rf"(?: {_WITH}| if)? (?!to\b)",
            rf"(?:let me know|any (?:idea|news|word))(?: {_WITH})? ",
            rf"(?:what|anything) (?:do|does|did|is|are)?(?: in)? ?{_WORKS} (?:say|tell(?: us| me)?"
            rf"|report|write|mention|have|contain|there) {_WITH} ",
            rf"(?:is|are) there anything (?:in {_WORKS} )?{_WITH} |according to {_WORKS}{_OVER}",
            rf"in {_WORKS}, ",
        )
    ),
    re.I,
)
_AFTER = re.compile(
    r"[\s,.;–—-]+(?:please|pls|plz|(?:many )?thanks(?: in advance)?|thank you|thx|cheers"
    rf"|according to {_WORKS})[\s.!]*(?P<end>\??)[\s.!]*$",
    re.I,
)
_SMALL = re.compile(
    r"(?:(?:hi|hello|hey|good (?:morning|afternoon|evening|night|day)|bye|goodbye|there"
    r"|thanks?(?: you)?(?: (?:so|very) much| a lot)?|thx|cheers|ok|okay|cool|great|nice|fine"
    r"|perfect|good|very|that(?:[’']s| is| was| helps?)?|it is|this is|helpful|useful|interesting"
    r"|excellent|brilliant|makes sense|(?:much )?appreciated?|helps(?: a lot)?|love it|will do"
    r"|wonderful|terrible|too bad|wow|to know|to hear|job|indeed|i see|i understand|got it"
    r"|that(?:[’']s| is|s) (?:all|it)"
    r"|understood|right|sure|yes|no|well|please|test(?:ing)?|how are you(?: doing)?(?: today)?"
    r"|(?:who|what) are you|are you an? (?:ai|bot|robot|human|person)|what(?:[’']s| is) your name"
    r"|(?:(?:make|keep|say) (?:that|it|this) )?(?:short(?:er)?|simpler)|say (?:that|it) again"
    r"|help(?: me)?|can you help(?: me)?|how does (?:this|it) work"
    r"|(?:what|how) (?:can|do|could|should) (?:you|i|we) (?:actually )?(?:do|ask|know|help|use|have"
    r"|hold|cover|contain)(?: you| me| this| it| in| here| there| for me| about)*)\b"
    r"[\s,.!?:;)(–—-]*)+"
    r"(?:for (?:that|this|the|your)\b[^?]{0,30})?$",
    re.I,
)


def bare(text: str) -> str:
    """A question without greetings, thanks and what says only that somebody asks.

    The same text if nothing else is left.

    Args:
        text: As typed.

    >>> bare("hi, can you tell me what Merz said please?"), bare("Thanks! And why?")
    ('what Merz said?', 'And why?')
    """
    rest = text
    while found := _BEFORE.match(rest):
        rest = rest[found.end() :]
    while found := _AFTER.search(rest):
        rest = rest[: found.start()] + found["end"]
    return rest if re.search(r"\w", rest) else text


def is_small_talk(text: str) -> bool:
    """Whether a turn asks nothing that articles tell: "hello", "thanks!", "what can you do?".

    Args:
        text: A turn.
    """
    return bool(_SMALL.match(text))
