"""From an article's headline and sentences to questions that they answer, by their form alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from index.ledger import StoredArticle
from index.text.names import names_in
from index.text.words import content_stems
from rag.dialogue.referents import people_in
from rag.question_generation.about import (
    BASES,
    DAY,
    PAST,
    TELLING,
    TITLED,
    About,
    Headline,
    clipped,
)

# Words of a question: fewer ask about anything, more are read twice.
SHORTEST, LONGEST = 4, 14

_TIMED = re.compile(
    rf"^(?P<rest>[^.,;:“”\"()]*?),? (?:late |early )?(?:on|in|by|since|until) (?={DAY})"
)
_COUNT = re.compile(
    r"(?:^|, | that )(?:(?:about|some|nearly|more than|over|almost|at least|around|only) )?"
    r"(?:\d{1,3}(?:,\d{3})+|\d+|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
    r"|(?:dozens|hundreds|thousands) of) "
    r"(?P<noun>(?:[a-z-]+ )?(?:people|men|women|children|[a-z-]{3,}s)"
    r"(?: (?:from|of|in|at) (?:[\w-]+ ){0,3}?[\w-]+)?)"
    r" (?P<rest>(?:left|cross|died|fell|took|lost|won|live|lived|work|were|are|will|had|have|voted"
    r"|need|needed|stood|fled|remain|attended|signed|passed|failed|walked|moved|returned|went|came)"
    r"\b[^.;:–—“”\"()]*)",
    re.I,
)
_PASSIVE = re.compile(
    r"^(?P<subject>(?:The |A |An )?[A-Za-z][^.,;:“”\"()]*?) (?P<aux>will|was|were)"
    r" (?P<rest>(?:be )?[a-z]+[^.;:“”\"()]*)$"
)
_DONE = re.compile(
    r"^ (?:has |had |have )?(?:(?:earlier|later|repeatedly|also|already) )?"
    rf"(?P<verb>{'|'.join(BASES)})\b(?P<object>[^.;:“”\"()]*)"
)
_SPEECH = re.compile(
    r"^(?:, [a-z][^,.“”\"]{2,50})?,? (?:has |had |also |later )?(?:said|says|told|warned|argued"
    r"|explained|insisted|stressed|noted|added|confirmed|emphasi[sz]ed|urged|clarified|suggested)"
    r"\b(?! by)"
)
_TOPIC = re.compile(
    r"\b(?:about|regarding|concerning) (?P<topic>(?:the|a|an) (?:[\w-]+ ){0,2}?[\w-]{4,})"
    r"(?=[.,;:]|$| (?:at|in|on|as|after|before|by|for|with|and|that|which|to|of)\b)"
)
_CALLED = re.compile(r"^, (?:who (?:leads|chairs|runs|heads)|the|an?) ")
_LOOSE = re.compile(
    r"\b(?:he|she|it|they|him|them|this|that|these|those|we|our|us|I|my|you|your|there|here|so|such"
    r"|also|another|others?|one|former|latter|both|same|first|second)\b",
    re.I,
)
_OWNED = re.compile(r"\b(?:his|her|its|their)\b", re.I)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question, and what it was read off.

    Attributes:
        kind: The form of the question: suggestions differ in it.
        sentence: What answers it; "" if it was read off the headline.
        named: Of whom the answer has to speak; "" if of nobody in particular.
        story: The pk of the first article of the story.
    """

    question: str
    kind: str
    sentence: str
    named: str
    story: int


@lru_cache(maxsize=256)  # what is read for the suggestions is read again for each follow-up
def questions_of(stored: StoredArticle) -> tuple[Candidate, ...]:
    """Questions that an article answers, those of its headline first, each once."""
    about = About(stored)
    found: dict[str, Candidate] = {}
    for kind, question in _of_headline(about.headline) if about.headline else ():
        if _sound(question):
            found.setdefault(question, Candidate(question, kind, "", "", stored.story))
    for text in about.told:
        if not 30 <= len(text) <= 400 or text.isupper():
            continue
        for kind, question, named in _of_sentence(text, about):
            if _sound(question):
                found.setdefault(question, Candidate(question, kind, text, named, stored.story))
    return tuple(found.values())


def _of_headline(told: Headline) -> Iterator[tuple[str, str]]:
    """(kind, question) for a headline."""
    if told.role:
        yield "who", f"Who {PAST[told.base]}{told.rest}?"
    yield "why", f"Why did {told.subject} {told.base}{told.rest}?"


def _of_sentence(text: str, about: About) -> Iterator[tuple[str, str, str]]:
    """(kind, question, whom it is about) for what a sentence tells."""
    for counted in _COUNT.finditer(text):
        yield "how many", f"How many {counted['noun']} {clipped(counted['rest'])}?", ""
    subject, behind = _subject(text, about)
    if subject:
        yield from _of_deed(subject, behind, about)
    passive = _PASSIVE.match(text.rstrip(".!?"))
    timed = _TIMED.match(passive["rest"]) if passive else None
    if passive and timed and names_in(f"so {text}") and not _OWNED.search(passive["subject"]):
        yield "when", f"When {passive['aux']} {_lowered(passive['subject'])} {timed['rest']}?", ""
    for name in people_in(f"so {text}"):
        start, full = text.find(name), about.full(name)
        if start < 0 or not full:
            continue
        after = text[start + len(name) :]
        if _SPEECH.match(after):
            for topic in _topics(text, full, about):
                yield "say", f"What did {full} say about {topic}?", full
        if _CALLED.match(after) and name == full:
            yield "is", f"Who is {full}?", full


def _of_deed(subject: str, behind: str, about: About) -> Iterator[tuple[str, str, str]]:
    """The same for what a subject did."""
    done = _DONE.match(behind)
    if not done:
        return
    base, rest = BASES[done["verb"]], done["object"]
    if _LOOSE.match(rest.strip()):
        return
    short = clipped(rest)
    told = len(content_stems(short))
    known = re.sub(r"^ an? ", " the ", rest)
    if subject in about.people and not _OWNED.search(short) and told > 1:
        yield "who", f"Who {done['verb']}{short}?", subject
    if timed := _TIMED.match(known):
        yield "when", f"When did {subject} {base}{timed['rest']}?", ""
    if re.search(r" (?:because|after|over) ", rest) and told:
        yield "why", f"Why did {subject} {base}{clipped(known)}?", ""
    if base in TELLING and told > 1:
        yield "what", f"What did {subject} {base}?", ""


def _subject(text: str, about: About) -> tuple[str, str]:
    """The name with which a sentence begins, as a question says it, and what follows it."""
    lead = r"^(?:(?:On|In|Last|Earlier|Since|By)\b[^,]{2,30}, )?(?:[Tt]he |A )?"
    bare = re.sub(lead, "", text)
    names = names_in(f"so {bare}")
    if not names or names[0].start != len("so "):
        return "", ""
    name = names[0].text
    behind = bare[len(name) :]
    behind = re.sub(r"^, [^,]{3,60},(?= )", "", behind)
    person = name in about.people or " " not in name or TITLED.match(name)
    if person and (full := about.full(name)):
        return full, behind
    return (about.the(name) if name in about.counted else ""), behind


def _topics(text: str, speaker: str, about: About) -> list[str]:
    """What somebody may have spoken about: as the sentence says, or names in it or the headline."""
    if told := _TOPIC.search(text):
        return [re.sub(r"^an? ", "the ", told["topic"])]
    own = {*content_stems(speaker)}
    free = [name for name in about.topics if not own & {*content_stems(name)}]
    here, headline = ([name for name in free if name in each] for each in (text, about.title))
    return [about.the(name) for name in dict.fromkeys([*here, *headline])][:2]


def _lowered(subject: str) -> str:
    first = subject.split()[0]
    known = names_in(f"so {first}")
    if first in ("The", "A", "An", "Members", "Passengers", "Residents") or not known:
        return subject[0].lower() + subject[1:]
    return subject


def _sound(question: str) -> bool:
    words = question.rstrip("?").split()
    shortest = SHORTEST - (words[:2] in (["Who", "is"], ["What", "did"]))
    return shortest <= len(words) <= LONGEST and not _LOOSE.search(question)
