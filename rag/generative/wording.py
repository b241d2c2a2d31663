"""What a sentence of a reply says, without markup and manners, and whether it says anything."""

from __future__ import annotations

import re
from collections.abc import Collection

from index.text.words import WORD, content_stems
from rag.generative.prompt import CANNOT_ANSWER, SYSTEM
from rag.generative.sanitize import plain

_UNCLOSED = re.compile(r"<[a-z/!?][^<>]*$|!?\[[^\[\]]*\]\([^()]*$|!\[[^\]]*$|<!--.*$", re.I | re.S)
_LEFTOVER = re.compile(r"\]\([^()\s]*\)?|!\[|<\|[^<>|]*\|?>?|\[/?[A-Z]{3,}\]")
_WITHIN_LINK = re.compile(r"(?<=[!\]])[*_`~]+(?=[\[(])")
_EMPHASIS = re.compile(r"\*{1,3}|(?<![^\W_])_{1,3}(?=\S)|(?<=\S)_{1,3}(?![^\W_])|`+|~~")
_QUOTED = re.compile(r"^\s*(?:>+\s*)+")
_TABLE = re.compile(r"\s*\|[\s:|-]*")
_PREFIX = re.compile(
    r"^(?:(?:final |short |brief |my |the )?(?:answer|response|reply|summary|conclusion)"
    r"(?: (?:is|to the question))?|assistant|ai|bot|a)\s*[:：]\s*",
    re.I,
)
_OPENER = re.compile(
    r"^(?:(?:based (?:only |solely |strictly )?on|according to|from|as per|as (?:stated|noted"
    r"|reported|mentioned) in|per)\s+(?:all )?(?:the|these|those|this)?\s*(?:information|details)?"
    r"\s*(?:in|from|of|contained in)?\s*(?:the|these)?\s*(?:provided|given|above|following|supplied"
    r"|numbered|available|retrieved|news|cited)?\s*(?:news )?(?:passages?|articles?|context|text"
    r"|texts|sources?|evidence|excerpts?|information|documents?|record)"
    r"(?: (?:provided|above|given|below|that (?:you|were|was) [\w ]{2,20}))?"
    r"|(?:sure[,.!]? )?(?:here (?:is|are)|here['’]s|below (?:is|are))\b[^.!?:]{0,60}:"
    r"|in (?:summary|short|conclusion|brief)|to (?:summari[sz]e|sum up|answer your question)"
    r"|the (?:passages?|articles?|sources?|text|context) (?:say|says|state|states|report|reports"
    r"|mention|mentions|indicate|indicates) that)\s*[,:]?\s+",
    re.I,
)
_SMALL_TALK = re.compile(
    r"^(?:sure|certainly|of course|absolutely|okay|ok|great question|good question|hello|hi"
    r"|thanks?(?: you)?|you(?:’|')re welcome|happy to help|glad to help)(?: thing|"
    r" there)?[,.!]*\s*(?:(?:here|i(?:’|')?(?:ll| can| will)|i(?:’|')d|let(?:’|')s|happy to|for"
    r" (?:asking|your))\b[^.!?:]{0,40})?[.!:]*$|^(?:here (?:is|are|’s|'s)|below (?:is|are)|the"
    r" following (?:is|are))\b[^.!?]{0,60}[.:]?$|^(?:let me know|please (?:let me know|note|feel"
    r" free|see|refer|consult)|feel free|i hope (?:this|that|it)|if you (?:have|need|want|would"
    r" like)|is there anything|do you (?:want|have|need)|would you like|i(?:’|')?(?:ll| will| can|"
    r" would) (?:be (?:happy|glad)|help|now|answer|try|summari[sz]e|look))\b|\bas an? (?:ai"
    r"|artificial intelligence)?\s*(?:(?:large )?language)?\s*(?:model|assistant|chatbot)\b|^as an?"
    r" (?:ai|artificial intelligence)\s*,|^i(?:’|')?(?: a|’|')?m (?:just |only )?an? (?:ai|large"
    r" language model|language model|assistant|chatbot)\b|^(?:my (?:knowledge|training)|i was"
    r" trained|i(?: do not| don['’]t) have (?:access to|personal|opinions|feelings|real-time))\b"
    r"|^(?:sources?|references?|citations?|bibliography|footnotes?|note|disclaimer|explanation"
    r"|reasoning|thoughts?|confidence)\s*:?\s*$",
    re.I,
)
_REFUSAL = re.compile(
    r"^(?:i(?:’|')?(?: a|’|')?m (?:very |so )?(?:sorry|afraid|unable|not able|not sure)|sorry\b|i"
    r" apologi[sz]e|unfortunately|regrettably|i (?:cannot|can ?not|can['’]t|could not|couldn['’]t"
    r"|am unable to|do not|don['’]t|was unable to|did not|didn['’]t)\b[^.!?]{0,20}\b(?:answer|find"
    r"|have|provide|know|determine|see|assist|help|comply|fulfil|discuss|say|share|locate|verify"
    r"|rewrite|rephrase)|there (?:is|was) (?:no|not enough|insufficient"
    r"|nothing)\b[^.!?]{0,40}\b(?:information|mention|answer|evidence|context|detail|passages?"
    r"|articles?)|(?:it is|it['’]s) (?:not (?:clear|stated|mentioned|specified|possible)|unclear"
    r"|impossible)|no (?:information|answer|relevant|mention)|(?:the |these |those |none of the "
    r"|neither of the )?(?:provided |given |above |supplied |available |numbered )?(?:passages?"
    r"|articles?|context|texts?|sources?|documents?|information|evidence|excerpts?)\b(?: provided|"
    r" given| above| supplied)? (?:do(?:es)? not|don['’]t|doesn['’]t|did not|cannot|contains? no"
    r"|provides? no|gives? no|makes? no|(?:is|are) (?:not|silent|insufficient)|lacks?|contains?"
    r"|mentions?|says?|specif(?:y|ies)|provides?|answers?)\b)",
    re.I,
)
_WHICH = re.compile(r"\b(?:not|no|n['’]t|none|cannot|neither|silent|insufficient|lacks?)\b", re.I)
_TITLED = re.compile(r"^\s*(?:#{1,6}\s|\*\*[^*]+\*\*:?\s*$|__[^_]+__:?\s*$|={3,}|-{3,})")
# Words of a sentence from which on it is the prompt's own, if the prompt holds it.
_ECHO = 4


def wording(sentence: str) -> str:
    """A sentence as it is shown: no markup, no links, no images, no "Answer:" in front.

    >>> wording("**Answer:** Based on the passages, rain <b>fell</b> ![x](http://a.b/c).")
    'Rain fell.'
    """
    text, before = sentence, ""
    while text != before:  # marks taken away may leave others side by side: "]*(" is then "]("
        before = text
        text = _unmarked(text)
    text = text.replace("<", "‹").replace(">", "›")
    for pattern in (_PREFIX, _OPENER):
        bare = pattern.sub("", text.strip(), count=1)
        if bare != text.strip():
            text = bare[:1].upper() + bare[1:]
    text = re.sub(r" ([.,;:!?](?:\s|$))", r"\1", " ".join(text.split()))
    return text.strip(" |")


def _unmarked(text: str) -> str:
    """A text with the marks taken away that are there now."""
    text = plain(_UNCLOSED.sub("", _WITHIN_LINK.sub("", text)))
    text = _LEFTOVER.sub(" ", _UNCLOSED.sub("", text))
    return " ".join(_EMPHASIS.sub("", _TABLE.sub(" ", _QUOTED.sub("", text))).split())


def refuses(text: str) -> bool:
    """Whether a sentence says that the passages hold no answer, or that none will be given."""
    if text.rstrip(".!") == CANNOT_ANSWER.rstrip("."):
        return True
    return bool(
        _REFUSAL.match(text) and (_WHICH.search(text) or text.lower().startswith(("i", "sorry")))
    )


def says_nothing(sentence: str, text: str, question: str, sources: Collection[str] = ()) -> bool:
    """Whether a sentence states nothing: manners, a heading, a question, the prompt over again.

    Args:
        sentence: As the model wrote it.
        text: Its wording.
        question: What was asked.
        sources: The names under which passages were shown; a line of only those is no claim.
    """
    words = _words(text)
    echoed = len(words.split()) >= _ECHO and f" {words} " in f" {_words(SYSTEM)} "
    if not words or echoed or words == _words(question):
        return True
    if text.rstrip("”\"’')").endswith(("?", ":")) or _TITLED.match(sentence):
        return True
    if _SMALL_TALK.search(text):
        return True
    stems = set(content_stems(text))
    named = any(stems <= set(content_stems(source)) for source in sources)
    return bool(stems) and named and not re.search(r"[.!]$", text)


def _words(text: str) -> str:
    """Its words, as two texts are compared."""
    return " ".join(word for word in WORD.findall(text.lower()) if not word.isdigit())
