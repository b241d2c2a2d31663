"""What a pronoun may stand for: the names, people and lists of a question and of a reply."""

from __future__ import annotations

import re

from index.text.names import TITLES, Name, names_in
from index.text.sentences import split_sentences
from index.text.words import content_stems, is_content
from rag.answer_text import REFUSAL
from rag.dialogue.history import REPLY_CHARS
from rag.types import Answer

# Names with one of these words are not a person's.
_BODIES = frozenset(
    "union board council ministry party university bank city court committee commission agency"
    " association company group corporation department office institute house parliament senate"
    " congress states kingdom republic nations federation league club team church times post news"
    " gazette herald courier street river bridge barrier island sea ocean airport station dock"
    " kremlin white eu un us uk nato act law plan deal summit prize cup war cloud service services"
    " ferries airlines railways railway lines shipping marine motors energy foods forge steel works"
    " holdings industries alliance authority board police hospital museum theatre".split()
)
_PLACED = re.compile(r"\b(?:in|at|from|to|near|of|across|through|the) $", re.I)
_LONGEST = len(" through ")
_MARKER = re.compile(r"(?:\s*\[\d+\])+")
_LEAD = re.compile(
    r"^(?:[^:\n]{1,120}, )?\d{1,2} [A-Z][a-z]+ \d{4}: |^(?:[A-Z]\w* ){1,4}?[A-Z]\w*: |^[A-Z]\w+: "
)
_LISTED = re.compile(r"^\s*(?:[-*•–]|\(?\d{1,2}[.)])\s+(.+)$", re.M)
_COUNTED = re.compile(
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|several|how many|these|those|which|what"
    r"|\d+(?: of \w+ \d+)?|the) (?P<noun>[a-z]{3,}(?<!s)s)\b(?! of\b)",
    re.I,
)
# The last words are what it is about, but for a verb behind "did", or "story".
_LAST = re.compile(
    r"\b(?:(?:did|does|will|would|has|had) the (?P<acts>(?:\w+ ){0,2}?\w+)(?= [\w’'-]+\W*$)"
    r"|the (?P<noun>(?:\w+ ){0,2}?\w+)(?=(?: (?:story|affair|saga|scandal|row))?\W*$))",
    re.I,
)
# "Why were the bolts brittle": more than a thing stands at its end.
_IS_THE = re.compile(r"(?:(?:why|when|where|since when) )?(?:is|are|was|were) the ", re.I)
# "How big is the EU loan", "what is the Riverside Act": all of it is what it is about.
_WHOLE = re.compile(
    r"(?:how \w+|what) (?:is|are|was|were) "
    r"(?P<what>the (?:[\w’'-]+ ){0,2}[\w’'-]+|[\w-]+[’']s [\w’'-]+)\W*$",
    re.I,
)
# "What does the Sentinel say about the e-mail".
_TOPIC = re.compile(
    r"\b(?:say|says|said|report|write|wrote) about (?P<what>the [\w’'-]+(?: [\w’'-]+)?)\W*$", re.I
)
# Who speaks, not of whom.
_SAID = re.compile(
    r"\b(?:did|does|do|has|have|had) (?P<who>(?:[A-Z][\w’'-]*\W){0,3}?[A-Z][\w’'-]*)"
    r"(?: also| else)? (?:sa(?:y|id)|tell|told|think|thought|mean|write|written|claim|promise)",
)
# Who speaks and has no name: "what did the official say".
_SPEAKER = re.compile(
    r"\b(?:did|does|has|had) (?P<who>the (?:[\w’'-]+ ){0,2}?[\w’'-]+)"
    r" (?:also )?(?:sa(?:y|id)|tell|told|think|thought|writ(?:e|ten)|claim(?:ed)?|promised?)\b",
    re.I,
)
_NOUN_BEHIND = re.compile(r" ([a-z]{3,})(?=\W*$)")
_PLACE = re.compile(r"\b(?:in|at|to|of) (?:the )?$", re.I)


def people_in(text: str, *, told: bool = False) -> list[str]:
    """The names of a text that may be a person's, each once, the longest form of it.

    In what a reply told, a single word is a person only with a title before it or beside a verb of
    speech.
    """
    found: dict[str, str] = {}  # by their last words
    for name in names_in(text):
        head = name.text.partition(" of ")[0]  # Ada Lund of the Harbour Union
        words = head.split() if " " in head else name.text.split()
        if _BODIES & {word.lower() for word in words}:
            continue
        titled = words[0].lower() in TITLES
        before = text[max(0, name.start - _LONGEST) : name.start]
        if _PLACED.search(before) and not titled:
            continue
        if (
            told
            and len(words) == 1
            and not re.match(
                r" (?:said|says|told|resigned|announced|added|will|was|has|is)\b",
                text[name.end : name.end + 12],
            )
        ):
            continue
        found.setdefault(words[-1], " ".join(words))
    return [*found.values()]


def person_in(before: str, reply: Answer | str) -> str:
    """Whom "he" or "she" stands for after a question and its reply; "" if that is not clear."""
    told = " ".join(claims_of(reply))
    people = [name for name in people_in(before) if not _is_placed(name, told)]
    if len(people) > 1 and (said := _SAID.search(before)):
        people = [name for name in people if name == said["who"]] or people
    if people:
        return people[0] if len(people) == 1 else ""
    if speaker := _SPEAKER.search(before):
        return speaker["who"]
    replied = [name for claim in claims_of(reply) for name in people_in(claim, told=True)]
    # A question that asks who is answered by whom the reply names first.
    clear = len({name.split()[-1] for name in replied}) == 1 or re.match(r"who|which", before, re.I)
    return replied[0] if replied and clear else ""


def _is_placed(name: str, told: str) -> bool:
    """Whether a text names a place so: "after Miami", of which a reply says "in Miami"."""
    return re.search(rf"\b(?:in|at|near) {re.escape(name)}\b", told) is not None


def is_titled(name: str, reply: Answer | str) -> bool:
    """Whether a reply gives a name a title ("President Putin"): it is a person's."""
    told = (each.text.split() for claim in claims_of(reply) for each in names_in(claim))
    own = [words for words in told if name and words[-1] == name.split()[-1]]
    return any(word.lower() in TITLES for words in own for word in words[:-1])


def subject_in(before: str) -> str:
    """The one thing that a question is about ("What is Twilio for?"); "" if there are more.

    >>> subject_in("Who owns the barrier?"), subject_in("what's in the American plan")
    ('the barrier', 'the American plan')
    """
    whole = _WHOLE.match(before) or _TOPIC.search(before)
    if whole and any(map(is_content, whole["what"].split()[1:])):
        return whole["what"]
    names = names_in(before)
    last = _LAST.search(before)
    if not names and last and before.lower().count("the ") == 1 and not _IS_THE.match(before):
        noun = last["acts"] or last["noun"]
        return f"the {noun}" if all(map(is_content, noun.split())) else ""
    rest = len(content_stems(before)) - len(content_stems(" ".join(n.text for n in names)))
    return _with_article(before, names[0]) if len(names) == 1 and rest <= 1 else ""


def place_in(before: str) -> str:
    """The one place that a question names: "in Paris"; "" if there are none or more."""
    places = [
        n for n in names_in(before) if _PLACE.search(before[max(0, n.start - _LONGEST) : n.start])
    ]
    return f"in {_with_article(before, places[0])}" if len(places) == 1 else ""


def _with_article(text: str, name: Name) -> str:
    """A name with what stands before it and, at the end, behind it: "the American plan"."""
    if text[: name.start][-4:].lower() != "the ":
        return name.text
    noun = _NOUN_BEHIND.match(text, name.end)
    return f"the {name.text}{noun[0] if noun and is_content(noun[1]) else ''}"


def plural_in(before: str) -> str:
    """What "they" stands for after a question; "" if that is not clear.

    A pair of names, or the only thing that it counts.

    >>> plural_in("How many bolts failed the hardness test?")
    'the bolts'
    """
    names = names_in(before)
    if len(names) == 2 and before[names[0].end : names[1].start] == " and ":
        return before[names[0].start : names[1].end]
    counted = (m["noun"].lower() for m in _COUNTED.finditer(before))
    nouns = list(dict.fromkeys(noun for noun in counted if is_content(noun)))
    return f"the {nouns[0]}" if len(nouns) == 1 else ""


def claims_of(reply: Answer | str) -> list[str]:
    """What a reply says, a claim each, without markers and without who published it."""
    if isinstance(reply, Answer):
        kept = (claim.text for claim in reply.claims if claim.status != "unsupported")
        return [" ".join(text.split()) for text in kept]
    if reply.startswith(REFUSAL):
        return []
    claims: list[str] = []
    for paragraph in reply[:REPLY_CHARS].split("\n"):
        said = _LEAD.sub("", paragraph.strip())
        parts = _MARKER.split(said)
        if len(parts) == 1:
            parts = [said[s.start : s.end] for s in split_sentences(said)]
        claims += [" ".join(part.split()) for part in parts if part.strip()]
    return claims


def listed_in(reply: Answer | str) -> list[str]:
    """The things that a reply lists: the items of its list, else its claims."""
    if isinstance(reply, Answer):
        labels = list(dict.fromkeys(claim.label for claim in reply.claims if claim.label))
        return labels if reply.kind == "list" and labels else claims_of(reply)
    items = _LISTED.findall(reply[:REPLY_CHARS])
    listed = [_MARKER.sub("", item).strip(" .;") for item in items]
    return listed if len(listed) > 1 else claims_of(reply)
