"""What an article is about: its names and its headline; the verbs and times of news."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from index.ledger import StoredArticle
from index.text.calendar import SHORT_MONTH, WEEKDAY
from index.text.names import names_in
from rag.dialogue.referents import people_in

# The verbs of news whose forms are known; "/" before the past tense of an irregular one.
_FORMS = (
    "resign quit/quit order approve propose demand promise recommend reject sign win/won open close"
    " launch build/built buy/bought sell/sold create lose/lost fail pass suspend cancel/cancelled"
    " ban/banned renew accuse arrest appoint elect choose/chose cut/cut raise halt delay sue"
    " fine/fined award receive finalize finalise support back attack announce leave/left call offer"
    " accept flood block refuse deny/denied extend declare"
)
PAST = {
    base: past or (f"{base}d" if base.endswith("e") else f"{base}ed")
    for base, _, past in (form.partition("/") for form in _FORMS.split())
}
BASES = {past: base for base, past in PAST.items()}


def _present(base: str) -> str:
    if base.endswith(("s", "sh", "ch", "x")):
        return f"{base}es"
    return f"{base[:-1]}ies" if re.search(r"[^aeou]y$", base) else f"{base}s"


PRESENT = {_present(base): base for base in PAST}

# Of these it is worth asking what was done: the object is the news.
TELLING = frozenset(
    "order approve propose demand promise recommend reject announce offer launch ban finalize"
    " finalise".split()
)

DAY = rf"(?:the )?(?:early |late |mid-)?(?:\d|(?:{SHORT_MONTH})\b|{WEEKDAY})"
_TIME = re.compile(
    rf"(?: late| early)? (?:on|in|by|since|until|for) {DAY}.*$"
    r"| (?:yesterday|today|this (?:morning|week|month|year)|last (?:night|week|month|year))\b.*$"
)
_CLAUSE = re.compile(
    r",.*$| (?:after|as(?= (?:the|an?|it|he|she|they|his|her|its|[A-Z]))"
    r"|when|while|because|but|and|so|which|who|whose|that|if|until|than|where"
    r"|over|amid|despite) .*$"
)


def clipped(rest: str) -> str:
    """The words up to where a clause or a time begins."""
    return _CLAUSE.sub("", _TIME.sub("", rest)).rstrip(" ,")


# A name that has "the" before it so often is written with it: "the Kremlin", but "Ukraine" for all
# the Ukraine wars.
LED = 0.4

TITLED = re.compile(r"^(?:Mr|Ms|Mrs|Dr|Miss)\.? ")
_ROLES = re.compile(
    r"\b(?:judge|commissioner|minister|mayor|director|president|chief|secretary|chancellor|senator"
    r"|governor|ambassador|captain|coach|chairman|chairwoman|envoy|spokesman|spokeswoman)$",
    re.I,
)

# A headline leaves out an article where a question needs it: "to comment on reported Crimea offer".
_ELIDED = re.compile(
    r" (?:on|about|for|with|of) (?!the\b|an?\b|its\b|his\b|her\b)[a-z-]+ (?:[A-Z]\w+ )?[a-z]+$"
)
_BARE = re.compile(
    r"^ (?=[a-z£$€\d])"
    r"(?!(?:to|for|from|off|on|out|in|at|by|against|into|the|a|an|its|his|her)\b)"
)


class About:
    """What an article is about.

    Attributes:
        title: Its headline.
        told: Its sentences.
        counted: How often it has each name.
        people: Names of people, in full.
        topics: Names of what it speaks of often, or in its headline, and of no people.
        headline: What its headline says; None if that makes no question.
    """

    def __init__(self, stored: StoredArticle) -> None:
        article = stored.article
        self.title = article.title
        spans = [(s.start, s.end) for s in stored.sentences if not s.heading]
        self.told = [" ".join(article.text[start:end].split()) for start, end in spans]
        text = " ".join(self.told)
        self.lower = {word for word in text.split() if word.islower()}
        found = [
            n for n in names_in(text) if not re.match(r"[’']s [A-Z]| and [A-Z]", text[n.end :])
        ]
        self.counted = Counter(name.text for name in found)
        self.led = Counter(n.text for n in found if text[: n.start].lower().endswith("the "))
        each = (people_in(f"so {sentence}") for sentence in self.told)
        self.people = {name for names in each for name in names if " " in name}
        self.topics = {name for name, count in self.counted.items() if self._topic(name, count)}
        self.headline = _headline(article.title, self)

    def _topic(self, name: str, count: int) -> bool:
        """Whether it speaks of what has this name, so often, and that is nobody."""
        surnames = {person.split()[-1] for person in self.people}
        often = count > 1 or name in self.title
        return often and not surnames & {*name.split()} and not TITLED.match(name)

    def full(self, name: str) -> str:
        """A person's name for whoever has not read the article; "" if it is not told."""
        bare = TITLED.sub("", name)
        whole = [p for p in self.people if p.split()[-1] == bare.split()[-1]]
        whole = [person for person in whole if not TITLED.match(person)]
        return min(whole, key=len) if whole else bare if " " in bare else ""

    def the(self, name: str) -> str:
        """A name as it stands in a sentence: "the Kremlin", "Kyiv"."""
        return f"the {name}" if self.led[name] >= LED * max(1, self.counted[name]) else name


@dataclass(frozen=True, slots=True)
class Headline:
    """A headline in the present tense, "Judge orders builder to pay", as a sentence has it.

    Attributes:
        subject: "the judge".
        base: "order".
        rest: " the builder to pay", without what comes after "over" or "after".
        role: Whether the subject is somebody whose name the article tells.
    """

    subject: str
    base: str
    rest: str
    role: bool


def _headline(title: str, about: About) -> Headline | None:
    """What a headline says, if its form is one that can be turned into a question."""
    words = title.split()
    place = next((n for n, word in enumerate(words[:5]) if n and word in PRESENT), None)
    if place is None:
        return None
    subject = " ".join(words[:place])
    rest = clipped(" " + " ".join(words[place + 1 :]))
    plural = subject.endswith("s") and not subject.endswith("ss")
    if re.search(r"[“”\",:;?]", subject + rest) or plural or _ELIDED.search(rest):
        return None
    if {*subject.split()} & {*BASES, "as", "after", "and", "in", "of", "but", "when"}:
        return None
    first, *_, last = [*subject.split(), subject.split()[-1]]
    common = first.lower() in about.lower or (last.islower() and last in about.lower)
    if common and first in about.counted:
        subject = f"the {subject}"
    elif common:
        subject = f"the {subject[0].lower()}{subject[1:]}"
    else:
        subject = about.the(subject)
    rest = _BARE.sub(" the ", rest)
    role = bool(_ROLES.search(" ".join(words[:place])))
    return Headline(subject, PRESENT[words[place]], rest, role)
